//! The tensors of a burn module by name: for the CPU kernels, and for export.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use thimble::Precision;
use thimble::network::CpuModel;

use super::BurnNetwork;

/// A parameter of a module.
#[derive(Clone, Debug)]
pub struct NamedTensor {
    /// Its dotted path, such as `Residual.stages.0.entry.weights`.
    pub name: String,
    /// Its shape and values.
    pub data: TensorData,
}

/// Reads the parameters of a network, in the order of the module.
pub fn tensors(network: &BurnNetwork) -> Vec<NamedTensor> {
    let mut visitor = Visitor::default();
    network.visit(&mut visitor);
    visitor.tensors
}

#[derive(Default)]
struct Visitor {
    path: Vec<String>,
    tensors: Vec<NamedTensor>,
}

impl ModuleVisitor for Visitor {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.tensors.push(NamedTensor {
            name: self.path.join("."),
            data: param.val().into_data(),
        });
    }
}

impl BurnNetwork {
    /// Converts the network to one on the CPU kernels, in 32-bit floats.
    ///
    /// # Errors
    /// The reason, where a tensor's values cannot be read.
    pub fn to_cpu_model(&self) -> Result<CpuModel, String> {
        let tensors = tensors(self);
        CpuModel::new(&self.architecture(), Precision::F32, &mut |name, shape| {
            let tensor = tensors.iter().find(|tensor| tensor.name == name);
            let data = tensor
                .ok_or_else(|| format!("{name} is missing"))?
                .data
                .clone();
            if data.shape().as_slice() != shape {
                let found = data.shape();
                return Err(format!(
                    "{name} must have the shape {shape:?}, got {found:?}"
                ));
            }
            let values = data.convert::<f32>().try_to_vec::<f32>();
            values.map_err(|error| format!("{name}: {error:?}"))
        })
    }
}
