//! A network made ready to run.

#[cfg(feature = "burn")]
use burn::tensor::{Device, Tensor, TensorData};

use super::PIXELS;
#[cfg(feature = "kernels")]
use super::{Architecture, NetworkName, WeightsError, plan::Plan};
#[cfg(feature = "burn")]
use super::{Network, SIDE};
#[cfg(feature = "kernels")]
use crate::kernel::Precision;
#[cfg(feature = "kernels")]
use crate::labels::CLASSES;

/// A network made ready to run many times: by the project's kernels on the CPU, whose weights are
/// packed and transformed once, or by burn's operations on any of its devices.
#[derive(Debug)]
pub struct Engine(Way);

#[derive(Debug)]
enum Way {
    /// burn's own operations.
    #[cfg(feature = "burn")]
    Network(Box<Network>, Device),
    /// The project's kernels.
    #[cfg(feature = "kernels")]
    Plan(Box<Plan>),
}

/// A network that cannot be run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// Its weights cannot be made ready.
    #[error("the network cannot be made ready: {0}")]
    Weights(String),
    /// A device gave no result back.
    #[error("the device gave no result back: {0}")]
    Device(String),
}

/// Pictures that the kernels take through the whole network at once, so that what is between two
/// layers stays in the cache.
#[cfg(feature = "kernels")]
const AT_ONCE: usize = 8;

impl Engine {
    /// Makes `network`, whose weights are on `device`, ready: on burn's flex device for the
    /// project's kernels, where they are compiled in.
    ///
    /// # Errors
    /// [`EngineError::Weights`] where the device does not give them back.
    #[cfg(feature = "burn")]
    pub fn new(network: Network, device: &Device) -> Result<Self, EngineError> {
        #[cfg(feature = "kernels")]
        if crate::operation::has_kernels(device) {
            return super::gathered::plan(&network)
                .map(|plan| Self(Way::Plan(Box::new(plan))))
                .map_err(EngineError::Weights);
        }
        Ok(Self(Way::Network(Box::new(network), device.clone())))
    }

    /// Makes a network of this architecture ready from a burnpack of `name`'s weights, for the
    /// project's kernels, which compute with such numbers.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] where it is no burnpack, or a tensor is missing, left over or of
    /// another shape.
    #[cfg(feature = "kernels")]
    pub fn from_burnpack(
        name: NetworkName,
        architecture: &Architecture,
        arithmetic: Precision,
        bytes: burn_std::Bytes,
    ) -> Result<Self, WeightsError> {
        let plan = || {
            let mut stored = super::stored::Stored::read(bytes)?;
            let mut take = |name: &str, shape: &[usize]| stored.take(name, shape);
            let plan = Plan::new(architecture, arithmetic, &mut take)?;
            stored.end()?;
            Ok(plan)
        };
        match plan() {
            Ok(plan) => Ok(Self(Way::Plan(Box::new(plan)))),
            Err(reason) => Err(WeightsError::Unfit {
                network: name,
                reason,
            }),
        }
    }

    /// Runs pictures of 784 values each, 0 to 1, light on dark. What is left over of a picture is
    /// left out.
    pub fn run(&self, pictures: &[f32]) -> Logits {
        let batch = pictures.len() / PIXELS;
        let pictures = &pictures[..batch * PIXELS];
        match &self.0 {
            #[cfg(feature = "burn")]
            Way::Network(network, device) => {
                let pictures = TensorData::new(pictures.to_vec(), [batch, 1, SIDE, SIDE]);
                let logits = network.forward(Tensor::from_data(pictures, device));
                Logits(Results::OnDevice(Box::new(logits)))
            }
            #[cfg(feature = "kernels")]
            Way::Plan(plan) => {
                let mut logits = vec![0.0; batch * CLASSES];
                #[cfg(feature = "train")]
                {
                    use rayon::prelude::*;

                    pictures
                        .par_chunks(AT_ONCE * PIXELS)
                        .zip(logits.par_chunks_mut(AT_ONCE * CLASSES))
                        .for_each(|(pictures, logits)| plan.run(pictures, logits));
                }
                #[cfg(not(feature = "train"))]
                for (pictures, logits) in pictures
                    .chunks(AT_ONCE * PIXELS)
                    .zip(logits.chunks_mut(AT_ONCE * CLASSES))
                {
                    plan.run(pictures, logits);
                }
                Logits(Results::Here(logits))
            }
        }
    }
}

