//! What numbers a layer of inference computes with.

/// What numbers the weights and activations are that a layer multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats.
    F32,
    /// 8-bit integers, where a layer can be had in them: its input follows a ReLU, and its channels
    /// fill the vectors. Others compute with floats.
    Int8,
}
