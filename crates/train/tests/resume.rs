//! An interrupted run that is resumed ends with the same weights as an uninterrupted one.
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

mod common;

use std::fs;
use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};
use burn::train::Interrupter;
use thimble::network::{Architecture, Head, NetworkName, Stages};
use thimble_burn::BurnNetwork;
use thimble_train::data::{DataFolder, Dataset};
use thimble_train::training::{
    Distillation, Optimization, OptimizerKind, ProgressKind, Recipe, Run, RunError, RunResult,
    Settings, TrainingData,
};

/// The weights of a network, in the order of its fields.
#[derive(Default, Debug, PartialEq)]
struct Weights(Vec<f32>);

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0
            .extend(param.val().into_data().try_to_vec::<f32>().unwrap());
    }
}

fn weights(network: &BurnNetwork) -> Weights {
    let mut weights = Weights::default();
    network.visit(&mut weights);
    assert_eq!(weights.0.len() as u64, network.cost().parameters);
    weights
}

struct Lab {
    folder: tempfile::TempDir,
    recipe: Recipe,
    data: TrainingData,
    training: Dataset,
    validation: Dataset,
}

impl Lab {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        common::write_data(folder.path(), 120, 40);
        let data = DataFolder::find(Some(folder.path())).unwrap();
        let (training, edition) = data.training().unwrap();
        assert!(edition.warning().is_some());
        let (validation, _) = data.test().unwrap();
        Self {
            folder,
            // With everything that a checkpoint can have: momentum, moments, running statistics, a moving average.
            recipe: Recipe {
                architecture: Architecture::Residual(Stages {
                    widths: [16, 16, 16],
                    blocks: [1, 0, 0],
                    head: Head::Weighted,
                }),
                epochs: 3,
                batch: 16,
                optimization: Optimization {
                    optimizer: OptimizerKind::Muon,
                    ..Recipe::of(NetworkName::Thimble).optimization
                },
                teacher: Some(Distillation {
                    networks: vec!["paper".to_owned()],
                    share: 0.5,
                    temperature: 2.0,
                    tta_views: 2,
                    // The last epoch has the variant of the first, whose soft labels are cached.
                    cached_variants: 2,
                }),
                ..Recipe::of(NetworkName::Thimble)
            },
            data: TrainingData {
                edition: edition.name().to_owned(),
                images: training.len(),
            },
            training,
            validation,
        }
    }

    fn settings(&self, name: &str, resume: bool) -> Settings {
        Settings {
            seed: 7,
            threads: 1,
            checkpoint: Some(self.folder.path().join(name)),
            resume,
            soft_labels: Some(self.folder.path().join("soft-labels").join(name)),
            progress: ProgressKind::Silent,
            interrupter: Interrupter::new(),
        }
    }

    fn run(&self, settings: &Settings) -> Result<RunResult, RunError> {
        let run = Run {
            recipe: &self.recipe,
            data: &self.data,
            training: &self.training,
            validation: &self.validation,
        };
        run.execute(&Device::flex(), settings)
    }

    /// Runs until the first checkpoint is written, and stops in the middle of a later epoch.
    fn stopped(&self, name: &str) {
        let settings = self.settings(name, false);
        let state = self.folder.path().join(name).join("state.json");
        std::thread::scope(|scope| {
            let run = scope.spawn(|| self.run(&settings));
            while !state.exists() && !run.is_finished() {
                std::thread::yield_now();
            }
            settings.interrupter.stop(None);
            let outcome = run.join().unwrap();
            assert!(matches!(outcome, Err(RunError::Interrupted)), "{outcome:?}");
        });
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

// A single test, since the generator of the first weights is global to the process.
#[test]
fn resumed_run_ends_like_an_uninterrupted_one() {
    let lab = Lab::new();
    let straight = lab.run(&lab.settings("straight", false)).unwrap();
    let again = lab.run(&lab.settings("again", false)).unwrap();
    let cached = fs::read_dir(lab.folder.path().join("soft-labels/straight")).unwrap();
    assert_eq!(
        cached.count(),
        2,
        "the soft labels of each variant must be cached"
    );
    assert_eq!(
        straight.checkpoint.curve, again.checkpoint.curve,
        "the same seed differs"
    );
    assert_eq!(
        weights(&straight.network),
        weights(&again.network),
        "the same seed differs"
    );

    lab.stopped("stopped");
    // What a run leaves behind that is killed while it writes its next checkpoint.
    let killed = lab.folder.path().join("killed");
    copy(&lab.folder.path().join("stopped"), &killed);
    for epoch in 1..=3 {
        let half = killed.join(format!("epoch-000{epoch}"));
        if !half.exists() {
            fs::create_dir_all(&half).unwrap();
            fs::write(half.join("weights.bpk"), b"half").unwrap();
        }
    }
    for name in ["stopped", "killed"] {
        let resumed = lab.run(&lab.settings(name, true)).unwrap();
        assert_eq!(
            resumed.checkpoint.curve, straight.checkpoint.curve,
            "{name}"
        );
        assert_eq!(
            weights(&resumed.network),
            weights(&straight.network),
            "{name}"
        );
        let left = fs::read_dir(lab.folder.path().join(name)).unwrap().count();
        assert_eq!(left, 2, "{name}: only the state and its epoch must be left");
    }

    let other = Settings {
        seed: 8,
        ..lab.settings("stopped", true)
    };
    let error = lab.run(&other).unwrap_err().to_string();
    assert!(
        error.contains("seed 7") && error.contains("seed 8"),
        "{error}"
    );
    // Without `resume`, the checkpoint is ignored.
    let over = lab.run(&lab.settings("stopped", false)).unwrap();
    assert_eq!(weights(&over.network), weights(&straight.network));
}
