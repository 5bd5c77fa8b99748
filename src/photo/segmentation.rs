//! Segments the garment on a whole photo or inside a box.

use super::bounds::Bounds;
use super::colour_segmentation::{ColourSegmentation, segment_colours};
use super::outline::outline;
use super::spatial_prior::SpatialPrior;
use super::{
    Crop, Downscaled, MaskedCrop, Plane, Quality, RotatedBox, colour, components, quality,
};

/// Longest side of a mask, in pixels.
const MASK_SIDE: usize = 128;
/// Margin around a box from which the background's colours are sampled, as a share of the box's longer side.
const BOX_MARGIN: f32 = 0.25;
/// Smallest margin around a box, in pixels of the downscaled photo.
const MIN_BOX_MARGIN: f32 = 8.0;

/// The garment found on a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Segmentation {
    /// Probability that each pixel is foreground, 0 to 1, at up to 128 pixels a side: of the whole photo, or
    /// of a box with a margin around it.
    pub foreground: Plane,
    /// Measures of how well it was segmented.
    pub quality: Quality,
    /// The box around the garment, in pixels of the photo: the user's box, or the garment's bounds.
    pub(super) rotated_box: RotatedBox,
    /// The upright rectangle around the box, in pixels of the photo.
    pub(super) bounds: Bounds,
    /// The part of the photo that `foreground` covers, in pixels of the photo.
    window: Bounds,
}

impl Segmentation {
    /// Returns the box around the garment, in pixels of the photo: the user's box, or the garment's bounds.
    pub fn rotated_box(&self) -> RotatedBox {
        self.rotated_box
    }

    /// Returns the upright rectangle around the box on a photo of `[width, height]` pixels, in whole pixels.
    pub fn crop(&self, size: [usize; 2]) -> Crop {
        self.bounds.crop(size)
    }

    /// Interpolates the probability that a point of the photo, in its pixels, is foreground, 0 to 1; 0 where it was not
    /// segmented.
    pub fn foreground_at(&self, [x, y]: [f32; 2]) -> f32 {
        let Bounds {
            left,
            top,
            right,
            bottom,
        } = self.window;
        if !(left..right).contains(&x) || !(top..bottom).contains(&y) {
            return 0.0;
        }
        let [pixel_width, pixel_height] = self.window.pixel_size(self.foreground.size());
        (self.foreground).sample((x - left) / pixel_width, (y - top) / pixel_height)
    }

    /// Iterates over the centres of the mask's foreground pixels, in pixels of the photo.
    pub(crate) fn foreground_points(&self) -> impl Iterator<Item = [f32; 2]> + '_ {
        let [width, height] = self.foreground.size();
        let pixel_size = self.window.pixel_size([width, height]);
        let inside = self.foreground.values.iter().enumerate();
        inside
            .filter(|(_, probability)| **probability >= 0.5)
            .map(move |(index, _)| {
                [
                    self.window.left + ((index % width) as f32 + 0.5) * pixel_size[0],
                    self.window.top + ((index / width) as f32 + 0.5) * pixel_size[1],
                ]
            })
    }

    /// Traces the outline of the garment and of its holes: closed polygons of points `[x, y]` in pixels of
    /// the photo, clipped to it.
    pub fn outline(&self) -> Vec<Vec<[f32; 2]>> {
        let Bounds { left, top, .. } = self.window;
        let [pixel_width, pixel_height] = self
            .window
            .pixel_size([self.foreground.width, self.foreground.height]);
        let to_photo = |[x, y]: [f32; 2]| {
            [
                (left + x * pixel_width).min(self.window.right),
                (top + y * pixel_height).min(self.window.bottom),
            ]
        };
        let polygons = outline(&self.foreground).into_iter();
        polygons
            .map(|polygon| polygon.into_iter().map(to_photo).collect())
            .collect()
    }
}

/// Segments the garment on a photo given as red, green and blue planes, 0 to 255, of at most 256 pixels a
/// side.
pub fn segment(planes: [Plane; 3]) -> Segmentation {
    let size = [planes[0].width, planes[0].height];
    segment_whole(&Downscaled { planes, size }).0
}

/// Segments the garment on a whole photo or inside a box, in pixels of the photo, by its colours and its place, and crops
/// the photo to it.
pub(crate) fn segment_by_colours(
    photo: &Downscaled,
    users_box: Option<RotatedBox>,
) -> (Segmentation, MaskedCrop) {
    match users_box {
        Some(users_box) => segment_in_box(photo, users_box),
        None => segment_whole(photo),
    }
}

/// Segments the garment on a whole photo, and crops the photo to it.
fn segment_whole(photo: &Downscaled) -> (Segmentation, MaskedCrop) {
    let whole = Bounds::of_plane(&photo.planes[0]);
    let image = MaskSizedImage::new(&photo.planes);
    let size = image.size();
    let prior = SpatialPrior::centred(size);
    let (foreground, quality) = image.segment(&prior);
    let mask_bounds = Bounds::of_foreground(&foreground).unwrap_or(Bounds::of_plane(&image.grey));
    let masked_crop = MaskedCrop::around_bounds(&image.grey, &foreground, mask_bounds);
    let scale = [0, 1].map(|axis: usize| [whole.right, whole.bottom][axis] / size[axis] as f32);
    let bounds = mask_bounds.scaled(scale).scaled(photo.scale());
    let segmentation = Segmentation {
        quality,
        rotated_box: RotatedBox::from_bounds(bounds),
        bounds,
        window: photo.bounds(),
        foreground,
    };
    (segmentation, masked_crop)
}

