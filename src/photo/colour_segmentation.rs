//! Separates the garment from the background by colour.
//!
//! Two Gaussian mixtures model the colours of foreground and background. They start from the seeds of a
//! [`SpatialPrior`] and are fitted again to the current segmentation in each round, as in GrabCut (Rother et
//! al., 2004). In each round the pixels' log-likelihood ratios plus the prior log-odds are the unary terms of
//! a conditional random field (CRF), whose marginals are approximated by mean-field iterations (Krähenbühl
//! and Koltun, 2011, here on a grid of eight neighbours).

use libm::expf;

use super::Plane;
use super::colour::{Colour, squared_distance};
use super::mixture::Mixture;
use super::spatial_prior::SpatialPrior;

/// Gaussians of each mixture.
const GAUSSIANS: usize = 5;
/// Rounds of fitting the mixtures and running the CRF.
const ROUNDS: usize = 3;
/// Mean-field iterations in each round.
const MEAN_FIELD_ITERATIONS: usize = 4;
/// Caps the absolute value of each pixel's log-likelihood ratio, in nats.
const MAX_LOG_LIKELIHOOD_RATIO: f32 = 6.0;
/// Pairwise weight of all eight neighbours together where they have the pixel's own colour, in nats. Diagonal
/// neighbours have a smaller part of it.
const PAIRWISE_WEIGHT: f32 = 5.0;

/// A segmentation by colour.
pub(super) struct ColourSegmentation {
    /// Probability that each pixel is foreground, 0 to 1.
    pub(super) foreground: Plane,
    /// Mean log-likelihood ratio over the foreground less that over the background, in nats per pixel, up to
    /// 12.
    pub(super) contrast: f32,
}

/// Segments an image of `[width, height]` pixels by its colours, row by row, and a spatial prior.
pub(super) fn segment_colours(
    colours: &[Colour],
    [width, height]: [usize; 2],
    prior: &SpatialPrior,
) -> ColourSegmentation {
    let SpatialPrior {
        background_seeds,
        foreground_seeds,
        log_odds: prior,
        ..
    } = prior;
    let mut foreground = vec![0.5; colours.len()];
    let mixtures = Mixture::from_clusters(colours, background_seeds, GAUSSIANS)
        .zip(Mixture::from_clusters(colours, foreground_seeds, GAUSSIANS));
    let Some((mut background_colours, mut foreground_colours)) = mixtures else {
        return ColourSegmentation {
            foreground: Plane::filled(width, height, 0.0),
            contrast: 0.0,
        };
    };
    let mut contrast = 0.0;
    let pairwise = PairwiseTerms::new(colours, [width, height]);
    for round in 0..ROUNDS {
        let to_foreground = foreground_colours.assign(colours);
        let to_background = background_colours.assign(colours);
        let assignments = to_foreground.iter().zip(&to_background).zip(prior);
        let unary: Vec<f32> = assignments
            .map(|((foreground, background), prior)| {
                (foreground.log_likelihood - background.log_likelihood)
                    .clamp(-MAX_LOG_LIKELIHOOD_RATIO, MAX_LOG_LIKELIHOOD_RATIO)
                    + prior
            })
            .collect();
        for (probability, &unary) in foreground.iter_mut().zip(&unary) {
            *probability = sigmoid(unary);
        }
        for _ in 0..MEAN_FIELD_ITERATIONS {
            foreground = pairwise.mean_field_iteration(&unary, &foreground);
        }
        contrast = colour_contrast(&unary, prior, &foreground);
        if round + 1 < ROUNDS {
            let background: Vec<f32> = foreground
                .iter()
                .map(|probability| 1.0 - probability)
                .collect();
            foreground_colours = foreground_colours.refitted(colours, &foreground, &to_foreground);
            background_colours = background_colours.refitted(colours, &background, &to_background);
        }
    }
    let foreground = Plane {
        width,
        height,
        values: foreground,
    };
    ColourSegmentation {
        foreground,
        contrast,
    }
}

