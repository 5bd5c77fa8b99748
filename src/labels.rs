//! The ten classes of Fashion-MNIST.

/// Number of classes, and of the logits that a network returns for one input.
pub const CLASSES: usize = 10;

/// Names of the classes, in the order of Fashion-MNIST's labels 0 to 9.
pub const LABELS: [&str; CLASSES] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// Number of [kinds](OtherKind) beyond the ten classes.
pub const OTHER_KINDS: usize = 6;

/// Kinds of garments beyond the ten classes, which the network for garments in photos tells apart so that none of them
/// passes for one of the ten. They are in the order of its outputs, after the ten classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OtherKind {
    /// Shorts.
    Shorts,
    /// A skirt.
    Skirt,
    /// A hat or a cap.
    Hat,
    /// Shoes that are neither sandals nor sneakers nor ankle boots.
    Shoes,
    /// Socks, stockings or tights.
    Legwear,
    /// Underwear, swimwear or a bodysuit.
    Underwear,
}
