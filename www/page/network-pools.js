// The workers of one network: a pool for each backend in use, started when it is first asked for.
import { takeBegun, workerUrl } from "../begin.js";
import { ClassifierWorker } from "../pool/classifier-worker.js";
import { maxWorkers, WorkerPool } from "../pool/pool.js";
import { closedError, startWorker } from "../pool/worker-client.js";
import { BACKENDS, FALLBACK, titleOf } from "./backend-choice.js";
import { inAssets } from "./packages.js";
import { pageError } from "./page-error.js";
import { words } from "../language/language.js";

/**
 * @import { Backend } from "../../pkg/cpu/thimble.js"
 * @import { Downloads, Received } from "../pool/downloads.js"
 * @import { StartedWorker } from "../pool/worker-client.js"
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { DownloadState, NetworkFiles, Packages } from "../shared/types.js"
 */

/** The pools by backend. */
export class NetworkPools {
  /** @type {Map<Backend, WorkerPool<ClassifierWorker>>} */
  #pools = new Map();
  #downloads;
  #onDeath;
  #workers;
  #closed = false;
  /** @type {ClassifierWorker | null} the CPU's, while its classifier is loading */
  #loading = null;

  /**
   * @param {Packages} packages
   * @param {NetworkFiles | undefined} network that all its workers run; without one, the packages' default
   * @param {Downloads} downloads shared by all networks
   * @param {(backend: Backend, error: ThimbleError) => void} onDeath a worker died of itself
   * @param {number} [workers] of the project's kernels at a time
   */
  constructor(packages, network, downloads, onDeath, workers = maxWorkers()) {
    this.packages = packages;
    this.network = network;
    this.#downloads = downloads;
    this.#onDeath = onDeath;
    this.#workers = workers;
  }

  /** @type {(backend: Backend) => WorkerPool<ClassifierWorker>} the same one until it is closed */
  pool(backend) {
    if (this.#closed) throw closedError();
    const known = this.#pools.get(backend);
    if (known) return known;
    // There is one GPU, and burn's ndarray is there to be compared with: only the project's kernels take many photos at
    // a time.
    const limit = BACKENDS[backend].package === "cpu" ? this.#workers : 1;
    const pool = new WorkerPool(
      () => this.#start(backend),
      limit,
      (error) => this.#onDeath(backend, error),
    );
    this.#pools.set(backend, pool);
    return pool;
  }

  /** @param {Backend} backend */
  async firstWorker(backend) {
    return this.pool(backend).firstWorker();
  }

  /** Fetches the network's weights where they are not embedded. No worker waits meanwhile. */
  async fetchWeights() {
    const url = this.#weightsUrl();
    if (url) await this.#downloads.weights(url);
  }

  /** @returns {DownloadState | null} how far what the photos wait for is; null where nothing is on its way */
  get download() {
    const cpu = this.packages[BACKENDS[FALLBACK].package];
    const ofCpu = cpu && this.#downloads.received(inAssets(cpu.wasm));
    if (ofCpu) return stateOf("classifier", ofCpu, cpu.size, cpu.bytes);
    const url = this.#weightsUrl();
    const ofWeights = url && this.#downloads.received(url);
    const size = this.network?.weightsSize ?? 0;
    return ofWeights ? stateOf("weights", ofWeights, size, size) : null;
  }

  #weightsUrl() {
    const { weights } = this.network ?? {};
    return weights ? inAssets(weights) : null;
  }

  /**
   * Has a worker of the CPU that is still loading decode a photo meanwhile.
   * @param {Blob} file
   */
  decodeAhead(file) {
    this.#loading?.decodeAhead(file);
  }

  /** @param {Backend} backend */
  async #start(backend) {
    const files = this.packages[BACKENDS[backend].package];
    if (!files) throw this.#missing(backend);
    if (backend === "cpu-int8" && this.network?.testAccuracyInt8 === null) {
      const { name } = this.network;
      throw pageError("no-int8", () => words.backends.noInt8(name));
    }
    const script = inAssets(files.script);
    const worker = new ClassifierWorker(
      backend === FALLBACK ? this.#startCpuWorker(script) : startWorker(workerUrl("")),
    );
    if (backend === FALLBACK) this.#loading ??= worker;
    try {
      if (backend === "webgpu") await requireAdapter(worker);
      await worker.load(this.#downloads, {
        script,
        wasm: inAssets(files.wasm),
        backend,
        network: this.network?.name,
        weightsUrl: () => this.#weightsUrl(),
        lateWeights: this.network?.classifiesPhotos ?? false,
      });
      // Compiles a GPU's shaders, for which no photo should wait.
      if (BACKENDS[backend].package !== BACKENDS[FALLBACK].package) await worker.runReference();
      return worker;
    } catch (error) {
      worker.close();
      throw error;
    } finally {
      if (this.#loading === worker) this.#loading = null;
    }
  }

  /**
   * @param {string} script of the CPU's package
   * @returns {StartedWorker} the first time the one that begin.js started
   */
  #startCpuWorker(script) {
    const begun = takeBegun();
    if (begun?.script === script) {
      this.#downloads.keep(begun.wasm, begun.module, begun.received);
      return begun.started;
    }
    // Of a package that is gone.
    begun?.started.worker.terminate();
    return startWorker(workerUrl(script));
  }

  /** @param {Backend} backend */
  #missing(backend) {
    const { package: name } = BACKENDS[backend];
    const title = titleOf(backend);
    return this.packages.pending.includes(name)
      ? pageError("package-pending", () => words.backends.pending(title))
      : pageError("package-missing", () => words.backends.missing(title, name));
  }

  /**
   * Ends a backend's workers, and drops a package that the fallback does not use.
   * @param {Backend} backend
   */
  end(backend) {
    this.#pools.get(backend)?.close();
    this.#pools.delete(backend);
    const files = this.packages[BACKENDS[backend].package];
    if (files && BACKENDS[backend].package !== BACKENDS[FALLBACK].package) this.#downloads.forget(inAssets(files.wasm));
  }

  /** Ends all workers; none is started any more. */
  close() {
    this.#closed = true;
    for (const backend of [...this.#pools.keys()]) this.end(backend);
  }
}

/**
 * @param {DownloadState["what"]} what
 * @param {Received} received
 * @param {number} size of the file, bytes
 * @param {number} compressed the same as it is sent where the server compresses it
 * @returns {DownloadState}
 */
function stateOf(what, { bytes, isCompressed }, size, compressed) {
  const total = isCompressed ? compressed : size;
  return { what, received: size > 0 ? Math.round((total * Math.min(bytes, size)) / size) : 0, total };
}

/**
 * Spares a browser that cannot use it the download of the large package.
 * @param {ClassifierWorker} worker
 */
async function requireAdapter(worker) {
  const { gpu, adapter } = await worker.probeAdapter();
  if (!gpu) {
    throw pageError("no-webgpu", () => words.backends.noWebgpu);
  }
  if (adapter === null) {
    throw pageError("no-adapter", () => words.backends.noAdapter);
  }
}
