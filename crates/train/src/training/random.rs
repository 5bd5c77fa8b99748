//! All randomness of a run but the first weights: it derives from seed, epoch and picture, so
//! that a resumed run draws what an uninterrupted one would have drawn.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The stream of a seed's generator that orders epoch `epoch`; pictures have the others.
const ORDER: u64 = u32::MAX as u64;

/// The order in which an epoch visits `count` pictures.
pub(super) fn epoch_order(seed: u64, epoch: usize, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut generator(seed, epoch, ORDER));
    order
}

/// The generator of the changes to one picture in one epoch.
pub(super) fn picture_generator(seed: u64, epoch: usize, picture: usize) -> ChaCha8Rng {
    generator(seed, epoch, picture as u64)
}

/// The generator of the looks of teacher number `teacher` at one picture in one epoch.
pub(super) fn looks_generator(teacher: usize, epoch: usize, picture: usize) -> ChaCha8Rng {
    /// Apart from the seeds of runs, which are small as a rule.
    const SEED: u64 = u64::MAX;
    generator(SEED - teacher as u64, epoch, picture as u64)
}

fn generator(seed: u64, epoch: usize, stream: u64) -> ChaCha8Rng {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(((epoch as u64) << 32) | stream);
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
