//! The batches of fine-tuning: photos, Fashion-MNIST images, and Fashion-MNIST images made to look like photos.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;

use super::{CroppedPhoto, FinetuneRecipe};
use crate::data::Dataset;
use crate::training::cumulative_weights;
use crate::training::{Augmentation, augment, erase_rectangle};
use thimble::labels::CLASSES;
use thimble::network::INPUT_VALUES;
use thimble::photo::{MaskedCrop, View};

/// The photos and images that batches are drawn from.
pub struct BatchMix<'a> {
    recipe: &'a FinetuneRecipe,
    seed: u64,
    /// By class; the last list shows none of the ten.
    photos: [Vec<&'a CroppedPhoto>; CLASSES + 1],
    /// Cumulative weights of the ten classes.
    cumulative: [f64; CLASSES],
    fashion_mnist: &'a Dataset,
}

/// A batch.
pub(super) struct MixedBatch {
    /// 784 values per input, 0 to 1.
    pub(super) inputs: Vec<f32>,
    /// Target probabilities of each input.
    pub(super) targets: Vec<[f32; CLASSES]>,
    /// How many of the last inputs are unchanged Fashion-MNIST images.
    pub(super) fashion_mnist: usize,
}

enum Kind {
    Photo,
    Degraded,
    FashionMnist,
}

impl<'a> BatchMix<'a> {
    /// A mix of these photos, without the borderline ones, and these images of Fashion-MNIST.
    pub fn new(
        recipe: &'a FinetuneRecipe,
        seed: u64,
        photos: impl IntoIterator<Item = &'a CroppedPhoto>,
        fashion_mnist: &'a Dataset,
    ) -> Self {
        let mut by_class: [Vec<&CroppedPhoto>; CLASSES + 1] = Default::default();
        for photo in photos {
            if !photo.label.is_borderline {
                let class = photo.label.target.map_or(CLASSES, usize::from);
                by_class[class].push(photo);
            }
        }
        let counts = core::array::from_fn(|class| by_class[class].len());
        let cumulative = cumulative_weights(counts, recipe.balance);
        Self {
            recipe,
            seed,
            photos: by_class,
            cumulative,
            fashion_mnist,
        }
    }

    /// Draws the batch of step `step`. Depends only on the seed and the step.
    pub(super) fn batch(&self, step: usize) -> MixedBatch {
        let recipe = self.recipe;
        let kind = |slot: usize| match slot {
            _ if slot < recipe.photos => Kind::Photo,
            _ if slot < recipe.photos + recipe.degraded => Kind::Degraded,
            _ => Kind::FashionMnist,
        };
        let size = recipe.photos + recipe.degraded + recipe.fashion_mnist;
        let drawn: Vec<(Vec<f32>, [f32; CLASSES])> = (0..size)
            .into_par_iter()
            .map(|slot| {
                let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
                generator.set_stream(((step as u64) << 32) | slot as u64);
                self.draw(kind(slot), &mut generator)
            })
            .collect();
        let (inputs, targets): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
        MixedBatch {
            inputs: inputs.concat(),
            targets,
            fashion_mnist: recipe.fashion_mnist,
        }
    }

    fn draw(&self, kind: Kind, generator: &mut ChaCha8Rng) -> (Vec<f32>, [f32; CLASSES]) {
        let mut input = Vec::with_capacity(INPUT_VALUES);
        let class = match kind {
            Kind::Photo => {
                let (photo, class) = self.photo(generator);
                match photo {
                    Some(photo) => {
                        self.render(&photo.segmentation.masked_crop, &mut input, generator);
                    }
                    None => input.resize(INPUT_VALUES, 0.0),
                }
                class
            }
            Kind::Degraded => {
                let index = generator.random_range(0..self.fashion_mnist.len());
                let mut crop = MaskedCrop::from_fashion_mnist(self.fashion_mnist.image(index));
                self.recipe.crops.prepare(&mut crop);
                self.render(&crop, &mut input, generator);
                usize::from(self.fashion_mnist.labels[index])
            }
            Kind::FashionMnist => {
                let index = generator.random_range(0..self.fashion_mnist.len());
                let augmentation = Augmentation {
                    flip: true,
                    shift: 2,
                    random_erasing: self.recipe.random_erasing,
                };
                let image = self.fashion_mnist.image(index);
                augment(&augmentation, image, generator, &mut input);
                usize::from(self.fashion_mnist.labels[index])
            }
        };
        (input, self.target(class))
    }

    /// Draws a photo and its class; class 10 is none of the ten.
    fn photo(&self, generator: &mut impl Rng) -> (Option<&'a CroppedPhoto>, usize) {
        let none = !self.photos[CLASSES].is_empty() && generator.random_bool(self.recipe.none);
        let class = if none {
            CLASSES
        } else {
            let place = generator.random::<f64>() * self.cumulative[CLASSES - 1];
            let found = self.cumulative.iter().position(|&sum| place < sum);
            found.unwrap_or(CLASSES)
        };
        let photos = &self.photos[class];
        let photo = match photos.len() {
            0 => None,
            count => Some(photos[generator.random_range(0..count)]),
        };
        (photo, class)
    }

