// The network and backend that answer. Knows nothing of the page's elements.
import { Downloads } from "../pool/downloads.js";
import { asThimbleError } from "../shared/errors.js";
import { Asking } from "./asking.js";
import { BACKENDS, FALLBACK } from "./backends.js";
import { chooseAutomatically } from "./choose.js";
import { disagreement } from "./compare.js";
import { Fleet } from "./fleet.js";
import { markOnce } from "./marks.js";
import { knownPackages, readPackages, waitForPackage } from "./packages.js";
import { Queue } from "./queue.js";
import { Stats } from "./stats.js";
import { checkSupport } from "./support.js";

/** @typedef {import("./backends.js").Backend} Backend */
/** @typedef {import("./backends.js").Choice} Choice */
/** @typedef {import("./member.js").Member} Member */
/** @typedef {import("../shared/errors.js").ThimbleError} ThimbleError */
/** @typedef {import("../shared/types.js").Adjustment} Adjustment */
/** @typedef {import("../shared/types.js").Packages} Packages */
/** @typedef {import("../shared/types.js").ReducedPhoto} ReducedPhoto */

/** The backends that are put away when another answers; the CPU's stays, for when that one fails. */
const DISPENSABLE = /** @type {const} */ (["webgpu", "ndarray", "cpu-int8"]);

/** Sends `change` when anything that the workbench shows has changed, `notice` with a sentence for the visitor. */
export class Engine extends EventTarget {
  /** @type {Packages} */
  #packages = { cpu: null, webgpu: null, pending: [], networks: [] };
  #downloads = new Downloads();
  #fleet = this.#fleetOf("");
  #started = false;
  #telling = false;
  /** Counts choices of a backend, so that a slow one does not overrule a later one. */
  #turn = 0;
  /** Counts choices of a network, for the same. */
  #networkTurn = 0;
  #stopWaiting = () => {};

  #asking = new Asking(() => ({ fleet: this.#fleet, active: this.active, broken: this.broken }));

