//! Traces the outline of a mask by marching squares.

use super::Plane;

/// Isovalue: the foreground probability on the outline.
const ISOVALUE: f32 = 0.5;
/// Three points are collinear if their triangle has at most half this area, in square pixels of the mask.
const COLLINEAR_TOLERANCE: f32 = 1e-3;

/// Traces closed polygons around the areas where a mask is at least 0.5. Points are `[x, y]` in pixels of the
/// mask, clipped to it, in clockwise order around areas and anticlockwise around holes.
pub(super) fn outline(mask: &Plane) -> Vec<Vec<[f32; 2]>> {
    let grid = Grid { mask };
    let mut next = grid.next_edges();
    let mut polygons = Vec::new();
    for start in 0..next.len() {
        let mut polygon = Vec::new();
        let mut edge = start;
        // Each edge belongs to one polygon: taking it out of the table marks it as visited.
        while let Some(following) = next[edge].take() {
            polygon.push(grid.crossing(edge));
            edge = following as usize;
        }
        let polygon = without_collinear_points(polygon);
        if polygon.len() > 2 {
            polygons.push(polygon);
        }
    }
    polygons
}

/// The grid of marching squares: a node at the centre of each pixel of the mask, surrounded by nodes of 0.
/// Nodes are `[x, y]`.
struct Grid<'a> {
    mask: &'a Plane,
}

impl Grid<'_> {
    /// Nodes in a row.
    fn width(&self) -> usize {
        self.mask.width + 2
    }

    /// Rows of nodes.
    fn height(&self) -> usize {
        self.mask.height + 2
    }

    /// Returns a node's foreground probability.
    fn value(&self, [x, y]: [usize; 2]) -> f32 {
        let is_on_mask = (1..=self.mask.width).contains(&x) && (1..=self.mask.height).contains(&y);
        match is_on_mask {
            true => self.mask.values[(y - 1) * self.mask.width + x - 1],
            false => 0.0,
        }
    }

    /// Returns whether a node reaches the isovalue.
    fn is_inside(&self, node: [usize; 2]) -> bool {
        self.value(node) >= ISOVALUE
    }

    /// Returns the index of the edge from a node to its right (`down` = 0) or lower (`down` = 1) neighbour.
    fn edge(&self, [x, y]: [usize; 2], down: usize) -> usize {
        2 * (y * self.width() + x) + down
    }

    /// Returns, for each edge that an outline crosses, the edge that it crosses next.
    fn next_edges(&self) -> Vec<Option<u32>> {
        let mut next = vec![None; 2 * self.width() * self.height()];
        for y in 0..self.height() - 1 {
            for x in 0..self.width() - 1 {
                // Clockwise from the upper left corner, as are the edges from the upper one.
                let corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
                let inside = corners.map(|corner| self.is_inside(corner));
                if inside == [false; 4] || inside == [true; 4] {
                    continue;
                }
                let edges = [
                    self.edge([x, y], 0),
                    self.edge([x + 1, y], 1),
                    self.edge([x, y + 1], 0),
                    self.edge([x, y], 1),
                ];
                let ends = [0, 1, 2, 3].map(|side| [inside[side], inside[(side + 1) % 4]]);
                // Saddle: only two opposite corners are inside. The cell's mean decides whether they are
                // connected.
                let mean = corners.map(|corner| self.value(corner)).iter().sum::<f32>() / 4.0;
                let is_saddle = inside[0] == inside[2] && inside[1] == inside[3];
                let rotation = if is_saddle && mean > ISOVALUE { 1 } else { 3 };
                for side in 0..4 {
                    if ends[side] != [true, false] {
                        continue;
                    }
                    // Links the edge where the inside ends to the next one where it begins: clockwise through
                    // a connected saddle, anticlockwise otherwise.
                    let to = (1..4)
                        .map(|turns| (side + turns * rotation) % 4)
                        .find(|&other| ends[other] == [false, true]);
                    next[edges[side]] = to.map(|other| edges[other] as u32);
                }
            }
        }
        next
    }

    /// Returns the point where the outline crosses an edge, in pixels of the mask, by linear interpolation.
    fn crossing(&self, edge: usize) -> [f32; 2] {
        let node = [edge / 2 % self.width(), edge / 2 / self.width()];
        let down = edge % 2;
        let end = [node[0] + 1 - down, node[1] + down];
        let (from, to) = (self.value(node), self.value(end));
        let position = ((ISOVALUE - from) / (to - from)).clamp(0.0, 1.0);
        let coordinate = |axis: usize, length: usize| {
            let node_coordinate = node[axis] as f32 + position * (end[axis] - node[axis]) as f32;
            // Node 1 is the centre of the first pixel, at 0.5.
            (node_coordinate - 0.5).clamp(0.0, length as f32)
        };
        [
            coordinate(0, self.mask.width),
            coordinate(1, self.mask.height),
        ]
    }
}

