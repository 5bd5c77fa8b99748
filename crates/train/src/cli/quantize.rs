//! `thimble store`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::tensor::{Bytes, Device};
use clap::Args;

use super::int8::{with_integers_judged, with_photos_judged};
use super::options::{self, Data};
use super::{cross_validation, table};
use crate::card::{self, Headline, PhotoReport, StorageFormat};
use crate::data::{PhotoFolder, Pictures, usual_split};
use crate::evaluate::{Scores, predict};
use crate::files::write_whole;
use crate::finetune::MaskedCrops;
use thimble::network::NetworkName;
use thimble_burn::BurnNetwork;

const SCORING_BATCH: usize = 250;

/// Store a network's weights in the smallest number format that keeps its answers, from what MODEL
/// has of it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble store --network thimble
  thimble store --photos DIR

The smallest format that leaves 99.8 % of the labels and adds at most 0.5 % to the loss: on the 5,000
validation images, or with --photos, for the network for photos, on these. The card then says how the
weights are stored, and the figures of the stored weights. Training stores them so by itself.")]
pub(super) struct Store {
    /// The network.
    #[arg(long, value_parser = options::network, default_value_t, conflicts_with = "photos")]
    network: NetworkName,
    /// Store the network for photos instead, judged by this folder of photos.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Folder of the weights and their card.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Store {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match &self.photos {
            Some(folder) => self.for_photos(folder),
            None => self.plain(),
        }
    }

    fn plain(&self) -> anyhow::Result<()> {
        let card = card::read_card(self.network, &self.model)?;
        let all = self.data.training()?.0;
        let split = usual_split(&all);
        let validation = all.select(&split.validation);
        let file = self.model.join(format!("{}.bpk", self.network));
        let (stored, storage) = store(self.network, &file, &validation)?;
        let scores = |pictures: &Pictures| {
            predict(&stored, pictures, SCORING_BATCH, &Device::flex())
                .map(|logits| Scores::of(&logits, &pictures.labels))
        };
        let test = self.data.test()?.0;
        let before = card.test;
        let card = card.stored_anew(storage, &scores(&validation)?, &scores(&test)?);
        let card = with_integers_judged(card, self.network, &self.model, &validation, &test)?;
        card::write_card(&card, &self.model)?;
        let accuracy = |headline: &Headline| table::percent(headline.accuracy);
        println!(
            "test {} before, {} now",
            accuracy(&before),
            accuracy(&card.test)
        );
        Ok(())
    }

    fn for_photos(&self, folder: &Path) -> anyhow::Result<()> {
        let report = card::read_photos_report(&self.model)?;
        let network: NetworkName = report.network.parse()?;
        let photos =
            cross_validation::read_photos(&PhotoFolder::read(folder)?, MaskedCrops::Usual)?;
        let pictures = cross_validation::pictures_of_the_ten(&photos)?;
        let (_, storage) = store(network, &self.model.join("photos.bpk"), &pictures)?;
        let report = PhotoReport {
            storage: Some(storage),
            ..report
        };
        let report = with_photos_judged(report, &self.model, &pictures)?;
        Ok(card::publish_photos(&report, &self.model)?)
    }
}

/// Stores the weights of `name` in `file` anew. Gives the network as it is now stored, and how.
fn store(
    name: NetworkName,
    file: &Path,
    pictures: &Pictures,
) -> anyhow::Result<(BurnNetwork, StorageFormat)> {
    let device = Device::flex();
    let architecture = name.architecture();
    let read = |bytes: Vec<u8>| {
        let bytes = Bytes::from_bytes_vec(bytes);
        BurnNetwork::from_burnpack(name, &architecture, bytes, &device)
    };
    let bytes = fs::read(file).with_context(|| format!("{}", file.display()))?;
    let (before, network) = (bytes.len(), read(bytes)?);
    let (bytes, storage) = card::store(name, &architecture, &network, pictures, &device)?;
    write_whole(file, &bytes)?;
    println!(
        "{}: {}, {before} bytes before, {} now; {} of the labels unchanged, loss {:+.3} %",
        file.display(),
        storage.format,
        storage.bytes,
        table::percent(storage.change.labels_unchanged),
        storage.change.loss_change * 100.0,
    );
    Ok((read(bytes)?, storage))
}
