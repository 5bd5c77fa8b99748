//! Vectors of 128 bits, in wasm's instructions, x86-64's, or plain Rust: four lanes of 32 bits, or
//! sixteen of 8.

#[cfg(any(test, not(any(target_arch = "wasm32", target_arch = "x86_64"))))]
mod plain;
#[cfg(not(target_arch = "wasm32"))]
mod plain_floats;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(not(any(target_arch = "wasm32", target_arch = "x86_64")))]
pub(super) use plain::Integers;
#[cfg(not(target_arch = "wasm32"))]
pub(super) use plain_floats::Floats;
#[cfg(target_arch = "wasm32")]
pub(super) use wasm::{Floats, Integers};
#[cfg(target_arch = "x86_64")]
pub(super) use x86::Integers;

/// Lanes of 32 bits.
pub(super) const LANES: usize = 4;
/// Products that each of them sums up in a dot product.
pub(super) const PRODUCTS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums of products at both ends of what weights and activations may be, with the sign bit of
    /// every byte set and not.
    #[test]
    fn dot_products_are_those_of_plain_rust() {
        let weights: [i8; 16] = [
            127, -127, 127, 127, -127, -127, -127, -127, 0, 1, -1, 64, 5, -77, 127, -1,
        ];
        for values in [[127_u8; 4], [0; 4], [1, 127, 0, 63], [126, 3, 127, 127]] {
            // SAFETY: the arrays have as many bytes as are read.
            let (found, expected) = unsafe {
                let (weights, values) = (weights.as_ptr(), values.as_ptr());
                let dot = Integers::load(weights).dot(Integers::repeated(values), Integers::zero());
                let dot = Integers::load(weights).dot(Integers::repeated(values), dot);
                let plain = plain::Integers::load(weights);
                let other = plain::Integers::repeated(values);
                let plain = plain.dot(other, plain.dot(other, plain::Integers::zero()));
                (dot, plain)
            };
            let of = |floats: Floats| {
                let mut values = [f32::NAN; LANES];
                floats.store(&mut values);
                values
            };
            let by_hand: [f32; LANES] = core::array::from_fn(|lane| {
                let pairs = weights[lane * 4..].iter().zip(values);
                2.0 * pairs
                    .map(|(&a, b)| f32::from(a) * f32::from(b))
                    .sum::<f32>()
            });
            assert_eq!(of(expected.to_floats()), by_hand);
            assert_eq!(of(found.to_floats()), by_hand);
            let zero = Integers::zero();
            assert_eq!(of(found.max(zero).to_floats()), by_hand.map(|x| x.max(0.0)));
            let zero = plain::Integers::zero();
            assert_eq!(
                of(expected.max(zero).to_floats()),
                by_hand.map(|x| x.max(0.0))
            );
        }
    }
}
