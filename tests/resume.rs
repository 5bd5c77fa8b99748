//! A run that was stopped goes on to the very weights of one that was not.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used)] // A test that cannot go on has failed.

mod common;

use burn::module::Module;
use burn::tensor::Device;
use burn::train::Interrupter;
use thimble::data::{DataFolder, Pictures};
use thimble::network::{Network, NetworkName};
use thimble::train::{ProgressKind, Recipe, Run, RunError, Settings};

fn weights(network: Network) -> Vec<u8> {
    network.into_record().into_bytes().unwrap().to_vec()
}

/// The weights without the parameters' random ids, which a burnpack holds too.
fn logits(network: &Network, pictures: &Pictures) -> Vec<[f32; 10]> {
    thimble::evaluate::predict(network, pictures, 16, &Device::flex()).unwrap()
}

#[test]
fn a_stopped_run_ends_like_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    common::write_data(folder.path(), 120, 40);
    let data = DataFolder::find(Some(folder.path())).unwrap();
    let (training, edition) = data.training().unwrap();
    assert!(edition.warning().is_some());
    let (validation, _) = data.test().unwrap();
    let recipe = Recipe {
        epochs: 3,
        batch: 16,
        ..Recipe::of(NetworkName::PaperPlus)
    };
    let run = Run {
        network: NetworkName::PaperPlus,
        recipe: &recipe,
        training: &training,
        validation: &validation,
    };
    let settings = |name: &str, resume| Settings {
        seed: 7,
        threads: 1,
        checkpoint: Some(folder.path().join(name)),
        resume,
        progress: ProgressKind::Silent,
        interrupter: Interrupter::new(),
    };
    let device = Device::flex();

    let straight = run.execute(&device, &settings("straight", false)).unwrap();
    let again = run.execute(&device, &settings("again", false)).unwrap();
    assert_eq!(
        straight.checkpoint.curve, again.checkpoint.curve,
        "the same seed differs"
    );
    assert_eq!(
        logits(&straight.network, &validation),
        logits(&again.network, &validation)
    );

    // One epoch under another name is what a run killed in its second epoch leaves behind, but
    // for the recipe that the checkpoint names.
    let stopped = settings("stopped", false);
    let interrupter = stopped.interrupter.clone();
    let stopper = std::thread::spawn({
        let state = folder.path().join("stopped/state.json");
        move || {
            while !state.exists() {
                std::thread::yield_now();
            }
            interrupter.stop(None);
        }
    });
    let outcome = run.execute(&device, &stopped);
    stopper.join().unwrap();
    assert!(matches!(outcome, Err(RunError::Interrupted)), "{outcome:?}");

    let resumed = run.execute(&device, &settings("stopped", true)).unwrap();
    assert_eq!(resumed.checkpoint.curve, straight.checkpoint.curve);
    assert_eq!(
        logits(&resumed.network, &validation),
        logits(&straight.network, &validation)
    );
    assert_eq!(
        weights(resumed.network).len(),
        weights(straight.network).len()
    );

    let other = Settings {
        seed: 8,
        ..settings("stopped", true)
    };
    let error = run.execute(&device, &other).unwrap_err().to_string();
    assert!(
        error.contains("seed 7") && error.contains("seed 8"),
        "{error}"
    );
}
