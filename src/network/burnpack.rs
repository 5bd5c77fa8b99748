//! Reads the tensors of a burnpack, burn's weights format, without burn.
//!
//! A burnpack has a header of ten bytes (the magic number `NRUB`, a version and the length of the index), an index in
//! CBOR (RFC 8949), and from the next multiple of 256 bytes on the tensors; the crate burn-pack specifies it. This reader
//! knows only the number formats of this project's weights, and takes 23 KB less of a compressed wasm package than burn's.

use std::collections::BTreeMap;
use std::ops::Range;

use half::f16;
use minicbor::Decoder;
use minicbor::data::Type;
use minicbor::decode::Error;

/// The first bytes of every burnpack.
const MAGIC: [u8; 4] = *b"NRUB";
/// The version of the format that is read.
const VERSION: u16 = 1;
/// Bytes of the header: magic number, version and length of the index.
const HEADER_BYTES: usize = 10;
/// The tensors start at a multiple of this many bytes.
const ALIGNMENT: usize = 256;

/// The tensors of a burnpack, by their names in burn's module.
pub struct Burnpack<'a> {
    /// All tensors, to whose bytes the descriptions refer.
    data: &'a [u8],
    tensors: BTreeMap<&'a str, Description>,
}

/// Where and how a tensor is stored.
#[derive(Default)]
struct Description {
    format: Format,
    shape: Vec<usize>,
    /// Its bytes in the data.
    range: Range<usize>,
}

/// The number formats of tensors.
#[derive(Default)]
enum Format {
    F32,
    F16,
    /// 8-bit integers, and after them a 16-bit float for each block, its scale. Blocks have these sides, the last
    /// dimensions' ones.
    Int8 {
        block: Vec<usize>,
    },
    #[default]
    Unsupported,
}

impl<'a> Burnpack<'a> {
    /// Reads the index of tensors.
    ///
    /// # Errors
    /// A message if the bytes are not a burnpack.
    pub fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let parts = (|| {
            let (header, rest) = bytes.split_at_checked(HEADER_BYTES)?;
            let (magic, header) = header.split_first_chunk()?;
            let (version, length) = header.split_first_chunk()?;
            let length = u32::from_le_bytes(*length.first_chunk()?) as usize;
            let is_known = *magic == MAGIC && u16::from_le_bytes(*version) == VERSION;
            let data = HEADER_BYTES.checked_add(length)?;
            let data = data.checked_next_multiple_of(ALIGNMENT)?;
            is_known.then_some((rest.get(..length)?, bytes.get(data..)?))
        })();
        let (index, data) = parts.ok_or("it is not a burnpack of version 1")?;
        let tensors = tensors(&mut Decoder::new(index))
            .map_err(|error| format!("its index is damaged: {error}"))?;
        Ok(Self { data, tensors })
    }

    /// Removes the tensor called `name` and decodes its values; its shape must be `shape`.
    ///
    /// # Errors
    /// A message if it is missing, or has another shape or an unsupported format.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let tensor = (self.tensors.remove(name)).ok_or_else(|| format!("{name} is missing"))?;
        let found = &tensor.shape;
        if found != shape {
            return Err(format!(
                "{name} must have the shape {shape:?}, got {found:?}"
            ));
        }
        let bytes = (self.data.get(tensor.range))
            .ok_or_else(|| format!("{name} lies beyond the end of the file"))?;
        let values = match tensor.format {
            Format::F32 => numbers(bytes, f32::from_le_bytes),
            Format::F16 => numbers(bytes, half_float),
            Format::Int8 { block } => dequantized(bytes, shape, &block)
                .ok_or_else(|| format!("{name} has scales that do not match its values"))?,
            Format::Unsupported => return Err(format!("{name} has an unsupported format")),
        };
        match values.len() == shape.iter().product::<usize>() {
            true => Ok(values),
            false => Err(format!("{name} has {} values", values.len())),
        }
    }

    /// Checks that [`Burnpack::take`] removed every tensor.
    ///
    /// # Errors
    /// A message that names a tensor left over.
    pub fn finish(self) -> Result<(), String> {
        match self.tensors.into_keys().next() {
            Some(name) => Err(format!("{name} is not a tensor of the network")),
            None => Ok(()),
        }
    }
}

