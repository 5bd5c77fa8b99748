//! The parts that the segmentation network tells apart on a photo.

/// Number of parts.
pub const PARTS: usize = 10;

/// What a pixel of a photo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Anything that no one wears or carries.
    Background,
    /// Skin.
    Skin,
    /// Hair.
    Hair,
    /// A garment of the upper body: T-shirt, shirt, pullover.
    Top,
    /// A garment over others: coat, jacket, blazer, cardigan.
    OuterLayer,
    /// A dress.
    Dress,
    /// Trousers or a skirt.
    Bottoms,
    /// Shoes, one or both.
    Shoes,
    /// A bag.
    Bag,
    /// Anything else that is worn: hat, belt, scarf, glasses, socks.
    Other,
}

impl Part {
    /// Every part, in the order of the network's outputs.
    pub const ALL: [Self; PARTS] = [
        Self::Background,
        Self::Skin,
        Self::Hair,
        Self::Top,
        Self::OuterLayer,
        Self::Dress,
        Self::Bottoms,
        Self::Shoes,
        Self::Bag,
        Self::Other,
    ];

    /// The parts that a garment of the ten classes can be.
    pub const GARMENTS: [Self; 6] = [
        Self::Top,
        Self::OuterLayer,
        Self::Dress,
        Self::Bottoms,
        Self::Shoes,
        Self::Bag,
    ];

    /// Returns the part's place among the network's outputs, 0 to 9.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Returns the part of a garment of this class, 0 to 9; `None` if there is no such class.
    ///
    /// ```
    /// use thimble::parts::Part;
    ///
    /// assert_eq!(Part::of_class(8), Some(Part::Bag));
    /// ```
    pub const fn of_class(class: usize) -> Option<Self> {
        Some(match class {
            0 | 2 | 6 => Self::Top,
            1 => Self::Bottoms,
            3 => Self::Dress,
            4 => Self::OuterLayer,
            5 | 7 | 9 => Self::Shoes,
            8 => Self::Bag,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::LABELS;

    #[test]
    fn every_class_is_one_of_the_garments() {
        for (class, label) in LABELS.iter().enumerate() {
            let part = Part::of_class(class).unwrap();
            assert!(Part::GARMENTS.contains(&part), "{label}: {part:?}");
        }
        assert_eq!(Part::of_class(LABELS.len()), None);
    }

    #[test]
    fn parts_are_in_the_order_of_the_outputs() {
        for (index, part) in Part::ALL.into_iter().enumerate() {
            assert_eq!(part.index(), index);
        }
    }
}
