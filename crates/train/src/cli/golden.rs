//! `thimble-train golden`.

use std::path::PathBuf;

use base64::Engine as _;
use clap::Args;
use serde_json::json;

use super::options::{self, Backend, Data};
use crate::evaluate::{predict, predict_with};
use crate::files::write_atomically;
use crate::garment::classify;
use thimble::garments::PhotoClassifier;
use thimble::labels::CLASSES;
use thimble::network::{NetworkName, ShippedNetwork, ShippedPhotoNetworks};
use thimble::photo::Region;
use thimble::photo::file::downscale_file;
use thimble::prediction::PhotoCalibration;

/// Test images of each class.
const PER_CLASS: usize = 2;

/// Write the golden vectors: test images and the logits that every backend must compute.
#[derive(Args)]
#[command(after_help = "\
Example:
  thimble-train golden --network paper --out tests/golden.json")]
pub(super) struct Golden {
    /// The network.
    #[arg(long, value_parser = options::network, default_value_t)]
    network: NetworkName,
    /// Photos whose garments every backend must classify so.
    #[arg(long = "photo", value_name = "FILE", default_values = ["www/samples/photo-handbag.jpg",
          "www/samples/photo-t-shirt.jpg", "www/samples/photo-trousers.jpg"])]
    photos: Vec<PathBuf>,
    /// The file to write.
    #[arg(long, value_name = "FILE", default_value = "tests/golden.json")]
    out: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Golden {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let device = Backend::Flex.device();
        let shipped = ShippedNetwork::find(self.network)?;
        let network = thimble_burn::BurnNetwork::load(shipped.weights(None)?, &device)?;
        let (test, _) = self.data.test()?;
        let indices: Vec<usize> = (0..CLASSES)
            .flat_map(|class| {
                let of_class = |&index: &usize| usize::from(test.labels[index]) == class;
                (0..test.len())
                    .filter(of_class)
                    .take(PER_CLASS)
                    .collect::<Vec<_>>()
            })
            .collect();
        let chosen = test.select(&indices);
        let logits = predict(&network, &chosen, chosen.len(), &device)?;
        let inputs: Vec<String> = (0..chosen.len())
            .map(|index| base64::engine::general_purpose::STANDARD.encode(chosen.image(index)))
            .collect();
        let logits_int8 = match shipped.test_accuracy_int8.is_some() {
            true => {
                let model = shipped.weights(None)?.load(thimble::Precision::Int8)?;
                Some(predict_with(&model, &chosen, chosen.len())?)
            }
            false => None,
        };
        let golden = json!({
            "photos": self.photos()?,
            "network": self.network.as_str(),
            "inputs": inputs,
            "labels": chosen.labels,
            "logits": logits,
            "logits_int8": logits_int8,
        });
        let text = serde_json::to_string_pretty(&golden)? + "\n";
        Ok(write_atomically(&self.out, text.as_bytes())?)
    }

    /// Lists the photos by the names of their files, with the probabilities of each garment.
    fn photos(&self) -> anyhow::Result<serde_json::Map<String, serde_json::Value>> {
        let mut photos = serde_json::Map::new();
        let Some(shipped) = ShippedPhotoNetworks::beside(NetworkName::default()) else {
            return Ok(photos);
        };
        let calibration = PhotoCalibration::of(&shipped);
        let classifier = PhotoClassifier::load(shipped, thimble::Precision::F32)?;
        for path in &self.photos {
            let garments = classify(&classifier, &downscale_file(path)?, Region::Auto)?;
            let probabilities: Vec<[f32; CLASSES]> = (garments.iter())
                .map(|garment| calibration.predict(&garment.observation).probabilities)
                .collect();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            photos.insert(name.into_owned(), json!(probabilities));
        }
        Ok(photos)
    }
}
