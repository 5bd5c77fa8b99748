//! What a network is fine-tuned on, batch by batch: photos, Fashion-MNIST, and Fashion-MNIST made to
//! look like photos.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;

use super::draw;
use super::{CroppedPhoto, FinetuneRecipe};
use crate::data::Pictures;
use crate::training::{Augmentation, augment, erase};
use thimble::labels::CLASSES;
use thimble::network::INPUT_VALUES;
use thimble::photo::MaskedCrop;

/// What pictures are drawn from.
pub struct Mix<'a> {
    recipe: &'a FinetuneRecipe,
    seed: u64,
    /// By class; the last are of none of the ten.
    photos: [Vec<&'a CroppedPhoto>; CLASSES + 1],
    /// The share of each class among the photos of the ten, summed up to it.
    shares: [f64; CLASSES],
    fashion: &'a Pictures,
}

/// A batch: pictures one after the other, 784 values 0 to 1 each, and their targets.
pub(super) struct Batch {
    pub(super) pictures: Vec<f32>,
    pub(super) targets: Vec<[f32; CLASSES]>,
    /// How many of the last pictures are Fashion-MNIST's.
    pub(super) fashion: usize,
}

enum Kind {
    Photo,
    Degraded,
    Fashion,
}

impl<'a> Mix<'a> {
    /// Of these photos, but those on whose class people would not agree.
    pub fn new(
        recipe: &'a FinetuneRecipe,
        seed: u64,
        photos: impl IntoIterator<Item = &'a CroppedPhoto>,
        fashion: &'a Pictures,
    ) -> Self {
        let mut by_class: [Vec<&CroppedPhoto>; CLASSES + 1] = Default::default();
        for cut in photos {
            if !cut.photo.is_borderline {
                let class = cut.photo.target.map_or(CLASSES, usize::from);
                by_class[class].push(cut);
            }
        }
        let mut sum = 0.0;
        let shares = core::array::from_fn(|class| {
            let count = by_class[class].len() as f64;
            sum += if count > 0.0 {
                count.powf(recipe.balance)
            } else {
                0.0
            };
            sum
        });
        Self {
            recipe,
            seed,
            photos: by_class,
            shares,
            fashion,
        }
    }

