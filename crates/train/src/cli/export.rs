//! `thimble-train export`.

use std::path::PathBuf;

use clap::Args;

use super::options::{self, Backend};
use crate::export::{ExportedTensor, export};
use crate::files::write_atomically;
use thimble::network::{NetworkName, ShippedNetwork};

/// Write the weights of a shipped network as 32-bit floats in safetensors, for other programs.
#[derive(Args)]
#[command(after_help = "\
Example:
  thimble-train export --network paper --out paper.safetensors

Names and layouts are PyTorch's: [outputs, inputs, 3, 3] of convolutions, [outputs, inputs] of dense
layers. `head.weight`, [channels, 7, 7], has the weights of the sum over the last feature map.")]
pub(super) struct Export {
    /// The network.
    #[arg(long, value_parser = options::network, default_value_t)]
    network: NetworkName,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Export {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let network = thimble_burn::BurnNetwork::load(
            ShippedNetwork::find(self.network)?.weights(None)?,
            &Backend::Flex.device(),
        )?;
        let tensors = export(&self.network.architecture(), &network)?;
        Ok(write_atomically(
            &self.out,
            &ExportedTensor::to_safetensors(&tensors, None)?,
        )?)
    }
}