/// Reads the index: a map whose entry `tensors` has the description of each tensor.
fn tensors<'a>(index: &mut Decoder<'a>) -> Result<BTreeMap<&'a str, Description>, Error> {
    let mut tensors = BTreeMap::new();
    read_map(index, |index, key| match key {
        "tensors" => read_map(index, |index, name| {
            tensors.insert(name, description(index)?);
            Ok(())
        }),
        _ => index.skip(),
    })?;
    Ok(tensors)
}

fn description(index: &mut Decoder<'_>) -> Result<Description, Error> {
    let mut read = Description::default();
    read_map(index, |index, key| {
        match key {
            "dtype" => read.format = format(index)?,
            "shape" => read.shape = lengths(index)?,
            "data_offsets" => {
                if let [start, end] = lengths(index)?[..] {
                    read.range = start..end;
                }
            }
            _ => index.skip()?,
        }
        Ok(())
    })?;
    Ok(read)
}

/// Reads a tensor's format: a name, or a map that describes how it was quantized.
fn format(index: &mut Decoder<'_>) -> Result<Format, Error> {
    if index.datatype()? == Type::String {
        return Ok(match index.str()? {
            "F32" => Format::F32,
            "F16" => Format::F16,
            _ => Format::Unsupported,
        });
    }
    let mut format = Format::Unsupported;
    read_map(index, |index, _| {
        let mut block = Vec::new();
        let mut is_supported = true;
        read_map(index, |index, key| {
            match key {
                "value" => is_supported &= index.str()? == "Q8S",
                "store" => is_supported &= index.str()? == "Native",
                "mode" => is_supported &= index.str()? == "Symmetric",
                "block" if index.datatype()? == Type::Map => read_map(index, |index, key| {
                    match key {
                        "dtype" => is_supported &= index.str()? == "F16",
                        "size" => block = block_sides(index)?,
                        _ => index.skip()?,
                    }
                    Ok(())
                })?,
                // A scale of the whole tensor, beside those of its blocks.
                "tensor" => {
                    is_supported &= index.datatype()? == Type::Null;
                    index.skip()?;
                }
                _ => index.skip()?,
            }
            Ok(())
        })?;
        if is_supported && !block.is_empty() {
            format = Format::Int8 { block };
        }
        Ok(())
    })?;
    Ok(format)
}

/// Reads the sides of blocks: a list, of which the first `len` count.
fn block_sides(index: &mut Decoder<'_>) -> Result<Vec<usize>, Error> {
    let (mut sides, mut count) = (Vec::new(), 0);
    read_map(index, |index, key| {
        match key {
            "storage" => sides = lengths(index)?,
            "len" => count = index.u8()?.into(),
            _ => index.skip()?,
        }
        Ok(())
    })?;
    sides.truncate(count);
    Ok(sides)
}

/// Reads a list of lengths.
fn lengths(index: &mut Decoder<'_>) -> Result<Vec<usize>, Error> {
    let mut lengths = Vec::new();
    for _ in 0..index
        .array()?
        .ok_or(Error::message("a list has no length"))?
    {
        let length = usize::try_from(index.u64()?);
        lengths.push(length.map_err(|_| Error::message("a length is too large"))?);
    }
    Ok(lengths)
}

/// Calls `read` for each key of a map, which must read its value.
fn read_map<'a>(
    index: &mut Decoder<'a>,
    mut read: impl FnMut(&mut Decoder<'a>, &'a str) -> Result<(), Error>,
) -> Result<(), Error> {
    for _ in 0..index.map()?.ok_or(Error::message("a map has no length"))? {
        let key = index.str()?;
        read(index, key)?;
    }
    Ok(())
}

/// Decodes little-endian numbers.
fn numbers<const BYTES: usize>(bytes: &[u8], read: impl Fn([u8; BYTES]) -> f32) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<BYTES>();
    numbers.iter().copied().map(read).collect()
}

