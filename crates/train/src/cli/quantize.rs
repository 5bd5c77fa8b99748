//! `thimble-train quantize`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use burn::tensor::Device;
use clap::Args;

use super::options::{self, Data, Threads};
use super::output::print_status;
use super::table;
use crate::card::{self, Card, Int8Evaluation, LabeledInputs, StorageFormat};
use crate::data::{Dataset, standard_split};
use crate::evaluate::{SCORING_BATCH, Scores, predict};
use crate::files::write_atomically;
use thimble::network::NetworkName;
use thimble_burn::BurnNetwork;

/// Store weights in the smallest acceptable number format, and decide whether the network runs in int8.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train quantize --network thimble
  thimble-train quantize --network thimble --keep-weights

A number format, or inference in int8, is acceptable if it leaves 99.8 % of the labels unchanged, or
99 % in a network for photos, and adds at most 0.5 % to the loss on the 5,000 validation images. The model card gets the format, the scores of the stored
weights and the evaluation in int8. `train` does the same by itself, and `ship-photos` for the networks for photos. Build
the programs again to use the new weights.")]
pub(super) struct Quantize {
    /// The network [default: every network with a model card in MODEL].
    #[arg(long, value_parser = options::network)]
    network: Option<NetworkName>,
    /// Leave the stored weights as they are, and only evaluate them in int8.
    #[arg(long)]
    keep_weights: bool,
    /// Folder of the weights and the model cards.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl Quantize {
    pub(super) fn run(self) -> anyhow::Result<()> {
        self.threads.start()?;
        let names = match self.network {
            Some(name) => vec![name],
            None => {
                let names = NetworkName::ALL.into_iter();
                let has_card =
                    |name: &NetworkName| self.model.join(format!("{name}.json")).is_file();
                names.filter(has_card).collect()
            }
        };
        ensure!(
            !names.is_empty(),
            "there is no model card in {}",
            self.model.display()
        );
        let all = self.data.training()?.0;
        let validation = all.select(&standard_split(&all).validation);
        let test = self.data.test()?.0;
        for name in names {
            let mut card = card::read_card(name, &self.model)?;
            // Cards are files that may have been edited.
            card.recipe.check()?;
            if !self.keep_weights {
                card = self.store(name, card, &validation, &test)?;
            }
            let card = with_int8(card, name, &self.model, &validation, &test)?;
            card::write_card(&card, &self.model)?;
        }
        Ok(())
    }

    /// Stores the weights of a network again, and returns its card with their format and scores.
    fn store(
        &self,
        name: NetworkName,
        card: Card,
        validation: &Dataset,
        test: &Dataset,
    ) -> anyhow::Result<Card> {
        let file = self.model.join(format!("{name}.bpk"));
        let (network, storage) = store(name, &file, validation)?;
        let scores = |images: &Dataset| {
            predict(&network, images, SCORING_BATCH, &Device::flex())
                .map(|logits| Scores::of(&logits, &images.labels))
        };
        let before = card.test.accuracy;
        let card = card.with_storage(storage, &scores(validation)?, &scores(test)?);
        print_status(&format!(
            "{name}: test accuracy {} before, {} now",
            table::percent(before),
            table::percent(card.test.accuracy)
        ))?;
        Ok(card)
    }
}

/// Stores the weights in `file` again. Returns the network as it is stored now, and the format.
fn store(
    name: NetworkName,
    file: &Path,
    images: &Dataset,
) -> anyhow::Result<(BurnNetwork, StorageFormat)> {
    let device = Device::flex();
    let architecture = name.architecture();
    let load =
        |bytes: Vec<u8>| BurnNetwork::from_burnpack(name.as_str(), &architecture, &bytes, &device);
    let bytes = read(file)?;
    let (before, network) = (bytes.len(), load(bytes)?);
    let (bytes, storage) = card::smallest_format(
        name.as_str(),
        &architecture,
        &network,
        &LabeledInputs::of_images(images),
        &device,
    )?;
    write_atomically(file, &bytes)?;
    print_status(&format!(
        "{}: {}, {before} bytes before, {} now; {} of the labels unchanged, loss {:+.3} %",
        file.display(),
        storage.format,
        storage.bytes,
        table::percent(storage.change.labels_unchanged),
        storage.change.loss_change * 100.0,
    ))?;
    Ok((load(bytes)?, storage))
}

/// Evaluates the weights of network `name` in `model` in int8, prints the result, and returns the card with it.
pub(super) fn with_int8(
    card: Card,
    name: NetworkName,
    model: &Path,
    validation: &Dataset,
    test: &Dataset,
) -> anyhow::Result<Card> {
    card.recipe.check()?;
    let weights = read(&model.join(format!("{name}.bpk")))?;
    let architecture = &card.recipe.architecture;
    let int8 = Int8Evaluation::of(
        name.as_str(),
        architecture,
        &weights,
        &LabeledInputs::of_images(validation),
        Some(&LabeledInputs::of_images(test)),
    )?;
    print_int8(name.as_str(), &int8)?;
    Ok(Card {
        int8: Some(int8),
        ..card
    })
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

pub(super) fn print_int8(name: &str, int8: &Int8Evaluation) -> anyhow::Result<()> {
    let test = match int8.test_accuracy {
        Some(accuracy) => format!(", test accuracy {}", table::percent(accuracy)),
        None => String::new(),
    };
    print_status(&format!(
        "{name} in int8: {} of the labels unchanged, loss {:+.3} %{test}: {}",
        table::percent(int8.change.labels_unchanged),
        int8.change.loss_change * 100.0,
        if int8.kept { "accepted" } else { "rejected" },
    ))
}
