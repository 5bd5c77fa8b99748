// PNG, WebP, GIF, BMP and the ISO boxes of AVIF and HEIC: size from the header, and whether the end is there.
// A DataView throws RangeError past the end; sniff() takes that for a cut header.

/** @typedef {{size: {width: number, height: number} | null, truncated: boolean}} Shape */

/**
 * @param {Uint8Array} bytes
 * @param {DataView} view
 * @returns {Shape}
 */
export function png(bytes, view) {
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  // Chunks are length, name, data, CRC; the picture is whole when IEND is reached.
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === 0x49454e44) return { size, truncated: false };
    at += 12 + length;
  }
  return { size, truncated: true };
}

/**
 * @param {Uint8Array} bytes
 * @param {DataView} view
 * @returns {Shape}
 */
export function webp(bytes, view) {
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

/**
 * @param {Uint8Array} _bytes
 * @param {DataView} view
 * @returns {Shape}
 */
export function gif(_bytes, view) {
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

/**
 * @param {Uint8Array} bytes
 * @param {DataView} view
 * @returns {Shape}
 */
export function bmp(bytes, view) {
  const truncated = view.getUint32(2, true) > bytes.length;
  // OS/2's first header, of 12 bytes, has 16 bits a side.
  if (view.getUint32(14, true) === 12) {
    return { size: { width: view.getUint16(18, true), height: view.getUint16(20, true) }, truncated };
  }
  // The height is negative where rows run from top to bottom.
  return { size: { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) }, truncated };
}

/**
 * @param {Uint8Array} bytes
 * @param {DataView} view
 * @returns {Shape}
 */
export function avif(bytes, view) {
  let truncated = false;
  for (let at = 0; at + 8 <= bytes.length; ) {
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
