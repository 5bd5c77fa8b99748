//! Reads the tensors of a burnpack, burn's weights format, without burn's devices.

use std::collections::BTreeMap;

use burn_pack::{Bytes, DType, Reader, Tensor};
use burn_std::f16;
use burn_std::quantization::{BlockSize, QuantizedBytes};

/// The tensors of a burnpack, by their names in burn's module.
pub struct Burnpack(BTreeMap<String, Tensor>);

impl Burnpack {
    /// Reads the index of tensors.
    ///
    /// # Errors
    /// A message if the bytes are not a burnpack.
    pub fn read(bytes: Bytes) -> Result<Self, String> {
        let tensors = Reader::from_bytes(bytes).and_then(Reader::into_tensors);
        let tensors = tensors.map_err(|error| error.to_string())?;
        let named = tensors
            .into_iter()
            .map(|tensor| (tensor.name.clone(), tensor));
        Ok(Self(named.collect()))
    }

    /// Removes the tensor called `name` and decodes its values; its shape must be `shape`.
    ///
    /// # Errors
    /// A message if it is missing, or has another shape or an unsupported format.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let tensor = (self.0.remove(name)).ok_or_else(|| format!("{name} is missing"))?;
        let found = tensor.shape.clone();
        if found.as_slice() != shape {
            return Err(format!(
                "{name} must have the shape {shape:?}, got {found:?}"
            ));
        }
        let dtype = tensor.dtype;
        let bytes = tensor.into_bytes().map_err(|error| error.to_string())?;
        match dtype {
            DType::F32 => Ok(numbers(&bytes, f32::from_le_bytes)),
            DType::F16 => Ok(numbers(&bytes, |bytes| f16::from_le_bytes(bytes).to_f32())),
            DType::QFloat(scheme) => {
                let block = scheme.block_size();
                let quantized = QuantizedBytes {
                    bytes,
                    scheme,
                    shape: found,
                };
                let (integers, scales) = quantized.into_vec_i8();
                let global = scales.global.unwrap_or(1.0);
                let scales: Vec<f32> = scales.block.iter().map(|scale| scale * global).collect();
                dequantized(&integers, &scales, shape, block.as_ref())
                    .ok_or_else(|| format!("{name} has scales that do not match its values"))
            }
            other => Err(format!("{name} has the unsupported format {other:?}")),
        }
    }

    /// Checks that [`Burnpack::take`] removed every tensor.
    ///
    /// # Errors
    /// A message that names a tensor left over.
    pub fn finish(self) -> Result<(), String> {
        match self.0.into_keys().next() {
            Some(name) => Err(format!("{name} is not a tensor of the network")),
            None => Ok(()),
        }
    }
}

/// Decodes little-endian numbers.
fn numbers<const BYTES: usize>(bytes: &[u8], read: impl Fn([u8; BYTES]) -> f32) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<BYTES>();
    numbers.iter().copied().map(read).collect()
}

/// Multiplies the integers by the scales of their blocks, or all by one scale if there are no blocks. `None`
/// if there are too few scales.
fn dequantized(
    integers: &[i8],
    scales: &[f32],
    shape: &[usize],
    block: Option<&BlockSize>,
) -> Option<Vec<f32>> {
    let Some(block) = block else {
        let scale = scales.first()?;
        return Some(
            integers
                .iter()
                .map(|&value| f32::from(value) * scale)
                .collect(),
        );
    };
    let extents = block.to_dim_vec(shape.len());
    let mut values = Vec::with_capacity(integers.len());
    // The index of the current row in every dimension but the last.
    let (&width, sides) = shape.split_last()?;
    let (&extent, extents) = extents.split_last()?;
    let extent = usize::from(extent).max(1);
    let mut position = vec![0; sides.len()];
    for row in integers.chunks_exact(width.max(1)) {
        let first =
            (position.iter().zip(sides).zip(extents)).fold(0, |first, ((index, side), extent)| {
                let extent = usize::from(*extent).max(1);
                first * side.div_ceil(extent) + index / extent
            });
        let scales = scales.get(first * width.div_ceil(extent)..)?;
        if scales.len() < width.div_ceil(extent) {
            return None;
        }
        for (values_of_block, scale) in row.chunks(extent).zip(scales) {
            values.extend(
                values_of_block
                    .iter()
                    .map(|&value| f32::from(value) * scale),
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
