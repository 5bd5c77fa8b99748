//! `thimble-train bench`.

use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use super::options::{self, Backend, Threads};
use super::output::{print, print_json};
use super::{bench_convolutions, bench_training};
use crate::evaluate::model;
use thimble::network::{INPUT_VALUES, Model, NetworkName, ShippedNetwork, grey_values};
use thimble_burn::BurnNetwork;

/// Batch sizes.
const BATCHES: [usize; 2] = [1, 64];
/// Each time is the median of this many rounds, in which the backends take turns.
const ROUNDS: usize = 7;
/// A round repeats for at least this long.
const ROUND_SECONDS: f64 = 0.1;

/// Time the networks natively, on the CPU kernels and on burn's ndarray device.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train bench
  thimble-train bench --network paper --threads 1 --json
  thimble-train bench --convolutions
  thimble-train bench --training

Every time is the median of 7 rounds in which the backends take turns, with the fastest and the slowest
round beside it.")]
pub(super) struct Bench {
    /// The network [default: every shipped network].
    #[arg(long, value_parser = options::network)]
    network: Option<NetworkName>,
    /// Time the convolution kernels and burn's convolutions, forward and backward, instead.
    #[arg(long)]
    convolutions: bool,
    /// Time training steps of both kinds of network instead.
    #[arg(long, conflicts_with = "convolutions")]
    training: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    threads: Threads,
}

/// One network on one backend at one batch size.
struct Case {
    name: NetworkName,
    backend: Backend,
    batch: usize,
    model: Box<dyn Model>,
    micros: Vec<f64>,
}

impl Bench {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let threads = self.threads.start()?;
        if self.convolutions {
            return self.bench_convolutions(threads);
        }
        if self.training {
            return self.bench_training(threads);
        }
        let networks = match self.network {
            Some(name) => vec![ShippedNetwork::find(name)?],
            None => ShippedNetwork::all().iter().collect(),
        };
        let mut cases = Vec::new();
        for (shipped, backend) in networks
            .into_iter()
            .flat_map(|shipped| Backend::ALL.map(|backend| (shipped, backend)))
        {
            for batch in BATCHES {
                let device = backend.device();
                let network = BurnNetwork::load(shipped.weights(None)?, &device)?;
                let model = model(&network, &device)?;
                cases.push(Case {
                    name: shipped.name,
                    backend,
                    batch,
                    model,
                    micros: Vec::new(),
                });
            }
        }
        for round in 0..=ROUNDS {
            for case in &mut cases {
                let micros = case.round()?;
                // The first round only warms up.
                if round > 0 {
                    case.micros.push(micros);
                }
            }
        }
        let mut rows = Vec::new();
        for case in &mut cases {
            case.micros.sort_by(f64::total_cmp);
            let (min, median, max) = (
                case.micros[0],
                case.micros[ROUNDS / 2],
                case.micros[ROUNDS - 1],
            );
            if !self.json {
                print(&format!(
                    "{:<14} {:<12} batch {:>3}  {median:>8.1} µs per image  ({min:.1} to {max:.1})",
                    case.name.as_str(),
                    case.backend.engine(),
                    case.batch,
                ))?;
            }
            rows.push(json!({
                "engine": case.backend.engine(),
                "network": case.name.as_str(),
                "threads": threads,
                "batch": case.batch,
                "us_per_image": { "median": median, "min": min, "max": max },
            }));
        }
        if self.json {
            print_report(threads, &rows)
        } else {
            Ok(())
        }
    }

    fn bench_convolutions(&self, threads: usize) -> anyhow::Result<()> {
        let rows = bench_convolutions::rows()?;
        if self.json {
            return print_report(threads, &rows);
        }
        for row in &rows {
            let layer = row["layer"].as_str().unwrap_or_default();
            let figure = |engine: &str| {
                let figures = &row[engine];
                let micros = figures["us_per_image"]["median"]
                    .as_f64()
                    .unwrap_or(f64::NAN);
                let gflops = figures["gflops"].as_f64().unwrap_or(f64::NAN);
                format!("{micros:>7.1} µs per image ({gflops:.0} GFLOP/s)")
            };
            print(&format!(
                "{layer:<34} thimble {}, burn {}",
                figure("thimble"),
                figure("burn-flex")
            ))?;
        }
        Ok(())
    }

    fn bench_training(&self, threads: usize) -> anyhow::Result<()> {
        let rows = bench_training::rows()?;
        if self.json {
            return print_report(threads, &rows);
        }
        for row in &rows {
            let micros = |key: &str| row["us_per_image"][key].as_f64().unwrap_or(f64::NAN);
            print(&format!(
                "{:<8} batch {:>3}  {:>8.1} µs per image  ({:.1} to {:.1})",
                row["network"].as_str().unwrap_or_default(),
                row["batch"],
                micros("median"),
                micros("min"),
                micros("max"),
            ))?;
        }
        Ok(())
    }
}

/// Prints the rows and the machine as JSON.
fn print_report(threads: usize, rows: &[Value]) -> anyhow::Result<()> {
    let report = json!({
        "machine": machine(),
        "threads": threads,
        "burn": thimble::BURN_VERSION,
        "rows": rows,
    });
    print_json(&report)
}

/// The name of the processor, where the system tells it, and its number of cores.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    format!("{} ({cores} cores)", name.unwrap_or(std::env::consts::ARCH))
}

impl Case {
    /// Times one round, in microseconds per image.
    fn round(&self) -> anyhow::Result<f64> {
        let pixels = (0..self.batch * INPUT_VALUES).map(|index| (index % 251) as u8);
        let inputs = grey_values(&pixels.collect::<Vec<u8>>());
        let started = Instant::now();
        let mut images = 0;
        while started.elapsed().as_secs_f64() < ROUND_SECONDS {
            self.model.run(&inputs).wait()?;
            images += self.batch;
        }
        Ok(started.elapsed().as_secs_f64() * 1e6 / images as f64)
    }
}
