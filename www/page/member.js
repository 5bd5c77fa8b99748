// A worker of the page whose classifier is ready, and what is asked of it besides photos.

/** @typedef {import("../pool/client.js").Client} Client */
/** @typedef {import("../shared/types.js").Tried} Tried */
/** @typedef {import("../shared/types.js").Warm} Warm */

/** A first run compiles WebGPU's shaders. */
const TRY_LIMIT = 120_000;
const WARM_LIMIT = 20_000;

/** One of a fleet. */
export class Member {
  /** @type {Promise<Tried> | undefined} */
  #tried;

  /**
   * @param {import("./backends.js").Backend} backend
   * @param {Client} client
   * @param {import("../pool/load.js").Ready} ready
   * @param {number} load milliseconds that fetching, compiling and creating took
   */
  constructor(backend, client, { loaded, equip }, load) {
    this.backend = backend;
    this.client = client;
    this.loaded = loaded;
    this.equip = equip;
    this.load = load;
  }

  /**
   * Its first run, on the reference picture.
   * @returns {Promise<Tried>} made when it is first asked for, and anew where that failed
   */
  tried() {
    this.#tried ??= this.#tryOut().catch((error) => {
      this.#tried = undefined;
      throw error;
    });
    return this.#tried;
  }

  async #tryOut() {
    await this.equip();
    return this.client.call((service) => service.tryOut(), TRY_LIMIT);
  }

  /**
   * @param {Uint8Array} [picture] 784 bytes; the reference picture where left out
   * @returns {Promise<Warm>} the mean of many forward passes
   */
  async warm(picture) {
    await this.equip();
    return this.client.call((service) => service.warm(picture), WARM_LIMIT);
  }
}
