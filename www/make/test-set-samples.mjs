// Writes samples/test-*.png: for each class the image of Fashion-MNIST's test set with the given index.
// Usage: npm run samples:test-set; THIMBLE_DATA names the folder of the IDX files.
import { writeFile } from "node:fs/promises";
import { testSet } from "../../tests/browser/test-set.mjs";
import { encodePng } from "./png.mjs";

const samples = new URL("../samples/", import.meta.url);

/**
 * Index in the test set, and the file's name: the first of its class that looks typical and that every network classifies
 * correctly.
 */
const SAMPLES = [
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

const { images, labels } = await testSet();
for (const [label, { index, name }] of SAMPLES.entries()) {
  const found = labels[index];
  if (found !== label) throw new Error(`test image ${index} must have the label ${label} for ${name}, got ${found}`);
  await writeFile(
    new URL(`${name}.png`, samples),
    encodePng(images.subarray(index * 784, (index + 1) * 784), 28, 28, 1),
  );
}
