//! Views: how a masked crop is rendered to a network's 28x28 input, light on black.

use super::masked_crop::GARMENT_SHARE;
use super::{CROP_SIDE, MaskedCrop};
use crate::network::{INPUT_SIDE, INPUT_VALUES};

/// Samples along each side of one pixel of the input.
const SAMPLES: usize = 2;

/// Number of views of a masked crop for test-time augmentation.
pub const TTA_VIEWS: usize = 10;

/// A geometric and tonal transform from a masked crop to a network's input. The default is the plain view;
/// others augment the training data and, as [`View::tta_views`], the crop to classify.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Rotation of the garment in radians, clockwise.
    pub angle: f32,
    /// Scale: the garment's longer side, as a share of the input's side.
    pub fill: f32,
    /// Factor on the garment's aspect ratio, width over height, at constant area; 1 keeps its shape.
    pub stretch: f32,
    /// Shift to the right and down, in pixels of the input.
    pub shift: [f32; 2],
    /// Whether to mirror it horizontally.
    pub mirror: bool,
    /// Foreground probability at the mask's boundary, 0 to 1; lower values dilate the mask.
    pub threshold: f32,
    /// Opacity of the background, 0 (black) to 1.
    pub surroundings: f32,
    /// Grey of the garment's dimmest parts, 0 to 1, so that they stay distinct from the background.
    pub floor: f32,
    /// Exponent of the greys, applied to 0 to 1.
    pub gamma: f32,
    /// Whether to invert the greys, as the conversion of Fashion-MNIST did: dark garments become light.
    pub invert: bool,
}

impl Default for View {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl View {
    /// The plain view: the garment upright and as large as it can be.
    pub const PLAIN: Self = Self {
        angle: 0.0,
        fill: 1.0,
        stretch: 1.0,
        shift: [0.0; 2],
        mirror: false,
        threshold: 0.5,
        surroundings: 0.0,
        floor: 0.25,
        gamma: 1.0,
        invert: true,
    };

    /// Returns the views for test-time augmentation, chosen by cross-validation: the plain one first, each followed by its
    /// mirror image.
    pub fn tta_views() -> [Self; TTA_VIEWS] {
        let plain = Self::PLAIN;
        let unmirrored: [Self; TTA_VIEWS / 2] = [
            plain,
            Self {
                surroundings: 0.6,
                fill: 0.85,
                ..plain
            },
            Self {
                angle: 0.12,
                ..plain
            },
            Self {
                angle: -0.12,
                ..plain
            },
            // The mask dilated, and the scale reduced to leave room for it.
            Self {
                fill: 0.92,
                threshold: 0.3,
                ..plain
            },
        ];
        core::array::from_fn(|index| Self {
            mirror: index % 2 == 1,
            ..unmirrored[index / 2]
        })
    }

    /// Renders the crop to 784 grey values as bytes, as Fashion-MNIST has them: those of [`Self::greys`], rounded.
    pub fn render(&self, crop: &MaskedCrop) -> [u8; INPUT_VALUES] {
        (self.greys(crop)).map(|grey| (grey * 255.0).round().clamp(0.0, 255.0) as u8)
    }

    /// Renders the crop to 784 grey values, 0 to 1, row by row, by bilinear sampling at 2x2 points of each pixel.
    pub fn greys(&self, crop: &MaskedCrop) -> [f32; INPUT_VALUES] {
        let crop_centre = CROP_SIDE as f32 / 2.0;
        let input_centre = INPUT_SIDE as f32 / 2.0;
        // Pixels of the crop for one pixel of the input.
        let step = CROP_SIDE as f32 * GARMENT_SHARE / (INPUT_SIDE as f32 * self.fill);
        let stretch = self.stretch.max(0.1).sqrt();
        let (sine, cosine) = self.angle.sin_cos();
        let mirror = if self.mirror { -1.0 } else { 1.0 };
        let tone_curve = ToneCurve::new(self, crop);
        let mut input = [0.0; INPUT_VALUES];
        for (index, pixel) in input.iter_mut().enumerate() {
            let mut sum = 0.0;
            for sample in 0..SAMPLES * SAMPLES {
                let offset = |sample: usize| (sample as f32 + 0.5) / SAMPLES as f32;
                let x = (index % INPUT_SIDE) as f32 + offset(sample % SAMPLES)
                    - input_centre
                    - self.shift[0];
                let y = (index / INPUT_SIDE) as f32 + offset(sample / SAMPLES)
                    - input_centre
                    - self.shift[1];
                let crop_x = mirror * step / stretch * (cosine * x + sine * y);
                let crop_y = step * stretch * (cosine * y - sine * x);
                let (x, y) = (crop_centre + crop_x, crop_centre + crop_y);
                sum += tone_curve.apply(crop.grey.sample(x, y), crop.foreground.sample(x, y));
            }
            *pixel = sum / (SAMPLES * SAMPLES) as f32;
        }
        input
    }
}

/// Maps a grey value and its foreground probability to the input's grey.
struct ToneCurve<'a> {
    view: &'a View,
    /// Black point, in grey levels of the crop.
    black: f32,
    /// White point less black point, in grey levels of the crop.
    range: f32,
}

impl<'a> ToneCurve<'a> {
    /// Interpolates between the tones of the garment and of the whole crop by the background's opacity.
    fn new(view: &'a View, crop: &MaskedCrop) -> Self {
        let mix = |index: usize| {
            let [foreground, whole] = [crop.tone[index], crop.whole_tone[index]];
            foreground + view.surroundings * (whole - foreground)
        };
        Self {
            view,
            black: mix(0),
            range: mix(1) - mix(0),
        }
    }

    /// Returns the input's grey, 0 to 1, for a grey level, 0 to 255, and a foreground probability.
    fn apply(&self, grey: f32, foreground: f32) -> f32 {
        let light = ((grey - self.black) / self.range).clamp(0.0, 1.0);
        let light = if self.view.invert { 1.0 - light } else { light };
        let light = if self.view.gamma == 1.0 {
            light
        } else {
            light.powf(self.view.gamma)
        };
        // A steep ramp keeps the mask's edge as sharp as the input's resolution allows.
        let opacity = ((foreground - self.view.threshold) * 3.0 + 0.5).clamp(0.0, 1.0);
        let opacity = opacity + self.view.surroundings * (1.0 - opacity);
        opacity * (self.view.floor + (1.0 - self.view.floor) * light)
    }
}
