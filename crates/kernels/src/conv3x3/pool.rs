//! 2x2 max pooling with bias and ReLU, and its gradient.
#![expect(
    clippy::extra_unused_type_parameters,
    reason = "`with_simd` needs a type of vectors"
)]

use macerator::Simd;

use crate::pack::GROUP;
use crate::simd::{max_f32, relu};

type Lanes = [f32; GROUP];

/// Which of the four pixels was the maximum, by channel: 0 and 1 above, 2 and 3 below.
pub(crate) type Winners = [u8; GROUP];

/// Writes `max(0, maximum of each 2x2 + bias)` of `values`, whole images of the given height, width and
/// channels, to `output`. A last odd row or column is left out.
#[macerator::with_simd]
pub(super) fn max_pool<S: Simd>(
    values: &[f32],
    shape: [usize; 3],
    bias: &[f32],
    output: &mut [f32],
) {
    let (bias, _) = bias.as_chunks::<GROUP>();
    let (output, _) = output.as_chunks_mut::<GROUP>();
    for ((output, quad), group) in output
        .iter_mut()
        .zip(quads(values, shape))
        .zip(groups(shape))
    {
        let [a, b, c, d] = quad.map(|lanes| *lanes);
        let bias = bias[group];
        *output = std::array::from_fn(|lane| {
            let upper = max_f32(a[lane], b[lane]);
            let lower = max_f32(c[lane], d[lane]);
            relu(max_f32(upper, lower) + bias[lane])
        });
    }
}

/// Does the same and returns the winners.
#[macerator::with_simd]
pub(crate) fn max_pool_with_winners<S: Simd>(
    values: &[f32],
    shape: [usize; 3],
    bias: &[f32],
    output: &mut [f32],
) -> Vec<Winners> {
    let (bias, _) = bias.as_chunks::<GROUP>();
    let (output, _) = output.as_chunks_mut::<GROUP>();
    let mut winners = Vec::with_capacity(output.len());
    for ((output, quad), group) in output
        .iter_mut()
        .zip(quads(values, shape))
        .zip(groups(shape))
    {
        let mut maximum = *quad[0];
        let mut winner = [0; GROUP];
        for (number, lanes) in (1..).zip(&quad[1..]) {
            for lane in 0..GROUP {
                let is_greater = lanes[lane] > maximum[lane];
                maximum[lane] = if is_greater {
                    lanes[lane]
                } else {
                    maximum[lane]
                };
                winner[lane] = if is_greater { number } else { winner[lane] };
            }
        }
        let bias = bias[group];
        *output = std::array::from_fn(|lane| relu(maximum[lane] + bias[lane]));
        winners.push(winner);
    }
    winners
}

/// Writes the gradient of the pooled values, given that of the output: all of it goes to the winner
/// where the output is above 0. For one row of output pixels there are two, `upper` and `lower`. Adds
/// the gradient of the bias to `bias`.
#[macerator::with_simd]
pub(crate) fn max_pool_gradient<S: Simd>(
    gradient: &[f32],
    output: &[f32],
    winners: &[Winners],
    upper: &mut [f32],
    lower: &mut [f32],
    bias: &mut [f32],
) {
    let (bias, _) = bias.as_chunks_mut::<GROUP>();
    let groups = bias.len();
    let gradient = gradient.as_chunks::<GROUP>().0;
    let output = output.as_chunks::<GROUP>().0;
    let rows = [upper, lower].map(|row| row.as_chunks_mut::<GROUP>().0);
    let inputs = gradient.iter().zip(output).zip(winners);
    for (index, ((gradient, output), winner)) in inputs.enumerate() {
        let (pixel, group) = (index / groups, index % groups);
        let passed: Lanes = std::array::from_fn(|lane| {
            if output[lane] > 0.0 {
                gradient[lane]
            } else {
                0.0
            }
        });
        let targets = [
            (0, 2 * pixel * groups + group),
            (0, (2 * pixel + 1) * groups + group),
            (1, 2 * pixel * groups + group),
            (1, (2 * pixel + 1) * groups + group),
        ];
        for (number, (row, pixel)) in (0..).zip(targets) {
            rows[row][pixel] = std::array::from_fn(|lane| {
                if winner[lane] == number {
                    passed[lane]
                } else {
                    0.0
                }
            });
        }
        let bias = &mut bias[group];
        *bias = std::array::from_fn(|lane| bias[lane] + passed[lane]);
    }
}

/// Returns the four pixels of each output pixel and group of channels.
fn quads(
    values: &[f32],
    [height, width, channels]: [usize; 3],
) -> impl Iterator<Item = [&Lanes; 4]> {
    let (values, _) = values.as_chunks::<GROUP>();
    let groups = channels / GROUP;
    let row = width * groups;
    values.chunks_exact(height * row).flat_map(move |image| {
        image.chunks_exact(2 * row).flat_map(move |rows| {
            (0..width / 2).flat_map(move |x| {
                (0..groups).map(move |group| {
                    let at = 2 * x * groups + group;
                    [
                        &rows[at],
                        &rows[at + groups],
                        &rows[row + at],
                        &rows[row + at + groups],
                    ]
                })
            })
        })
    })
}

/// Returns the index of the group of each output pixel and group of channels.
fn groups([.., channels]: [usize; 3]) -> impl Iterator<Item = usize> {
    (0..channels / GROUP).cycle()
}
