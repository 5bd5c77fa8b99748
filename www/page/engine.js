// The queue of photos, and the network and backend that answer them. Knows nothing of the page's elements.
import { asThimbleError, ThimbleError } from "../shared/errors.js";
import { BACKENDS, FALLBACK } from "./backends.js";
import { chooseAutomatically } from "./choose.js";
import { disagreement } from "./compare.js";
import { Fleet } from "./fleet.js";
import { readPackages, waitForPackage } from "./packages.js";
import { Stats } from "./stats.js";
import { checkSupport } from "./support.js";

/** @typedef {import("./backends.js").Backend} Backend */
/** @typedef {import("./backends.js").Choice} Choice */
/** @typedef {import("./fleet.js").Member} Member */
/** @typedef {import("../shared/types.js").Packages} Packages */
/** @typedef {import("../shared/types.js").Verdict} Verdict */
/** @typedef {import("../shared/types.js").Warm} Warm */

/**
 * @typedef {object} Job one photo; the callbacks are its card
 * @property {Blob} file
 * @property {() => void} working
 * @property {(verdict: Verdict, member: Member) => void} done
 * @property {(warm: Warm | null) => void} timed null where the time could not be taken
 * @property {(error: ThimbleError) => void} failed
 */

/** A 50-megapixel photo on a slow phone takes several seconds. */
const CLASSIFY_LIMIT = 60_000;
const WARM_LIMIT = 20_000;

/**
 * @typedef {object} Untimed an answered photo whose warm time is still to be taken
 * @property {Job} job
 * @property {Member} member that answered it
 * @property {Uint8Array} picture
 */

/** The backends that are put away when another answers; the CPU's stays, for when that one fails. */
const DISPENSABLE = /** @type {const} */ (["webgpu", "ndarray"]);

/** Sends `change` when anything that the workbench shows has changed, `notice` with a sentence for the visitor. */
export class Engine extends EventTarget {
  /** @type {Packages} */
  #packages = { cpu: null, webgpu: null, pending: [], networks: [] };
  #fleet = this.#fleetOf("");
  /** @type {Job[]} */
  #queue = [];
  /** @type {Untimed[]} */
  #untimed = [];
  #running = false;
  /** Counts choices of a backend, so that a slow one does not overrule a later one. */
  #turn = 0;
  /** Counts choices of a network, for the same. */
  #networkTurn = 0;
  #stopWaiting = () => {};

  stats = new Stats();
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
    /** @type {Fleet | undefined} */
    let fleet;
    try {
      checkSupport();
      this.#packages = await readPackages();
      fleet = this.#fleetOf(this.network);
      await this.#runOn(fleet);
    } catch (error) {
      // Where another network was chosen meanwhile, that one answers.
      if (!fleet || fleet === this.#fleet) {
        this.broken = asThimbleError(error);
        this.#changed();
        this.#drain();
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
      await this.#settle(choice, `${title} answers, as chosen by you.${warning}`, turn);
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
    const fleet = new Fleet(this.#packages, network, ({ backend }, error) => {
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
    const differs = disagreement(await this.#fleet.get(FALLBACK), chosen);
    return differs ? ` Do not trust it: it computed something else than the CPU (${differs}).` : "";
  }

  /**
   * Queues a photo.
   * @param {Job} job
   */
  submit(job) {
    this.cancel(job);
    this.#queue.push(job);
    this.#drain();
  }

  /**
   * Takes a photo out of the queue, if it is still waiting.
   * @param {Job} job
   */
  cancel(job) {
    this.#queue = this.#queue.filter((queued) => queued !== job);
    this.#untimed = this.#untimed.filter((untimed) => untimed.job !== job);
  }

  async #drain() {
    if (this.#running || (!this.member && !this.broken)) return;
    this.#running = true;
    // No photo waits for another's warm time.
    for (;;) {
      const job = this.#queue.shift();
      const untimed = job ? undefined : this.#untimed.shift();
      if (job) await this.#classify(job);
      else if (untimed) await this.#time(untimed);
      else break;
    }
    this.#running = false;
  }

  /** @param {Job} job */
  async #classify(job) {
    if (this.broken) {
      job.failed(this.broken);
      return;
    }
    job.working();
    // A worker that dies over a photo is replaced, and the photo tried once more on the CPU.
    for (let crashes = 0; ; ) {
      /** @type {Member | undefined} */
      let member;
      try {
        member = await this.#fleet.get(this.active);
        const verdict = await member.client.call((service) => service.classify(job.file), CLASSIFY_LIMIT);
        this.stats.photo(member, verdict.milliseconds.total);
        this.#untimed.push({ job, member, picture: verdict.picture });
        job.done(verdict, member);
        this.#changed();
        return;
      } catch (error) {
        const dead = member?.client.dead;
        // Put away because another backend was chosen: that is asked now.
        if (dead?.code === "closed") continue;
        if (dead) crashes += 1;
        if (dead && crashes < 2) continue;
        job.failed(dead ? crashed(error) : asThimbleError(error));
        return;
      }
    }
  }

  /** @param {Untimed} untimed */
  async #time({ job, member, picture }) {
    /** @type {Warm | null} */
    let warm = null;
    try {
      warm = await member.client.call((service) => service.warm(picture), WARM_LIMIT);
      this.stats.warm(member, warm);
    } catch (error) {
      // The verdict stands without it; a worker that died here is replaced by #died.
      if (member.client.dead?.code !== "closed") console.warn("no warm time for this photo:", error);
    }
    job.timed(warm);
    this.#changed();
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
    this.#drain();
  }

  /**
   * @param {Backend} backend
   * @param {number} turn
   */
  async #use(backend, turn) {
    const member = await this.#fleet.get(backend);
    if (turn !== this.#turn) return;
    this.stats.started(member);
    this.member = member;
    this.active = backend;
    this.broken = null;
    this.#changed();
    this.#drain();
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

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {unknown} error */
function crashed(error) {
  return new ThimbleError(
    "classifier-crashed",
    `The classifier stopped over this photo twice. ${asThimbleError(error).message} Save the photo in another format and try again.`,
  );
}
