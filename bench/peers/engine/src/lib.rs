//! What every Rust peer offers: a network for one batch size, natively, and to JavaScript by [`export`].

#[cfg(target_arch = "wasm32")]
pub mod wasm;

/// Values of an input: 28x28 grey values from 0 to 1.
pub const INPUT_VALUES: usize = 784;

/// Why a peer cannot load or run a network.
pub type Error = Box<dyn std::error::Error>;

/// A network, prepared for one batch size.
pub trait Network: Sized {
    /// Loads an ONNX model with the input `[batch, 1, 28, 28]`.
    ///
    /// # Errors
    /// Where the engine refuses the model.
    fn load(onnx: &[u8], batch: usize, threads: usize) -> Result<Self, Error>;

    /// Returns ten logits for each input. `inputs` holds `batch * INPUT_VALUES` values.
    ///
    /// # Errors
    /// Where the engine fails.
    fn run(&mut self, inputs: &[f32]) -> Result<Vec<f32>, Error>;
}
