//! Loaded networks: the trait for every backend, and the model for the CPU kernels.

use core::future::Future;
use core::pin::Pin;

use super::burnpack::Burnpack;
use super::execution_plan::{ExecutionPlan, TensorSource};
use super::{Architecture, INPUT_VALUES, WeightsError};
use thimble_kernels::Precision;

/// A network loaded on a backend, ready to run many times.
pub trait Model {
    /// Runs the network on inputs `[batch, height, width, channels]` of
    /// [`Architecture::input_shape`](super::Architecture::input_shape), 0 to 1; those of a classifier of 28x28
    /// inputs are light on dark. Ignores values after the last whole input.
    fn run(&self, inputs: &[f32]) -> Logits;

    /// Runs one input through the first convolutions, at most `count`, and returns what each puts out; nothing on a backend
    /// that cannot tell.
    fn first_activations(&self, input: &[f32], count: usize) -> Vec<Activations> {
        let _ = (input, count);
        Vec::new()
    }
}

/// What a convolution puts out for one input.
#[derive(Clone, Debug, PartialEq)]
pub struct Activations {
    /// Number of channels.
    pub channels: usize,
    /// The values `[height, width, channels]`, not below 0.
    pub values: Vec<f32>,
}

/// A device returned no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the device returned no result: {0}")]
pub struct DeviceError(pub String);

/// The logits of a batch, `[batch, outputs]`, or `[batch, height, width, 10]` of a segmentation, which a device may
/// still be computing.
#[derive(Debug)]
pub enum Logits {
    /// The computed logits, row by row.
    Ready(Vec<f32>),
    /// Logits that a device is computing.
    Pending(Box<dyn PendingLogits>),
}

/// Logits that a device is computing.
pub trait PendingLogits: core::fmt::Debug {
    /// Blocks until the device is done, and copies the logits.
    ///
    /// # Errors
    /// [`DeviceError`] if the device returns no result.
    fn wait(self: Box<Self>) -> Result<Vec<f32>, DeviceError>;

    /// Waits for the device and copies the logits. Can be called again.
    fn read(&self) -> Pin<Box<dyn Future<Output = Result<Vec<f32>, DeviceError>> + '_>>;
}

impl Logits {
    /// Blocks until the logits are computed, and returns them row by row. Browsers cannot block; use
    /// [`Logits::read`] there.
    ///
    /// # Errors
    /// [`DeviceError`] if the device returns no result.
    pub fn wait(self) -> Result<Vec<f32>, DeviceError> {
        match self {
            Self::Ready(logits) => Ok(logits),
            Self::Pending(pending) => pending.wait(),
        }
    }

    /// Waits until the logits are computed, and copies them row by row. Can be called again.
    ///
    /// # Errors
    /// [`DeviceError`] if the device returns no result.
    pub async fn read(&self) -> Result<Vec<f32>, DeviceError> {
        match self {
            Self::Ready(logits) => Ok(logits.clone()),
            Self::Pending(pending) => pending.read().await,
        }
    }
}

/// Input values that run through all layers as one batch, such as eight inputs of 28x28 pixels.
const CHUNK_VALUES: usize = 8 * INPUT_VALUES;

/// A network on the CPU kernels, its weights packed and transformed once.
///
/// ```
/// use thimble::garments::class_logits;
/// use thimble::labels::LABELS;
/// use thimble::network::{GarmentStages, Model, NetworkName, ShippedPhotoNetworks};
/// use thimble::prediction::most_likely;
///
/// let photos = ShippedPhotoNetworks::beside(NetworkName::default()).ok_or("no networks for photos")?;
/// let values = photos.garments.architecture().input_values();
/// let model = photos.garments.load(thimble::Precision::F32)?;
/// let logits = model.run(&vec![0.5; values]).wait()?;
/// let (rows, _) = logits.as_chunks::<{ GarmentStages::OUTPUTS }>();
/// println!("{}", LABELS[most_likely(&class_logits(&rows[0]))]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CpuModel {
    plan: ExecutionPlan,
    /// Values of one input.
    input_values: usize,
    /// Logits of one input.
    output_values: usize,
}

