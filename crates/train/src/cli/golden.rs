//! `thimble-train golden`.

use std::path::PathBuf;

use base64::Engine as _;
use clap::Args;
use serde_json::json;

use super::options::{self, Backend, Data};
use crate::evaluate::{predict, predict_with};
use crate::files::write_atomically;
use thimble::labels::CLASSES;
use thimble::network::{NetworkName, ShippedNetwork};

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
            "network": self.network.as_str(),
            "inputs": inputs,
            "labels": chosen.labels,
            "logits": logits,
            "logits_int8": logits_int8,
        });
        let text = serde_json::to_string_pretty(&golden)? + "\n";
        Ok(write_atomically(&self.out, text.as_bytes())?)
    }
}
