//! Mixtures of Gaussians in colour space, fitted as GrabCut does (Rother et al., 2004): every
//! colour belongs wholly to one of them.

use super::colour::{Colour, squared_distance};
use super::math::ln;

/// What is added to the variances: deviations of 0.03 in lightness, which shadows change, and of
/// 0.012 in the others, about the least difference that is seen.
const LEAST_VARIANCES: Colour = [0.03 * 0.03, 0.012 * 0.012, 0.012 * 0.012];
/// Passes of k-means.
const PASSES: usize = 4;

/// A Gaussian and its share.
#[derive(Clone, Copy, Debug)]
struct Component {
    /// `ln(share) - ln(determinant) / 2`.
    offset: f32,
    mean: Colour,
    /// The inverse of the covariance: rows and columns 00, 01, 02, 11, 12, 22.
    inverse: [f32; 6],
}

impl Component {
    /// The logarithm of share times density, but for a constant.
    fn score(&self, colour: Colour) -> f32 {
        let [x, y, z] = [0, 1, 2].map(|axis| colour[axis] - self.mean[axis]);
        let [xx, xy, xz, yy, yz, zz] = self.inverse;
        let square =
            xx * x * x + yy * y * y + zz * z * z + 2.0 * (xy * x * y + xz * x * z + yz * y * z);
        self.offset - 0.5 * square
    }
}

/// A mixture of Gaussians.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    components: Vec<Component>,
}

/// A Gaussian of a mixture, and how well it suits a colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Best {
    component: u8,
    /// The logarithm of its share times density, but for a constant.
    pub(super) score: f32,
}

/// Sums of weighted colours and their products.
#[derive(Clone, Copy, Default)]
struct Moments {
    weight: f32,
    sum: [f32; 3],
    products: [f32; 6],
}

impl Moments {
    fn add(&mut self, [x, y, z]: Colour, weight: f32) {
        self.weight += weight;
        for (sum, value) in self.sum.iter_mut().zip([x, y, z]) {
            *sum += weight * value;
        }
        for (sum, value) in self
            .products
            .iter_mut()
            .zip([x * x, x * y, x * z, y * y, y * z, z * z])
        {
            *sum += weight * value;
        }
    }

    fn mean(&self) -> Colour {
        self.sum.map(|sum| sum / self.weight)
    }

    fn component(&self, total: f32) -> Component {
        let mean = self.mean();
        let [x, y, z] = mean;
        let raw = self.products.map(|product| product / self.weight);
        let a = raw[0] - x * x + LEAST_VARIANCES[0];
        let b = raw[1] - x * y;
        let c = raw[2] - x * z;
        let d = raw[3] - y * y + LEAST_VARIANCES[1];
        let e = raw[4] - y * z;
        let f = raw[5] - z * z + LEAST_VARIANCES[2];
        // Positive in exact numbers, since the least variances are added.
        let determinant = (a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d))
            .max(LEAST_VARIANCES.iter().product());
        let inverse = [
            d * f - e * e,
            c * e - b * f,
            b * e - c * d,
            a * f - c * c,
            b * c - a * e,
            a * d - b * b,
        ]
        .map(|cofactor| cofactor / determinant);
        Component {
            offset: ln(self.weight / total) - 0.5 * ln(determinant),
            mean,
            inverse,
        }
    }
}

/// The mixture of clusters' moments; `None` where all are empty.
fn of_moments(moments: &[Moments]) -> Option<Mixture> {
    let total: f32 = moments.iter().map(|moments| moments.weight).sum();
    let filled = moments
        .iter()
        .filter(|moments| moments.weight > 1e-4 * total && moments.weight > 0.0);
    let components: Vec<_> = filled.map(|moments| moments.component(total)).collect();
    (!components.is_empty()).then_some(Mixture { components })
}

impl Mixture {
    /// Of up to `count` clusters found by k-means; `None` where all weights are 0. The first
    /// centres are the mean and then, one by one, the colour farthest from those before it.
    pub(super) fn of_clusters(colours: &[Colour], weights: &[f32], count: usize) -> Option<Self> {
        let mut all = Moments::default();
        for (&colour, &weight) in colours.iter().zip(weights) {
            all.add(colour, weight);
        }
        if all.weight <= 0.0 {
            return None;
        }
        let mut centres = vec![all.mean()];
        let mut distances = vec![f32::INFINITY; colours.len()];
        while centres.len() < count {
            let last = centres[centres.len() - 1];
            let mut farthest = (0.0, last);
            for ((distance, &colour), &weight) in distances.iter_mut().zip(colours).zip(weights) {
                *distance = distance.min(squared_distance(colour, last));
                if weight > 0.0 && *distance > farthest.0 {
                    farthest = (*distance, colour);
                }
            }
            centres.push(farthest.1);
        }
        let mut moments = Vec::new();
        for _ in 0..PASSES {
            moments = vec![Moments::default(); centres.len()];
            for (&colour, &weight) in colours.iter().zip(weights) {
                if weight > 0.0 {
                    let nearest = nearest(&centres, colour);
                    moments[nearest].add(colour, weight);
                }
            }
            for (centre, moments) in centres.iter_mut().zip(&moments) {
                if moments.weight > 0.0 {
                    *centre = moments.mean();
                }
            }
        }
        of_moments(&moments)
    }

    /// Fitted again to `colours`, each going to the Gaussian that it suited best; as it was where
    /// all weights are 0.
    pub(super) fn refitted(self, colours: &[Colour], weights: &[f32], best: &[Best]) -> Self {
        let mut moments = vec![Moments::default(); self.components.len()];
        for ((&colour, &weight), best) in colours.iter().zip(weights).zip(best) {
            moments[usize::from(best.component)].add(colour, weight);
        }
        of_moments(&moments).unwrap_or(self)
    }

    /// The Gaussian that suits a colour best.
    pub(super) fn best(&self, colour: Colour) -> Best {
        let mut best = Best {
            component: 0,
            score: f32::NEG_INFINITY,
        };
        for (index, component) in self.components.iter().enumerate() {
            let score = component.score(colour);
            if score > best.score {
                best = Best {
                    component: index as u8,
                    score,
                };
            }
        }
        best
    }
}

fn nearest(centres: &[Colour], colour: Colour) -> usize {
    let mut best = (0, f32::INFINITY);
    for (index, &centre) in centres.iter().enumerate() {
        let distance = squared_distance(centre, colour);
        if distance < best.1 {
            best = (index, distance);
        }
    }
    best.0
}
