use burn::tensor::{Device, Tensor};

use super::conv_norm::composed;
use super::*;
use crate::test_values::values;

/// Output, mean, variance, and the gradients of input, weights, gamma, beta and residual.
fn run(
    by: impl Fn(Tensor<4>, Tensor<2>, [Tensor<1>; 2], Option<Tensor<4>>, usize, f32) -> Normalized,
    [inputs, outputs, stride]: [usize; 3],
    with_residual: bool,
) -> Vec<Vec<f32>> {
    let device = Device::flex().autodiff();
    // Few values: close to the kink of a ReLU, rounding decides the gradient.
    let (batch, side) = (2, 6_usize);
    let out_side = side.div_ceil(stride);
    let input = values([batch, side, side, inputs], 1, &device);
    // Like that of the first layer, an input of one channel needs no gradient.
    let input = if inputs == 1 {
        input
    } else {
        input.require_grad()
    };
    let weights = values([outputs, 9 * inputs], 2, &device).require_grad();
    let gamma = values([outputs], 3, &device).require_grad();
    let beta = values([outputs], 4, &device).require_grad();
    let residual = values([batch, out_side, out_side, outputs], 5, &device);
    let residual = residual.require_grad();
    let weight_of_output = values([batch, out_side, out_side, outputs], 6, &device);
    let normalized = by(
        input.clone(),
        weights.clone(),
        [gamma.clone(), beta.clone()],
        with_residual.then(|| residual.clone()),
        stride,
        1e-5,
    );
    let gradients = (normalized.output.clone() * weight_of_output)
        .sum()
        .backward();
    let mut found = vec![
        normalized.output.into_data(),
        normalized.mean.into_data(),
        normalized.variance.into_data(),
        weights.grad(&gradients).unwrap().into_data(),
        gamma.grad(&gradients).unwrap().into_data(),
        beta.grad(&gradients).unwrap().into_data(),
    ];
    if inputs > 1 {
        found.push(input.grad(&gradients).unwrap().into_data());
    }
    if with_residual {
        found.push(residual.grad(&gradients).unwrap().into_data());
    }
    found
        .into_iter()
        .map(|data| data.try_to_vec().unwrap())
        .collect()
}

#[test]
fn conv_norm_matches_burn_operations() {
    for shape in [
        [1, 16, 1],
        [16, 16, 1],
        [16, 32, 2],
        [48, 16, 2],
        [32, 48, 1],
    ] {
        for with_residual in [false, true] {
            let found = run(conv_norm, shape, with_residual);
            let expected = run(composed, shape, with_residual);
            assert_eq!(found.len(), expected.len());
            for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert_eq!(found.len(), expected.len());
                for (a, b) in found.iter().zip(expected) {
                    assert!(
                        (a - b).abs() <= 2e-4 * (1.0 + b.abs()),
                        "{shape:?}, residual {with_residual}, result {index}: {a}, not {b}"
                    );
                }
            }
        }
    }
}

#[test]
fn upsample_matches_burn_operations() {
    let run = |by: fn(Tensor<4>) -> Tensor<4>| {
        let device = Device::flex().autodiff();
        let input = values([2, 3, 4, 5], 1, &device).require_grad();
        let output = by(input.clone());
        let gradients = (output.clone() * values([2, 6, 8, 5], 2, &device))
            .sum()
            .backward();
        let gradient = input.grad(&gradients).unwrap().into_data();
        [output.into_data(), gradient].map(|data| data.try_to_vec::<f32>().unwrap())
    };
    let found = run(upsample).into_iter().flatten();
    let expected = run(thimble_burn::upsample).into_iter().flatten();
    for (a, b) in found.zip(expected) {
        assert!((a - b).abs() <= 1e-5, "{a}, not {b}");
    }
}

#[test]
fn weighted_cross_entropy_matches_burn_operations() {
    let run = |by: fn(Tensor<2>, Tensor<2>) -> Tensor<1>| {
        let device = Device::flex().autodiff();
        let logits = values([30, 10], 1, &device).require_grad();
        // The last rows have no weight.
        let weights = Tensor::cat(
            vec![
                values([20, 10], 2, &device).abs(),
                Tensor::zeros([10, 10], &device),
            ],
            0,
        );
        let loss = by(logits.clone() * 3.0, weights);
        let gradients = (loss.clone() * 0.5).backward();
        let gradient = logits.grad(&gradients).unwrap().into_data();
        [loss.into_data(), gradient].map(|data| data.try_to_vec::<f32>().unwrap())
    };
    let found = run(weighted_cross_entropy);
    let expected = run(super::weighted_cross_entropy::composed);
    assert!((found[0][0] - expected[0][0]).abs() <= 1e-3 * expected[0][0].abs());
    for (a, b) in found[1].iter().zip(&expected[1]) {
        assert!((a - b).abs() <= 1e-5, "{a}, not {b}");
    }
}
