//! The batches of training for masked crops: photos, and images of Fashion-MNIST that are made to look like photos.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rayon::prelude::*;

use super::{CropData, CropRecipe};
use crate::data::Dataset;
use crate::training::{cumulative_weights, erase_rectangle};
use thimble::labels::CLASSES;
use thimble::network::{INPUT_VALUES, grey_values};
use thimble::photo::{MaskedCrop, View};

/// A photo's garment, cropped.
#[derive(Clone, Debug)]
pub struct CropExample {
    /// The crop.
    pub crop: MaskedCrop,
    /// Its class, 0 to 9; `None` for none of the ten.
    pub target: Option<u8>,
    /// The fold of its sender.
    pub fold: usize,
}

/// Target probabilities of the ten classes and of none of them.
pub(super) type Target = [f32; CLASSES + 1];

/// The photos and images that batches are drawn from.
pub(super) struct Batches<'a> {
    recipe: &'a CropRecipe,
    seed: u64,
    /// By class; the last list shows none of the ten.
    photos: [Vec<&'a MaskedCrop>; CLASSES + 1],
    /// Cumulative weights of the ten classes.
    cumulative: [f64; CLASSES],
    fashion_mnist: &'a Dataset,
    textures: &'a [MaskedCrop],
}

impl<'a> Batches<'a> {
    /// Batches of the photos that are not in fold `held_out`, of images of Fashion-MNIST and of textures.
    pub(super) fn new(
        recipe: &'a CropRecipe,
        seed: u64,
        data: CropData<'a>,
        held_out: Option<usize>,
    ) -> Self {
        let CropData {
            photos,
            fashion_mnist,
            textures,
        } = data;
        let mut by_class: [Vec<&MaskedCrop>; CLASSES + 1] = Default::default();
        for photo in photos {
            if Some(photo.fold) != held_out {
                by_class[photo.target.map_or(CLASSES, usize::from)].push(&photo.crop);
            }
        }
        let counts = core::array::from_fn(|class| by_class[class].len());
        Self {
            recipe,
            seed,
            cumulative: cumulative_weights(counts, recipe.balance),
            photos: by_class,
            fashion_mnist,
            textures,
        }
    }

    /// Draws the inputs, each 784 values from 0 to 1, and the target probabilities of step `step`. Depends only on the seed
    /// and the step.
    pub(super) fn draw(&self, step: usize) -> (Vec<Vec<f32>>, Vec<Target>) {
        let recipe = self.recipe;
        (0..recipe.photos + recipe.fashion_mnist + recipe.textures)
            .into_par_iter()
            .map(|place| {
                let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
                generator.set_stream(((step as u64) << 32) | place as u64);
                if place < recipe.photos {
                    self.photo(&mut generator)
                } else if place < recipe.photos + recipe.fashion_mnist {
                    self.image(&mut generator)
                } else {
                    self.texture(&mut generator)
                }
            })
            .unzip()
    }

    /// Draws a view of a photo; of an empty crop where no photo is of the class that was drawn.
    fn photo(&self, generator: &mut impl Rng) -> (Vec<f32>, Target) {
        let has_none = !self.photos[CLASSES].is_empty();
        let class = if has_none && generator.random_bool(self.recipe.none) {
            CLASSES
        } else {
            let place = generator.random::<f64>() * self.cumulative[CLASSES - 1];
            let found = self.cumulative.iter().position(|&sum| place < sum);
            found.unwrap_or(CLASSES)
        };
        let photos = &self.photos[class];
        let input = match photos.len() {
            0 => vec![0.0; INPUT_VALUES],
            count => self.view(photos[generator.random_range(0..count)], generator),
        };
        (input, target(class))
    }

    /// Draws a view of an image of Fashion-MNIST.
    fn image(&self, generator: &mut impl Rng) -> (Vec<f32>, Target) {
        let index = generator.random_range(0..self.fashion_mnist.len());
        let crop = MaskedCrop::from_fashion_mnist(self.fashion_mnist.image(index));
        let class = usize::from(self.fashion_mnist.labels[index]);
        (self.view(&crop, generator), target(class))
    }

