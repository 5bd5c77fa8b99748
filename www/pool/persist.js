// What is done about a worker that dies over a photo: it is replaced by its pool, and the photo tried once more.
import { transfer } from "comlink";
import { ThimbleError } from "../shared/errors.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("../worker/decode.js").Photo} Photo */
/** @typedef {import("../shared/types.js").Adjustment} Adjustment */
/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("../shared/types.js").ReducedPhoto} ReducedPhoto */
/** @typedef {import("../shared/types.js").Verdict} Verdict */

/** A 50-megapixel photo on a slow phone takes several seconds. */
const CLASSIFY_LIMIT = 60_000;
/** One that is reduced already takes milliseconds, behind a warm time that may be under way. */
const ADJUST_LIMIT = 20_000;

/** Says that it was the worker that failed, whatever it died of, and not the photo alone. */
class Died extends Error {
  /** @param {ThimbleError} error why it is dead */
  constructor(error) {
    super(error.message);
  }
}

/**
 * Asks a worker for one photo, for a pool's `run` below `persist`.
 * @param {Client} client
 * @param {Photo} photo what is no file goes to the worker and is lost here
 * @param {boolean} forCard whether a small picture and the reduced photo are wanted with the verdict
 * @returns {Promise<Verdict>}
 */
export function classifyOn(client, photo, forCard) {
  const isAhead = client.ahead === photo;
  client.ahead = null;
  return on(client, (service) => service.classify(transfer(photo, transfers(photo)), forCard, isAhead), CLASSIFY_LIMIT);
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
 * Asks a worker for a photo that another, or the same, has reduced.
 * @param {Client} client
 * @param {ReducedPhoto} photo stays here too
 * @param {Adjustment} adjustment
 * @returns {Promise<Finding>}
 */
export function adjustOn(client, photo, adjustment) {
  return on(client, (service) => service.adjust(photo, adjustment), ADJUST_LIMIT);
}

/**
 * @template T
 * @param {Client} client
 * @param {(service: import("./client.js").Service) => Promise<T>} ask
 * @param {number} limit milliseconds
 * @returns {Promise<T>}
 */
async function on(client, ask, limit) {
  try {
    return await client.call(ask, limit);
  } catch (error) {
    throw client.dead && client.dead.code !== "closed" ? new Died(client.dead) : error;
  }
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
 * @param {(again: boolean) => Promise<T>} ask asks any worker; again: one has died over this photo
 * @param {boolean} [repeatable] false where the photo itself went to the worker, and is lost with it
 * @returns {Promise<T>} rejects with a ThimbleError, or with what a signal gave as its reason
 */
export async function persist(ask, repeatable = true) {
  try {
    return await ask(false);
  } catch (error) {
    if (!(error instanceof Died)) throw error;
    if (!repeatable) throw crashed("The classifier stopped over this photo.", error);
  }
  try {
    return await ask(true);
  } catch (error) {
    throw error instanceof Died ? crashed("The classifier stopped over this photo twice.", error) : error;
  }
}

/**
 * @param {string} what
 * @param {Died} died
 */
function crashed(what, { message }) {
  return new ThimbleError("classifier-crashed", `${what} ${message} Save the photo in another format and try again.`);
}
