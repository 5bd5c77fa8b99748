//! A network on one of burn's devices, behind the interface of every backend.

use core::future::Future;
use core::pin::Pin;

use burn::tensor::{Device, Tensor, TensorData};
use thimble::network::{DeviceError, Logits, Model, PendingLogits};

use super::BurnNetwork;

/// A network on one of burn's devices, ready to run.
#[derive(Debug)]
pub struct BurnModel {
    network: BurnNetwork,
    /// Height, width and channels.
    input_shape: [usize; 3],
    device: Device,
}

impl BurnModel {
    /// Wraps a network whose weights are on `device`.
    pub fn new(network: BurnNetwork, device: &Device) -> Self {
        Self {
            input_shape: network.architecture().input_shape(),
            network,
            device: device.clone(),
        }
    }
}

impl Model for BurnModel {
    fn run(&self, inputs: &[f32]) -> Logits {
        let [height, width, channels] = self.input_shape;
        let input_values = height * width * channels;
        let batch = inputs.len() / input_values;
        // With one channel, NCHW and NHWC are the same.
        let shape = match channels {
            1 => [batch, 1, height, width],
            _ => [batch, height, width, channels],
        };
        let data = TensorData::new(inputs[..batch * input_values].to_vec(), shape);
        let logits = self.network.forward(Tensor::from_data(data, &self.device));
        Logits::Pending(Box::new(DeviceLogits(logits)))
    }
}

/// Logits on a device, ten in a row.
#[derive(Debug)]
struct DeviceLogits(Tensor<2>);

impl PendingLogits for DeviceLogits {
    fn wait(self: Box<Self>) -> Result<Vec<f32>, DeviceError> {
        tensor_values(self.0.try_into_data())
    }

    fn read(&self) -> Pin<Box<dyn Future<Output = Result<Vec<f32>, DeviceError>> + '_>> {
        Box::pin(async { tensor_values(self.0.clone().into_data_async().await) })
    }
}

/// The values of a tensor that was read from its device.
///
/// # Errors
/// [`DeviceError`] where it was not, or its values are no 32-bit floats.
pub fn tensor_values<E: ToString>(data: Result<TensorData, E>) -> Result<Vec<f32>, DeviceError> {
    let data = data.map_err(|error| DeviceError(error.to_string()))?;
    data.try_to_vec::<f32>()
        .map_err(|error| DeviceError(format!("{error:?}")))
}
