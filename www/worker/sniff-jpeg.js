// JPEG: walk the segments to the frame header (its size) and on to the end marker.

/**
 * @param {Uint8Array} bytes
 * @param {DataView} view
 * @returns {{size: {width: number, height: number} | null, truncated: boolean}}
 */
export function jpeg(bytes, view) {
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
