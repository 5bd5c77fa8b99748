//! Photos from files, turned upright.

use std::io::Cursor;
use std::path::Path;

use anyhow::Context;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use libjpeg_turbo_rs::{PixelFormat, decompress_to};

use crate::photo::{Adjustment, MAX_BYTES, MAX_PIXELS, Prepared, Reduced, prepare_reduced};

/// Reads a photo of any supported format and prepares it, adjusted.
///
/// # Errors
/// Where the file cannot be read, is no image, is damaged or too large.
pub(super) fn read(path: &Path, adjustment: &Adjustment) -> anyhow::Result<Prepared> {
    let bytes = std::fs::metadata(path)
        .context("the file cannot be read")?
        .len();
    anyhow::ensure!(bytes > 0, "the file is empty");
    anyhow::ensure!(
        bytes <= MAX_BYTES as u64,
        "the file is {:.1} MB, and at most {} MB are read: make it smaller",
        bytes as f64 / (1024.0 * 1024.0),
        MAX_BYTES / (1024 * 1024)
    );
    let bytes = std::fs::read(path).context("the file cannot be read")?;
    let reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format()?;
    let Some(format) = reader.format() else {
        anyhow::bail!("this is not an image that can be read (JPEG, PNG, WebP, GIF or BMP)");
    };
    let name = format.to_mime_type();
    let mut decoder = reader
        .into_decoder()
        .with_context(|| format!("this {name} file cannot be read, or is damaged"))?;
    let (width, height) = decoder.dimensions();
    anyhow::ensure!(
        u64::from(width) * u64::from(height) <= MAX_PIXELS as u64,
        "the photo is {width} x {height} pixels, and at most {} megapixels are read: make it smaller",
        MAX_PIXELS / 1_000_000
    );
    let orientation = decoder
        .orientation()
        .unwrap_or(image::metadata::Orientation::NoTransforms);
    let decoded = match format {
        ImageFormat::Jpeg => jpeg(&bytes),
        _ => DynamicImage::from_decoder(decoder).map_err(anyhow::Error::from),
    };
    let mut photo = decoded.with_context(|| format!("this {name} file is truncated or damaged"))?;
    photo.apply_orientation(orientation);
    let rgba = photo.into_rgba8();
    let (width, height) = rgba.dimensions();
    let reduced = Reduced::of_rgba(rgba.as_raw(), width as usize, height as usize)?;
    Ok(prepare_reduced(&reduced, adjustment)?)
}

/// Decodes a JPEG file to the pixels that a browser shows. `image`'s own decoder is off by a few
/// levels, which moves the answer for a photo that could be one as well as the other.
fn jpeg(bytes: &[u8]) -> anyhow::Result<DynamicImage> {
    let decoded = decompress_to(bytes, PixelFormat::Rgb)?;
    RgbImage::from_raw(decoded.width as u32, decoded.height as u32, decoded.data)
        .map(DynamicImage::from)
        .context("its rows are not as long as its head says")
}
