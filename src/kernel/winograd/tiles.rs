//! Where the tiles of a batch's outputs lie.

use super::{Finish, TILE, WINDOW};
use crate::kernel::conv3x3::Conv3x3;

/// The tiles of some pictures, row by row, picture after picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    size: [usize; 2],
    inputs: usize,
    counts: [usize; 2],
    pictures: usize,
}

/// One tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile {
    pub(super) picture: usize,
    /// Its first row and column.
    pub(super) at: [usize; 2],
}

impl Tiles {
    /// The tiles of the output of `conv` for an input of `len` values.
    ///
    /// # Panics
    /// If the length is not one of whole pictures, or the stride not 1.
    pub(super) fn new(conv: &Conv3x3, len: usize) -> Self {
        assert_eq!(conv.stride, 1, "the stride");
        assert!(
            conv.input_values() > 0 && len.is_multiple_of(conv.input_values()),
            "input"
        );
        Self {
            size: conv.size,
            inputs: conv.inputs,
            counts: conv.size.map(|side| side.div_ceil(TILE)),
            pictures: len / conv.input_values(),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.pictures * self.counts[0] * self.counts[1]
    }

    /// Height and width of a picture, in pixels.
    pub(super) fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Values of the whole input.
    pub(super) fn input_values(&self) -> usize {
        self.pictures * self.size[0] * self.size[1] * self.inputs
    }

    /// Panics unless the output and what is to be done to it have the length that the tiles cover.
    pub(super) fn check(&self, finish: &Finish<'_>, outputs: usize, output: usize) {
        let pixels = self.pictures * self.size[0] * self.size[1];
        match finish {
            #[cfg(feature = "gradients")]
            Finish::Nothing => assert_eq!(output, pixels * outputs, "output"),
            Finish::Rectify { bias, residual } => {
                assert_eq!(output, pixels * outputs, "output");
                assert_eq!(bias.len(), outputs, "bias");
                assert!(
                    residual.is_none_or(|values| values.len() == output),
                    "residual"
                );
            }
            Finish::Pool { bias } => {
                assert!(self.size.iter().all(|side| side % 2 == 0), "an odd size");
                assert_eq!(output, pixels / 4 * outputs, "output");
                assert_eq!(bias.len(), outputs, "bias");
            }
        }
    }

    pub(super) fn tile(&self, index: usize) -> Tile {
        let [rows, columns] = self.counts;
        let place = index % (rows * columns);
        Tile {
            picture: index / (rows * columns),
            at: [place / columns * TILE, place % columns * TILE],
        }
    }

    /// Which of a tile's rows (axis 0) or columns (axis 1) are in the picture: up to this one.
    pub(super) fn covered(&self, tile: Tile, axis: usize) -> usize {
        (self.size[axis] - tile.at[axis]).min(TILE)
    }

    /// Which rows (axis 0) or columns (axis 1) of a tile's window are in the picture. The window
    /// begins one pixel before the tile.
    pub(super) fn window(&self, tile: Tile, axis: usize) -> core::ops::Range<usize> {
        let first = usize::from(tile.at[axis] == 0);
        first..(self.size[axis] + 1 - tile.at[axis]).min(WINDOW)
    }
}
