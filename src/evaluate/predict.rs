//! Logits of many pictures.

use burn::tensor::Device;

use crate::data::Pictures;
use crate::labels::CLASSES;
use crate::network::{Engine, EngineError, Network, PIXELS, grey_values};

/// The network's logits for every picture, `batch` at a time.
///
/// # Errors
/// [`EngineError`].
pub fn predict(
    network: &Network,
    pictures: &Pictures,
    batch: usize,
    device: &Device,
) -> Result<Vec<[f32; CLASSES]>, EngineError> {
    predict_with(&Engine::new(network.clone(), device)?, pictures, batch)
}

/// The same by a network that has been made ready.
///
/// # Errors
/// [`EngineError::Device`].
pub fn predict_with(
    engine: &Engine,
    pictures: &Pictures,
    batch: usize,
) -> Result<Vec<[f32; CLASSES]>, EngineError> {
    let mut all = Vec::with_capacity(pictures.len());
    for pixels in pictures.pixels.chunks(batch.max(1) * PIXELS) {
        let logits = engine.run(&grey_values(pixels)).wait()?;
        all.extend_from_slice(logits.as_chunks::<CLASSES>().0);
    }
    Ok(all)
}
