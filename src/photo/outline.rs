//! The outline of a mask, by marching squares.

use super::Plane;

/// Inside is what is likelier garment than not.
const LEVEL: f32 = 0.5;
/// Three points whose triangle has less than twice this area (in pixels of the mask) are on a line.
const FLAT: f32 = 1e-3;

/// The closed lines around where a mask is at least 0.5, in its pixels: each as points in turn,
/// clockwise around the inside, so anticlockwise around a hole. They stay within the mask.
pub(super) fn outline(mask: &Plane) -> Vec<Vec<[f32; 2]>> {
    let grid = Grid { mask };
    let mut next = grid.steps();
    let mut lines = Vec::new();
    for start in 0..next.len() {
        let mut line = Vec::new();
        let mut edge = start;
        // Every edge is passed once: taken out of the table as it is.
        while let Some(following) = next[edge].take() {
            line.push(grid.crossing(edge));
            edge = following as usize;
        }
        let line = without_straight_ones(line);
        if line.len() > 2 {
            lines.push(line);
        }
    }
    lines
}

/// The mask's pixels as nodes of a grid, with nodes of 0 all around them.
struct Grid<'a> {
    mask: &'a Plane,
}

impl Grid<'_> {
    /// Nodes in a row.
    fn width(&self) -> usize {
        self.mask.width + 2
    }

    fn height(&self) -> usize {
        self.mask.height + 2
    }

    fn value(&self, [x, y]: [usize; 2]) -> f32 {
        let is_inside = (1..=self.mask.width).contains(&x) && (1..=self.mask.height).contains(&y);
        match is_inside {
            true => self.mask.values[(y - 1) * self.mask.width + x - 1],
            false => 0.0,
        }
    }

    fn is_in(&self, node: [usize; 2]) -> bool {
        self.value(node) >= LEVEL
    }

    /// The number of the edge from a node to the right (0) or down (1).
    fn edge(&self, [x, y]: [usize; 2], down: usize) -> usize {
        2 * (y * self.width() + x) + down
    }

    /// For each edge that a line crosses, the one that it crosses next.
    fn steps(&self) -> Vec<Option<u32>> {
        let mut next = vec![None; 2 * self.width() * self.height()];
        for y in 0..self.height() - 1 {
            for x in 0..self.width() - 1 {
                // Clockwise from the upper left one.
                let corners = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]];
                let inside = corners.map(|corner| self.is_in(corner));
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
                // Where two corners opposite each other are inside, their mean says whether they meet.
                let mean = corners.map(|corner| self.value(corner)).iter().sum::<f32>() / 4.0;
                let is_saddle = inside[0] == inside[2] && inside[1] == inside[3];
                let step = if is_saddle && mean > LEVEL { 1 } else { 3 };
                for side in 0..4 {
                    if ends[side] != [true, false] {
                        continue;
                    }
                    // From where it goes out to where it comes in, whether that lies on or back.
                    let to = (1..4)
                        .map(|by| (side + by * step) % 4)
                        .find(|&other| ends[other] == [false, true]);
                    next[edges[side]] = to.map(|other| edges[other] as u32);
                }
            }
        }
        next
    }

    /// Where an edge is crossed, in the mask's pixels.
    fn crossing(&self, edge: usize) -> [f32; 2] {
        let node = [edge / 2 % self.width(), edge / 2 / self.width()];
        let down = edge % 2;
        let other = [node[0] + 1 - down, node[1] + down];
        let (from, to) = (self.value(node), self.value(other));
        let share = ((LEVEL - from) / (to - from)).clamp(0.0, 1.0);
        let along = |axis: usize, length: usize| {
            let place = node[axis] as f32 + share * (other[axis] - node[axis]) as f32;
            // The first pixel's middle is node 1.
            (place - 0.5).clamp(0.0, length as f32)
        };
        [along(0, self.mask.width), along(1, self.mask.height)]
    }
}

/// Leaves out points that lie on a line between the one before and the one after.
fn without_straight_ones(line: Vec<[f32; 2]>) -> Vec<[f32; 2]> {
    let mut kept: Vec<[f32; 2]> = Vec::with_capacity(line.len());
    for (index, &point) in line.iter().enumerate() {
        let before = kept.last().copied().unwrap_or(line[line.len() - 1]);
        let after = line[(index + 1) % line.len()];
        let cross = (point[0] - before[0]) * (after[1] - point[1])
            - (point[1] - before[1]) * (after[0] - point[0]);
        if cross.abs() > FLAT {
            kept.push(point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Positive where the points go clockwise, y being down.
    fn area(line: &[[f32; 2]]) -> f32 {
        let pairs = line.iter().zip(line.iter().cycle().skip(1));
        pairs.map(|(a, b)| (a[0] * b[1] - b[0] * a[1]) / 2.0).sum()
    }

    #[test]
    fn a_square_has_one_line_around_it_and_a_hole_has_one_the_other_way() {
        let lines = outline(&mask(&[
            "......", ".####.", ".#..#.", ".#..#.", ".####.", "......",
        ]));
        let mut areas: Vec<f32> = lines.iter().map(|line| area(line)).collect();
        areas.sort_by(f32::total_cmp);
        // The corners are cut by an eighth of a pixel each.
        assert_eq!(areas, [-3.5, 15.5]);
        assert!(lines.iter().all(|line| line.len() == 8), "{lines:?}");
    }

    #[test]
    fn a_mask_up_to_the_edge_is_closed_along_it() {
        let lines = outline(&mask(&["##", "##"]));
        assert_eq!(lines.len(), 1);
        assert!((area(&lines[0]) - 3.5).abs() < 1e-6, "{lines:?}");
    }

    #[test]
    fn corners_that_touch_are_apart_unless_their_middle_is_inside() {
        assert_eq!(outline(&mask(&["#.", ".#"])).len(), 2);
        let mut joined = mask(&["#.", ".#"]);
        joined.values[1] = 0.3;
        joined.values[2] = 0.3;
        assert_eq!(outline(&joined).len(), 1);
    }

    #[test]
    fn nothing_has_no_outline() {
        assert!(outline(&mask(&["...", "..."])).is_empty());
    }
}
