//! The networks' names, as the command line, the page and the model cards use them.

use core::fmt;
use core::str::FromStr;

use super::{Architecture, Head, Stages};

/// A network and the recipe that its shipped weights were trained with.
///
/// The default one is what the page runs at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetworkName {
    /// The study's network, trained with the study's bare recipe.
    Paper,
    /// The study's network, trained with named changes to the recipe.
    PaperPlus,
    /// A residual network, the most accurate for its cost.
    Thimble,
    /// A wider and deeper one, for accuracy, that learnt from [`ThimbleTeacher`](Self::ThimbleTeacher).
    ThimbleLarge,
    /// The same trained on the labels alone.
    ThimbleTeacher,
}

/// Named by build.rs, which embeds its weights into the wasm packages.
const DEFAULT: NetworkName = include!(concat!(env!("OUT_DIR"), "/default_network.rs"));

impl NetworkName {
    /// Every network.
    pub const ALL: [Self; 5] = [
        Self::Paper,
        Self::PaperPlus,
        Self::Thimble,
        Self::ThimbleLarge,
        Self::ThimbleTeacher,
    ];

    /// What the network is made of.
    pub const fn architecture(self) -> Architecture {
        match self {
            Self::Paper | Self::PaperPlus => Architecture::Paper,
            Self::Thimble => Architecture::Residual(Stages {
                widths: [16, 32, 64],
                blocks: [1, 1, 1],
                head: Head::Weighted,
            }),
            Self::ThimbleLarge | Self::ThimbleTeacher => Architecture::Residual(Stages {
                widths: [32, 48, 64],
                blocks: [1, 1, 2],
                head: Head::Weighted,
            }),
        }
    }

    /// The name in lower case, with hyphens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::PaperPlus => "paper-plus",
            Self::Thimble => "thimble",
            Self::ThimbleLarge => "thimble-large",
            Self::ThimbleTeacher => "thimble-teacher",
        }
    }
}

impl Default for NetworkName {
    fn default() -> Self {
        DEFAULT
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No network has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no network called \"{name}\": the networks are {}", known())]
pub struct UnknownNetwork {
    /// The name that was asked for.
    pub name: String,
}

fn known() -> String {
    NetworkName::ALL.map(NetworkName::as_str).join(", ")
}

impl FromStr for NetworkName {
    type Err = UnknownNetwork;

    fn from_str(name: &str) -> Result<Self, UnknownNetwork> {
        Self::ALL
            .into_iter()
            .find(|known| known.as_str() == name)
            .ok_or_else(|| UnknownNetwork {
                name: name.to_owned(),
            })
    }
}
