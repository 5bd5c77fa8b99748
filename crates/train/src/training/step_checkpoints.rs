//! Checkpoints after some steps, from which a run without epochs resumes exactly.

use std::fs;
use std::path::PathBuf;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state_files::{self, CheckpointError};
use super::{Objective, Optimization, Schedule, StepError, TrainingState, optimize};
use crate::files::at_path;

/// Where a run keeps its state after every some steps, to go on from.
#[derive(Clone, Debug, PartialEq)]
pub struct StepCheckpoints {
    /// Its folder, which is removed when the run has ended.
    pub folder: PathBuf,
    /// Steps between checkpoints, at least 1.
    pub every: usize,
    /// All that decides the weights, such as recipe and seed: a checkpoint of another run is refused.
    pub run: Value,
}

/// How a network for photos is trained.
#[derive(Clone, Copy)]
pub struct PhotoTraining<'a, Recipe> {
    /// The recipe.
    pub recipe: &'a Recipe,
    /// The seed.
    pub seed: u64,
    /// Where the state is kept, to go on from; `None` keeps none.
    pub checkpoints: Option<&'a StepCheckpoints>,
    /// A device without autodiff.
    pub device: &'a Device,
}

impl<Recipe> PhotoTraining<'_, Recipe> {
    /// Returns the device with autodiff, whose generator starts from the seed.
    pub fn seeded_device(&self) -> Device {
        let autodiff = self.device.clone().autodiff();
        autodiff.seed(self.seed);
        autodiff
    }
}

/// What `state.json` holds.
#[derive(Serialize, Deserialize)]
struct Description {
    run: Value,
    /// Steps taken.
    steps: usize,
}

impl Description {
    fn part(&self) -> String {
        format!("step-{:06}", self.steps)
    }
}

impl StepCheckpoints {
    /// Reads the last checkpoint of this run and the steps that it has taken.
    fn load(&self, fresh: TrainingState) -> Result<(usize, TrainingState), CheckpointError> {
        match state_files::description::<Description>(&self.folder)? {
            Some(last) if last.run == self.run => {
                let state = state_files::load(&self.folder, &last.part(), fresh)?;
                Ok((last.steps, state))
            }
            Some(_) => Err(CheckpointError::OtherRecipe(self.folder.clone())),
            None => Ok((0, fresh)),
        }
    }

    fn save(&self, steps: usize, state: &TrainingState) -> Result<(), CheckpointError> {
        let description = Description {
            run: self.run.clone(),
            steps,
        };
        state_files::save(&self.folder, &description.part(), &description, state)
    }
}

/// Takes all steps of a run that has `total` of them, from its last checkpoint where it has one.
///
/// # Errors
/// Those of `objective`, and [`StepError`], also where the checkpoint is of another run.
pub fn optimize_resumably<O: Objective>(
    objective: &mut O,
    fresh: TrainingState,
    optimization: &Optimization,
    schedule: Schedule,
    total: usize,
    checkpoints: Option<&StepCheckpoints>,
) -> Result<TrainingState, O::Error> {
    let Some(checkpoints) = checkpoints else {
        return optimize(objective, fresh, optimization, schedule, 0..total, total);
    };
    let (mut step, mut state) = checkpoints.load(fresh).map_err(StepError::from)?;
    while step < total {
        let next = (step + checkpoints.every.max(1)).min(total);
        state = optimize(objective, state, optimization, schedule, step..next, total)?;
        step = next;
        if step < total {
            checkpoints.save(step, &state).map_err(StepError::from)?;
        }
    }
    let folder = &checkpoints.folder;
    if folder.exists() {
        let removed = at_path(folder, fs::remove_dir_all(folder));
        removed
            .map_err(CheckpointError::from)
            .map_err(StepError::from)?;
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Tensor, TensorData};
    use serde_json::json;

    use super::*;
    use crate::training::{OptimizerKind, StepOutcome, TrainableNet, soft_cross_entropy};
    use thimble::network::{Architecture, DeviceError, GarmentStages};
    use thimble_burn::tensor_values;

    const STEPS: usize = 5;
    const STAGES: GarmentStages = GarmentStages {
        widths: [16; 4],
        blocks: [0; 4],
    };

    /// Inputs that depend on the step alone. Fails at one step, as if it were killed.
    struct Steps {
        device: Device,
        killed_at: Option<usize>,
        taken: Vec<usize>,
    }

    fn inputs(step: usize, device: &Device) -> Tensor<4> {
        let side = GarmentStages::SIDES[0];
        let shape = [2, side, side, GarmentStages::CHANNELS];
        let value = |index: usize| ((index * 7 + step * 5) % 11) as f32 / 10.0;
        let values: Vec<f32> = (0..shape.iter().product()).map(value).collect();
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    impl Objective for Steps {
        type Error = StepError;
        type Targets = ();

        fn batch(&mut self, step: usize) -> Result<(Tensor<4>, ()), StepError> {
            if self.killed_at == Some(step) {
                return Err(DeviceError("killed".to_owned()).into());
            }
            Ok((inputs(step, &self.device), ()))
        }

        fn loss(&self, logits: Tensor<2>, (): &()) -> Tensor<1> {
            let share = 1.0 / GarmentStages::OUTPUTS as f32;
            let targets = Tensor::full(logits.dims(), share, &logits.device());
            soft_cross_entropy(logits, targets)
        }

        fn on_step(&mut self, step: usize, (): (), _: StepOutcome) -> Result<(), StepError> {
            self.taken.push(step);
            Ok(())
        }
    }

    /// Returns the steps taken, and the logits of the network if it was not killed.
    fn run(
        checkpoints: Option<&StepCheckpoints>,
        killed_at: Option<usize>,
    ) -> (Vec<usize>, Result<Vec<f32>, StepError>) {
        let plain = Device::flex();
        let device = plain.clone().autodiff();
        device.seed(3);
        let optimization = Optimization {
            optimizer: OptimizerKind::Muon,
            learning_rate: 0.01,
            weight_decay: 0.05,
            average: 0.5,
        };
        let network = TrainableNet::new(&Architecture::Garment(STAGES), &device);
        let fresh = TrainingState::new(network, &optimization);
        let mut steps = Steps {
            device,
            killed_at,
            taken: Vec::new(),
        };
        let state = optimize_resumably(
            &mut steps,
            fresh,
            &optimization,
            Schedule::OneCycle,
            STEPS,
            checkpoints,
        );
        let logits = state.and_then(|state| {
            let logits = state.result().inference().forward(inputs(9, &plain));
            Ok(tensor_values(logits.try_into_data())?)
        });
        (steps.taken, logits)
    }

    #[test]
    fn a_killed_run_goes_on_from_its_checkpoint_and_ends_alike() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = StepCheckpoints {
            folder: folder.path().join("run"),
            every: 2,
            run: json!({ "seed": 3 }),
        };
        let (_, undisturbed) = run(None, None);
        let (taken, killed) = run(Some(&checkpoints), Some(3));
        assert_eq!(taken, [0, 1, 2]);
        assert!(killed.is_err());
        let other = StepCheckpoints {
            run: json!({ "seed": 4 }),
            ..checkpoints.clone()
        };
        let (taken, refused) = run(Some(&other), None);
        assert!(taken.is_empty());
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("of this recipe and seed"), "{error}");
        let (taken, resumed) = run(Some(&checkpoints), None);
        assert_eq!(taken, [2, 3, 4]);
        assert_eq!(resumed.unwrap(), undisturbed.unwrap());
        assert!(!checkpoints.folder.exists());
    }
}
