//! Finding the garment: how likely each pixel is to belong to it.
//!
//! Two mixtures of colours, the background's and the garment's, start from the photo's border and
//! its middle, and then fit each other's leavings, as in GrabCut (Rother et al., 2004). Between
//! rounds the pixels' answers are smoothed over neighbours of like colour by mean-field steps
//! (Krähenbühl and Koltun, 2011, on a grid of eight neighbours).

use super::Plane;
use super::colour::{Colour, squared_distance};
use super::expectation::Expectation;
use super::math::exp;
use super::mixture::Mixture;

/// Gaussians in each mixture.
const GAUSSIANS: usize = 5;
/// Rounds of fitting and smoothing.
const ROUNDS: usize = 3;
/// Mean-field steps a round.
const STEPS: usize = 4;
/// No pixel's colour speaks louder than this, in nats.
const LOUDEST: f32 = 6.0;
/// How much neighbours of one colour pull, all eight together, in nats.
const PULL: f32 = 5.0;

/// A photo's garment.
pub(super) struct ColourSegmentation {
    /// How likely each pixel is garment, 0 to 1.
    pub(super) foreground: Plane,
    /// How much better the garment's colours suit its pixels than the background's do, less the
    /// same of the background's pixels: nats a pixel, up to 12.
    pub(super) contrast: f32,
}

/// Finds the garment in a picture of these colours, row by row, by where it is expected.
pub(super) fn segment_colours(
    colours: &[Colour],
    [width, height]: [usize; 2],
    expectation: &Expectation,
) -> ColourSegmentation {
    let Expectation {
        border,
        middle,
        prior,
        ..
    } = expectation;
    let mut foreground = vec![0.5; colours.len()];
    let mixtures = Mixture::of_clusters(colours, border, GAUSSIANS)
        .zip(Mixture::of_clusters(colours, middle, GAUSSIANS));
    let Some((mut outside, mut inside)) = mixtures else {
        return ColourSegmentation {
            foreground: Plane::filled(width, height, 0.0),
            contrast: 0.0,
        };
    };
    let mut contrast = 0.0;
    let pulls = Pulls::of(colours, [width, height]);
    for round in 0..ROUNDS {
        let found = |mixture: &Mixture| -> Vec<_> {
            colours.iter().map(|&colour| mixture.best(colour)).collect()
        };
        let (of_inside, of_outside) = (found(&inside), found(&outside));
        let ratios = of_inside.iter().zip(&of_outside).zip(prior);
        let evidence: Vec<f32> = ratios
            .map(|((inside, outside), prior)| {
                (inside.score - outside.score).clamp(-LOUDEST, LOUDEST) + prior
            })
            .collect();
        for (share, &evidence) in foreground.iter_mut().zip(&evidence) {
            *share = sigmoid(evidence);
        }
        for _ in 0..STEPS {
            foreground = pulls.step(&evidence, &foreground);
        }
        contrast = means_apart(&evidence, prior, &foreground);
        if round + 1 < ROUNDS {
            let rest: Vec<f32> = foreground.iter().map(|share| 1.0 - share).collect();
            inside = inside.refitted(colours, &foreground, &of_inside);
            outside = outside.refitted(colours, &rest, &of_outside);
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

/// The mean of the colours' evidence over the garment less that over the rest.
fn means_apart(evidence: &[f32], prior: &[f32], foreground: &[f32]) -> f32 {
    let mean = |is_garment: bool| {
        let pixels = evidence.iter().zip(prior).zip(foreground);
        let pixels = pixels.filter(|(_, share)| (**share >= 0.5) == is_garment);
        let (sum, count) = pixels.fold((0.0, 0_u32), |(sum, count), ((all, prior), _)| {
            (sum + all - prior, count + 1)
        });
        sum / count.max(1) as f32
    };
    mean(true) - mean(false)
}

/// The logistic function, by a fraction close to it: the same on every machine, and cheap.
fn sigmoid(value: f32) -> f32 {
    let half = (0.5 * value).clamp(-3.0, 3.0);
    let square = half * half;
    0.5 + 0.5 * half * (27.0 + square) / (27.0 + 9.0 * square)
}

/// How much each pixel pulls its neighbours to its side, the more the more alike they are.
struct Pulls {
    /// Pixels in a row.
    width: usize,
    /// Of each pixel and its neighbour to the right, down left, down and down right; 0 where there
    /// is none.
    shares: [Vec<f32>; 4],
}

impl Pulls {
    /// To the right, one column being left out, and down.
    const AHEAD: [[usize; 2]; 4] = [[2, 0], [0, 1], [1, 1], [2, 1]];

    fn of(colours: &[Colour], [width, height]: [usize; 2]) -> Self {
        let places = || (0..height).flat_map(|y| (0..width).map(move |x| [x, y]));
        let squares = Self::AHEAD.map(|[dx, dy]| -> Vec<Option<f32>> {
            let square = |[x, y]: [usize; 2]| {
                let [x_next, y_next] = [(x + dx).checked_sub(1)?, y + dy];
                let is_inside = x_next < width && y_next < height;
                let colour = is_inside.then(|| colours[y_next * width + x_next])?;
                Some(squared_distance(colours[y * width + x], colour))
            };
            places().map(square).collect()
        });
        let across = squares[0].iter().flatten();
        let (sum, count) = across.fold((0.0, 0_u32), |(sum, count), square| {
            (sum + square, count + 1)
        });
        // As in GrabCut: contrast counts by the mean of the picture's own.
        let mean = (sum / count.max(1) as f32).max(1e-6);
        let mut lengths = Self::AHEAD
            .map(|[dx, dy]| ((dx as f32 - 1.0).powi(2) + (dy * dy) as f32).sqrt())
            .into_iter();
        let shares = squares.map(|squares| {
            let most = PULL / 8.0 / lengths.next().unwrap_or(1.0);
            let share = |square: Option<f32>| {
                square.map_or(0.0, |square| most * exp(-square / (2.0 * mean)))
            };
            squares.into_iter().map(share).collect()
        });
        Self { width, shares }
    }

    /// One mean-field step.
    fn step(&self, evidence: &[f32], foreground: &[f32]) -> Vec<f32> {
        let mut sums = evidence.to_vec();
        let sides: Vec<f32> = foreground.iter().map(|share| 2.0 * share - 1.0).collect();
        for (shares, [dx, dy]) in self.shares.iter().zip(Self::AHEAD) {
            // Pixels and their neighbours this far ahead, in the order of rows; the shares are 0
            // where that would go on in another row.
            let ahead = dy * self.width + dx - 1;
            for (sum, (share, side)) in sums.iter_mut().zip(shares.iter().zip(&sides[ahead..])) {
                *sum += share * side;
            }
            for (sum, (share, side)) in sums[ahead..].iter_mut().zip(shares.iter().zip(&sides)) {
                *sum += share * side;
            }
        }
        sums.into_iter().map(sigmoid).collect()
    }
}
