// What a file is by its first bytes, how large its picture is, and whether it ends where it should.
// All of it before decoding: a 400-megapixel PNG is small on disk and would fill the memory.

/** @typedef {"png" | "jpeg" | "webp" | "gif" | "bmp" | "avif" | "heic" | "tiff" | "svg" | "jxl" | "jp2" | "ico" | "unknown"} Format */

/**
 * @typedef {object} Sniffed
 * @property {Format} format
 * @property {{width: number, height: number} | null} size from the header, where the format keeps it there
 * @property {boolean} truncated the file ends before its picture does
 */

import { jpeg } from "./sniff-jpeg.js";
import { avif, bmp, gif, png, webp } from "./sniff-formats.js";

/**
 * @param {Uint8Array} bytes the whole file
 * @returns {Sniffed}
 */
export function sniff(bytes) {
  const format = formatOf(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { png, jpeg, webp, gif, bmp, avif, heic: avif }[/** @type {string} */ (format)];
  if (!reader) return { format, size: null, truncated: false };
  try {
    return { format, ...reader(bytes, view) };
  } catch (error) {
    // The readers do not test each offset: reading past the end is how a cut header shows.
    if (error instanceof RangeError) return { format, size: null, truncated: true };
    throw error;
  }
}

/**
 * @param {Uint8Array} bytes
 * @returns {Format}
 */
function formatOf(bytes) {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (head.startsWith("\x89PNG")) return "png";
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "webp";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "gif";
  if (head.startsWith("BM") && bytes.length > 26) return "bmp";
  if (head.startsWith("II*\0") || head.startsWith("MM\0*")) return "tiff";
  if (head.startsWith("\xff\x0a") || head.startsWith("\0\0\0\x0cJXL ")) return "jxl";
  if (head.startsWith("\xff\x4f\xff\x51") || head.startsWith("\0\0\0\x0cjP  ")) return "jp2";
  if (head.startsWith("\0\0\x01\0") && bytes.length >= 22) return "ico";
  if (head.slice(4, 8) === "ftyp") {
    const brands = head.slice(8, 64);
    if (/avi[fs]/.test(brands)) return "avif";
    if (/hei[cxms]|hev[cxms]|mif1|msf1/.test(brands)) return "heic";
  }
  if (/^(\xef\xbb\xbf)?\s*(<\?xml|<!doctype svg|<svg)/i.test(head)) return "svg";
  return "unknown";
}
