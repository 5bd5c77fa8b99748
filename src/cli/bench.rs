//! `thimble bench`.

use std::io::{self, Write as _};
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use thimble::Precision;
use thimble::network::{
    CpuModel, INPUT_VALUES, Model as _, NetworkName, ShippedNetwork, grey_values,
};

/// Batch sizes to time.
const BATCHES: [usize; 2] = [1, 64];
/// Rounds of which each figure is the median. Every round times all cases, so that they share disturbances.
const ROUNDS: usize = 7;
/// Shortest time that a case runs in one round, in seconds.
const ROUND_SECONDS: f64 = 0.1;

/// Time the networks on the CPU kernels.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble bench
  thimble bench --network paper --threads 1 --json

Every figure is the median of 7 rounds that each time all cases, followed by the fastest and the slowest round.")]
pub struct Bench {
    /// The network [default: all of them].
    #[arg(long, value_parser = super::network)]
    network: Option<NetworkName>,
    /// Number of threads [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One network at one precision and batch size.
struct Case {
    name: NetworkName,
    precision: Precision,
    batch: usize,
    model: CpuModel,
    micros: Vec<f64>,
}

impl Bench {
    pub fn run(self) -> anyhow::Result<()> {
        let threads = match self.threads {
            Some(threads) => usize::from(threads),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .context("cannot start the threads")?;
        let mut cases = self.cases()?;
        for round in 0..=ROUNDS {
            for case in &mut cases {
                let micros = case.round()?;
                // The first round only warms up.
                if round > 0 {
                    case.micros.push(micros);
                }
            }
        }
        for case in &mut cases {
            case.micros.sort_by(f64::total_cmp);
        }
        if self.json {
            return print_json(threads, &cases);
        }
        for case in &cases {
            let [min, median, max] = case.spread();
            writeln!(
                io::stdout(),
                "{:<18} {:<5} batch {:>3}  {median:>8.1} µs per input  ({min:.1} to {max:.1})",
                case.name.as_str(),
                case.precision_name(),
                case.batch,
            )?;
        }
        Ok(())
    }

    fn cases(&self) -> anyhow::Result<Vec<Case>> {
        let networks = match self.network {
            Some(name) => vec![ShippedNetwork::find(name)?],
            None => ShippedNetwork::all().iter().collect(),
        };
        let mut cases = Vec::new();
        for shipped in networks {
            for precision in [Precision::F32, Precision::Int8] {
                if precision == Precision::Int8 && shipped.test_accuracy_int8.is_none() {
                    continue;
                }
                for batch in BATCHES {
                    cases.push(Case {
                        name: shipped.name,
                        precision,
                        batch,
                        model: shipped.weights(None)?.load(precision)?,
                        micros: Vec::new(),
                    });
                }
            }
        }
        Ok(cases)
    }
}

impl Case {
    fn precision_name(&self) -> &'static str {
        match self.precision {
            Precision::F32 => "f32",
            Precision::Int8 => "int8",
        }
    }

    /// Returns the fastest, the median and the slowest round, in microseconds per input.
    fn spread(&self) -> [f64; 3] {
        [0, ROUNDS / 2, ROUNDS - 1].map(|index| self.micros[index])
    }

    /// Times one round, in microseconds per input.
    fn round(&self) -> anyhow::Result<f64> {
        let pixels = (0..self.batch * INPUT_VALUES).map(|index| (index % 251) as u8);
        let inputs = grey_values(&pixels.collect::<Vec<u8>>());
        let started = Instant::now();
        let mut count = 0;
        while started.elapsed().as_secs_f64() < ROUND_SECONDS {
            self.model.run(&inputs).wait()?;
            count += self.batch;
        }
        Ok(started.elapsed().as_secs_f64() * 1e6 / count as f64)
    }
}

fn print_json(threads: usize, cases: &[Case]) -> anyhow::Result<()> {
    let rows: Vec<_> = cases
        .iter()
        .map(|case| {
            let [min, median, max] = case.spread();
            json!({
                "engine": match case.precision {
                    Precision::F32 => "thimble",
                    Precision::Int8 => "thimble-int8",
                },
                "network": case.name.as_str(),
                "threads": threads,
                "batch": case.batch,
                "us_per_input": { "median": median, "min": min, "max": max },
            })
        })
        .collect();
    let report = json!({ "threads": threads, "rows": rows });
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
    Ok(())
}
