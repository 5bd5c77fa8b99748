// Bad files, made here so that the repository carries none of them.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng } from "../../www/make/png.mjs";
import { sample } from "./harness.mjs";

/**
 * @typedef {object} BadInput
 * @property {string} name the file's
 * @property {string} code of the error on its card
 * @property {RegExp} message on its card
 * @property {() => Promise<Uint8Array>} make
 */

/**
 * Every bad input that the page must name.
 * @type {BadInput[]}
 */
export const BAD_INPUTS = [
  {
    name: "notes.txt",
    code: "not-an-image",
    message: /not an image.*Choose a PNG, JPEG/,
    make: async () => Buffer.from("Two metres of linen, one metre of lining."),
  },
  { name: "empty.jpg", code: "photo-empty", message: /empty \(0 bytes\)/, make: async () => new Uint8Array() },
  {
    name: "half.jpg",
    code: "photo-truncated",
    message: /JPEG file is truncated/,
    make: async () => half(await readFile(sample("photo-t-shirt.jpg"))),
  },
  {
    name: "half.png",
    code: "photo-truncated",
    message: /PNG file is truncated/,
    make: async () => half(await readFile(sample("test-9-ankle-boot.png"))),
  },
  {
    name: "damaged.png",
    code: "photo-damaged",
    message: /PNG file is damaged/,
    make: async () => {
      const bytes = await readFile(sample("test-9-ankle-boot.png"));
      // In the middle of the compressed pixels.
      bytes.fill(0xaa, 60, 120);
      return bytes;
    },
  },
  {
    name: "flat.gif",
    code: "photo-damaged",
    message: /GIF file is damaged: by its header it has 200 × 0 pixels\. Copy/,
    make: async () => Buffer.from("474946383961c8000000800100000000ffffff2c00000000010001000002024401003b", "hex"),
  },
  {
    name: "words.bmp",
    code: "not-an-image",
    message: /not an image in a known format/,
    make: async () => Buffer.from("BMW is a maker of cars, and these words are no header of a bitmap."),
  },
  { name: "phone.heic", code: "heic", message: /cannot read HEIC.*JPEG.*Safari/, make: async () => heic() },
  {
    name: "scan.tiff",
    code: "unsupported-type",
    message: /cannot read TIFF files\. Convert it to JPEG or PNG/,
    make: async () => Buffer.from("II*\0\x08\0\0\0\0\0", "latin1"),
  },
  {
    name: "photo.jxl",
    code: "unsupported-type",
    message: /cannot read JPEG XL files\. Convert it to JPEG or PNG/,
    make: async () => Buffer.from("\xff\x0a\xfa\x1f\x01\x91\x08\x06\x01\0", "latin1"),
  },
  {
    name: "photo.jp2",
    code: "unsupported-type",
    message: /cannot read JPEG 2000 files\. Convert it to JPEG or PNG/,
    make: async () => Buffer.from("\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", "latin1"),
  },
  {
    name: "favicon.ico",
    code: "unsupported-type",
    message: /cannot read ICO files\. Convert it to JPEG or PNG/,
    make: async () => Buffer.concat([Buffer.from("\0\0\x01\0\x01\0", "latin1"), Buffer.alloc(60)]),
  },
  {
    name: "drawing.svg",
    code: "unsupported-type",
    message: /cannot read SVG files\. Convert it to JPEG or PNG/,
    make: async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>'),
  },
  {
    name: "wall.png",
    code: "photo-too-large",
    message: /8000 × 6400 pixels \(51\.2 megapixels\), and the limit is 50 megapixels/,
    make: async () => encodePng(new Uint8Array(8000 * 6400), 8000, 6400, 1),
  },
  {
    name: "heavy.png",
    code: "photo-too-heavy",
    message: /41 MB, and the limit is 40 MB/,
    make: async () => Buffer.concat([await readFile(sample("test-9-ankle-boot.png")), Buffer.alloc(40 * 1024 * 1024)]),
  },
  {
    name: "dot.png",
    code: "photo-too-small",
    message: /1 × 1 pixels.*at least 8 × 8/,
    make: async () => encodePng(Uint8Array.of(120), 1, 1, 1),
  },
  {
    name: "glass.png",
    code: "photo-transparent",
    message: /transparent/,
    make: async () => encodePng(new Uint8Array(60 * 60 * 4), 60, 60, 4),
  },
];

/**
 * Writes files into a folder of their own.
 * @param {{name: string, make: () => Promise<Uint8Array>}[]} inputs
 * @returns {Promise<{paths: string[], remove: () => Promise<void>}>}
 */
export async function writeInputs(inputs) {
  const folder = await mkdtemp(join(tmpdir(), "thimble-test-"));
  const paths = inputs.map(({ name }) => join(folder, name));
  for (const [index, { make }] of inputs.entries()) {
    await writeFile(/** @type {string} */ (paths[index]), await make());
  }
  return { paths, remove: () => rm(folder, { recursive: true }) };
}

/** @param {Uint8Array} bytes */
function half(bytes) {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

/** The head of a HEIC file, and a box of data. */
function heic() {
  const head = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1");
  const data = Buffer.alloc(64);
  data.writeUInt32BE(64, 0);
  data.write("mdat", 4, "latin1");
  return Buffer.concat([head, data]);
}
