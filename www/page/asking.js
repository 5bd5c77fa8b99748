// A photo's way to the workers that answer now, and to others where those are put away meanwhile.
import { adjustOn, classifyOn, perhapsWithWeights, thumbnailOn, verdictOf, withWeights } from "../pool/ask.js";
import { persist } from "../pool/persist.js";
import { asThimbleError } from "../shared/errors.js";
import { FALLBACK } from "./backends.js";

/** @typedef {import("./member.js").Member} Member */
/** @typedef {import("./queue.js").Answer} Answer */
/** @typedef {import("./queue.js").Job} Job */
/** @typedef {import("../shared/types.js").Adjustment} Adjustment */
/** @typedef {import("../shared/types.js").Finding} Finding */
/** @typedef {import("../shared/types.js").ReducedPhoto} ReducedPhoto */

/**
 * @typedef {object} Answerers
 * @property {import("./fleet.js").Fleet} fleet
 * @property {import("./backends.js").Backend} active of its backends
 * @property {import("../shared/errors.js").ThimbleError | null} broken why nothing can be classified at all
 */

/** Asks whoever answers. */
export class Asking {
  #now;

  /** @param {() => Answerers} now */
  constructor(now) {
    this.#now = now;
  }

  /**
   * @param {Job} job
   * @param {AbortSignal} signal
   * @param {boolean} again it has been looked at before, and goes before those that have not
   * @returns {Promise<Answer>}
   */
  async ask(job, signal, again) {
    const work = async (/** @type {Member} */ member) => {
      job.working();
      const sight = await classifyOn(member, job.file, true);
      return { sight, member, thumbnail: thumbnailOn(member) };
    };
    const { active, fleet } = this.#now();
    if (active === FALLBACK) fleet.announce(job.file);
    const { sight, member, thumbnail } = await this.#onActive(work, { signal, first: again });
    if (sight.finding) return { verdict: verdictOf(sight, sight.finding), member, thumbnail };
    job.lacking();
    const later = await this.#askReduced(withWeights, /** @type {ReducedPhoto} */ (sight.reduced), {}, signal);
    return { verdict: verdictOf(sight, later.finding), member: later.member, thumbnail };
  }

  /**
   * @param {ReducedPhoto} photo that goes before all that waits
   * @param {Adjustment} adjustment
   * @param {AbortSignal} signal
   * @returns {Promise<{finding: Finding, member: Member}>}
   */
  adjust(photo, adjustment, signal) {
    return this.#askReduced(perhapsWithWeights, photo, adjustment, signal);
  }

  /**
   * @param {typeof withWeights} way
   * @param {ReducedPhoto} photo
   * @param {Adjustment} adjustment
   * @param {AbortSignal} signal
   * @returns {Promise<{finding: Finding, member: Member}>}
   */
  #askReduced(way, photo, adjustment, signal) {
    const ask = (/** @type {boolean} */ equipped) => {
      const work = async (/** @type {Member} */ member) => ({ finding: await adjustOn(member, photo, adjustment, equipped), member });
      return this.#onActive(work, { signal, first: true });
    };
    return persist(() => way(ask, () => this.#now().fleet.fetchWeights(), signal));
  }

  /**
   * @template T
   * @param {(member: Member) => Promise<T>} work for a worker of the backend that answers
   * @param {{signal: AbortSignal, first: boolean}} options
   * @returns {Promise<T>}
   */
  async #onActive(work, options) {
    for (;;) {
      const { fleet, active, broken } = this.#now();
      if (broken) throw broken;
      try {
        return await fleet.pool(active).run(work, options);
      } catch (error) {
        // Put away because another backend or network was chosen: that is asked now.
        if (asThimbleError(error).code !== "closed") throw error;
      }
    }
  }
}
