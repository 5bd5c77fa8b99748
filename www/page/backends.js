// Which network and backend classify: the choices, the fallback, and the way of a photo to them. Knows no element.
import { Downloads } from "../pool/downloads.js";
import { classifyDownscaled, classifyPhoto } from "../pool/requests.js";
import { asThimbleError } from "../shared/errors.js";
import { BACKENDS, chooseAutomatically, FALLBACK, titleOf, tryBackend } from "./backend-choice.js";
import { NetworkPools } from "./network-pools.js";
import { pageError } from "./page-error.js";
import { inAssets, knownPackages, readPackages, waitForPackage } from "./packages.js";
import { markOnce, Stats } from "./stats.js";
import { missingFeature } from "./support.js";
import { errorSentence, words } from "../language/language.js";
import { BROWSERS } from "../shared/browsers.js";

/**
 * @import { Backend, DownscaledPhoto, PhotoEdit } from "../../pkg/cpu/thimble.js"
 * @import { ClassifierWorker } from "../pool/classifier-worker.js"
 * @import { RunOptions } from "../pool/pool.js"
 * @import { CardOptions, Run } from "../pool/requests.js"
 * @import { ThimbleError } from "../shared/errors.js"
 * @import { Packages } from "../shared/types.js"
 * @import { Choice } from "./backend-choice.js"
 */

/** How often the progress of a download is told, milliseconds. */
const DOWNLOAD_MILLISECONDS = 200;

/** The backends whose workers end when another is chosen. The CPU's stay, for when that one fails. */
const DISPENSABLE = /** @type {const} */ (["webgpu", "ndarray", "cpu-int8"]);

/**
 * Sends `change` when anything that the page shows of it has changed, `notice` with a sentence for the visitor, and
 * `download` when more has come of what photos wait for.
 */
export class Backends extends EventTarget {
  /** @type {Packages} */
  #packages = { cpu: null, webgpu: null, pending: [], networks: [] };
  #downloads = new Downloads();
  #pools = this.#poolsOf("");
  #started = false;
  #notifying = false;
  /** Counts choices of a backend, so that a slow one does not overrule a later one. */
  #backendTurn = 0;
  /** Counts choices of a network, for the same. */
  #networkTurn = 0;
  #stopWaiting = () => {};
  #photos = 0;
  /** @type {(() => void)[]} */
  #onIdle = [];

  stats = new Stats();
  /** @type {Choice} */
  choice = "automatic";
  /** @type {Backend} the one in use */
  active = FALLBACK;
  /** @type {() => string} why that one: a sentence, in the language in use when it is called */
  reason = () => words.backends.loading;
  /** Whether the backend that was chosen failed, and may be tried again. */
  canRetry = false;
  /** The name of the network chosen; empty before the site's networks are known. */
  network = "";
  /** @type {() => string} how that choice goes: a sentence, or nothing where that network is in use */
  networkState = () => "";
  /** @type {ThimbleError | null} why nothing can be classified at all */
  broken = null;
  /** @type {ClassifierWorker | null} the active backend's first */
  worker = null;

