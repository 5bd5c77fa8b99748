//! What the network for garments sees of a garment.

use super::{ColourImage, PartMap, PartWindow, RotatedBox};
use crate::network::GarmentStages;
use crate::parts::PARTS;

/// Side of the input in pixels.
const SIDE: usize = GarmentStages::SIDES[0];

/// A garment in a photo, in pixels of the photo that is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GarmentPlace {
    /// The garment's box.
    pub garment: RotatedBox,
    /// Left, top, right and bottom of the photo. Beyond them its edge continues.
    pub photo: [f32; 4],
}

/// How a garment is shown to the network: the default shows all of it upright, with a little of what is around it.
/// Others augment the training data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GarmentView {
    /// Margin around the garment's bounds that belongs to its box, as a share of their longer side.
    pub margin: f32,
    /// Side of the view, as a multiple of the box's longer side.
    pub zoom: f32,
    /// Shift of the view to the right and down, as a share of its side.
    pub shift: [f32; 2],
    /// Rotation of the view in radians, clockwise.
    pub angle: f32,
    /// Factor on the view's height over its width, at constant area: more than 1 makes the garment wider.
    pub stretch: f32,
    /// Whether left and right are swapped.
    pub mirror: bool,
}

impl Default for GarmentView {
    fn default() -> Self {
        Self {
            margin: 0.15,
            zoom: 1.1,
            shift: [0.0; 2],
            angle: 0.0,
            stretch: 1.0,
            mirror: false,
        }
    }
}

impl GarmentView {
    /// Renders the network's input `[64, 64, 16]`: red, green and blue, 0 to 1, the probabilities of the ten parts,
    /// whether the pixel is in the garment's box, whether it is on the photo, and the probability that it shows the
    /// garment.
    ///
    /// `mask` returns this probability at a point of the photo, and `change` may change the colours of the view, 0 to 1.
    pub fn render(
        &self,
        place: &GarmentPlace,
        parts: &PartMap,
        photo: &ColourImage,
        mask: impl Fn([f32; 2]) -> f32,
        change: impl FnOnce(&mut [f32]),
    ) -> Vec<f32> {
        let (window, [left, top, right, bottom]) = self.window(&place.garment);
        let [photo_left, photo_top, photo_right, photo_bottom] = place.photo;
        let on_photo = |[x, y]: [f32; 2]| {
            [
                x.clamp(photo_left, photo_right),
                y.clamp(photo_top, photo_bottom),
            ]
        };
        let mut colours = window.render_within(SIDE, photo, place.photo);
        change(&mut colours);
        let mut input = Vec::with_capacity(SIDE * SIDE * GarmentStages::CHANNELS);
        for (index, colour) in colours.as_chunks::<3>().0.iter().enumerate() {
            let [u, v] =
                [index % SIDE, index / SIDE].map(|place| (place as f32 + 0.5) / SIDE as f32);
            let point = window.to_photo([u, v]);
            let nearest = on_photo(point);
            let is_in_box = (left..right).contains(&u) && (top..bottom).contains(&v);
            let is_on_photo = nearest == point;
            input.extend(colour);
            input.extend::<[f32; PARTS]>(parts.probabilities(nearest));
            input.extend([is_in_box, is_on_photo].map(|flag| f32::from(u8::from(flag))));
            input.push(if is_on_photo { mask(point) } else { 0.0 });
        }
        input
    }

    /// Returns what the network sees of a garment, in pixels of the photo that is sampled.
    pub(crate) fn shown(&self, garment: &RotatedBox) -> RotatedBox {
        let (window, _) = self.window(garment);
        let [sine, cosine] = window.sin_cos;
        RotatedBox {
            cx: window.centre[0],
            cy: window.centre[1],
            width: window.size[0],
            height: window.size[1],
            angle: sine.atan2(cosine).to_degrees(),
        }
    }

    /// Returns the window around a garment, and the garment's box within it: its edges left, top, right and bottom,
    /// where the window's run from 0 to 1.
    fn window(&self, garment: &RotatedBox) -> (PartWindow, [f32; 4]) {
        let margin = self.margin * garment.longer_side();
        let [width, height] = [garment.width, garment.height].map(|side| side + margin);
        let side = self.zoom * width.max(height);
        let (sine, cosine) = (garment.angle.to_radians() + self.angle).sin_cos();
        let window = PartWindow {
            centre: [
                garment.cx + self.shift[0] * side,
                garment.cy + self.shift[1] * side,
            ],
            size: [side / self.stretch, side * self.stretch],
            sin_cos: [sine, cosine],
            mirror: self.mirror,
        };
        let [u, v] = window.from_photo([garment.cx, garment.cy]);
        let half = [width / window.size[0] / 2.0, height / window.size[1] / 2.0];
        let edges = [u - half[0], v - half[1], u + half[0], v + half[1]];
        (window, edges)
    }
}

