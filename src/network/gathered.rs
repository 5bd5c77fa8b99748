//! The values of a burn module's tensors, for the project's kernels.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use super::Network;
use super::plan::Plan;
use crate::kernel::Precision;

/// The plan of a network with the weights of its module.
///
/// # Errors
/// A sentence where a tensor's values cannot be had.
pub(super) fn plan(network: &Network) -> Result<Plan, String> {
    let mut gathered = Gathered::default();
    network.visit(&mut gathered);
    let architecture = network.architecture();
    Plan::new(&architecture, Precision::F32, &mut |name, shape| {
        let data = gathered.tensors.remove(name);
        let data = data.ok_or_else(|| format!("the module has no {name}"))?;
        if data.shape().as_slice() != shape {
            let found = data.shape();
            return Err(format!("{name} is of shape {found:?}, and {shape:?} fits"));
        }
        let values = data.convert::<f32>().try_to_vec::<f32>();
        values.map_err(|error| format!("{name}: {error:?}"))
    })
}

#[derive(Default)]
struct Gathered {
    path: Vec<String>,
    tensors: BTreeMap<String, TensorData>,
}

impl ModuleVisitor for Gathered {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.tensors
            .insert(self.path.join("."), param.val().into_data());
    }
}
