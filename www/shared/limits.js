// The limits of a photo. The same pixel limit holds in Rust; here it is checked before decoding.

/** Largest file, bytes. */
export const MAX_BYTES = 40 * 1024 * 1024;
/** Largest photo, pixels. */
export const MAX_PIXELS = 50_000_000;
/** Smallest side, pixels: below it no garment can be recognised. */
export const MIN_SIDE = 8;
