//! Training and validation pictures, out of the 60,000.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::Pictures;
use thimble::labels::CLASSES;

/// How many of the 60,000 training pictures validate.
pub const VALIDATION_IMAGES: usize = 5_000;

/// The split does not depend on a run's seed: every run is judged on the same pictures.
const SEED: u64 = 0x7E1A_B1E5;

/// Which pictures train and which validate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Indices of the training pictures, ascending.
    pub training: Vec<usize>,
    /// Indices of the validation pictures, ascending.
    pub validation: Vec<usize>,
}

/// The split by which networks are trained and judged: [`VALIDATION_IMAGES`] of the 60,000 validate,
/// and the same share, one picture at least, where the data are fewer.
pub fn usual_split(pictures: &Pictures) -> Split {
    let share = VALIDATION_IMAGES * pictures.len() / 60_000;
    stratified_split(pictures, share.max(1))
}

/// Splits `pictures` so that each class has the same share of the `validation` pictures as of
/// all, with a fixed seed.
pub fn stratified_split(pictures: &Pictures, validation: usize) -> Split {
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let mut split = Split {
        training: Vec::new(),
        validation: Vec::new(),
    };
    let (mut seen, mut taken) = (0, 0);
    for class in 0..CLASSES {
        let mut members: Vec<usize> = (0..pictures.len())
            .filter(|&index| usize::from(pictures.labels[index]) == class)
            .collect();
        members.shuffle(&mut generator);
        seen += members.len();
        // What is due up to this class, less what was taken: the rounding never adds up.
        let due = (validation * seen + pictures.len() / 2) / pictures.len().max(1);
        let count = due.saturating_sub(taken).min(members.len());
        taken += count;
        split.validation.extend(members.drain(..count));
        split.training.extend(members);
    }
    split.training.sort_unstable();
    split.validation.sort_unstable();
    split
}

#[cfg(test)]
mod tests {
    use super::*;
    use thimble::network::INPUT_VALUES;

    fn pictures(labels: Vec<u8>) -> Pictures {
        Pictures {
            pixels: vec![0; labels.len() * INPUT_VALUES],
            labels,
        }
    }

    #[test]
    fn fewer_pictures_are_split_in_the_usual_share() {
        for (count, validation) in [(1200, 100), (10, 1)] {
            let all = pictures((0..count).map(|index| (index % 10) as u8).collect());
            let split = usual_split(&all);
            assert_eq!(split.validation.len(), validation);
            assert_eq!(split.training.len(), count - validation);
        }
    }

    #[test]
    fn every_class_has_its_share_and_nothing_is_lost() {
        let all = pictures((0..1200).map(|index| (index % 10) as u8).collect());
        let split = stratified_split(&all, 100);
        assert_eq!(split.validation.len(), 100);
        let mut counts = [0; CLASSES];
        for &index in &split.validation {
            counts[usize::from(all.labels[index])] += 1;
        }
        assert_eq!(counts, [10; CLASSES]);
        let mut both = [split.training, split.validation].concat();
        both.sort_unstable();
        assert!(both.into_iter().eq(0..1200));
    }

    #[test]
    fn uneven_classes_still_fill_the_validation_part() {
        let all = pictures((0..1003).map(|index| (index * index % 7) as u8).collect());
        assert_eq!(stratified_split(&all, 101).validation.len(), 101);
    }

    #[test]
    fn the_split_is_always_the_same() {
        let all = pictures((0..500).map(|index| (index % 10) as u8).collect());
        assert_eq!(stratified_split(&all, 50), stratified_split(&all, 50));
    }
}
