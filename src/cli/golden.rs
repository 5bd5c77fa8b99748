//! `thimble golden`.

use std::path::PathBuf;

use base64::Engine as _;
use clap::Args;
use serde_json::json;

use super::options::{self, Backend, Data};
use crate::evaluate::{predict, predict_with};
use crate::files::write_whole;
use crate::labels::CLASSES;
use crate::network::{NetworkName, Shipped};

/// Pictures of each class in the file.
const OF_EACH_CLASS: usize = 2;

/// Write the golden vectors: test images with the logits that every backend must give.
#[derive(Args)]
#[command(after_help = "\
Example:
  thimble golden --network paper --out tests/golden.json")]
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
        let shipped = Shipped::find(self.network)?;
        let network = shipped.load(&device)?;
        let (test, _) = self.data.test()?;
        let indices: Vec<usize> = (0..CLASSES)
            .flat_map(|class| {
                let of_class = |&index: &usize| usize::from(test.labels[index]) == class;
                (0..test.len())
                    .filter(of_class)
                    .take(OF_EACH_CLASS)
                    .collect::<Vec<_>>()
            })
            .collect();
        let chosen = test.select(&indices);
        let logits = predict(&network, &chosen, chosen.len(), &device)?;
        let pictures: Vec<String> = (0..chosen.len())
            .map(|index| base64::engine::general_purpose::STANDARD.encode(chosen.picture(index)))
            .collect();
        let integers = match shipped.test_accuracy_in_integers.is_some() {
            true => {
                let engine = shipped.weights(None)?.engine_of_integers()?;
                Some(predict_with(&engine, &chosen, chosen.len())?)
            }
            false => None,
        };
        let golden = json!({
            "network": self.network.as_str(),
            "pictures": pictures,
            "labels": chosen.labels,
            "logits": logits,
            "logits_int8": integers,
        });
        let text = serde_json::to_string_pretty(&golden)? + "\n";
        Ok(write_whole(&self.out, text.as_bytes())?)
    }
}
