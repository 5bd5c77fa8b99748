//! Drawn textures, which show nothing. Gradients, text, screens and polygons are left out: the evaluation draws those.

use std::f32::consts::TAU;

use rand::Rng;

use super::Example;
use super::synthetic::{SIDE, background_example};
use thimble::photo::Plane;

/// Draws a texture.
pub fn texture(generator: &mut impl Rng) -> Example {
    let texture = Texture::draw(generator);
    let noise = generator.random_range(0.0..12.0_f32);
    let pixel = |index: usize| {
        let place = [index % SIDE, index / SIDE].map(|place| place as f32 / SIDE as f32);
        texture.colour(place)
    };
    let rgb = (0..SIDE * SIDE)
        .flat_map(pixel)
        .map(|value| (value + generator.random_range(-noise..=noise)).round() as u8);
    background_example(rgb.collect())
}

/// A texture.
enum Texture {
    Plain([f32; 3]),
    /// Two colours in turns along a direction.
    Stripes([[f32; 3]; 2], [f32; 2]),
    /// Two colours in turns along both axes.
    Checks([[f32; 3]; 2], f32),
    /// Two colours mixed by smooth noise at several scales.
    Clouds([[f32; 3]; 2], Vec<Plane>),
    /// Blots of one colour on another: smooth noise at several scales, above or below a bound.
    Blots([[f32; 3]; 2], Vec<Plane>),
    /// Bands of two colours whose edges are waves.
    Waves([[f32; 3]; 2], [Wave; 2]),
    /// A grid of dots of one colour on another.
    Dots([[f32; 3]; 2], Dots),
    /// Curves of one width on a colour, drawn as discs that overlap.
    Scribbles([f32; 3], Vec<Stroke>),
    /// Rounded shapes on a colour, the later on top.
    Shapes([f32; 3], Vec<Shape>),
}

/// A sine over a picture of side 1.
struct Wave {
    /// Periods along each axis.
    periods: [f32; 2],
    /// Its phase in radians.
    phase: f32,
}

impl Wave {
    fn draw(generator: &mut impl Rng) -> Self {
        Self {
            periods: [(); 2].map(|()| generator.random_range(-12.0..12.0)),
            phase: generator.random_range(0.0..TAU),
        }
    }

    fn value(&self, [x, y]: [f32; 2]) -> f32 {
        (TAU * (x * self.periods[0] + y * self.periods[1]) + self.phase).sin()
    }
}

/// A grid of discs over a picture of side 1.
struct Dots {
    /// Discs along a unit, times the cosine and the sine of the grid's angle.
    axis: [f32; 2],
    /// Radius of a disc as a share of the grid's pitch.
    radius: f32,
}

impl Dots {
    fn draw(generator: &mut impl Rng) -> Self {
        let (sine, cosine) = generator.random_range(0.0..TAU).sin_cos();
        let count = generator.random_range(2.0..20.0_f32);
        Self {
            axis: [cosine * count, sine * count],
            radius: generator.random_range(0.15..0.5),
        }
    }

    fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let [cosine, sine] = self.axis;
        let from_centre = |along: f32| along.rem_euclid(1.0) - 0.5;
        let across = from_centre(cosine * x + sine * y);
        across.hypot(from_centre(cosine * y - sine * x)) < self.radius
    }
}

/// A curve over a picture of side 1.
struct Stroke {
    colour: [f32; 3],
    radius: f32,
    points: Vec<[f32; 2]>,
}

impl Stroke {
    fn draw(generator: &mut impl Rng) -> Self {
        let radius = generator.random_range(0.006..0.05_f32);
        let bend = generator.random_range(0.02..0.4_f32);
        let mut point: [f32; 2] = generator.random();
        let mut direction = generator.random_range(0.0..TAU);
        let colour = colour(generator);
        let points = (0..generator.random_range(8..40)).map(|_| {
            direction += generator.random_range(-bend..=bend);
            point = [
                point[0] + radius * direction.cos(),
                point[1] + radius * direction.sin(),
            ];
            point
        });
        Self {
            colour,
            radius,
            points: points.collect(),
        }
    }

    fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let is_near = |point: &[f32; 2]| (x - point[0]).hypot(y - point[1]) < self.radius;
        self.points.iter().any(is_near)
    }
}

/// A superellipse (Lamé, 1818), filled or a ring.
struct Shape {
    colour: [f32; 3],
    centre: [f32; 2],
    radii: [f32; 2],
    sin_cos: [f32; 2],
    /// 1 for a rhombus, 2 for an ellipse, more for a rounded rectangle.
    exponent: f32,
    is_ring: bool,
}

