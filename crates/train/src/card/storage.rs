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
            Some(max_abs) => ("int8", network.map(&mut ToInt8::exact(max_abs))),
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

/// Encodes the weights of a network that was trained with rounded weights as a burnpack: in int8 of its range, with one scale
/// for each output, as in training; other weights in 16-bit floats of 6 significant bits, biases in 32-bit floats of 11. Fewer
/// significant bits, and scales that repeat, compress better.
///
/// # Errors
/// [`StorageError::Write`].
pub fn encode_int8(network: BurnNetwork, max_abs: u8) -> Result<Vec<u8>, StorageError> {
    encode(network.map(&mut ToInt8::as_trained(max_abs)))
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
    /// Whether the blocks of an output have the same scale, that of its weight of the greatest magnitude.
    has_equal_scales: bool,
    /// Significant bits of weights in 16-bit floats, up to 11.
    weight_bits: u32,
    /// Significant bits of biases, up to 24.
    bias_bits: u32,
}

impl ToInt8 {
    /// As exact as the formats are.
    fn exact(max_abs: u8) -> Self {
        Self {
            max_abs,
            has_equal_scales: false,
            weight_bits: 11,
            bias_bits: 24,
        }
    }

    /// As in training with rounded weights.
    fn as_trained(max_abs: u8) -> Self {
        Self {
            max_abs,
            has_equal_scales: true,
            weight_bits: 6,
            bias_bits: 11,
        }
    }
}

impl ModuleMapper for ToInt8 {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        // The axes of the outputs: `[outputs, inputs, 3, 3]`, `[groups, k, 16]` and `[inputs, outputs]`. A vector is a
        // bias.
        let outputs: &[usize] = match D {
            4 => &[0],
            3 => &[0, 2],
            2 => &[1],
            _ => return param.map(|values| significant(values, self.bias_bits)),
        };
        param.map(|values| {
            if values.shape().num_elements() < MIN_INT8_VALUES {
                return significant(values, self.weight_bits).cast(DType::F16);
            }
            let sides = values.dims().into_iter().enumerate();
            let block: Vec<u8> = sides
                .map(|(axis, side)| match outputs.contains(&axis) {
                    true => 1,
                    false => largest_divisor(side),
                })
                .collect();
            let grid: [usize; D] =
                core::array::from_fn(|axis| values.dims()[axis] / usize::from(block[axis]));
            let scheme = QuantScheme::default()
                .with_value(QuantValue::Q8S)
                .per_block(block, ScaleDtype::F16);
            let range = compute_range(&scheme, &values, &Calibration::MinMax);
            let mut parameters = compute_q_params(&scheme, range);
            let coarser = f32::from(RANGES[RANGES.len() - 1]) / f32::from(self.max_abs);
            parameters.scales = parameters.scales * coarser;
            if self.has_equal_scales {
                let scales = equal_scales(parameters.scales.reshape(grid), outputs);
                parameters.scales = scales.reshape([-1]);
            }
            values.quantize(&scheme, parameters)
        })
    }
}

/// Gives all blocks of an output the greatest of their scales, which are in the places of the blocks.
fn equal_scales<const D: usize>(scales: Tensor<D>, outputs: &[usize]) -> Tensor<D> {
    let dims = scales.dims();
    let inputs = (0..D).filter(|axis| !outputs.contains(axis));
    inputs.fold(scales, Tensor::max_dim).expand(dims)
}

/// Rounds 32-bit floats to `bits` significant bits, up to 24, by Dekker's splitting (Numerische Mathematik 18, 1971).
fn significant<const D: usize>(values: Tensor<D>, bits: u32) -> Tensor<D> {
    if bits >= f32::MANTISSA_DIGITS {
        return values;
    }
    let factor = 2.0_f32.powi((f32::MANTISSA_DIGITS - bits) as i32) + 1.0;
    let scaled = values.clone() * factor;
    scaled.clone() - (scaled - values)
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
    fn values_are_rounded_to_significant_bits() {
        let device = Device::flex();
        let values = Tensor::<1>::from_floats([1.0, -1.03, 0.3, 100.4, 0.0], &device);
        let rounded = significant(values.clone(), 6).into_data();
        let rounded = rounded.try_to_vec::<f32>().unwrap();
        assert_eq!(rounded, [1.0, -1.03125, 0.296875, 100.0, 0.0]);
        let same = significant(values.clone(), 24).into_data();
        assert_eq!(same, values.into_data());
    }

    #[test]
    fn weights_of_rounded_training_are_stored_as_they_were_used() {
        let device = Device::flex();
        // Rows of two outputs, the second with weights that are multiples of a third of a seventh.
        let weight = |index: usize| match index % 2 {
            0 => (index / 2 % 15) as f32 - 7.0,
            _ => ((index / 2 % 15) as f32 - 7.0) / 3.0,
        };
        let weights: Vec<f32> = (0..8192).map(weight).collect();
        let values = Tensor::<2>::from_data(TensorData::new(weights.clone(), [4096, 2]), &device);
        let param = ToInt8::as_trained(7).map_float(Param::from_tensor(values));
        let stored = param.val().dequantize().into_data();
        let stored = stored.try_to_vec::<f32>().unwrap();
        for (stored, weight) in stored.iter().zip(&weights) {
            assert!((stored - weight).abs() < 2e-3, "{stored}, not {weight}");
        }
    }

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
                let encoded = encode(network.clone().map(&mut ToInt8::exact(max_abs))).unwrap();
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
