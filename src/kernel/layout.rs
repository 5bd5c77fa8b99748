//! How activations and weights lie in memory for the kernels.

/// Output channels whose weights lie together.
pub const GROUP: usize = 16;

/// Some pictures with a border of one pixel of zeros, kept for one geometry so that the border
/// need not be written again.
#[derive(Default)]
pub(super) struct Padded {
    values: Vec<f32>,
    geometry: [usize; 3],
}

impl Padded {
    /// Room for `pictures` of the given height, width and channels. The inner pixels are those of
    /// the last use, or zero.
    pub(super) fn room(&mut self, pictures: usize, geometry: [usize; 3]) -> &mut [f32] {
        let len = pictures * padded_values(geometry);
        if self.geometry != geometry {
            self.values.clear();
            self.geometry = geometry;
        }
        if self.values.len() < len {
            self.values.resize(len, 0.0);
        }
        &mut self.values[..len]
    }

    /// Copies `input`, whole pictures of the given height, width and channels.
    pub(super) fn fill(&mut self, input: &[f32], geometry: [usize; 3]) -> &[f32] {
        let [height, width, channels] = geometry;
        let room = self.room(input.len() / (height * width * channels), geometry);
        for (to, from) in inner_rows(room, geometry).zip(input.chunks_exact(width * channels)) {
            to.copy_from_slice(from);
        }
        room
    }
}

/// Values of one padded picture.
pub(super) fn padded_values([height, width, channels]: [usize; 3]) -> usize {
    (height + 2) * (width + 2) * channels
}

/// The rows of padded pictures without their borders.
pub(super) fn inner_rows(
    padded: &mut [f32],
    [height, width, channels]: [usize; 3],
) -> impl Iterator<Item = &mut [f32]> {
    let row = (width + 2) * channels;
    padded
        .chunks_exact_mut((height + 2) * row)
        .flat_map(move |picture| {
            picture[row..(height + 1) * row]
                .chunks_exact_mut(row)
                .map(move |line| &mut line[channels..row - channels])
        })
}
