// All that a worker can be asked for. One worker holds one classifier: it can have one WebGPU device, and after a panic
// it ends with everything in it.
import { expose, transfer } from "comlink";
import { BROWSERS } from "../shared/browsers.js";
import { carryErrorCodes, describe, RETRY, ThimbleError, toPlain } from "../shared/errors.js";
import { aheadIsUnderWay, decodeAhead, dropAhead, takeAhead, timed } from "./ahead.js";
import { adapterInUse, probeAdapter, watchDevices } from "./device-watch.js";
import { downscale } from "./downscale.js";
import { referenceInput } from "./reference-input.js";
import { dropHeld, hold, takeThumbnail } from "./thumbnail.js";
import { measureTick, measureWarm } from "./timing.js";

/**
 * @import { Classifier, DownscaledPhoto, Explanation, PhotoEdit, Prediction } from "../../pkg/cpu/thimble.js"
 * @import { Loaded, LoadRequest, PreparedPhoto, ReferenceRun, WarmTime } from "../shared/types.js"
 * @import { Decoded, Photo } from "./decode.js"
 */

/** @typedef {typeof import("../../pkg/cpu/thimble.js")} Glue all packages have the same surface */

/** @type {{glue: Glue, classifier: Classifier} | undefined} */
let loaded;
/** Measured while the package is on its way: it takes some ticks, which a photo would wait for later. */
const tick = measureTick();

function ready() {
  if (loaded) return loaded;
  throw new ThimbleError("not-loaded", "The classifier is not loaded yet. Wait for it, then try again.");
}

const service = {
  probeAdapter,
  decodeAhead,

  /**
   * Starts a package that the page has compiled, and creates the classifier.
   * @param {LoadRequest} request
   * @returns {Promise<Loaded>}
   */
  async load({ script, module, backend, network, weights }) {
    const glue = await startPackage(script, module);
    await aheadIsUnderWay();
    const classifier = await glue.Classifier.create(backend, network, weights);
    loaded = { glue, classifier };
    const info = classifier.info();
    if (backend === "webgpu") info.adapter ||= adapterInUse();
    return { info, tick };
  },

  /**
   * Gives the classifier its network's weights, which photos do not need.
   * @param {Uint8Array} weights
   */
  addWeights(weights) {
    ready().classifier.addWeights(weights);
  },

  /** @returns {Promise<ReferenceRun>} */
  async runReference() {
    const { classifier } = ready();
    // No photo waits.
    dropAhead();
    const start = performance.now();
    const all = [await classifier.logits(referenceInput()), await classifier.photoReference()];
    const run = performance.now() - start;
    return { run, logits: Float32Array.from(all.flatMap((logits) => [...logits])) };
  },

  /**
   * @param {Photo} photo a bitmap is closed, or held for `thumbnail`
   * @param {boolean} forCard whether the downscaled photo is wanted too, and `thumbnail` will be called
   * @param {boolean} isAhead whether `decodeAhead` was called with it
   * @returns {Promise<PreparedPhoto>}
   */
  async classify(photo, forCard, isAhead) {
    const called = performance.now();
    const { classifier, glue } = ready();
    if (!isAhead) dropAhead();
    const { decoded, spent: decoding } = await (takeAhead() ?? timed(photo));
    // What was decoded before the call took its time all the same.
    const start = Math.min(called, performance.now() - decoding);
    hold(decoded);
    let keepsPhoto = false;
    try {
      const { width, height } = decoded;
      const { downscaled, spent } = downscale(glue.PhotoDownscaler, decoded) ?? noCanvas(decoded);
      const decodeEnd = performance.now();
      const prediction = await predict(classifier, downscaled);
      const total = performance.now() - start;
      const milliseconds = { decode: decodeEnd - start - spent, downscale: spent, total };
      const prepared = { width, height, milliseconds, prediction };
      keepsPhoto = forCard;
      if (prediction && !forCard) return { ...prepared, downscaled: null };
      return transfer({ ...prepared, downscaled }, [downscaled.planes.buffer]);
    } finally {
      if (!keepsPhoto) dropHeld();
    }
  },

  /**
   * @returns {Promise<Blob | null>} the photo of the last `classify`, small, as a file; null where there is none, or no
   *   canvas for it
   */
  thumbnail() {
    return takeThumbnail();
  },

  /** @type {(photo: DownscaledPhoto, edit: PhotoEdit) => Promise<Prediction>} */
  classifyDownscaled(photo, edit) {
    return ready().classifier.classifyDownscaled(photo, edit);
  },

  /** @type {(photo: DownscaledPhoto, edit: PhotoEdit, garment: number) => Promise<Explanation | null>} */
  explain(photo, edit, garment) {
    return ready().classifier.explain(photo, edit, garment);
  },

  /**
   * @param {Uint8Array} inputs 784 bytes each, light on dark
   * @returns {Promise<Float32Array>} ten logits each
   */
  async logits(inputs) {
    const logits = await ready().classifier.logits(inputs);
    return transfer(logits, [logits.buffer]);
  },

  /**
   * @param {number} batch images at a time
   * @returns {Promise<WarmTime>} of a batch
   */
  measureBatch(batch) {
    const { classifier } = ready();
    const input = referenceInput();
    const inputs = new Uint8Array(batch * input.length);
    for (let index = 0; index < batch; index += 1) inputs.set(input, index * input.length);
    return measureWarm(async (repetitions) => {
      for (let left = repetitions; left > 0; left -= 1) await classifier.logits(inputs);
    }, tick);
  },

  /**
   * @param {boolean} ofPhoto whether a photo is timed, or an image in Fashion-MNIST's format
   * @returns {Promise<WarmTime>}
   */
  measureWarm(ofPhoto) {
    const { classifier } = ready();
    const repeat = (/** @type {number} */ repetitions) =>
      ofPhoto ? classifier.repeatPhoto(repetitions) : classifier.repeat(referenceInput(), repetitions);
    return measureWarm(repeat, tick);
  },
};

/** @type {(script: string, module: WebAssembly.Module) => Promise<Glue>} script: URL of the glue */
async function startPackage(script, module) {
  /** @type {Glue} */
  const glue = await import(script).catch((error) => {
    throw new ThimbleError(
      "package-fetch",
      `The classifier's script could not be loaded (${describe(error)}). ${RETRY}`,
    );
  });
  try {
    await glue.default({ module_or_path: module });
  } catch (error) {
    throw new ThimbleError(
      "package-start",
      `The classifier's WebAssembly did not start (${describe(error)}). Reload the page; if that does not help, ` +
        `update the browser (${BROWSERS} or newer).`,
    );
  }
  return glue;
}

/**
 * @param {Classifier} classifier
 * @param {DownscaledPhoto} photo
 * @returns {Promise<Prediction | null>} null where the classifier lacks the weights for it
 */
async function predict(classifier, photo) {
  try {
    return await classifier.classifyDownscaled(photo);
  } catch (error) {
    if (toPlain(error).code === "weights-missing") return null;
    throw error;
  }
}

/** @type {(photo: Decoded) => never} */
function noCanvas({ width, height }) {
  throw new ThimbleError(
    "no-canvas",
    `The browser has no memory for ${width} × ${height} pixels. Close other tabs, or export the photo smaller.`,
  );
}

/** @typedef {typeof service} Service */

carryErrorCodes();
// A message of its own, outside comlink: the loss answers no call.
watchDevices((reason) => self.postMessage({ thimble: "device-lost", reason }));
expose(service);
