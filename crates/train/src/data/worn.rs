//! Photos of worn clothes with a label for each pixel: `photos/*.jpg`, `masks/*.png` and `labels.csv`.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::files::{FileError, at_path};
use thimble::labels::LABELS;
use thimble::parts::Part;
use thimble::photo::Downscaled;
use thimble::photo::file::{DecodedPhoto, PhotoFileError, decode_file, downscale_file};

/// A label of the masks: a row of `labels.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WornLabel {
    /// Its name, such as "jeans".
    pub name: String,
    /// The class, 0 to 9, of a garment that is one of the ten.
    pub target: Option<u8>,
    /// Whether it is a garment that is none of the ten.
    pub is_none_of_ten: bool,
    /// The part of the segmentation network; `None` where the label does not say which.
    pub part: Option<Part>,
}

/// A photo with its mask.
#[derive(Clone, Debug)]
pub struct WornPhoto {
    /// Name of the photo's file without `.jpg`.
    pub name: String,
    /// The photo.
    pub photo: Downscaled,
    /// Width and height of the mask in pixels: those of the photo before it was downscaled.
    pub size: [usize; 2],
    /// Index of each pixel's label, row by row.
    pub mask: Vec<u8>,
}

/// A folder of photos of worn clothes.
#[derive(Clone, Debug)]
pub struct WornFolder {
    folder: PathBuf,
    /// The labels, by the masks' values.
    pub labels: Vec<WornLabel>,
    /// Names of the photos, in order.
    pub names: Vec<String>,
}

