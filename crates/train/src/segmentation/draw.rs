//! Random views of examples.

use rand::Rng;

use super::{Example, UNKNOWN};
use crate::card::LabeledInputs;
use thimble::parts::{PARTS, Part};
use thimble::photo::PartWindow;
use thimble::prediction::most_likely;

/// Samples along each side of an output pixel, from which its shares of the parts are counted.
const SAMPLES: usize = 2;

/// An input and what the network should say of it.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// `[side, side, 3]`, 0 to 1.
    pub input: Vec<f32>,
    /// Shares of the parts of each output pixel, `[side / 2, side / 2, 10]`; less than 1 in sum where some of it is
    /// not known.
    pub target: Vec<[f32; PARTS]>,
}

/// Draws a random view of an example for a network of inputs of `side` pixels a side.
pub fn draw(example: &Example, side: usize, colour_jitter: f64, generator: &mut impl Rng) -> Drawn {
    let window = random_window(example, generator);
    let mut input = window.render(side, &example.image);
    change_colours(&mut input, colour_jitter as f32, generator);
    Drawn {
        input,
        target: target(example, &window, side / 2),
    }
}

/// Returns the shares of the parts in each output pixel.
pub fn target(example: &Example, window: &PartWindow, side: usize) -> Vec<[f32; PARTS]> {
    let share = 1.0 / (SAMPLES * SAMPLES) as f32;
    let place = |index: usize, part: usize| {
        (index as f32 + (part as f32 + 0.5) / SAMPLES as f32) / side as f32
    };
    let pixel = |index: usize| {
        let (x, y) = (index % side, index / side);
        let mut shares = [0.0; PARTS];
        for sample in 0..SAMPLES * SAMPLES {
            let point = [place(x, sample % SAMPLES), place(y, sample / SAMPLES)];
            if let Some(sum) = shares.get_mut(usize::from(example.part(window.to_photo(point)))) {
                *sum += share;
            }
        }
        shares
    };
    (0..side * side).map(pixel).collect()
}

/// Renders the windows of whole photos for a network of inputs of `side` pixels a side, with the most frequent part of each
/// output pixel; pixels whose part is not known count as background.
pub fn labeled_windows(examples: &[&Example], side: usize) -> LabeledInputs {
    let mut inputs = LabeledInputs::default();
    for example in examples {
        let window = PartWindow::whole(example.image.size());
        inputs.values.extend(window.render(side, &example.image));
        for shares in target(example, &window, side / 2) {
            inputs.labels.push(most_likely(&shares) as u8);
        }
    }
    inputs
}

/// Draws a window: about the whole photo, or around a garment as a person would draw a box.
fn random_window(example: &Example, generator: &mut impl Rng) -> PartWindow {
    let [width, height] = example.image.size().map(|side| side as f32);
    let boxed = if generator.random_bool(0.5) {
        random_garment(example, generator)
    } else {
        None
    };
    let (centre, size, spread) = match boxed {
        Some([left, top, right, bottom]) => {
            let margin = generator.random_range(0.05..0.6) * (right - left).max(bottom - top);
            (
                [(left + right) / 2.0, (top + bottom) / 2.0],
                [right - left + margin, bottom - top + margin],
                0.15,
            )
        }
        None => {
            let zoom = (generator.random_range(-0.7..0.2_f32)).exp();
            (
                [width / 2.0, height / 2.0],
                [width * zoom, height * zoom],
                0.3 * (1.1 - zoom).max(0.15),
            )
        }
    };
    let mut around = |reach: f32| generator.random_range(-reach..=reach);
    let centre = [
        centre[0] + around(spread) * size[0].max(0.3 * width),
        centre[1] + around(spread) * size[1].max(0.3 * height),
    ];
    let stretch = around(0.2).exp();
    let size = [size[0] * stretch, size[1] / stretch];
    // The mean of two, so that small angles are more likely.
    let angle = around(0.2) + around(0.2);
    let (sine, cosine) = angle.sin_cos();
    PartWindow {
        sin_cos: [sine, cosine],
        mirror: generator.random(),
        ..PartWindow::upright(centre, size)
    }
}

/// Returns the bounds of a random garment, `[left, top, right, bottom]` in pixels of the photo.
fn random_garment(example: &Example, generator: &mut impl Rng) -> Option<[f32; 4]> {
    let [width, height] = example.map_size;
    let mut bounds = [[usize::MAX, usize::MAX, 0, 0]; PARTS];
    let mut counts = [0; PARTS];
    for (index, part) in example.map.iter().enumerate() {
        let (x, y) = (index % width, index / width);
        if let Some(bounds) = bounds.get_mut(usize::from(*part)) {
            *bounds = [
                bounds[0].min(x),
                bounds[1].min(y),
                bounds[2].max(x + 1),
                bounds[3].max(y + 1),
            ];
            counts[usize::from(*part)] += 1;
        }
    }
    let least = width * height / 200;
    let found: Vec<[usize; 4]> = (Part::GARMENTS.iter())
        .filter(|part| counts[part.index()] > least)
        .map(|part| bounds[part.index()])
        .collect();
    if found.is_empty() {
        return None;
    }
    let [left, top, right, bottom] =
        found[generator.random_range(0..found.len())].map(|place| place as f32);
    let scale = example.pixel_of([width, height]);
    Some([
        left * scale[0],
        top * scale[1],
        right * scale[0],
        bottom * scale[1],
    ])
}

/// Changes brightness, contrast, saturation and the gain of each channel.
pub(crate) fn change_colours(input: &mut [f32], jitter: f32, generator: &mut impl Rng) {
    let mut around = |reach: f32| jitter * generator.random_range(-reach..=reach);
    let contrast = around(0.35).exp();
    let shift = around(0.15);
    let gains = [around(0.15).exp(), around(0.15).exp(), around(0.15).exp()];
    let saturation = (1.0 + around(0.8)).max(0.0);
    let gamma = around(0.3).exp();
    for pixel in input.as_chunks_mut::<3>().0 {
        let mean = pixel.iter().sum::<f32>() / 3.0;
        for (value, gain) in pixel.iter_mut().zip(gains) {
            let coloured = (mean + saturation * (*value - mean)) * gain;
            let changed = (coloured - 0.5) * contrast + 0.5 + shift;
            *value = changed.clamp(0.0, 1.0).powf(gamma);
        }
    }
}

/// Counts the pixels of each part, for their weights.
pub(super) fn part_counts<'a>(examples: impl IntoIterator<Item = &'a Example>) -> [f64; PARTS] {
    let mut counts = [0.0; PARTS];
    for example in examples {
        let pixels = example.map.len() as f64;
        for part in &example.map {
            if *part != UNKNOWN {
                counts[usize::from(*part)] += 1.0 / pixels;
            }
        }
    }
    counts
}
