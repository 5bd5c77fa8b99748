//! Connected parts of a mask: which belong to the garment, and which holes in it are garment too.

use super::Plane;

/// A part smaller than this share of the largest one is no part of the garment.
const LEAST_PART: f32 = 0.12;
/// A hole smaller than this share of the garment is filled.
const LARGEST_HOLE: f32 = 0.04;

/// The connected regions of pixels for which something holds, each with its pixels' indices and
/// whether it touches the picture's edge.
fn regions([width, height]: [usize; 2], holds: impl Fn(usize) -> bool) -> Vec<(Vec<usize>, bool)> {
    let mut seen = vec![false; width * height];
    let mut found = Vec::new();
    for start in 0..width * height {
        if seen[start] || !holds(start) {
            continue;
        }
        seen[start] = true;
        let mut members = vec![start];
        let mut touches_edge = false;
        let mut next = 0;
        while next < members.len() {
            let index = members[next];
            next += 1;
            let (x, y) = (index % width, index / width);
            touches_edge |= x == 0 || y == 0 || x + 1 == width || y + 1 == height;
            let neighbours = [
                (x > 0).then(|| index - 1),
                (x + 1 < width).then(|| index + 1),
                (y > 0).then(|| index - width),
                (y + 1 < height).then(|| index + width),
            ];
            for neighbour in neighbours.into_iter().flatten() {
                if !seen[neighbour] && holds(neighbour) {
                    seen[neighbour] = true;
                    members.push(neighbour);
                }
            }
        }
        found.push((members, touches_edge));
    }
    found
}

/// How much a region counts: its pixels, those near the middle more.
fn importance(members: &[usize], off_middle: &[f32]) -> f32 {
    let weight = |&index: &usize| 1.2 - off_middle[index].min(1.0);
    members.iter().map(weight).sum()
}

/// Leaves in `garment` (how likely each pixel is garment) the most important part and others not
/// much less so, and fills small holes. Gives how many parts are left. `off_middle` are the squares
/// of the pixels' distances from where it is expected.
pub(super) fn tidy(foreground: &mut Plane, off_middle: &[f32]) -> usize {
    let size = [foreground.width, foreground.height];
    let components = regions(size, |index| foreground.values[index] >= 0.5);
    let important: Vec<f32> = components
        .iter()
        .map(|(members, _)| importance(members, off_middle))
        .collect();
    let most = important.iter().copied().fold(0.0, f32::max);
    let mut kept = 0;
    let mut area = 0;
    for ((members, _), importance) in components.iter().zip(important) {
        if importance >= LEAST_PART * most {
            kept += 1;
            area += members.len();
        } else {
            for &index in members {
                foreground.values[index] = 0.0;
            }
        }
    }
    let holes = regions(size, |index| foreground.values[index] < 0.5);
    for (members, touches_edge) in holes {
        if !touches_edge && (members.len() as f32) < LARGEST_HOLE * area as f32 {
            for index in members {
                foreground.values[index] = 1.0;
            }
        }
    }
    kept
}
