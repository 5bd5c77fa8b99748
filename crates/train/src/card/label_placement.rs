//! Where the names of a plot's points stand.

use std::ops::Range;

use plotters::style::text_anchor::{HPos, Pos, VPos};

/// About a character's width and half a line's height, in pixels.
const CHARACTER: i32 = 6;
const HALF_LINE: i32 = 7;

/// Left, upper, right and lower end of what is drawn already, in pixels.
pub(super) type Covered = [i32; 4];

/// Where a point's name stands.
pub(super) struct Beside {
    pub(super) anchor: Pos,
    /// From the point, in pixels.
    pub(super) offset: (i32, i32),
    pub(super) covered: Covered,
}

/// The first of six places around a point where its name lies on the plot and on nothing that is
/// `taken`; the first of all where there is none.
pub(super) fn beside(
    (x, y): (i32, i32),
    name: &str,
    across: &Range<i32>,
    taken: &[Covered],
) -> Beside {
    let length = name.len() as i32 * CHARACTER;
    let places = [HPos::Left, HPos::Right].into_iter().flat_map(|side| {
        [-9, 9, 0].map(|down| {
            let (offset, left) = match side {
                HPos::Right => (-8, x - 8 - length),
                _ => (8, x + 8),
            };
            let middle = y + down;
            Beside {
                anchor: Pos::new(side, VPos::Center),
                offset: (offset, down),
                covered: [left, middle - HALF_LINE, left + length, middle + HALF_LINE],
            }
        })
    });
    let mut places: Vec<Beside> = places.collect();
    let is_free = |place: &Beside| {
        let [left, _, right, _] = place.covered;
        let is_on_plot = across.contains(&left) && across.contains(&right);
        is_on_plot && taken.iter().all(|other| are_apart(&place.covered, other))
    };
    let free = places.iter().position(is_free).unwrap_or(0);
    places.swap_remove(free)
}

fn are_apart(one: &Covered, other: &Covered) -> bool {
    one[2] < other[0] || one[0] > other[2] || one[3] < other[1] || one[1] > other[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_clear_of_each_other_and_on_the_plot() {
        assert!(are_apart(&[0, 0, 9, 9], &[10, 0, 19, 9]));
        assert!(!are_apart(&[0, 0, 9, 9], &[5, 5, 19, 19]));
        let points = [(40, 100), (44, 103), (300, 100), (595, 100), (590, 80)];
        let mut taken: Vec<Covered> = Vec::new();
        for (x, y) in points {
            let Beside { covered, .. } = beside((x, y), "thimble-medium", &(20..600), &taken);
            let [left, _, right, _] = covered;
            assert!(left >= 20 && right < 600, "{left} to {right}");
            assert!(
                taken.iter().all(|other| are_apart(&covered, other)),
                "at {x}, {y}"
            );
            taken.push(covered);
        }
    }
}
