// A network as a plain list of layers, from which the models of other engines are made. Names and layouts are those of
// `thimble-train export`, which are PyTorch's: convolutions [outputs, inputs, 3, 3], dense layers [outputs, inputs], and
// where a dense layer reads a feature map, its inputs are in the order channels, rows, columns.

/** @typedef {import("./safetensors.mjs").Tensor} Tensor */

/**
 * @typedef {object} Conv a 3x3 convolution with one pixel of zeros around its input, then a ReLU
 * @property {"conv"} kind
 * @property {string} name
 * @property {Tensor} weights [outputs, inputs, 3, 3]
 * @property {Tensor} bias [outputs]
 * @property {1 | 2} stride
 * @property {boolean} residual whether the input of the convolution before it is added before the ReLU
 */

/** @typedef {{kind: "pool"}} Pool the greatest of 2x2 */

/**
 * @typedef {object} Dense
 * @property {"dense"} kind
 * @property {string} name
 * @property {Tensor} weights [outputs, inputs]
 * @property {Tensor} bias [outputs]
 * @property {boolean} relu
 */

/** @typedef {Conv | Pool | Dense} Layer */

/** Side of the last feature map of every network, before its dense layers. */
export const LAST_SIDE = 7;

/**
 * @param {Map<string, Tensor>} tensors
 * @returns {Layer[]}
 */
export function layersOf(tensors) {
  return tensors.has("conv1.weight") ? paper(tensors) : residual(tensors);
}

/**
 * @param {Map<string, Tensor>} tensors
 * @returns {Layer[]}
 */
function paper(tensors) {
  const conv = (/** @type {string} */ name) => convolution(tensors, name, 1, false);
  return [
    conv("conv1"),
    { kind: "pool" },
    conv("conv2"),
    { kind: "pool" },
    dense(tensors, "hidden", true),
    dense(tensors, "output", false),
  ];
}

/**
 * @param {Map<string, Tensor>} tensors
 * @returns {Layer[]}
 */
function residual(tensors) {
  /** @type {Conv[]} */
  const layers = [];
  for (let stage = 0; tensors.has(`stages.${stage}.entry.weight`); stage += 1) {
    layers.push(convolution(tensors, `stages.${stage}.entry`, stage === 0 ? 1 : 2, false));
    for (let block = 0; tensors.has(`stages.${stage}.blocks.${block}.first.weight`); block += 1) {
      layers.push(convolution(tensors, `stages.${stage}.blocks.${block}.first`, 1, false));
      layers.push(convolution(tensors, `stages.${stage}.blocks.${block}.second`, 1, true));
    }
  }
  const channels = layers.at(-1)?.bias.shape[0] ?? 0;
  return [...layers, head(tensors, channels)];
}

/**
 * Of a mean or a weighted sum over the pixels and the dense layer behind it, the one dense layer that does the same:
 * fewer operations, so that no engine is held up by their number.
 * @param {Map<string, Tensor>} tensors
 * @param {number} channels of the last feature map
 * @returns {Dense}
 */
function head(tensors, channels) {
  const output = dense(tensors, "output", false);
  const [classes = 0, inputs] = output.weights.shape;
  if (inputs !== channels) return output;
  const sums = tensors.get("head.weight");
  const pixels = LAST_SIDE * LAST_SIDE;
  const values = new Float32Array(classes * channels * pixels);
  for (let index = 0; index < values.length; index += 1) {
    const [row, place] = [Math.floor(index / pixels), index % (channels * pixels)];
    values[index] = (output.weights.values[row] ?? NaN) * (sums ? (sums.values[place] ?? NaN) : 1 / pixels);
  }
  return { ...output, weights: { shape: [classes, channels * pixels], values } };
}

/**
 * @param {Map<string, Tensor>} tensors
 * @param {string} name
 * @param {1 | 2} stride
 * @param {boolean} isResidual
 * @returns {Conv}
 */
function convolution(tensors, name, stride, isResidual) {
  return { kind: "conv", name, stride, residual: isResidual, ...weightsOf(tensors, name) };
}

/**
 * @param {Map<string, Tensor>} tensors
 * @param {string} name
 * @param {boolean} relu
 * @returns {Dense}
 */
function dense(tensors, name, relu) {
  return { kind: "dense", name, relu, ...weightsOf(tensors, name) };
}

/**
 * @param {Map<string, Tensor>} tensors
 * @param {string} name
 * @returns {{weights: Tensor, bias: Tensor}}
 */
function weightsOf(tensors, name) {
  const [weights, bias] = [tensors.get(`${name}.weight`), tensors.get(`${name}.bias`)];
  if (!weights || !bias) throw new Error(`the exported network has no ${name}.weight or no ${name}.bias`);
  return { weights, bias };
}
