//! `thimble-train curve`.

use std::path::PathBuf;

use clap::Args;

use super::output::print;
use super::{options, table};
use crate::card;
use thimble::network::NetworkName;

/// Plot accuracy against cost of all networks.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble-train curve
  thimble-train curve --network thimble --times docs/browser.json

Reads every model card in MODEL and the inference times that `npm run measure` printed. Writes the curve
into the network's card and as NETWORK-curve.svg beside it.")]
pub(super) struct Curve {
    /// The network whose model card gets the curve.
    #[arg(long, value_parser = options::network, default_value = "thimble")]
    network: NetworkName,
    /// Folder of the model cards.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
    /// The output of `npm run measure`.
    #[arg(long, value_name = "FILE", default_value = "docs/browser.json")]
    times: PathBuf,
}

impl Curve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let points = card::write_curve(self.network, &self.model, &self.times)?;
        for point in points {
            let micros = point.us_per_image;
            print(&format!(
                "{:<12} {:>7} parameters {:>6.2} M MACs  validation {} test {}  {}",
                point.name,
                point.parameters,
                point.macs as f64 / 1e6,
                table::percent(point.validation_accuracy),
                table::percent(point.test_accuracy),
                micros.map_or_else(String::new, |micros| format!("{micros:.0} µs per image")),
            ))?;
        }
        Ok(())
    }
}
