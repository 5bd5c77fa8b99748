// A file's format, the size of its image, and whether it is complete, from its bytes before decoding: a 400-megapixel PNG
// is small on disk and would fill the memory.

/**
 * @typedef {"png" | "jpeg" | "webp" | "gif" | "bmp" | "avif" | "heic" | "tiff" | "svg" | "jxl" | "jp2" | "ico" |
 *   "unknown"} Format
 */

/**
 * @typedef {{size: {width: number, height: number} | null, truncated: boolean}} Shape size: null where the header has
 *   none
 */

/** @typedef {(bytes: Uint8Array, view: DataView) => Shape} Reader throws RangeError past the end, as a DataView does */

/**
 * @param {Uint8Array} bytes the whole file
 * @returns {{format: Format} & Shape} truncated: the file ends before its image does
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

/** Lengths of a BMP's second header: "BM" alone begins many a text. */
const BMP_HEADERS = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** @type {(bytes: Uint8Array) => Format} */
function formatOf(bytes) {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (head.startsWith("\x89PNG")) return "png";
  if (head.startsWith("\xff\xd8\xff")) return "jpeg";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "webp";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "gif";
  if (head.startsWith("BM") && BMP_HEADERS.has(bytes[14] ?? 0) && head.slice(15, 18) === "\0\0\0") return "bmp";
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

/** @type {Reader} */
function jpeg(bytes, view) {
  /** @type {{width: number, height: number} | null} */
  let size = null;
  let at = 2;
  while (at < bytes.length) {
    if (bytes[at] !== 0xff) {
      // Not a marker where one must be: damaged rather than cut. The decoder has the last word.
      return { size, truncated: false };
    }
    const marker = bytes[at + 1];
    if (marker === undefined) break;
    if (marker === 0xff) {
      at += 1; // fill byte
      continue;
    }
    if (marker === 0xd9) return { size, truncated: false };
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2; // markers without a length
      continue;
    }
    if (at + 4 > bytes.length) break;
    // C0 to CF are frame headers, but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic tables).
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame && at + 9 <= bytes.length) {
      size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    }
    at += 2 + view.getUint16(at + 2);
    if (marker === 0xda) at = endOfScan(bytes, at);
  }
  return { size, truncated: true };
}

/**
 * Skips entropy-coded data: in it, FF is followed by 00 (stuffed) or D0 to D7 (restart).
 * @param {Uint8Array} bytes
 * @param {number} from
 * @returns {number} offset of the next marker, or the length
 */
function endOfScan(bytes, from) {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) return bytes.length;
    const next = /** @type {number} */ (bytes[at + 1]);
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
    at += 2;
  }
}

/** @type {Reader} */
function png(bytes, view) {
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  // Chunks are length, name, data, CRC; the picture is whole when IEND is reached.
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49454e44) return { size, truncated: false };
    at += 12 + length;
  }
  return { size, truncated: true };
}

/** @type {Reader} */
function webp(bytes, view) {
  const truncated = view.getUint32(4, true) + 8 > bytes.length;
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  if (kind === "VP8X") {
    const u24 = (/** @type {number} */ at) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    return { size: { width: u24(24) + 1, height: u24(27) + 1 }, truncated };
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return { size: { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }, truncated };
  }
  const size = { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  return { size, truncated };
}

/** @type {Reader} */
function gif(_bytes, view) {
  const size = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  const table = (/** @type {number} */ flags) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  // Skips length-prefixed blocks up to the empty one.
  const skipBlocks = (/** @type {number} */ from) => {
    let at = from;
    for (let length = view.getUint8(at); length !== 0; length = view.getUint8(at)) at += 1 + length;
    return at + 1;
  };
  let at = 13 + table(view.getUint8(10));
  // Only the first frame is looked at: extensions (21), then the image (2C), whose data must end.
  while (view.getUint8(at) === 0x21) at = skipBlocks(at + 2);
  if (view.getUint8(at) === 0x2c) skipBlocks(at + 11 + table(view.getUint8(at + 9)));
  return { size, truncated: false };
}

/** @type {Reader} */
function bmp(bytes, view) {
  const truncated = view.getUint32(2, true) > bytes.length;
  // OS/2's first header, of 12 bytes, has 16 bits a side.
  if (view.getUint32(14, true) === 12) {
    return { size: { width: view.getUint16(18, true), height: view.getUint16(20, true) }, truncated };
  }
  // The height is negative where rows run from top to bottom.
  return { size: { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) }, truncated };
}

/** @type {Reader} */
function avif(bytes, view) {
  let truncated = false;
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = view.getUint32(at);
    if (length === 0) break; // the last box reaches to the end of the file
    const size = length === 1 ? Number(view.getBigUint64(at + 8)) : length;
    if (size < 8) break;
    at += size;
    truncated = at > bytes.length;
  }
  return { size: ispe(bytes, view), truncated };
}

/**
 * The largest picture named by an `ispe` property (there is one for each tile and thumbnail).
 * @param {Uint8Array} bytes
 * @param {DataView} view
 * @returns {{width: number, height: number} | null}
 */
function ispe(bytes, view) {
  const head = Math.min(bytes.length - 16, 65536);
  /** @type {{width: number, height: number} | null} */
  let largest = null;
  for (let at = 0; at < head; at += 1) {
    if (bytes[at] !== 0x69 || view.getUint32(at) !== 0x69737065) continue;
    const found = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (!largest || found.width * found.height > largest.width * largest.height) largest = found;
  }
  return largest;
}
