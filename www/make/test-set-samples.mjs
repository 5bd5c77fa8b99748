// Writes samples/test-*.png: for each class the image of Fashion-MNIST's test set with the given index.
// Usage: npm run samples:test-set [-- DIR]; DIR holds the IDX files, gzipped or not
// (otherwise THIMBLE_DATA, then /usr/share/datasets/fashion-mnist).
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { encodePng } from "./png.mjs";

const data = process.argv[2] ?? process.env.THIMBLE_DATA ?? "/usr/share/datasets/fashion-mnist";
const samples = new URL("../samples/", import.meta.url);

/**
 * Index in the test set, and the file's name: the first of its class that looks typical and that every network is right
 * about.
 */
const PICTURES = [
  { index: 19, name: "test-0-t-shirt-top" },
  { index: 2, name: "test-1-trouser" },
  { index: 1, name: "test-2-pullover" },
  { index: 13, name: "test-3-dress" },
  { index: 6, name: "test-4-coat" },
  { index: 8, name: "test-5-sandal" },
  { index: 7, name: "test-6-shirt" },
  { index: 9, name: "test-7-sneaker" },
  { index: 18, name: "test-8-bag" },
  { index: 0, name: "test-9-ankle-boot" },
];

const pixels = await idx("t10k-images-idx3-ubyte");
const labels = await idx("t10k-labels-idx1-ubyte");
for (const [label, { index, name }] of PICTURES.entries()) {
  const found = labels[8 + index];
  if (found !== label) throw new Error(`test picture ${index} has the label ${found}, expected ${label} for ${name}`);
  const picture = pixels.subarray(16 + index * 784, 16 + (index + 1) * 784);
  await writeFile(new URL(`${name}.png`, samples), encodePng(picture, 28, 28, 1));
}

/** @type {(name: string) => Promise<Uint8Array>} the IDX file of that name, with its header */
async function idx(name) {
  const plain = `${data}/${name}`;
  if (existsSync(plain)) return readFile(plain);
  if (existsSync(`${plain}.gz`)) return gunzipSync(await readFile(`${plain}.gz`));
  throw new Error(
    `${plain} is not there, gzipped or not: give the folder of Fashion-MNIST's IDX files as the argument`,
  );
}
