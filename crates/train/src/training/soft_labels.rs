//! Files of what teachers answered.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors};

use super::RunError;
use crate::export::Exported;
use crate::files::{sha256, write_whole};
use thimble::labels::CLASSES;

/// The files of answers of some teachers to some changed pictures, one for each drawing of the changes.
pub(super) struct AnswerFiles {
    folder: PathBuf,
    /// All that decides the answers, as JSON.
    description: String,
}

/// The name of the tensor in a file.
const TENSOR: &str = "probabilities";
/// The name of the description.
const DESCRIPTION: &str = "of";
/// How many digits of its digest stand in the names of files.
const DIGITS: usize = 12;

impl AnswerFiles {
    /// Those in `folder` of what `description` tells, which is all that decides the answers.
    pub(super) fn new(folder: &Path, description: String) -> Self {
        Self {
            folder: folder.to_owned(),
            description,
        }
    }

    /// The file of a drawing; other teachers and other pictures have other names.
    pub(super) fn path(&self, drawing: usize) -> PathBuf {
        let digest = sha256(self.description.as_bytes());
        let digest = &digest[..DIGITS];
        self.folder
            .join(format!("{digest}-{drawing:03}.safetensors"))
    }

    /// Reads the probabilities `[count, 10]`.
    ///
    /// # Errors
    /// [`RunError::Answers`] where the file is missing or holds something else.
    pub(super) fn read(&self, path: &Path, count: usize) -> Result<Vec<f32>, RunError> {
        let bytes = fs::read(path).map_err(|error| refused(path, &error))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|error| refused(path, &error))?;
        let tensor = file.tensor(TENSOR).map_err(|error| refused(path, &error))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != [count, CLASSES] {
            return Err(refused(path, &"it holds the answers to other pictures"));
        }
        let values = tensor.data().chunks_exact(4);
        Ok(values
            .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect())
    }

    /// Writes the probabilities `[count, 10]`.
    ///
    /// # Errors
    /// [`RunError::Answers`] where folder or file cannot be written.
    pub(super) fn write(&self, path: &Path, values: Vec<f32>) -> Result<(), RunError> {
        fs::create_dir_all(&self.folder).map_err(|error| refused(&self.folder, &error))?;
        let answers = Exported {
            name: TENSOR.to_owned(),
            shape: vec![values.len() / CLASSES, CLASSES],
            values,
        };
        let description = HashMap::from([(DESCRIPTION.to_owned(), self.description.clone())]);
        let bytes = Exported::to_safetensors(&[answers], Some(description))
            .map_err(|error| refused(path, &error))?;
        write_whole(path, &bytes).map_err(|error| refused(path, &error.source))
    }
}

fn refused(path: &Path, reason: &dyn ToString) -> RunError {
    RunError::Answers {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
