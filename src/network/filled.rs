//! A burn module with stored values, decoded before they go to its device: not every device of burn's
//! decodes every format.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};

use super::Network;
use super::stored::Stored;

/// `network` with the values of `stored`, as 32-bit floats.
///
/// # Errors
/// A sentence where a tensor is missing, left over or of another shape.
pub(super) fn filled(network: Network, stored: Stored) -> Result<Network, String> {
    let mut filler = Filler {
        path: Vec::new(),
        stored,
        failure: None,
    };
    let network = network.map(&mut filler);
    match filler.failure {
        Some(reason) => Err(reason),
        None => filler.stored.end().map(|()| network),
    }
}

struct Filler {
    path: Vec<String>,
    stored: Stored,
    /// The first.
    failure: Option<String>,
}

impl ModuleMapper for Filler {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if self.failure.is_some() {
            return param;
        }
        let shape = param.lazy_shape();
        match self.stored.take(&self.path.join("."), shape.as_slice()) {
            Ok(values) => param
                .map(|tensor| Tensor::from_data(TensorData::new(values, shape), &tensor.device())),
            Err(reason) => {
                self.failure = Some(reason);
                param
            }
        }
    }
}
