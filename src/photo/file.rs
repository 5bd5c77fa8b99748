//! Reads photos from files and rotates them upright by their EXIF orientation.

use std::io::{self, Cursor};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage};
use libjpeg_turbo_rs::{JpegError, PixelFormat, decompress_to};

use super::{
    Downscaled, MAX_BYTES, MAX_PIXELS, PhotoEdit, PhotoError, PreparedPhoto, prepare_downscaled,
};

/// Why a photo cannot be read from a file.
#[derive(Debug, thiserror::Error)]
pub enum PhotoFileError {
    /// The system cannot read the file.
    #[error("the file cannot be read")]
    Read(#[from] io::Error),
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file has more than [`MAX_BYTES`].
    #[error(
        "the file must have at most {} MB, got {:.1} MB: make it smaller",
        MAX_BYTES / (1024 * 1024), *bytes as f64 / (1024.0 * 1024.0)
    )]
    TooManyBytes {
        /// Bytes of the file.
        bytes: u64,
    },
    /// The file is not an image of a supported format.
    #[error("this is not an image that can be read (JPEG, PNG, WebP, GIF or BMP)")]
    UnknownFormat,
    /// The header is damaged, or requires an unsupported feature.
    #[error("this {format} file cannot be read, or is damaged")]
    Header {
        /// The format's media type.
        format: &'static str,
        /// The decoder's error.
        source: ImageError,
    },
    /// The photo has more than [`MAX_PIXELS`].
    #[error(
        "the photo must have at most {} megapixels, got {width} x {height} pixels: make it smaller",
        MAX_PIXELS / 1_000_000
    )]
    TooManyPixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The pixels cannot be decoded.
    #[error("this {format} file is truncated or damaged")]
    Damaged {
        /// The format's media type.
        format: &'static str,
        /// The decoder's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The pixels cannot be prepared.
    #[error(transparent)]
    Photo(#[from] PhotoError),
}

/// Reads a photo of any supported format and prepares it with a user's edit.
///
/// # Errors
/// [`PhotoFileError`] if the file cannot be read, is not an image, is damaged or too large.
pub fn prepare_file(path: &Path, edit: &PhotoEdit) -> Result<PreparedPhoto, PhotoFileError> {
    Ok(prepare_downscaled(&downscale_file(path)?, edit)?)
}

/// The pixels of a photo, upright.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodedPhoto {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Straight RGBA, row by row from the top left.
    pub rgba: Vec<u8>,
}

impl DecodedPhoto {
    /// Downscales the photo.
    ///
    /// # Errors
    /// Those of [`Downscaled::of_rgba`].
    pub fn downscaled(&self) -> Result<Downscaled, PhotoError> {
        Downscaled::of_rgba(&self.rgba, self.width, self.height)
    }

    /// Crops the photo to `[left, top, right, bottom]` in pixels, clipped to it.
    pub fn cropped(&self, [left, top, right, bottom]: [usize; 4]) -> Self {
        let [left, right] = [left, right].map(|edge| edge.min(self.width));
        let [top, bottom] = [top, bottom].map(|edge| edge.min(self.height));
        let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
        let rows = self.rgba.chunks_exact((4 * self.width).max(1)).skip(top);
        Self {
            width,
            height,
            rgba: rows
                .take(height)
                .flat_map(|row| &row[4 * left..4 * (left + width)])
                .copied()
                .collect(),
        }
    }
}

/// Reads a photo of any supported format and downscales it.
///
/// # Errors
/// [`PhotoFileError`] if the file cannot be read, is not an image, is damaged or too large.
pub fn downscale_file(path: &Path) -> Result<Downscaled, PhotoFileError> {
    Ok(decode_file(path)?.downscaled()?)
}

/// Reads a photo of any supported format.
///
/// # Errors
/// [`PhotoFileError`] if the file cannot be read, is not an image, is damaged or too large.
pub fn decode_file(path: &Path) -> Result<DecodedPhoto, PhotoFileError> {
    let bytes = std::fs::metadata(path)?.len();
    if bytes == 0 {
        return Err(PhotoFileError::Empty);
    }
    if bytes > MAX_BYTES as u64 {
        return Err(PhotoFileError::TooManyBytes { bytes });
    }
    let bytes = std::fs::read(path)?;
    let reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format()?;
    let format = reader.format().ok_or(PhotoFileError::UnknownFormat)?;
    let media_type = format.to_mime_type();
    let mut decoder = reader
        .into_decoder()
        .map_err(|source| PhotoFileError::Header {
            format: media_type,
            source,
        })?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS as u64 {
        return Err(PhotoFileError::TooManyPixels { width, height });
    }
    let orientation = decoder
        .orientation()
        .unwrap_or(image::metadata::Orientation::NoTransforms);
    let decoded = match format {
        ImageFormat::Jpeg => decode_jpeg(&bytes),
        _ => DynamicImage::from_decoder(decoder).map_err(Into::into),
    };
    let mut photo = decoded.map_err(|source| PhotoFileError::Damaged {
        format: media_type,
        source,
    })?;
    photo.apply_orientation(orientation);
    let rgba = photo.into_rgba8();
    let (width, height) = rgba.dimensions();
    Ok(DecodedPhoto {
        width: width as usize,
        height: height as usize,
        rgba: rgba.into_raw(),
    })
}

/// Decodes a JPEG file to the pixels that browsers show. The decoder of `image` differs by a few grey levels,
/// enough to change the label of a photo that is close to two classes.
fn decode_jpeg(bytes: &[u8]) -> Result<DynamicImage, Box<dyn std::error::Error + Send + Sync>> {
    let decoded = decompress_to(bytes, PixelFormat::Rgb).map_err(|error: JpegError| error)?;
    RgbImage::from_raw(decoded.width as u32, decoded.height as u32, decoded.data)
        .map(DynamicImage::from)
        .ok_or_else(|| "its rows must be as long as its header says".into())
}
