//! The garments that should be found on a photo of someone, and whether one is.

use crate::data::WornLabel;
use thimble::parts::Part;

/// Least share of the photo of a garment that should be found.
const MIN_AREA: f64 = 0.03;
/// Least intersection over union of a garment that is found.
const MIN_IOU: f64 = 0.5;

/// A garment that should be found.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetGarment {
    /// Its class, 0 to 9.
    pub class: u8,
    /// Its part.
    pub part: Part,
    /// Whether each pixel of a grid over the photo shows it.
    mask: Vec<bool>,
}

impl TargetGarment {
    /// Lists the garments of the ten classes that cover at least 3 % of a photo; `labelled` has the label of each pixel of
    /// a grid over it.
    pub fn all(labelled: &[u8], labels: &[WornLabel]) -> Vec<Self> {
        let target = |(value, label): (usize, &WornLabel)| {
            let class = label.target?;
            let part = Part::of_class(usize::from(class))?;
            let mask: Vec<bool> = labelled
                .iter()
                .map(|found| usize::from(*found) == value)
                .collect();
            let area = mask.iter().filter(|inside| **inside).count();
            (area as f64 >= MIN_AREA * labelled.len() as f64).then_some(Self { class, part, mask })
        };
        labels.iter().enumerate().filter_map(target).collect()
    }

    /// Returns whether a reported garment of this part is this one; `inside` is its mask on the same grid.
    pub fn is_found_by(&self, part: Part, inside: &[bool]) -> bool {
        let pairs = || inside.iter().zip(&self.mask);
        let both = pairs().filter(|(a, b)| **a && **b).count();
        let either = pairs().filter(|(a, b)| **a || **b).count();
        self.part == part && both as f64 >= MIN_IOU * either as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_garment_is_found_by_one_of_its_part_that_covers_half_of_both() {
        let label = |target| WornLabel {
            name: String::new(),
            target,
            is_none_of_ten: false,
            part: None,
        };
        let labels = [label(None), label(Some(8)), label(Some(1))];
        // Ten pixels of a bag, two of trousers, which are too few.
        let mut labelled = vec![0; 100];
        labelled[..10].fill(1);
        labelled[10..12].fill(2);
        let targets = TargetGarment::all(&labelled, &labels);
        assert_eq!(targets.len(), 1);
        assert_eq!((targets[0].class, targets[0].part), (8, Part::Bag));
        let inside = |count: usize| -> Vec<bool> { (0..100).map(|at| at < count).collect() };
        assert!(targets[0].is_found_by(Part::Bag, &inside(5)));
        assert!(targets[0].is_found_by(Part::Bag, &inside(20)));
        assert!(!targets[0].is_found_by(Part::Bag, &inside(4)));
        assert!(!targets[0].is_found_by(Part::Bag, &inside(21)));
        assert!(!targets[0].is_found_by(Part::Shoes, &inside(10)));
    }
}
