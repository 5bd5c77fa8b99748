//! Logits of many pictures.

use burn::tensor::Device;

use crate::data::Pictures;
use crate::labels::CLASSES;
use crate::network::{Engine, Network, PIXELS, pictures_to_tensor};

/// A device did not give its result back.
#[derive(Debug, thiserror::Error)]
#[error("the device gave no result back: {0}")]
pub struct PredictError(String);

/// The network's logits for every picture, `batch` at a time.
///
/// # Errors
/// Where the device fails to give its result back.
pub fn predict(
    network: &Network,
    pictures: &Pictures,
    batch: usize,
    device: &Device,
) -> Result<Vec<[f32; CLASSES]>, PredictError> {
    predict_with(
        &Engine::new(network.clone(), device),
        pictures,
        batch,
        device,
    )
}

/// The same by a network that has been made ready.
///
/// # Errors
/// As [`predict`].
pub fn predict_with(
    engine: &Engine,
    pictures: &Pictures,
    batch: usize,
    device: &Device,
) -> Result<Vec<[f32; CLASSES]>, PredictError> {
    let mut all = Vec::with_capacity(pictures.len());
    for pixels in pictures.pixels.chunks(batch.max(1) * PIXELS) {
        let logits = engine.forward(pictures_to_tensor(pixels, device));
        let data = logits
            .try_into_data()
            .map_err(|error| PredictError(error.to_string()))?;
        let values = data
            .as_slice::<f32>()
            .map_err(|error| PredictError(format!("{error:?}")))?;
        let (rows, _) = values.as_chunks::<CLASSES>();
        all.extend_from_slice(rows);
    }
    Ok(all)
}
