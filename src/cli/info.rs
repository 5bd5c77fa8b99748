//! `thimble info`.

use std::io::{self, Write as _};

use clap::Args;
use serde_json::json;
use thimble::network::{ShippedNetwork, ShippedPhotoNetworks};

/// List the networks of this build: size, cost and test accuracy.
#[derive(Args)]
#[command(after_help = "\
Examples:
  thimble info
  thimble info --json")]
pub struct Info {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Info {
    pub fn run(self) -> anyhow::Result<()> {
        if self.json {
            return print_json();
        }
        writeln!(
            io::stdout(),
            "{:<18} {:>10} {:>10} {:>9} {:>9}  photos",
            "network",
            "parameters",
            "MACs",
            "accuracy",
            "int8"
        )?;
        for shipped in ShippedNetwork::all() {
            let int8 = shipped.test_accuracy_int8;
            writeln!(
                io::stdout(),
                "{:<18} {:>10} {:>8.2} M {:>7.2} % {:>9}  {}",
                shipped.name.as_str(),
                shipped.parameters,
                shipped.macs as f64 / 1e6,
                100.0 * shipped.test_accuracy,
                int8.map_or_else(|| "-".to_owned(), |share| format!("{:.2} %", 100.0 * share)),
                match ShippedPhotoNetworks::beside(shipped.name) {
                    Some(_) => "yes",
                    None => "no",
                },
            )?;
        }
        writeln!(
            io::stdout(),
            "\nthimble {}, weights of burn {}",
            env!("CARGO_PKG_VERSION"),
            thimble::BURN_VERSION
        )?;
        Ok(())
    }
}

fn print_json() -> anyhow::Result<()> {
    let networks: Vec<_> = ShippedNetwork::all()
        .iter()
        .map(|shipped| {
            json!({
                "name": shipped.name.as_str(),
                "parameters": shipped.parameters,
                "macs": shipped.macs,
                "test_accuracy": shipped.test_accuracy,
                "test_accuracy_int8": shipped.test_accuracy_int8,
                "classifies_photos": ShippedPhotoNetworks::beside(shipped.name).is_some(),
            })
        })
        .collect();
    let report = json!({
        "thimble": env!("CARGO_PKG_VERSION"),
        "burn": thimble::BURN_VERSION,
        "networks": networks,
    });
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(&report)?)?;
    Ok(())
}
