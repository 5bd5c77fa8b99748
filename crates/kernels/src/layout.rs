//! How activations and weights lie in memory for the kernels.

/// Output channels whose weights lie together.
pub const GROUP: usize = 16;

/// Some pictures with a border of one pixel of zeros, or more of them at the end of their rows and
/// below, kept for one geometry so that the border need not be written again.
#[derive(Default)]
pub(super) struct Padded<T = f32> {
    values: Vec<T>,
    geometry: [usize; 3],
    extent: [usize; 2],
}

impl<T: Copy + Default> Padded<T> {
    /// Room for `pictures` of the given height, width and channels. The inner pixels are those of
    /// the last use, or zero.
    pub(super) fn room(&mut self, pictures: usize, geometry: [usize; 3]) -> &mut [T] {
        self.room_of_extent(pictures, geometry, [geometry[0], geometry[1]])
    }

    fn room_of_extent(
        &mut self,
        pictures: usize,
        geometry: [usize; 3],
        extent: [usize; 2],
    ) -> &mut [T] {
        let len = pictures * padded_values([extent[0], extent[1], geometry[2]]);
        if (self.geometry, self.extent) != (geometry, extent) {
            self.values.clear();
            (self.geometry, self.extent) = (geometry, extent);
        }
        if self.values.len() < len {
            self.values.resize(len, T::default());
        }
        &mut self.values[..len]
    }
}

impl Padded {
    /// Copies `input`, whole pictures of the given height, width and channels.
    pub(super) fn fill(&mut self, input: &[f32], geometry: [usize; 3]) -> &[f32] {
        self.fill_to(input, geometry, [geometry[0], geometry[1]])
    }

    /// The same with zeros up to the height and width `extent` within the border.
    pub(super) fn fill_to(
        &mut self,
        input: &[f32],
        geometry: [usize; 3],
        extent: [usize; 2],
    ) -> &[f32] {
        let [height, width, channels] = geometry;
        let pictures = input.len() / (height * width * channels);
        let room = self.room_of_extent(pictures, geometry, extent);
        let padded = [extent[0], extent[1], channels];
        for (to, from) in (room.chunks_exact_mut(padded_values(padded)))
            .zip(input.chunks_exact(height * width * channels))
        {
            for (to, from) in inner_rows(to, padded).zip(from.chunks_exact(width * channels)) {
                to[..width * channels].copy_from_slice(from);
            }
        }
        room
    }
}

/// Values of one padded picture.
pub(super) fn padded_values([height, width, channels]: [usize; 3]) -> usize {
    (height + 2) * (width + 2) * channels
}

/// The rows of padded pictures without their borders.
pub(super) fn inner_rows<T>(
    padded: &mut [T],
    [height, width, channels]: [usize; 3],
) -> impl Iterator<Item = &mut [T]> {
    let row = (width + 2) * channels;
    padded
        .chunks_exact_mut((height + 2) * row)
        .flat_map(move |picture| {
            picture[row..(height + 1) * row]
                .chunks_exact_mut(row)
                .map(move |line| &mut line[channels..row - channels])
        })
}
