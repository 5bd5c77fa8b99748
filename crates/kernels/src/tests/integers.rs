//! Layers in 8-bit integers. What 8 bits hold exactly has to come out exactly.
//!
//! There a picture's greatest activation is 127 times a scale, and that of an output's weights 127
//! times another; everything else is a whole number of times its scale.

use super::*;

/// Rows of `row` whole numbers from 0 to 127, in 127ths; each has a 1.
fn activations(count: usize, row: usize, seed: u64) -> Vec<f32> {
    let mut found: Vec<f32> = (values(count, seed).iter())
        .map(|value| (value.abs() * 127.0).round() / 127.0)
        .collect();
    for (index, row) in found.chunks_mut(row).enumerate() {
        let place = index * 7919 % row.len();
        row[place] = 1.0;
    }
    found
}

/// Weights `[outputs, steps]` of whole numbers from -127 to 127, by their scales; each row has -127
/// or 127.
fn weights(outputs: usize, steps: usize, seed: u64) -> Vec<f32> {
    let mut found = values(outputs * steps, seed);
    for (output, row) in found.chunks_mut(steps).enumerate() {
        let scale = 0.5_f32.powi((output % 5) as i32) / 127.0;
        for weight in row.iter_mut() {
            *weight = (*weight * 127.0).round() * scale;
        }
        row[output * 7919 % steps] = if output % 2 == 0 { 127.0 } else { -127.0 } * scale;
    }
    found
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn convolutions_of_whole_numbers_are_exact(
        mut conv in convolutions(18), batch in up_to(3, 2), ending in 0_usize..3, seed in any::<u64>()
    ) {
        conv.inputs = conv.inputs.next_multiple_of(4);
        let picture = conv.size[0] * conv.size[1] * conv.inputs;
        let input = activations(batch * picture, picture, seed);
        let weights = weights(conv.outputs, conv.inputs * 9, seed ^ 1);
        assert_convolution(conv, batch, [&input, &weights], ending, seed, Arithmetic::Integers);
    }

    #[test]
    fn dense_layers_of_whole_numbers_are_exact(
        rows in up_to(9, 3), fours in up_to(40, 3), groups in up_to(5, 2), rectify in any::<bool>(),
        seed in any::<u64>()
    ) {
        // Of an odd number of groups there are none, and floats give the same.
        let (steps, outputs) = (fours * 4, groups * GROUP);
        let input = activations(rows * steps, steps, seed);
        let weights = weights(outputs, steps, seed ^ 1);
        let bias = values(outputs, seed ^ 2);
        let columns: Vec<f32> = (0..steps * outputs)
            .map(|index| weights[index % outputs * steps + index / outputs])
            .collect();
        let expected = reference::dense([&*input, &*columns, &*bias], rectify);
        let dense = Dense::new(&columns, bias, rectify, Arithmetic::Integers);
        for found in written(rows * outputs, |output| dense.run(&input, output)) {
            assert_close("output", &found, &expected, steps);
        }
    }

    /// Of any numbers each activation is off by half of its scale at most, and each weight by its own.
    #[test]
    fn rounding_is_off_by_no_more_than_it_may(
        groups in up_to(2, 1), side in up_to(9, 3), seed in any::<u64>()
    ) {
        let conv = Conv3x3 { size: [side; 2], inputs: groups * GROUP, outputs: GROUP, stride: 1 };
        let input: Vec<f32> = values(side * side * conv.inputs, seed).iter().map(|x| x.max(0.0)).collect();
        let weights = values(conv.outputs * conv.inputs * 9, seed ^ 1);
        let bias = vec![0.1; conv.outputs];
        let run = |arithmetic| {
            let packed = pack(&weights, conv.outputs);
            let convolution = Convolution::new(conv, packed, bias.clone(), false, arithmetic);
            let mut output = vec![f32::NAN; convolution.output_values()];
            convolution.run(&input, None, &mut output);
            output
        };
        let pairs = run(Arithmetic::Floats).into_iter().zip(run(Arithmetic::Integers));
        let most = (9 * conv.inputs) as f32 * 1.5 / 127.0;
        for (floats, integers) in pairs {
            prop_assert!((floats - integers).abs() <= most, "{integers}, not {floats}");
        }
    }
}

#[test]
fn nothing_comes_of_nothing() {
    let conv = Conv3x3 {
        size: [4; 2],
        inputs: 16,
        outputs: 16,
        stride: 1,
    };
    let new = |weights: Vec<f32>| {
        Convolution::new(conv, weights, vec![0.5; 16], false, Arithmetic::Integers)
    };
    let mut output = vec![f32::NAN; 4 * 4 * 16];
    new(vec![0.0; 9 * 16 * 16]).run(&[1.0; 4 * 4 * 16], None, &mut output);
    assert_eq!(output, [0.5; 4 * 4 * 16]);
    new(vec![1.0; 9 * 16 * 16]).run(&[0.0; 4 * 4 * 16], None, &mut output);
    assert_eq!(output, [0.5; 4 * 4 * 16]);
    new(vec![1.0; 9 * 16 * 16]).run(&[], None, &mut []);
    for arithmetic in [Arithmetic::Floats, Arithmetic::Integers] {
        let dense = Dense::new(&[1.0; 8 * 32], vec![0.5; 32], false, arithmetic);
        let mut output = vec![f32::NAN; 32];
        dense.run(&[0.0; 8], &mut output);
        assert_eq!(output, [0.5; 32]);
        dense.run(&[], &mut []);
    }
}
