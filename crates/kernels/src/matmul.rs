//! Products of a matrix with packed weights: the innermost kernel of the Winograd convolution and
//! of dense layers.

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use super::instructions::multiply_add;
use super::layout::GROUP;

/// Steps of the innermost loop that are written out, so that counting costs little beside them.
pub(super) const UNROLLED: usize = 4;

/// Writes `input`, `[rows, steps]`, times the packed weights, `[outputs / 16, steps, 16]`, to
/// `output`, `[rows, outputs]`.
///
/// # Panics
/// If the lengths do not fit.
#[inline(always)]
pub(super) fn matmul<S: Simd>(
    rows: usize,
    steps: usize,
    input: &[f32],
    packed: &[f32],
    output: &mut [f32],
) {
    let outputs = output.len() / rows.max(1);
    assert_eq!(input.len(), rows * steps, "input");
    assert_eq!(output.len(), rows * outputs, "output");
    assert_eq!(packed.len(), steps * outputs, "packed weights");
    assert!(outputs.is_multiple_of(GROUP), "output columns");
    let job = Job {
        rows,
        steps,
        outputs,
    };
    // SAFETY: the lengths are those that `Job`'s methods ask for, as just checked; each arm's
    // vectors times its lanes are GROUP.
    unsafe {
        match <f32 as Scalar>::lanes::<S>() {
            16 => job.run::<S, 1, 12, 8>(input, packed, output),
            8 => job.run::<S, 2, 6, 4>(input, packed, output),
            4 => job.run::<S, 4, 4, 2>(input, packed, output),
            _ => job.run_plain(input, packed, output),
        }
    }
}

/// `a b`, in the form of [`multiply_add`].
#[inline(always)]
fn product<S: Simd>(a: Vector<S, f32>, b: Vector<S, f32>, _: Vector<S, f32>) -> Vector<S, f32> {
    a * b
}

#[derive(Clone, Copy)]
struct Job {
    rows: usize,
    steps: usize,
    outputs: usize,
}

impl Job {
    /// With tiles of up to `ROWS` rows by one group of `VECTORS` vectors; a single row, which would
    /// leave the multipliers waiting for its few sums, takes `GROUPS` groups at once.
    ///
    /// # Safety
    /// `input` has rows * steps values, `packed` steps * outputs and `output` rows * outputs;
    /// `outputs` is a multiple of GROUP, and VECTORS times the lanes of `S` is GROUP.
    #[inline(always)]
    unsafe fn run<S: Simd, const VECTORS: usize, const ROWS: usize, const GROUPS: usize>(
        self,
        input: &[f32],
        packed: &[f32],
        output: &mut [f32],
    ) {
        let groups = self.outputs / GROUP;
        let tiles = self.rows.div_ceil(ROWS).max(1);
        let mut group = 0;
        while group < groups {
            let several = self.rows == 1 && groups - group >= GROUPS;
            // SAFETY: `group` and the groups taken with it are below `groups`, the rows of each
            // tile below `rows`; the caller vouches for the lengths.
            unsafe {
                let packed = packed.as_ptr().add(group * self.steps * GROUP);
                let output = output.as_mut_ptr().add(group * GROUP);
                if several {
                    self.tile::<S, VECTORS, 1, GROUPS>(input.as_ptr(), packed, output);
                    group += GROUPS;
                    continue;
                }
                // Tiles of even height: two of two rows are quicker than one of three and one.
                for tile in 0..tiles {
                    let first = tile * self.rows / tiles;
                    let rows = (tile + 1) * self.rows / tiles - first;
                    let input = input.as_ptr().add(first * self.steps);
                    let output = output.add(first * self.outputs);
                    self.rows_of::<S, VECTORS, ROWS>(rows, input, packed, output);
                }
            }
            group += 1;
        }
    }

