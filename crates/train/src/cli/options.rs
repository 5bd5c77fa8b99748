//! Options that several commands share.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context;
use burn::tensor::Device;
#[cfg(any(feature = "vulkan", feature = "cuda"))]
use burn::tensor::DeviceType;
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::data::{DataFolder, Dataset, Edition, standard_split};
use crate::recipe_json::{self, RecipeJson, SetError};
use thimble::network::NetworkName;

/// The folder of the data set.
#[derive(Args)]
pub(super) struct Data {
    /// Folder with the four IDX files, gzipped or not [default: $THIMBLE_DATA, then
    /// /usr/share/datasets/fashion-mnist].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Data {
    pub(super) fn training(&self) -> anyhow::Result<(Dataset, Edition)> {
        let (images, edition) = DataFolder::find(self.data.as_deref())?.training()?;
        print_warning(&edition);
        Ok((images, edition))
    }

    pub(super) fn test(&self) -> anyhow::Result<(Dataset, Edition)> {
        let (images, edition) = DataFolder::find(self.data.as_deref())?.test()?;
        print_warning(&edition);
        Ok((images, edition))
    }
}

fn print_warning(edition: &Edition) {
    if let Some(warning) = edition.warning() {
        eprintln!("warning: {warning}");
    }
}

/// The number of threads.
#[derive(Args)]
pub(super) struct Threads {
    /// Threads [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Threads {
    /// Starts the threads of this process, and returns their number.
    pub(super) fn start(&self) -> anyhow::Result<usize> {
        let threads = match self.threads {
            Some(threads) => usize::from(threads),
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .context("cannot start the threads")?;
        Ok(threads)
    }
}

/// A backend on the CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Backend {
    /// The CPU kernels, through burn's flex device.
    Flex,
    /// burn's ndarray device.
    Ndarray,
}

impl Backend {
    pub(super) const ALL: [Self; 2] = [Self::Flex, Self::Ndarray];

    /// The library that computes.
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

/// A device for training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TrainingDevice {
    /// The CPU kernels.
    #[default]
    Cpu,
    /// A GPU through Vulkan, in builds with the feature `vulkan`.
    Vulkan,
    /// An NVIDIA GPU, in builds with the feature `cuda`.
    Cuda,
}

impl TrainingDevice {
    /// The name on the command line, and of the feature.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Vulkan => "vulkan",
            Self::Cuda => "cuda",
        }
    }

    /// Opens the first device of its kind.
    pub(super) fn open(self) -> anyhow::Result<Device> {
        let name = self.name();
        let found = self.devices().with_context(|| {
            format!("this build has no {name}: build it again with --features {name}")
        })?;
        let first = found.into_iter().next();
        first.with_context(|| format!("there is no {name} device on this machine"))
    }

    /// All devices of its kind; `None` where the feature is off.
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

/// Parses a network's name for clap.
pub(super) fn network(name: &str) -> Result<NetworkName, String> {
    name.parse()
        .map_err(|error: thimble::network::UnknownNetwork| error.to_string())
}

/// A changed value of a recipe: `--set KEY=VALUE`.
#[derive(Clone)]
pub(super) struct Setting {
    /// The dotted path of the value.
    pub(super) key: String,
    pub(super) value: Value,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((key, value)) = text.split_once('=') else {
            return Err(format!("a setting must be KEY=VALUE, got `{text}`"));
        };
        Ok(Self {
            key: key.to_owned(),
            // What is no JSON is text, as in optimizer=sgd.
            value: serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
        })
    }
}

/// Returns the recipe with its values changed.
///
/// # Errors
/// Where a key is unknown, or a value does not fit it.
pub(super) fn with_settings<R: RecipeJson>(recipe: R, settings: &[Setting]) -> Result<R, SetError> {
    settings
        .iter()
        .try_fold(recipe, |recipe, Setting { key, value }| {
            recipe_json::set(&recipe, key, value)
        })
}

/// Splits Fashion-MNIST into training and validation images.
pub(super) fn split(all: &Dataset) -> (Dataset, Dataset) {
    let split = standard_split(all);
    (all.select(&split.training), all.select(&split.validation))
}
