// A PNG of 8 bits a channel: for the samples, and for images that tests need.
import { deflateSync } from "node:zlib";

/**
 * PNG's colour types by number of channels.
 * @type {Record<number, number>}
 */
const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 };

/**
 * @param {Uint8Array} pixels row by row, channels interleaved
 * @param {number} width
 * @param {number} height
 * @param {number} channels 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA
 * @returns {Buffer}
 */
export function encodePng(pixels, width, height, channels) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits; compression, filter and interlace stay 0
  header[9] = COLOUR_TYPES[channels] ?? 0;
  // Each row starts with its filter: 0, none.
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y += 1) rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** @type {(type: string, content: Buffer) => Buffer} type: four letters */
function chunk(type, content) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(content.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([frame, body, sum]);
}

/** PNG's checksum; node:zlib has it only from version 22 on. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  return sum;
});

/** @type {(bytes: Uint8Array) => number} unsigned */
function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ /** @type {number} */ (CRC_TABLE[(sum ^ byte) & 0xff]);
  return (sum ^ 0xffffffff) >>> 0;
}
