//! The networks' names, as the command line, the page and the model cards use them.

use core::fmt;
use core::str::FromStr;

/// A network and the recipe that its shipped weights were trained with.
///
/// The default one is what the page runs; build.rs embeds its weights into the wasm packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NetworkName {
    /// The study's network, trained with the study's bare recipe.
    #[default]
    Paper,
    /// The study's network, trained with named changes to the recipe.
    PaperPlus,
}

impl NetworkName {
    /// Every network, the default one first.
    pub const ALL: [Self; 2] = [Self::Paper, Self::PaperPlus];

    /// The name in lower case, with hyphens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::PaperPlus => "paper-plus",
        }
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
