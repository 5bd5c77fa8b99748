//! Finds the garments among the parts of a photo.

use super::bounds::Bounds;
use super::components::{Component, connected_components};
use super::{PartMap, Plane, RotatedBox};
use crate::parts::{PARTS, Part};

/// Side of the grid on which garments are found, in pixels.
const GRID: usize = 128;
/// Least size of a garment that someone wears, as a share of the photo.
const MIN_WORN_GARMENT: f32 = 0.015;
/// Least size of a garment that no one wears, as a share of the photo.
const MIN_FLAT_GARMENT: f32 = 0.004;
/// Least size of a piece of a garment, as a share of its largest piece.
const MIN_PIECE: f32 = 0.125;
/// Least area of skin and hair where someone wears the clothes, as a share of the clothes' area.
const MIN_PERSON: f32 = 0.04;
/// Least size of a second garment beside one that no one wears, as a share of the first.
const MIN_SECOND_GARMENT: f32 = 0.3;

/// A garment that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundGarment {
    /// What kind of garment it most likely is.
    pub part: Part,
    /// Whether each part belongs to the garment: `part`, or all parts of clothes where no one wears it.
    pub parts: [bool; PARTS],
    /// 1 where the garment is, else 0: 128x128 pixels, stretched over the photo.
    pub mask: Plane,
    /// The upright box around it, in pixels of the photo that was sampled.
    pub rotated_box: RotatedBox,
    /// Size as a share of the photo, 0 to 1.
    pub area: f32,
}

/// Returns the most likely part of each pixel of a grid of 128x128 pixels, which is stretched over a photo of
/// `[width, height]` pixels.
pub fn most_likely_parts(map: &PartMap, [width, height]: [usize; 2]) -> Vec<Part> {
    let place = |place: usize, length: usize| (place as f32 + 0.5) / GRID as f32 * length as f32;
    let part = |index: usize| {
        let point = [place(index % GRID, width), place(index / GRID, height)];
        let probabilities = map.probabilities(point);
        let best = (1..PARTS).fold(0, |best, part| {
            if probabilities[part] > probabilities[best] {
                part
            } else {
                best
            }
        });
        Part::ALL[best]
    };
    (0..GRID * GRID).map(part).collect()
}

/// Finds the garments on a photo of `[width, height]` pixels, the largest first.
///
/// Where someone wears them, there is at most one of each kind, and pieces of one kind, such as two shoes, are one
/// garment. Where no skin or hair is seen, all clothes are one garment, but for pieces of another kind that lie apart.
pub fn find_garments(map: &PartMap, size: [usize; 2]) -> Vec<FoundGarment> {
    let parts = most_likely_parts(map, size);
    let count = |is_counted: fn(Part) -> bool| {
        let counted = parts.iter().filter(|part| is_counted(**part));
        counted.count() as f32
    };
    let clothes = count(is_garment);
    let person = count(|part| matches!(part, Part::Skin | Part::Hair));
    let mut garments = match person >= MIN_PERSON * clothes {
        true => worn_garments(&parts, size),
        false => flat_garments(&parts, size),
    };
    garments.sort_by(|a, b| b.area.total_cmp(&a.area));
    garments
}

fn is_garment(part: Part) -> bool {
    Part::GARMENTS.contains(&part)
}

/// Finds at most one garment of each kind.
fn worn_garments(parts: &[Part], size: [usize; 2]) -> Vec<FoundGarment> {
    let garment = |&part: &Part| {
        let pieces = connected_components([GRID; 2], |index| parts[index] == part);
        let included = core::array::from_fn(|index| index == part.index());
        garment(part, included, &large_pieces(pieces), size)
    };
    let found = Part::GARMENTS.iter().filter_map(garment);
    found
        .filter(|garment| garment.area >= MIN_WORN_GARMENT)
        .collect()
}

/// Joins the clothes to one garment, but for pieces of another kind.
fn flat_garments(parts: &[Part], size: [usize; 2]) -> Vec<FoundGarment> {
    let pieces = connected_components([GRID; 2], |index| is_garment(parts[index]));
    let included = Part::ALL.map(is_garment);
    let mut kinds: Vec<(Part, Vec<Component>)> = Vec::new();
    for piece in large_pieces(pieces) {
        let kind = majority(&piece, parts);
        match kinds.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, pieces)) => pieces.push(piece),
            None => kinds.push((kind, vec![piece])),
        }
    }
    let found = kinds
        .iter()
        .filter_map(|(kind, pieces)| garment(*kind, included, pieces, size));
    let mut garments: Vec<FoundGarment> = found.collect();
    let largest = garments
        .iter()
        .map(|garment| garment.area)
        .fold(0.0, f32::max);
    let least = MIN_FLAT_GARMENT.max(MIN_SECOND_GARMENT * largest);
    garments.retain(|garment| garment.area >= least);
    garments
}

