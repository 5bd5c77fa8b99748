//! Loads the weights of a burnpack into a burn module.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};
use thimble::network::{Architecture, Burnpack, WeightsError, WeightsFile};

use super::BurnNetwork;

impl BurnNetwork {
    /// Decodes checked weights into their network, on `device`.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] where a tensor is missing, left over or of another shape.
    pub fn load(weights: WeightsFile, device: &Device) -> Result<Self, WeightsError> {
        let architecture = weights.architecture();
        Self::from_burnpack(weights.name(), &architecture, weights.bytes(), device)
    }

    /// Decodes a burnpack of `name`'s weights, of any number format, into a network of this architecture with
    /// 32-bit floats.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] where it is no burnpack, or a tensor is missing, left over or of another shape.
    pub fn from_burnpack(
        name: &'static str,
        architecture: &Architecture,
        bytes: &[u8],
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let unfit = |reason: String| WeightsError::Unfit {
            network: name,
            reason,
        };
        let burnpack = Burnpack::read(bytes).map_err(unfit)?;
        fill(Self::new(architecture, device), burnpack).map_err(unfit)
    }
}

/// Replaces the values of every parameter by those of `burnpack`, as 32-bit floats: they are decoded here, since
/// not every device of burn's decodes every format.
///
/// # Errors
/// The reason, where a tensor is missing, left over or of another shape.
fn fill(network: BurnNetwork, burnpack: Burnpack<'_>) -> Result<BurnNetwork, String> {
    let mut filler = Filler {
        path: Vec::new(),
        burnpack,
        failure: None,
    };
    let network = network.map(&mut filler);
    match filler.failure {
        Some(reason) => Err(reason),
        None => filler.burnpack.finish().map(|()| network),
    }
}

struct Filler<'a> {
    path: Vec<String>,
    burnpack: Burnpack<'a>,
    /// The first failure.
    failure: Option<String>,
}

impl ModuleMapper for Filler<'_> {
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
        match self.burnpack.take(&self.path.join("."), shape.as_slice()) {
            Ok(values) => param
                .map(|tensor| Tensor::from_data(TensorData::new(values, shape), &tensor.device())),
            Err(reason) => {
                self.failure = Some(reason);
                param
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use thimble::network::{NetworkName, ShippedNetwork, ShippedPhotoNetworks};

    use super::*;

    #[test]
    fn embedded_weights_decode_into_their_networks() {
        assert!(!ShippedNetwork::all().is_empty(), "nothing is shipped");
        for shipped in ShippedNetwork::all() {
            let weights = shipped.weights(None).unwrap();
            let network = BurnNetwork::load(weights, &Device::flex()).unwrap();
            assert_eq!(network.cost().parameters, shipped.parameters);
            assert_eq!(network.cost().macs, shipped.macs);
            assert_eq!(network.num_params() as u64, shipped.parameters);
        }
    }

    #[test]
    fn the_networks_for_photos_decode() {
        let photos = ShippedPhotoNetworks::beside(NetworkName::default()).unwrap();
        for weights in [photos.segmentation, photos.garments, photos.crops] {
            let architecture = weights.architecture();
            let network = BurnNetwork::load(weights, &Device::flex()).unwrap();
            assert_eq!(network.architecture(), architecture);
        }
    }

    #[test]
    fn bytes_of_no_burnpack_are_refused() {
        let paper = NetworkName::Paper;
        let architecture = paper.architecture();
        let error =
            BurnNetwork::from_burnpack("paper", &architecture, b"not a burnpack", &Device::flex());
        let error = error.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("do not fit the network \"paper\""),
            "{error}"
        );
    }
}