    /// Draws a view of a texture; of an empty crop where there is none.
    fn texture(&self, generator: &mut impl Rng) -> (Vec<f32>, Target) {
        let input = match self.textures.len() {
            0 => vec![0.0; INPUT_VALUES],
            count => self.view(&self.textures[generator.random_range(0..count)], generator),
        };
        (input, target(CLASSES))
    }

    /// Draws a view of a crop, for a share of them with a rectangle erased.
    fn view(&self, crop: &MaskedCrop, generator: &mut impl Rng) -> Vec<f32> {
        let view = random_view(self.recipe.jitter, generator);
        let mut input = grey_values(&view.render(crop));
        if self.recipe.random_erasing > 0.0 && generator.random_bool(self.recipe.random_erasing) {
            erase_rectangle(&mut input, generator);
        }
        input
    }
}

/// Returns the target probabilities of a class; [`CLASSES`] stands for none of the ten.
fn target(class: usize) -> Target {
    core::array::from_fn(|index| f32::from(u8::from(index == class)))
}

/// Draws a view around the plain one; `jitter` scales the ranges.
fn random_view(jitter: f64, generator: &mut impl Rng) -> View {
    let plain = View::PLAIN;
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
        surroundings: match generator.random_bool(0.7) {
            true => 0.0,
            false => generator.random(),
        },
        invert: generator.random_bool(0.85),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thimble::network::INPUT_SIDE;

    fn fashion_mnist() -> Dataset {
        let image = |index: usize| {
            let (x, y) = (index % INPUT_SIDE, index / INPUT_SIDE);
            u8::from((8..20).contains(&x) && (2..26).contains(&y)) * 200
        };
        Dataset {
            pixels: (0..INPUT_VALUES).map(image).collect(),
            labels: vec![8],
        }
    }

    fn photo(target: Option<u8>, fold: usize) -> CropExample {
        CropExample {
            crop: MaskedCrop::from_fashion_mnist(fashion_mnist().image(0)),
            target,
            fold,
        }
    }

    #[test]
    fn batches_follow_the_recipe_and_depend_on_seed_and_step() {
        let recipe = CropRecipe {
            photos: 40,
            fashion_mnist: 12,
            textures: 5,
            none: 0.5,
            ..CropRecipe::default()
        };
        // The photo of the fold that is held out is the only one of its class.
        let photos = [photo(Some(3), 0), photo(None, 1), photo(Some(5), 2)];
        let images = fashion_mnist();
        let textures = [photo(None, 0).crop];
        let data = CropData {
            photos: &photos,
            fashion_mnist: &images,
            textures: &textures,
        };
        let draw = |seed, step| Batches::new(&recipe, seed, data, Some(2)).draw(step);
        let (inputs, targets) = draw(1, 0);
        assert_eq!(inputs.concat().len(), 57 * INPUT_VALUES);
        assert!(
            inputs
                .iter()
                .flatten()
                .all(|value| (0.0..=1.0).contains(value))
        );
        let of = |class: usize| targets.iter().filter(|target| target[class] == 1.0).count();
        let of_none = of(CLASSES) - 5;
        assert_eq!((of(8), of(5)), (12, 0));
        assert_eq!(of(3) + of_none, 40);
        assert!((8..32).contains(&of_none), "{of_none}");
        assert_eq!(inputs, draw(1, 0).0);
        assert_ne!(inputs, draw(1, 1).0);
        assert_ne!(inputs, draw(2, 0).0);
    }

    #[test]
    fn images_of_fashion_mnist_keep_their_shape() {
        let recipe = CropRecipe {
            photos: 0,
            fashion_mnist: 20,
            textures: 0,
            jitter: 0.0,
            random_erasing: 0.0,
            ..CropRecipe::default()
        };
        let images = fashion_mnist();
        let data = CropData {
            photos: &[],
            fashion_mnist: &images,
            textures: &[],
        };
        let (inputs, _) = Batches::new(&recipe, 1, data, None).draw(0);
        for input in inputs {
            let at = |x: usize, y: usize| input[y * INPUT_SIDE + x];
            assert!(at(14, 14) > 0.2, "{}", at(14, 14));
        }
    }
}
