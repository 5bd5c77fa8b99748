//! The segmentation networks of the folds, as `thimble-train segment` wrote them.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::fold_run::FoldFiles;
use crate::data::FOLDS;
use crate::garment::Segmenter;
use crate::segmentation::SegmentationRecipe;
use thimble::network::{Architecture, Burnpack, CpuModel, Levels};

/// Reads the segmentation networks of the folds that there are, at least one.
pub(super) fn read_segmentation_networks(
    folder: &Path,
) -> anyhow::Result<Vec<SegmentationNetwork>> {
    let trained = (0..FOLDS).filter(|fold| FoldFiles::new(folder, Some(*fold)).network.is_file());
    let networks = trained
        .map(|fold| SegmentationNetwork::read(folder, fold))
        .collect::<anyhow::Result<Vec<_>>>()?;
    anyhow::ensure!(
        !networks.is_empty(),
        "{} has no segmentation network: run `thimble-train segment`",
        folder.display()
    );
    Ok(networks)
}

/// Borrows networks as segmenters.
pub(super) fn segmenters(networks: &[SegmentationNetwork]) -> Vec<Segmenter<'_>> {
    networks
        .iter()
        .map(|network| Segmenter {
            model: &network.model,
            levels: network.levels,
            fold: network.fold,
        })
        .collect()
}

/// The segmentation network that did not see a fold.
pub(super) struct SegmentationNetwork {
    pub(super) fold: usize,
    pub(super) model: CpuModel,
    pub(super) levels: Levels,
}

impl SegmentationNetwork {
    /// Reads the network of a fold.
    ///
    /// # Errors
    /// Where a file cannot be read or is no such network.
    pub(super) fn read(folder: &Path, fold: usize) -> anyhow::Result<Self> {
        let files = FoldFiles::new(folder, Some(fold));
        let (recipe, _) = files.recipe::<SegmentationRecipe>()?;
        let levels = recipe.levels;
        Ok(Self {
            fold,
            model: read_network(&files.network, &Architecture::Segmentation(levels))?,
            levels,
        })
    }
}

/// Loads a network on the CPU kernels.
pub(super) fn read_network(path: &Path, architecture: &Architecture) -> anyhow::Result<CpuModel> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = || {
        let mut burnpack = Burnpack::read(&bytes)?;
        CpuModel::new(architecture, thimble::Precision::F32, &mut |name, shape| {
            burnpack.take(name, shape)
        })
    };
    read().map_err(|reason: String| anyhow::anyhow!("{}: {reason}", path.display()))
}
