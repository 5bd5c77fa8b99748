//! The tiles of a batch's outputs.

use super::TILE;
use crate::conv3x3::Conv3x3;
use crate::conv3x3::epilogue::Epilogue;

/// The tiles of some images, row by row, image after image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    size: [usize; 2],
    counts: [usize; 2],
    batch: usize,
}

/// Some consecutive tiles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) count: usize,
}

impl Span {
    /// Returns the number of tile slots of each point. It is odd: with a power of two the 36 points of
    /// a tile would all fall on the same few cache lines.
    pub(super) fn slots(self) -> usize {
        self.count | 1
    }
}

/// One tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile {
    /// The index of its image.
    pub(super) image: usize,
    /// Its first row and column.
    pub(super) origin: [usize; 2],
}

impl Tiles {
    /// Returns the tiles of the output of `conv` for an input of `len` values.
    ///
    /// # Panics
    /// If the input is not whole images, or the stride is not 1.
    pub(super) fn new(conv: &Conv3x3, len: usize) -> Self {
        assert_eq!(conv.stride, 1, "stride");
        assert!(
            conv.input_values() > 0 && len.is_multiple_of(conv.input_values()),
            "input must be whole images of {} values, got {len}",
            conv.input_values()
        );
        Self {
            size: conv.size,
            counts: conv.size.map(|side| side.div_ceil(TILE)),
            batch: len / conv.input_values(),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.batch * self.counts[0] * self.counts[1]
    }

    /// Returns height and width of an image, in pixels.
    pub(super) fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Returns height and width of an image's tiles together, in pixels.
    pub(super) fn extent(&self) -> [usize; 2] {
        self.counts.map(|tiles| tiles * TILE)
    }

    /// Returns height and width of an image with zeros up to the end of its last tiles, and one pixel of
    /// zeros around: the window of every tile is inside.
    pub(super) fn padded_size(&self) -> [usize; 2] {
        self.extent().map(|side| side + 2)
    }

    /// Returns the number of values of all padded images.
    pub(super) fn padded_values(&self, channels: usize) -> usize {
        self.batch * self.padded_size().iter().product::<usize>() * channels
    }

    /// Panics unless the output and the epilogue have the lengths that the tiles cover.
    pub(super) fn check(&self, epilogue: &Epilogue<'_>, outputs: usize, output: usize) {
        let pixels = self.batch * self.size[0] * self.size[1];
        match epilogue {
            Epilogue::None => assert_eq!(output, pixels * outputs, "number of output values"),
            Epilogue::BiasRelu { bias, residual } => {
                assert_eq!(output, pixels * outputs, "number of output values");
                assert_eq!(bias.len(), outputs, "number of biases");
                assert!(
                    residual.is_none_or(|values| values.len() == output),
                    "residual must be as long as the output"
                );
            }
            Epilogue::BiasReluMaxPool { bias } => {
                assert!(
                    self.size.iter().all(|side| side % 2 == 0),
                    "size must be even, got {:?}",
                    self.size
                );
                assert_eq!(output, pixels / 4 * outputs, "number of output values");
                assert_eq!(bias.len(), outputs, "number of biases");
            }
        }
    }

    /// Returns the tiles in spans of up to `max_count`.
    pub(super) fn spans(&self, max_count: usize) -> impl Iterator<Item = Span> {
        let count = self.count();
        (0..count).step_by(max_count).map(move |first| Span {
            first,
            count: max_count.min(count - first),
        })
    }

    pub(super) fn tile(&self, index: usize) -> Tile {
        let [rows, columns] = self.counts;
        let in_image = index % (rows * columns);
        Tile {
            image: index / (rows * columns),
            origin: [in_image / columns * TILE, in_image % columns * TILE],
        }
    }

    /// Returns how many of a tile's rows (axis 0) or columns (axis 1) are inside the image.
    pub(super) fn covered(&self, tile: Tile, axis: usize) -> usize {
        (self.size[axis] - tile.origin[axis]).min(TILE)
    }
}