    /// Appends a random view of `crop` to `input`.
    fn render(&self, crop: &MaskedCrop, input: &mut Vec<f32>, generator: &mut impl Rng) {
        let view = random_view(self.recipe.jitter, generator);
        let rendered = view.render(crop);
        input.extend(rendered.iter().map(|&grey| f32::from(grey) / 255.0));
        if self.recipe.random_erasing > 0.0 && generator.random_bool(self.recipe.random_erasing) {
            erase_rectangle(input, generator);
        }
    }

    /// The target probabilities of a class; uniform for none of the ten.
    fn target(&self, class: usize) -> [f32; CLASSES] {
        let uniform = 1.0 / CLASSES as f32;
        let smoothing = self.recipe.label_smoothing as f32;
        let mut target = [uniform * smoothing; CLASSES];
        match target.get_mut(class) {
            Some(share) => *share += 1.0 - smoothing,
            None => target = [uniform; CLASSES],
        }
        target
    }
}

/// Draws a view around the default one; `jitter` scales the ranges.
fn random_view(jitter: f64, generator: &mut impl Rng) -> View {
    let default = View::default();
    let jitter = jitter as f32;
    let mut spread = |reach: f32| jitter * generator.random_range(-reach..=reach);
    let angle = spread(0.2);
    let fill = default.fill * (spread(0.14) - 0.03 * jitter).exp();
    let stretch = spread(0.2).exp();
    let shift = [spread(2.0), spread(2.0)];
    let threshold = default.threshold + spread(0.3);
    let floor = (default.floor + spread(0.15)).max(0.0);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::PhotoLabel;
    use thimble::network::{INPUT_SIDE, NetworkName};
    use thimble::photo::{Plane, segment};

    /// A photo of a rectangle on white.
    fn photo(target: Option<u8>, is_borderline: bool) -> CroppedPhoto {
        let plane = |inside: f32| {
            let value = |index: usize| match (index % 60, index / 60) {
                (15..45, 10..50) => inside,
                _ => 250.0,
            };
            Plane {
                width: 60,
                height: 60,
                values: (0..3600).map(value).collect(),
            }
        };
        CroppedPhoto {
            label: PhotoLabel {
                image: "photo".to_owned(),
                sender: "1".to_owned(),
                source_label: String::new(),
                target,
                is_borderline,
            },
            segmentation: segment([plane(60.0), plane(80.0), plane(120.0)]),
        }
    }

    fn fashion_mnist() -> Dataset {
        let image = |index: usize| {
            let (x, y) = (index % INPUT_SIDE, index / INPUT_SIDE);
            if (8..20).contains(&x) && (2..26).contains(&y) {
                200
            } else {
                0
            }
        };
        Dataset {
            pixels: (0..INPUT_VALUES).map(image).collect(),
            labels: vec![8],
        }
    }

    #[test]
    fn batches_follow_the_recipe_and_depend_on_seed_and_step() {
        let recipe = FinetuneRecipe {
            photos: 40,
            degraded: 8,
            fashion_mnist: 4,
            none: 0.5,
            ..FinetuneRecipe::of(NetworkName::default())
        };
        // The borderline photo is the only one of its class.
        let photos = [
            photo(Some(3), false),
            photo(None, false),
            photo(Some(5), true),
        ];
        let fashion_mnist = fashion_mnist();
        let mix = |seed: u64| BatchMix::new(&recipe, seed, &photos, &fashion_mnist);
        let batch = mix(1).batch(0);
        assert_eq!(batch.inputs.len(), 52 * INPUT_VALUES);
        assert!(batch.inputs.iter().all(|value| (0.0..=1.0).contains(value)));
        let of_class = |class: usize| {
            let targets = batch.targets.iter();
            targets.filter(|target| target[class] == 1.0).count()
        };
        let of_none = batch
            .targets
            .iter()
            .filter(|target| target[0] == 0.1)
            .count();
        assert_eq!((of_class(8), of_class(5)), (12, 0));
        assert_eq!(of_class(3) + of_none, 40);
        assert!((8..32).contains(&of_none), "{of_none}");
        assert_eq!(batch.inputs, mix(1).batch(0).inputs);
        assert_ne!(batch.inputs, mix(1).batch(1).inputs);
        assert_ne!(batch.inputs, mix(2).batch(0).inputs);
    }

    #[test]
    fn degraded_images_keep_their_shape() {
        let recipe = FinetuneRecipe {
            photos: 0,
            degraded: 20,
            fashion_mnist: 0,
            jitter: 0.0,
            random_erasing: 0.0,
            ..FinetuneRecipe::of(NetworkName::default())
        };
        let fashion_mnist = fashion_mnist();
        let batch = BatchMix::new(&recipe, 1, &[], &fashion_mnist).batch(0);
        for input in batch.inputs.chunks_exact(INPUT_VALUES) {
            let at = |x: usize, y: usize| input[y * INPUT_SIDE + x];
            assert!(at(14, 14) > 0.2, "{}", at(14, 14));
        }
    }
}
