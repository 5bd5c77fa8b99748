//! A network's weights in a plain form, for programs that know nothing of burn.

use std::collections::HashMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensorError, TensorView};

use thimble::network::{Architecture, Head, Stages};
use thimble_burn::BurnNetwork;

/// One tensor of an exported network.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// Its name, as a PyTorch module would have it, such as `stages.0.entry.weight`.
    pub name: String,
    /// Its shape: `[outputs, inputs, 3, 3]` of a convolution, `[outputs, inputs]` of a dense layer,
    /// `[outputs]` of a bias, and `[channels, 7, 7]` of `head.weight`, the weighted sum over the
    /// pixels. A dense layer that reads a picture has its inputs in the order channels, rows,
    /// columns.
    pub shape: Vec<usize>,
    /// Its values, the last dimension running fastest.
    pub values: Vec<f32>,
}

/// Why weights could not be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// burn does not give a tensor's values.
    #[error("the values of {name} cannot be read: {reason}")]
    Values {
        /// The tensor.
        name: String,
        /// What burn says.
        reason: String,
    },
    /// The file cannot be put together.
    #[error("the tensors cannot be put into one file: {0}")]
    File(#[from] SafeTensorError),
}

/// The weights of a network as 32-bit floats in PyTorch's layouts.
///
/// # Errors
/// [`ExportError::Values`].
pub fn export(
    architecture: &Architecture,
    network: &BurnNetwork,
) -> Result<Vec<Exported>, ExportError> {
    let mut visitor = Visitor {
        path: Vec::new(),
        is_flat: matches!(architecture, Architecture::Residual(stages) if stages.head == Head::Flat),
        found: Ok(Vec::new()),
    };
    network.visit(&mut visitor);
    visitor.found
}

impl Exported {
    /// The bytes of a safetensors file of these tensors, with `metadata` in its head.
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

/// Gathers the tensors on its way through the module.
struct Visitor {
    /// Names from the network's variant on.
    path: Vec<String>,
    /// Whether the last dense layer reads the last stage's picture, channels-last.
    is_flat: bool,
    found: Result<Vec<Exported>, ExportError>,
}

impl ModuleVisitor for Visitor {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Ok(found) = &mut self.found else { return };
        let inner = self.path.get(1..).unwrap_or_default().join(".");
        let name = plain_name(&inner);
        let data = plain_layout(&name, param.val(), self.is_flat);
        let shape = data.shape().to_vec();
        match data.try_to_vec::<f32>() {
            Ok(values) => found.push(Exported {
                name,
                shape,
                values,
            }),
            Err(error) => {
                let reason = format!("{error:?}");
                self.found = Err(ExportError::Values { name, reason });
            }
        }
    }
}

/// The names of burn's module with the classifier's parts beside the stages, and `weight` for what
/// the residual network calls `weights`.
fn plain_name(path: &str) -> String {
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

/// A tensor in PyTorch's layout.
fn plain_layout<const D: usize>(name: &str, tensor: Tensor<D>, is_flat: bool) -> TensorData {
    const INPUT_VALUES: usize = Stages::SIDES[2] * Stages::SIDES[2];
    match *tensor.dims().as_slice() {
        // A packed convolution: see `crate::ops::conv`.
        [groups, steps, group] => tensor
            .reshape([groups, steps, group])
            .swap_dims(1, 2)
            .reshape([groups * group, 3, 3, steps / 9])
            .permute([0, 3, 1, 2])
            .into_data(),
        [pixels, channels] if name == "head.weight" => tensor
            .reshape([pixels, channels])
            .transpose()
            .reshape([channels, Stages::SIDES[2], Stages::SIDES[2]])
            .into_data(),
        [inputs, outputs] if is_flat => tensor
            .reshape([INPUT_VALUES, inputs / INPUT_VALUES, outputs])
            .permute([2, 1, 0])
            .reshape([outputs, inputs])
            .into_data(),
        [inputs, outputs] => tensor.reshape([inputs, outputs]).transpose().into_data(),
        _ => tensor.into_data(),
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use burn::tensor::activation::relu;
    use burn::tensor::module::{conv2d, max_pool2d};
    use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
    use safetensors::SafeTensors;

    use super::*;
    use crate::test_values::{RandomValues, values};
    use thimble::network::{INPUT_SIDE, NetworkName, ShippedNetwork};

    /// The exported tensors, run by burn's plain operations as their names and layouts say.
    struct Plain(HashMap<String, Exported>);

    impl Plain {
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
        let pictures = values([3, 1, INPUT_SIDE, INPUT_SIDE], 2, &Device::flex());
        let plain = Plain::of(architecture, network);
        let found = match architecture {
            Architecture::Paper => plain.paper(pictures.clone()),
            Architecture::Residual(stages) => plain.residual(pictures.clone(), stages.head),
        };
        let expected = network.forward(pictures);
        let off: f32 = (found - expected).abs().max().into_scalar();
        assert!(off < 1e-3, "{architecture:?}: {off}");
    }

    #[test]
    fn what_the_shipped_networks_export_computes_their_logits() {
        for shipped in ShippedNetwork::all() {
            let network =
                BurnNetwork::load(shipped.weights(None).unwrap(), &Device::flex()).unwrap();
            assert_same_logits(&shipped.name.architecture(), &network);
        }
    }

    #[test]
    fn every_kind_of_head_is_exported() {
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
    fn a_file_reads_back() {
        let name = NetworkName::Paper;
        let network = BurnNetwork::load(
            ShippedNetwork::find(name).unwrap().weights(None).unwrap(),
            &Device::flex(),
        )
        .unwrap();
        let tensors = export(&name.architecture(), &network).unwrap();
        let bytes = Exported::to_safetensors(&tensors, None).unwrap();
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
