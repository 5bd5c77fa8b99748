//! Exports weights as safetensors in PyTorch's layouts, for other programs.

use std::collections::HashMap;

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensorError, TensorView};

use thimble::network::{Architecture, Head, Stages};
use thimble_burn::{BurnNetwork, NamedTensor, tensors};

/// A tensor of an exported network.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedTensor {
    /// Its name in PyTorch, such as `stages.0.entry.weight`.
    pub name: String,
    /// Its shape: `[outputs, inputs, 3, 3]` of a convolution, `[outputs, inputs]` of a dense layer, `[outputs]` of a
    /// bias, and `[channels, 7, 7]` of `head.weight`, the weights of the sum over the pixels. The inputs of a dense
    /// layer that reads a feature map are in the order channels, rows, columns.
    pub shape: Vec<usize>,
    /// Its values, the last dimension running fastest.
    pub values: Vec<f32>,
}

/// Why weights could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The values of a tensor cannot be read.
    #[error("cannot read the values of `{name}`: {reason}")]
    Values {
        /// The tensor.
        name: String,
        /// The error of burn.
        reason: String,
    },
    /// The file cannot be written.
    #[error("cannot write the tensors as safetensors: {0}")]
    File(#[from] SafeTensorError),
}

/// Exports the weights of a network as 32-bit floats in PyTorch's layouts.
///
/// # Errors
/// [`ExportError::Values`].
pub fn export(
    architecture: &Architecture,
    network: &BurnNetwork,
) -> Result<Vec<ExportedTensor>, ExportError> {
    let is_flat =
        matches!(architecture, Architecture::Residual(stages) if stages.head == Head::Flat);
    tensors(network)
        .into_iter()
        .map(|NamedTensor { name, data }| {
            // Without the name of the network's variant.
            let path = name.split_once('.').map_or(name.as_str(), |(_, path)| path);
            let name = pytorch_name(path);
            let data = pytorch_layout(&name, data, is_flat);
            let shape = data.shape().to_vec();
            match data.try_to_vec::<f32>() {
                Ok(values) => Ok(ExportedTensor {
                    name,
                    shape,
                    values,
                }),
                Err(error) => Err(ExportError::Values {
                    name,
                    reason: format!("{error:?}"),
                }),
            }
        })
        .collect()
}

impl ExportedTensor {
    /// Encodes tensors as a safetensors file with `metadata` in its header.
    ///
    /// # Errors
    /// [`ExportError::File`].
    pub fn to_safetensors(
        tensors: &[Self],
        metadata: Option<HashMap<String, String>>,
    ) -> Result<Vec<u8>, ExportError> {
        let bytes: Vec<Vec<u8>> = tensors
            .iter()
            .map(|tensor| {
                tensor
                    .values
                    .iter()
                    .flat_map(|value| value.to_le_bytes())
                    .collect()
            })
            .collect();
        let views = tensors
            .iter()
            .zip(&bytes)
            .map(|(tensor, bytes)| {
                Ok((
                    &tensor.name,
                    TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)?,
                ))
            })
            .collect::<Result<Vec<_>, SafeTensorError>>()?;
        Ok(safetensors::serialize(views, metadata)?)
    }
}

/// The name of a tensor in PyTorch, by its path in burn's module: without `classifier`, and `weight` for `weights`.
fn pytorch_name(path: &str) -> String {
    let name = match path.strip_prefix("classifier.") {
        Some("weights") => "head.weights",
        Some(part) => part,
        None => path,
    };
    match name.strip_suffix("weights") {
        Some(start) => format!("{start}weight"),
        None => name.to_owned(),
    }
}

