// The worker's whole surface. One worker holds one classifier: one WebGPU device is all that a worker can have,
// and after a panic the worker is thrown away with everything in it.
import { expose, transfer } from "comlink";
import { carryErrorCodes, ThimbleError } from "../shared/errors.js";
import { measureTick } from "../shared/clock.js";
import { referencePicture } from "../shared/reference-picture.js";
import { decode } from "./decode.js";
import { adapterInUse, probeAdapter, watchDevices } from "./device-watch.js";
import { startPackage } from "./package.js";
import { thumbnailOf } from "./thumbnail.js";
import { measureWarm } from "./warm.js";

/** @typedef {import("./decode.js").Photo} Photo */
/** @typedef {import("../shared/types.js").Loaded} Loaded */
/** @typedef {import("../shared/types.js").Verdict} Verdict */
/** @typedef {import("../shared/types.js").Warm} Warm */

/** @type {import("../../pkg/cpu/thimble.js").Classifier | undefined} */
let classifier;
let tick = 1;

function ready() {
  if (classifier) return classifier;
  throw new ThimbleError("not-loaded", "A photo came before the classifier was loaded: wait for it, then try again.");
}

const service = {
  probeAdapter,

  /**
   * Starts a package with a network's weights, creates the classifier and runs it once on the reference picture.
   * @param {import("../shared/types.js").Wanted} wanted
   * @returns {Promise<Loaded>}
   */
  async load({ script, module, backend, network, weights }) {
    const start = performance.now();
    const { Classifier } = await startPackage(script, module);
    classifier = await Classifier.create(backend, network, weights);
    const created = performance.now();
    const logits = await classifier.logits(referencePicture());
    const firstRun = performance.now() - created;
    tick = measureTick();
    const info = classifier.info();
    if (backend === "webgpu") info.adapter ||= adapterInUse();
    return { info, load: created - start, firstRun, tick, logits };
  },

  /**
   * @param {Photo} photo
   * @param {boolean} withThumbnail
   * @returns {Promise<Verdict>}
   */
  async classify(photo, withThumbnail) {
    const start = performance.now();
    const { rgba, width, height, canvas } = await decode(photo);
    try {
      const decoded = performance.now();
      const found = await ready().classify(rgba, width, height);
      const end = performance.now();
      const { label, index, probabilities, picture, inverted } = found;
      const milliseconds = { decode: decoded - start, ...found.milliseconds, total: end - start };
      // After the last time is taken: it is no part of the answer.
      const thumbnail = withThumbnail && canvas ? thumbnailOf(canvas) : null;
      const verdict = { label, index, probabilities, picture, inverted, width, height, milliseconds, thumbnail };
      return thumbnail ? transfer(verdict, [thumbnail]) : verdict;
    } finally {
      // Up to 200 MB, given back now and not when memory is next tidied up.
      if (canvas) canvas.width = 0;
    }
  },

  /**
   * @param {Uint8Array} [picture] 784 bytes; the reference picture where left out
   * @returns {Promise<Warm>}
   */
  warm(picture = referencePicture()) {
    return measureWarm(ready(), picture, tick);
  },
};

/** @typedef {typeof service} Service */

carryErrorCodes();
// A message of its own, outside comlink: the loss answers no call.
watchDevices((reason) => self.postMessage({ thimble: "device-lost", reason }));
expose(service);
