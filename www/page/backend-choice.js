// The backends by name, and the automatic choice between WebGPU and the CPU, with its reason in one sentence.
import { asThimbleError } from "../shared/errors.js";
import { exact, formatMilliseconds } from "./format.js";
import { errorSentence, words } from "../language/language.js";

/**
 * @import { Backend, Info } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { WarmTime } from "../shared/types.js"
 * @import { NetworkPools } from "./network-pools.js"
 */

/** @typedef {Backend | "automatic"} Choice */

/**
 * @typedef {object} BackendTraits
 * @property {"cpu" | "webgpu"} package
 * @property {number} tolerance largest difference of a logit from the CPU's at which it still computes the same network
 */

/** @type {Record<Backend, BackendTraits>} */
export const BACKENDS = {
  webgpu: { package: "webgpu", tolerance: 1e-2 },
  cpu: { package: "cpu", tolerance: 1e-2 },
  // Rounding changes a logit by some tenths at most, another network or a wrong sum by whole ones.
  "cpu-int8": { package: "cpu", tolerance: 0.5 },
  ndarray: { package: "webgpu", tolerance: 1e-2 },
};

/** @type {(backend: Backend) => string} as the page calls it */
export function titleOf(backend) {
  return words.backends.titles[backend];
}

/** Errors of a backend that come again however often it is tried. */
const LASTING = new Set(["no-int8", "package-missing", "package-pending"]);

/** @type {Backend} always there, loaded first, and used when another fails */
export const FALLBACK = "cpu";

/** Timings of each backend; the median counts. */
const ROUNDS = 3;

/**
 * @typedef {object} Chosen
 * @property {Backend} backend
 * @property {() => string} reason a sentence, in the language in use when it is called
 * @property {() => string} [warning] a sentence too
 * @property {boolean} [canRetry] whether the backend that the visitor chose failed, and may not fail again
 */

/** @type {(info: Info, ofPhoto: boolean) => Backend} whose kernels run: int8 leaves photos to floats where it would change too many labels */
export function backendOf({ backend, network }, ofPhoto) {
  return backend === "cpu-int8" && ofPhoto && !network.photosInt8 ? "cpu" : backend;
}

/**
 * Times WebGPU against the CPU, where it computes the same.
 * @param {NetworkPools} pools
 * @returns {Promise<Chosen>}
 */
export async function chooseAutomatically(pools) {
  try {
    const cpu = await pools.firstWorker("cpu");
    const { connection } = /** @type {{connection?: {saveData?: boolean}}} */ (navigator);
    if (connection?.saveData) return onCpu(() => words.backends.savesData);
    return await compare(pools, cpu);
  } catch (error) {
    return onCpu(() => errorSentence(asThimbleError(error)));
  }
}

/** @type {(pools: NetworkPools, cpu: ClassifierWorker) => Promise<Chosen>} */
async function compare(pools, cpu) {
  try {
    const gpu = await pools.firstWorker("webgpu");
    const differs = await difference(cpu, gpu);
    if (differs) return onCpu(() => words.backends.wrong(differs()));
    return await faster(cpu, gpu);
  } catch (error) {
    return onCpu(() => words.backends.onCpu(errorSentence(asThimbleError(error))));
  }
}

/**
 * Loads the backend that the visitor chose. It is used even where it computes something else than the CPU, with a
 * warning.
 * @param {NetworkPools} pools
 * @param {Backend} backend
 * @returns {Promise<Chosen>}
 */
export async function tryBackend(pools, backend) {
  try {
    const chosen = await pools.firstWorker(backend);
    const differs = backend === FALLBACK ? null : await difference(await pools.firstWorker(FALLBACK), chosen);
    const warning = differs ? () => words.backends.differs(differs()) : undefined;
    const photosInF32 = backend === "cpu-int8" && pools.network?.photosInt8 === false;
    const reason = () =>
      [words.backends.chosen(titleOf(backend)), photosInF32 ? words.backends.photosInF32 : "", warning?.() ?? ""]
        .filter(Boolean)
        .join(" ");
    return { backend, reason, warning };
  } catch (caught) {
    const error = asThimbleError(caught);
    return {
      backend: FALLBACK,
      reason: () => words.backends.instead(titleOf(backend), errorSentence(error)),
      canRetry: !LASTING.has(error.code),
    };
  }
}

/**
 * Compares the logits of the reference image.
 * @param {ClassifierWorker} cpu
 * @param {ClassifierWorker} other
 * @returns {Promise<(() => string) | null>} what differs, as the end of a sentence; null where the backends agree
 */
async function difference(cpu, other) {
  const [expected, found] = await Promise.all([cpu.runReference(), other.runReference()]);
  const { tolerance } = BACKENDS[other.info.backend];
  const largest = largestDifference(expected.logits, found.logits);
  if (largest <= tolerance) return null;
  if (Number.isNaN(largest)) return () => words.backends.notNumbers;
  return () => words.backends.difference(exact(largest.toPrecision(2)), exact(tolerance));
}

/** @type {(a: Float32Array, b: Float32Array) => number} NaN where lengths differ or a value is NaN */
function largestDifference(a, b) {
  if (a.length !== b.length || a.length === 0) return NaN;
  // Unlike a comparison, Math.max keeps a NaN.
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (b[index] ?? NaN))), 0);
}

/** @type {(reason: () => string) => Chosen} */
function onCpu(reason) {
  return { backend: FALLBACK, reason };
}

/** @type {(cpu: ClassifierWorker, gpu: ClassifierWorker) => Promise<Chosen>} */
async function faster(cpu, gpu) {
  const cpuTime = await medianTime(cpu);
  const gpuTime = await medianTime(gpu);
  const isGpu = gpuTime.mean < cpuTime.mean;
  return {
    backend: isGpu ? "webgpu" : FALLBACK,
    reason: () => words.backends.faster(isGpu, format(gpuTime), format(cpuTime)),
  };
}

/** @type {(worker: ClassifierWorker) => Promise<WarmTime>} */
async function medianTime(worker) {
  /** @type {WarmTime[]} */
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await worker.measureWarm(true));
  times.sort((a, b) => a.mean - b.mean);
  return /** @type {WarmTime} */ (times[Math.floor(times.length / 2)]);
}

/** @type {(time: WarmTime) => string} */
function format({ mean, tick, repetitions }) {
  return formatMilliseconds(mean, tick / repetitions);
}
