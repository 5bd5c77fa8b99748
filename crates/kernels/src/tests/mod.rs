//! Every kernel compared with plain sums in double precision ([`reference`]).

mod gradients;
mod inference;
mod int8;
mod reference;

use core::ops::RangeInclusive;

use proptest::prelude::*;

use super::*;

/// Miri is a thousand times slower: it gets few cases, of small sizes.
fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 60 })
}

/// From 1 to `max`; under Miri to `max_in_miri`.
fn up_to(max: usize, max_in_miri: usize) -> RangeInclusive<usize> {
    1..=if cfg!(miri) { max_in_miri } else { max }
}

/// Input channels: mostly multiples of 16, as in all layers but the first.
fn channels() -> impl Strategy<Value = usize> {
    let groups = up_to(3, 1).prop_map(|groups| groups * GROUP);
    prop_oneof![groups, up_to(19, 3)]
}

/// A convolution of up to `side` pixels in both directions.
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

/// Returns values from -1 to 1, the same for the same seed.
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

/// Returns the results of a kernel on a new thread, whose buffers are exactly as long as it needs, so
/// that an access beyond them is detected, and on this thread, whose buffers others have used.
fn on_new_and_used_thread<R: Send>(run: impl Fn() -> R + Sync) -> [R; 2] {
    let fresh = std::thread::scope(|scope| scope.spawn(&run).join());
    [
        fresh.unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        run(),
    ]
}

/// Does the same for a kernel that writes to an output of `len` values.
fn outputs_of(len: usize, run: impl Fn(&mut [f32]) + Sync) -> [Vec<f32>; 2] {
    on_new_and_used_thread(|| {
        let mut output = vec![f32::NAN; len];
        run(&mut output);
        output
    })
}

/// Asserts that sums of `terms` products of values up to 1 agree up to rounding.
fn assert_close<T: Copy + Into<f64>>(what: &str, found: &[f32], expected: &[T], terms: usize) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let tolerance = 1e-6 * terms as f64 + 1e-5;
    for (index, (&a, &b)) in found.iter().zip(expected).enumerate() {
        let (a, b): (f64, f64) = (a.into(), b.into());
        assert!(
            (a - b).abs() <= tolerance,
            "{what} {index}: expected {b}, got {a}"
        );
    }
}

/// What follows a convolution besides bias and ReLU.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Nothing,
    Residual,
    MaxPool,
}

fn endings() -> impl Strategy<Value = Ending> {
    prop_oneof![
        Just(Ending::Nothing),
        Just(Ending::Residual),
        Just(Ending::MaxPool)
    ]
}

/// Compares a convolution of `input` with `weights`, `[outputs, 3, 3, inputs]`, with plain sums.
fn assert_convolution(
    conv: Conv3x3,
    batch: usize,
    [input, weights]: [&[f32]; 2],
    ending: Ending,
    seed: u64,
    precision: Precision,
) {
    let [height, width] = conv.output_size();
    let bias = values(conv.outputs, seed ^ 2);
    let residual = values(batch * height * width * conv.outputs, seed ^ 3);
    let max_pool = ending == Ending::MaxPool;
    let residual = (ending == Ending::Residual).then_some(residual.as_slice());
    let operands = [input, weights, &*bias];
    let expected = reference::convolved_with_epilogue(&conv, batch, operands, residual, max_pool);
    let packed = pack(weights, conv.outputs);
    let convolution = Convolution::new(conv, packed, bias, max_pool, precision);
    assert_eq!(convolution.outputs(), conv.outputs);
    let len = batch * convolution.output_values();
    for found in outputs_of(len, |output| convolution.run(input, residual, output)) {
        assert_close("output", &found, &expected, 9 * conv.inputs);
    }
}
