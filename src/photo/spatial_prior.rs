//! The spatial prior: where in the image the garment is expected, before its colours are known.

use libm::logf;

use super::bounds::Bounds;
use super::{Plane, RotatedBox};

/// Depth of the border that seeds the background, as a share of the shorter side.
const BORDER_DEPTH: f32 = 0.05;
/// Radius of the central ellipse that seeds the foreground, as a share of half the sides.
const CENTRE_RADIUS: f32 = 0.6;
/// Prior log-odds outside a user's box, in nats: so low that no colour outweighs it.
const OUTSIDE_LOG_ODDS: f32 = -100.0;
/// Scales distances in a user's box: its edges have the prior log-odds of a photo at this distance from the
/// centre, since people draw boxes close to the garment.
const BOX_DISTANCE_SCALE: f32 = 0.8;

/// Least probability of a pixel that seeds the colours of the garment, or of the background.
const MIN_SEED: f32 = 0.6;
/// Weight of the log-odds of a segmentation network beside those of the colours.
const LOG_ODDS_WEIGHT: f32 = 1.5;

/// What each pixel's position says about it. All vectors have one value for each pixel, row by row.
///
/// Normalised distances are `[horizontal, vertical]` distances from the centre of the image or of a user's
/// box, in halves of its width and height: 1 at its edges.
pub(super) struct SpatialPrior {
    /// 1 for pixels that seed the background's colours, else 0.
    pub(super) background_seeds: Vec<f32>,
    /// 1 for pixels that seed the foreground's colours, else 0.
    pub(super) foreground_seeds: Vec<f32>,
    /// Prior log-odds of foreground, in nats.
    pub(super) log_odds: Vec<f32>,
    /// Squared length of the normalised distance.
    pub(super) squared_distances: Vec<f32>,
    /// `[width, height]` in pixels.
    size: [usize; 2],
}

impl SpatialPrior {
    /// Expects the garment at the centre of an image of `[width, height]` pixels rather than at its edges.
    pub(super) fn centred(size: [usize; 2]) -> Self {
        let distances = || pixels(size).map(|pixel| normalised_distance(pixel, size));
        let log_odds = |[x, y]: [f32; 2]| {
            let distance = x.max(y);
            1.0 - 3.0 * distance * distance * distance
        };
        Self {
            background_seeds: border(size),
            foreground_seeds: distances().map(centre_seed).collect(),
            log_odds: distances().map(log_odds).collect(),
            squared_distances: distances().map(|[x, y]| x * x + y * y).collect(),
            size,
        }
    }

    /// Expects the garment at the centre of a box, and none of it outside, in an image of `[width, height]`
    /// pixels that covers `window`. The box and `window` are in pixels of the photo.
    pub(super) fn in_box(rotated_box: &RotatedBox, size: [usize; 2], window: Bounds) -> Self {
        let photo_to_box = rotated_box.photo_to_box();
        let pixel_size = window.pixel_size(size);
        let distances: Vec<[f32; 2]> = pixels(size)
            .map(|[x, y]| {
                let [u, v] = photo_to_box([
                    window.left + (x as f32 + 0.5) * pixel_size[0],
                    window.top + (y as f32 + 0.5) * pixel_size[1],
                ]);
                [
                    (2.0 * u / rotated_box.width).abs(),
                    (2.0 * v / rotated_box.height).abs(),
                ]
            })
            .collect();
        let is_outside = |[x, y]: [f32; 2]| x.max(y) > 1.0;
        let outside: Vec<f32> = (distances.iter())
            .map(|&distance| f32::from(u8::from(is_outside(distance))))
            .collect();
        // Where the box covers nearly all of the image, its border seeds the background, as without a box.
        let border = border(size);
        let is_enough = outside.iter().sum::<f32>() >= border.iter().sum::<f32>();
        let log_odds = |[x, y]: [f32; 2]| {
            let distance = BOX_DISTANCE_SCALE * x.max(y);
            match is_outside([x, y]) {
                true => OUTSIDE_LOG_ODDS,
                false => 1.0 - 3.0 * distance * distance * distance,
            }
        };
        Self {
            background_seeds: if is_enough { outside } else { border },
            foreground_seeds: distances
                .iter()
                .map(|&distance| centre_seed(distance))
                .collect(),
            log_odds: distances
                .iter()
                .map(|&distance| log_odds(distance))
                .collect(),
            squared_distances: distances.iter().map(|[x, y]| x * x + y * y).collect(),
            size,
        }
    }

    /// Expects the garment where its probability is high, in an image of `[width, height]` pixels. Probabilities are given
    /// row by row, each 0 to 1.
    pub(super) fn of_probabilities(probabilities: &[f32], size: [usize; 2]) -> Self {
        let seed = |probability: f32| ((probability - MIN_SEED) / (1.0 - MIN_SEED)).max(0.0);
        let log_odds = |&probability: &f32| {
            let probability = probability.clamp(0.002, 0.998);
            LOG_ODDS_WEIGHT * logf(probability / (1.0 - probability))
        };
        Self {
            background_seeds: (probabilities.iter())
                .map(|probability| seed(1.0 - probability))
                .collect(),
            foreground_seeds: probabilities.iter().map(|&share| seed(share)).collect(),
            log_odds: probabilities.iter().map(log_odds).collect(),
            squared_distances: pixels(size)
                .map(|pixel| normalised_distance(pixel, size))
                .map(|[x, y]| x * x + y * y)
                .collect(),
            size,
        }
    }

    /// Returns the mask of all pixels that may be foreground: those inside the box, or all without one.
    pub(super) fn allowed_mask(&self) -> Plane {
        let [width, height] = self.size;
        let is_allowed = |&log_odds: &f32| f32::from(u8::from(log_odds > OUTSIDE_LOG_ODDS));
        Plane {
            width,
            height,
            values: self.log_odds.iter().map(is_allowed).collect(),
        }
    }
}

/// Iterates over the pixels `[x, y]` of an image of `[width, height]` pixels, row by row.
fn pixels([width, height]: [usize; 2]) -> impl Iterator<Item = [usize; 2]> {
    (0..height).flat_map(move |y| (0..width).map(move |x| [x, y]))
}

/// Returns a pixel's normalised distance from the centre of an image of `[width, height]` pixels.
fn normalised_distance([x, y]: [usize; 2], [width, height]: [usize; 2]) -> [f32; 2] {
    let along_axis =
        |position: usize, length: usize| ((2 * position + 1) as f32 / length as f32 - 1.0).abs();
    [along_axis(x, width), along_axis(y, height)]
}

/// Returns 1 inside the central ellipse, else 0.
fn centre_seed([x, y]: [f32; 2]) -> f32 {
    f32::from(u8::from(x * x + y * y < CENTRE_RADIUS * CENTRE_RADIUS))
}

/// Returns 1 for the pixels of the image's border, else 0.
fn border(size: [usize; 2]) -> Vec<f32> {
    let [width, height] = size;
    let depth = (BORDER_DEPTH * width.min(height) as f32).ceil() as usize;
    let is_border = |[x, y]: [usize; 2]| {
        let distance = x.min(y).min(width - 1 - x).min(height - 1 - y);
        f32::from(u8::from(distance < depth))
    };
    pixels(size).map(is_border).collect()
}
