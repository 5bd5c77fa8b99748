//! A network made ready to run.

use burn::tensor::{Device, Tensor};

use super::Network;
#[cfg(feature = "kernels")]
use super::plan::Plan;

/// A network made ready to run many times: on burn's flex device a plan of fused operations whose
/// weights are packed and transformed once, on any other device the network itself.
#[derive(Debug)]
pub struct Engine(Way);

#[derive(Debug)]
enum Way {
    /// burn's own operations.
    Network(Box<Network>),
    /// The project's kernels.
    #[cfg(feature = "kernels")]
    Plan(Box<Plan>),
}

impl Engine {
    /// Makes `network`, whose weights are on `device`, ready.
    pub fn new(network: Network, device: &Device) -> Self {
        #[cfg(feature = "kernels")]
        if crate::operation::has_kernels(device) {
            return Self(Way::Plan(Box::new(network.plan())));
        }
        let _ = device;
        Self(Way::Network(Box::new(network)))
    }

    /// Logits of shape `[batch, 10]` for pictures of shape `[batch, 1, 28, 28]`, values 0 to 1.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        match &self.0 {
            Way::Network(network) => network.forward(pictures),
            #[cfg(feature = "kernels")]
            Way::Plan(plan) => plan.forward(pictures),
        }
    }
}

#[cfg(all(test, feature = "train"))]
mod tests {
    use super::*;
    use crate::drawn::values;
    use crate::network::{Architecture, Head, SIDE, Shipped, Stages};
    use crate::train::Trainee;

    #[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    fn assert_same(what: &str, network: Network, device: &Device, tolerance: f32) {
        for batch in [1, 3, 64] {
            let pictures = values([batch, 1, SIDE, SIDE], 11, device);
            let expected = network.forward(pictures.clone()).into_data();
            let found = Engine::new(network.clone(), device).forward(pictures);
            assert_eq!(found.dims(), [batch, 10]);
            let pairs = (found.into_data().try_to_vec::<f32>().unwrap().into_iter())
                .zip(expected.try_to_vec::<f32>().unwrap());
            for (a, b) in pairs {
                assert!(
                    (a - b).abs() <= tolerance,
                    "{what}, batch {batch}: {a}, not {b}"
                );
            }
        }
    }

    #[test]
    fn every_shipped_network_gives_the_logits_of_burn_s_operations() {
        let device = Device::flex();
        for shipped in Shipped::all() {
            let network = shipped.load(&device).unwrap();
            assert_same(shipped.name.as_str(), network, &device, 1e-4);
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
            assert_same(&format!("{head:?}"), trainee.inference(), &device, 1e-4);
        }
    }
}
