// What a pool's workers are asked of a photo, and of weights that a picture wants before it can be answered.
import { transfer } from "comlink";
import { asThimbleError } from "../shared/errors.js";
import { orDied } from "./persist.js";
import { reasonOf } from "./pool.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("../worker/decode.js").Photo} Photo */
/** @typedef {import("../shared/types.js").Adjustment} Adjustment */
/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("../shared/types.js").ReducedPhoto} ReducedPhoto */
/** @typedef {import("../shared/types.js").Sight} Sight */
/** @typedef {import("../shared/types.js").Verdict} Verdict */

/**
 * @typedef {object} Equipped a worker whose classifier is ready
 * @property {Client} client
 * @property {() => Promise<void>} equip see `loadClassifier`
 */

/** A 50-megapixel photo on a slow phone takes several seconds. */
const CLASSIFY_LIMIT = 60_000;
/** One that is reduced already takes milliseconds, behind a warm time that may be under way. */
const ADJUST_LIMIT = 20_000;
/** Drawing a photo small. */
const THUMBNAIL_LIMIT = 20_000;

/**
 * Asks a worker for one photo, for a pool's `run` below `persist`.
 * @param {Equipped} member
 * @param {Photo} photo what is no file goes to the worker and is lost here
 * @param {boolean} forCard whether the reduced photo is wanted, and `thumbnailOn` asked for afterwards
 * @returns {Promise<Sight>}
 */
export function classifyOn({ client }, photo, forCard) {
  const isAhead = client.ahead === photo;
  client.ahead = null;
  const ask = () => client.call((service) => service.classify(transfer(photo, transfers(photo)), forCard, isAhead), CLASSIFY_LIMIT);
  return orDied(client, ask);
}

/**
 * Has a worker whose classifier is still being loaded decode a photo meanwhile: the one that it is likely to be asked for
 * first.
 * @param {Client} client
 * @param {Blob} file for a card
 */
export function decodeAhead(client, file) {
  if (client.ahead) return;
  client.ahead = file;
  client.tell((service) => service.decodeAhead(file));
}

/**
 * Asks for the small picture of the photo that the worker has just been asked for, for a card.
 * @param {Equipped} member
 * @returns {Promise<ImageBitmap | null>} null where there is none to be had: the verdict stands without it
 */
export function thumbnailOn({ client }) {
  return client.call((service) => service.thumbnail(), THUMBNAIL_LIMIT).catch(() => null);
}

/**
 * Asks a worker for a photo that another, or the same, has reduced.
 * @param {Equipped} member
 * @param {ReducedPhoto} photo stays here too
 * @param {Adjustment} adjustment
 * @param {boolean} equipped whether the worker is to be given the network's weights before
 * @returns {Promise<Finding>} rejects with the code `weights-missing` where it lacks what the picture wants
 */
export function adjustOn({ client, equip }, photo, adjustment, equipped) {
  return orDied(client, async () => {
    if (equipped) await equip();
    return client.call((service) => service.adjust(photo, adjustment), ADJUST_LIMIT);
  });
}

/**
 * Asks for what may want the network's own weights, and where they are missing once more.
 * @template T
 * @param {(equipped: boolean) => Promise<T>} ask asks any worker
 * @param {() => Promise<unknown>} fetchWeights
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>} rejects with the signal's reason too
 */
export async function perhapsWithWeights(ask, fetchWeights, signal) {
  try {
    return await ask(false);
  } catch (error) {
    if (asThimbleError(error).code !== "weights-missing") throw error;
    return withWeights(ask, fetchWeights, signal);
  }
}

/**
 * Asks for what wants the network's own weights, which are fetched before, so that no worker waits for them.
 * @template T
 * @param {(equipped: boolean) => Promise<T>} ask asks any worker
 * @param {() => Promise<unknown>} fetchWeights
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>} rejects with the signal's reason too
 */
export async function withWeights(ask, fetchWeights, signal) {
  await unlessAborted(fetchWeights(), signal);
  return ask(true);
}

/**
 * @param {Sight} sight
 * @param {Finding} finding what was found on it, then or later
 * @returns {Verdict}
 */
export function verdictOf({ width, height, reduced, milliseconds: spent, finding: atOnce }, finding) {
  const { prepare, inference, readBack } = finding.milliseconds;
  const total = spent.total + (atOnce ? 0 : prepare + inference + readBack);
  const milliseconds = { decode: spent.decode, prepare: spent.reduce + prepare, inference, readBack, total };
  return { ...finding, width, height, reduced, milliseconds };
}

/**
 * @param {Photo} photo
 * @returns {Transferable[]}
 */
function transfers(photo) {
  if (photo instanceof Blob) return [];
  return photo instanceof ImageBitmap ? [photo] : [photo.rgba.buffer];
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>} rejects as soon as the signal is aborted
 */
function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(reasonOf(signal));
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject);
  });
}
