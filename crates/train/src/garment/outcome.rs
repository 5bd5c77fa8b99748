//! What a network for garments can say.

use thimble::labels::{CLASSES, OtherKind};
use thimble::network::GarmentStages;

/// Number of outcomes.
pub const OUTCOMES: usize = GarmentStages::OUTPUTS + 1;

/// What a garment is: one of the ten classes, one of the [other kinds](OtherKind), or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome(usize);

impl Outcome {
    /// Neither one of the ten classes nor one of the other kinds.
    pub const NONE: Self = Self(GarmentStages::OUTPUTS);

    /// Returns the outcome of a class, 0 to 9, or of none of the ten.
    pub fn of_class(class: Option<u8>) -> Self {
        class.map_or(Self::NONE, |class| Self(usize::from(class)))
    }

    /// Returns the outcome of a class, 0 to 9, or of none of the ten, whose kind follows from the name that the photos'
    /// labels give it.
    pub fn of_label(class: Option<u8>, name: &str) -> Self {
        match (class, other_kind(name)) {
            (None, Some(kind)) => Self(CLASSES + kind as usize),
            _ => Self::of_class(class),
        }
    }

    /// Returns the class, 0 to 9; `None` for none of the ten.
    pub fn class(self) -> Option<u8> {
        (self.0 < CLASSES).then_some(self.0 as u8)
    }

    /// Returns its place among all outcomes.
    pub fn index(self) -> usize {
        self.0
    }

    /// Returns the probabilities that a network is to say of it.
    pub fn target(self) -> [f32; OUTCOMES] {
        core::array::from_fn(|outcome| f32::from(u8::from(outcome == self.0)))
    }
}

/// Returns the kind of a garment that is none of the ten classes; `None` where its name says no kind.
fn other_kind(name: &str) -> Option<OtherKind> {
    Some(match name {
        "Shorts" | "shorts" => OtherKind::Shorts,
        "Skirt" | "skirt" => OtherKind::Skirt,
        "Hat" | "hat" => OtherKind::Hat,
        "Shoes" | "clogs" | "flats" | "heels" | "loafers" | "pumps" | "wedges" => OtherKind::Shoes,
        "socks" | "stockings" | "tights" => OtherKind::Legwear,
        "Body" | "bra" | "swimwear" => OtherKind::Underwear,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_comes_before_the_kind_of_its_name() {
        assert_eq!(
            Outcome::of_label(Some(7), "Shoes"),
            Outcome::of_class(Some(7))
        );
        let outcomes = [
            Outcome::of_label(None, "shorts"),
            Outcome::of_label(None, "bra"),
            Outcome::of_label(None, "belt"),
        ];
        assert_eq!(outcomes.map(Outcome::index), [10, 15, 16]);
        assert_eq!(outcomes.map(Outcome::class), [None; 3]);
        assert_eq!(outcomes[2], Outcome::NONE);
        assert_eq!(Outcome::of_class(Some(3)).class(), Some(3));
    }
}
