//! GEMM: the product of a matrix and packed weights. The Winograd convolution and dense layers use it.

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned};

use crate::pack::GROUP;
use crate::simd::mul_add;

/// Iterations of the innermost loop that are unrolled, so that counting costs little beside them.
pub(crate) const UNROLL: usize = 4;

/// Writes `input`, `[rows, k]`, times the packed weights, `[outputs / 16, k, 16]`, to `output`,
/// `[rows, outputs]`.
///
/// # Panics
/// If a length does not match.
#[inline(always)]
pub(crate) fn gemm<S: Simd>(
    rows: usize,
    k: usize,
    input: &[f32],
    packed: &[f32],
    output: &mut [f32],
) {
    let outputs = output.len() / rows.max(1);
    assert_eq!(input.len(), rows * k, "number of input values");
    assert_eq!(output.len(), rows * outputs, "number of output values");
    assert_eq!(packed.len(), k * outputs, "number of packed weights");
    assert!(
        outputs.is_multiple_of(GROUP),
        "outputs must be a multiple of 16"
    );
    let shape = Shape { rows, k, outputs };
    // SAFETY: the lengths are those that `Shape`'s methods require, as just checked; in each arm
    // vectors times lanes are GROUP.
    unsafe {
        match <f32 as Scalar>::lanes::<S>() {
            16 => shape.run::<S, 1, 12, 8>(input, packed, output),
            8 => shape.run::<S, 2, 6, 4>(input, packed, output),
            4 => shape.run::<S, 4, 4, 2>(input, packed, output),
            _ => shape.run_scalar(input, packed, output),
        }
    }
}

/// Returns `a * b`, with the signature of [`mul_add`].
#[inline(always)]
fn product<S: Simd>(a: Vector<S, f32>, b: Vector<S, f32>, _: Vector<S, f32>) -> Vector<S, f32> {
    a * b
}

#[derive(Clone, Copy)]
struct Shape {
    rows: usize,
    k: usize,
    outputs: usize,
}

impl Shape {
    /// Multiplies in tiles of up to `ROWS` rows by one group of `VECTORS` vectors. A single row has too
    /// few sums to keep the multipliers busy, so its tile has `GROUPS` groups.
    ///
    /// # Safety
    /// `input` has rows * k values, `packed` k * outputs and `output` rows * outputs;
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
            let is_wide = self.rows == 1 && groups - group >= GROUPS;
            // SAFETY: `group` and the groups taken with it are below `groups`, the rows of each
            // tile below `rows`; the caller vouches for the lengths.
            unsafe {
                let packed = packed.as_ptr().add(group * self.k * GROUP);
                let output = output.as_mut_ptr().add(group * GROUP);
                if is_wide {
                    self.tile::<S, VECTORS, 1, GROUPS>(input.as_ptr(), packed, output);
                    group += GROUPS;
                    continue;
                }
                // Tiles of equal height: two of two rows are faster than one of three and one of one.
                for tile in 0..tiles {
                    let first = tile * self.rows / tiles;
                    let rows = (tile + 1) * self.rows / tiles - first;
                    let input = input.as_ptr().add(first * self.k);
                    let output = output.add(first * self.outputs);
                    self.rows_of::<S, VECTORS, ROWS>(rows, input, packed, output);
                }
            }
            group += 1;
        }
    }

    /// Computes one tile of `rows` rows, up to `ROWS`.
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
                    // SAFETY: the caller vouches for `rows` rows. There are never more than ROWS,
                    // so larger tiles are not compiled.
                    $($rows if $rows <= ROWS => unsafe {
                        self.tile::<S, VECTORS, $rows, 1>(input, packed, output);
                    },)*
                    _ => {}
                }
            };
        }
        of!(1 2 3 4 5 6 7 8 9 10 11 12);
    }

    /// Computes `ROWS` rows of `GROUPS` groups of outputs.
    ///
    /// # Safety
    /// `input` points at ROWS rows of `k` values, `packed` at GROUPS groups of k * GROUP weights. From
    /// `output` on, GROUPS * GROUP values of ROWS rows, `outputs` apart, can be written. VECTORS times the lanes of `S` is GROUP.
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
        let mut left = self.k;
        macro_rules! accumulate {
            ($range:expr, $add:expr) => {
                for at in $range {
                    let mut values = [zero; ROWS];
                    for row in 0..ROWS {
                        values[row] = (*input.add(row * self.k + at)).splat::<S>();
                    }
                    for group in 0..GROUPS {
                        let weights = packed.add((group * self.k + at) * GROUP);
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
        // SAFETY: the pointers advance by as much as `left` falls, so all reads are within the `k`
        // values of a row that the caller vouches for.
        unsafe {
            // The first products are the first sums: for small k, adding them to zeros costs time that
            // shows.
            if left >= UNROLL {
                accumulate!(0..1, product);
                accumulate!(1..UNROLL, mul_add);
                advance!(UNROLL);
            }
            while left >= UNROLL {
                accumulate!(0..UNROLL, mul_add);
                advance!(UNROLL);
            }
            while left > 0 {
                accumulate!(0..1, mul_add);
                advance!(1);
            }
        }
        for (row, sums) in sums.into_iter().enumerate() {
            for (group, sums) in sums.into_iter().enumerate() {
                for (vector, sum) in sums.into_iter().enumerate() {
                    // SAFETY: the caller vouches for these values.
                    unsafe {
                        let offset = row * self.outputs + group * GROUP + vector * lanes;
                        vstore_unaligned(output.add(offset), sum);
                    }
                }
            }
        }
    }

    /// Does the same without vectors, for widths that have no tile.
    fn run_scalar(self, input: &[f32], packed: &[f32], output: &mut [f32]) {
        let rows = input.chunks_exact(self.k.max(1));
        for (input, output) in rows.zip(output.chunks_exact_mut(self.outputs.max(1))) {
            let groups = packed.chunks_exact((self.k * GROUP).max(1));
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
