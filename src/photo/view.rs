//! A cutout as a network sees it: 28x28, light on black.

use super::masked_crop::FILL;
use super::{CROP_SIDE, MaskedCrop};
use crate::network::{INPUT_SIDE, INPUT_VALUES};

/// Samples along each side of one pixel.
const SAMPLES: usize = 2;

/// How many views a photo is judged by.
pub const TTA_VIEWS: usize = 10;

/// How a cutout is looked at. The default is how the network sees photos; others are for training,
/// and for several looks at one photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Turned by this angle in radians, clockwise.
    pub angle: f32,
    /// The garment's longer side in picture sides.
    pub fill: f32,
    /// Width over height, where 1 leaves the garment's shape as it is.
    pub stretch: f32,
    /// Moved right and down, in pixels of the 28.
    pub shift: [f32; 2],
    /// Whether it is mirrored.
    pub mirror: bool,
    /// The likelihood from which on a pixel is garment, 0 to 1: lower ones dilate.
    pub threshold: f32,
    /// How much of what is not garment is shown, 0 to 1.
    pub surroundings: f32,
    /// The grey of the garment's dimmest parts, 0 to 1.
    pub floor: f32,
    /// The power that greys are raised to.
    pub gamma: f32,
    /// Whether dark garments come out light, as in the data set's conversion.
    pub invert: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
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
        }
    }
}

impl View {
    /// The views that a photo is judged by, the plain one first, each followed by the same view of
    /// the mirrored photo: chosen by cross-validation.
    pub fn tta_views() -> [Self; TTA_VIEWS] {
        let plain = Self::default();
        let kinds: [Self; TTA_VIEWS / 2] = [
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
            // Smaller, with the mask dilated.
            Self {
                fill: 0.92,
                threshold: 0.3,
                ..plain
            },
        ];
        core::array::from_fn(|index| Self {
            mirror: index % 2 == 1,
            ..kinds[index / 2]
        })
    }

    /// The cutout as 784 grey values.
    pub fn render(&self, crop: &MaskedCrop) -> [u8; INPUT_VALUES] {
        let middle = CROP_SIDE as f32 / 2.0;
        let half = INPUT_SIDE as f32 / 2.0;
        // Pixels of the cutout to one of the picture.
        let step = CROP_SIDE as f32 * FILL / (INPUT_SIDE as f32 * self.fill);
        let stretch = self.stretch.max(0.1).sqrt();
        let (sine, cosine) = self.angle.sin_cos();
        let mirror = if self.mirror { -1.0 } else { 1.0 };
        let tones = Tones::of(self, crop);
        let mut input = [0; INPUT_VALUES];
        for (index, pixel) in input.iter_mut().enumerate() {
            let mut sum = 0.0;
            for sample in 0..SAMPLES * SAMPLES {
                let offset = |sample: usize| (sample as f32 + 0.5) / SAMPLES as f32;
                let x =
                    (index % INPUT_SIDE) as f32 + offset(sample % SAMPLES) - half - self.shift[0];
                let y =
                    (index / INPUT_SIDE) as f32 + offset(sample / SAMPLES) - half - self.shift[1];
                let across = mirror * step / stretch * (cosine * x + sine * y);
                let down = step * stretch * (cosine * y - sine * x);
                let (x, y) = (middle + across, middle + down);
                sum += tones.value(crop.grey.sample(x, y), crop.foreground.sample(x, y));
            }
            let mean = sum / (SAMPLES * SAMPLES) as f32;
            *pixel = (mean * 255.0).round().clamp(0.0, 255.0) as u8;
        }
        input
    }
}

/// From a grey value and its likelihood of being garment to the picture's grey, 0 to 1.
struct Tones<'a> {
    view: &'a View,
    low: f32,
    range: f32,
}

impl<'a> Tones<'a> {
    fn of(view: &'a View, crop: &MaskedCrop) -> Self {
        let mix = |index: usize| {
            let [foreground, whole] = [crop.tone[index], crop.whole_tone[index]];
            foreground + view.surroundings * (whole - foreground)
        };
        Self {
            view,
            low: mix(0),
            range: mix(1) - mix(0),
        }
    }

    fn value(&self, grey: f32, foreground: f32) -> f32 {
        let light = ((grey - self.low) / self.range).clamp(0.0, 1.0);
        let light = if self.view.invert { 1.0 - light } else { light };
        let light = if self.view.gamma == 1.0 {
            light
        } else {
            light.powf(self.view.gamma)
        };
        // Steep, so that the edge is as sharp as the picture's pixels allow.
        let share = ((foreground - self.view.threshold) * 3.0 + 0.5).clamp(0.0, 1.0);
        let share = share + self.view.surroundings * (1.0 - share);
        share * (self.view.floor + (1.0 - self.view.floor) * light)
    }
}
