//! `thimble classify`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use thimble::Precision;
use thimble::garments::{GarmentEvidence, Observation};
use thimble::labels::{CLASSES, LABELS};
use thimble::network::{
    CpuModel, Model as _, NetworkName, ShippedNetwork, ShippedPhotoNetwork, grey_values,
};
use thimble::photo::file::prepare_file;
use thimble::photo::{PhotoEdit, PreparedPhoto};
use thimble::prediction::{PhotoCalibration, Prediction, most_likely, softmax};

/// Number of classes printed for each file.
const SHOWN: usize = 3;
/// Exit code if some of the files could not be classified.
const SOME_FAILED: u8 = 3;

/// Say what piece of clothing is on each photo.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble classify shirt.jpg
  thimble classify --json photos/*.jpg

Reads JPEG, PNG, WebP, GIF and BMP files. Files that cannot be read are reported, and the others are \
classified; the exit code is then 3, or 1 if no file could be classified.")]
pub struct Classify {
    /// Photos, or 28x28 images in Fashion-MNIST's format.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The network.
    #[arg(long, value_parser = super::network, default_value_t)]
    network: NetworkName,
    /// Print JSON: an array with one object per file.
    #[arg(long)]
    json: bool,
}

/// A classified file.
struct Classified {
    photo: PreparedPhoto,
    probabilities: [f32; CLASSES],
    /// The prediction of the network for photos; `None` for images in Fashion-MNIST's format, or without such
    /// a network.
    photo_prediction: Option<Prediction>,
}

/// The network for images in Fashion-MNIST's format, and the one for photos.
struct Networks {
    fashion_mnist: CpuModel,
    photos: Option<(CpuModel, PhotoCalibration)>,
}

impl Networks {
    fn load(name: NetworkName) -> anyhow::Result<Self> {
        let photos = match ShippedPhotoNetwork::beside(name) {
            Some(shipped) => {
                let calibration = PhotoCalibration::of(&shipped);
                Some((shipped.weights.load(Precision::F32)?, calibration))
            }
            None => None,
        };
        Ok(Self {
            fashion_mnist: ShippedNetwork::find(name)?
                .weights(None)?
                .load(Precision::F32)?,
            photos,
        })
    }

    fn classify(&self, file: &Path) -> anyhow::Result<Classified> {
        let photo = prepare_file(file, &PhotoEdit::default())?;
        if let (Some(segmentation), Some((model, calibration))) =
            (&photo.segmentation, &self.photos)
        {
            let views = logits(model, &photo.tta_inputs())?;
            let prediction = calibration.predict(&Observation {
                views,
                evidence: GarmentEvidence::of_quality(segmentation.quality),
            });
            return Ok(Classified {
                probabilities: prediction.probabilities,
                photo_prediction: Some(prediction),
                photo,
            });
        }
        let rows = logits(&self.fashion_mnist, &photo.input)?;
        let row = rows
            .first()
            .ok_or_else(|| anyhow::anyhow!("the network returned no logits"))?;
        Ok(Classified {
            probabilities: softmax(row),
            photo_prediction: None,
            photo,
        })
    }
}

impl Classify {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let networks = Networks::load(self.network)?;
        let mut failed = 0;
        let mut entries = Vec::new();
        for file in &self.files {
            let classified = networks.classify(file);
            match &classified {
                Ok(classified) if !self.json => {
                    writeln!(io::stdout(), "{}", line(file, classified))?
                }
                Ok(_) => {}
                Err(error) => {
                    failed += 1;
                    eprintln!("{}: {error:#}", file.display());
                }
            }
            if self.json {
                entries.push(entry(file, classified));
            }
        }
        if self.json {
            writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&entries)?)?;
        }
        Ok(match failed {
            0 => ExitCode::SUCCESS,
            all if all == self.files.len() => ExitCode::FAILURE,
            _ => ExitCode::from(SOME_FAILED),
        })
    }
}

/// Runs the network and returns the logits, `[batch, 10]`.
fn logits(model: &CpuModel, inputs: &[u8]) -> anyhow::Result<Vec<[f32; CLASSES]>> {
    let logits = model.run(&grey_values(inputs)).wait()?;
    Ok(logits.as_chunks::<CLASSES>().0.to_vec())
}

/// Formats a prediction as one line of text.
fn line(file: &Path, classified: &Classified) -> String {
    let probabilities = &classified.probabilities;
    let mut order: Vec<usize> = (0..CLASSES).collect();
    order.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]));
    let shown: Vec<String> = order[..SHOWN]
        .iter()
        .map(|&class| format!("{} {:.2} %", LABELS[class], 100.0 * probabilities[class]))
        .collect();
    let caveat = match &classified.photo_prediction {
        Some(prediction) if !prediction.is_confident => "not confident: ",
        _ => "",
    };
    format!("{}: {caveat}{}", file.display(), shown.join(", "))
}

/// Formats a prediction or an error as a JSON object.
fn entry(file: &Path, classified: anyhow::Result<Classified>) -> serde_json::Value {
    match classified {
        Ok(Classified {
            photo,
            probabilities,
            photo_prediction,
        }) => {
            let index = most_likely(&probabilities);
            let named: serde_json::Map<_, _> = LABELS
                .iter()
                .zip(probabilities)
                .map(|(label, probability)| ((*label).to_owned(), json!(probability)))
                .collect();
            let quality = photo.segmentation.as_ref().map(|found| found.quality);
            json!({
                "file": file.display().to_string(),
                "label": LABELS[index],
                "index": index,
                "probabilities": named,
                "crop": photo.crop,
                "box": photo.rotated_box,
                "outline": outline(&photo),
                "inverted": photo.inverted,
                "issue": quality.and_then(|quality| quality.issue()),
                "quality": quality,
                "confidence": photo_prediction.map(|prediction| prediction.confidence),
                "confident": photo_prediction.map(|prediction| prediction.is_confident),
            })
        }
        Err(error) => {
            json!({ "file": file.display().to_string(), "error": format!("{error:#}") })
        }
    }
}

/// Returns the outline as closed polygons of alternating x and y, rounded to a tenth of a pixel.
fn outline(photo: &PreparedPhoto) -> Vec<Vec<f64>> {
    let tenths = |&coordinate: &f32| f64::from((10.0 * coordinate).round()) / 10.0;
    let polygons = photo.outline();
    polygons
        .iter()
        .map(|polygon| polygon.as_flattened().iter().map(tenths).collect())
        .collect()
}
