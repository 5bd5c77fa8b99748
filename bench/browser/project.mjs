// What the bench takes from the project's browser tests, in one place.
export { begunBefore, openWindow, sizes } from "../../tests/browser/first-prediction.mjs";
export { FLAGS, pkg, readJson, root, SOFTWARE_GPU } from "../../tests/browser/harness.mjs";
export { find, serve } from "../../tests/browser/server.mjs";
import { testSet as idx } from "../../tests/browser/test-set.mjs";

/** @returns {Promise<{inputs: Uint8Array, labels: Uint8Array}>} Fashion-MNIST's test set: 784 grey bytes an input, and its class */
export async function testSet() {
  const { images, labels } = await idx();
  return { inputs: images, labels };
}
