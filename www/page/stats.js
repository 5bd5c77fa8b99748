// The session's times, for each network on each backend on its own.

/** @typedef {import("./backends.js").Backend} Backend */
/** @typedef {import("./member.js").Member} Member */

/**
 * @typedef {object} Session times of one network on one backend since the page was opened
 * @property {Backend} backend
 * @property {string} network
 * @property {number} load milliseconds: fetch, compile, create
 * @property {number | null} firstRun milliseconds of the first forward pass on the reference picture; null before it
 * @property {number} tick milliseconds
 * @property {number[]} inference mean milliseconds of one warm forward pass, one value a photo
 * @property {number} resolution the coarsest of those means, milliseconds
 * @property {number[]} total milliseconds from the file to the verdict, one value a photo
 */

/** Times by network and backend. */
export class Stats {
  /**
   * In the order in which they were started.
   * @type {Session[]}
   */
  sessions = [];

  /**
   * Only the first start in a session is kept: a later one finds the files in the cache.
   * @param {Member} member
   */
  started(member) {
    if (this.#of(member)) return;
    const { backend, loaded, load } = member;
    const { tick, info } = loaded;
    this.sessions.push({ backend, network: info.network.name, load, firstRun: null, tick, inference: [], resolution: 0, total: [] });
  }

  /**
   * @param {Member} member
   * @param {number} run milliseconds; of a session the first is kept
   */
  tried(member, run) {
    const session = this.#of(member);
    if (session) session.firstRun ??= run;
  }

  /** @param {Member} member */
  #of({ backend, loaded }) {
    const { name } = loaded.info.network;
    return this.sessions.find((session) => session.backend === backend && session.network === name);
  }

  /**
   * @param {Member} member
   * @param {number} total milliseconds
   */
  photo(member, total) {
    this.#of(member)?.total.push(total);
  }

  /**
   * @param {Member} member
   * @param {import("../shared/types.js").Warm} warm
   */
  warm(member, warm) {
    const session = this.#of(member);
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
