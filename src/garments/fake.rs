//! Networks for tests, without weights.

use crate::labels::CLASSES;
use crate::network::{GarmentStages, INPUT_VALUES, Levels, Logits, Model};
use crate::parts::{PARTS, Part};

/// Side of the images that the network for garments sees, in pixels.
const INPUT_SIDE: usize = GarmentStages::SIDES[0];

/// The levels of the segmentation network.
pub(super) const LEVELS: Levels = Levels {
    side: 32,
    widths: [16; 4],
    blocks: [0; 4],
};

/// A network with simple rules.
pub(super) enum Fake {
    /// For segmentation: finds a part where a channel of the photo is bright.
    Parts([Part; 3]),
    /// For garments: always says this class.
    Class(usize),
    /// For garments: says class 3 where something is bright in the upper left quarter, else class 6.
    UpperLeft,
    /// For masked crops: always says this class.
    Crop(usize),
    /// Returns nothing.
    Silent,
}

impl Model for Fake {
    fn run(&self, inputs: &[f32]) -> Logits {
        let best_of = |count: usize, best: usize| {
            (0..count).map(move |index| if index == best { 9.0 } else { 0.0 })
        };
        Logits::Ready(match self {
            Self::Parts(parts) => {
                let (pixels, _) = inputs.as_chunks::<3>();
                let rows = pixels.chunks_exact(LEVELS.side).step_by(2);
                rows.flat_map(|row| row.iter().step_by(2))
                    .flat_map(|pixel| {
                        let bright = pixel.iter().position(|value| *value > 0.6);
                        best_of(PARTS, bright.map_or(0, |channel| parts[channel].index()))
                    })
                    .collect()
            }
            Self::Class(class) => {
                let count = inputs.len() / (INPUT_SIDE * INPUT_SIDE * GarmentStages::CHANNELS);
                (0..count)
                    .flat_map(|_| best_of(GarmentStages::OUTPUTS, *class))
                    .collect()
            }
            Self::UpperLeft => inputs
                .chunks_exact(INPUT_SIDE * INPUT_SIDE * GarmentStages::CHANNELS)
                .flat_map(|input| {
                    let (pixels, _) = input.as_chunks::<{ GarmentStages::CHANNELS }>();
                    let upper = pixels.chunks_exact(INPUT_SIDE).take(INPUT_SIDE / 2);
                    let bright = upper
                        .flat_map(|row| &row[..INPUT_SIDE / 2])
                        .filter(|pixel| pixel[0] > 0.9)
                        .count();
                    best_of(GarmentStages::OUTPUTS, if bright > 4 { 3 } else { 6 })
                })
                .collect(),
            Self::Crop(class) => (0..inputs.len() / INPUT_VALUES)
                .flat_map(|_| best_of(CLASSES, *class))
                .collect(),
            Self::Silent => Vec::new(),
        })
    }
}
