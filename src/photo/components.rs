//! Connected components of a mask.

use super::Plane;

/// Components with less than this share of the largest [`central_area`] are removed.
const MIN_COMPONENT_SHARE: f32 = 0.12;
/// Holes smaller than this share of the foreground's area are filled.
const MAX_HOLE_SHARE: f32 = 0.04;

/// A 4-connected component.
pub(super) struct Component {
    /// Indices of its pixels in the mask's values.
    pub(super) pixels: Vec<usize>,
    /// Whether a pixel lies on the mask's edge.
    touches_edge: bool,
}

/// Finds the 4-connected components of the pixels whose index satisfies `is_member`, in a mask of
/// `[width, height]` pixels.
pub(super) fn connected_components(
    [width, height]: [usize; 2],
    is_member: impl Fn(usize) -> bool,
) -> Vec<Component> {
    let mut is_labelled = vec![false; width * height];
    let mut components = Vec::new();
    for start in 0..width * height {
        if is_labelled[start] || !is_member(start) {
            continue;
        }
        is_labelled[start] = true;
        let mut pixels = vec![start];
        let mut touches_edge = false;
        let mut next = 0;
        while next < pixels.len() {
            let index = pixels[next];
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
                if !is_labelled[neighbour] && is_member(neighbour) {
                    is_labelled[neighbour] = true;
                    pixels.push(neighbour);
                }
            }
        }
        components.push(Component {
            pixels,
            touches_edge,
        });
    }
    components
}

/// Sums a component's pixels, weighted from 1.2 at the expected centre of the garment down to 0.2.
fn central_area(component: &Component, squared_distances: &[f32]) -> f32 {
    let weight = |&index: &usize| 1.2 - squared_distances[index].min(1.0);
    component.pixels.iter().map(weight).sum()
}

/// Removes small components from a mask of foreground probabilities and fills small holes. Returns the number
/// of components left. `squared_distances` are those of
/// [`SpatialPrior`](super::spatial_prior::SpatialPrior::squared_distances).
pub(super) fn clean_mask(foreground: &mut Plane, squared_distances: &[f32]) -> usize {
    let size = [foreground.width, foreground.height];
    let components = connected_components(size, |index| foreground.values[index] >= 0.5);
    let central_areas: Vec<f32> = components
        .iter()
        .map(|component| central_area(component, squared_distances))
        .collect();
    let largest = central_areas.iter().copied().fold(0.0, f32::max);
    let mut kept = 0;
    let mut area = 0;
    for (component, central_area) in components.iter().zip(central_areas) {
        if central_area >= MIN_COMPONENT_SHARE * largest {
            kept += 1;
            area += component.pixels.len();
        } else {
            for &index in &component.pixels {
                foreground.values[index] = 0.0;
            }
        }
    }
    let holes = connected_components(size, |index| foreground.values[index] < 0.5);
    for hole in holes {
        if !hole.touches_edge && (hole.pixels.len() as f32) < MAX_HOLE_SHARE * area as f32 {
            for index in hole.pixels {
                foreground.values[index] = 1.0;
            }
        }
    }
    kept
}
