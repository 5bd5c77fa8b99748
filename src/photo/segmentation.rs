//! Finding the garment on a photo, all over it or in a box.

use super::bounds::Bounds;
use super::colour_segmentation::{ColourSegmentation, segment_colours};
use super::expectation::Expectation;
use super::outline::outline;
use super::{Downscaled, MaskedCrop, Plane, Quality, RotatedBox, colour, components, quality};

/// The garment is looked for on a picture of at most this many pixels a side.
const MASK_SIDE: usize = 128;
/// How much around a box is looked at for the background's colours, as a share of its longer side.
const SURROUNDINGS: f32 = 0.25;
/// At least so many of a reduced photo's pixels around a box are looked at.
const LEAST_SURROUNDINGS: f32 = 8.0;

/// What is found on a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Segmentation {
    /// How likely each pixel is garment, 0 to 1, at up to 128 pixels a side: of the whole photo, or
    /// of a box with its surroundings.
    pub foreground: Plane,
    /// The garment cut out, for a [`View`](super::View) to make the network's picture of.
    pub masked_crop: MaskedCrop,
    /// How well it was found.
    pub quality: Quality,
    /// What the cutout shows, in the photo's pixels.
    pub(super) rotated_box: RotatedBox,
    /// The upright rectangle around that.
    pub(super) bounds: Bounds,
    /// The part of the photo that `garment` shows, in the photo's pixels.
    window: Bounds,
}

impl Segmentation {
    /// The outline of the garment and of its holes: closed lines of points (x, y) in the photo's
    /// pixels, on the photo.
    pub fn outline(&self) -> Vec<Vec<[f32; 2]>> {
        let Bounds { left, top, .. } = self.window;
        let [across, down] = self
            .window
            .step([self.foreground.width, self.foreground.height]);
        let in_photo = |[x, y]: [f32; 2]| {
            [
                (left + x * across).min(self.window.right),
                (top + y * down).min(self.window.bottom),
            ]
        };
        let lines = outline(&self.foreground).into_iter();
        lines
            .map(|line| line.into_iter().map(in_photo).collect())
            .collect()
    }
}

/// Finds the garment on a photo of these planes: red, green and blue, 0 to 255, of at most 256
/// pixels a side.
pub fn segment(planes: [Plane; 3]) -> Segmentation {
    let size = [planes[0].width, planes[0].height];
    of_photo(&Downscaled { planes, size })
}

/// Finds the garment all over a photo.
pub(super) fn of_photo(photo: &Downscaled) -> Segmentation {
    let whole = Bounds::of_all(&photo.planes[0]);
    let small = Small::of(&photo.planes);
    let size = small.size();
    let expectation = Expectation::of_all(size);
    let (foreground, quality) = small.find(&expectation);
    let found = Bounds::of_foreground(&foreground).unwrap_or(Bounds::of_all(&small.grey));
    let masked_crop = MaskedCrop::of(&small.grey, &foreground, found);
    let scale = [0, 1].map(|axis: usize| [whole.right, whole.bottom][axis] / size[axis] as f32);
    let bounds = found.scaled(scale).scaled(photo.scale());
    Segmentation {
        quality,
        rotated_box: RotatedBox::of(bounds),
        bounds,
        window: photo.bounds(),
        foreground,
        masked_crop,
    }
}

/// Finds the garment in a box, outside of which there is none.
pub(super) fn within(photo: &Downscaled, rotated_box: RotatedBox) -> Segmentation {
    let [across, down] = photo.scale();
    let margin =
        (SURROUNDINGS * rotated_box.longer_side()).max(LEAST_SURROUNDINGS * across.max(down));
    let (planes, window) = photo.window(rotated_box.bounds(margin));
    let small = Small::of(&planes);
    let expectation = Expectation::within(&rotated_box, small.size(), window);
    let (foreground, quality) = small.find(&expectation);
    // A box without anything in it that stands out is all that there is to show.
    let masked_crop = match Bounds::of_foreground(&foreground) {
        Some(_) => MaskedCrop::of_frame(&small.grey, &foreground, &rotated_box, window),
        None => MaskedCrop::of_frame(&small.grey, &expectation.inside(), &rotated_box, window),
    };
    Segmentation {
        foreground,
        masked_crop,
        quality,
        rotated_box,
        bounds: rotated_box.bounds(0.0),
        window,
    }
}

/// Planes at the size at which the garment is looked for.
struct Small {
    planes: [Plane; 3],
    grey: Plane,
}

impl Small {
    fn of(planes: &[Plane; 3]) -> Self {
        let [red, ..] = planes;
        let planes = match red.width.max(red.height) > MASK_SIDE {
            true => planes.each_ref().map(Plane::halved),
            false => planes.clone(),
        };
        Self {
            grey: colour::luma(&planes),
            planes,
        }
    }

    fn size(&self) -> [usize; 2] {
        [self.grey.width, self.grey.height]
    }

    /// The mask of the garment, and how good it is.
    fn find(&self, expectation: &Expectation) -> (Plane, Quality) {
        let colours = colour::oklab(&self.planes);
        let ColourSegmentation {
            mut foreground,
            contrast,
        } = segment_colours(&colours, self.size(), expectation);
        if contrast < quality::MIN_CONTRAST {
            foreground.values.fill(0.0);
        }
        let components = components::tidy(&mut foreground, &expectation.off_middle);
        let quality = Quality::of(&foreground, components, contrast, &self.grey);
        (foreground, quality)
    }
}