/// Returns the most frequent part of a piece.
fn majority(piece: &Component, parts: &[Part]) -> Part {
    let mut counts = [0_usize; PARTS];
    for &index in &piece.pixels {
        counts[parts[index].index()] += 1;
    }
    let most = Part::GARMENTS.iter().copied();
    most.max_by_key(|part| counts[part.index()])
        .unwrap_or(Part::Top)
}

/// Drops the pieces that are small beside the largest.
fn large_pieces(mut pieces: Vec<Component>) -> Vec<Component> {
    let largest = pieces.iter().map(|piece| piece.pixels.len()).max();
    let least = MIN_PIECE * largest.unwrap_or(0) as f32;
    pieces.retain(|piece| piece.pixels.len() as f32 >= least);
    pieces
}

/// Joins pieces to a garment; `None` if there are none.
fn garment(
    part: Part,
    parts: [bool; PARTS],
    pieces: &[Component],
    size: [usize; 2],
) -> Option<FoundGarment> {
    let mut mask = Plane::filled(GRID, GRID, 0.0);
    for &index in pieces.iter().flat_map(|piece| &piece.pixels) {
        mask.values[index] = 1.0;
    }
    let area = mask.values.iter().sum::<f32>() / (GRID * GRID) as f32;
    let bounds = Bounds::of_foreground(&mask)?;
    let scale = size.map(|side| side as f32 / GRID as f32);
    Some(FoundGarment {
        part,
        parts,
        mask,
        rotated_box: RotatedBox::from_bounds(bounds.scaled(scale)),
        area,
    })
}

#[cfg(test)]
mod tests {
    use super::super::PartWindow;
    use super::*;

    const SIZE: [usize; 2] = [200, 200];

    /// Finds the garments among the parts of 32x32 pixels.
    fn found(part_at: impl Fn(usize, usize) -> Part) -> Vec<FoundGarment> {
        let pixel = |index: usize| {
            let part = part_at(index % 32, index / 32);
            Part::ALL.map(|other| if other == part { 5.0 } else { 0.0 })
        };
        let logits: Vec<f32> = (0..32 * 32).flat_map(pixel).collect();
        let map = PartMap::from_logits(&logits, PartWindow::whole(SIZE)).unwrap();
        find_garments(&map, SIZE)
    }

    #[test]
    fn garments_are_found_with_their_boxes() {
        let garments = found(|x, y| match (x, y) {
            (8..24, 12..20) => Part::Bag,
            (0, 0) => Part::Shoes,
            _ => Part::Background,
        });
        assert_eq!(garments.len(), 1);
        let FoundGarment {
            part,
            rotated_box,
            area,
            ..
        } = &garments[0];
        assert_eq!(*part, Part::Bag);
        assert!((rotated_box.cx - 100.0).abs() < 4.0, "{rotated_box:?}");
        assert!((rotated_box.width - 100.0).abs() < 8.0, "{rotated_box:?}");
        assert!((rotated_box.height - 50.0).abs() < 8.0, "{rotated_box:?}");
        assert!((area - 0.125).abs() < 0.02, "{area}");
    }

    /// A top that seems to be an outer layer at its upper edge, and trousers below.
    fn clothes(x: usize, y: usize) -> Part {
        match (x, y) {
            (8..24, 2..5) => Part::OuterLayer,
            (8..24, 5..16) => Part::Top,
            (8..24, 20..30) => Part::Bottoms,
            _ => Part::Background,
        }
    }

    #[test]
    fn clothes_that_touch_are_one_garment_where_no_one_wears_them() {
        let parts: Vec<Part> = found(clothes).iter().map(|garment| garment.part).collect();
        assert_eq!(parts, [Part::Top, Part::Bottoms]);
    }

    #[test]
    fn every_part_is_a_garment_where_someone_wears_it() {
        let garments = found(|x, y| match (x, y) {
            (14..18, 0..2) => Part::Skin,
            (24..30, 6..10) => Part::Hair,
            _ => clothes(x, y),
        });
        let parts: Vec<Part> = garments.iter().map(|garment| garment.part).collect();
        assert_eq!(parts, [Part::Top, Part::Bottoms, Part::OuterLayer]);
    }

    #[test]
    fn a_photo_without_clothes_has_no_garments() {
        assert_eq!(found(|_, _| Part::Background), []);
    }
}