    /// One tile of `rows` rows, of which `ROWS` is the most.
    ///
    /// # Safety
    /// As for [`Self::tile`].
    #[inline(always)]
    unsafe fn rows_of<S: Simd, const VECTORS: usize, const ROWS: usize>(
        self,
        rows: usize,
        input: *const f32,
        packed: *const f32,
        output: *mut f32,
    ) {
        macro_rules! of {
            ($($rows:literal)*) => {
                match rows {
                    // SAFETY: the caller vouches for `rows` rows. More than ROWS do not come, and
                    // so their tiles are not compiled.
                    $($rows if $rows <= ROWS => unsafe {
                        self.tile::<S, VECTORS, $rows, 1>(input, packed, output);
                    },)*
                    _ => {}
                }
            };
        }
        of!(1 2 3 4 5 6 7 8 9 10 11 12);
    }

    /// The sums of `ROWS` rows for `GROUPS` groups of outputs.
    ///
    /// # Safety
    /// `input` points at ROWS rows of `steps` values, `packed` at GROUPS groups of steps * GROUP
    /// weights, `output` at a place from which GROUPS * GROUP values of ROWS rows, `outputs` apart,
    /// may be written; VECTORS times the lanes of `S` is GROUP.
    #[inline(always)]
    unsafe fn tile<S: Simd, const VECTORS: usize, const ROWS: usize, const GROUPS: usize>(
        self,
        mut input: *const f32,
        mut packed: *const f32,
        output: *mut f32,
    ) {
        let lanes = <f32 as Scalar>::lanes::<S>();
        let zero: Vector<S, f32> = 0.0_f32.splat::<S>();
        let mut sums = [[[zero; VECTORS]; GROUPS]; ROWS];
        let mut left = self.steps;
        macro_rules! steps {
            ($steps:expr, $add:expr) => {
                for step in $steps {
                    let mut values = [zero; ROWS];
                    for row in 0..ROWS {
                        values[row] = (*input.add(row * self.steps + step)).splat::<S>();
                    }
                    for group in 0..GROUPS {
                        let weights = packed.add((group * self.steps + step) * GROUP);
                        for vector in 0..VECTORS {
                            let weights = vload_unaligned(weights.add(vector * lanes));
                            for row in 0..ROWS {
                                let sum = &mut sums[row][group][vector];
                                *sum = $add(values[row], weights, *sum);
                            }
                        }
                    }
                }
            };
        }
        macro_rules! advance {
            ($count:expr) => {
                input = input.add($count);
                packed = packed.add($count * GROUP);
                left -= $count;
            };
        }
        // SAFETY: the pointers advance by as many steps as `left` falls, so each read is of one of
        // the `steps` steps that the caller vouches for.
        unsafe {
            // The first products are the sums so far: where steps are few, adding them to zeros takes
            // time that shows.
            if left >= UNROLLED {
                steps!(0..1, product);
                steps!(1..UNROLLED, multiply_add);
                advance!(UNROLLED);
            }
            while left >= UNROLLED {
                steps!(0..UNROLLED, multiply_add);
                advance!(UNROLLED);
            }
            while left > 0 {
                steps!(0..1, multiply_add);
                advance!(1);
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            for (group, sums) in sums.into_iter().enumerate() {
                for (vector, sum) in sums.into_iter().enumerate() {
                    // SAFETY: the caller vouches for these places.
                    unsafe {
                        let at = row * self.outputs + group * GROUP + vector * lanes;
                        vstore_unaligned(output.add(at), sum);
                    }
                }
            }
        }
    }

    /// The same without vectors, for widths that have no tile.
    fn run_plain(self, input: &[f32], packed: &[f32], output: &mut [f32]) {
        let rows = input.chunks_exact(self.steps.max(1));
        for (input, output) in rows.zip(output.chunks_exact_mut(self.outputs.max(1))) {
            let groups = packed.chunks_exact((self.steps * GROUP).max(1));
            for (output, weights) in output.chunks_exact_mut(GROUP).zip(groups) {
                output.fill(0.0);
                for (input, weights) in input.iter().zip(weights.chunks_exact(GROUP)) {
                    for (sum, weight) in output.iter_mut().zip(weights) {
                        *sum += input * weight;
                    }
                }
            }
        }
    }
}
