// Reads safetensors, the form in which `thimble-train export` writes weights: eight bytes of the header's length, a JSON
// header of names, shapes and places, and the numbers.

/** @typedef {{shape: number[], values: Float32Array}} Tensor */

/**
 * @param {Uint8Array} bytes of a file whose tensors are all of 32-bit floats
 * @returns {{metadata: Record<string, string>, tensors: Map<string, Tensor>}}
 */
export function readSafetensors(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, 8 + length)),
  );
  const data = bytes.subarray(8 + length);
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  for (const [name, { dtype, shape, data_offsets: places }] of Object.entries(entries)) {
    if (dtype !== "F32") throw new Error(`the tensor ${name} is of ${dtype}; expected F32`);
    // A copy, since floats want an address that is a multiple of four.
    const values = new Float32Array(Uint8Array.from(data.subarray(...places)).buffer);
    const expected = shape.reduce((/** @type {number} */ product, /** @type {number} */ side) => product * side, 1);
    if (values.length !== expected)
      throw new Error(`the tensor ${name} has ${values.length} values; its shape ${shape} wants ${expected}`);
    tensors.set(name, { shape, values });
  }
  return { metadata, tensors };
}
