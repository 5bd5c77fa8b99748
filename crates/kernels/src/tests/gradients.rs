use super::*;

/// Rounding may decide the order of values that differ by less.
const GAP: f64 = 1e-3;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn forward_and_backward_equal_plain_sums(
        conv in convolutions(11), batch in up_to(20, 2), seed in any::<u64>()
    ) {
        let [height, width] = conv.output_size();
        let input = values(batch * conv.size[0] * conv.size[1] * conv.inputs, seed);
        let weights = values(conv.outputs * conv.inputs * 9, seed ^ 1);
        let gradient = values(batch * height * width * conv.outputs, seed ^ 2);
        let expected = reference::convolved(&conv, batch, &input, &weights);
        for found in on_new_and_used_thread(|| forward(&conv, &input, &weights)) {
            assert_close("output", &found, &expected, 9 * conv.inputs);
        }
        let [of_weights, of_input] =
            reference::gradients(&conv, batch, [&input, &weights], &doubles(&gradient));
        let wants_input = conv.inputs.is_multiple_of(GROUP);
        let run = || backward(&conv, &input, &weights, &gradient, wants_input);
        for (found, found_input) in on_new_and_used_thread(run) {
            assert_close("weights' gradient", &found, &of_weights, batch * height * width);
            prop_assert_eq!(found_input.is_some(), wants_input);
            if let Some(found) = found_input {
                assert_close("input's gradient", &found, &of_input, 9 * conv.outputs);
            }
        }
    }

    #[test]
    fn max_pool_passes_gradient_to_maximum(
        half in [up_to(6, 3), up_to(6, 3)], inputs in channels(), groups in up_to(2, 1),
        batch in up_to(12, 2), seed in any::<u64>()
    ) {
        let outputs = groups * GROUP;
        let conv = Conv3x3 { size: half.map(|side| 2 * side), inputs, outputs, stride: 1 };
        let input = values(batch * 4 * half[0] * half[1] * inputs, seed);
        let weights = values(outputs * inputs * 9, seed ^ 1);
        let bias = values(outputs, seed ^ 2);
        let mut gradient = values(batch * half[0] * half[1] * outputs, seed ^ 3);
        let convolved = reference::convolved(&conv, batch, &input, &weights);
        let mut expected = Vec::new();
        let mut passed = vec![0.0; convolved.len()];
        let mut of_bias = vec![0.0; outputs];
        let quads = reference::quads(batch, conv.size, outputs);
        for (at, (quad, gradient)) in quads.zip(&mut gradient).enumerate() {
            let mut ranked = quad;
            ranked.sort_by(|a, b| convolved[*b].total_cmp(&convolved[*a]));
            let [first, second] = [convolved[ranked[0]], convolved[ranked[1]]];
            let sum = first + f64::from(bias[at % outputs]);
            expected.push(sum.max(0.0));
            // Where rounding decides there is no gradient to compare.
            if first - second < GAP || sum.abs() < GAP {
                *gradient = 0.0;
            }
            if sum > 0.0 {
                passed[ranked[0]] = f64::from(*gradient);
                of_bias[at % outputs] += f64::from(*gradient);
            }
        }
        let both = on_new_and_used_thread(|| conv.pool_forward(&input, &weights, &bias));
        for found in &both {
            assert_close("output", &found.output, &expected, 9 * inputs);
        }
        let [found, _] = both;
        let [of_weights, of_input] = reference::gradients(&conv, batch, [&input, &weights], &passed);
        let wants_input = inputs.is_multiple_of(GROUP);
        let pass = ConvPoolBackward {
            output: &found.output,
            winners: &found.winners,
            gradient: &gradient,
            wants_input,
        };
        let pixels = batch * half[0] * half[1];
        for found in on_new_and_used_thread(|| conv.pool_backward(&input, &weights, &pass)) {
            assert_close("weights' gradient", &found.weights, &of_weights, pixels);
            assert_close("bias' gradient", &found.bias, &of_bias, pixels);
            prop_assert_eq!(found.input.is_some(), wants_input);
            if let Some(found) = found.input {
                assert_close("input's gradient", &found, &of_input, 9 * outputs);
            }
        }
    }

    #[test]
    fn conv_norm_and_its_gradients_equal_formulas(
        conv in convolutions(9), batch in up_to(12, 2), with_residual in any::<bool>(), seed in any::<u64>()
    ) {
        let [height, width] = conv.output_size();
        let outputs = conv.outputs;
        let input = values(batch * conv.size[0] * conv.size[1] * conv.inputs, seed);
        let weights = values(outputs * conv.inputs * 9, seed ^ 1);
        let [gamma, beta] = [2, 3].map(|draw| values(outputs, seed ^ draw));
        let residual = values(batch * height * width * outputs, seed ^ 4);
        let gradient = values(residual.len(), seed ^ 5);
        let residual = with_residual.then_some(residual.as_slice());
        let pixels = (batch * height * width) as f64;
        // Large, so that small variances do not amplify rounding errors.
        let kernel = ConvNorm { conv, epsilon: 1.0 };

        let both = on_new_and_used_thread(|| kernel.forward(&input, &weights, [&gamma, &beta], residual));
        let convolved = reference::convolved(&conv, batch, &input, &weights);
        let mean = by_channel(&convolved, outputs, |_, value| value / pixels);
        let variance = by_channel(&convolved, outputs, |at, value| {
            (value - mean[at % outputs]).powi(2) / pixels
        });
        let normalised = |at: usize| {
            let channel = at % outputs;
            (convolved[at] - mean[channel]) / (variance[channel] + 1.0).sqrt()
        };
        let expected: Vec<f64> = (0..convolved.len()).map(|at| {
            let affine = normalised(at) * f64::from(gamma[at % outputs]) + f64::from(beta[at % outputs]);
            (affine + residual.map_or(0.0, |residual| f64::from(residual[at]))).max(0.0)
        }).collect();
        for found in &both {
            assert_close("convolved", &found.convolved, &convolved, 9 * conv.inputs);
            assert_close("mean", &found.mean, &mean, 9 * conv.inputs);
            // Squares of sums of products.
            assert_close("variance", &found.variance, &variance, 40 * conv.inputs);
            assert_close("output", &found.output, &expected, 40 * conv.inputs);
        }
        let [found, _] = both;

        // Ioffe and Szegedy, 2015. Where the ReLU passes its gradient is read from its output.
        let passed: Vec<f64> = found.output.iter().zip(&gradient)
            .map(|(output, gradient)| if *output > 0.0 { f64::from(*gradient) } else { 0.0 })
            .collect();
        let of_beta = by_channel(&passed, outputs, |_, value| value);
        let of_gamma = by_channel(&passed, outputs, |at, value| value * normalised(at));
        let of_convolved: Vec<f64> = (0..passed.len()).map(|at| {
            let channel = at % outputs;
            let centred = passed[at] - of_beta[channel] / pixels - normalised(at) * of_gamma[channel] / pixels;
            f64::from(gamma[channel]) / (variance[channel] + 1.0).sqrt() * centred
        }).collect();
        let [of_weights, of_input] =
            reference::gradients(&conv, batch, [&input, &weights], &of_convolved);
        let wants_input = conv.inputs.is_multiple_of(GROUP);
        let pass = ConvNormBackward {
            convolved: &found.convolved,
            output: &found.output,
            mean: &found.mean,
            variance: &found.variance,
            gradient: &gradient,
            wants_input,
            wants_residual: with_residual,
        };
        let terms = 2 * pixels as usize;
        for found in on_new_and_used_thread(|| kernel.backward(&input, &weights, &gamma, &pass)) {
            assert_close("beta's gradient", &found.beta, &of_beta, terms);
            assert_close("gamma's gradient", &found.gamma, &of_gamma, 2 * terms);
            assert_close("weights' gradient", &found.weights, &of_weights, 2 * terms);
            prop_assert_eq!(found.residual.is_some(), with_residual);
            if let Some(found) = found.residual {
                assert_close("residual's gradient", &found, &passed, 0);
            }
            prop_assert_eq!(found.input.is_some(), wants_input);
            if let Some(found) = found.input {
                assert_close("input's gradient", &found, &of_input, 18 * outputs);
            }
        }
    }
}

fn doubles(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// Returns, for each channel, the sum of what `of` returns for the offset and value of its values.
fn by_channel(values: &[f64], channels: usize, of: impl Fn(usize, f64) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; channels];
    for (at, value) in values.iter().enumerate() {
        sums[at % channels] += of(at, *value);
    }
    sums
}