impl Shape {
    fn draw(generator: &mut impl Rng) -> Self {
        let (sine, cosine) = generator.random_range(0.0..std::f32::consts::PI).sin_cos();
        Self {
            colour: colour(generator),
            centre: [(); 2].map(|()| generator.random_range(0.2..0.8)),
            radii: [(); 2].map(|()| generator.random_range(0.05..0.45)),
            sin_cos: [sine, cosine],
            exponent: generator.random_range(1.3..4.0),
            is_ring: generator.random_bool(0.3),
        }
    }

    fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let (x, y) = (x - self.centre[0], y - self.centre[1]);
        let [sine, cosine] = self.sin_cos;
        let along = [cosine * x + sine * y, cosine * y - sine * x];
        let power = |axis: usize| (along[axis] / self.radii[axis]).abs().powf(self.exponent);
        let distance = power(0) + power(1);
        distance < 1.0 && (!self.is_ring || distance > 0.5)
    }
}

/// Draws a colour, each channel 0 to 255.
fn colour(generator: &mut impl Rng) -> [f32; 3] {
    core::array::from_fn(|_| generator.random_range(0.0..255.0))
}

impl Texture {
    fn draw(generator: &mut impl Rng) -> Self {
        let colours = [colour(generator), colour(generator)];
        match generator.random_range(0..10) {
            0 => Self::Plain(colours[0]),
            1 => {
                let angle = generator.random_range(0.0..std::f32::consts::PI);
                let count = generator.random_range(2.0..30.0_f32);
                Self::Stripes(colours, [angle.cos() * count, angle.sin() * count])
            }
            2 => Self::Checks(colours, generator.random_range(2.0..20.0)),
            3 => Self::Clouds(colours, noise(&[3, 7, 15, 40], generator)),
            4 => {
                let first = generator.random_range(0..3);
                Self::Blots(colours, noise(&[3, 5, 9, 17][first..], generator))
            }
            5 => Self::Waves(colours, [(); 2].map(|()| Wave::draw(generator))),
            6 => Self::Dots(colours, Dots::draw(generator)),
            7 => {
                let count = generator.random_range(1..8);
                Self::Scribbles(
                    colours[0],
                    (0..count).map(|_| Stroke::draw(generator)).collect(),
                )
            }
            _ => {
                let count = generator.random_range(1..5);
                Self::Shapes(
                    colours[0],
                    (0..count).map(|_| Shape::draw(generator)).collect(),
                )
            }
        }
    }

    /// Returns red, green and blue, 0 to 255, at a place from (0, 0) to (1, 1).
    fn colour(&self, [x, y]: [f32; 2]) -> [f32; 3] {
        let mix = |colours: &[[f32; 3]; 2], share: f32| -> [f32; 3] {
            core::array::from_fn(|channel| {
                colours[0][channel] + share * (colours[1][channel] - colours[0][channel])
            })
        };
        let side = |value: f32| f32::from(u8::from(value.floor().rem_euclid(2.0) == 1.0));
        match self {
            Self::Plain(colour) => *colour,
            Self::Stripes(colours, [across, down]) => mix(colours, side(x * across + y * down)),
            Self::Checks(colours, count) => mix(colours, (side(x * count) - side(y * count)).abs()),
            Self::Clouds(colours, planes) => mix(colours, mean(planes, [x, y])),
            Self::Blots(colours, planes) => {
                mix(colours, f32::from(u8::from(mean(planes, [x, y]) < 0.5)))
            }
            Self::Waves(colours, [first, second]) => {
                let sum = first.value([x, y]) + second.value([x, y]);
                mix(colours, f32::from(u8::from(sum < 0.0)))
            }
            Self::Dots(colours, dots) => mix(colours, f32::from(u8::from(dots.contains([x, y])))),
            Self::Scribbles(ground, strokes) => {
                let on_top = strokes.iter().rfind(|stroke| stroke.contains([x, y]));
                on_top.map_or(*ground, |stroke| stroke.colour)
            }
            Self::Shapes(ground, shapes) => {
                let on_top = shapes.iter().rfind(|shape| shape.contains([x, y]));
                on_top.map_or(*ground, |shape| shape.colour)
            }
        }
    }
}

/// Draws planes of noise, 0 to 1, with these sides in pixels.
fn noise(sides: &[usize], generator: &mut impl Rng) -> Vec<Plane> {
    let plane = |&side: &usize| Plane {
        width: side,
        height: side,
        values: (0..side * side).map(|_| generator.random()).collect(),
    };
    sides.iter().map(plane).collect()
}

/// Returns the mean of planes at a place from (0, 0) to (1, 1).
fn mean(planes: &[Plane], [x, y]: [f32; 2]) -> f32 {
    let at = |plane: &Plane| plane.sample(x * plane.width as f32, y * plane.height as f32);
    planes.iter().map(at).sum::<f32>() / planes.len() as f32
}
