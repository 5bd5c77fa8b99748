//! The random generators of a run. All but that of the first weights derive from seed, epoch and image, so that a
//! resumed run draws what an uninterrupted one draws.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The stream that shuffles an epoch; images have the others.
const ORDER: u64 = u32::MAX as u64;

/// Returns the order in which an epoch visits `count` images.
pub(super) fn epoch_order(seed: u64, epoch: usize, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut generator(seed, epoch, ORDER));
    order
}

/// Returns the generator that augments image `image` in variant `variant` of the data set.
pub(super) fn image_generator(seed: u64, variant: usize, image: usize) -> ChaCha8Rng {
    generator(seed, variant, image as u64)
}

/// Returns the generator of the views of image `image`, in variant `variant`, for teacher number `teacher`.
pub(super) fn view_generator(teacher: usize, variant: usize, image: usize) -> ChaCha8Rng {
    /// Far from the seeds of runs, which are usually small.
    const SEED: u64 = u64::MAX;
    generator(SEED - teacher as u64, variant, image as u64)
}

fn generator(seed: u64, variant: usize, stream: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(((variant as u64) << 32) | stream);
    generator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_differ_by_epoch_and_seed_and_repeat() {
        let order = epoch_order(1, 0, 1000);
        assert_eq!(order, epoch_order(1, 0, 1000));
        assert_ne!(order, epoch_order(1, 1, 1000));
        assert_ne!(order, epoch_order(2, 0, 1000));
        let mut sorted = order;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1000));
    }
}