/// Removes points that are collinear with the last kept point and the next one.
fn without_collinear_points(polygon: Vec<[f32; 2]>) -> Vec<[f32; 2]> {
    let mut kept: Vec<[f32; 2]> = Vec::with_capacity(polygon.len());
    for (index, &point) in polygon.iter().enumerate() {
        let before = kept.last().copied().unwrap_or(polygon[polygon.len() - 1]);
        let after = polygon[(index + 1) % polygon.len()];
        let cross = (point[0] - before[0]) * (after[1] - point[1])
            - (point[1] - before[1]) * (after[0] - point[0]);
        if cross.abs() > COLLINEAR_TOLERANCE {
            kept.push(point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a mask of 1 for `#` and 0 for other characters.
    fn mask(rows: &[&str]) -> Plane {
        let values = rows.iter().flat_map(|row| row.bytes());
        Plane {
            width: rows[0].len(),
            height: rows.len(),
            values: values
                .map(|byte| f32::from(u8::from(byte == b'#')))
                .collect(),
        }
    }

    /// Returns the signed area, positive for points in clockwise order (y points down).
    fn signed_area(polygon: &[[f32; 2]]) -> f32 {
        let pairs = polygon.iter().zip(polygon.iter().cycle().skip(1));
        pairs.map(|(a, b)| (a[0] * b[1] - b[0] * a[1]) / 2.0).sum()
    }

    #[test]
    fn outlines_run_clockwise_around_areas_and_anticlockwise_around_holes() {
        let polygons = outline(&mask(&[
            "......", ".####.", ".#..#.", ".#..#.", ".####.", "......",
        ]));
        let mut areas: Vec<f32> = polygons
            .iter()
            .map(|polygon| signed_area(polygon))
            .collect();
        areas.sort_by(f32::total_cmp);
        // Linear interpolation cuts an eighth of a square pixel off each corner.
        assert_eq!(areas, [-3.5, 15.5]);
        assert!(
            polygons.iter().all(|polygon| polygon.len() == 8),
            "{polygons:?}"
        );
    }

    #[test]
    fn outline_follows_the_edge_of_a_full_mask() {
        let polygons = outline(&mask(&["##", "##"]));
        assert_eq!(polygons.len(), 1);
        assert!(
            (signed_area(&polygons[0]) - 3.5).abs() < 1e-6,
            "{polygons:?}"
        );
    }

    #[test]
    fn saddle_is_connected_if_its_mean_is_inside() {
        assert_eq!(outline(&mask(&["#.", ".#"])).len(), 2);
        let mut joined = mask(&["#.", ".#"]);
        joined.values[1] = 0.3;
        joined.values[2] = 0.3;
        assert_eq!(outline(&joined).len(), 1);
    }

    #[test]
    fn empty_mask_has_no_outline() {
        assert!(outline(&mask(&["...", "..."])).is_empty());
    }
}
