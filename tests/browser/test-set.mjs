// Fashion-MNIST's test set.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** The folder of the IDX files. */
export const data = process.env.THIMBLE_DATA ?? "/usr/share/datasets/fashion-mnist";

/** Whether the test set is there. */
export const hasTestSet = idxFile("t10k-images-idx3-ubyte") !== null;

/**
 * @returns {Promise<{images: Uint8Array, labels: Uint8Array}>} 784 grey values of each image, and its class
 */
export async function testSet() {
  const images = (await idx("t10k-images-idx3-ubyte")).subarray(16);
  const labels = (await idx("t10k-labels-idx1-ubyte")).subarray(8);
  return { images, labels };
}

/**
 * @param {string} name
 * @returns {string | null} its path, gzipped or not
 */
function idxFile(name) {
  return [join(data, `${name}.gz`), join(data, name)].find((file) => existsSync(file)) ?? null;
}

/**
 * @param {string} name
 * @returns {Promise<Uint8Array>} with its header
 */
async function idx(name) {
  const file = idxFile(name);
  if (!file) throw new Error(`no ${name} in ${data}: set THIMBLE_DATA to the folder of the IDX files`);
  const bytes = await readFile(file);
  return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}
