//! Drawn pictures that show no clothes, to see whether a network is confident of them. Training never draws any of these
//! families.

use rand::Rng;

/// Side of a picture in pixels.
pub const DRAWN_SIDE: usize = 256;

/// A family of drawn pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawnFamily {
    /// Linear and radial gradients of two or three colours.
    Gradients,
    /// Windows of a made-up screen, with bars, buttons and lines of text.
    Screens,
    /// Convex polygons and rectangles of one colour, and thick lines.
    Polygons,
}

type Colour = [u8; 3];

impl DrawnFamily {
    /// All families.
    pub const ALL: [Self; 3] = [Self::Gradients, Self::Screens, Self::Polygons];

    /// Draws a picture of 256x256 pixels as RGBA.
    pub fn draw(self, generator: &mut impl Rng) -> Vec<u8> {
        let mut canvas = Canvas::filled(colour(generator));
        match self {
            Self::Gradients => gradient(&mut canvas, generator),
            Self::Screens => screen(&mut canvas, generator),
            Self::Polygons => polygons(&mut canvas, generator),
        }
        canvas
            .pixels
            .iter()
            .flat_map(|&[red, green, blue]| [red, green, blue, 255])
            .collect()
    }
}

struct Canvas {
    pixels: Vec<Colour>,
}

impl Canvas {
    fn filled(colour: Colour) -> Self {
        Self {
            pixels: vec![colour; DRAWN_SIDE * DRAWN_SIDE],
        }
    }

    /// Colours the pixels whose centre, 0 to 1 along each axis, is inside.
    fn fill(&mut self, colour: Colour, is_inside: impl Fn([f32; 2]) -> bool) {
        for (index, pixel) in self.pixels.iter_mut().enumerate() {
            if is_inside(place(index)) {
                *pixel = colour;
            }
        }
    }

    fn rectangle(&mut self, colour: Colour, [left, top, right, bottom]: [f32; 4]) {
        self.fill(colour, |[x, y]| {
            (left..right).contains(&x) && (top..bottom).contains(&y)
        });
    }
}

fn place(index: usize) -> [f32; 2] {
    [index % DRAWN_SIDE, index / DRAWN_SIDE].map(|at| (at as f32 + 0.5) / DRAWN_SIDE as f32)
}

fn colour(generator: &mut impl Rng) -> Colour {
    generator.random()
}

/// A light or dark grey, or any colour.
fn usual_colour(generator: &mut impl Rng) -> Colour {
    match generator.random_range(0..3) {
        0 => [generator.random_range(230..=255); 3],
        1 => [generator.random_range(0..60); 3],
        _ => colour(generator),
    }
}

fn gradient(canvas: &mut Canvas, generator: &mut impl Rng) {
    let stops: Vec<Colour> = (0..generator.random_range(2..=3))
        .map(|_| colour(generator))
        .collect();
    let is_radial = generator.random_bool(0.4);
    let centre: [f32; 2] = [generator.random(), generator.random()];
    let (sine, cosine) = generator.random_range(0.0..std::f32::consts::TAU).sin_cos();
    for (index, pixel) in canvas.pixels.iter_mut().enumerate() {
        let [x, y] = place(index);
        let along = match is_radial {
            true => (x - centre[0]).hypot(y - centre[1]),
            false => 0.5 + (cosine * (x - 0.5) + sine * (y - 0.5)) / 1.42,
        };
        let along = along.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
        let first = (along as usize).min(stops.len() - 2);
        let share = along - first as f32;
        *pixel = core::array::from_fn(|channel| {
            let [from, to] = [stops[first], stops[first + 1]].map(|stop| f32::from(stop[channel]));
            (from + share * (to - from)).round() as u8
        });
    }
}

fn screen(canvas: &mut Canvas, generator: &mut impl Rng) {
    canvas.rectangle(usual_colour(generator), [0.0, 0.0, 1.0, 1.0]);
    for _ in 0..generator.random_range(1..4) {
        let left = generator.random_range(-0.1..0.5);
        let top = generator.random_range(-0.1..0.5);
        let right = left + generator.random_range(0.3..0.9);
        let bottom = top + generator.random_range(0.3..0.9);
        canvas.rectangle(usual_colour(generator), [left, top, right, bottom]);
        let bar = generator.random_range(0.02..0.08);
        canvas.rectangle(usual_colour(generator), [left, top, right, top + bar]);
        let ink = usual_colour(generator);
        let height = generator.random_range(0.008..0.03);
        let mut line = top + bar + height;
        while line + height < bottom {
            // Words of random lengths.
            let mut word = left + 0.02;
            let end = left + (right - left) * generator.random_range(0.3..1.0);
            while word < end {
                let length = generator.random_range(0.01..0.09_f32).min(end - word);
                canvas.rectangle(ink, [word, line, word + length, line + height]);
                word += length + height;
            }
            line += 2.0 * height;
        }
        if generator.random_bool(0.5) {
            let (x, y) = (left + generator.random_range(0.0..0.2), bottom - 0.1);
            canvas.rectangle(usual_colour(generator), [x, y, x + 0.2, y + 0.06]);
        }
    }
}

fn polygons(canvas: &mut Canvas, generator: &mut impl Rng) {
    canvas.rectangle(usual_colour(generator), [0.0, 0.0, 1.0, 1.0]);
    for _ in 0..generator.random_range(1..4) {
        let fill = colour(generator);
        let centre: [f32; 2] = [0, 1].map(|_| generator.random_range(0.25..0.75));
        let angle = generator.random_range(0.0..std::f32::consts::TAU);
        let radius = generator.random_range(0.1..0.45_f32);
        let sides: Vec<(f32, f32, f32)> = match generator.random_range(0..3) {
            // A rectangle or a thick line: half planes in opposite pairs.
            0 => {
                let other = generator.random_range(0.02..0.4);
                let quarter = std::f32::consts::FRAC_PI_2;
                (0..4)
                    .map(|side| {
                        let (sine, cosine) = (angle + side as f32 * quarter).sin_cos();
                        (cosine, sine, if side % 2 == 0 { radius } else { other })
                    })
                    .collect()
            }
            _ => {
                let count = generator.random_range(3..7);
                (0..count)
                    .map(|side| {
                        let turn = side as f32 / count as f32 * std::f32::consts::TAU;
                        let (sine, cosine) = (angle + turn).sin_cos();
                        (cosine, sine, radius * generator.random_range(0.5..1.0))
                    })
                    .collect()
            }
        };
        canvas.fill(fill, |[x, y]| {
            let (x, y) = (x - centre[0], y - centre[1]);
            sides
                .iter()
                .all(|(across, down, reach)| across * x + down * y < *reach)
        });
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn every_family_draws_more_than_one_colour() {
        for family in DrawnFamily::ALL {
            for seed in 0..20 {
                let picture = family.draw(&mut ChaCha8Rng::seed_from_u64(seed));
                assert_eq!(picture.len(), 4 * DRAWN_SIDE * DRAWN_SIDE);
                let (pixels, _) = picture.as_chunks::<4>();
                assert!(
                    pixels.iter().any(|pixel| *pixel != pixels[0]),
                    "{family:?} {seed}"
                );
            }
        }
    }
}
