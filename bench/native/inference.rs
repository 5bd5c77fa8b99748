//! What inference is made of, timed natively: whole networks, each kind of layer alone, and the
//! preparation of a large photo.
//!
//! Networks run on all threads that rayon has, as on the command line; layers and photos on one.

use anyhow::{Result, ensure};
use criterion::{BatchSize, Criterion, Throughput};
use thimble::network::{INPUT_VALUES, Model as _, NetworkName, ShippedNetwork};
use thimble::photo::{Downscaler, PhotoEdit, prepare_downscaled};
use thimble_kernels::{Conv3x3, Convolution, Dense, GROUP, Precision, pack, weighted_sums};

/// Inputs that a layer is given: as many as an engine takes through its layers at once.
const INPUTS: usize = 8;
/// A photo of 12 megapixels, and the height of the strips that it comes in.
const PHOTO: [usize; 2] = [4000, 3000];
const STRIP: usize = 64;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().configure_from_args();
    networks(&mut criterion)?;
    convolutions(&mut criterion);
    dense_layers(&mut criterion);
    photos(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

fn networks(criterion: &mut Criterion) -> Result<()> {
    let mut group = criterion.benchmark_group("network");
    for name in [NetworkName::Paper, NetworkName::Thimble] {
        let engine = ShippedNetwork::find(name)?
            .weights(None)?
            .load(Precision::F32)?;
        for batch in [1, 64] {
            let inputs: Vec<f32> = values(batch * INPUT_VALUES)
                .iter()
                .map(|x| x + 0.5)
                .collect();
            ensure!(engine.run(&inputs).wait()?.len() == batch * 10, "logits");
            group.throughput(Throughput::Elements(batch as u64));
            group.bench_function(format!("{name}, batch {batch}"), |bencher| {
                bencher.iter(|| engine.run(&inputs));
            });
        }
    }
    group.finish();
    Ok(())
}

fn convolutions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("convolution");
    group.throughput(Throughput::Elements(INPUTS as u64));
    for (what, side, inputs, outputs, stride, pools) in [
        ("first, 28x28, 1 to 16", 28, 1, 16, 1, false),
        ("first, 28x28, 1 to 16, pooled", 28, 1, 16, 1, true),
        ("28x28, 16 to 16", 28, 16, 16, 1, false),
        ("14x14, 32 to 32", 14, 32, 32, 1, false),
        ("7x7, 64 to 64", 7, 64, 64, 1, false),
        ("14x14, 16 to 32, pooled", 14, 16, 32, 1, true),
        ("28x28, 16 to 32, stride 2", 28, 16, 32, 2, false),
        ("14x14, 32 to 64, stride 2", 14, 32, 64, 2, false),
    ] {
        let conv = Conv3x3 {
            size: [side; 2],
            inputs,
            outputs,
            stride,
        };
        let weights = pack(&values(outputs * 9 * inputs), outputs);
        let layer = Convolution::new(conv, weights, values(outputs), pools, Precision::F32);
        let input = values(INPUTS * side * side * inputs);
        let mut output = vec![0.0; INPUTS * layer.output_values()];
        group.bench_function(what, |bencher| {
            bencher.iter(|| layer.run(&input, None, &mut output));
        });
    }
    group.finish();
}

fn dense_layers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dense");
    group.throughput(Throughput::Elements(INPUTS as u64));
    for (what, k, outputs, relu) in [
        ("1568 to 128", 49 * 2 * GROUP, 128, true),
        ("128 to 10", 128, 10, false),
    ] {
        let layer = Dense::new(&values(k * outputs), values(outputs), relu, Precision::F32);
        let input = values(INPUTS * k);
        let mut output = vec![0.0; INPUTS * outputs];
        group.bench_function(what, |bencher| {
            bencher.iter(|| layer.run(&input, &mut output));
        });
    }
    let (pixels, channels) = (49, 64);
    let input = values(INPUTS * pixels * channels);
    let weights = values(pixels * channels);
    let mut output = vec![0.0; INPUTS * channels];
    group.bench_function("weighted sums of 7x7, 64 channels", |bencher| {
        bencher.iter(|| weighted_sums(&input, &weights, channels, &mut output));
    });
    group.finish();
}

fn photos(criterion: &mut Criterion) -> Result<()> {
    let [width, height] = PHOTO;
    let photo = composed(width, height);
    let reduced = || {
        let mut reducer = Downscaler::new(width, height)?;
        for rows in photo.chunks(STRIP * width * 4) {
            reducer.push(rows)?;
        }
        reducer.finish()
    };
    let once = reduced()?;
    prepare_downscaled(&once, &PhotoEdit::default())?;
    let mut group = criterion.benchmark_group("photo");
    group.sample_size(10);
    group.throughput(Throughput::Elements((width * height) as u64));
    group.bench_function("12 megapixels, reduced in strips", |bencher| {
        bencher.iter(reduced);
    });
    group.bench_function("12 megapixels, reduced in strips and prepared", |bencher| {
        bencher.iter(|| prepare_downscaled(&reduced()?, &PhotoEdit::default()));
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("prepared when it is reduced", |bencher| {
        bencher.iter_batched(
            || once.clone(),
            |once| prepare_downscaled(&once, &PhotoEdit::default()),
            BatchSize::LargeInput,
        );
    });
    group.finish();
    Ok(())
}

/// Values from -0.5 to 0.5.
fn values(count: usize) -> Vec<f32> {
    (0..count)
        .map(|index| (index * 7919 % 251) as f32 / 250.0 - 0.5)
        .collect()
}

/// A dark shirt, body and sleeves, on a light wall whose light falls off, with some grain: RGBA.
fn composed(width: usize, height: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(width * height * 4);
    for y in 0..height {
        for x in 0..width {
            let (across, down) = (x * 100 / width, y * 100 / height);
            let is_body = (35..65).contains(&across) && (20..85).contains(&down);
            let is_sleeve = (20..80).contains(&across) && (20..40).contains(&down);
            let grain = (x * 31 + y * 17) % 7;
            let [red, green, blue] = match is_body || is_sleeve {
                true => [40, 60, 120],
                false => [225 - down / 4, 220 - down / 4, 205 - across / 5],
            };
            bytes.extend([red, green, blue].map(|value| (value + grain) as u8));
            bytes.push(255);
        }
    }
    bytes
}
