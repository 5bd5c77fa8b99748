//! Views of a cutout, drawn for training.

use rand::Rng;

use thimble::photo::View;

/// A view that differs from the one that photos are judged by, `jitter` times as much as usual.
pub(super) fn view(jitter: f64, generator: &mut impl Rng) -> View {
    let plain = View::default();
    let jitter = jitter as f32;
    let mut spread = |reach: f32| jitter * generator.random_range(-reach..=reach);
    let angle = spread(0.2);
    let fill = plain.fill * (spread(0.14) - 0.03 * jitter).exp();
    let stretch = spread(0.2).exp();
    let shift = [spread(2.0), spread(2.0)];
    let threshold = plain.threshold + spread(0.3);
    let floor = (plain.floor + spread(0.15)).max(0.0);
    let gamma = spread(0.5).exp();
    View {
        angle,
        fill,
        stretch,
        shift,
        threshold,
        floor,
        gamma,
        mirror: generator.random(),
        surroundings: if generator.random_bool(0.7) {
            0.0
        } else {
            generator.random()
        },
        invert: generator.random_bool(0.85),
    }
}