/// Segments the garment inside a box, in pixels of the photo, and crops the photo to the box. Everything outside is
/// background.
fn segment_in_box(photo: &Downscaled, rotated_box: RotatedBox) -> (Segmentation, MaskedCrop) {
    let [scale_x, scale_y] = photo.scale();
    let margin =
        (BOX_MARGIN * rotated_box.longer_side()).max(MIN_BOX_MARGIN * scale_x.max(scale_y));
    let (planes, window) = photo.window(rotated_box.bounds(margin));
    let image = MaskSizedImage::new(&planes);
    let prior = SpatialPrior::in_box(&rotated_box, image.size(), window);
    let (foreground, quality) = image.segment(&prior);
    // Where nothing in the box stands out, the crop shows all of the box.
    let masked_crop = match Bounds::of_foreground(&foreground) {
        Some(_) => MaskedCrop::around_box(&image.grey, &foreground, &rotated_box, window),
        None => MaskedCrop::around_box(&image.grey, &prior.allowed_mask(), &rotated_box, window),
    };
    let segmentation = Segmentation {
        foreground,
        quality,
        rotated_box,
        bounds: rotated_box.bounds(0.0),
        window,
    };
    (segmentation, masked_crop)
}

/// Segments a garment whose probability, 0 to 1, is known at each point, in pixels of the photo's planes: within `region`,
/// in pixels of the photo, and a margin around it. The box is the user's, or else follows from the mask; the crop shows
/// it.
pub(crate) fn segment_garment(
    photo: &Downscaled,
    region: &RotatedBox,
    rotated_box: Option<RotatedBox>,
    probability: impl Fn([f32; 2]) -> f32,
) -> (Segmentation, MaskedCrop) {
    let region = region.bounds(0.0);
    let [scale_x, scale_y] = photo.scale();
    let margin = (BOX_MARGIN * region.longer_side()).max(MIN_BOX_MARGIN * scale_x.max(scale_y));
    let (planes, window) = photo.window(region.expanded(margin));
    let image = MaskSizedImage::new(&planes);
    let [width, height] = image.size();
    let [pixel_width, pixel_height] = window.pixel_size([width, height]);
    let point = |index: usize| {
        [
            (window.left + ((index % width) as f32 + 0.5) * pixel_width) / scale_x,
            (window.top + ((index / width) as f32 + 0.5) * pixel_height) / scale_y,
        ]
    };
    let probabilities: Vec<f32> = (0..width * height)
        .map(|index| probability(point(index)))
        .collect();
    let prior = SpatialPrior::of_probabilities(&probabilities, [width, height]);
    let (mut foreground, mut quality) = image.segment(&prior);
    let mut found = Bounds::of_foreground(&foreground);
    if found.is_none() {
        // Colours do not tell the garment from what is around it.
        foreground.values = probabilities;
        found = Bounds::of_foreground(&foreground);
        quality = Quality::of(
            &foreground,
            quality.components,
            quality.contrast,
            &image.grey,
        );
    }
    let bounds = match (rotated_box, found) {
        (Some(rotated_box), _) => rotated_box.bounds(0.0),
        (None, Some(found)) => found.scaled([pixel_width, pixel_height]).shifted(window),
        (None, None) => region,
    };
    let masked_crop = match rotated_box {
        Some(rotated_box) => MaskedCrop::around_box(&image.grey, &foreground, &rotated_box, window),
        None => {
            let found = found.unwrap_or(Bounds::of_plane(&image.grey));
            MaskedCrop::around_bounds(&image.grey, &foreground, found)
        }
    };
    let rotated_box = rotated_box.unwrap_or_else(|| RotatedBox::from_bounds(bounds));
    let segmentation = Segmentation {
        foreground,
        quality,
        rotated_box,
        bounds,
        window,
    };
    (segmentation, masked_crop)
}

/// An image at the resolution of masks.
struct MaskSizedImage {
    /// Red, green and blue, 0 to 255.
    planes: [Plane; 3],
    /// Luma, 0 to 255.
    grey: Plane,
}

impl MaskSizedImage {
    /// Halves planes with a side of more than [`MASK_SIDE`] pixels.
    fn new(planes: &[Plane; 3]) -> Self {
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

    /// Returns `[width, height]` in pixels.
    fn size(&self) -> [usize; 2] {
        [self.grey.width, self.grey.height]
    }

    /// Computes the foreground probabilities and measures them.
    fn segment(&self, prior: &SpatialPrior) -> (Plane, Quality) {
        let colours = colour::oklab(&self.planes);
        let ColourSegmentation {
            mut foreground,
            contrast,
        } = segment_colours(&colours, self.size(), prior);
        if contrast < quality::MIN_CONTRAST {
            foreground.values.fill(0.0);
        }
        let components = components::clean_mask(&mut foreground, &prior.squared_distances);
        let quality = Quality::of(&foreground, components, contrast, &self.grey);
        (foreground, quality)
    }
}
