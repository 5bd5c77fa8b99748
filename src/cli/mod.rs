//! The subcommands of `thimble`.

mod bench;
mod classify;
mod info;

pub use bench::Bench;
pub use classify::Classify;
pub use info::Info;

use thimble::network::{NetworkName, UnknownNetwork};

/// Parses a network's name, for clap.
fn network(name: &str) -> Result<NetworkName, String> {
    name.parse()
        .map_err(|error: UnknownNetwork| error.to_string())
}
