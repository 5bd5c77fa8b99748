// TensorFlow.js. As its documentation advises: convolutions and products with bias and ReLU fused, everything between
// tidied up, weights uploaded once.
import * as tf from "@tensorflow/tfjs-core";
import { LAST_SIDE, layersOf } from "../../../models/layers.mjs";
import { readSafetensors } from "../../../models/safetensors.mjs";
import { host, INPUT_VALUES, toFloats } from "../host.js";

/** @typedef {import("../../../models/layers.mjs").Layer} Layer */
/** @typedef {import("../../../models/safetensors.mjs").Tensor} Tensor */
/** @typedef {any} Value one of the library's tensors */
/** @typedef {(x: Value, before: Value) => Value} Step a layer: of its input, and of the input of the layer before */

/**
 * Makes this worker a host of it.
 * @param {"wasm" | "webgpu"} backend
 * @param {(threads: number) => void} [configure] called before the backend starts
 */
export function hostTensorFlow(backend, configure) {
  host(async (settings) => {
    configure?.(settings.threads);
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
    await tf.ready();
    const bytes = new Uint8Array(await (await fetch(settings.weights)).arrayBuffer());
    const steps = layersOf(readSafetensors(bytes).tensors).map(step);
    return { facts: { version: tf.version_core }, call: async (count) => call(steps, count, backend === "webgpu") };
  });
}

/**
 * @param {Step[]} steps
 * @param {number} count of inputs
 * @param {boolean} isAsynchronous whether results have to be waited for
 * @returns {import("../host.js").Call}
 */
function call(steps, count, isAsynchronous) {
  const values = new Float32Array(count * INPUT_VALUES);
  const forward = () =>
    tf.tidy(() => {
      /** @type {Value} */
      let x = tf.tensor4d(values, [count, 28, 28, 1]);
      let before = x;
      for (const next of steps) [x, before] = [next(x, before), x];
      return x;
    });
  return {
    fill: (inputs) => toFloats(inputs, values),
    run() {
      const logits = forward();
      if (!isAsynchronous) {
        const found = logits.dataSync();
        logits.dispose();
        return found;
      }
      return logits.data().finally(() => logits.dispose());
    },
  };
}

/**
 * @param {Layer} layer
 * @returns {Step}
 */
function step(layer) {
  if (layer.kind === "pool") return (x) => tf.maxPool(x, 2, 2, "valid");
  const bias = tf.tensor1d(layer.bias.values);
  if (layer.kind === "dense") {
    const weights = tf.keep(denseWeights(layer.weights));
    const activation = layer.relu ? "relu" : "linear";
    return (x) => tf.fused.matMul({ a: tf.reshape(x, [x.shape[0], weights.shape[0]]), b: weights, bias, activation });
  }
  const filter = tf.keep(
    tf.tidy(() => tf.transpose(tf.tensor4d(layer.weights.values, layer.weights.shape), [2, 3, 1, 0])),
  );
  const fixed = { filter, bias, strides: layer.stride, pad: 1, dimRoundingMode: "floor" };
  if (!layer.residual) return (x) => tf.fused.conv2d({ x, ...fixed, activation: "relu" });
  return (x, before) => tf.relu(tf.add(tf.fused.conv2d({ x, ...fixed, activation: "linear" }), before));
}

/**
 * Weights `[inputs, outputs]`. Feature maps are channels-last here, so a layer that reads one has its inputs reordered.
 * @param {Tensor} weights [outputs, inputs]
 * @returns {Value}
 */
function denseWeights({ values, shape: [outputs = 0, inputs = 0] }) {
  const channels = inputs / (LAST_SIDE * LAST_SIDE);
  return tf.tidy(() => {
    if (!Number.isInteger(channels)) return tf.transpose(tf.tensor2d(values, [outputs, inputs]));
    const byPlace = tf.tensor4d(values, [outputs, channels, LAST_SIDE, LAST_SIDE]);
    return tf.reshape(tf.transpose(byPlace, [2, 3, 1, 0]), [inputs, outputs]);
  });
}
