//! The number format in which weights are stored, chosen by what it changes in the predictions.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::quantization::{
    Calibration, QuantScheme, QuantValue, ScaleDtype, compute_q_params, compute_range,
};
use burn::tensor::{DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{AccuracyChange, LabeledInputs};
use crate::evaluate::model;
use thimble::network::{Architecture, DeviceError, Model, WeightsError};
use thimble_burn::BurnNetwork;

/// Tensors of fewer values stay floats: in int8 they save few bytes and cost most of the accuracy.
const MIN_INT8_VALUES: usize = 4096;
/// The greatest magnitudes that are tried for int8: those of 5, 6, 7 and 8 bits.
const RANGES: [u8; 4] = [15, 31, 63, 127];

/// A number format, and what it changes in the predictions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StorageFormat {
    /// The number format: "int8", "f16" or "f32".
    pub format: String,
    /// The greatest magnitude of the int8 values. With fewer different values the file, of the same length, compresses
    /// better.
    #[serde(default, alias = "greatest", skip_serializing_if = "Option::is_none")]
    pub max_abs: Option<u8>,
    /// Bytes of the burnpack.
    pub bytes: usize,
    /// The change from the 32-bit weights.
    #[serde(flatten)]
    pub change: AccuracyChange,
    /// Smaller formats whose change was not acceptable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Self>,
}

/// Why weights could not be stored or evaluated.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The weights cannot be written as a burnpack.
    #[error("cannot write the weights: {0}")]
    Write(String),
    /// The burnpack does not read back.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The network cannot be run.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// Encodes the weights as a burnpack in the smallest format with an
/// [acceptable](AccuracyChange::is_acceptable) change on `inputs`. The formats are int8 with a range of 5 to 8 bits (small tensors in
/// 16-bit floats, biases in 32-bit floats), 16-bit floats, and otherwise 32-bit floats.
///
/// # Errors
/// [`StorageError`].
pub fn smallest_format(
    name: &'static str,
    architecture: &Architecture,
    network: &BurnNetwork,
    inputs: &LabeledInputs,
    device: &Device,
) -> Result<(Vec<u8>, StorageFormat), StorageError> {
    let logits = |model: &dyn Model| inputs.logits(model, architecture);
    let reference = logits(model(network, device)?.as_ref())?;
    let mut rejected = Vec::new();
    for max_abs in RANGES.into_iter().map(Some).chain([None]) {
        let network = network.clone();
        let (format, rounded) = match max_abs {
            Some(max_abs) => ("int8", network.map(&mut ToInt8 { max_abs })),
            None => ("f16", network.map(&mut ToHalf)),
        };
        let encoded = encode(rounded)?;
        let read = BurnNetwork::from_burnpack(name, architecture, &encoded, device)?;
        let logits = logits(model(&read, device)?.as_ref())?;
        let storage = StorageFormat {
            format: format.to_owned(),
            max_abs,
            bytes: encoded.len(),
            change: AccuracyChange::between(&reference, &logits, &inputs.labels),
            rejected: Vec::new(),
        };
        if storage.change.is_acceptable(architecture) {
            return Ok((
                encoded,
                StorageFormat {
                    rejected,
                    ..storage
                },
            ));
        }
        rejected.push(storage);
    }
    let encoded = encode(network.clone())?;
    let storage = StorageFormat {
        format: "f32".to_owned(),
        max_abs: None,
        bytes: encoded.len(),
        change: AccuracyChange::NONE,
        rejected,
    };
    Ok((encoded, storage))
}

/// Encodes the weights as a burnpack in int8 of a range, as a network trained with rounded weights is stored.
///
/// # Errors
/// [`StorageError::Write`].
pub fn encode_int8(network: BurnNetwork, max_abs: u8) -> Result<Vec<u8>, StorageError> {
    encode(network.map(&mut ToInt8 { max_abs }))
}

impl StorageFormat {
    /// The format of `bytes` bytes that [`encode_int8`] wrote, which changes nothing of a network trained so.
    pub fn trained_int8(max_abs: u8, bytes: usize) -> Self {
        Self {
            format: "int8".to_owned(),
            max_abs: Some(max_abs),
            bytes,
            change: AccuracyChange::NONE,
            rejected: Vec::new(),
        }
    }
}

