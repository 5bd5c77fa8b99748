//! Every kernel against the plain sums that it stands for, in double precision.

mod gradients;
mod inference;
mod integers;
mod reference;

use core::ops::RangeInclusive;

use proptest::prelude::*;

use super::*;

/// Miri takes a thousand times as long: it gets few cases, of small sizes.
fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 60 })
}

/// From 1 to `most`; under Miri to `most_in_miri`.
fn up_to(most: usize, most_in_miri: usize) -> RangeInclusive<usize> {
    1..=if cfg!(miri) { most_in_miri } else { most }
}

/// Input channels: mostly whole groups, as all layers but the first have them.
fn channels() -> impl Strategy<Value = usize> {
    let groups = up_to(3, 1).prop_map(|groups| groups * GROUP);
    prop_oneof![groups, up_to(19, 3)]
}

/// A convolution of up to `side` pixels each way.
fn convolutions(side: usize) -> impl Strategy<Value = Conv3x3> {
    let size = [up_to(side, 6), up_to(side, 6)];
    let shape = (size, channels(), up_to(3, 1), 1_usize..=2);
    shape.prop_map(|(size, inputs, groups, stride)| Conv3x3 {
        size,
        inputs,
        outputs: groups * GROUP,
        stride,
    })
}

/// Values from -1 to 1 that repeat for the same seed.
fn values(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2) + 1;
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 40) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}

/// What a kernel gives on a new thread, whose scratch is no longer than it needs, so that a step
/// beyond it is seen; and on this one, whose scratch others have used.
fn fresh_and_used<R: Send>(run: impl Fn() -> R + Sync) -> [R; 2] {
    let fresh = std::thread::scope(|scope| scope.spawn(&run).join());
    [
        fresh.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        run(),
    ]
}

/// The same of a kernel that writes to an output of `len` values.
fn written(len: usize, run: impl Fn(&mut [f32]) + Sync) -> [Vec<f32>; 2] {
    fresh_and_used(|| {
        let mut output = vec![f32::NAN; len];
        run(&mut output);
        output
    })
}

/// Sums of `terms` products of values up to 1, rounded in another order.
fn assert_close<T: Copy + Into<f64>>(what: &str, found: &[f32], expected: &[T], terms: usize) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let tolerance = 1e-6 * terms as f64 + 1e-5;
    for (index, (&a, &b)) in found.iter().zip(expected).enumerate() {
        let (a, b): (f64, f64) = (a.into(), b.into());
        assert!((a - b).abs() <= tolerance, "{what} {index}: {a}, not {b}");
    }
}

/// A convolution of `input` with `weights`, `[outputs, 3, 3, inputs]`, against plain sums: with bias
/// and ReLU alone where `ending` is 0, with a residual where it is 1, pooled where it is 2.
fn assert_convolution(
    conv: Conv3x3,
    batch: usize,
    [input, weights]: [&[f32]; 2],
    ending: usize,
    seed: u64,
    arithmetic: Arithmetic,
) {
    let [height, width] = conv.output_size();
    let bias = values(conv.outputs, seed ^ 2);
    let residual = values(batch * height * width * conv.outputs, seed ^ 3);
    let (adds, pools) = (ending == 1, ending == 2);
    let residual = adds.then_some(residual.as_slice());
    let operands = [input, weights, &*bias];
    let expected = reference::finished(&conv, batch, operands, residual, pools);
    let packed = pack(weights, conv.outputs);
    let convolution = Convolution::new(conv, packed, bias, pools, arithmetic);
    assert_eq!(convolution.outputs(), conv.outputs);
    let len = batch * convolution.output_values();
    for found in written(len, |output| convolution.run(input, residual, output)) {
        assert_close("output", &found, &expected, 9 * conv.inputs);
    }
}
