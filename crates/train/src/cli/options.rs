//! Options that several subcommands share.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context;
use burn::tensor::Device;
#[cfg(any(feature = "vulkan", feature = "cuda"))]
use burn::tensor::DeviceType;
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::data::{DataFolder, Edition, Pictures};
use thimble::network::NetworkName;

/// Where the data set is.
#[derive(Args)]
pub(super) struct Data {
    /// Folder with the four IDX files, gzipped or not [default: $THIMBLE_DATA, then
    /// /usr/share/datasets/fashion-mnist].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Data {
    pub(super) fn training(&self) -> anyhow::Result<(Pictures, Edition)> {
        let (pictures, edition) = DataFolder::find(self.data.as_deref())?.training()?;
        warn_of(&edition);
        Ok((pictures, edition))
    }

    pub(super) fn test(&self) -> anyhow::Result<(Pictures, Edition)> {
        let (pictures, edition) = DataFolder::find(self.data.as_deref())?.test()?;
        warn_of(&edition);
        Ok((pictures, edition))
    }
}

fn warn_of(edition: &Edition) {
    if let Some(warning) = edition.warning() {
        eprintln!("warning: {warning}");
    }
}

/// How many threads compute.
#[derive(Args)]
pub(super) struct Threads {
    /// Threads to compute with [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Threads {
    /// Sets the threads of this process up and says how many there are.
    pub(super) fn start(&self) -> anyhow::Result<usize> {
        let threads = match self.threads {
            Some(threads) => usize::from(threads),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .context("the threads cannot be started")?;
        Ok(threads)
    }
}

/// burn's devices on the CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Backend {
    /// burn's flex device, whose place the project's kernels take.
    Flex,
    /// burn's ndarray device.
    Ndarray,
}

impl Backend {
    pub(super) const ALL: [Self; 2] = [Self::Flex, Self::Ndarray];

    /// What computes there.
    pub(super) const fn engine(self) -> &'static str {
        match self {
            Self::Flex => "thimble",
            Self::Ndarray => "burn-ndarray",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Flex => "flex",
            Self::Ndarray => "ndarray",
        }
    }

    pub(super) fn device(self) -> Device {
        match self {
            Self::Flex => Device::flex(),
            // Deprecated by burn in favour of flex; kept because the browser offers it too.
            #[allow(deprecated)]
            Self::Ndarray => Device::ndarray(),
        }
    }
}

/// What a network is trained on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TrainingDevice {
    /// The project's kernels.
    #[default]
    Cpu,
    /// A graphics card through Vulkan, where the feature `vulkan` is compiled in.
    Vulkan,
    /// One of NVIDIA's graphics cards, where the feature `cuda` is compiled in.
    Cuda,
}

impl TrainingDevice {
    /// The name on the command line, and of the feature that compiles it in.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Vulkan => "vulkan",
            Self::Cuda => "cuda",
        }
    }

    /// The first device of its kind.
    pub(super) fn open(self) -> anyhow::Result<Device> {
        let name = self.name();
        let found = self.devices().with_context(|| {
            format!("this build has no {name}: build it again with --features {name}")
        })?;
        let first = found.into_iter().next();
        first.with_context(|| format!("there is no {name} device on this machine"))
    }

    /// All of its kind, where it is compiled in.
    fn devices(self) -> Option<Vec<Device>> {
        match self {
            Self::Cpu => Some(vec![Device::flex()]),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => Some(Device::enumerate(DeviceType::Vulkan).into_vec()),
            #[cfg(feature = "cuda")]
            Self::Cuda => Some(Device::enumerate(DeviceType::Cuda).into_vec()),
            #[cfg(not(all(feature = "vulkan", feature = "cuda")))]
            _ => None,
        }
    }
}

/// Reads a network's name for clap.
pub(super) fn network(name: &str) -> Result<NetworkName, String> {
    name.parse()
        .map_err(|error: thimble::network::UnknownNetwork| error.to_string())
}

/// A change to a recipe.
#[derive(Clone)]
pub(super) struct Change {
    /// Names on the way to the value, with dots between them.
    pub(super) key: String,
    pub(super) value: Value,
}

impl FromStr for Change {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((key, value)) = text.split_once('=') else {
            return Err(format!("\"{text}\" is not of the form KEY=VALUE"));
        };
        Ok(Self {
            key: key.to_owned(),
            // What is no JSON is text: optimizer=sgd.
            value: serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
        })
    }
}

/// The recipe with the changes asked for.
pub(super) fn changed<Recipe: Serialize + DeserializeOwned>(
    recipe: &Recipe,
    changes: &[Change],
) -> anyhow::Result<Recipe> {
    let mut recipe = serde_json::to_value(recipe)?;
    for change in changes {
        let place = recipe.pointer_mut(&format!("/{}", change.key.replace('.', "/")));
        match (place, change.key.as_str()) {
            (_, "teacher") => recipe["teacher"] = change.value.clone(),
            (Some(place), key) if key != "name" => place.clone_from(&change.value),
            _ => anyhow::bail!("the recipe has no \"{}\" that could be set", change.key),
        }
    }
    serde_json::from_value(recipe)
        .map_err(|error| anyhow::anyhow!("the recipe cannot be changed so: {error}"))
}
