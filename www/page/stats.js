// The session's times, for each backend on its own.

/** @typedef {import("./backends.js").Backend} Backend */

/**
 * @typedef {object} Session times of one backend since the page was opened
 * @property {number} load milliseconds: fetch, compile, create
 * @property {number} firstRun milliseconds of the first forward pass, on the reference picture
 * @property {number} tick milliseconds
 * @property {number[]} inference mean milliseconds of one warm forward pass, one value a photo
 * @property {number} resolution the coarsest of those means, milliseconds
 * @property {number[]} total milliseconds from the file to the verdict, one value a photo
 */

/** Times by backend. */
export class Stats {
  /** @type {Map<Backend, Session>} */
  sessions = new Map();

  /**
   * Only the first start in a session is kept: a later one finds the files in the cache.
   * @param {import("./fleet.js").Member} member
   */
  started({ backend, loaded: { load, firstRun, tick } }) {
    if (this.sessions.has(backend)) return;
    this.sessions.set(backend, { load, firstRun, tick, inference: [], resolution: 0, total: [] });
  }

  /**
   * @param {Backend} backend
   * @param {number} total milliseconds
   */
  photo(backend, total) {
    this.sessions.get(backend)?.total.push(total);
  }

  /**
   * @param {Backend} backend
   * @param {import("../shared/types.js").Warm} warm
   */
  warm(backend, warm) {
    const session = this.sessions.get(backend);
    if (!session) return;
    session.inference.push(warm.mean);
    session.resolution = Math.max(session.resolution, warm.tick / warm.repetitions);
  }
}

/**
 * The value below which a share of the values lies, by the nearest rank: always a value that was measured.
 * @param {number[]} values at least one
 * @param {number} share 0 to 1
 * @returns {number}
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return /** @type {number} */ (sorted[rank - 1]);
}
