//! Places the labels of a plot's points.

use std::ops::Range;

use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Approximate width of a character and half the height of a line, in pixels.
const CHARACTER: i32 = 6;
const HALF_LINE: i32 = 7;

/// Left, top, right and bottom of an occupied rectangle, in pixels.
pub(super) type Covered = [i32; 4];

/// The position of a label.
pub(super) struct LabelPlacement {
    /// The point of the label that `offset` positions.
    pub(super) anchor: Pos,
    /// From the point, in pixels.
    pub(super) offset: (i32, i32),
    /// The rectangle of the label.
    pub(super) covered: Covered,
}

/// Places the label `name` of a point: at the first of six positions around it that is on the plot and overlaps nothing
/// `taken`, or else at the first one.
pub(super) fn place_label(
    (x, y): (i32, i32),
    name: &str,
    across: &Range<i32>,
    taken: &[Covered],
) -> LabelPlacement {
    let length = name.len() as i32 * CHARACTER;
    let positions = [HPos::Left, HPos::Right].into_iter().flat_map(|side| {
        [-9, 9, 0].map(|down| {
            let (offset, left) = match side {
                HPos::Right => (-8, x - 8 - length),
                _ => (8, x + 8),
            };
            let middle = y + down;
            LabelPlacement {
                anchor: Pos::new(side, VPos::Center),
                offset: (offset, down),
                covered: [left, middle - HALF_LINE, left + length, middle + HALF_LINE],
            }
        })
    });
    let mut positions: Vec<LabelPlacement> = positions.collect();
    let is_free = |position: &LabelPlacement| {
        let [left, _, right, _] = position.covered;
        let is_on_plot = across.contains(&left) && across.contains(&right);
        is_on_plot
            && taken
                .iter()
                .all(|other| are_disjoint(&position.covered, other))
    };
    let free = positions.iter().position(is_free).unwrap_or(0);
    positions.swap_remove(free)
}

fn are_disjoint(one: &Covered, other: &Covered) -> bool {
    one[2] < other[0] || one[0] > other[2] || one[3] < other[1] || one[1] > other[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_overlap_and_stay_on_the_plot() {
        assert!(are_disjoint(&[0, 0, 9, 9], &[10, 0, 19, 9]));
        assert!(!are_disjoint(&[0, 0, 9, 9], &[5, 5, 19, 19]));
        let points = [(40, 100), (44, 103), (300, 100), (595, 100), (590, 80)];
        let mut taken: Vec<Covered> = Vec::new();
        for (x, y) in points {
            let LabelPlacement { covered, .. } =
                place_label((x, y), "thimble-medium", &(20..600), &taken);
            let [left, _, right, _] = covered;
            assert!(left >= 20 && right < 600, "{left} to {right}");
            assert!(
                taken.iter().all(|other| are_disjoint(&covered, other)),
                "at {x}, {y}"
            );
            taken.push(covered);
        }
    }
}