  stats = new Stats();
  /** The photos; its times are those of `stats`. */
  queue = new Queue((job, signal, again) => this.#asking.ask(job, signal, again), this.stats);
  /** @type {Choice} */
  choice = "automatic";
  /**
   * What answers now.
   * @type {Backend}
   */
  active = FALLBACK;
  /** Why it is that one: a sentence. */
  reason = "The CPU classifier is being loaded.";
  /** The name of the network chosen; empty before the site's networks are known. */
  network = "";
  /** How that choice goes: a sentence, or nothing where that network answers. */
  networkState = "";
  /**
   * Why nothing can be classified at all.
   * @type {ThimbleError | null}
   */
  broken = null;
  /** @type {Member | null} */
  member = null;

  /** Starts nothing yet: see `start`. */
  constructor() {
    super();
    this.queue.addEventListener("times", () => this.#changed());
  }

  /** The networks that the site offers, the default one first. */
  get networks() {
    return this.#packages.networks;
  }

  /** Loads the CPU's classifier, then looks for something faster. Called again for “Try again”. */
  async start() {
    this.#stopWaiting();
    this.broken = null;
    this.member = null;
    this.active = FALLBACK;
    this.#changed();
    markOnce("start");
    /** @type {Fleet | undefined} */
    let fleet;
    try {
      checkSupport();
      // Started anew, the site may have been made anew too.
      this.#packages = this.#started ? await readPackages() : knownPackages();
      this.#started = true;
      fleet = this.#fleetOf(this.network);
      await this.#runOn(fleet);
    } catch (error) {
      // Where another network was chosen meanwhile, that one answers.
      if (!fleet || fleet === this.#fleet) {
        this.broken = asThimbleError(error);
        this.#changed();
        return;
      }
    }
    this.#stopWaiting = waitForPackage("webgpu", this.#fleet.packages, (packages) => {
      this.#packages = packages;
      this.#fleet.packages = packages;
      this.#notice(
        packages.webgpu
          ? "The WebGPU package is built now."
          : "The WebGPU package could not be built: the CPU goes on answering. The terminal that builds the site says why.",
      );
      void this.choose(this.choice);
    });
    await this.choose(this.choice);
  }

  /**
   * @param {Choice} choice
   */
  async choose(choice) {
    this.choice = choice;
    // Before the CPU's classifier is there, start() takes the choice up.
    if (!this.member) return;
    const turn = ++this.#turn;
    if (choice === "automatic") {
      this.reason = "The CPU answers while WebGPU is looked for and timed.";
      this.#changed();
      // Which has time: photos that wait have not.
      await this.queue.idle();
      if (turn !== this.#turn) return;
      const chosen = await chooseAutomatically(this.#fleet).catch((error) => ({
        backend: FALLBACK,
        reason: asThimbleError(error).message,
      }));
      await this.#settle(chosen.backend, chosen.reason, turn);
      return;
    }
    const { title } = BACKENDS[choice];
    this.reason = `${title} is being loaded.`;
    this.#changed();
    try {
      const warning = await this.#warningOf(choice);
      const answers = `${title} answers, as chosen by you.`;
      await this.#settle(choice, `${answers}${this.#photosInFloats(choice)}${warning}`, turn);
      if (warning && turn === this.#turn) this.#notice(warning.trim());
    } catch (error) {
      const why = asThimbleError(error).message;
      await this.#settle(FALLBACK, `${title} was chosen, but the CPU answers: ${why}`, turn);
    }
  }

  /**
   * The network that answered before goes on answering until the new one is loaded, and where it cannot be loaded.
   * @param {string} name of one of `networks`
   */
  async chooseNetwork(name) {
    const turn = ++this.#networkTurn;
    const before = this.#fleet.network?.name ?? "";
    this.network = name;
    this.networkState = name === before ? "" : `“${name}” is being loaded.`;
    this.#changed();
    if (name === before) return;
    const fleet = this.#fleetOf(name);
    try {
      await fleet.get(FALLBACK);
    } catch (error) {
      if (turn !== this.#networkTurn) return;
      this.network = before;
      this.networkState = `“${name}” could not be loaded, and “${before}” stays. ${asThimbleError(error).message}`;
      this.#changed();
      return;
    }
    if (turn !== this.#networkTurn) {
      fleet.close();
      return;
    }
    await this.#runOn(fleet);
    await this.choose(this.choice);
  }

  /**
   * @param {string} name of a network; the default one where the site has none of that name
   * @returns {Fleet}
   */
  #fleetOf(name) {
    const network = this.networks.find((known) => known.name === name) ?? this.networks[0];
    /** @type {Fleet} */
    const fleet = new Fleet(this.#packages, network, this.#downloads, (backend, error) => {
      // One that is only being tried is the chooser's concern.
      if (fleet === this.#fleet) this.#died(backend, error);
    });
    return fleet;
  }

  /**
   * Puts the fleet before away, and has the CPU of this one answer.
   * @param {Fleet} fleet
   */
  async #runOn(fleet) {
    const before = this.#fleet;
    this.#fleet = fleet;
    fleet.packages = this.#packages;
    this.active = FALLBACK;
    this.network = fleet.network?.name ?? "";
    this.networkState = "";
    this.#networkTurn += 1;
    const turn = ++this.#turn;
    // A photo that one of its workers still holds is asked of the new fleet.
    before.close();
    this.#changed();
    await this.#use(FALLBACK, turn);
  }

  /**
   * Loads a backend and compares it with the CPU: what the visitor chose is used all the same, but not in silence.
   * @param {Backend} backend
   * @returns {Promise<string>} a sentence after a space, or nothing
   */
  async #warningOf(backend) {
    const chosen = await this.#fleet.get(backend);
    if (backend === FALLBACK) return "";
    const differs = await disagreement(await this.#fleet.get(FALLBACK), chosen);
    return differs ? ` Do not trust it: it computed something else than the CPU (${differs}).` : "";
  }

  /**
   * @param {Backend} backend
   * @returns {string} a sentence after a space where it computes photos otherwise than its name says, or nothing
   */
  #photosInFloats(backend) {
    if (backend !== "cpu-int8" || this.#fleet.network?.photosInIntegers !== false) return "";
    return " Photos stay in floats: rounded to integers, the network for photos changes too many of its answers.";
  }

  /**
   * Has a photo that has its verdict looked at again, before all that waits: somebody looks at it now.
   * @param {ReducedPhoto} photo
   * @param {Adjustment} adjustment
   * @param {AbortSignal} signal
   */
  adjust(photo, adjustment, signal) {
    return this.#asking.adjust(photo, adjustment, signal);
  }

  /**
   * @param {Backend} backend
   * @param {string} reason
   * @param {number} turn of the choice that this is the end of; nothing happens if there was a later one
   */
  async #settle(backend, reason, turn) {
    if (turn !== this.#turn) return;
    this.reason = reason;
    try {
      await this.#use(backend, turn);
    } catch (error) {
      if (turn === this.#turn) this.broken = asThimbleError(error);
    }
    if (turn === this.#turn) {
      // A photo that one of them still holds is asked of the backend that has just been settled on.
      for (const idle of DISPENSABLE) if (idle !== this.active) this.#fleet.end(idle);
    }
    this.#changed();
  }

  /**
   * @param {Backend} backend
   * @param {number} turn
   */
  async #use(backend, turn) {
    const member = await this.#fleet.get(backend);
    if (turn !== this.#turn) return;
    markOnce("ready");
    this.stats.started(member);
    this.member = member;
    this.active = backend;
    this.broken = null;
    this.#changed();
    void this.#tryOut(member);
  }

  /**
   * Has a classifier make its first run, once no photo waits.
   * @param {Member} member
   */
  async #tryOut(member) {
    await this.queue.idle();
    // Where it fails, whoever waits for this worker is told.
    const tried = await member.tried().catch(() => null);
    if (!tried) return;
    this.stats.tried(member, tried.run);
    this.#changed();
  }

  /**
   * @param {Backend} backend
   * @param {ThimbleError} error
   */
  #died(backend, error) {
    // A backend that was only being tried is the chooser's concern.
    if (this.active !== backend) return;
    const { title } = BACKENDS[backend];
    this.active = FALLBACK;
    // So that it can be chosen again.
    if (this.choice === backend) this.choice = FALLBACK;
    const reason =
      backend === FALLBACK
        ? `The classifier on the CPU was started anew; no photo is lost. ${error.message}`
        : `The CPU has taken over from ${title}; no photo is lost. ${error.message} Choose ${title} to try it again.`;
    this.#notice(reason);
    void this.#settle(FALLBACK, reason, ++this.#turn);
  }

  /** @param {string} sentence */
  #notice(sentence) {
    this.dispatchEvent(new CustomEvent("notice", { detail: sentence }));
  }

  /** Tells it a moment later, once for all that has changed by then: what a worker waits for goes before what is shown. */
  #changed() {
    if (this.#telling) return;
    this.#telling = true;
    setTimeout(() => {
      this.#telling = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}
