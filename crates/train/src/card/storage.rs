//! The number format in which weights are shipped, judged on the validation pictures.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::quantization::{
    Calibration, QuantScheme, QuantValue, ScaleDtype, compute_q_params, compute_range,
};
use burn::tensor::{Bytes, DType, Device, Tensor};
use serde::{Deserialize, Serialize};

use super::Change;
use crate::data::Pictures;
use crate::evaluate::predict;
use thimble::network::{Architecture, DeviceError, NetworkName, WeightsError};
use thimble_burn::BurnNetwork;

/// Pictures scored at once.
pub(super) const BATCH: usize = 250;
/// Tensors of fewer values than this weigh little and, as integers, cost most of the accuracy.
const LEAST_INTEGERS: usize = 4096;
/// The greatest magnitudes that are tried for integers: those of 5, 6, 7 and 8 bits.
const RANGES: [u8; 4] = [15, 31, 63, 127];

/// A number format and what it costs on the validation pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StorageFormat {
    /// The number format: "int8", "f16" or "f32".
    pub format: String,
    /// The greatest magnitude among the integers. Fewer different ones make a file of the same
    /// length that is compressed to fewer bytes on its way.
    #[serde(default, alias = "greatest", skip_serializing_if = "Option::is_none")]
    pub max_abs: Option<u8>,
    /// Bytes of the burnpack.
    pub bytes: usize,
    /// What it costs beside the trained 32-bit weights.
    #[serde(flatten)]
    pub change: Change,
    /// Smaller formats that cost too much.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Self>,
}

/// Why weights could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The weights cannot be written as a burnpack.
    #[error("the weights cannot be written: {0}")]
    Write(String),
    /// The burnpack does not read back.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The network cannot be run.
    #[error(transparent)]
    Engine(#[from] DeviceError),
}

/// The weights as a burnpack in the smallest format that costs no more than is allowed: at least
/// 99.8 % of the validation labels unchanged, and at most 0.5 % more loss. The formats are 8-bit
/// integers of 5 to 8 bits' range (small tensors in 16-bit floats, biases in 32-bit ones), 16-bit
/// floats, and else 32-bit floats.
///
/// # Errors
/// [`StorageError`].
pub fn store(
    name: NetworkName,
    architecture: &Architecture,
    network: &BurnNetwork,
    validation: &Pictures,
    device: &Device,
) -> Result<(Vec<u8>, StorageFormat), StorageError> {
    let reference = predict(network, validation, BATCH, device)?;
    let mut rejected = Vec::new();
    for max_abs in RANGES.into_iter().map(Some).chain([None]) {
        let network = network.clone();
        let (format, rounded) = match max_abs {
            Some(max_abs) => ("int8", network.map(&mut ToIntegers { max_abs })),
            None => ("f16", network.map(&mut ToHalf)),
        };
        let encoded = encode(rounded)?;
        let bytes = Bytes::from_bytes_vec(encoded.clone());
        let read = BurnNetwork::from_burnpack(name, architecture, bytes, device)?;
        let logits = predict(&read, validation, BATCH, device)?;
        let stored = StorageFormat {
            format: format.to_owned(),
            max_abs,
            bytes: encoded.len(),
            change: Change::between(&reference, &logits, &validation.labels),
            rejected: Vec::new(),
        };
        if stored.change.is_allowed() {
            return Ok((encoded, StorageFormat { rejected, ..stored }));
        }
        rejected.push(stored);
    }
    let encoded = encode(network.clone())?;
    let stored = StorageFormat {
        format: "f32".to_owned(),
        max_abs: None,
        bytes: encoded.len(),
        change: Change::NONE,
        rejected,
    };
    Ok((encoded, stored))
}

/// Rounds every parameter to a 16-bit float.
struct ToHalf;

impl ModuleMapper for ToHalf {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|values| values.cast(DType::F16))
    }
}

/// Rounds the weights to 8-bit integers, with a scale for each block of up to 64 weights of one
/// output; those of tensors of fewer than [`LEAST_INTEGERS`] to 16-bit floats.
struct ToIntegers {
    /// The integer that the weight of the greatest magnitude in a block becomes.
    max_abs: u8,
}

impl ModuleMapper for ToIntegers {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // Where the outputs are: `[outputs, inputs, 3, 3]`, `[groups, steps, lanes]` and
        // `[inputs, outputs]`. A vector is a bias.
        let outputs: &[usize] = match D {
            4 => &[0],
            3 => &[0, 2],
            2 => &[1],
            _ => return param,
        };
        param.map(|values| {
            if values.shape().num_elements() < LEAST_INTEGERS {
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

/// The largest divisor up to 64.
fn largest_divisor(side: usize) -> u8 {
    let mut divisors = (1..=64_u8).rev();
    let found = divisors.find(|divisor| side.is_multiple_of(usize::from(*divisor)));
    found.unwrap_or(1)
}

fn encode(network: BurnNetwork) -> Result<Vec<u8>, StorageError> {
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
    use thimble::network::{INPUT_SIDE, INPUT_VALUES, grey_values};

    #[test]
    #[allow(deprecated)] // burn deprecates its ndarray device, which the page falls back to.
    fn integers_decode_into_nearly_the_same_network_on_every_device() {
        let pixels: Vec<u8> = (0..2 * INPUT_VALUES)
            .map(|index| (index % 256) as u8)
            .collect();
        for name in NetworkName::ALL {
            let architecture = name.architecture();
            let flex = Device::flex();
            let network = TrainableNet::new(&architecture, &flex.clone().autodiff()).inference();
            let logits = |network: &BurnNetwork, device: &Device| {
                let pictures =
                    TensorData::new(grey_values(&pixels), [2, 1, INPUT_SIDE, INPUT_SIDE]);
                let logits = network.forward(Tensor::from_data(pictures, device));
                logits.into_data().try_to_vec::<f32>().unwrap()
            };
            let exact = logits(&network, &flex);
            let largest = exact
                .iter()
                .fold(0.0_f32, |all, logit| all.max(logit.abs()));
            let full = encode(network.clone()).unwrap().len();
            for (max_abs, near) in RANGES.into_iter().zip([0.4, 0.2, 0.1, 0.05]) {
                let encoded = encode(network.clone().map(&mut ToIntegers { max_abs })).unwrap();
                assert!(
                    encoded.len() < full / 3,
                    "{} of {full} bytes",
                    encoded.len()
                );
                for device in [flex.clone(), Device::ndarray()] {
                    let bytes = Bytes::from_bytes_vec(encoded.clone());
                    let read =
                        BurnNetwork::from_burnpack(name, &architecture, bytes, &device).unwrap();
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
