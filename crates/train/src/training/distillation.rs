//! Whom a network learns from, and how.

use serde::{Deserialize, Deserializer, Serialize};

use thimble::network::NetworkName;

/// Trained networks whose answers are learnt beside the labels (Hinton et al., 2015).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Teacher {
    /// The names of networks whose weights are compiled in; the mean of their probabilities counts.
    #[serde(alias = "network", deserialize_with = "one_or_more")]
    pub networks: Vec<String>,
    /// Share of the answers in the loss, 0 to 1; the labels have the rest.
    pub share: f64,
    /// What all logits are divided by where they are compared.
    pub temperature: f64,
    /// How often each teacher looks at a picture, each time moved by up to a pixel and perhaps
    /// mirrored, for the mean of its answers to count, which is better than any one of them; 0 for
    /// once, and as it is.
    #[serde(default, alias = "looks", skip_serializing_if = "is_default")]
    pub tta_views: usize,
    /// Epochs after which the changed pictures come again, and with them the teachers' answers,
    /// which are computed once and kept; 0 for pictures drawn anew in every epoch. The changes are
    /// then the same for all seeds, so that their runs share the answers.
    #[serde(default, alias = "rounds", skip_serializing_if = "is_default")]
    pub cached_variants: usize,
}

impl Teacher {
    /// These networks with the share and the temperature that the recipes have.
    pub(super) fn of(networks: &[NetworkName]) -> Self {
        Self {
            networks: networks.iter().map(|name| name.to_string()).collect(),
            share: 0.7,
            temperature: 3.0,
            tta_views: 0,
            cached_variants: 0,
        }
    }
}

/// Left out of recipes, so that those of before are still the same.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads a list of names, or one name alone.
fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        One(String),
        More(Vec<String>),
    }
    Ok(match Names::deserialize(deserializer)? {
        Names::One(name) => vec![name],
        Names::More(names) => names,
    })
}