impl CpuModel {
    /// Builds a network of this architecture with the tensors of `source`.
    ///
    /// # Errors
    /// Those of `source`, for a tensor that is missing or of another shape.
    pub fn new(
        architecture: &Architecture,
        precision: Precision,
        source: &mut TensorSource<'_>,
    ) -> Result<Self, String> {
        Ok(Self {
            plan: ExecutionPlan::new(architecture, precision, source)?,
            input_values: architecture.input_values(),
            output_values: architecture.output_values(),
        })
    }

    /// Builds a network of this architecture from the bytes of a burnpack. `name` is the network in error
    /// messages.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] if it is not a burnpack, or a tensor is missing, left over or of another
    /// shape.
    pub fn from_burnpack(
        name: &'static str,
        architecture: &Architecture,
        precision: Precision,
        bytes: &[u8],
    ) -> Result<Self, WeightsError> {
        let load = || {
            let mut burnpack = Burnpack::read(bytes)?;
            let model = Self::new(architecture, precision, &mut |name, shape| {
                burnpack.take(name, shape)
            })?;
            burnpack.finish()?;
            Ok(model)
        };
        load().map_err(|reason| WeightsError::Unfit {
            network: name,
            reason,
        })
    }
}

impl Model for CpuModel {
    fn run(&self, inputs: &[f32]) -> Logits {
        let count = inputs.len() / self.input_values;
        let mut logits = vec![0.0; count * self.output_values];
        self.run_chunks(&inputs[..count * self.input_values], &mut logits);
        Logits::Ready(logits)
    }

    fn first_activations(&self, input: &[f32], count: usize) -> Vec<Activations> {
        match input.get(..self.input_values) {
            Some(input) => self.plan.first_activations(input, count),
            None => Vec::new(),
        }
    }
}

impl CpuModel {
    /// Returns the number of inputs that run through all layers as one batch: few enough that activations stay in
    /// the cache.
    fn chunk(&self) -> usize {
        (CHUNK_VALUES / self.input_values).max(1)
    }

    fn run_chunk(&self, inputs: &[f32], logits: &mut [f32]) {
        self.plan
            .run(inputs.len() / self.input_values, inputs, logits);
    }

    /// Runs the inputs a chunk at a time, on all threads of rayon's pool.
    #[cfg(feature = "rayon")]
    fn run_chunks(&self, inputs: &[f32], logits: &mut [f32]) {
        use rayon::prelude::*;

        inputs
            .par_chunks(self.chunk() * self.input_values)
            .zip(logits.par_chunks_mut(self.chunk() * self.output_values))
            .for_each(|(inputs, logits)| self.run_chunk(inputs, logits));
    }

    /// Runs the inputs a chunk at a time.
    #[cfg(not(feature = "rayon"))]
    fn run_chunks(&self, inputs: &[f32], logits: &mut [f32]) {
        inputs
            .chunks(self.chunk() * self.input_values)
            .zip(logits.chunks_mut(self.chunk() * self.output_values))
            .for_each(|(inputs, logits)| self.run_chunk(inputs, logits));
    }
}

/// Converts grey bytes to values from 0 to 1.
pub fn grey_values(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&grey| f32::from(grey) / 255.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{GarmentStages, NetworkName, ShippedPhotoNetworks};

    #[test]
    fn values_after_the_last_whole_input_are_ignored() {
        let photos = ShippedPhotoNetworks::beside(NetworkName::default()).unwrap();
        let values = photos.garments.architecture().input_values();
        let model = photos.garments.load(Precision::F32).unwrap();
        assert!(model.run(&vec![0.0; values - 1]).wait().unwrap().is_empty());
        let logits = model.run(&vec![0.5; values + 1]).wait().unwrap();
        assert_eq!(logits.len(), GarmentStages::OUTPUTS);
    }
}
