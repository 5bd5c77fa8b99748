//! `thimble classify`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use thimble::Precision;
use thimble::garments::{PhotoClassifier, PredictedGarment};
use thimble::labels::{CLASSES, LABELS};
use thimble::network::{
    CpuModel, Model as _, NetworkName, ShippedNetwork, ShippedPhotoNetworks, grey_values,
};
use thimble::photo::file::downscale_file;
use thimble::photo::{Downscaled, PhotoEdit, prepare_downscaled};
use thimble::prediction::PhotoCalibration;

/// Number of classes printed for each garment.
const SHOWN: usize = 3;
/// Exit code if some of the files could not be classified.
const SOME_FAILED: u8 = 3;

/// Say what pieces of clothing are on each photo.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble classify shirt.jpg
  thimble classify --all street.jpg
  thimble classify --json photos/*.jpg

Reads JPEG, PNG, WebP, GIF and BMP files. Files that cannot be read are reported, and the others are \
classified; the exit code is then 3, or 1 if no file could be classified.")]
pub struct Classify {
    /// Photos, or 28x28 images in Fashion-MNIST's format.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The network for images in Fashion-MNIST's format. Any but the default one classifies photos too, less well: it was
    /// not trained on them.
    #[arg(long, value_parser = super::network, default_value_t)]
    network: NetworkName,
    /// Print a line for each garment of a photo, up to six, rather than for the largest.
    #[arg(long)]
    all: bool,
    /// Print JSON: an array with one object per file, which has all garments.
    #[arg(long)]
    json: bool,
}

/// The network for images in Fashion-MNIST's format, and those for photos.
struct Networks {
    fashion_mnist: CpuModel,
    photos: Option<(PhotoClassifier<CpuModel>, PhotoCalibration)>,
}

impl Networks {
    fn load(name: NetworkName) -> anyhow::Result<Self> {
        let photos = match ShippedPhotoNetworks::beside(name) {
            Some(shipped) => {
                let calibration = PhotoCalibration::of(&shipped);
                let classifier = PhotoClassifier::load(shipped, Precision::F32)?;
                Some((classifier, calibration))
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

    /// Classifies the garments on a photo, the largest first; none if nothing was found.
    fn classify(&self, file: &Path) -> anyhow::Result<Vec<PredictedGarment>> {
        let photo = downscale_file(file)?;
        let edit = PhotoEdit::default();
        match &self.photos {
            Some((classifier, calibration)) if !photo.is_fashion_mnist_image(&edit) => {
                let classified = pollster::block_on(classifier.classify(&photo, &edit, &|| 0.0))?;
                let garments = classified.garments.iter();
                Ok(garments
                    .map(|garment| PredictedGarment::of_photo(garment, calibration, photo.size()))
                    .collect())
            }
            _ => Ok(vec![self.classify_as_image(&photo)?]),
        }
    }

    /// Classifies a photo with the network for images in Fashion-MNIST's format.
    fn classify_as_image(&self, photo: &Downscaled) -> anyhow::Result<PredictedGarment> {
        let prepared = prepare_downscaled(photo, &PhotoEdit::default())?;
        let logits = self
            .fashion_mnist
            .run(&grey_values(&prepared.input))
            .wait()?;
        let (rows, _) = logits.as_chunks::<CLASSES>();
        let row = rows
            .first()
            .ok_or_else(|| anyhow::anyhow!("the network returned no logits"))?;
        Ok(PredictedGarment::of_image(&prepared, row))
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
                Ok(garments) if !self.json => {
                    let shown = if self.all { garments.len() } else { 1 };
                    for garment in garments.iter().take(shown) {
                        writeln!(io::stdout(), "{}: {}", file.display(), text(garment))?;
                    }
                    if garments.is_empty() {
                        writeln!(io::stdout(), "{}: nothing found", file.display())?;
                    }
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

/// Formats a prediction as text.
fn text(garment: &PredictedGarment) -> String {
    let probabilities = &garment.probabilities;
    let mut order: Vec<usize> = (0..CLASSES).collect();
    order.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]));
    let shown: Vec<String> = order[..SHOWN]
        .iter()
        .map(|&class| format!("{} {:.2} %", LABELS[class], 100.0 * probabilities[class]))
        .collect();
    let caveat = match &garment.prediction {
        Some(prediction) if !prediction.is_confident => "not confident: ",
        _ => "",
    };
    format!("{caveat}{}", shown.join(", "))
}

/// Formats the garments of a file, or an error, as a JSON object: what the first garment is, and all garments.
fn entry(file: &Path, classified: anyhow::Result<Vec<PredictedGarment>>) -> Value {
    let name = file.display().to_string();
    let garments = match classified {
        Ok(garments) => garments,
        Err(error) => return json!({ "file": name, "error": format!("{error:#}") }),
    };
    let listed: Vec<Value> = garments.iter().map(garment_entry).collect();
    let mut entry = match listed.first() {
        Some(first) => summary(first),
        None => json!({
            "label": null,
            "index": null,
            "confidence": null,
            "confident": false,
            "issue": "nothing-found",
        }),
    };
    if let Some(fields) = entry.as_object_mut() {
        fields.insert("file".to_owned(), name.into());
        fields.insert("garments".to_owned(), listed.into());
    }
    entry
}

/// Returns what a garment is, of all that is said of it.
fn summary(garment: &Value) -> Value {
    let keys = ["label", "index", "confidence", "confident", "issue"];
    keys.map(|key| (key.to_owned(), garment[key].clone()))
        .into_iter()
        .collect()
}

/// Formats a garment as a JSON object.
fn garment_entry(garment: &PredictedGarment) -> Value {
    let probabilities = &garment.probabilities;
    let index = garment.class();
    let named: serde_json::Map<_, _> = LABELS
        .iter()
        .zip(probabilities)
        .map(|(label, probability)| ((*label).to_owned(), json!(probability)))
        .collect();
    let prediction = garment.prediction;
    json!({
        "label": LABELS[index],
        "index": index,
        "probabilities": named,
        "crop": garment.crop,
        "box": garment.rotated_box,
        "outline": outline(&garment.outline),
        "inverted": garment.inverted,
        "issue": garment.issue(),
        "worn": garment.worn,
        "quality": garment.quality,
        "confidence": prediction.map(|prediction| prediction.confidence),
        "confident": prediction.map(|prediction| prediction.is_confident),
    })
}

/// Returns an outline as closed polygons of alternating x and y, rounded to a tenth of a pixel.
fn outline(polygons: &[Vec<[f32; 2]>]) -> Vec<Vec<f64>> {
    let tenths = |&coordinate: &f32| f64::from((10.0 * coordinate).round()) / 10.0;
    polygons
        .iter()
        .map(|polygon| polygon.as_flattened().iter().map(tenths).collect())
        .collect()
}
