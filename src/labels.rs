//! The ten classes of Fashion-MNIST.

/// How many classes there are, and so how many logits a network gives.
pub const CLASSES: usize = 10;

/// The classes' names in the order of the data set's label numbers.
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
