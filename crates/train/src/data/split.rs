//! Splits the 60,000 images into training and validation images.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::Dataset;
use thimble::labels::CLASSES;

/// Validation images among the 60,000.
pub const VALIDATION_IMAGES: usize = 5_000;

/// The seed of the split, whatever the seed of the run: every run has the same validation images.
const SEED: u64 = 0x7E1A_B1E5;

/// A split into training and validation images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Indices of the training images, ascending.
    pub training: Vec<usize>,
    /// Indices of the validation images, ascending.
    pub validation: Vec<usize>,
}

/// Splits off [`VALIDATION_IMAGES`] of 60,000 images; of fewer images the same share, at least one.
pub fn standard_split(images: &Dataset) -> Split {
    let share = VALIDATION_IMAGES * images.len() / 60_000;
    stratified_split(images, share.max(1))
}

/// Splits off `validation` images so that each class has the same share of them as of all, with a fixed seed.
pub fn stratified_split(images: &Dataset, validation: usize) -> Split {
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let mut split = Split {
        training: Vec::new(),
        validation: Vec::new(),
    };
    let (mut seen, mut taken) = (0, 0);
    for class in 0..CLASSES {
        let mut members: Vec<usize> = (0..images.len())
            .filter(|&index| usize::from(images.labels[index]) == class)
            .collect();
        members.shuffle(&mut generator);
        seen += members.len();
        // Rounded over the classes so far, so that rounding errors do not add up.
        let due = (validation * seen + images.len() / 2) / images.len().max(1);
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

    fn images(labels: Vec<u8>) -> Dataset {
        Dataset {
            pixels: vec![0; labels.len() * INPUT_VALUES],
            labels,
        }
    }

    #[test]
    fn fewer_images_are_split_in_the_same_share() {
        for (count, validation) in [(1200, 100), (10, 1)] {
            let all = images((0..count).map(|index| (index % 10) as u8).collect());
            let split = standard_split(&all);
            assert_eq!(split.validation.len(), validation);
            assert_eq!(split.training.len(), count - validation);
        }
    }

    #[test]
    fn split_is_stratified_and_complete() {
        let all = images((0..1200).map(|index| (index % 10) as u8).collect());
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
    fn uneven_classes_fill_the_validation_part() {
        let all = images((0..1003).map(|index| (index * index % 7) as u8).collect());
        assert_eq!(stratified_split(&all, 101).validation.len(), 101);
    }

    #[test]
    fn split_is_deterministic() {
        let all = images((0..500).map(|index| (index % 10) as u8).collect());
        assert_eq!(stratified_split(&all, 50), stratified_split(&all, 50));
    }
}