/// Why a folder of photos of worn clothes could not be read.
#[derive(Debug, thiserror::Error)]
pub enum WornFolderError {
    /// A file cannot be read.
    #[error(
        "a folder of worn clothes must have photos/*.jpg, masks/*.png and labels.csv with the columns index, \
         label and target"
    )]
    File(#[from] FileError),
    /// A line of the labels is wrong.
    #[error("{}, line {line}: must be INDEX,LABEL,TARGET in the order of the indices, got \"{text}\"", path.display())]
    Label {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// A photo cannot be read.
    #[error("{}", path.display())]
    Photo {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: PhotoFileError,
    },
    /// A mask cannot be read.
    #[error("{}: {reason}", path.display())]
    Mask {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl WornFolder {
    /// Reads the labels and the names of the photos of `folder`.
    ///
    /// # Errors
    /// [`WornFolderError`].
    pub fn read(folder: &Path) -> Result<Self, WornFolderError> {
        let path = folder.join("labels.csv");
        let text = at_path(&path, fs::read_to_string(&path))?;
        let labels = parse_labels(&text, &path)?;
        let photos = folder.join("photos");
        let mut names = Vec::new();
        for entry in at_path(&photos, fs::read_dir(&photos))? {
            let file = at_path(&photos, entry)?.path();
            if let (Some("jpg"), Some(name)) = (
                file.extension().and_then(|extension| extension.to_str()),
                file.file_stem().and_then(|stem| stem.to_str()),
            ) {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable();
        Ok(Self {
            folder: folder.to_owned(),
            labels,
            names,
        })
    }

    /// Reads all photos and masks.
    ///
    /// # Errors
    /// [`WornFolderError`].
    pub fn photos(&self) -> Result<Vec<WornPhoto>, WornFolderError> {
        self.names.par_iter().map(|name| self.photo(name)).collect()
    }

    /// Reads the pixels of a photo.
    ///
    /// # Errors
    /// [`WornFolderError`].
    pub fn pixels(&self, name: &str) -> Result<DecodedPhoto, WornFolderError> {
        let path = self.folder.join("photos").join(format!("{name}.jpg"));
        decode_file(&path).map_err(|source| WornFolderError::Photo { path, source })
    }

    /// Reads one photo and its mask.
    ///
    /// # Errors
    /// [`WornFolderError`].
    pub fn photo(&self, name: &str) -> Result<WornPhoto, WornFolderError> {
        let path = self.folder.join("photos").join(format!("{name}.jpg"));
        let photo = downscale_file(&path).map_err(|source| WornFolderError::Photo {
            path: path.clone(),
            source,
        })?;
        let path = self.folder.join("masks").join(format!("{name}.png"));
        let wrong = |reason: String| WornFolderError::Mask {
            path: path.clone(),
            reason,
        };
        let (size, mask) = read_mask(&path).map_err(wrong)?;
        if size != photo.size() {
            return Err(wrong(format!(
                "the mask must have the photo's size, {:?}, got {size:?}",
                photo.size()
            )));
        }
        if let Some(value) = mask
            .iter()
            .find(|&&value| usize::from(value) >= self.labels.len())
        {
            return Err(wrong(format!("labels.csv has no label {value}")));
        }
        Ok(WornPhoto {
            name: name.to_owned(),
            photo,
            size,
            mask,
        })
    }
}

/// Reads the width, the height and the values of a palette image, which stand for labels.
fn read_mask(path: &Path) -> Result<([usize; 2], Vec<u8>), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut decoder = png::Decoder::new(BufReader::new(file));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let (colours, depth) = reader.output_color_type();
    if (colours, depth) != (png::ColorType::Indexed, png::BitDepth::Eight) {
        return Err(format!(
            "it must be a palette image of 8 bits, got {colours:?} of {depth:?}"
        ));
    }
    let length = reader.output_buffer_size().ok_or("it is too large")?;
    let mut values = vec![0; length];
    let info = reader
        .next_frame(&mut values)
        .map_err(|error| error.to_string())?;
    values.truncate(info.buffer_size());
    Ok(([info.width as usize, info.height as usize], values))
}

fn parse_labels(text: &str, path: &Path) -> Result<Vec<WornLabel>, WornFolderError> {
    let label = |(index, text): (usize, &str)| {
        let wrong = || WornFolderError::Label {
            path: path.to_owned(),
            line: index + 2,
            text: text.to_owned(),
        };
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        let [number, name, target] = fields[..] else {
            return Err(wrong());
        };
        if number.parse() != Ok(index) {
            return Err(wrong());
        }
        let class = LABELS.iter().position(|label| *label == target);
        Ok(WornLabel {
            name: name.to_owned(),
            is_none_of_ten: target == "none",
            target: class.map(|class| class as u8),
            part: part(name),
        })
    };
    let lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines.enumerate().map(label).collect()
}

/// Returns the part of a label of the Clothing Co-Parsing set (Yang et al., 2014); `None` where it may be several.
fn part(label: &str) -> Option<Part> {
    Some(match label {
        "null" => Part::Background,
        "skin" => Part::Skin,
        "hair" => Part::Hair,
        "blouse" | "bodysuit" | "hoodie" | "jumper" | "shirt" | "sweater" | "sweatshirt"
        | "t-shirt" | "top" | "vest" => Part::Top,
        "blazer" | "cape" | "cardigan" | "coat" | "jacket" => Part::OuterLayer,
        "dress" | "romper" => Part::Dress,
        "jeans" | "leggings" | "pants" | "shorts" | "skirt" => Part::Bottoms,
        "boots" | "clogs" | "flats" | "heels" | "loafers" | "pumps" | "sandals" | "shoes"
        | "sneakers" | "wedges" => Part::Shoes,
        "bag" | "purse" | "wallet" => Part::Bag,
        "suit" | "intimate" | "swimwear" => return None,
        _ => Part::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_targets_and_parts() {
        let text = "index,label,target\n0,null,\n1,bag,Bag\n2,skirt,none\n3,suit,\n";
        let labels = parse_labels(text, Path::new("labels.csv")).unwrap();
        let found: Vec<_> = labels
            .iter()
            .map(|label| (label.target, label.part))
            .collect();
        assert_eq!(
            found,
            [
                (None, Some(Part::Background)),
                (Some(8), Some(Part::Bag)),
                (None, Some(Part::Bottoms)),
                (None, None),
            ]
        );
    }

    #[test]
    fn errors_name_the_line() {
        for text in [
            "index,label,target\n1,bag,Bag\n",
            "index,label,target\n0,bag\n",
        ] {
            let error = parse_labels(text, Path::new("labels.csv")).unwrap_err();
            assert!(error.to_string().contains("line 2"), "{error}");
        }
    }
}
