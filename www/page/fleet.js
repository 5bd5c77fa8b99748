// The workers of one network: a pool for each backend in use, started when first asked for.
import { takeBegun, workerUrl } from "../begin.js";
import { decodeAhead } from "../pool/ask.js";
import { Client, putAway } from "../pool/client.js";
import { loadClassifier } from "../pool/load.js";
import { Pool, roomFor } from "../pool/pool.js";
import { startWorker } from "../pool/start-worker.js";
import { ThimbleError } from "../shared/errors.js";
import { BACKENDS, FALLBACK } from "./backends.js";
import { Member } from "./member.js";
import { inAssets } from "./packages.js";

/** @typedef {import("./backends.js").Backend} Backend */
/** @typedef {import("../pool/downloads.js").Downloads} Downloads */
/** @typedef {import("../shared/types.js").NetworkFiles} NetworkFiles */
/** @typedef {import("../shared/types.js").Packages} Packages */

const PROBE_LIMIT = 10_000;

/** The pools by backend. */
export class Fleet {
  /** @type {Map<Backend, Pool<Member>>} */
  #pools = new Map();
  #downloads;
  #onDeath;
  #closed = false;
  /**
   * Of the CPU, while its classifier is being loaded.
   * @type {Client | null}
   */
  #starting = null;

  /**
   * @param {Packages} packages
   * @param {NetworkFiles | undefined} network that all its workers run; without one, the packages' default
   * @param {Downloads} downloads shared with other fleets
   * @param {(backend: Backend, error: ThimbleError) => void} onDeath a worker died of itself
   */
  constructor(packages, network, downloads, onDeath) {
    this.packages = packages;
    this.network = network;
    this.#downloads = downloads;
    this.#onDeath = onDeath;
  }

  /**
   * @param {Backend} backend
   * @returns {Pool<Member>} the same one until it is ended; many photos are spread over workers of the project's kernels
   *   alone, for a GPU is not more than one, and burn's ndarray is there to be compared with
   */
  pool(backend) {
    if (this.#closed) throw putAway();
    const known = this.#pools.get(backend);
    if (known) return known;
    const limit = BACKENDS[backend].package === "cpu" ? roomFor() : 1;
    /** @type {Pool<Member>} */
    const pool = new Pool(
      () => this.#start(backend),
      limit,
      (error) => this.#onDeath(backend, error),
    );
    this.#pools.set(backend, pool);
    return pool;
  }

  /**
   * @param {Backend} backend
   * @returns {Promise<Member>} the same one until it dies or is ended
   */
  async get(backend) {
    return this.pool(backend).lead();
  }

  /**
   * Fetches the network's weights, for pictures that want them, and keeps no worker waiting for them.
   * @returns {Promise<void>} resolves when they are there, or no worker lacks them
   */
  async fetchWeights() {
    const url = this.#weights();
    if (url) await this.#downloads.weights(url);
  }

  /** @returns {string | null} their address; null where they are embedded */
  #weights() {
    const { weights } = this.network ?? {};
    return weights ? inAssets(weights) : null;
  }

  /**
   * Tells of a photo that a worker will be asked for: one of the CPU's that is still starting decodes it meanwhile.
   * @param {Blob} file
   */
  announce(file) {
    if (this.#starting) decodeAhead(this.#starting, file);
  }

  /**
   * @param {Backend} backend
   * @returns {Promise<Member>}
   */
  async #start(backend) {
    const files = this.packages[BACKENDS[backend].package];
    if (!files) throw this.#missing(backend);
    if (backend === "cpu-int8" && this.network?.testAccuracyInIntegers === null) {
      throw new ThimbleError("no-integers", `“${this.network.name}” would change too many of its answers in them.`);
    }
    const script = inAssets(files.script);
    const started = backend === FALLBACK ? this.#cpuWorker(script) : startWorker(workerUrl(""));
    const client = new Client(started);
    if (backend === FALLBACK) this.#starting ??= client;
    try {
      if (backend === "webgpu") await assertAdapter(client);
      const ready = await loadClassifier(client, this.#downloads, {
        script,
        wasm: inAssets(files.wasm),
        backend,
        network: this.network?.name,
        weightsOf: () => this.#weights(),
        late: this.network?.photos ?? false,
      });
      const member = new Member(backend, client, ready, performance.now() - started.since);
      // No photo shall wait for a GPU's shaders.
      if (BACKENDS[backend].package !== BACKENDS[FALLBACK].package) await member.tried();
      return member;
    } catch (error) {
      client.close();
      throw error;
    } finally {
      if (this.#starting === client) this.#starting = null;
    }
  }

  /**
   * @param {string} script of the CPU's package
   * @returns {import("../pool/start-worker.js").Started} the first time the one that was begun before the page was there
   */
  #cpuWorker(script) {
    const begun = takeBegun();
    if (begun?.script === script) {
      this.#downloads.keep(begun.wasm, begun.module);
      return begun.started;
    }
    // Of a package that is not there any more.
    begun?.started.worker.terminate();
    return startWorker(workerUrl(script));
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
   * Puts a backend's workers away, with their memory and that of a package which is not the fallback's.
   * @param {Backend} backend
   */
  end(backend) {
    this.#pools.get(backend)?.close();
    this.#pools.delete(backend);
    const files = this.packages[BACKENDS[backend].package];
    if (files && BACKENDS[backend].package !== BACKENDS[FALLBACK].package) this.#downloads.forget(inAssets(files.wasm));
  }

  /** Puts all workers away; none is started any more. */
  close() {
    this.#closed = true;
    for (const backend of [...this.#pools.keys()]) this.end(backend);
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
