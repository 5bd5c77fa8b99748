//! `thimble classify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::options;
use super::photo_file;
use super::{SOME_FAILED, table};
use crate::data::Pictures;
use crate::evaluate::{PhotoCalibration, Verdict as OfPhoto, most_likely, predict_with, softmax};
use crate::labels::{CLASSES, LABELS};
use crate::network::{Engine, NetworkName, PIXELS, Shipped};
use crate::photo::{Adjustment, Prepared};

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
    /// Where there is a network for photos, and the file was one.
    of_photo: Option<OfPhoto>,
}

/// The network for the data set's pictures, and the one for photos with what makes verdicts of its
/// logits.
struct Networks {
    plain: Engine,
    photos: Option<(Engine, &'static PhotoCalibration)>,
}

impl Networks {
    fn load(name: NetworkName) -> anyhow::Result<Self> {
        let photos = match PhotoCalibration::shipped(name) {
            Some((weights, calibration)) => Some((weights.engine()?, calibration)),
            None => None,
        };
        Ok(Self {
            plain: Shipped::find(name)?.weights(None)?.engine()?,
            photos,
        })
    }
}

impl Classify {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let networks = Networks::load(self.network)?;
        let mut failed = 0;
        let mut entries = Vec::new();
        for file in &self.files {
            let verdict = classify(file, &networks);
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

fn classify(file: &Path, networks: &Networks) -> anyhow::Result<Verdict> {
    let prepared = photo_file::read(file, &Adjustment::default())?;
    if let (Some(sight), Some((network, calibration))) = (&prepared.sight, &networks.photos) {
        let rows = logits(network, prepared.looks())?;
        let verdict = calibration.verdict(&rows, &sight.quality);
        return Ok(Verdict {
            probabilities: verdict.probabilities,
            of_photo: Some(verdict),
            prepared,
        });
    }
    let rows = logits(&networks.plain, prepared.picture.to_vec())?;
    let row = rows
        .first()
        .ok_or_else(|| anyhow::anyhow!("the network gave no result"))?;
    Ok(Verdict {
        probabilities: softmax(row),
        of_photo: None,
        prepared,
    })
}

fn logits(network: &Engine, pixels: Vec<u8>) -> anyhow::Result<Vec<[f32; CLASSES]>> {
    let labels = vec![0; pixels.len() / PIXELS];
    let pictures = Pictures { pixels, labels };
    Ok(predict_with(network, &pictures, pictures.len())?)
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
    let doubt = match verdict.of_photo {
        Some(OfPhoto { is_sure: false, .. }) => "not sure: ",
        _ => "",
    };
    format!("{}: {doubt}{}", file.display(), shown.join(", "))
}

fn entry(file: &Path, verdict: anyhow::Result<Verdict>) -> serde_json::Value {
    match verdict {
        Ok(Verdict {
            prepared,
            probabilities,
            of_photo,
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
                "frame": prepared.frame,
                "outline": outline(&prepared),
                "inverted": prepared.inverted,
                "trouble": prepared.sight.as_ref().and_then(|sight| sight.quality.trouble()),
                "quality": prepared.sight.map(|sight| sight.quality),
                "sureness": of_photo.map(|verdict| verdict.sureness),
                "sure": of_photo.map(|verdict| verdict.is_sure),
            })
        }
        Err(error) => {
            json!({ "file": file.display().to_string(), "error": format!("{error:#}") })
        }
    }
}

/// Closed lines, each as x and y in turn, to a tenth of a pixel.
fn outline(prepared: &Prepared) -> Vec<Vec<f64>> {
    let tenths = |&place: &f32| f64::from((10.0 * place).round()) / 10.0;
    let lines = prepared.outline();
    lines
        .iter()
        .map(|line| line.as_flattened().iter().map(tenths).collect())
        .collect()
}