/// Swaps left and right of an input `[64, 64, 16]`.
pub(crate) fn mirrored_input(input: &[f32]) -> Vec<f32> {
    let (pixels, _) = input.as_chunks::<{ GarmentStages::CHANNELS }>();
    let mut mirrored = Vec::with_capacity(input.len());
    for row in pixels.chunks_exact(SIDE) {
        for pixel in row.iter().rev() {
            mirrored.extend_from_slice(pixel);
        }
    }
    mirrored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::Part;

    #[test]
    fn an_input_shows_colours_parts_and_flags() {
        let is_bag = |index: usize| (8..24).contains(&(index % 32));
        let logits = (0..32 * 32).flat_map(|index| {
            Part::ALL.map(|part| match (part, is_bag(index)) {
                (Part::Bag, true) | (Part::Background, false) => 20.0,
                _ => 0.0,
            })
        });
        let logits: Vec<f32> = logits.collect();
        let size = [100, 100];
        let parts = PartMap::from_logits(&logits, PartWindow::whole(size)).unwrap();
        let place = GarmentPlace {
            garment: RotatedBox {
                cx: 50.0,
                cy: 50.0,
                width: 50.0,
                height: 100.0,
                angle: 0.0,
            },
            photo: [0.0, 0.0, 100.0, 100.0],
        };
        let view = GarmentView {
            mirror: true,
            ..GarmentView::default()
        };
        let rgb = (0..100 * 100).flat_map(|index| [(index % 100) as u8, 0, 255]);
        let photo = ColourImage::new([100, 100], rgb.collect());
        let mask = |[x, _]: [f32; 2]| x / 100.0;
        let input = view.render(&place, &parts, &photo, mask, |_| {});
        let (pixels, rest) = input.as_chunks::<{ GarmentStages::CHANNELS }>();
        assert_eq!((pixels.len(), rest.len()), (SIDE * SIDE, 0));
        let middle = &pixels[SIDE / 2 * SIDE + SIDE / 2];
        assert!((middle[0] * 255.0 - 50.0).abs() < 2.0, "{middle:?}");
        assert!(middle[3 + Part::Bag.index()] > 0.99);
        assert_eq!(middle[13..15], [1.0; 2]);
        assert!((middle[15] - 0.5).abs() < 0.02, "{middle:?}");
        // The view is wider than the photo, whose edge continues.
        let left = &pixels[SIDE / 2 * SIDE];
        assert!((left[0] * 255.0 - 99.0).abs() < 1e-3, "{left:?}");
        assert!(left[3 + Part::Background.index()] > 0.99);
        assert_eq!(left[13..], [0.0; 3]);
    }

    #[test]
    fn a_mirrored_input_is_that_of_the_mirrored_view() {
        let size = [40, 30];
        let logits: Vec<f32> = (0..32 * 32 * PARTS)
            .map(|index| (index * 7 % 13) as f32 / 4.0)
            .collect();
        let parts = PartMap::from_logits(&logits, PartWindow::whole(size)).unwrap();
        let rgb = (0..40 * 30 * 3).map(|index| (index * 31 % 256) as u8);
        let photo = ColourImage::new(size, rgb.collect());
        let place = GarmentPlace {
            garment: RotatedBox {
                cx: 18.0,
                cy: 14.0,
                width: 21.0,
                height: 17.0,
                angle: 5.0,
            },
            photo: [0.0, 0.0, 40.0, 30.0],
        };
        let view = GarmentView {
            angle: 0.1,
            ..GarmentView::default()
        };
        let mask = |[x, y]: [f32; 2]| (x + 2.0 * y) / 120.0;
        let plain = view.render(&place, &parts, &photo, mask, |_| {});
        let mirrored = GarmentView {
            mirror: true,
            ..view
        };
        let mirrored = mirrored.render(&place, &parts, &photo, mask, |_| {});
        for (a, b) in mirrored_input(&plain).iter().zip(&mirrored) {
            assert!((a - b).abs() < 1e-3, "{a} {b}");
        }
    }
}
