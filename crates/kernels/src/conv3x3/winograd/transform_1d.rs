//! The one-dimensional transforms of F(4, 3): four outputs of a convolution with three taps by six
//! products (Winograd, 1980; for networks, Lavin and Gray, 2015).
//!
//! The six points at which the polynomials are multiplied are 0, ±3/4, ±3/2 and infinity. They are
//! symmetric, so that the transforms share even and odd parts, and their squares and products are
//! exact in binary. The usual 0, ±1, ±2 double the rounding error: the points' powers spread
//! further (Barabasz et al., 2018, on the choice of points).

use macerator::{Scalar, Simd, Vector};

use crate::simd::mul_add;

/// Outputs of one transform.
pub(super) const TILE: usize = 4;
/// Inputs of one transform, and products.
pub(super) const WINDOW: usize = 6;
/// Taps of one transform.
pub(super) const TAPS: usize = 3;

/// The finite points other than 0, with both signs.
const A: f64 = 0.75;
const B: f64 = 1.5;
const A2: f64 = A * A;
const B2: f64 = B * B;
/// The divisors of the kernel's polynomial at 0, ±A and ±B: the products of the differences to the
/// other points.
const AT_0: f64 = A2 * B2;
const AT_A: f64 = 2.0 * A2 * (A2 - B2);
const AT_B: f64 = 2.0 * B2 * (B2 - A2);

/// Returns a vector with the same value in each lane.
#[inline(always)]
fn constant<S: Simd>(value: f64) -> Vector<S, f32> {
    (value as f32).splat::<S>()
}

/// Returns `a x + b y`.
#[inline(always)]
fn sum<S: Simd>(a: f64, x: Vector<S, f32>, b: f64, y: Vector<S, f32>) -> Vector<S, f32> {
    mul_add(constant::<S>(a), x, constant::<S>(b) * y)
}

/// Transforms three taps of a kernel: `G w`.
#[inline(always)]
pub(super) fn taps<S: Simd>(w: [Vector<S, f32>; TAPS]) -> [Vector<S, f32>; WINDOW] {
    let (even_a, even_b) = (
        sum::<S>(A2 / AT_A, w[2], 1.0 / AT_A, w[0]),
        sum::<S>(B2 / AT_B, w[2], 1.0 / AT_B, w[0]),
    );
    let (odd_a, odd_b) = (constant::<S>(A / AT_A), constant::<S>(B / AT_B));
    let negative = constant::<S>(-1.0);
    [
        constant::<S>(1.0 / AT_0) * w[0],
        mul_add(odd_a, w[1], even_a),
        mul_add(negative * odd_a, w[1], even_a),
        mul_add(odd_b, w[1], even_b),
        mul_add(negative * odd_b, w[1], even_b),
        w[2],
    ]
}

/// Takes a gradient back through [`taps`]: `transposed G * u`.
#[inline(always)]
pub(super) fn taps_gradient<S: Simd>(u: [Vector<S, f32>; WINDOW]) -> [Vector<S, f32>; TAPS] {
    let (even_a, odd_a) = (u[1] + u[2], u[1] - u[2]);
    let (even_b, odd_b) = (u[3] + u[4], u[3] - u[4]);
    [
        mul_add(
            constant::<S>(1.0 / AT_0),
            u[0],
            sum::<S>(1.0 / AT_A, even_a, 1.0 / AT_B, even_b),
        ),
        sum::<S>(A / AT_A, odd_a, B / AT_B, odd_b),
        sum::<S>(A2 / AT_A, even_a, B2 / AT_B, even_b) + u[5],
    ]
}

/// Transforms six pixels: `transposed B * d`.
#[inline(always)]
pub(super) fn pixels<S: Simd>(d: [Vector<S, f32>; WINDOW]) -> [Vector<S, f32>; WINDOW] {
    let sum = constant::<S>(-(A2 + B2));
    let product = constant::<S>(A2 * B2);
    let even_a = mul_add(constant::<S>(-B2), d[2], d[4]);
    let odd_a = mul_add(constant::<S>(-B2), d[1], d[3]);
    let even_b = mul_add(constant::<S>(-A2), d[2], d[4]);
    let odd_b = mul_add(constant::<S>(-A2), d[1], d[3]);
    [
        mul_add(product, d[0], mul_add(sum, d[2], d[4])),
        mul_add(constant::<S>(A), odd_a, even_a),
        mul_add(constant::<S>(-A), odd_a, even_a),
        mul_add(constant::<S>(B), odd_b, even_b),
        mul_add(constant::<S>(-B), odd_b, even_b),
        mul_add(product, d[1], mul_add(sum, d[3], d[5])),
    ]
}

/// Transforms six products to four outputs: `transposed A * m`.
#[inline(always)]
pub(super) fn outputs<S: Simd>(m: [Vector<S, f32>; WINDOW]) -> [Vector<S, f32>; TILE] {
    let (even_a, odd_a) = (m[1] + m[2], m[1] - m[2]);
    let (even_b, odd_b) = (m[3] + m[4], m[3] - m[4]);
    [
        m[0] + even_a + even_b,
        sum::<S>(B, odd_b, A, odd_a),
        sum::<S>(B2, even_b, A2, even_a),
        mul_add(
            constant::<S>(B2 * B),
            odd_b,
            mul_add(constant::<S>(A2 * A), odd_a, m[5]),
        ),
    ]
}

/// Takes a gradient back through [`outputs`]: `A * y`.
#[inline(always)]
pub(super) fn outputs_gradient<S: Simd>(y: [Vector<S, f32>; TILE]) -> [Vector<S, f32>; WINDOW] {
    let even_a = mul_add(constant::<S>(A2), y[2], y[0]);
    let even_b = mul_add(constant::<S>(B2), y[2], y[0]);
    let odd_a = sum::<S>(A2 * A, y[3], A, y[1]);
    let odd_b = sum::<S>(B2 * B, y[3], B, y[1]);
    [
        y[0],
        even_a + odd_a,
        even_a - odd_a,
        even_b + odd_b,
        even_b - odd_b,
        y[3],
    ]
}
