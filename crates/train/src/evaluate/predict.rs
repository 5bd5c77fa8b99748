//! Logits of many inputs.

use burn::tensor::{Device, Tensor, TensorData};
use thimble::labels::CLASSES;
use thimble::network::{DeviceError, INPUT_VALUES, Model, grey_values};
use thimble_burn::{BurnModel, BurnNetwork, tensor_values};

use crate::data::Dataset;
use crate::ops::has_kernels;

/// Images that are scored at once.
pub const SCORING_BATCH: usize = 250;

/// The network ready to run: on the CPU kernels where its weights are on burn's flex device, otherwise on their
/// device.
///
/// # Errors
/// [`DeviceError`] where a weight cannot be read.
pub fn model(
    network: &BurnNetwork,
    device: &Device,
) -> Result<Box<dyn Model + Send + Sync>, DeviceError> {
    Ok(if has_kernels(device) {
        Box::new(network.to_cpu_model().map_err(DeviceError)?)
    } else {
        Box::new(BurnModel::new(network.clone(), device))
    })
}

/// The network's logits of every image, `batch` at a time.
///
/// # Errors
/// [`DeviceError`] where the device returns no result.
pub fn predict(
    network: &BurnNetwork,
    images: &Dataset,
    batch: usize,
    device: &Device,
) -> Result<Vec<[f32; CLASSES]>, DeviceError> {
    predict_with(model(network, device)?.as_ref(), images, batch)
}

/// A model's logits of every image, `batch` at a time.
///
/// # Errors
/// [`DeviceError`] where the device returns no result.
pub fn predict_with(
    model: &dyn Model,
    images: &Dataset,
    batch: usize,
) -> Result<Vec<[f32; CLASSES]>, DeviceError> {
    let mut all = Vec::with_capacity(images.len());
    for pixels in images.pixels.chunks(batch.max(1) * INPUT_VALUES) {
        let logits = model.run(&grey_values(pixels)).wait()?;
        all.extend_from_slice(logits.as_chunks::<CLASSES>().0);
    }
    Ok(all)
}

/// A model's logits `[batch, 10]` for inputs `[batch, 1, 28, 28]`, on the inputs' device.
///
/// # Errors
/// [`DeviceError`] where a device returns no result.
pub fn forward(model: &dyn Model, inputs: Tensor<4>) -> Result<Tensor<2>, DeviceError> {
    let device = inputs.device();
    let inputs = tensor_values(inputs.try_into_data())?;
    let logits = model.run(&inputs).wait()?;
    let shape = [logits.len() / CLASSES, CLASSES];
    Ok(Tensor::from_data(TensorData::new(logits, shape), &device))
}

#[cfg(test)]
mod tests {
    use thimble::Precision;
    use thimble::network::{
        Architecture, GarmentStages, Head, INPUT_SIDE, Levels, ShippedNetwork, Stages,
    };

    use super::*;
    use crate::test_values::values;
    use crate::training::TrainableNet;

    fn assert_same(what: &str, network: &BurnNetwork, model: &dyn Model, device: &Device) {
        for batch in [1, 3, 64] {
            let inputs = values([batch, 1, INPUT_SIDE, INPUT_SIDE], 11, device);
            let numbers = inputs.to_data().try_to_vec::<f32>().unwrap();
            let expected = network.forward(inputs).into_data();
            let found = model.run(&numbers).wait().unwrap();
            assert_eq!(found.len(), batch * CLASSES);
            let pairs = found.iter().zip(expected.as_slice::<f32>().unwrap());
            for (a, b) in pairs {
                assert!((a - b).abs() <= 1e-4, "{what}, batch {batch}: {a}, not {b}");
            }
        }
    }

    #[test]
    fn every_shipped_network_matches_burn_operations() {
        let device = Device::flex();
        for shipped in ShippedNetwork::all() {
            let weights = shipped.weights(None).unwrap();
            let network = BurnNetwork::load(weights.clone(), &device).unwrap();
            let name = shipped.name.as_str();
            let converted = model(&network, &device).unwrap();
            assert_same(name, &network, converted.as_ref(), &device);
            let loaded = weights.load(Precision::F32).unwrap();
            assert_same(name, &network, &loaded, &device);
        }
    }

    #[test]
    fn networks_for_photos_match_burn_operations() {
        let device = Device::flex();
        device.seed(13);
        for architecture in [
            Architecture::Segmentation(Levels {
                side: 32,
                widths: [16, 32, 16, 48],
                blocks: [1, 0, 2, 1],
            }),
            Architecture::Garment(GarmentStages {
                widths: [16, 16, 32, 48],
                blocks: [0, 1, 0, 1],
            }),
        ] {
            let trainable = TrainableNet::new(&architecture, &device.clone().autodiff());
            let network = trainable.inference();
            assert_eq!(network.architecture(), architecture);
            let converted = model(&network, &device).unwrap();
            let on_device = BurnModel::new(network, &device);
            let count = 3 * architecture.input_values();
            let inputs = values([count], 11, &device).abs().into_data();
            let inputs = inputs.try_to_vec::<f32>().unwrap();
            let expected = on_device.run(&inputs).wait().unwrap();
            let found = converted.run(&inputs).wait().unwrap();
            assert_eq!(found.len(), 3 * architecture.output_values());
            assert_eq!(found.len(), expected.len());
            for (a, b) in found.iter().zip(&expected) {
                assert!((a - b).abs() <= 1e-4, "{architecture:?}: {a}, not {b}");
            }
        }
    }

    #[test]
    fn every_head_matches_burn_operations() {
        let device = Device::flex();
        device.seed(12);
        for head in [Head::Mean, Head::Weighted, Head::Flat] {
            let architecture = Architecture::Residual(Stages {
                widths: [16, 32, 48],
                blocks: [1, 0, 2],
                head,
            });
            let trainable = TrainableNet::new(&architecture, &device.clone().autodiff());
            let network = trainable.inference();
            let converted = model(&network, &device).unwrap();
            assert_same(&format!("{head:?}"), &network, converted.as_ref(), &device);
        }
    }
}
