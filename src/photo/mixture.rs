//! Gaussian mixtures in colour space, fitted as in GrabCut (Rother et al., 2004): each colour is assigned to
//! exactly one Gaussian.

use libm::logf;

use super::colour::{Colour, squared_distance};

/// Added to the variances of the three axes, which keeps covariances invertible: a standard deviation of 0.03
/// in lightness, which shadows change, and of 0.012 in the others, about the smallest visible difference.
const ADDED_VARIANCES: Colour = [0.03 * 0.03, 0.012 * 0.012, 0.012 * 0.012];
/// Most colours that k-means clusters.
const MAX_CLUSTERED: usize = 4096;
/// Iterations of k-means.
const KMEANS_ITERATIONS: usize = 4;

/// A Gaussian of a mixture.
#[derive(Clone, Copy, Debug)]
struct Gaussian {
    /// `logf(mixing weight) - logf(determinant of the covariance) / 2`.
    log_scale: f32,
    mean: Colour,
    /// Inverse of the covariance: its elements 00, 01, 02, 11, 12 and 22.
    precision: [f32; 6],
}

/// Colours that are assigned together, an axis after the other, so that SIMD instructions compute them.
type Axes = [[f32; LANES]; 3];
const LANES: usize = 8;

impl Gaussian {
    /// Returns the log of mixing weight times density of each colour, in nats, up to a constant that all Gaussians share.
    fn log_likelihoods(&self, axes: &Axes) -> [f32; LANES] {
        let [xx, xy, xz, yy, yz, zz] = self.precision;
        core::array::from_fn(|lane| {
            let [x, y, z] = [0, 1, 2].map(|axis| axes[axis][lane] - self.mean[axis]);
            let squared_mahalanobis =
                xx * x * x + yy * y * y + zz * z * z + 2.0 * (xy * x * y + xz * x * z + yz * y * z);
            self.log_scale - 0.5 * squared_mahalanobis
        })
    }
}

/// A Gaussian mixture.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    gaussians: Vec<Gaussian>,
}

/// The Gaussian of a mixture under which a colour is most likely.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assignment {
    gaussian: u8,
    /// Log of its mixing weight times density, in nats, up to a constant that all mixtures share.
    pub(super) log_likelihood: f32,
}

/// Weighted sums of colours and of the products of their axes.
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

    /// Fits a Gaussian, whose mixing weight is the share of `total`.
    fn gaussian(&self, total: f32) -> Gaussian {
        let mean = self.mean();
        let [x, y, z] = mean;
        let raw = self.products.map(|product| product / self.weight);
        let a = raw[0] - x * x + ADDED_VARIANCES[0];
        let b = raw[1] - x * y;
        let c = raw[2] - x * z;
        let d = raw[3] - y * y + ADDED_VARIANCES[1];
        let e = raw[4] - y * z;
        let f = raw[5] - z * z + ADDED_VARIANCES[2];
        // In exact arithmetic at least the product of the added variances; rounding can lower it.
        let determinant = (a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d))
            .max(ADDED_VARIANCES.iter().product());
        let precision = [
            d * f - e * e,
            c * e - b * f,
            b * e - c * d,
            a * f - c * c,
            b * c - a * e,
            a * d - b * b,
        ]
        .map(|cofactor| cofactor / determinant);
        Gaussian {
            log_scale: logf(self.weight / total) - 0.5 * logf(determinant),
            mean,
            precision,
        }
    }
}

/// Fits one Gaussian to each cluster that has more than 0.01 % of the weight; `None` where all weights are 0.
fn from_moments(moments: &[Moments]) -> Option<Mixture> {
    let total: f32 = moments.iter().map(|moments| moments.weight).sum();
    let non_empty = moments
        .iter()
        .filter(|moments| moments.weight > 1e-4 * total && moments.weight > 0.0);
    let gaussians: Vec<_> = non_empty.map(|moments| moments.gaussian(total)).collect();
    (!gaussians.is_empty()).then_some(Mixture { gaussians })
}

