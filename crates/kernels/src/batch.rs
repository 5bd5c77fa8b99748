//! A batch in parts that fit a core's own cache, on all threads.

use super::conv3x3::Conv3x3;
use super::layout::padded_values;
use super::parallel::filled;
use super::simd::Walk;

/// Values of the padded pictures that are worked on at once: they stay in a core's own cache.
const PART_VALUES: usize = 1 << 15;

impl Conv3x3 {
    /// Pictures that are worked on at once. Sums over a part come first and the parts' sums are
    /// added in order, so results do not depend on the number of threads.
    pub(super) fn part(&self) -> usize {
        let largest = padded_values(self.input()).max(padded_values(self.output()));
        (PART_VALUES / largest.max(1)).max(1)
    }

    /// Makes `values` values for each picture of `input`, a part of the batch at a time, on all
    /// threads: `work` is given the part's number, its pictures and its output, zeros at first, and
    /// what it returns comes back in order.
    pub(super) fn by_parts<R: Send>(
        &self,
        input: &[f32],
        values: usize,
        work: impl Fn(usize, &[f32], &mut [f32]) -> R + Sync,
    ) -> (Vec<f32>, Vec<R>) {
        let pictures = input.len() / self.input_values();
        let part = self.part();
        filled(pictures * values, part * values, |index, output| {
            work(
                index,
                part_of(input, part * self.input_values(), index),
                output,
            )
        })
    }

    /// The forward pass over `pictures` padded inputs; the output is not padded.
    pub(super) fn forward_plan(&self, pictures: usize) -> Plan {
        let (windows, places) = self.windows();
        let row = (self.size[1] + 2) * self.inputs;
        let mut plan = Plan::new([3, row, 3 * self.inputs], self.outputs, windows.len());
        for picture in 0..pictures {
            let first = picture * padded_values(self.input());
            plan.windows.extend(windows.iter().map(|at| first + at));
            let first = picture * self.output_values();
            plan.places.extend(places.iter().map(|at| first + at));
        }
        plan
    }
}

/// Windows and places of whole pictures, in their order.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    rows: usize,
    step: usize,
    run: usize,
    outputs: usize,
    pixels: usize,
    pub(super) windows: Vec<usize>,
    pub(super) places: Vec<usize>,
}

impl Plan {
    pub(super) fn new([rows, step, run]: [usize; 3], outputs: usize, pixels: usize) -> Self {
        Self {
            rows,
            step,
            run,
            outputs,
            pixels,
            windows: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The walk over the first `pictures` of the plan's.
    pub(super) fn walk(&self, pictures: usize) -> Walk<'_> {
        Walk {
            rows: self.rows,
            step: self.step,
            run: self.run,
            outputs: self.outputs,
            windows: &self.windows[..pictures * self.pixels],
            places: &self.places[..pictures * self.pixels],
        }
    }
}

/// Part `index` of `values`, `part` values each but for the last one.
pub(super) fn part_of(values: &[f32], part: usize, index: usize) -> &[f32] {
    let start = index * part;
    &values[start..values.len().min(start + part)]
}