    /// The batch of step `step`.
    pub(super) fn batch(&self, step: usize) -> Batch {
        let recipe = self.recipe;
        let kind = |slot: usize| match slot {
            _ if slot < recipe.photos => Kind::Photo,
            _ if slot < recipe.photos + recipe.degraded => Kind::Degraded,
            _ => Kind::Fashion,
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
        let (pictures, targets): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
        Batch {
            pictures: pictures.concat(),
            targets,
            fashion: recipe.fashion_mnist,
        }
    }

    fn draw(&self, kind: Kind, generator: &mut ChaCha8Rng) -> (Vec<f32>, [f32; CLASSES]) {
        let mut picture = Vec::with_capacity(INPUT_VALUES);
        let class = match kind {
            Kind::Photo => {
                let (cut, class) = self.photo(generator);
                match cut {
                    Some(cut) => self.view(&cut.segmentation.masked_crop, &mut picture, generator),
                    None => picture.resize(INPUT_VALUES, 0.0),
                }
                class
            }
            Kind::Degraded => {
                let index = generator.random_range(0..self.fashion.len());
                let mut crop = MaskedCrop::of_picture(self.fashion.picture(index));
                self.recipe.crops.prepare(&mut crop);
                self.view(&crop, &mut picture, generator);
                usize::from(self.fashion.labels[index])
            }
            Kind::Fashion => {
                let index = generator.random_range(0..self.fashion.len());
                let augmentation = Augmentation {
                    flip: true,
                    shift: 2,
                    random_erasing: self.recipe.random_erasing,
                };
                let plain = self.fashion.picture(index);
                augment(&augmentation, plain, generator, &mut picture);
                usize::from(self.fashion.labels[index])
            }
        };
        (picture, self.target(class))
    }

    /// A photo and its class; the class after the ten is none of them.
    fn photo(&self, generator: &mut impl Rng) -> (Option<&'a CroppedPhoto>, usize) {
        let none = !self.photos[CLASSES].is_empty() && generator.random_bool(self.recipe.none);
        let class = if none {
            CLASSES
        } else {
            let place = generator.random::<f64>() * self.shares[CLASSES - 1];
            let found = self.shares.iter().position(|&share| place < share);
            found.unwrap_or(CLASSES)
        };
        let members = &self.photos[class];
        let member = match members.len() {
            0 => None,
            count => Some(members[generator.random_range(0..count)]),
        };
        (member, class)
    }

    fn view(&self, crop: &MaskedCrop, picture: &mut Vec<f32>, generator: &mut impl Rng) {
        let view = draw::view(self.recipe.jitter, generator);
        let rendered = view.render(crop);
        picture.extend(rendered.iter().map(|&grey| f32::from(grey) / 255.0));
        if self.recipe.random_erasing > 0.0 && generator.random_bool(self.recipe.random_erasing) {
            erase(picture, generator);
        }
    }

    fn target(&self, class: usize) -> [f32; CLASSES] {
        let even = 1.0 / CLASSES as f32;
        let smoothing = self.recipe.label_smoothing as f32;
        let mut target = [even * smoothing; CLASSES];
        match target.get_mut(class) {
            Some(share) => *share += 1.0 - smoothing,
            None => target = [even; CLASSES],
        }
        target
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Photo;
    use thimble::network::{INPUT_SIDE, NetworkName};
    use thimble::photo::{Plane, segment};

    /// A photo of a rectangle on white.
    fn cut(target: Option<u8>, is_borderline: bool) -> CroppedPhoto {
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
            photo: Photo {
                image: "photo".to_owned(),
                sender: "1".to_owned(),
                target,
                is_borderline,
            },
            segmentation: segment([plane(60.0), plane(80.0), plane(120.0)]),
        }
    }

    fn fashion() -> Pictures {
        let picture = |index: usize| {
            let (x, y) = (index % INPUT_SIDE, index / INPUT_SIDE);
            if (8..20).contains(&x) && (2..26).contains(&y) {
                200
            } else {
                0
            }
        };
        Pictures {
            pixels: (0..INPUT_VALUES).map(picture).collect(),
            labels: vec![8],
        }
    }

    #[test]
    fn batches_hold_what_was_asked_for_and_are_drawn_by_seed_and_step() {
        let recipe = FinetuneRecipe {
            photos: 40,
            degraded: 8,
            fashion_mnist: 4,
            none: 0.5,
            ..FinetuneRecipe::of(NetworkName::default())
        };
        // The borderline one would be a class of its own.
        let photos = [cut(Some(3), false), cut(None, false), cut(Some(5), true)];
        let fashion = fashion();
        let mix = |seed: u64| Mix::new(&recipe, seed, &photos, &fashion);
        let batch = mix(1).batch(0);
        assert_eq!(batch.pictures.len(), 52 * INPUT_VALUES);
        assert!(
            batch
                .pictures
                .iter()
                .all(|value| (0.0..=1.0).contains(value))
        );
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
        assert_eq!(batch.pictures, mix(1).batch(0).pictures);
        assert_ne!(batch.pictures, mix(1).batch(1).pictures);
        assert_ne!(batch.pictures, mix(2).batch(0).pictures);
    }

    #[test]
    fn pictures_of_the_data_set_keep_their_shape_as_photos() {
        let recipe = FinetuneRecipe {
            photos: 0,
            degraded: 20,
            fashion_mnist: 0,
            jitter: 0.0,
            random_erasing: 0.0,
            ..FinetuneRecipe::of(NetworkName::default())
        };
        let fashion = fashion();
        let batch = Mix::new(&recipe, 1, &[], &fashion).batch(0);
        for picture in batch.pictures.chunks_exact(INPUT_VALUES) {
            let at = |x: usize, y: usize| picture[y * INPUT_SIDE + x];
            assert!(at(14, 14) > 0.2, "{}", at(14, 14));
        }
    }
}
