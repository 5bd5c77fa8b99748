// The benchmark: times of batches on all backends, and the test images in this browser. Fetched when it is first shown.
import { BACKENDS, titleOf } from "../page/backend-choice.js";
import { el } from "../page/dom.js";
import { accuracy, decimal, formatMilliseconds, megabytes } from "../page/format.js";
import { className, errorSentence, words } from "../language/language.js";
import { inAssets } from "../page/packages.js";
import { hasRelaxedSimd } from "../page/support.js";
import { maxWorkers } from "../pool/pool.js";
import { asThimbleError, ThimbleError } from "../shared/errors.js";
import { toMarkdown } from "./markdown.js";
import { matrix } from "./matrix.js";
import { plot } from "./plot.js";
import { BATCHES, fromHash, toHash } from "./settings.js";
import { download, evaluate, readTestSet } from "./test-set.js";
import { summary, timeInTurns } from "./timings.js";

/**
 * @import { Backend } from "../../pkg/cpu/thimble.js"
 * @import { Backends } from "../page/backends.js"
 * @import { NamedEvaluation } from "./markdown.js"
 * @import { Settings } from "./settings.js"
 * @import { Evaluation, TestSet } from "./test-set.js"
 * @import { Timing } from "./timings.js"
 */

/** What the study reports for the 10,000 test images, as README.md says: seconds, and the share that is right. */
const STUDY = /** @type {const} */ ([
  ["study", 1.006, 0.9155],
  ["studyIntel", 0.914, 0.9161],
]);

/** The benchmark's view. Its results stay while the page is open. */
export class Benchmark {
  element = el("div", { class: "benchmark" });
  #backends;
  #workers = maxWorkers();
  #facts = el("dl", { class: "facts" });
  #run = el("button", { type: "button", class: "primary" }, words.benchmark.measure);
  #classify = el("button", { type: "button", class: "primary" }, words.benchmark.classify);
  #stop = el("button", { type: "button", hidden: "" }, words.benchmark.stop);
  #bar = el("progress", { max: "1", value: "0", hidden: "", "aria-label": words.benchmark.progress });
  #state = el("p", { class: "state", role: "status" });
  #timesTable = el("table", { class: "session wide" });
  #plot = el("div", { class: "plot", "aria-hidden": "true" });
  #setTable = el("table", { class: "session wide" });
  #matrix = el("div");
  #pickers = el("div", { class: "pickers" });
  /** @type {HTMLInputElement[]} */
  #files = [];
  /** @type {Timing[]} */
  #timings = [];
  /** @type {NamedEvaluation[]} */
  #evaluations = [];
  /** @type {TestSet | null} */
  #set = null;
  /** @type {string[]} of the ten classes, in English */
  #labels = [];
  /** @type {Evaluation | null} the one whose matrix is shown */
  #detailed = null;
  /** @type {AbortController | null} */
  #running = null;
  /** What began it. */
  #pressed = this.#run;
  #form = el("form", { class: "benchmark-form" });

