//! `thimble integers`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;

use super::options::{self, Data, Threads};
use super::{cross_validation, table};
use crate::card::{self, Card, Int8Judgement, PhotoReport};
use crate::data::{PhotoFolder, Pictures, usual_split};
use crate::finetune::MaskedCrops;
use thimble::network::NetworkName;

/// Judge whether networks may be computed in 8-bit integers, and write it into their cards.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble integers
  thimble integers --network paper
  thimble integers --photos DIR

A network is computed so where its stored weights keep 99.8 % of the labels that they give in floats,
and add at most 0.5 % to the loss: on the 5,000 validation images, or with --photos, for the network
for photos, on these. Training, recipe and storing judge their own by themselves. The program has to
be built again to go by it.")]
pub(super) struct JudgeInt8 {
    /// The network [default: each that has a card in MODEL].
    #[arg(long, value_parser = options::network, conflicts_with = "photos")]
    network: Option<NetworkName>,
    /// Judge the network for photos instead, by this folder of photos.
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// Folder of the weights and their cards.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

impl JudgeInt8 {
    pub(super) fn run(self) -> anyhow::Result<()> {
        self.threads.start()?;
        if let Some(folder) = &self.photos {
            let photos =
                cross_validation::read_photos(&PhotoFolder::read(folder)?, MaskedCrops::Usual)?;
            let pictures = cross_validation::pictures_of_the_ten(&photos)?;
            let report = card::read_photos_report(&self.model)?;
            let report = with_photos_judged(report, &self.model, &pictures)?;
            return Ok(card::publish_photos(&report, &self.model)?);
        }
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
            "there is no card in {}",
            self.model.display()
        );
        let all = self.data.training()?.0;
        let validation = all.select(&usual_split(&all).validation);
        let test = self.data.test()?.0;
        for name in names {
            let card = card::read_card(name, &self.model)?;
            let card = with_integers_judged(card, name, &self.model, &validation, &test)?;
            card::write_card(&card, &self.model)?;
        }
        Ok(())
    }
}

/// The card of `name`, with its weights in `model` judged in 8-bit integers. Says how they do.
pub(super) fn with_integers_judged(
    card: Card,
    name: NetworkName,
    model: &Path,
    validation: &Pictures,
    test: &Pictures,
) -> anyhow::Result<Card> {
    // A card is a file that anybody may have changed.
    card.recipe.check()?;
    let weights = read(&model.join(format!("{name}.bpk")))?;
    let architecture = &card.recipe.architecture;
    let integers = Int8Judgement::judge(name, architecture, &weights, validation, Some(test))?;
    say(name.as_str(), &integers);
    Ok(Card {
        int8: Some(integers),
        ..card
    })
}

/// The report on photos, with the weights in `model` judged in 8-bit integers by these pictures.
pub(super) fn with_photos_judged(
    report: PhotoReport,
    model: &Path,
    pictures: &Pictures,
) -> anyhow::Result<PhotoReport> {
    let name: NetworkName = report.network.parse()?;
    let weights = read(&model.join("photos.bpk"))?;
    let integers = Int8Judgement::judge(name, &name.architecture(), &weights, pictures, None)?;
    say("photos", &integers);
    Ok(PhotoReport {
        int8: Some(integers),
        ..report
    })
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn say(name: &str, judgement: &Int8Judgement) {
    println!(
        "{name} in int8: {} of the labels unchanged, loss {:+.3} %{}: {}",
        table::percent(judgement.change.labels_unchanged),
        judgement.change.loss_change * 100.0,
        judgement
            .test_accuracy
            .map_or_else(String::new, |accuracy| format!(
                ", test {}",
                table::percent(accuracy)
            )),
        if judgement.kept {
            "kept"
        } else {
            "floats only"
        },
    );
}
