//! Where the tiles of a batch's outputs lie.

use super::{Finish, TILE};
use crate::conv3x3::Conv3x3;

/// The tiles of some pictures, row by row, picture after picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    size: [usize; 2],
    counts: [usize; 2],
    pictures: usize,
}

/// Some of the tiles, one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// The first one.
    pub(super) first: usize,
    /// How many.
    pub(super) count: usize,
}

impl Span {
    /// Places that a point has for its tiles: an odd number, since with a power of two the 36 points
    /// of a tile would all fall on the same few lines of the cache.
    pub(super) fn places(self) -> usize {
        self.count | 1
    }
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

    /// Height and width of the whole tiles of a picture, in pixels.
    pub(super) fn extent(&self) -> [usize; 2] {
        self.counts.map(|tiles| tiles * TILE)
    }

    /// Height and width of a picture with zeros up to the end of its last tiles and one pixel of them
    /// all around, so that the window of every tile is inside.
    pub(super) fn padded_size(&self) -> [usize; 2] {
        self.extent().map(|side| side + 2)
    }

    /// Values of all padded pictures.
    pub(super) fn padded_values(&self, channels: usize) -> usize {
        self.pictures * self.padded_size().iter().product::<usize>() * channels
    }

    /// Panics unless the output and what is to be done to it have the length that the tiles cover.
    pub(super) fn check(&self, finish: &Finish<'_>, outputs: usize, output: usize) {
        let pixels = self.pictures * self.size[0] * self.size[1];
        match finish {
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

    /// These tiles in spans of up to `most`.
    pub(super) fn spans(&self, most: usize) -> impl Iterator<Item = Span> {
        let count = self.count();
        (0..count).step_by(most).map(move |first| Span {
            first,
            count: most.min(count - first),
        })
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
}