  /** @param {Backends} backends */
  constructor(backends) {
    this.#backends = backends;
    const copy = el("button", { type: "button" }, words.benchmark.copy);
    copy.addEventListener("click", () => void this.#copy(copy));
    this.#makeForm();
    this.#makePickers();
    this.element.append(
      el("h2", {}, words.benchmark.title),
      el("p", {}, words.benchmark.intro),
      this.#facts,
      this.#form,
      el("p", { class: "actions" }, this.#run, this.#classify, this.#stop, copy),
      this.#bar,
      this.#state,
      el("h3", {}, words.benchmark.batchTime),
      scroll(words.benchmark.batchTimes, this.#timesTable),
      this.#plot,
      el("h3", {}, words.benchmark.testImages),
      this.#pickers,
      scroll(words.benchmark.testResults, this.#setTable),
      this.#matrix,
    );
    this.#run.addEventListener("click", () => void this.#measure());
    this.#classify.addEventListener("click", () => void this.#classifySet());
    this.#stop.addEventListener("click", () => this.#running?.abort());
    backends.addEventListener("change", () => this.#showFacts());
    this.#showFacts();
    this.#showTimings();
    this.#showEvaluations();
  }

  /** @returns {Benchmark} the same with its results, in the language that the page has now; what runs is stopped */
  renewed() {
    this.#running?.abort();
    const other = new Benchmark(this.#backends);
    other.#set = this.#set;
    other.#timings = this.#timings;
    other.#evaluations = this.#evaluations;
    other.#labels = this.#labels;
    other.#showTimings();
    other.#showEvaluations();
    other.#showMatrix(this.#detailed);
    return other;
  }

  /** Takes up the settings of the page's address. */
  show() {
    // What was measured while it was hidden has no width yet.
    plot(this.#plot, this.#timings);
    const { backends, batches, rounds, workers } = fromHash(location.hash, this.#workers);
    const inputs = this.#inputs();
    for (const input of inputs.filter(({ name }) => name === "backend")) {
      input.checked = backends.includes(/** @type {Backend} */ (input.value));
    }
    for (const input of inputs.filter(({ name }) => name === "batch")) {
      input.checked = batches.includes(Number(input.value));
    }
    for (const input of inputs) {
      if (input.name === "rounds") input.value = String(rounds);
      if (input.name === "workers") input.value = String(workers);
    }
  }

  #inputs() {
    return [...this.#form.querySelectorAll("input")];
  }

  /** @returns {Settings} as the form has them; what is left out or out of range is the default */
  #settings() {
    const chosen = (/** @type {string} */ name) =>
      this.#inputs()
        .filter((input) => input.name === name && (input.type !== "checkbox" || input.checked))
        .map(({ value }) => value)
        .join(",");
    const { backend, batch, rounds, workers } = {
      backend: chosen("backend"),
      batch: chosen("batch"),
      rounds: chosen("rounds"),
      workers: chosen("workers"),
    };
    const hash = `#benchmark?backends=${backend}&batches=${batch}&rounds=${rounds}&workers=${workers}`;
    return fromHash(hash, this.#workers);
  }

  #makeForm() {
    const box = (/** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ text) =>
      el("label", {}, el("input", { type: "checkbox", name, value }), " ", text);
    const number = (/** @type {string} */ name, /** @type {string} */ text, /** @type {number} */ most) =>
      el("label", {}, text, " ", el("input", { type: "number", name, min: "1", max: String(most) }));
    const group = (/** @type {string} */ legend, /** @type {HTMLElement[]} */ ...choices) =>
      el("fieldset", {}, el("legend", {}, legend), ...choices);
    const names = /** @type {Backend[]} */ (Object.keys(BACKENDS));
    this.#form.append(
      group(words.benchmark.backends, ...names.map((name) => box("backend", name, this.#titleOf(name)))),
      group(words.benchmark.batch, ...BATCHES.map((batch) => box("batch", String(batch), String(batch)))),
      group(
        words.benchmark.runs,
        number("rounds", words.benchmark.rounds, 20),
        number("workers", words.benchmark.workersForTest, this.#workers),
      ),
    );
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    // The address leads to the same measurement.
    this.#form.addEventListener("change", () => history.replaceState(null, "", toHash(this.#settings())));
  }

  /** @type {(backend: Backend) => string} with what it has to fetch first */
  #titleOf(backend) {
    const bytes = this.#backends.downloadBytes(backend);
    const title = titleOf(backend);
    return bytes === null ? title : words.benchmark.withSize(title, megabytes(bytes));
  }

  #makePickers() {
    if (this.#backends.testSet) return;
    const picker = (/** @type {string} */ text) => {
      const input = el("input", { type: "file", accept: ".gz,application/gzip,application/octet-stream" });
      this.#files.push(input);
      return el("label", {}, text, " ", input);
    };
    this.#pickers.append(
      el("p", {}, words.benchmark.chooseFiles),
      picker("t10k-images-idx3-ubyte"),
      picker("t10k-labels-idx1-ubyte"),
    );
  }

  #listFacts() {
    const { worker } = this.#backends;
    const names = words.benchmark.facts;
    /** @type {[string, string][]} */
    const facts = [
      [names.browser, browserName()],
      [names.cores, String(navigator.hardwareConcurrency ?? names.unknown)],
      [names.simd, hasRelaxedSimd() ? names.simdRelaxed : names.simdBits],
    ];
    if (worker) {
      const { adapter, network, versions } = worker.info;
      const macs = decimal(network.macs / 1e6, 1);
      facts.push(
        [names.adapter, adapter ?? names.noAdapter],
        [names.network, names.networkIs(network.name, network.parameters, macs)],
        [names.versions, `thimble ${versions.thimble}, burn ${versions.burn}`],
      );
    }
    for (const [name, bytes] of downloads()) facts.push([names.download(name), `${(bytes / 1e3).toFixed(0)} kB`]);
    return facts;
  }

  #showFacts() {
    this.#facts.replaceChildren(
      ...this.#listFacts().map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    );
  }

  /**
   * Does what takes long, one thing at a time.
   * @param {(signal: AbortSignal) => Promise<void>} work
   */
  async #while(work) {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    this.#setRunning(true);
    try {
      await work(running.signal);
    } catch (error) {
      this.#state.textContent = running.signal.aborted ? words.benchmark.stopped : errorSentence(asThimbleError(error));
    } finally {
      this.#running = null;
      this.#setRunning(false);
      this.#showFacts();
    }
  }

  /** @param {boolean} isRunning */
  #setRunning(isRunning) {
    const { activeElement } = document;
    const pressed = [this.#run, this.#classify].find((button) => button === activeElement);
    if (pressed) this.#pressed = pressed;
    const hadFocus = pressed !== undefined || this.#stop === activeElement;
    for (const button of [this.#run, this.#classify]) button.hidden = isRunning;
    this.#stop.hidden = !isRunning;
    this.#bar.hidden = !isRunning;
    this.#bar.value = 0;
    if (hadFocus) (isRunning ? this.#stop : this.#pressed).focus();
  }

  #measure() {
    return this.#while(async (signal) => {
      const { backends, batches, rounds } = this.#settings();
      const pools = this.#backends.benchmarkPools(1);
      try {
        const onProgress = (
          /** @type {number} */ done,
          /** @type {number} */ total,
          /** @type {string} */ sentence,
        ) => {
          this.#bar.value = done / total;
          this.#state.textContent = sentence;
        };
        const { timings, failures } = await timeInTurns({ pools, backends, batches, rounds, signal, onProgress });
        this.#timings = timings;
        this.#showTimings();
        const failed = failures.map(({ backend, error }) =>
          words.benchmark.failed(titleOf(backend), errorSentence(error)),
        );
        this.#state.textContent = [signal.aborted ? words.benchmark.stopped : words.benchmark.measured, ...failed].join(
          " ",
        );
      } finally {
        pools.close();
      }
    });
  }

  #classifySet() {
    return this.#while(async (signal) => {
      const { backends, workers } = this.#settings();
      const set = (this.#set ??= await this.#readSet(signal));
      /** @type {string[]} */
      const failed = [];
      for (const backend of backends) {
        const pools = this.#backends.benchmarkPools(workers);
        try {
          this.#state.textContent = words.benchmark.classifying(titleOf(backend));
          const pool = pools.pool(backend);
          const count = BACKENDS[backend].package === "cpu" ? workers : 1;
          const evaluation = await evaluate(pool, count, set, signal, (share) => {
            this.#bar.value = share;
          });
          const { labels, network } = (await pool.firstWorker()).info;
          const named = { backend, network: network.name, evaluation };
          const isSame = (/** @type {NamedEvaluation} */ other) =>
            other.backend === named.backend && other.network === named.network && other.evaluation.workers === count;
          this.#evaluations = [...this.#evaluations.filter((other) => !isSame(other)), named];
          this.#labels = labels;
          this.#showMatrix(evaluation);
          this.#showEvaluations();
        } catch (error) {
          if (signal.aborted) throw error;
          failed.push(words.benchmark.failed(titleOf(backend), errorSentence(asThimbleError(error))));
        } finally {
          pools.close();
        }
      }
      this.#state.textContent = [words.benchmark.classified, ...failed].join(" ");
    });
  }

  /** @type {(signal: AbortSignal) => Promise<TestSet>} */
  async #readSet(signal) {
    const { testSet } = this.#backends;
    if (!testSet) {
      const [images, labels] = this.#files.map(({ files }) => files?.[0]);
      if (images && labels) return readTestSet(images, labels);
      throw new ThimbleError("test-set", words.benchmark.noFiles);
    }
    const urls = [inAssets(testSet.images), inAssets(testSet.labels)];
    this.#state.textContent = words.benchmark.downloading(megabytes(testSet.bytes));
    const [images, labels] = await download(
      urls,
      (share) => {
        this.#bar.value = share;
      },
      signal,
    );
    return readTestSet(/** @type {Blob} */ (images), /** @type {Blob} */ (labels));
  }

  #showTimings() {
    const rows = this.#timings.map((timing) => {
      const { median, least, most, perSecond } = summary(timing);
      const [middle, low, high] = [median, least, most].map((time) => formatMilliseconds(time, timing.resolution));
      return el(
        "tr",
        {},
        el("th", { scope: "row" }, titleOf(timing.backend)),
        el("td", {}, String(timing.batch)),
        el("td", {}, middle ?? ""),
        el("td", {}, words.benchmark.range(low ?? "", high ?? "")),
        el("td", {}, perSecond.toFixed(0)),
      );
    });
    fill(this.#timesTable, words.benchmark.timesHeads, rows);
    plot(this.#plot, this.#timings);
  }

  #showEvaluations() {
    const study = STUDY.map(([name, seconds, share]) =>
      row(words.benchmark[name], "", accuracy(share), "", `${decimal(seconds, 3)} s`, (10_000 / seconds).toFixed(0)),
    );
    const own = this.#evaluations.map(({ backend, network, evaluation }) => {
      const { correct, count, loss, seconds, workers } = evaluation;
      return row(
        words.benchmark.networkOn(network, titleOf(backend)),
        String(workers),
        accuracy(correct / count),
        decimal(loss, 4),
        `${decimal(seconds, 3)} s`,
        (count / seconds).toFixed(0),
      );
    });
    fill(this.#setTable, words.benchmark.testHeads, [...study, ...own]);
  }

  /** @param {Evaluation | null} evaluation */
  #showMatrix(evaluation) {
    this.#detailed = evaluation;
    if (evaluation && this.#set)
      this.#matrix.replaceChildren(matrix(evaluation, this.#set, this.#labels.map(className)));
  }

  /** @param {HTMLButtonElement} button */
  async #copy(button) {
    const link = new URL(toHash(this.#settings()), location.href).href;
    const text = toMarkdown(this.#listFacts(), this.#timings, this.#evaluations, link);
    try {
      await navigator.clipboard.writeText(text);
      this.#state.textContent = words.exporting.copied;
    } catch {
      this.#state.textContent = words.benchmark.notCopied;
    }
    button.focus();
  }
}

/** @type {(...cells: string[]) => HTMLElement} */
function row(head, ...cells) {
  return el("tr", {}, el("th", { scope: "row" }, head ?? ""), ...cells.map((cell) => el("td", {}, cell)));
}

/** @type {(table: HTMLTableElement, heads: string[], rows: HTMLElement[]) => void} without rows nothing is shown */
function fill(table, heads, rows) {
  table.hidden = rows.length === 0;
  const cells = heads.map((head) => (head ? el("th", { scope: "col" }, head) : el("td")));
  table.replaceChildren(el("thead", {}, el("tr", {}, ...cells)), el("tbody", {}, ...rows));
}

/** @type {(label: string, inside: HTMLElement) => HTMLElement} */
function scroll(label, inside) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, inside);
}

/** @returns {string} by the browser's own short list where it has one */
function browserName() {
  const { userAgentData } =
    /** @type {{userAgentData?: {brands: {brand: string, version: string}[], platform: string}}} */ (navigator);
  const brands = (userAgentData?.brands ?? []).filter(({ brand }) => !/not.*brand/i.test(brand));
  // Chromium names itself beside what is built on it.
  const brand = brands.find((one) => one.brand !== "Chromium") ?? brands[0];
  return brand ? `${brand.brand} ${brand.version}, ${userAgentData?.platform}` : navigator.userAgent;
}

/** @returns {[string, number][]} bytes of the packages that were fetched, as they were sent */
function downloads() {
  return performance
    .getEntriesByType("resource")
    .filter(({ name }) => name.endsWith("_bg.wasm"))
    .map((entry) => {
      const { name, encodedBodySize } = /** @type {PerformanceResourceTiming} */ (entry);
      return /** @type {[string, number]} */ ([/assets\/([a-z-]+)-/.exec(name)?.[1] ?? "package", encodedBodySize]);
    });
}
