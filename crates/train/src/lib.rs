//! Trains Thimble's networks on Fashion-MNIST, fine-tunes one on photos, evaluates them, and writes their weights,
//! model cards and plots. The command line is `thimble-train`.

pub mod card;
pub mod cli;
pub mod crop;
pub mod data;
pub mod evaluate;
pub mod export;
pub mod files;
pub mod garment;
pub mod ops;
pub mod recipe_json;
pub mod segmentation;
pub mod training;

#[cfg(test)]
mod test_values;
