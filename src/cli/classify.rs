//! `thimble classify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use burn::tensor::Device;
use clap::Args;
use serde_json::json;

use super::options;
use super::photo_file;
use super::{SOME_FAILED, table};
use crate::data::Pictures;
use crate::evaluate::{most_likely, predict, softmax};
use crate::labels::{CLASSES, LABELS};
use crate::network::{Network, NetworkName, Shipped};
use crate::photo::Prepared;

/// How many classes are shown to people.
const SHOWN: usize = 3;

/// Say what piece of clothing is on each photo.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble classify shirt.jpg
  thimble classify --json photos/*.jpg

JPEG, PNG, WebP, GIF and BMP files are read. A file that cannot be is reported, and the others go
on; the exit code is then 3, or 1 where no file could be classified.")]
pub(super) struct Classify {
    /// Photos, or 28x28 pictures of the data set's kind.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The network.
    #[arg(long, value_parser = options::network, default_value_t)]
    network: NetworkName,
    /// Print JSON: an array with an object a file.
    #[arg(long)]
    json: bool,
}

struct Verdict {
    prepared: Prepared,
    probabilities: [f32; CLASSES],
}

impl Classify {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let device = Device::flex();
        let network = Shipped::find(self.network)?.load(&device)?;
        let mut failed = 0;
        let mut entries = Vec::new();
        for file in &self.files {
            let verdict = classify(file, &network, &device);
            match &verdict {
                Ok(verdict) if !self.json => println!("{}", line(file, verdict)),
                Ok(_) => {}
                Err(error) => {
                    failed += 1;
                    eprintln!("{}: {error:#}", file.display());
                }
            }
            if self.json {
                entries.push(entry(file, verdict));
            }
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&entries)?);
        }
        Ok(match failed {
            0 => ExitCode::SUCCESS,
            all if all == self.files.len() => ExitCode::FAILURE,
            _ => ExitCode::from(SOME_FAILED),
        })
    }
}

fn classify(file: &Path, network: &Network, device: &Device) -> anyhow::Result<Verdict> {
    let prepared = photo_file::read(file)?;
    let pictures = Pictures {
        pixels: prepared.picture.to_vec(),
        labels: vec![0],
    };
    let logits = predict(network, &pictures, 1, device)?;
    let row = logits
        .first()
        .ok_or_else(|| anyhow::anyhow!("the network gave no result"))?;
    Ok(Verdict {
        prepared,
        probabilities: softmax(row),
    })
}

fn line(file: &Path, verdict: &Verdict) -> String {
    let mut order: Vec<usize> = (0..CLASSES).collect();
    order.sort_by(|&a, &b| verdict.probabilities[b].total_cmp(&verdict.probabilities[a]));
    let shown: Vec<String> = order[..SHOWN]
        .iter()
        .map(|&class| {
            let share = table::percent(f64::from(verdict.probabilities[class]));
            format!("{} {share}", LABELS[class])
        })
        .collect();
    format!("{}: {}", file.display(), shown.join(", "))
}

fn entry(file: &Path, verdict: anyhow::Result<Verdict>) -> serde_json::Value {
    match verdict {
        Ok(Verdict {
            prepared,
            probabilities,
        }) => {
            let index = most_likely(&probabilities);
            let named: serde_json::Map<_, _> = LABELS
                .iter()
                .zip(probabilities)
                .map(|(label, share)| ((*label).to_owned(), json!(share)))
                .collect();
            json!({
                "file": file.display().to_string(),
                "label": LABELS[index],
                "index": index,
                "probabilities": named,
                "crop": prepared.crop,
                "inverted": prepared.inverted,
            })
        }
        Err(error) => {
            json!({ "file": file.display().to_string(), "error": format!("{error:#}") })
        }
    }
}