  constructor() {
    super();
    let isWaiting = false;
    this.#downloads.addEventListener("change", () => {
      if (isWaiting) return;
      isWaiting = true;
      setTimeout(() => {
        isWaiting = false;
        this.dispatchEvent(new Event("download"));
      }, DOWNLOAD_MILLISECONDS);
    });
  }

  /** How far what the photos wait for is; null where nothing is on its way. */
  get download() {
    return this.#pools.download;
  }

  /** The networks that the site offers, the default first. */
  get networks() {
    return this.#packages.networks;
  }

  /** How often the network in use is right on photos; null where it does not classify them, and where that is not known. */
  get photoAccuracy() {
    return this.#pools.network?.photoAccuracy ?? null;
  }

  /**
   * Classifies a photo for its card.
   * @param {Blob} file
   * @param {{signal: AbortSignal} & Pick<CardOptions, "onStart" | "onWeights" | "first">} options
   */
  async classify(file, options) {
    this.#photos += 1;
    try {
      const onAttempt = () => this.active === FALLBACK && this.#pools.decodeAhead(file);
      return await classifyPhoto(file, { ...options, ...this.#request, forCard: true, onAttempt });
    } finally {
      this.#photos -= 1;
      // Later, so that the photo's card comes first.
      setTimeout(() => {
        if (this.#photos === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
      });
    }
  }

  /**
   * Classifies a downscaled photo as a visitor has edited it, before all that waits: somebody looks at it now.
   * @param {DownscaledPhoto} photo
   * @param {PhotoEdit} edit
   * @param {AbortSignal} signal
   */
  classifyDownscaled(photo, edit, signal) {
    return classifyDownscaled(photo, edit, { signal, ...this.#request });
  }

  /**
   * Asks a worker of the project's kernels, before all that waits: somebody looks at it now.
   * @template T
   * @param {(worker: ClassifierWorker) => Promise<T>} work
   * @returns {Promise<T>}
   */
  onCpu(work) {
    return this.#run(() => FALLBACK, work, { first: true });
  }

  /**
   * @template T
   * @param {() => Backend} backendNow asked before each attempt
   * @param {(worker: ClassifierWorker) => Promise<T>} work
   * @param {RunOptions} options
   * @returns {Promise<T>}
   */
  async #run(backendNow, work, options) {
    for (;;) {
      if (this.broken) throw this.broken;
      try {
        return await this.#pools.pool(backendNow()).run(work, options);
      } catch (error) {
        // Closed because another backend or network was chosen: that one is asked now.
        if (asThimbleError(error).code !== "closed") throw error;
      }
    }
  }

  #request = {
    /** @type {Run} on whatever backend is active */
    run: (work, options) => this.#run(() => this.active, work, options),
    fetchWeights: () => this.#pools.fetchWeights(),
  };

  /**
   * Returns workers of the network in use that no photo is given to.
   * @param {number} workers of the project's kernels at a time
   */
  benchmarkPools(workers) {
    return new NetworkPools(this.#packages, this.#pools.network, this.#downloads, () => {}, workers);
  }

  /**
   * Returns how much a backend's package takes to download; null where the page has loaded it with the CPU's, or the site has
   * none.
   * @param {Backend} backend
   */
  downloadBytes(backend) {
    const { package: name } = BACKENDS[backend];
    return name === BACKENDS[FALLBACK].package ? null : (this.#packages[name]?.bytes ?? null);
  }

  /** URLs of the package of the backend in use, which its workers fetch. */
  get files() {
    const files = this.#packages[BACKENDS[this.active].package];
    return files ? [inAssets(files.script), inAssets(files.wasm)] : [];
  }

  /** Where the site has the test images: URLs relative to packages.json; null where it has none. */
  get testSet() {
    return this.#packages.testSet ?? null;
  }

  /** Resolves when no photo waits for its prediction. */
  async idle() {
    while (this.#photos > 0) await new Promise((resolve) => void this.#onIdle.push(() => resolve(undefined)));
  }

  /** Loads the CPU's classifier, then looks for something faster. Called again for “Try again”. */
  async start() {
    this.#stopWaiting();
    this.broken = null;
    this.worker = null;
    this.active = FALLBACK;
    this.#changed();
    markOnce("start");
    /** @type {NetworkPools | undefined} */
    let pools;
    try {
      throwIfUnsupported();
      // By the second start the site may have been built anew.
      this.#packages = this.#started ? await readPackages() : knownPackages();
      this.#started = true;
      pools = this.#poolsOf(this.network);
      await this.#switchTo(pools);
    } catch (error) {
      // Where another network was chosen meanwhile, that one is in use.
      if (!pools || pools === this.#pools) {
        this.broken = asThimbleError(error);
        this.#changed();
        return;
      }
    }
    this.#stopWaiting = waitForPackage("webgpu", this.#pools.packages, (packages) => {
      this.#packages = packages;
      this.#pools.packages = packages;
      this.#notice(packages.webgpu ? words.backends.webgpuReady : words.backends.webgpuUnbuilt);
      void this.chooseBackend(this.choice);
    });
    await this.chooseBackend(this.choice);
  }

  /** @param {Choice} choice */
  async chooseBackend(choice) {
    this.choice = choice;
    // Before the CPU's classifier is there, start() takes the choice up.
    if (!this.worker) return;
    const turn = ++this.#backendTurn;
    const isAutomatic = choice === "automatic";
    this.canRetry = false;
    this.reason = () => (isAutomatic ? words.backends.testing : words.backends.loadingBackend(titleOf(choice)));
    this.#changed();
    if (isAutomatic) await this.idle();
    if (turn !== this.#backendTurn) return;
    const { backend, reason, warning, canRetry } = await (isAutomatic
      ? chooseAutomatically(this.#pools)
      : tryBackend(this.#pools, choice));
    if (turn === this.#backendTurn) this.canRetry = canRetry ?? false;
    await this.#finishChoice(backend, reason, turn);
    if (warning && turn === this.#backendTurn) this.#notice(warning());
  }

  /**
   * Chooses a network. The one before stays in use until this one is loaded, and where it cannot be loaded.
   * @param {string} name of one of `networks`
   */
  async chooseNetwork(name) {
    const turn = ++this.#networkTurn;
    const before = this.#pools.network?.name ?? "";
    this.network = name;
    this.networkState = () => (name === before ? "" : words.backends.loadingNetwork(name));
    this.#changed();
    if (name === before) return;
    const pools = this.#poolsOf(name);
    try {
      await pools.firstWorker(FALLBACK);
    } catch (error) {
      if (turn !== this.#networkTurn) return;
      this.network = before;
      this.networkState = () => words.backends.networkFailed(name, before, errorSentence(asThimbleError(error)));
      this.#changed();
      return;
    }
    if (turn !== this.#networkTurn) {
      pools.close();
      return;
    }
    await this.#switchTo(pools);
    await this.chooseBackend(this.choice);
  }

  /** @param {string} name of a network; the default one where the site has none of that name */
  #poolsOf(name) {
    const network = this.networks.find((known) => known.name === name) ?? this.networks[0];
    /** @type {NetworkPools} */
    const pools = new NetworkPools(this.#packages, network, this.#downloads, (backend, error) => {
      // Those of a network that is only being loaded are no concern of the photos.
      if (pools === this.#pools) this.#workerDied(backend, error);
    });
    return pools;
  }

  /**
   * Ends the workers of the network before, and uses this one's on the CPU.
   * @param {NetworkPools} pools
   */
  async #switchTo(pools) {
    const before = this.#pools;
    this.#pools = pools;
    pools.packages = this.#packages;
    this.active = FALLBACK;
    this.network = pools.network?.name ?? "";
    this.networkState = () => "";
    this.#networkTurn += 1;
    const turn = ++this.#backendTurn;
    // A photo that one of its workers still has is classified by the new ones.
    before.close();
    this.#changed();
    await this.#activate(FALLBACK, turn);
  }

  /**
   * @param {Backend} backend
   * @param {() => string} reason
   * @param {number} turn of this choice; nothing happens if there was a later one
   */
  async #finishChoice(backend, reason, turn) {
    if (turn !== this.#backendTurn) return;
    this.reason = reason;
    try {
      await this.#activate(backend, turn);
    } catch (error) {
      if (turn === this.#backendTurn) this.broken = asThimbleError(error);
    }
    if (turn === this.#backendTurn) {
      // A photo that one of these still has is classified by the backend just chosen.
      for (const other of DISPENSABLE) if (other !== this.active) this.#pools.end(other);
    }
    this.#changed();
  }

  /** @type {(backend: Backend, turn: number) => Promise<void>} */
  async #activate(backend, turn) {
    const worker = await this.#pools.firstWorker(backend);
    if (turn !== this.#backendTurn) return;
    markOnce("ready");
    this.stats.started(worker);
    this.worker = worker;
    this.active = backend;
    this.broken = null;
    this.#changed();
    void this.#timeFirstRun(worker);
  }

  /** @param {ClassifierWorker} worker */
  async #timeFirstRun(worker) {
    await this.idle();
    // Where it fails, whoever waits for this worker is told.
    const reference = await worker.runReference().catch(() => null);
    if (!reference) return;
    this.stats.firstRun(worker, reference.run);
    this.#changed();
  }

  /**
   * Falls back to the CPU.
   * @param {Backend} backend
   * @param {ThimbleError} error
   */
  #workerDied(backend, error) {
    // A backend that is only being tried is no concern of the photos.
    if (this.active !== backend) return;
    this.active = FALLBACK;
    // So that it can be chosen again.
    if (this.choice === backend) this.choice = FALLBACK;
    const reason = () =>
      backend === FALLBACK
        ? words.backends.restarted(errorSentence(error))
        : words.backends.switched(titleOf(backend), errorSentence(error));
    this.#notice(reason());
    void this.#finishChoice(FALLBACK, reason, ++this.#backendTurn);
  }

  /** @param {string} sentence */
  #notice(sentence) {
    this.dispatchEvent(new CustomEvent("notice", { detail: sentence }));
  }

  /** Sends one event for all changes, a moment later: what a worker waits for comes first. */
  #changed() {
    if (this.#notifying) return;
    this.#notifying = true;
    setTimeout(() => {
      this.#notifying = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}

/** @throws {ThimbleError} naming the first thing that the browser lacks */
function throwIfUnsupported() {
  const code = missingFeature();
  if (!code) return;
  throw pageError(code, () => {
    const { update, ...missing } = words.support;
    return `${missing[code]} ${update(BROWSERS)}`;
  });
}
