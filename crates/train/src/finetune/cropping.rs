//! What is done to cutouts before the network sees them, or left undone, to learn what it brings.

use std::f32::consts::FRAC_PI_2;

use serde::{Deserialize, Serialize};

use thimble::photo::{MaskedCrop, PhotoEdit, Plane, Region};

/// The least difference of a mask's variances along its two axes, as a share of their sum, for it to
/// be turned: that of a square says nothing.
const LEAST_DIFFERENCE: f32 = 0.1;

/// How the photos of a fine-tuning are prepared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskedCrops {
    /// As photos are prepared for the network everywhere else.
    #[default]
    Usual,
    /// The whole photo, without a mask: what is left without a search for the garment.
    Whole,
    /// The square around the garment, without a mask.
    Unmasked,
    /// Masked, but with the photo's own grey values, from black to white.
    Untoned,
    /// As usual, and turned by at most 45 degrees, so that the mask's longer axis is upright or level.
    Upright,
}

impl MaskedCrops {
    /// How photos are to be looked at.
    pub fn edit(self) -> PhotoEdit {
        PhotoEdit {
            region: match self {
                Self::Whole => Region::Whole,
                _ => Region::Auto,
            },
            ..PhotoEdit::default()
        }
    }

    /// Makes of `cutout` what the network gets to see.
    pub fn prepare(self, crop: &mut MaskedCrop) {
        match self {
            Self::Usual => {}
            Self::Whole | Self::Unmasked => {
                crop.foreground.values.fill(1.0);
                crop.tone = crop.whole_tone;
            }
            Self::Untoned => {
                crop.tone = [0.0, 255.0];
                crop.whole_tone = [0.0, 255.0];
            }
            Self::Upright => {
                if let Some(angle) = lean(&crop.foreground) {
                    crop.grey = turned(&crop.grey, angle);
                    crop.foreground = turned(&crop.foreground, angle);
                }
            }
        }
    }
}

/// By how much the longer or the shorter axis of a mask leans from upright, whichever is less, in
/// radians, clockwise; `None` where it has no axes worth the name.
fn lean(garment: &Plane) -> Option<f32> {
    let mut sums = [0.0; 6];
    for (index, &weight) in garment.values.iter().enumerate() {
        let x = (index % garment.width) as f32;
        let y = (index / garment.width) as f32;
        for (sum, value) in sums.iter_mut().zip([1.0, x, y, x * x, y * y, x * y]) {
            *sum += weight * value;
        }
    }
    let [total, x, y, xx, yy, xy] = sums;
    if total <= 0.0 {
        return None;
    }
    let (x, y) = (x / total, y / total);
    let (xx, yy, xy) = (xx / total - x * x, yy / total - y * y, xy / total - x * y);
    let difference = (xx - yy).hypot(2.0 * xy);
    if difference < LEAST_DIFFERENCE * (xx + yy) {
        return None;
    }
    let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
    Some(angle - (angle / FRAC_PI_2).round() * FRAC_PI_2)
}

/// A plane turned counterclockwise around its middle, its outermost pixels going on.
fn turned(plane: &Plane, angle: f32) -> Plane {
    let (sine, cosine) = angle.sin_cos();
    let middle = [plane.width as f32 / 2.0, plane.height as f32 / 2.0];
    let value = |index: usize| {
        let x = (index % plane.width) as f32 + 0.5 - middle[0];
        let y = (index / plane.width) as f32 + 0.5 - middle[1];
        plane.sample(
            middle[0] + cosine * x - sine * y,
            middle[1] + sine * x + cosine * y,
        )
    };
    Plane {
        width: plane.width,
        height: plane.height,
        values: (0..plane.values.len()).map(value).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thimble::photo::CROP_SIDE;

    /// A bar of a quarter of the side by three quarters, turned clockwise from upright.
    fn bar(angle: f32) -> MaskedCrop {
        let upright = |index: usize| {
            let (x, y) = (index % CROP_SIDE, index / CROP_SIDE);
            f32::from(u8::from((24..40).contains(&x) && (8..56).contains(&y)))
        };
        let upright = Plane {
            width: CROP_SIDE,
            height: CROP_SIDE,
            values: (0..CROP_SIDE * CROP_SIDE).map(upright).collect(),
        };
        let garment = turned(&upright, -angle);
        MaskedCrop {
            grey: Plane {
                values: garment
                    .values
                    .iter()
                    .map(|share| 200.0 - 100.0 * share)
                    .collect(),
                ..garment.clone()
            },
            foreground: garment,
            tone: [90.0, 110.0],
            whole_tone: [80.0, 210.0],
        }
    }

    fn prepared(crops: MaskedCrops, mut crop: MaskedCrop) -> MaskedCrop {
        crops.prepare(&mut crop);
        crop
    }

    #[test]
    fn a_leaning_bar_comes_upright_and_a_square_stays() {
        for angle in [0.3, -0.5] {
            let found = lean(&bar(angle).foreground).unwrap();
            assert!((found - angle).abs() < 0.02, "{found} for {angle}");
            let upright = prepared(MaskedCrops::Upright, bar(angle));
            assert!(lean(&upright.foreground).unwrap().abs() < 0.02);
            assert_eq!(upright.tone, [90.0, 110.0]);
        }
        assert_eq!(lean(&Plane::filled(20, 20, 1.0)), None);
        assert_eq!(lean(&Plane::filled(20, 20, 0.0)), None);
    }

    #[test]
    fn masks_and_tones_go_where_they_are_left_out() {
        let unmasked = prepared(MaskedCrops::Unmasked, bar(0.0));
        assert!(unmasked.foreground.values.iter().all(|&share| share == 1.0));
        assert_eq!(unmasked.tone, unmasked.whole_tone);
        assert_eq!(prepared(MaskedCrops::Whole, bar(0.0)), unmasked);
        assert_eq!(MaskedCrops::Whole.edit().region, Region::Whole);
        let untoned = prepared(MaskedCrops::Untoned, bar(0.0));
        assert_eq!([untoned.tone, untoned.whole_tone], [[0.0, 255.0]; 2]);
        assert_eq!(untoned.foreground, bar(0.0).foreground);
        assert_eq!(prepared(MaskedCrops::Usual, bar(0.2)), bar(0.2));
        assert_eq!(MaskedCrops::default().edit(), PhotoEdit::default());
    }
}
