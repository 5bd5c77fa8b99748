//! Images with a border of zeros.

/// A few images with one pixel of zeros around each, or more at the end of their rows and below.
///
/// The buffer is kept for one shape, so that the border is written once.
#[derive(Default)]
pub(crate) struct Padded<T = f32> {
    values: Vec<T>,
    shape: [usize; 3],
    extent: [usize; 2],
}

impl<T: Copy + Default> Padded<T> {
    /// Returns the buffer of `batch` images of the given height, width and channels. The inner pixels
    /// are those of the last use, or zero.
    pub(crate) fn buffer(&mut self, batch: usize, shape: [usize; 3]) -> &mut [T] {
        self.buffer_to(batch, shape, [shape[0], shape[1]])
    }

    fn buffer_to(&mut self, batch: usize, shape: [usize; 3], extent: [usize; 2]) -> &mut [T] {
        let len = batch * padded_len([extent[0], extent[1], shape[2]]);
        if (self.shape, self.extent) != (shape, extent) {
            self.values.clear();
            (self.shape, self.extent) = (shape, extent);
        }
        if self.values.len() < len {
            self.values.resize(len, T::default());
        }
        &mut self.values[..len]
    }
}

impl Padded {
    /// Copies `input`, whole images of the given height, width and channels.
    pub(crate) fn fill(&mut self, input: &[f32], shape: [usize; 3]) -> &[f32] {
        self.fill_to(input, shape, [shape[0], shape[1]])
    }

    /// Copies `input` with zeros up to the height and width `extent` inside the border.
    pub(crate) fn fill_to(
        &mut self,
        input: &[f32],
        shape: [usize; 3],
        extent: [usize; 2],
    ) -> &[f32] {
        let [height, width, channels] = shape;
        let batch = input.len() / (height * width * channels);
        let buffer = self.buffer_to(batch, shape, extent);
        let padded_shape = [extent[0], extent[1], channels];
        for (to, from) in (buffer.chunks_exact_mut(padded_len(padded_shape)))
            .zip(input.chunks_exact(height * width * channels))
        {
            for (to, from) in inner_rows(to, padded_shape).zip(from.chunks_exact(width * channels))
            {
                to[..width * channels].copy_from_slice(from);
            }
        }
        buffer
    }
}

/// Returns the number of values of one image of the given height, width and channels with its border.
pub(crate) fn padded_len([height, width, channels]: [usize; 3]) -> usize {
    (height + 2) * (width + 2) * channels
}

/// Returns the rows of padded images without their borders.
pub(crate) fn inner_rows<T>(
    padded: &mut [T],
    [height, width, channels]: [usize; 3],
) -> impl Iterator<Item = &mut [T]> {
    let row = (width + 2) * channels;
    padded
        .chunks_exact_mut((height + 2) * row)
        .flat_map(move |image| {
            image[row..(height + 1) * row]
                .chunks_exact_mut(row)
                .map(move |line| &mut line[channels..row - channels])
        })
}
