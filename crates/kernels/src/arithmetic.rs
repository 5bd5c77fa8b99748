//! What numbers a layer of inference computes with.

/// What numbers the weights and activations are that a layer multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// 32-bit floats.
    Floats,
    /// 8-bit integers, where a layer can be had in them: its input follows a ReLU, and its channels
    /// fill the vectors. Others compute with floats.
    Integers,
}
