//! How photos are segmented and cropped before fine-tuning, with variants that leave steps out, for ablations.

use std::f32::consts::FRAC_PI_2;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::data::{PhotoFolder, PhotoLabel};
use thimble::photo::{MaskedCrop, PhotoEdit, Plane, PreparedPhoto, Region, Segmentation};

/// A labelled photo and its segmentation.
#[derive(Clone, Debug)]
pub struct CroppedPhoto {
    /// Its row of `labels.csv`.
    pub label: PhotoLabel,
    /// Its segmentation.
    pub segmentation: Segmentation,
}

/// A file is a 28x28 image, not a photo.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} must be a photo, got an image in Fashion-MNIST's format")]
pub struct NotAPhoto(String);

/// Prepares all photos of a folder with `prepare`, which reads the photo in a file.
///
/// # Errors
/// The first error of `prepare`, or [`NotAPhoto`].
pub fn prepare_photos<Error: From<NotAPhoto> + Send>(
    folder: &PhotoFolder,
    prepare: impl Fn(&Path) -> Result<PreparedPhoto, Error> + Sync,
) -> Result<Vec<CroppedPhoto>, Error> {
    let crop = |label: &PhotoLabel| {
        let prepared = prepare(&folder.file(label))?;
        let segmentation = prepared
            .segmentation
            .ok_or_else(|| NotAPhoto(label.image.clone()))?;
        Ok(CroppedPhoto {
            label: label.clone(),
            segmentation,
        })
    };
    folder.photos.par_iter().map(crop).collect()
}

/// The least difference of a mask's variances along its two axes, as a share of their sum, for it to be rotated: the
/// axes of a square have no direction.
const MIN_DIFFERENCE: f32 = 0.1;

/// How photos are cropped. All but the first are for ablations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cropping {
    /// As everywhere else.
    #[default]
    Usual,
    /// The whole photo, without segmentation.
    Whole,
    /// The square around the garment, without a mask.
    Unmasked,
    /// Masked, but with the photo's own grey values, from black to white.
    Untoned,
    /// Masked, and rotated by at most 45 degrees so that the mask's longer axis is vertical or horizontal.
    Upright,
}

impl Cropping {
    /// The edit that photos are prepared with.
    pub fn edit(self) -> PhotoEdit {
        PhotoEdit {
            region: match self {
                Self::Whole => Region::Whole,
                _ => Region::Auto,
            },
            ..PhotoEdit::default()
        }
    }

    /// Changes `crop` before it is rendered.
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
                if let Some(angle) = tilt(&crop.foreground) {
                    crop.grey = rotated(&crop.grey, angle);
                    crop.foreground = rotated(&crop.foreground, angle);
                }
            }
        }
    }
}

/// The angle of the longer or the shorter axis of a mask from vertical, whichever is less, in radians, clockwise;
/// `None` where the axes have no direction.
fn tilt(mask: &Plane) -> Option<f32> {
    let mut sums = [0.0; 6];
    for (index, &weight) in mask.values.iter().enumerate() {
        let x = (index % mask.width) as f32;
        let y = (index / mask.width) as f32;
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
    if difference < MIN_DIFFERENCE * (xx + yy) {
        return None;
    }
    let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
    Some(angle - (angle / FRAC_PI_2).round() * FRAC_PI_2)
}

/// Rotates a plane counterclockwise around its middle; its border pixels continue outwards.
fn rotated(plane: &Plane, angle: f32) -> Plane {
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

    /// A bar of a quarter of the side by three quarters, rotated clockwise from vertical.
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
        let mask = rotated(&upright, -angle);
        MaskedCrop {
            grey: Plane {
                values: mask
                    .values
                    .iter()
                    .map(|share| 200.0 - 100.0 * share)
                    .collect(),
                ..mask.clone()
            },
            foreground: mask,
            tone: [90.0, 110.0],
            whole_tone: [80.0, 210.0],
        }
    }

    fn prepared(crops: Cropping, mut crop: MaskedCrop) -> MaskedCrop {
        crops.prepare(&mut crop);
        crop
    }

    #[test]
    fn tilted_bar_becomes_upright_and_square_stays() {
        for angle in [0.3, -0.5] {
            let found = tilt(&bar(angle).foreground).unwrap();
            assert!((found - angle).abs() < 0.02, "{found} for {angle}");
            let upright = prepared(Cropping::Upright, bar(angle));
            assert!(tilt(&upright.foreground).unwrap().abs() < 0.02);
            assert_eq!(upright.tone, [90.0, 110.0]);
        }
        assert_eq!(tilt(&Plane::filled(20, 20, 1.0)), None);
        assert_eq!(tilt(&Plane::filled(20, 20, 0.0)), None);
    }

    #[test]
    fn variants_leave_out_masks_and_tones() {
        let unmasked = prepared(Cropping::Unmasked, bar(0.0));
        assert!(unmasked.foreground.values.iter().all(|&share| share == 1.0));
        assert_eq!(unmasked.tone, unmasked.whole_tone);
        assert_eq!(prepared(Cropping::Whole, bar(0.0)), unmasked);
        assert_eq!(Cropping::Whole.edit().region, Region::Whole);
        let untoned = prepared(Cropping::Untoned, bar(0.0));
        assert_eq!([untoned.tone, untoned.whole_tone], [[0.0, 255.0]; 2]);
        assert_eq!(untoned.foreground, bar(0.0).foreground);
        assert_eq!(prepared(Cropping::Usual, bar(0.2)), bar(0.2));
        assert_eq!(Cropping::default().edit(), PhotoEdit::default());
    }
}
