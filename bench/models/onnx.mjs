// A network as an ONNX model.
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

/** @typedef {import("./layers.mjs").Layer} Layer */
/** @typedef {import("./safetensors.mjs").Tensor} Tensor */

// ONNX's numbers: of the 32-bit floats, of attributes that are one integer or several, and of the versions.
const FLOAT = 1;
const INT = 2;
const INTS = 7;
const IR_VERSION = 8;
const OPERATOR_SET = 17;

/**
 * @param {Layer[]} layers
 * @returns {Uint8Array} a model that makes `logits`, `[batch, 10]`, of `inputs`, `[batch, 1, 28, 28]`
 */
export function onnxModel(layers) {
  const graph = new Graph();
  let flat = false;
  // The input of the layer before, which is what a residual sum adds.
  let [x, before] = ["inputs", ""];
  for (const [index, layer] of layers.entries()) {
    const isLast = index === layers.length - 1;
    const input = x;
    if (layer.kind === "pool") {
      x = graph.add("MaxPool", [x], [ints("kernel_shape", [2, 2]), ints("strides", [2, 2])]);
    } else if (layer.kind === "conv") {
      const attributes = [
        ints("kernel_shape", [3, 3]),
        ints("strides", [layer.stride, layer.stride]),
        ints("pads", [1, 1, 1, 1]),
      ];
      x = graph.add("Conv", [x, ...graph.weights(layer)], attributes);
      if (layer.residual) x = graph.add("Add", [x, before]);
      x = graph.add("Relu", [x]);
    } else {
      if (!flat) x = graph.add("Flatten", [x], []);
      flat = true;
      x = graph.add(
        "Gemm",
        [x, ...graph.weights(layer)],
        [{ name: "transB", type: INT, i: 1 }],
        isLast ? "logits" : undefined,
      );
      if (layer.relu) x = graph.add("Relu", [x]);
    }
    before = input;
  }
  const type = protobuf.loadSync(fileURLToPath(new URL("onnx.proto", import.meta.url)));
  const model = type.lookupType("ModelProto");
  return model.encode(model.fromObject(graph.model())).finish();
}

/** Nodes and weights, in the order in which they are added. */
class Graph {
  /** @type {object[]} */
  #nodes = [];
  /** @type {object[]} */
  #initializers = [];

  /**
   * @param {string} operator
   * @param {string[]} inputs
   * @param {object[]} [attributes]
   * @param {string} [output] its name
   * @returns {string} the output's name
   */
  add(operator, inputs, attributes = [], output = `${operator.toLowerCase()}-${this.#nodes.length}`) {
    this.#nodes.push({ name: output, opType: operator, input: inputs, output: [output], attribute: attributes });
    return output;
  }

  /**
   * @param {{name: string, weights: Tensor, bias: Tensor}} layer
   * @returns {string[]} the names of its weights and its bias
   */
  weights({ name, weights, bias }) {
    return Object.entries({ weights, bias }).map(([kind, { shape, values }]) => {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      this.#initializers.push({ name: `${name}.${kind}`, dims: shape, dataType: FLOAT, rawData: bytes });
      return `${name}.${kind}`;
    });
  }

  /** @returns {Record<string, unknown>} what goes into the file */
  model() {
    const dimensions = (/** @type {number[]} */ sides) => ({
      dim: [{ dimParam: "batch" }, ...sides.map((side) => ({ dimValue: side }))],
    });
    const value = (/** @type {string} */ name, /** @type {number[]} */ sides) => ({
      name,
      type: { tensorType: { elemType: FLOAT, shape: dimensions(sides) } },
    });
    return {
      irVersion: IR_VERSION,
      producerName: "thimble-bench",
      opsetImport: [{ domain: "", version: OPERATOR_SET }],
      graph: {
        name: "network",
        node: this.#nodes,
        initializer: this.#initializers,
        input: [value("inputs", [1, 28, 28])],
        output: [value("logits", [10])],
      },
    };
  }
}

/**
 * @param {string} name
 * @param {number[]} values
 * @returns {object} an attribute
 */
function ints(name, values) {
  return { name, type: INTS, ints: values };
}
