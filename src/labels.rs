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
