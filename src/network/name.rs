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
    /// A residual network with one block, for the least cost.
    ThimbleTiny,
    /// One with two blocks.
    ThimbleSmall,
    /// One with three blocks, the most accurate for its cost.
    ThimbleMedium,
    /// One with nine blocks, which the page runs by default.
    Thimble,
    /// A wider one, trained on the labels alone, for others to learn from.
    ThimbleTeacher,
    /// The same again, which learnt from [`ThimbleTeacher`](Self::ThimbleTeacher).
    ThimbleTeacher2,
}

/// Named by build.rs, which embeds its weights into the wasm packages.
const DEFAULT: NetworkName = include!(concat!(env!("OUT_DIR"), "/default_network.rs"));

impl NetworkName {
    /// Every network.
    pub const ALL: [Self; 8] = [
        Self::Paper,
        Self::PaperPlus,
        Self::ThimbleTiny,
        Self::ThimbleSmall,
        Self::ThimbleMedium,
        Self::Thimble,
        Self::ThimbleTeacher,
        Self::ThimbleTeacher2,
    ];

    /// What the network is made of.
    pub const fn architecture(self) -> Architecture {
        let (widths, blocks) = match self {
            Self::Paper | Self::PaperPlus => return Architecture::Paper,
            Self::ThimbleTiny => ([16, 32, 64], [0, 0, 1]),
            Self::ThimbleSmall => ([16, 32, 64], [0, 1, 1]),
            Self::ThimbleMedium => ([16, 32, 64], [1, 1, 1]),
            Self::Thimble => ([16, 32, 64], [3, 4, 2]),
            Self::ThimbleTeacher | Self::ThimbleTeacher2 => ([32, 48, 64], [1, 1, 2]),
        };
        Architecture::Residual(Stages {
            widths,
            blocks,
            head: Head::Weighted,
        })
    }

    /// The name in lower case, with hyphens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::PaperPlus => "paper-plus",
            Self::ThimbleTiny => "thimble-tiny",
            Self::ThimbleSmall => "thimble-small",
            Self::ThimbleMedium => "thimble-medium",
            Self::Thimble => "thimble",
            Self::ThimbleTeacher => "thimble-teacher",
            Self::ThimbleTeacher2 => "thimble-teacher-2",
        }
    }
}

impl NetworkName {
    /// What the network for photos is fine-tuned from, unless another is named: as good on photos as
    /// what the larger ones become, and half of their weights are on the way to the first answer.
    pub const FOR_PHOTOS: Self = Self::ThimbleMedium;
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
