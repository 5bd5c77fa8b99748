//! `thimble-train score-teachers`.

use std::fmt;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::options::{self, Data, Setting, Threads};
use super::output::{print, print_json};
use super::table;
use crate::data::{Dataset, standard_split};
use crate::evaluate::{Scores, divide_logits, fit_temperature};
use crate::training::{Distillation, Recipe, teacher_logits};
use thimble::network::NetworkName;

/// Score the teachers of a recipe on the validation images.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train score-teachers --recipe thimble
  thimble-train score-teachers --recipe thimble --views 0 --views 8 --json
  thimble-train score-teachers --recipe thimble --set 'teacher.networks=[\"thimble\",\"paper-plus\"]'

Scores every teacher by itself and all together, each with the temperature that fits it best. 0 views are
the image as it is; otherwise each view shifts it by up to a pixel and may mirror it.")]
pub(super) struct ScoreTeachers {
    /// The recipe, named after its network.
    #[arg(long, value_parser = options::network, default_value_t)]
    recipe: NetworkName,
    /// Views of each image that a teacher averages over; repeat for several rows.
    #[arg(long = "views", value_name = "N", default_values_t = [0, 2, 16],
          value_parser = clap::value_parser!(u16).range(0..=1000))]
    tta_views: Vec<u16>,
    /// Change a value of the recipe.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<Setting>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

/// The scores of some teachers.
#[derive(Serialize)]
struct Row {
    teachers: Vec<String>,
    tta_views: usize,
    /// Mean cross-entropy, in nats.
    loss: f64,
    /// Accuracy, 0 to 1.
    accuracy: f64,
}

impl ScoreTeachers {
    pub(super) fn run(self) -> anyhow::Result<()> {
        self.threads.start()?;
        let recipe = options::with_settings(Recipe::of(self.recipe), &self.settings)?;
        recipe.check()?;
        let distillation = recipe
            .teacher
            .with_context(|| format!("the recipe `{}` has no teacher", self.recipe))?;
        let (all, _) = self.data.training()?;
        let split = standard_split(&all);
        let validation = all.select(&split.validation);

        let networks = &distillation.networks;
        let mut groups: Vec<Vec<String>> = networks.iter().map(|name| vec![name.clone()]).collect();
        if networks.len() > 1 {
            groups.push(networks.clone());
        }
        let mut rows = Vec::new();
        for networks in groups {
            for &tta_views in &self.tta_views {
                let distillation = Distillation {
                    networks: networks.clone(),
                    tta_views: usize::from(tta_views),
                    ..distillation.clone()
                };
                let row = Row::of(&distillation, &validation)?;
                if !self.json {
                    print(&row.to_string())?;
                }
                rows.push(row);
            }
        }
        if self.json {
            print_json(&rows)?;
        }
        Ok(())
    }
}

impl Row {
    fn of(distillation: &Distillation, validation: &Dataset) -> anyhow::Result<Self> {
        let logits = teacher_logits(distillation, validation)?;
        let temperature = fit_temperature(&logits, &validation.labels);
        let scores = Scores::of(&divide_logits(&logits, temperature), &validation.labels);
        Ok(Self {
            teachers: distillation.networks.clone(),
            tta_views: distillation.tta_views,
            loss: scores.loss,
            accuracy: scores.accuracy,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>3} views  loss {:.4}  accuracy {}  {}",
            self.tta_views,
            self.loss,
            table::percent(self.accuracy),
            self.teachers.join(", "),
        )
    }
}
