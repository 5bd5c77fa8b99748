//! `native-peers ENGINE MODEL.onnx BATCH THREADS INPUTS`: one network in one Rust engine.
//!
//! INPUTS holds grey bytes, 784 for each input, of which the first BATCH are used. The program answers
//! each line on standard input with one line: `logits` with the logits, `time SECONDS` with the
//! microseconds an input over at least that long.

use std::io::{BufRead, stdin};
use std::time::Instant;

use engine::{Error, INPUT_VALUES, Network};
use rten_peer::Rten;
use tract_peer::Tract;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [engine, model, batch, threads, inputs] = arguments.as_slice() else {
        return Err("usage: native-peers ENGINE MODEL.onnx BATCH THREADS INPUTS".into());
    };
    let (batch, threads) = (batch.parse()?, threads.parse()?);
    let onnx = std::fs::read(model)?;
    let bytes = std::fs::read(inputs)?;
    let bytes = bytes.get(..batch * INPUT_VALUES).ok_or("too few inputs")?;
    let values: Vec<f32> = bytes.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    match engine.as_str() {
        "rten" => answer(Rten::load(&onnx, batch, threads)?, batch, &values),
        "tract" => answer(Tract::load(&onnx, batch, threads)?, batch, &values),
        _ => Err(format!("engine must be rten or tract, got `{engine}`").into()),
    }
}

fn answer(mut network: impl Network, batch: usize, values: &[f32]) -> Result<(), Error> {
    for line in stdin().lock().lines() {
        let line = line?;
        match line.split_once(' ') {
            None if line == "logits" => {
                let logits: Vec<String> = network.run(values)?.iter().map(f32::to_string).collect();
                println!("{}", logits.join(" "));
            }
            Some(("time", seconds)) => {
                println!("{}", micros(&mut network, batch, values, seconds.parse()?)?);
            }
            _ => return Err(format!("expected `logits` or `time SECONDS`, got `{line}`").into()),
        }
    }
    Ok(())
}

/// Microseconds an input; each call's logits are there before the next.
fn micros(
    network: &mut impl Network,
    batch: usize,
    values: &[f32],
    seconds: f64,
) -> Result<f64, Error> {
    let started = Instant::now();
    let mut calls = 0;
    while started.elapsed().as_secs_f64() < seconds {
        std::hint::black_box(network.run(values)?);
        calls += 1;
    }
    Ok(started.elapsed().as_secs_f64() * 1e6 / (calls * batch) as f64)
}
