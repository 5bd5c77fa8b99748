//! `thimble curve`.

use std::path::PathBuf;

use clap::Args;

use super::{options, table};
use crate::card;
use thimble::network::NetworkName;

/// Gather accuracy against cost over all trained networks into a network's card, and draw what
/// fine-tuning on photos gains and loses.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble curve
  thimble curve --network thimble --times docs/browser.json

Reads every card in MODEL and the times that `npm run measure` took in a browser; writes the curve
into the network's card and draws it beside it. Of the fine-tunings in MODEL/photo-trials.json it
draws photos-trade.svg.")]
pub(super) struct Curve {
    /// The network whose card has the curve.
    #[arg(long, value_parser = options::network, default_value = "thimble")]
    network: NetworkName,
    /// Folder of the cards.
    #[arg(long, value_name = "DIR", default_value = "model")]
    model: PathBuf,
    /// What `npm run measure` printed.
    #[arg(long, value_name = "FILE", default_value = "docs/browser.json")]
    times: PathBuf,
}

impl Curve {
    pub(super) fn run(self) -> anyhow::Result<()> {
        for point in card::write_curve(self.network, &self.model, &self.times)? {
            let micros = point.us_per_image;
            println!(
                "{:<12} {:>7} parameters {:>6.2} M MACs  validation {} test {}  {}",
                point.name,
                point.parameters,
                point.macs as f64 / 1e6,
                table::percent(point.validation_accuracy),
                table::percent(point.test_accuracy),
                micros.map_or_else(String::new, |micros| format!("{micros:.0} µs an image")),
            );
        }
        match card::write_trade(&self.model)? {
            0 => println!("no trials of photos to draw"),
            trials => println!("{trials} trials of photos drawn"),
        }
        Ok(())
    }
}