/// Returns the mean log-likelihood ratio (unary term less prior) over the foreground less that over the
/// background.
fn colour_contrast(unary: &[f32], prior: &[f32], foreground: &[f32]) -> f32 {
    let mean = |is_foreground: bool| {
        let pixels = unary.iter().zip(prior).zip(foreground);
        let pixels = pixels.filter(|(_, probability)| (**probability >= 0.5) == is_foreground);
        let (sum, count) = pixels.fold((0.0, 0_u32), |(sum, count), ((unary, prior), _)| {
            (sum + unary - prior, count + 1)
        });
        sum / count.max(1) as f32
    };
    mean(true) - mean(false)
}

/// Approximates the logistic function by a rational function (a Padé approximant of tanh): fast, and the same
/// bits on every machine.
fn sigmoid(value: f32) -> f32 {
    let half = (0.5 * value).clamp(-3.0, 3.0);
    let square = half * half;
    0.5 + 0.5 * half * (27.0 + square) / (27.0 + 9.0 * square)
}

/// The CRF's pairwise terms between neighbouring pixels: the more similar their colours, the larger.
struct PairwiseTerms {
    /// Width of the image in pixels.
    width: usize,
    /// Weights in nats between each pixel and its neighbour at each of [`Self::OFFSETS`], row by row; 0 where
    /// there is no such neighbour.
    weights: [Vec<f32>; 4],
}

impl PairwiseTerms {
    /// Offsets `[dx + 1, dy]` of the neighbours right, down left, down and down right; the other four are
    /// their opposites.
    const OFFSETS: [[usize; 2]; 4] = [[2, 0], [0, 1], [1, 1], [2, 1]];

    /// Computes the terms of an image of `[width, height]` pixels.
    fn new(colours: &[Colour], [width, height]: [usize; 2]) -> Self {
        let pixels = || (0..height).flat_map(|y| (0..width).map(move |x| [x, y]));
        let squared_distances = Self::OFFSETS.map(|[dx, dy]| -> Vec<Option<f32>> {
            let to_neighbour = |[x, y]: [usize; 2]| {
                let [x_next, y_next] = [(x + dx).checked_sub(1)?, y + dy];
                let is_inside = x_next < width && y_next < height;
                let colour = is_inside.then(|| colours[y_next * width + x_next])?;
                Some(squared_distance(colours[y * width + x], colour))
            };
            pixels().map(to_neighbour).collect()
        });
        let horizontal = squared_distances[0].iter().flatten();
        let (sum, count) = horizontal.fold((0.0, 0_u32), |(sum, count), squared_distance| {
            (sum + squared_distance, count + 1)
        });
        // As in GrabCut, contrast is relative to the image's mean contrast.
        let mean = (sum / count.max(1) as f32).max(1e-6);
        let mut lengths = Self::OFFSETS
            .map(|[dx, dy]| ((dx as f32 - 1.0).powi(2) + (dy * dy) as f32).sqrt())
            .into_iter();
        let weights = squared_distances.map(|squared_distances| {
            let max_weight = PAIRWISE_WEIGHT / 8.0 / lengths.next().unwrap_or(1.0);
            let weight = |squared_distance: Option<f32>| {
                squared_distance.map_or(0.0, |squared_distance| {
                    max_weight * expf(-squared_distance / (2.0 * mean))
                })
            };
            squared_distances.into_iter().map(weight).collect()
        });
        Self { width, weights }
    }

    /// Runs one mean-field iteration: returns the foreground probabilities given those of the neighbours.
    fn mean_field_iteration(&self, unary: &[f32], foreground: &[f32]) -> Vec<f32> {
        let mut log_odds = unary.to_vec();
        // Expected labels, with -1 for background and 1 for foreground.
        let labels: Vec<f32> = foreground
            .iter()
            .map(|probability| 2.0 * probability - 1.0)
            .collect();
        for (weights, [dx, dy]) in self.weights.iter().zip(Self::OFFSETS) {
            // Distance of the neighbour in row-major order. Weights are 0 where it would wrap to another row.
            let stride = dy * self.width + dx - 1;
            let forward = weights.iter().zip(&labels[stride..]);
            for (log_odds, (weight, label)) in log_odds.iter_mut().zip(forward) {
                *log_odds += weight * label;
            }
            let backward = weights.iter().zip(&labels);
            for (log_odds, (weight, label)) in log_odds[stride..].iter_mut().zip(backward) {
                *log_odds += weight * label;
            }
        }
        log_odds.into_iter().map(sigmoid).collect()
    }
}
