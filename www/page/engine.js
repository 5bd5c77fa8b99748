// The queue of photos and the backend that answers them. Knows nothing of the page's elements.
import { ThimbleError } from "../shared/errors.js";
import { BACKENDS, FALLBACK } from "./backends.js";
import { chooseAutomatically } from "./choose.js";
import { Fleet } from "./fleet.js";
import { readPackages, waitForPackage } from "./packages.js";
import { Stats } from "./stats.js";
import { checkSupport } from "./support.js";

/** @typedef {import("./backends.js").Backend} Backend */
/** @typedef {import("./backends.js").Choice} Choice */
/** @typedef {import("./fleet.js").Member} Member */
/** @typedef {import("../shared/types.js").Verdict} Verdict */
/** @typedef {import("../shared/types.js").Warm} Warm */

/**
 * @typedef {object} Job one photo; the callbacks are its card
 * @property {Blob} file
 * @property {() => void} working
 * @property {(verdict: Verdict, member: Member) => void} done
 * @property {(warm: Warm) => void} timed
 * @property {(error: ThimbleError) => void} failed
 */

/** A 50-megapixel photo on a slow phone takes several seconds. */
const CLASSIFY_LIMIT = 60_000;
const WARM_LIMIT = 20_000;

/** Sends `change` when anything that the workbench shows has changed, `notice` with a sentence for the visitor. */
export class Engine extends EventTarget {
  #fleet = new Fleet((member, error) => this.#died(member.backend, error));
  /** @type {Job[]} */
  #queue = [];
  #running = false;
  /** Counts choices, so that a slow one does not overrule a later one. */
  #turn = 0;

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
  /**
   * Why nothing can be classified at all.
   * @type {ThimbleError | null}
   */
  broken = null;
  /** @type {Member | null} */
  member = null;

  /** Loads the CPU's classifier, then looks for something faster. Called again for “Try again”. */
  async start() {
    this.broken = null;
    this.#changed();
    try {
      checkSupport();
      this.#fleet.packages = await readPackages();
      await this.#use(FALLBACK);
    } catch (error) {
      this.broken = asThimbleError(error);
      this.#changed();
      this.#drain();
      return;
    }
    this.#drain();
    waitForPackage("webgpu", this.#fleet.packages, (packages) => {
      this.#fleet.packages = packages;
      this.#notice("The WebGPU package is built now.");
      void this.choose(this.choice);
    });
    await this.choose(this.choice);
  }

  /**
   * @param {Choice} choice
   */
  async choose(choice) {
    this.choice = choice;
    const turn = ++this.#turn;
    const settle = (/** @type {Backend} */ backend, /** @type {string} */ reason) =>
      turn === this.#turn ? this.#settle(backend, reason) : undefined;
    if (choice === "automatic") {
      this.reason = "The CPU answers while WebGPU is looked for and timed.";
      this.#changed();
      const chosen = await chooseAutomatically(this.#fleet).catch((error) => ({
        backend: FALLBACK,
        reason: asThimbleError(error).message,
      }));
      await settle(chosen.backend, chosen.reason);
      // Only now: a photo that it still holds is asked of the backend that has just been settled on.
      if (turn === this.#turn && chosen.backend !== "webgpu") this.#fleet.end("webgpu");
      return;
    }
    const { title } = BACKENDS[choice];
    this.reason = `${title} is being loaded.`;
    this.#changed();
    try {
      await this.#fleet.get(choice);
      await settle(choice, `${title} answers, as chosen by you.`);
    } catch (error) {
      const why = asThimbleError(error).message;
      await settle(FALLBACK, `${title} was chosen, but the CPU answers: ${why}`);
    }
  }

  /**
   * Queues a photo.
   * @param {Job} job
   */
  submit(job) {
    this.#queue.push(job);
    this.#drain();
  }

  /**
   * Takes a photo out of the queue, if it is still waiting.
   * @param {Job} job
   */
  cancel(job) {
    this.#queue = this.#queue.filter((queued) => queued !== job);
  }

  async #drain() {
    if (this.#running || (!this.member && !this.broken)) return;
    this.#running = true;
    for (let job = this.#queue.shift(); job; job = this.#queue.shift()) await this.#classify(job);
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
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      /** @type {Member | undefined} */
      let member;
      try {
        member = await this.#fleet.get(this.active);
        const verdict = await member.client.call((service) => service.classify(job.file), CLASSIFY_LIMIT);
        this.stats.photo(member.backend, verdict.milliseconds.total);
        job.done(verdict, member);
        this.#changed();
        await this.#time(job, member, verdict.picture);
        return;
      } catch (error) {
        if (member?.client.dead && attempt === 1) continue;
        job.failed(member?.client.dead ? crashed(error) : asThimbleError(error));
        return;
      }
    }
  }

  /**
   * @param {Job} job
   * @param {Member} member
   * @param {Uint8Array} picture
   */
  async #time(job, member, picture) {
    try {
      const warm = await member.client.call((service) => service.warm(picture), WARM_LIMIT);
      this.stats.warm(member.backend, warm);
      job.timed(warm);
      this.#changed();
    } catch (error) {
      // The verdict stands without it; a worker that died here is replaced by #died.
      console.warn("no warm time for this photo:", error);
    }
  }

  /**
   * @param {Backend} backend
   * @param {string} reason
   */
  async #settle(backend, reason) {
    this.reason = reason;
    try {
      await this.#use(backend);
    } catch (error) {
      this.broken = asThimbleError(error);
    }
    this.#changed();
  }

  /** @param {Backend} backend */
  async #use(backend) {
    const member = await this.#fleet.get(backend);
    this.stats.started(member);
    this.member = member;
    this.active = backend;
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
    this.#turn += 1;
    const reason =
      backend === FALLBACK
        ? `The classifier on the CPU was started anew; no photo is lost. ${error.message}`
        : `The CPU has taken over from ${title}; no photo is lost. ${error.message} Choose ${title} to try it again.`;
    this.#notice(reason);
    void this.#settle(FALLBACK, reason);
  }

  /** @param {string} sentence */
  #notice(sentence) {
    this.dispatchEvent(new CustomEvent("notice", { detail: sentence }));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * @param {unknown} error
 * @returns {ThimbleError}
 */
function asThimbleError(error) {
  if (error instanceof ThimbleError) return error;
  return new ThimbleError("unexpected", `Something unexpected went wrong: ${String(error)}. Reload the page.`);
}

/** @param {unknown} error */
function crashed(error) {
  return new ThimbleError(
    "classifier-crashed",
    `The classifier stopped over this photo twice. ${asThimbleError(error).message} Save the photo in another format and try again.`,
  );
}
