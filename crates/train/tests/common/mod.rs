//! A tiny data set in Fashion-MNIST's format.

use std::fs;
use std::path::Path;

/// Writes `train` and `test` images, ten classes in turn, as four uncompressed IDX files. A class is a bright bar at its
/// own position, so that a network can learn it.
pub fn write_data(folder: &Path, train: usize, test: usize) {
    for (part, count) in [("train", train), ("t10k", test)] {
        let numbers = |values: &[u32]| -> Vec<u8> {
            values
                .iter()
                .flat_map(|value| value.to_be_bytes())
                .collect()
        };
        let mut images = numbers(&[0x803, count as u32, 28, 28]);
        let mut labels = numbers(&[0x801, count as u32]);
        for index in 0..count {
            let class = index % 10;
            let noise = |pixel: usize| ((pixel * 7 + index * 13) % 60) as u8;
            let lit = |pixel: usize| (class * 2 + 4..class * 2 + 7).contains(&(pixel / 28));
            images.extend((0..784).map(|p| if lit(p) { 255 } else { noise(p) }));
            labels.push(class as u8);
        }
        fs::write(folder.join(format!("{part}-images-idx3-ubyte")), images).unwrap();
        fs::write(folder.join(format!("{part}-labels-idx1-ubyte")), labels).unwrap();
    }
}
