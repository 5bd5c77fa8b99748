//! 2x2 maximum pooling with bias and ReLU, a part of a batch at a time.
#![expect(
    clippy::extra_unused_type_parameters,
    reason = "`with_simd` asks for a type of vectors"
)]

use macerator::Simd;

use super::layout::GROUP;

type Lanes = [f32; GROUP];

/// Which of the four pixels was the greatest, by channel: 0 and 1 above, 2 and 3 below.
pub(super) type Winners = [u8; GROUP];

/// `max(0, greatest of each 2x2 + bias)` of `values`, whole pictures of the given height, width
/// and channels, into `output`. A last odd row or column is left out.
#[macerator::with_simd]
pub(super) fn pool<S: Simd>(values: &[f32], size: [usize; 3], bias: &[f32], output: &mut [f32]) {
    let (bias, _) = bias.as_chunks::<GROUP>();
    let (output, _) = output.as_chunks_mut::<GROUP>();
    for ((output, four), group) in output.iter_mut().zip(fours(values, size)).zip(groups(size)) {
        let [a, b, c, d] = four.map(|lanes| *lanes);
        let bias = bias[group];
        *output = std::array::from_fn(|lane| {
            (a[lane].max(b[lane]).max(c[lane].max(d[lane])) + bias[lane]).max(0.0)
        });
    }
}

/// The same, with the winners.
#[macerator::with_simd]
pub(super) fn pool_with_winners<S: Simd>(
    values: &[f32],
    size: [usize; 3],
    bias: &[f32],
    output: &mut [f32],
) -> Vec<Winners> {
    let (bias, _) = bias.as_chunks::<GROUP>();
    let (output, _) = output.as_chunks_mut::<GROUP>();
    let mut winners = Vec::with_capacity(output.len());
    for ((output, four), group) in output.iter_mut().zip(fours(values, size)).zip(groups(size)) {
        let mut greatest = *four[0];
        let mut winner = [0; GROUP];
        for (number, lanes) in (1..).zip(&four[1..]) {
            for lane in 0..GROUP {
                let is_greater = lanes[lane] > greatest[lane];
                greatest[lane] = if is_greater {
                    lanes[lane]
                } else {
                    greatest[lane]
                };
                winner[lane] = if is_greater { number } else { winner[lane] };
            }
        }
        let bias = bias[group];
        *output = std::array::from_fn(|lane| (greatest[lane] + bias[lane]).max(0.0));
        winners.push(winner);
    }
    winners
}

/// What reaches the pooled values of the gradient of the output: all of it goes to the winner where
/// the output is above 0. Writes whole rows of pixels through `row`, two for each row of the
/// output, and adds the gradient of the bias to `bias`.
#[macerator::with_simd]
pub(super) fn spread<S: Simd>(
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
        let places = [
            (0, 2 * pixel * groups + group),
            (0, (2 * pixel + 1) * groups + group),
            (1, 2 * pixel * groups + group),
            (1, (2 * pixel + 1) * groups + group),
        ];
        for (number, (row, place)) in (0..).zip(places) {
            rows[row][place] = std::array::from_fn(|lane| {
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

/// The four pixels of each output pixel and group of channels.
fn fours(
    values: &[f32],
    [height, width, channels]: [usize; 3],
) -> impl Iterator<Item = [&Lanes; 4]> {
    let (values, _) = values.as_chunks::<GROUP>();
    let groups = channels / GROUP;
    let row = width * groups;
    values.chunks_exact(height * row).flat_map(move |picture| {
        picture.chunks_exact(2 * row).flat_map(move |rows| {
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

/// The group of each output pixel and group of channels.
fn groups([.., channels]: [usize; 3]) -> impl Iterator<Item = usize> {
    (0..channels / GROUP).cycle()
}
