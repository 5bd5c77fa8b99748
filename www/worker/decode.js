// One photo decoded, with each way in which it can fail named for its card.
import { ThimbleError } from "../shared/errors.js";
import { MAX_BYTES, MAX_PIXELS, MIN_SIDE } from "../shared/limits.js";
import { sniff } from "./sniff.js";

/** @import { Format } from "./sniff.js" */

/** @typedef {{rgba: Uint8Array<ArrayBuffer>, width: number, height: number}} Pixels straight alpha, row by row */

/** @typedef {Blob | ImageBitmap | Pixels} Photo a file, or one that is decoded already */

/** @typedef {ImageBitmap | Pixels} Decoded */

/** @type {Partial<Record<Format, string>>} only named: browsers that decode them do so before their size can be told */
const UNREAD = { tiff: "TIFF", svg: "SVG", jxl: "JPEG XL", jp2: "JPEG 2000", ico: "ICO" };

const READABLE = "PNG, JPEG, WebP, AVIF, GIF or BMP";

/**
 * @param {Photo} photo
 * @param {() => void} [onBegun] called when the browser has begun to decode a file, beside this worker
 * @returns {Promise<Decoded>} a bitmap is for the caller to close
 */
export async function decode(photo, onBegun = () => {}) {
  const decoded = photo instanceof Blob ? await bitmapOf(photo, onBegun) : photo;
  try {
    checkSize(decoded.width, decoded.height);
    return decoded;
  } catch (error) {
    if (decoded instanceof ImageBitmap) decoded.close();
    throw error;
  }
}

/**
 * Decodes a file whose header has been checked.
 * @param {Blob} file
 * @param {() => void} onBegun
 * @returns {Promise<ImageBitmap>}
 */
async function bitmapOf(file, onBegun) {
  if (file.size === 0) {
    throw new ThimbleError(
      "photo-empty",
      "This file is empty (0 bytes). Choose the photo again, or another copy of it.",
    );
  }
  if (file.size > MAX_BYTES) {
    const found = Math.ceil(file.size / 1024 / 1024);
    throw new ThimbleError(
      "photo-too-heavy",
      `This file has ${found} MB, and the limit is ${MAX_BYTES / 1024 / 1024} MB. Export a smaller photo and try again.`,
    );
  }
  const { format, size, truncated } = sniff(await bytesOf(file));
  rejectFormat(format);
  if (size && Math.min(size.width, size.height) === 0) {
    throw new ThimbleError(
      "photo-damaged",
      `This ${format.toUpperCase()} file is damaged: by its header it has ${size.width} × ${size.height} pixels. ` +
        "Copy or download it again.",
    );
  }
  if (size) checkSize(size.width, size.height);
  if (truncated) {
    throw new ThimbleError(
      "photo-truncated",
      `This ${format.toUpperCase()} file is truncated: it ends before its image does. Copy or download it again.`,
    );
  }
  const bitmap = bitmapFrom(file, format);
  onBegun();
  return bitmap;
}

/** @type {(file: Blob) => Promise<Uint8Array>} */
async function bytesOf(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new ThimbleError(
      "photo-unreadable",
      "The browser could not read this file. It may have been moved or changed, or be a folder. Choose it again.",
    );
  }
}

/** @param {Format} format */
function rejectFormat(format) {
  if (format === "unknown") {
    throw new ThimbleError("not-an-image", `This is not an image in a known format. Choose a ${READABLE} file.`);
  }
  const name = UNREAD[format];
  if (name) {
    throw new ThimbleError("unsupported-type", `Thimble cannot read ${name} files. Convert it to JPEG or PNG.`);
  }
}

/** @type {(width: number, height: number) => void} */
function checkSize(width, height) {
  if (width * height > MAX_PIXELS) {
    const found = (width * height) / 1e6;
    throw new ThimbleError(
      "photo-too-large",
      `This photo has ${width} × ${height} pixels (${found.toFixed(1)} megapixels), and the limit is ` +
        `${MAX_PIXELS / 1e6} megapixels. Export a smaller photo and try again.`,
    );
  }
  if (Math.min(width, height) < MIN_SIDE) {
    throw new ThimbleError(
      "photo-too-small",
      `This image has ${width} × ${height} pixels, and at least ${MIN_SIDE} × ${MIN_SIDE} are needed. Choose a larger one.`,
    );
  }
}

/** @type {(file: Blob, format: Format) => Promise<ImageBitmap>} */
async function bitmapFrom(file, format) {
  try {
    return await createImageBitmap(file, {
      imageOrientation: "from-image",
      premultiplyAlpha: "none",
      // As the command line reads it, and as the photos that the network was trained on were read.
      colorSpaceConversion: "none",
    });
  } catch {
    if (format === "heic") {
      throw new ThimbleError(
        "heic",
        "This browser cannot read HEIC photos. Convert it to JPEG (on an iPhone: Settings, Camera, Formats, " +
          "Most Compatible), or open this page in Safari, which reads HEIC.",
      );
    }
    throw new ThimbleError(
      "photo-damaged",
      `This ${format.toUpperCase()} file is damaged: the browser could not decode it. Copy or download it again, ` +
        "or save it again in an image editor.",
    );
  }
}
