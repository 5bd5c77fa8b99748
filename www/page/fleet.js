// The workers of one network, at most one for each backend, started when first asked for.
import { ThimbleError } from "../shared/errors.js";
import { BACKENDS } from "./backends.js";
import { Client, putAway } from "./client.js";
import { absolute, wanted } from "./packages.js";

/** @typedef {import("./backends.js").Backend} Backend */
/** @typedef {import("../shared/types.js").Loaded} Loaded */
/** @typedef {import("../shared/types.js").NetworkFiles} NetworkFiles */
/** @typedef {import("../shared/types.js").Packages} Packages */

/**
 * @typedef {object} Member a classifier that is ready
 * @property {Backend} backend
 * @property {Client} client
 * @property {Loaded} loaded
 */

/** Download, compilation and first run; a phone on a slow line needs minutes for the WebGPU package. */
const LOAD_LIMIT = 180_000;
const PROBE_LIMIT = 10_000;

/** The workers by backend. */
export class Fleet {
  /** @type {Map<Backend, Promise<Member>>} */
  #members = new Map();
  #onDeath;
  #closed = false;

  /**
   * @param {Packages} packages
   * @param {NetworkFiles | undefined} network that all its workers run; without one, the packages' default
   * @param {(member: {backend: Backend}, error: ThimbleError) => void} onDeath a worker died of itself
   */
  constructor(packages, network, onDeath) {
    this.packages = packages;
    this.network = network;
    this.#onDeath = onDeath;
  }

  /**
   * @param {Backend} backend
   * @returns {Promise<Member>} the same one until it dies or is ended
   */
  async get(backend) {
    if (this.#closed) throw putAway();
    const known = this.#members.get(backend);
    if (known) return known;
    const started = this.#start(backend);
    this.#members.set(backend, started);
    // A failed start is not kept: the next request tries anew.
    started.catch(() => this.#forget(backend, started));
    return started;
  }

  /**
   * @param {Backend} backend
   * @param {Promise<Member>} started
   */
  #forget(backend, started) {
    if (this.#members.get(backend) === started) this.#members.delete(backend);
  }

  /**
   * @param {Backend} backend
   * @returns {Promise<Member>}
   */
  async #start(backend) {
    const files = this.packages[BACKENDS[backend].package];
    if (!files) throw this.#missing(backend);
    const client = new Client();
    try {
      if (backend === "webgpu") await assertAdapter(client);
      const { script, wasm } = absolute(files);
      const network = wanted(this.network);
      const loaded = await client.call((service) => service.load(script, wasm, backend, network), LOAD_LIMIT);
      client.death.catch((error) => {
        if (error.code === "closed") return;
        this.#members.delete(backend);
        this.#onDeath({ backend }, error);
      });
      return { backend, client, loaded };
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** @param {Backend} backend */
  #missing(backend) {
    const { title, package: name } = BACKENDS[backend];
    if (this.packages.pending.includes(name)) {
      return new ThimbleError("package-pending", `${title} is still being built: it appears here when it is ready.`);
    }
    return new ThimbleError(
      "package-missing",
      `This site was built without ${title} (package “${name}”). Build the whole site with “cargo xtask build”.`,
    );
  }

  /**
   * Puts a backend's worker away, with its memory.
   * @param {Backend} backend
   */
  end(backend) {
    const member = this.#members.get(backend);
    this.#members.delete(backend);
    member?.then(({ client }) => client.close()).catch(() => {});
  }

  /** Puts all workers away; none is started any more. */
  close() {
    this.#closed = true;
    for (const backend of [...this.#members.keys()]) this.end(backend);
  }
}

/**
 * The large package is not fetched for a browser that cannot use it.
 * @param {Client} client
 */
async function assertAdapter(client) {
  const { gpu, adapter } = await client.call((service) => service.probeAdapter(), PROBE_LIMIT);
  if (!gpu) {
    throw new ThimbleError(
      "no-webgpu",
      "This browser has no WebGPU here. It needs Chrome or Edge 113, Safari 26 or Firefox 141, or newer, and an https address.",
    );
  }
  if (adapter === null) {
    throw new ThimbleError(
      "no-adapter",
      "WebGPU is there, but offers no graphics adapter. Turn hardware acceleration on in the browser's settings, " +
        "or update the graphics driver.",
    );
  }
}
