// The panel beside the photos: which backend and network are in use and why, and the session's times.
import { titleOf } from "./backend-choice.js";
import { byId, el } from "./dom.js";
import { accuracy, decimal, exact, formatMilliseconds, megabytes } from "./format.js";
import { errorSentence, onLanguage, words } from "../language/language.js";
import { quantile } from "./stats.js";

/**
 * @import { Backend, Info } from "../../pkg/cpu/thimble.js"
 * @import { NetworkFiles, PhotoAccuracy } from "../shared/types.js"
 * @import { Choice } from "./backend-choice.js"
 * @import { Backends } from "./backends.js"
 * @import { Queue } from "./queue.js"
 * @import { Session } from "./stats.js"
 */

/** @typedef {"load" | "firstRun" | "photos" | "warmPhotoMedian" | "warmPhotoP95" | "warmImageMedian" | "warmImageP95" | "totalMedian" | "totalP95"} RowName a key of the words for settings */

/** @type {[RowName, (session: Session) => string][]} rows of the session's table: a network has a column for each backend */
const ROWS = [
  ["load", ({ load, tick }) => formatMilliseconds(load, tick)],
  ["firstRun", ({ firstRun, tick }) => at(firstRun === null ? [] : [firstRun], 1, tick)],
  ["photos", ({ total }) => String(total.length)],
  ["warmPhotoMedian", ({ inference, resolution }) => at(inference.photo, 0.5, resolution)],
  ["warmPhotoP95", ({ inference, resolution }) => p95(inference.photo, resolution)],
  ["warmImageMedian", ({ inference, resolution }) => at(inference.image, 0.5, resolution)],
  ["warmImageP95", ({ inference, resolution }) => p95(inference.image, resolution)],
  ["totalMedian", ({ total, tick }) => at(total, 0.5, tick)],
  ["totalP95", ({ total, tick }) => p95(total, tick)],
];

/** @type {(backends: Backends, queue: Queue) => void} */
export function startSettings(backends, queue) {
  const showBackend = startBackendChoice(backends);
  const showNetworks = startNetworkChoice(backends);
  const update = () => {
    showBackend();
    showNetworks();
    if (backends.worker) showFacts(backends.worker.info, backends.photoAccuracy);
    showSessions(backends.stats.sessions);
  };
  backends.addEventListener("change", update);
  onLanguage(update);
  // A moment later, once for many: the photos' cards come first.
  let isScheduled = false;
  queue.addEventListener("times", () => {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => {
      isScheduled = false;
      showSessions(backends.stats.sessions);
    });
  });
  update();
}

/** @param {Backends} backends */
function startBackendChoice(backends) {
  const form = byId("backend", HTMLFieldSetElement);
  form.addEventListener("change", (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    void backends.chooseBackend(/** @type {Choice} */ (value));
  });
  const again = byId("backend-retry", HTMLButtonElement);
  again.addEventListener("click", () => void backends.chooseBackend(backends.choice));
  return () => {
    again.hidden = !backends.canRetry;
    form.dataset.active = backends.worker ? backends.active : "";
    for (const radio of form.querySelectorAll("input")) {
      radio.checked = radio.value === backends.choice;
      const size = radio.parentElement?.querySelector(".size");
      const bytes = radio.value === "automatic" ? null : backends.downloadBytes(/** @type {Backend} */ (radio.value));
      if (size) size.textContent = bytes === null ? "" : `${megabytes(bytes)} MB`;
    }
    const reason = byId("reason", HTMLElement);
    const sentence = backends.broken ? errorSentence(backends.broken) : backends.reason();
    // A live region that is given the text it already has may be read twice.
    if (reason.textContent !== sentence) reason.textContent = sentence;
  };
}

/**
 * A site with one network shows no choice.
 * @param {Backends} backends
 */
