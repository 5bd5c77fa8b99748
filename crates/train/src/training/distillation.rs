//! Settings of knowledge distillation.

use serde::{Deserialize, Deserializer, Serialize};

use thimble::network::NetworkName;

/// Knowledge distillation (Hinton et al., 2015): the loss compares with the probabilities of trained networks, the
/// soft labels, beside the labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distillation {
    /// Names of the teachers, shipped networks. The mean of their probabilities makes the soft labels.
    #[serde(alias = "network", deserialize_with = "one_or_more")]
    pub networks: Vec<String>,
    /// Share of the soft labels in the loss, 0 to 1; the labels have the rest.
    pub share: f64,
    /// What the logits of teachers and student are divided by, 0.1 to 100.
    pub temperature: f64,
    /// Test-time augmentation of the teachers: how many randomly mirrored views, shifted by up to a pixel, each
    /// teacher averages over; 0 for the input alone.
    #[serde(default, alias = "looks", skip_serializing_if = "is_default")]
    pub tta_views: usize,
    /// How many augmented variants of the data set the epochs cycle through. The soft labels of each variant are
    /// computed once and cached, and all seeds share the variants; 0 augments anew in every epoch, without a cache.
    #[serde(default, alias = "rounds", skip_serializing_if = "is_default")]
    pub cached_variants: usize,
}

impl Distillation {
    /// Distillation from these networks, whose soft labels are computed anew in every epoch.
    pub(super) fn uncached(teachers: &[NetworkName]) -> Self {
        Self {
            networks: teachers.iter().map(|name| name.to_string()).collect(),
            share: 0.7,
            temperature: 3.0,
            tta_views: 0,
            cached_variants: 0,
        }
    }

    /// Distillation from these networks with cached soft labels. Computed once, these can average two views and have
    /// more weight.
    pub(super) fn cached(teachers: &[NetworkName], variants: usize) -> Self {
        Self {
            share: 0.9,
            tta_views: 2,
            cached_variants: variants,
            ..Self::uncached(teachers)
        }
    }
}

/// Whether a value is left out of recipes, as in those from before it existed.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads a list of names, or one name.
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
