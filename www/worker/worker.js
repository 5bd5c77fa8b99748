// The worker's whole surface. One worker holds one classifier: one WebGPU device is all that a worker can have,
// and after a panic the worker is thrown away with everything in it.
import { expose, transfer } from "comlink";
import { carryErrorCodes, ThimbleError } from "../shared/errors.js";
import { measureTick } from "../shared/clock.js";
import { referencePicture } from "../shared/reference-picture.js";
import { aheadIsUnderWay, decodeAhead, dropAhead, takeAhead, timed } from "./ahead.js";
import { adapterInUse, probeAdapter, watchDevices } from "./device-watch.js";
import { startPackage } from "./package.js";
import { reduce } from "./reduce.js";
import { thumbnailOf } from "./thumbnail.js";
import { measureWarm } from "./warm.js";

/** @typedef {import("./decode.js").Photo} Photo */
/** @typedef {import("../shared/types.js").Adjustment} Adjustment */
/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("../shared/types.js").Loaded} Loaded */
/** @typedef {import("../shared/types.js").ReducedPhoto} ReducedPhoto */
/** @typedef {import("../shared/types.js").Tried} Tried */
/** @typedef {import("../shared/types.js").Verdict} Verdict */
/** @typedef {import("../shared/types.js").Warm} Warm */

/** @type {{glue: import("./package.js").ThimbleModule, classifier: import("../../pkg/cpu/thimble.js").Classifier} | undefined} */
let loaded;
let tick = 1;

function ready() {
  if (loaded) return loaded;
  throw new ThimbleError("not-loaded", "A photo came before the classifier was loaded: wait for it, then try again.");
}

const service = {
  probeAdapter,

  /**
   * Starts a package with a network's weights and creates the classifier.
   * @param {import("../shared/types.js").Wanted} wanted
   * @returns {Promise<Loaded>}
   */
  async load({ script, module, backend, network, weights }) {
    const start = performance.now();
    const glue = await startPackage(script, module);
    await aheadIsUnderWay();
    const classifier = await glue.Classifier.create(backend, network, weights);
    loaded = { glue, classifier };
    const load = performance.now() - start;
    tick = measureTick();
    const info = classifier.info();
    if (backend === "webgpu") info.adapter ||= adapterInUse();
    return { info, load, tick };
  },

  /**
   * Runs the network on the reference picture.
   * @returns {Promise<Tried>}
   */
  async tryOut() {
    const { classifier } = ready();
    // No photo waits.
    dropAhead();
    const start = performance.now();
    const logits = await classifier.logits(referencePicture());
    return { run: performance.now() - start, logits };
  },

  /** Begins to decode a photo that `classify` is likely to be asked for first. */
  decodeAhead,

  /**
   * @param {Photo} photo a bitmap is closed
   * @param {boolean} forCard whether what a card shows and adjusts is wanted too
   * @param {boolean} isAhead whether it is the one that `decodeAhead` was asked for
   * @returns {Promise<Verdict>}
   */
  async classify(photo, forCard, isAhead) {
    const asked = performance.now();
    const { classifier, glue } = ready();
    if (!isAhead) dropAhead();
    const { decoded, spent: decoding } = await (takeAhead() ?? timed(photo));
    // What was decoded before it was asked for took its time all the same.
    const start = Math.min(asked, performance.now() - decoding);
    try {
      const { width, height } = decoded;
      const { reduced, spent } = reduce(glue.PhotoReducer, decoded);
      const decodeEnd = performance.now();
      const found = await classifier.classifyReduced(reduced);
      const end = performance.now();
      const { prepare, ...others } = found.milliseconds;
      const milliseconds = { decode: decodeEnd - start - spent, prepare: spent + prepare, ...others, total: end - start };
      const verdict = { ...found, width, height, milliseconds };
      if (!forCard) return { ...verdict, thumbnail: null, reduced: null };
      // After the last time is taken: it is no part of the answer.
      const thumbnail = decoded instanceof ImageBitmap ? thumbnailOf(decoded) : null;
      const transfers = [reduced.planes.buffer, ...(thumbnail ? [thumbnail] : [])];
      return transfer({ ...verdict, thumbnail, reduced }, transfers);
    } finally {
      // Up to 200 MB, given back now and not when memory is next tidied up.
      if (decoded instanceof ImageBitmap) decoded.close();
    }
  },

  /**
   * A photo that is decoded and reduced already, as its card has it adjusted.
   * @param {ReducedPhoto} photo
   * @param {Adjustment} adjustment
   * @returns {Promise<Finding>}
   */
  adjust(photo, adjustment) {
    return ready().classifier.classifyReduced(photo, adjustment);
  },

  /**
   * @param {Uint8Array} [picture] 784 bytes; the reference picture where left out
   * @returns {Promise<Warm>}
   */
  warm(picture = referencePicture()) {
    return measureWarm(ready().classifier, picture, tick);
  },
};

/** @typedef {typeof service} Service */

carryErrorCodes();
// A message of its own, outside comlink: the loss answers no call.
watchDevices((reason) => self.postMessage({ thimble: "device-lost", reason }));
expose(service);