function startNetworkChoice(backends) {
  const form = byId("network", HTMLFieldSetElement);
  const state = byId("network-state", HTMLElement);
  let shown = "";
  form.addEventListener("change", (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    void backends.chooseNetwork(value);
  });
  return () => {
    // Options that stay keep the focus.
    const offered = JSON.stringify([backends.networks, words.language]);
    if (shown !== offered) {
      shown = offered;
      for (const label of form.querySelectorAll("label")) label.remove();
      form.append(...backends.networks.map(networkOption));
      form.hidden = backends.networks.length < 2;
    }
    form.dataset.active = backends.worker?.info.network.name ?? "";
    for (const radio of form.querySelectorAll("input")) radio.checked = radio.value === backends.network;
    // A live region that is given the text it already has may be read twice.
    const sentence = backends.networkState();
    if (state.textContent !== sentence) state.textContent = sentence;
  };
}

/** @param {NetworkFiles} network */
function networkOption({ name, testAccuracy, classifiesPhotos }) {
  const radio = el("input", { type: "radio", name: "network", value: name });
  const share = el(
    "span",
    { class: "small" },
    `${accuracy(testAccuracy)}${classifiesPhotos ? "" : words.settings.notForPhotos}`,
  );
  return el("label", {}, radio, el("span", { class: "option" }, el("span", {}, name), " ", share));
}

/** @type {(info: Info, photos: PhotoAccuracy | null) => void} */
function showFacts({ backend, adapter, network, versions, simd }, photos) {
  const { name, parameters, macs, testAccuracy, testAccuracyInt8 } = network;
  const share = backend === "cpu-int8" ? (testAccuracyInt8 ?? testAccuracy) : testAccuracy;
  const facts = {
    "fact-backend": `${titleOf(backend)}${simd ? words.settings.simd : ""}`,
    "fact-adapter": adapter ?? words.settings.none,
    "fact-network": words.settings.network(name, parameters, decimal(macs / 1e6, 1)),
    "fact-accuracy": words.settings.onTestSet(accuracy(share)),
    "fact-versions": `thimble ${versions.thimble}, burn ${versions.burn}`,
  };
  byId("fact-photos-row", HTMLElement).hidden = photos === null;
  if (photos) {
    const whole = (/** @type {number} */ share) => `${decimal(share * 100, 0)} %`;
    byId("fact-photos", HTMLElement).textContent = words.settings.onPhotos(whole(photos.flat), whole(photos.worn));
  }
  for (const [id, text] of Object.entries(facts)) {
    const element = byId(id, HTMLElement);
    if (element.textContent !== text) element.textContent = text;
  }
}

/** @param {Session[]} sessions */
function showSessions(sessions) {
  const several = new Set(sessions.map(({ network }) => network)).size > 1;
  const heads = sessions.map(({ backend, network }) => {
    const title = titleOf(backend);
    const attributes = { scope: "col", "data-backend": backend, "data-network": network };
    return el("th", attributes, several ? words.settings.column(title, network) : title);
  });
  byId("session-head", HTMLElement).replaceChildren(el("td", {}), ...heads);
  const rows = ROWS.map(([name, cell]) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, words.settings[name]),
      ...sessions.map((session) => el("td", {}, cell(session))),
    ),
  );
  byId("session", HTMLElement).replaceChildren(...rows);
  const [any] = sessions;
  byId("tick", HTMLElement).textContent = any ? words.settings.tick(exact(any.tick)) : "";
}

/** Of fewer times the 95th percentile is the longest or nearly so. */
const P95_TIMES = 20;

/** @type {(values: number[], resolution: number) => string} resolution: milliseconds */
function p95(values, resolution) {
  return values.length < P95_TIMES ? words.settings.from(P95_TIMES) : at(values, 0.95, resolution);
}

/** @type {(values: number[], share: number, resolution: number) => string} share: 0 to 1; resolution: milliseconds */
function at(values, share, resolution) {
  return values.length > 0 ? formatMilliseconds(quantile(values, share), resolution) : words.settings.notYet;
}