fn half_float(bytes: [u8; 2]) -> f32 {
    f16::from_le_bytes(bytes).to_f32()
}

/// Multiplies the integers, which come first, by the scales of their blocks. `None` if there are too few scales.
fn dequantized(bytes: &[u8], shape: &[usize], block: &[usize]) -> Option<Vec<f32>> {
    let (integers, scales) = bytes.split_at_checked(shape.iter().product())?;
    let scales = numbers(scales, half_float);
    // Leading dimensions without a block's side have blocks of one.
    let leading = shape.len().checked_sub(block.len())?;
    let extents: Vec<usize> = std::iter::repeat_n(&1, leading)
        .chain(block)
        .map(|side| (*side).max(1))
        .collect();
    let mut values = Vec::with_capacity(integers.len());
    // The index of the current row in every dimension but the last.
    let (&width, sides) = shape.split_last()?;
    let (&extent, extents) = extents.split_last()?;
    let mut position = vec![0; sides.len()];
    for row in integers.chunks_exact(width.max(1)) {
        let first = (position.iter().zip(sides).zip(extents))
            .fold(0, |first, ((index, side), extent)| {
                first * side.div_ceil(*extent) + index / extent
            });
        let blocks = width.div_ceil(extent);
        let scales = scales.get(first * blocks..(first + 1) * blocks)?;
        for (integers, scale) in row.chunks(extent).zip(scales) {
            values.extend(
                integers
                    .iter()
                    .map(|&integer| f32::from(integer as i8) * scale),
            );
        }
        for (index, side) in position.iter_mut().zip(sides).rev() {
            *index += 1;
            if *index < *side {
                break;
            }
            *index = 0;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{NetworkName, ShippedPhotoNetworks};

    fn photo_network() -> Vec<u8> {
        let photos = ShippedPhotoNetworks::beside(NetworkName::default()).unwrap();
        photos.garments.bytes().to_vec()
    }

    /// Decodes every tensor of a burnpack whose names and shapes are those of a sound one.
    fn decode(bytes: &[u8], tensors: &[(String, Vec<usize>)]) -> Result<usize, String> {
        let mut burnpack = Burnpack::read(bytes)?;
        let mut values = 0;
        for (name, shape) in tensors {
            values += burnpack.take(name, shape)?.len();
        }
        burnpack.finish().map(|()| values)
    }

    #[test]
    fn damaged_files_are_refused_or_have_other_values() {
        let sound = photo_network();
        let burnpack = Burnpack::read(&sound).unwrap();
        let tensors: Vec<(String, Vec<usize>)> = (burnpack.tensors.iter())
            .map(|(name, tensor)| ((*name).to_owned(), tensor.shape.clone()))
            .collect();
        let count = tensors
            .iter()
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum();
        assert_eq!(decode(&sound, &tensors), Ok(count));
        let index = HEADER_BYTES + u32::from_le_bytes(*sound[6..].first_chunk().unwrap()) as usize;
        for length in (0..index).step_by(7).chain([sound.len() - 1]) {
            assert!(
                decode(&sound[..length], &tensors).is_err(),
                "{length} bytes"
            );
        }
        for place in (0..index).step_by(5) {
            for bits in [0x01, 0x20, 0x80, 0xff] {
                let mut damaged = sound.clone();
                damaged[place] ^= bits;
                if let Ok(values) = decode(&damaged, &tensors) {
                    assert_eq!(values, count, "byte {place}");
                }
            }
        }
    }

    #[test]
    fn a_list_longer_than_the_file_is_refused() {
        // A map with the key `tensors`, and in it a tensor whose shape has 2^64 - 1 sides.
        let mut index = vec![0xa1, 0x67];
        index.extend_from_slice(b"tensors\xa1\x61w\xa1\x65shape\x9b");
        index.extend_from_slice(&[0xff; 8]);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(index.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&index);
        bytes.resize(ALIGNMENT, 0);
        let refused = Burnpack::read(&bytes).err().unwrap_or_default();
        assert!(refused.contains("damaged"), "{refused}");
    }
}
