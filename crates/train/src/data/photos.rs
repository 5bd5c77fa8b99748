//! Labelled photos in a folder: `images/*.jpg` and `labels.csv`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::files::{FileError, at_path};
use thimble::labels::LABELS;

/// The label of a photo: its row of `labels.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoLabel {
    /// Name of the photo's file without `.jpg`.
    pub image: String,
    /// Who sent the photo. Photos of one sender may show the same garment.
    pub sender: String,
    /// What the sender called the garment, such as "Polo"; empty where the labels do not say.
    pub source_label: String,
    /// The class, 0 to 9; `None` for none of the ten.
    pub target: Option<u8>,
    /// Whether people would disagree on the class.
    pub is_borderline: bool,
}

/// A folder of labelled photos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoFolder {
    folder: PathBuf,
    /// In the order of `labels.csv`.
    pub photos: Vec<PhotoLabel>,
}

/// Why a folder of photos could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PhotoFolderError {
    /// The labels cannot be read.
    #[error(
        "a folder of photos must have images/*.jpg and labels.csv with the columns image, sender, \
         target and borderline"
    )]
    File(#[from] FileError),
    /// The first line lacks a column.
    #[error("{}: the first line must have a column \"{column}\"", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
    },
    /// A line is wrong.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// The target of photos that show none of the ten classes.
const NONE: &str = "none";

impl PhotoFolder {
    /// Reads the labels of `folder`.
    ///
    /// # Errors
    /// [`PhotoFolderError`].
    pub fn read(folder: &Path) -> Result<Self, PhotoFolderError> {
        let path = folder.join("labels.csv");
        let text = at_path(&path, fs::read_to_string(&path))?;
        let photos = parse_labels(&text, &path)?;
        Ok(Self {
            folder: folder.to_owned(),
            photos,
        })
    }

    /// The path of a photo.
    pub fn file(&self, photo: &PhotoLabel) -> PathBuf {
        self.folder
            .join("images")
            .join(format!("{}.jpg", photo.image))
    }
}

fn parse_labels(text: &str, path: &Path) -> Result<Vec<PhotoLabel>, PhotoFolderError> {
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |column: &'static str| {
        let place = head.iter().position(|name| name.trim() == column);
        place.ok_or_else(|| PhotoFolderError::Column {
            path: path.to_owned(),
            column,
        })
    };
    let image = column("image")?;
    let sender = column("sender")?;
    let target = column("target")?;
    let source_label = column("source_label").ok();
    let borderline = column("borderline")?;
    let photo = |(index, line): (usize, &str)| {
        let wrong = |reason: String| PhotoFolderError::Line {
            path: path.to_owned(),
            line: index + 2,
            reason,
        };
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let field = |place: usize| match fields.get(place) {
            Some(field) if !field.is_empty() => Ok((*field).to_owned()),
            _ => Err(wrong(format!("it must have a {}", head[place]))),
        };
        let name = field(target)?;
        let target = match LABELS.iter().position(|label| *label == name) {
            Some(class) => Some(class as u8),
            None if name == NONE => None,
            None => {
                return Err(wrong(format!(
                    "the target must be a class or \"{NONE}\", got \"{name}\""
                )));
            }
        };
        Ok(PhotoLabel {
            image: field(image)?,
            sender: field(sender)?,
            source_label: source_label.map_or(Ok(String::new()), field)?,
            target,
            is_borderline: field(borderline)? != "0",
        })
    };
    lines
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(photo)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "image,sender,source_label,target,borderline\n";

    #[test]
    fn columns_are_found_by_name() {
        let text = format!("{HEAD}a,7,Polo,T-shirt/top,0\n\nb,8,Hat,none,1\n");
        let photos = parse_labels(&text, Path::new("labels.csv")).unwrap();
        assert_eq!(photos.len(), 2);
        assert_eq!(
            (photos[0].target, photos[0].is_borderline),
            (Some(0), false)
        );
        assert_eq!((photos[1].target, photos[1].is_borderline), (None, true));
        assert_eq!(photos[1].sender, "8");
    }

    #[test]
    fn errors_name_the_line() {
        for (text, words) in [
            (
                "image,sender,target\n".to_owned(),
                "must have a column \"borderline\"",
            ),
            (
                format!("{HEAD}a,7,Polo,Sock,0\n"),
                "line 2: the target must be a class or \"none\", got \"Sock\"",
            ),
            (
                format!("{HEAD}a,7,Polo,Bag,0\nb,7\n"),
                "line 3: it must have a target",
            ),
        ] {
            let error = parse_labels(&text, Path::new("labels.csv")).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