impl Mixture {
    /// Fits up to `count` Gaussians to weighted colours by k-means; `None` where all weights are 0. The
    /// initial centres are the mean and then, one by one, the colour farthest from the centres so far. Of many
    /// colours some thousand are clustered, spread evenly.
    pub(super) fn from_clusters(colours: &[Colour], weights: &[f32], count: usize) -> Option<Self> {
        let weighted = colours.iter().copied().zip(weights.iter().copied());
        let mut weighted: Vec<(Colour, f32)> =
            weighted.filter(|(_, weight)| *weight > 0.0).collect();
        let step = weighted.len().div_ceil(MAX_CLUSTERED).max(1);
        weighted = weighted.into_iter().step_by(step).collect();
        let mut all = Moments::default();
        for &(colour, weight) in &weighted {
            all.add(colour, weight);
        }
        if all.weight <= 0.0 {
            return None;
        }
        let mut centres = vec![all.mean()];
        let mut distances = vec![f32::INFINITY; weighted.len()];
        while centres.len() < count {
            let last = centres[centres.len() - 1];
            let mut farthest = (0.0, last);
            for (nearest, &(colour, _)) in distances.iter_mut().zip(&weighted) {
                let distance = squared_distance(colour, last);
                // Unlike `f32::min`, one instruction of WebAssembly.
                *nearest = if distance < *nearest {
                    distance
                } else {
                    *nearest
                };
                if *nearest > farthest.0 {
                    farthest = (*nearest, colour);
                }
            }
            centres.push(farthest.1);
        }
        let mut moments = Vec::new();
        for _ in 0..KMEANS_ITERATIONS {
            moments = vec![Moments::default(); centres.len()];
            for &(colour, weight) in &weighted {
                moments[nearest(&centres, colour)].add(colour, weight);
            }
            for (centre, moments) in centres.iter_mut().zip(&moments) {
                if moments.weight > 0.0 {
                    *centre = moments.mean();
                }
            }
        }
        from_moments(&moments)
    }

    /// Fits the Gaussians again to the weighted colours that are assigned to them; unchanged where all
    /// weights are 0.
    pub(super) fn refitted(
        self,
        colours: &[Colour],
        weights: &[f32],
        assignments: &[Assignment],
    ) -> Self {
        let mut moments = vec![Moments::default(); self.gaussians.len()];
        for ((&colour, &weight), assignment) in colours.iter().zip(weights).zip(assignments) {
            moments[usize::from(assignment.gaussian)].add(colour, weight);
        }
        from_moments(&moments).unwrap_or(self)
    }

    /// Assigns each colour to the Gaussian under which it is most likely.
    pub(super) fn assign(&self, colours: &[Colour]) -> Vec<Assignment> {
        let mut assignments = Vec::with_capacity(colours.len());
        for colours in colours.chunks(LANES) {
            let mut axes: Axes = [[0.0; LANES]; 3];
            for (lane, colour) in colours.iter().enumerate() {
                for (axis, value) in axes.iter_mut().zip(colour) {
                    axis[lane] = *value;
                }
            }
            let mut gaussians = [0; LANES];
            let mut log_likelihoods = [f32::NEG_INFINITY; LANES];
            for (index, gaussian) in (0_u32..).zip(&self.gaussians) {
                let others = gaussian.log_likelihoods(&axes);
                for lane in 0..LANES {
                    let is_likelier = others[lane] > log_likelihoods[lane];
                    gaussians[lane] = if is_likelier { index } else { gaussians[lane] };
                    log_likelihoods[lane] = if is_likelier {
                        others[lane]
                    } else {
                        log_likelihoods[lane]
                    };
                }
            }
            let lanes = gaussians.into_iter().zip(log_likelihoods);
            assignments.extend(lanes.take(colours.len()).map(|(gaussian, log_likelihood)| {
                Assignment {
                    gaussian: gaussian as u8,
                    log_likelihood,
                }
            }));
        }
        assignments
    }
}

/// Returns the index of the centre nearest to a colour.
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