/// Rounds every parameter to a 16-bit float.
struct ToHalf;

impl ModuleMapper for ToHalf {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|values| values.cast(DType::F16))
    }
}

/// Rounds the weights to int8, with a scale for each block of up to 64 weights of one output, and tensors of fewer than
/// [`MIN_INT8_VALUES`] values to 16-bit floats.
struct ToInt8 {
    /// The int8 value of the weight of the greatest magnitude in a block.
    max_abs: u8,
}

impl ModuleMapper for ToInt8 {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // The axes of the outputs: `[outputs, inputs, 3, 3]`, `[groups, k, 16]` and `[inputs, outputs]`. A vector is a
        // bias.
        let outputs: &[usize] = match D {
            4 => &[0],
            3 => &[0, 2],
            2 => &[1],
            _ => return param,
        };
        param.map(|values| {
            if values.shape().num_elements() < MIN_INT8_VALUES {
                return values.cast(DType::F16);
            }
            let sides = values.dims().into_iter().enumerate();
            let block: Vec<u8> = sides
                .map(|(axis, side)| match outputs.contains(&axis) {
                    true => 1,
                    false => largest_divisor(side),
                })
                .collect();
            let scheme = QuantScheme::default()
                .with_value(QuantValue::Q8S)
                .per_block(block, ScaleDtype::F16);
            let range = compute_range(&scheme, &values, &Calibration::MinMax);
            let mut parameters = compute_q_params(&scheme, range);
            let coarser = f32::from(RANGES[RANGES.len() - 1]) / f32::from(self.max_abs);
            parameters.scales = parameters.scales * coarser;
            values.quantize(&scheme, parameters)
        })
    }
}

/// The largest divisor of `side` up to 64.
fn largest_divisor(side: usize) -> u8 {
    let mut divisors = (1..=64_u8).rev();
    let found = divisors.find(|divisor| side.is_multiple_of(usize::from(*divisor)));
    found.unwrap_or(1)
}

/// Encodes the weights of a network as a burnpack, in the number formats that they have.
///
/// # Errors
/// [`StorageError::Write`].
pub fn encode(network: BurnNetwork) -> Result<Vec<u8>, StorageError> {
    let bytes = network.into_record().into_bytes();
    bytes
        .map(|bytes| bytes.to_vec())
        .map_err(|error| StorageError::Write(error.to_string()))
}

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::training::TrainableNet;
    use thimble::network::{INPUT_SIDE, INPUT_VALUES, NetworkName, grey_values};

    #[test]
    #[allow(deprecated)] // burn deprecates its ndarray device, which the page falls back to.
    fn int8_weights_decode_into_nearly_the_same_network_on_every_device() {
        let pixels: Vec<u8> = (0..2 * INPUT_VALUES)
            .map(|index| (index % 256) as u8)
            .collect();
        for name in NetworkName::ALL {
            let architecture = name.architecture();
            let flex = Device::flex();
            let network = TrainableNet::new(&architecture, &flex.clone().autodiff()).inference();
            let logits = |network: &BurnNetwork, device: &Device| {
                let inputs = TensorData::new(grey_values(&pixels), [2, 1, INPUT_SIDE, INPUT_SIDE]);
                let logits = network.forward(Tensor::from_data(inputs, device));
                logits.into_data().try_to_vec::<f32>().unwrap()
            };
            let exact = logits(&network, &flex);
            let largest = exact
                .iter()
                .fold(0.0_f32, |all, logit| all.max(logit.abs()));
            let full = encode(network.clone()).unwrap().len();
            for (max_abs, near) in RANGES.into_iter().zip([0.4, 0.2, 0.1, 0.05]) {
                let encoded = encode(network.clone().map(&mut ToInt8 { max_abs })).unwrap();
                assert!(
                    encoded.len() < full / 3,
                    "{} of {full} bytes",
                    encoded.len()
                );
                for device in [flex.clone(), Device::ndarray()] {
                    let read =
                        BurnNetwork::from_burnpack(name.as_str(), &architecture, &encoded, &device)
                            .unwrap();
                    for (found, exact) in logits(&read, &device).iter().zip(&exact) {
                        assert!(
                            (found - exact).abs() < near * largest,
                            "{name}, {max_abs}: {found}, not {exact}"
                        );
                    }
                }
            }
        }
    }
}
