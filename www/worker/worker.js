// The worker's whole surface. One worker holds one classifier: one WebGPU device is all that a worker can have,
// and after a panic the worker is thrown away with everything in it.
import { expose, transfer } from "comlink";
import { carryErrorCodes, ThimbleError, toPlain } from "../shared/errors.js";
import { measureTick } from "../shared/clock.js";
import { referencePicture } from "../shared/reference-picture.js";
import { aheadIsUnderWay, decodeAhead, dropAhead, takeAhead, timed } from "./ahead.js";
import { adapterInUse, probeAdapter, watchDevices } from "./device-watch.js";
import { startPackage } from "./package.js";
import { reduce } from "./reduce.js";
import { dropHeld, hold, takeThumbnail } from "./thumbnail.js";
import { measureWarm } from "./warm.js";

/** @typedef {import("./decode.js").Photo} Photo */
/** @typedef {import("../shared/types.js").Adjustment} Adjustment */
/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("../shared/types.js").Loaded} Loaded */
/** @typedef {import("../shared/types.js").ReducedPhoto} ReducedPhoto */
/** @typedef {import("../shared/types.js").Sight} Sight */
/** @typedef {import("../shared/types.js").Tried} Tried */
/** @typedef {import("../shared/types.js").Warm} Warm */

/** @type {{glue: import("./package.js").ThimbleModule, classifier: import("../../pkg/cpu/thimble.js").Classifier} | undefined} */
let loaded;
/** Found out while the package is on its way: it takes some ticks, which a photo would wait for later. */
const tick = measureTick();

function ready() {
  if (loaded) return loaded;
  throw new ThimbleError("not-loaded", "A photo came before the classifier was loaded: wait for it, then try again.");
}

const service = {
  probeAdapter,

  /**
   * Starts a package with a network's weights, where it is to have them at once, and creates the classifier.
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
    const info = classifier.info();
    if (backend === "webgpu") info.adapter ||= adapterInUse();
    return { info, load, tick };
  },

  /**
   * Gives the classifier the weights of its network, which it answers photos without.
   * @param {Uint8Array} weights
   */
  addWeights(weights) {
    ready().classifier.addWeights(weights);
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
   * @param {Photo} photo a bitmap is closed, or held for `thumbnail`
   * @param {boolean} forCard whether what a card adjusts is wanted too, and `thumbnail` will be asked for
   * @param {boolean} isAhead whether it is the one that `decodeAhead` was asked for
   * @returns {Promise<Sight>}
   */
  async classify(photo, forCard, isAhead) {
    const asked = performance.now();
    const { classifier, glue } = ready();
    if (!isAhead) dropAhead();
    const { decoded, spent: decoding } = await (takeAhead() ?? timed(photo));
    // What was decoded before it was asked for took its time all the same.
    const start = Math.min(asked, performance.now() - decoding);
    hold(decoded);
    let isWanted = false;
    try {
      const { width, height } = decoded;
      const { reduced, spent } = reduce(glue.PhotoReducer, decoded);
      const decodeEnd = performance.now();
      const finding = await findingOf(classifier, reduced);
      const total = performance.now() - start;
      const milliseconds = { decode: decodeEnd - start - spent, reduce: spent, total };
      const sight = { width, height, milliseconds, finding };
      isWanted = forCard;
      if (finding && !forCard) return { ...sight, reduced: null };
      return transfer({ ...sight, reduced }, [reduced.planes.buffer]);
    } finally {
      if (!isWanted) dropHeld();
    }
  },

  /**
   * The photo that `classify` was asked for last, small: for its card, which shows the verdict first.
   * @returns {ImageBitmap | null} null where there is none, or the browser gives no canvas for it
   */
  thumbnail() {
    const thumbnail = takeThumbnail();
    return thumbnail && transfer(thumbnail, [thumbnail]);
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

/**
 * @param {import("../../pkg/cpu/thimble.js").Classifier} classifier
 * @param {ReducedPhoto} photo
 * @returns {Promise<import("../shared/types.js").Finding | null>} null where the classifier lacks the weights that it wants
 */
async function findingOf(classifier, photo) {
  try {
    return await classifier.classifyReduced(photo);
  } catch (error) {
    if (toPlain(error).code === "weights-missing") return null;
    throw error;
  }
}

/** @typedef {typeof service} Service */

carryErrorCodes();
// A message of its own, outside comlink: the loss answers no call.
watchDevices((reason) => self.postMessage({ thimble: "device-lost", reason }));
expose(service);
