// Fashion-MNIST's test images: read from IDX files, and classified by a pool of workers.
import { words } from "../language/language.js";
import { describe, ThimbleError } from "../shared/errors.js";

/**
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { WorkerPool } from "../pool/pool.js"
 */

/** @typedef {{images: Uint8Array<ArrayBuffer>, labels: Uint8Array, count: number}} TestSet images: 784 grey values each */

/**
 * @typedef {object} Evaluation
 * @property {number} count images
 * @property {number} correct
 * @property {number} loss mean cross-entropy in nats
 * @property {number} seconds from the first request to the last result, with all workers ready before
 * @property {number} workers
 * @property {number[][]} confusion by true class (row) and predicted class (column)
 * @property {Uint8Array} predicted class of each image
 */

const CLASSES = 10;
const PIXELS = 28 * 28;
const IMAGE_HEADER = 16;
const LABEL_HEADER = 8;
/** So long a worker may take to start. */
const START_MILLISECONDS = 15_000;
/** Images that a worker is given at a time. */
const CHUNK = 250;

/**
 * Reads the images and the labels, gzipped or not.
 * @param {Blob} images
 * @param {Blob} labels
 * @returns {Promise<TestSet>} rejects with the code `test-set` where a file is no such file
 */
export async function readTestSet(images, labels) {
  const [pixels, classes] = [await unzipped(images), await unzipped(labels)];
  const numbers = (/** @type {Uint8Array} */ bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOfImages =
    pixels.length >= IMAGE_HEADER &&
    numbers(pixels).getUint32(0) === 0x803 &&
    numbers(pixels).getUint32(8) === 28 &&
    numbers(pixels).getUint32(12) === 28;
  const count = isOfImages ? numbers(pixels).getUint32(4) : 0;
  if (!isOfImages || count === 0 || pixels.length !== IMAGE_HEADER + count * PIXELS) {
    throw new ThimbleError("test-set", words.benchmark.badImages);
  }
  const isOfLabels =
    classes.length === LABEL_HEADER + count &&
    numbers(classes).getUint32(0) === 0x801 &&
    classes.subarray(LABEL_HEADER).every((label) => label < CLASSES);
  if (!isOfLabels) {
    throw new ThimbleError("test-set", words.benchmark.badLabels(count));
  }
  return { images: pixels.slice(IMAGE_HEADER), labels: classes.slice(LABEL_HEADER), count };
}

/** @type {(file: Blob) => Promise<Uint8Array<ArrayBuffer>>} */
async function unzipped(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new ThimbleError("test-set", words.benchmark.badArchive(describe(error)));
  }
}

/**
 * Downloads the files that the site has.
 * @param {string[]} urls
 * @param {(share: number) => void} onProgress 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<Blob[]>}
 */
export async function download(urls, onProgress, signal) {
  const responses = await Promise.all(urls.map((url) => fetch(url, { signal })));
  const failed = responses.find(({ ok }) => !ok);
  if (failed) throw new ThimbleError("test-set", words.benchmark.testSetStatus(failed.status));
  const total = responses.reduce((sum, { headers }) => sum + Number(headers.get("content-length") ?? 0), 0);
  let received = 0;
  return Promise.all(
    responses.map(async ({ body }) => {
      /** @type {Uint8Array<ArrayBuffer>[]} */
      const parts = [];
      const reader = body?.getReader();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        parts.push(part.value);
        received += part.value.length;
        if (total > 0) onProgress(Math.min(1, received / total));
      }
      return new Blob(parts);
    }),
  );
}

/**
 * Starts all workers, and has each run once.
 * @type {(pool: WorkerPool<ClassifierWorker>, workers: number, image: Uint8Array<ArrayBuffer>, signal: AbortSignal) => Promise<void>}
 */
async function startAll(pool, workers, image, signal) {
  let waiting = 0;
  /** @type {() => void} */
  let release = () => {};
  const all = new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    release = resolve;
  });
  const warm = async (/** @type {ClassifierWorker} */ worker) => {
    await worker.logits(image.slice());
    waiting += 1;
    if (waiting === workers) release();
    // None is free before all are there, so that none takes another's turn. One that does not start keeps none waiting.
    await Promise.race([all, new Promise((resolve) => void setTimeout(resolve, START_MILLISECONDS))]);
  };
  await Promise.all(Array.from({ length: workers }, () => pool.run(warm, { signal })));
}

/**
 * Classifies all images.
 * @param {WorkerPool<ClassifierWorker>} pool
 * @param {number} workers of the pool, which are all started before the time begins
 * @param {TestSet} set
 * @param {AbortSignal} signal
 * @param {(share: number) => void} onProgress 0 to 1
 * @returns {Promise<Evaluation>} rejects with the signal's reason
 */
export async function evaluate(pool, workers, { images, labels, count }, signal, onProgress) {
  await startAll(pool, workers, images.slice(0, PIXELS), signal);
  const predicted = new Uint8Array(count);
  const confusion = Array.from({ length: CLASSES }, () => Array.from({ length: CLASSES }, () => 0));
  let [loss, correct, done] = [0, 0, 0];
  const start = performance.now();
  const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, index) => index * CHUNK);
  await Promise.all(
    chunks.map(async (first) => {
      const last = Math.min(count, first + CHUNK);
      const logits = await pool.run((worker) => worker.logits(images.slice(first * PIXELS, last * PIXELS)), { signal });
      for (let index = first; index < last; index += 1) {
        const row = logits.subarray((index - first) * CLASSES, (index - first + 1) * CLASSES);
        const label = labels[index] ?? 0;
        const most = Math.max(...row);
        const best = row.indexOf(most);
        const sum = row.reduce((all, logit) => all + Math.exp(logit - most), 0);
        loss += Math.log(sum) + most - (row[label] ?? 0);
        predicted[index] = best;
        correct += Number(best === label);
        const counts = confusion[label];
        if (counts) counts[best] = (counts[best] ?? 0) + 1;
      }
      done += last - first;
      onProgress(done / count);
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  return { count, correct, loss: loss / count, seconds, workers: pool.size, confusion, predicted };
}
