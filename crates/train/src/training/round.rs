//! What teachers say in one epoch, kept for the epochs in which the same pictures come again.

use std::path::PathBuf;

use burn::tensor::{Tensor, TensorData};

use super::RunError;
use super::teachers::{Teachers, read};
use thimble::labels::CLASSES;

/// The answers of one epoch.
pub(super) struct Round<'a> {
    teachers: &'a Teachers,
    drawing: usize,
    /// Probabilities `[pictures, 10]` and their file, where they are kept.
    kept: Option<(Vec<f32>, PathBuf)>,
    /// Whether they were there already.
    is_known: bool,
}

impl Teachers {
    /// The answers to drawing `drawing` of `count` pictures.
    ///
    /// # Errors
    /// [`RunError::Answers`] where a file of them cannot be read.
    pub(super) fn round(&self, drawing: usize, count: usize) -> Result<Round<'_>, RunError> {
        let Some(files) = &self.kept else {
            return Ok(Round {
                teachers: self,
                drawing,
                kept: None,
                is_known: false,
            });
        };
        let path = files.path(drawing);
        let is_known = path.is_file();
        let values = if is_known {
            files.read(&path, count)?
        } else {
            vec![0.0; count * CLASSES]
        };
        Ok(Round {
            teachers: self,
            drawing,
            kept: Some((values, path)),
            is_known,
        })
    }
}

impl Round<'_> {
    /// The answers, `[batch, 10]`, to the changed `pictures`, `[batch, 1, 28, 28]`, which are those
    /// at `indices` in the training pictures.
    ///
    /// # Errors
    /// [`RunError::Device`] where pictures or answers do not come back.
    pub(super) fn answers(
        &mut self,
        indices: &[usize],
        pictures: &Tensor<4>,
    ) -> Result<Tensor<2>, RunError> {
        let Some((values, _)) = &mut self.kept else {
            return self.teachers.ask(self.drawing, indices, pictures);
        };
        if self.is_known {
            let rows = indices.iter().map(|&index| row(index));
            let rows = rows.flat_map(|row| values[row].iter().copied()).collect();
            let data = TensorData::new::<f32, _>(rows, [indices.len(), CLASSES]);
            return Ok(Tensor::from_data(
                data,
                &pictures.device().without_autodiff(),
            ));
        }
        let answers = self.teachers.ask(self.drawing, indices, pictures)?;
        let found = read(answers.clone())?;
        for (&index, answer) in indices.iter().zip(found.chunks_exact(CLASSES)) {
            values[row(index)].copy_from_slice(answer);
        }
        Ok(answers)
    }

    /// Keeps the answers, after all pictures had theirs.
    ///
    /// # Errors
    /// [`RunError::Answers`] where they cannot be written.
    pub(super) fn keep(self) -> Result<(), RunError> {
        match (self.kept, &self.teachers.kept) {
            (Some((values, path)), Some(files)) if !self.is_known => files.write(&path, values),
            _ => Ok(()),
        }
    }
}

/// Where the answer to picture `index` lies.
fn row(index: usize) -> std::ops::Range<usize> {
    index * CLASSES..(index + 1) * CLASSES
}

#[cfg(test)]
mod tests {
    use std::fs;

    use burn::tensor::Device;

    use super::*;
    use crate::training::teachers::Kept;
    use crate::training::teachers::tests::{pictures, recipe, values};
    use crate::training::{Recipe, TrainingData};
    use thimble::network::INPUT_SIDE;

    #[test]
    fn answers_are_kept_and_found_by_who_asks_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let data = TrainingData {
            edition: "tried".to_owned(),
            images: 4,
        };
        let mut recipe = recipe(0.5, &["paper"]);
        recipe.teacher.as_mut().unwrap().cached_variants = 2;
        let teachers = |recipe: &Recipe| {
            let kept = Kept {
                folder: folder.path(),
                recipe,
                data: &data,
            };
            Teachers::new(recipe.teacher.as_ref().unwrap(), Some(kept)).unwrap()
        };
        let first = teachers(&recipe);
        let pictures = pictures(4);
        let part = |range: std::ops::Range<usize>| pictures.clone().slice([range]);
        let mut round = first.round(0, 4).unwrap();
        assert!(!round.is_known);
        let asked = [
            round.answers(&[2, 0], &part(0..2)).unwrap(),
            round.answers(&[3, 1], &part(2..4)).unwrap(),
        ];
        let asked = asked.map(values).concat();
        // Pictures that were left half way are asked about again.
        assert!(!first.round(0, 4).unwrap().is_known);
        round.keep().unwrap();

        let second = teachers(&recipe);
        let mut round = second.round(0, 4).unwrap();
        assert!(round.is_known);
        // Nobody looks at these: they are known by their numbers.
        let others = Tensor::zeros([4, 1, INPUT_SIDE, INPUT_SIDE], &Device::flex());
        let found = round.answers(&[2, 0, 3, 1], &others).unwrap();
        assert_eq!(values(found), asked);
        assert!(!second.round(1, 4).unwrap().is_known);

        recipe.augmentation.shift += 1;
        assert!(!teachers(&recipe).round(0, 4).unwrap().is_known);
        let error = second.round(0, 5).err().unwrap().to_string();
        assert!(error.contains("other pictures"), "{error}");
        let path = fs::read_dir(folder.path()).unwrap().next().unwrap();
        fs::write(path.unwrap().path(), b"half").unwrap();
        let error = second.round(0, 4).err().unwrap().to_string();
        assert!(error.contains("remove it"), "{error}");
    }
}