#[cfg(feature = "train")]
impl Engine {
    /// Logits of shape `[batch, 10]` for pictures of shape `[batch, 1, 28, 28]`, on their device.
    ///
    /// # Errors
    /// [`EngineError::Device`].
    pub fn forward(&self, pictures: Tensor<4>) -> Result<Tensor<2>, EngineError> {
        let device = pictures.device();
        let pictures = values(pictures.try_into_data())?;
        let logits = self.run(&pictures).wait()?;
        let shape = [logits.len() / CLASSES, CLASSES];
        Ok(Tensor::from_data(TensorData::new(logits, shape), &device))
    }
}

/// Logits that may still be under way on a device.
#[derive(Clone, Debug)]
pub struct Logits(Results);

#[derive(Clone, Debug)]
enum Results {
    /// Ready.
    #[cfg(feature = "kernels")]
    Here(Vec<f32>),
    /// On one of burn's devices, `[batch, 10]`.
    #[cfg(feature = "burn")]
    OnDevice(Box<Tensor<2>>),
}

impl Logits {
    /// Waits for them: ten for each picture, one picture after the other.
    ///
    /// # Errors
    /// [`EngineError::Device`].
    #[cfg(feature = "burn")]
    pub fn wait(self) -> Result<Vec<f32>, EngineError> {
        match self.0 {
            #[cfg(feature = "kernels")]
            Results::Here(values) => Ok(values),
            Results::OnDevice(tensor) => values(tensor.try_into_data()),
        }
    }

    /// Copies them over when they are ready: ten for each picture, one picture after the other.
    ///
    /// # Errors
    /// [`EngineError::Device`].
    pub async fn read(&self) -> Result<Vec<f32>, EngineError> {
        match &self.0 {
            #[cfg(feature = "kernels")]
            Results::Here(values) => Ok(values.clone()),
            #[cfg(feature = "burn")]
            Results::OnDevice(tensor) => values((**tensor).clone().into_data_async().await),
        }
    }
}

#[cfg(feature = "burn")]
fn values<E: ToString>(data: Result<TensorData, E>) -> Result<Vec<f32>, EngineError> {
    let device = |reason: String| EngineError::Device(reason);
    let data = data.map_err(|error| device(error.to_string()))?;
    data.try_to_vec::<f32>()
        .map_err(|error| device(format!("{error:?}")))
}

/// Grey bytes as values from 0 to 1.
pub fn grey_values(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&grey| f32::from(grey) / 255.0).collect()
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use super::*;
    use crate::drawn::values;
    use crate::network::{Architecture, Head, Shipped, Stages};
    use crate::train::Trainee;

    #[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    fn assert_same(what: &str, network: &Network, engine: &Engine, device: &Device) {
        for batch in [1, 3, 64] {
            let pictures = values([batch, 1, SIDE, SIDE], 11, device);
            let numbers = pictures.to_data().try_to_vec::<f32>().unwrap();
            let expected = network.forward(pictures).into_data();
            let found = engine.run(&numbers).wait().unwrap();
            assert_eq!(found.len(), batch * CLASSES);
            let pairs = found.iter().zip(expected.as_slice::<f32>().unwrap());
            for (a, b) in pairs {
                assert!((a - b).abs() <= 1e-4, "{what}, batch {batch}: {a}, not {b}");
            }
        }
    }

    #[test]
    fn every_shipped_network_gives_the_logits_of_burn_s_operations() {
        let device = Device::flex();
        for shipped in Shipped::all() {
            let network = shipped.load(&device).unwrap();
            let name = shipped.name.as_str();
            let engine = Engine::new(network.clone(), &device).unwrap();
            assert_same(name, &network, &engine, &device);
            let engine = shipped.weights(None).unwrap().engine().unwrap();
            assert_same(name, &network, &engine, &device);
        }
    }

    #[test]
    fn every_head_gives_the_logits_of_burn_s_operations() {
        let device = Device::flex();
        device.seed(12);
        for head in [Head::Mean, Head::Weighted, Head::Flat] {
            let architecture = Architecture::Residual(Stages {
                widths: [16, 32, 48],
                blocks: [1, 0, 2],
                head,
            });
            let trainee = Trainee::new(&architecture, &device.clone().autodiff());
            let network = trainee.inference();
            let engine = Engine::new(network.clone(), &device).unwrap();
            assert_same(&format!("{head:?}"), &network, &engine, &device);
        }
    }

    #[test]
    fn what_is_left_over_of_a_picture_is_left_out() {
        let device = Device::flex();
        let network = Shipped::all()[0].load(&device).unwrap();
        let engine = Engine::new(network, &device).unwrap();
        assert!(engine.run(&[0.0; PIXELS - 1]).wait().unwrap().is_empty());
        let logits = engine.run(&[0.5; PIXELS + 1]).wait().unwrap();
        assert_eq!(logits.len(), CLASSES);
    }
}
