//! `thimble teachers`.

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::options::{self, Change, Data, Threads};
use super::table;
use crate::data::{Pictures, usual_split};
use crate::evaluate::{Scores, divided, temperature};
use crate::training::{Recipe, Teacher, teachers_logits};
use thimble::network::NetworkName;

/// Score what a recipe's network learns from: its teachers' answers, by how often they look.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble teachers --recipe thimble
  thimble teachers --recipe thimble --tta_views 0 --tta_views 8 --json
  thimble teachers --recipe thimble --set 'teacher.networks=[\"thimble\",\"paper-plus\"]'

On the validation images, each with the temperature that fits it there: every teacher by itself and
all together. 0 tta_views are one at the picture as it is; the others move it by up to a pixel and may
mirror it.")]
pub(super) struct ScoreTeachers {
    /// The recipe, named after its network.
    #[arg(long, value_parser = options::network, default_value_t)]
    recipe: NetworkName,
    /// How often each teacher looks at a picture; give it several times for several rows.
    #[arg(long = "views", value_name = "N", default_values_t = [0, 2, 16],
          value_parser = clap::value_parser!(u16).range(0..=1000))]
    tta_views: Vec<u16>,
    /// A value of the recipe to change.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    changes: Vec<Change>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    threads: Threads,
}

/// How some teachers answer.
#[derive(Serialize)]
struct Row {
    teachers: Vec<String>,
    tta_views: usize,
    /// Mean cross-entropy on the validation images.
    loss: f64,
    /// Share of them that is right.
    accuracy: f64,
}

impl ScoreTeachers {
    pub(super) fn run(self) -> anyhow::Result<()> {
        self.threads.start()?;
        let recipe = options::changed(&Recipe::of(self.recipe), &self.changes)?;
        recipe.check()?;
        let teacher = recipe
            .teacher
            .with_context(|| format!("the recipe {} has no teacher", self.recipe))?;
        let (all, _) = self.data.training()?;
        let split = usual_split(&all);
        let validation = all.select(&split.validation);

        let alone = teacher.networks.iter().map(|name| vec![name.clone()]);
        let mut groups: Vec<Vec<String>> = alone.collect();
        if teacher.networks.len() > 1 {
            groups.push(teacher.networks.clone());
        }
        let mut rows = Vec::new();
        for networks in groups {
            for &tta_views in &self.tta_views {
                let teacher = Teacher {
                    networks: networks.clone(),
                    tta_views: usize::from(tta_views),
                    ..teacher.clone()
                };
                let row = row(&teacher, &validation)?;
                if !self.json {
                    println!("{row}");
                }
                rows.push(row);
            }
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&rows)?);
        }
        Ok(())
    }
}

fn row(teacher: &Teacher, validation: &Pictures) -> anyhow::Result<Row> {
    let logits = teachers_logits(teacher, validation)?;
    let temperature = temperature(&logits, &validation.labels);
    let scores = Scores::of(&divided(&logits, temperature), &validation.labels);
    Ok(Row {
        teachers: teacher.networks.clone(),
        tta_views: teacher.tta_views,
        loss: scores.loss,
        accuracy: scores.accuracy,
    })
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let accuracy = table::percent(self.accuracy);
        let names = self.teachers.join(", ");
        write!(
            f,
            "{:>3} views  loss {:.4}  accuracy {accuracy}  {names}",
            self.tta_views, self.loss
        )
    }
}
