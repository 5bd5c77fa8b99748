//! The folds of cross-validation. All photos of a sender are in one fold, since people photograph a garment twice.

use std::collections::HashMap;

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::PhotoLabel;
use thimble::labels::CLASSES;

/// The number of folds.
pub const FOLDS: usize = 5;

const SEED: u64 = 0xF01D_5EED;
/// The first line of the file of folds.
const HEAD: &str = "image,fold";

/// The committed folds of photos of single garments, a line `image,fold` per photo.
static COMMITTED: &str = include_str!("../../../../model/photo-folds.csv");
/// The same of photos of worn clothes.
static COMMITTED_WORN: &str = include_str!("../../../../model/worn-folds.csv");

/// A line of a file of folds is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the folds must be IMAGE,FOLD with a fold below {FOLDS}, got \"{text}\"")]
pub struct FoldsError {
    line: usize,
    text: String,
}

/// The fold of each photo, by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds(HashMap<String, usize>);

impl Folds {
    /// The folds of the photos in model/photos.json.
    ///
    /// # Errors
    /// [`FoldsError`] where the embedded file is damaged.
    pub fn committed() -> Result<Self, FoldsError> {
        Self::parse(COMMITTED)
    }

    /// The folds of the photos of worn clothes.
    ///
    /// # Errors
    /// [`FoldsError`] where the embedded file is damaged.
    pub fn committed_worn() -> Result<Self, FoldsError> {
        Self::parse(COMMITTED_WORN)
    }

    /// Parses a file of folds.
    ///
    /// # Errors
    /// [`FoldsError`].
    pub fn parse(text: &str) -> Result<Self, FoldsError> {
        let rows = text.lines().enumerate().skip(1);
        let fold = |(index, line): (usize, &str)| {
            let parts = line.split_once(',');
            let parts = parts.and_then(|(image, fold)| Some((image, fold.parse::<usize>().ok()?)));
            match parts {
                Some((image, fold)) if fold < FOLDS => Ok((image.to_owned(), fold)),
                _ => Err(FoldsError {
                    line: index + 1,
                    text: line.to_owned(),
                }),
            }
        };
        rows.map(fold).collect::<Result<_, _>>().map(Self)
    }

    /// Assigns the senders to folds so that the folds have about the same number of photos of each class: greedily, the
    /// senders of most photos first.
    pub fn assign(photos: &[PhotoLabel]) -> Self {
        let kind = |photo: &PhotoLabel| photo.target.map_or(CLASSES, usize::from);
        let mut senders: HashMap<&str, [f64; CLASSES + 1]> = HashMap::new();
        let mut totals = [0.0; CLASSES + 1];
        for photo in photos {
            senders.entry(&photo.sender).or_default()[kind(photo)] += 1.0;
            totals[kind(photo)] += 1.0;
        }
        let mut order: Vec<_> = senders.into_iter().collect();
        order.sort_unstable_by_key(|(sender, _)| *sender);
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED));
        let size = |counts: &[f64; CLASSES + 1]| counts.iter().sum::<f64>();
        order.sort_by(|(_, a), (_, b)| size(b).total_cmp(&size(a)));
        let mut counts_by_fold = [[0.0; CLASSES + 1]; FOLDS];
        let mut folds = HashMap::new();
        for (sender, counts) in order {
            // The increase of the squared shares of each class.
            let cost = |fold: &[f64; CLASSES + 1]| -> f64 {
                let kinds = fold.iter().zip(&counts).zip(&totals);
                kinds
                    .filter(|((_, more), _)| **more > 0.0)
                    .map(|((has, more), total)| more * (2.0 * has + more) / (total * total))
                    .sum()
            };
            let best = (0..FOLDS)
                .min_by(|&a, &b| cost(&counts_by_fold[a]).total_cmp(&cost(&counts_by_fold[b])));
            let best = best.unwrap_or(0);
            for (has, more) in counts_by_fold[best].iter_mut().zip(counts) {
                *has += more;
            }
            folds.insert(sender, best);
        }
        let fold = |photo: &PhotoLabel| {
            let fold = folds.get(photo.sender.as_str())?;
            Some((photo.image.clone(), *fold))
        };
        Self(photos.iter().filter_map(fold).collect())
    }

    /// The fold of the photo of this name.
    pub fn of(&self, image: &str) -> Option<usize> {
        self.0.get(image).copied()
    }

    /// The content of a file of folds, sorted by image.
    pub fn to_text(&self) -> String {
        let mut rows: Vec<_> = self.0.iter().collect();
        rows.sort_unstable();
        let rows = rows.iter().map(|(image, fold)| format!("{image},{fold}\n"));
        format!("{HEAD}\n{}", rows.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photos() -> Vec<PhotoLabel> {
        (0..600_usize)
            .map(|index| PhotoLabel {
                image: format!("photo-{index}"),
                sender: (index * index % 97).to_string(),
                source_label: String::new(),
                target: (index % 11 < CLASSES).then_some((index % 11) as u8),
                is_borderline: false,
            })
            .collect()
    }

    #[test]
    fn each_sender_is_in_one_fold_and_folds_are_balanced() {
        let photos = photos();
        let folds = Folds::assign(&photos);
        let mut senders: HashMap<&str, usize> = HashMap::new();
        let mut counts = [0; FOLDS];
        for photo in &photos {
            let fold = folds.of(&photo.image).unwrap();
            counts[fold] += 1;
            assert_eq!(*senders.entry(&photo.sender).or_insert(fold), fold);
        }
        assert!(
            counts.iter().all(|count| (100..140).contains(count)),
            "{counts:?}"
        );
        assert_eq!(folds, Folds::assign(&photos));
        assert_eq!(Folds::parse(&folds.to_text()), Ok(folds));
    }

    #[test]
    fn committed_folds_are_readable() {
        let folds = Folds::committed().unwrap();
        for fold in 0..FOLDS {
            assert!(folds.0.values().filter(|found| **found == fold).count() > 500);
        }
    }

    #[test]
    fn damaged_line_is_named() {
        let error = Folds::parse("image,fold\na,1\nb,5\n").unwrap_err();
        assert!(error.to_string().starts_with("line 3"), "{error}");
    }
}
