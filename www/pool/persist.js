// What is done about a worker that dies over a photo: it is replaced by its pool, and the photo tried once more.
import { ThimbleError } from "../shared/errors.js";

/** Says that it was the worker that failed, whatever it died of, and not the photo alone. */
class Died extends Error {
  /** @param {ThimbleError} error why it is dead */
  constructor(error) {
    super(error.message);
  }
}

/**
 * Asks a worker for something, for a pool's `run` below `persist`.
 * @template T
 * @param {import("./client.js").Client} client
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
export async function orDied(client, ask) {
  try {
    return await ask();
  } catch (error) {
    throw client.dead && client.dead.code !== "closed" ? new Died(client.dead) : error;
  }
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
