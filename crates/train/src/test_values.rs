//! Random values for tests, the same in every run. burn's generator belongs to the device, which concurrent tests share.

use burn::module::{ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Values from -1 to 1.
pub fn values<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
    RandomValues::new(seed, 1.0).values(shape, device)
}

/// Replaces the parameters of a module by values from `-reach` to `reach`.
pub struct RandomValues {
    generator: ChaCha8Rng,
    reach: f32,
}

impl RandomValues {
    pub fn new(seed: u64, reach: f32) -> Self {
        Self {
            generator: ChaCha8Rng::seed_from_u64(seed),
            reach,
        }
    }

    fn values<const D: usize>(&mut self, shape: [usize; D], device: &Device) -> Tensor<D> {
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| self.generator.random_range(-self.reach..self.reach))
            .collect();
        Tensor::from_data(TensorData::new(values, shape), device)
    }
}

impl ModuleMapper for RandomValues {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|old| {
            let (values, device) = (self.values(old.dims(), &old.device()), old.device());
            match device.is_autodiff() {
                true => values.require_grad(),
                false => values,
            }
        })
    }
}