/// Converts a tensor to PyTorch's layout. `is_flat` says whether the last dense layer reads all pixels, channels last.
fn pytorch_layout(name: &str, data: TensorData, is_flat: bool) -> TensorData {
    const SIDE: usize = Stages::SIDES[2];
    const PIXELS: usize = SIDE * SIDE;
    let device = Device::flex();
    match *data.shape().to_vec().as_slice() {
        // Packed weights of a convolution: see `thimble_burn::pack`.
        [groups, k, group] => Tensor::<3>::from_data(data, &device)
            .swap_dims(1, 2)
            .reshape([groups * group, 3, 3, k / 9])
            .permute([0, 3, 1, 2])
            .into_data(),
        [_, channels] if name == "head.weight" => Tensor::<2>::from_data(data, &device)
            .transpose()
            .reshape([channels, SIDE, SIDE])
            .into_data(),
        [inputs, outputs] if is_flat => Tensor::<2>::from_data(data, &device)
            .reshape([PIXELS, inputs / PIXELS, outputs])
            .permute([2, 1, 0])
            .reshape([outputs, inputs])
            .into_data(),
        [_, _] => Tensor::<2>::from_data(data, &device)
            .transpose()
            .into_data(),
        _ => data,
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Module as _;
    use burn::tensor::activation::relu;
    use burn::tensor::module::{conv2d, max_pool2d};
    use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
    use safetensors::SafeTensors;

    use super::*;
    use crate::test_values::{RandomValues, values};
    use thimble::network::{INPUT_SIDE, NetworkName, ShippedNetwork};

    /// A network of exported tensors, run by burn's operations as their names and layouts imply.
    struct Reference(HashMap<String, ExportedTensor>);

    impl Reference {
        fn of(architecture: &Architecture, network: &BurnNetwork) -> Self {
            let tensors = export(architecture, network).unwrap();
            Self(
                tensors
                    .into_iter()
                    .map(|tensor| (tensor.name.clone(), tensor))
                    .collect(),
            )
        }

        fn has(&self, name: &str) -> bool {
            self.0.contains_key(name)
        }

        fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
            let tensor = &self.0[name];
            Tensor::from_data(
                TensorData::new(tensor.values.clone(), tensor.shape.clone()),
                &Device::flex(),
            )
        }

        fn conv(&self, name: &str, x: Tensor<4>, stride: usize) -> Tensor<4> {
            let options = ConvOptions::new([stride; 2], [1, 1], [1, 1], 1);
            let (weights, bias) = (
                self.tensor(&format!("{name}.weight")),
                self.tensor(&format!("{name}.bias")),
            );
            conv2d(x, weights, Some(bias), options)
        }

        fn dense(&self, name: &str, x: Tensor<2>) -> Tensor<2> {
            let bias: Tensor<1> = self.tensor(&format!("{name}.bias"));
            x.matmul(self.tensor::<2>(&format!("{name}.weight")).transpose()) + bias.unsqueeze()
        }

        fn paper(&self, mut x: Tensor<4>) -> Tensor<2> {
            for name in ["conv1", "conv2"] {
                let activations = relu(self.conv(name, x, 1));
                x = max_pool2d(activations, MaxPoolOptions::new([2, 2]));
            }
            self.dense("output", relu(self.dense("hidden", x.flatten(1, 3))))
        }

        fn residual(&self, mut x: Tensor<4>, head: Head) -> Tensor<2> {
            for stage in 0..3 {
                x = relu(self.conv(
                    &format!("stages.{stage}.entry"),
                    x,
                    if stage == 0 { 1 } else { 2 },
                ));
                for block in (0..).map(|block| format!("stages.{stage}.blocks.{block}")) {
                    if !self.has(&format!("{block}.first.weight")) {
                        break;
                    }
                    let inner = relu(self.conv(&format!("{block}.first"), x.clone(), 1));
                    x = relu(self.conv(&format!("{block}.second"), inner, 1) + x);
                }
            }
            let pooled: Tensor<2> = match head {
                Head::Flat => x.flatten(1, 3),
                Head::Mean => x.flatten::<3>(2, 3).mean_dim(2).squeeze_dim(2),
                Head::Weighted => {
                    let weighted = x * self.tensor::<3>("head.weight").unsqueeze();
                    weighted.flatten::<3>(2, 3).sum_dim(2).squeeze_dim(2)
                }
            };
            self.dense("output", pooled)
        }
    }

    fn assert_same_logits(architecture: &Architecture, network: &BurnNetwork) {
        let inputs = values([3, 1, INPUT_SIDE, INPUT_SIDE], 2, &Device::flex());
        let reference = Reference::of(architecture, network);
        let found = match architecture {
            Architecture::Paper => reference.paper(inputs.clone()),
            Architecture::Residual(stages) => reference.residual(inputs.clone(), stages.head),
            Architecture::Segmentation(_) | Architecture::Garment(_) => {
                unreachable!("they are not exported")
            }
        };
        let expected = network.forward(inputs);
        let difference: f32 = (found - expected).abs().max().into_scalar();
        assert!(difference < 1e-3, "{architecture:?}: {difference}");
    }

    #[test]
    fn exported_shipped_networks_compute_the_same_logits() {
        for shipped in ShippedNetwork::all() {
            let network =
                BurnNetwork::load(shipped.weights(None).unwrap(), &Device::flex()).unwrap();
            assert_same_logits(&shipped.name.architecture(), &network);
        }
    }

    #[test]
    fn exported_heads_compute_the_same_logits() {
        for head in [Head::Flat, Head::Mean, Head::Weighted] {
            let architecture = Architecture::Residual(Stages {
                widths: [16, 32, 16],
                blocks: [1, 0, 2],
                head,
            });
            let network = BurnNetwork::new(&architecture, &Device::flex())
                .map(&mut RandomValues::new(1, 0.1));
            assert_same_logits(&architecture, &network);
        }
    }

    #[test]
    fn file_reads_back() {
        let name = NetworkName::Paper;
        let network = BurnNetwork::load(
            ShippedNetwork::find(name).unwrap().weights(None).unwrap(),
            &Device::flex(),
        )
        .unwrap();
        let tensors = export(&name.architecture(), &network).unwrap();
        let bytes = ExportedTensor::to_safetensors(&tensors, None).unwrap();
        let read = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(read.len(), tensors.len());
        assert_eq!(
            tensors
                .iter()
                .map(|tensor| tensor.values.len())
                .sum::<usize>(),
            206_922
        );
        for tensor in tensors {
            let view = read.tensor(&tensor.name).unwrap();
            assert_eq!(view.shape(), tensor.shape);
            let (values, _) = view.data().as_chunks::<4>();
            assert!(
                values
                    .iter()
                    .map(|bytes| f32::from_le_bytes(*bytes))
                    .eq(tensor.values)
            );
        }
    }
}
