// The panel beside the photos: which backend and network are in use and why, and the session's times.
import { BACKENDS } from "./backend-choice.js";
import { byId, el } from "./dom.js";
import { accuracy, counted, formatMilliseconds, toSentence } from "./format.js";
import { quantile } from "./stats.js";

/**
 * @import { Backend, Info } from "../../pkg/cpu/thimble.js"
 * @import { NetworkFiles, PhotoAccuracy } from "../shared/types.js"
 * @import { Choice } from "./backend-choice.js"
 * @import { Backends } from "./backends.js"
 * @import { Queue } from "./queue.js"
 * @import { Session } from "./stats.js"
 */

/** @type {[string, (session: Session) => string][]} rows of the session's table: a network has a column for each backend */
const ROWS = [
  ["Load", ({ load, tick }) => formatMilliseconds(load, tick)],
  ["First run", ({ firstRun, tick }) => at(firstRun === null ? [] : [firstRun], 1, tick)],
  ["Photos", ({ total }) => String(total.length)],
  ["Warm photo, median", ({ inference, resolution }) => at(inference.photo, 0.5, resolution)],
  ["Warm photo, p95", ({ inference, resolution }) => p95(inference.photo, resolution)],
  ["Warm 28x28 image, median", ({ inference, resolution }) => at(inference.image, 0.5, resolution)],
  ["Warm 28x28 image, p95", ({ inference, resolution }) => p95(inference.image, resolution)],
  ["Total, median", ({ total, tick }) => at(total, 0.5, tick)],
  ["Total, p95", ({ total, tick }) => p95(total, tick)],
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
      if (size) size.textContent = bytes === null ? "" : `${(bytes / 1e6).toFixed(1)} MB`;
    }
    const reason = byId("reason", HTMLElement);
    const sentence = backends.broken ? toSentence(backends.broken.message) : backends.reason;
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
    const offered = JSON.stringify(backends.networks);
    if (shown !== offered) {
      shown = offered;
      for (const label of form.querySelectorAll("label")) label.remove();
      form.append(...backends.networks.map(networkOption));
      form.hidden = backends.networks.length < 2;
    }
    form.dataset.active = backends.worker?.info.network.name ?? "";
    for (const radio of form.querySelectorAll("input")) radio.checked = radio.value === backends.network;
    // A live region that is given the text it already has may be read twice.
    if (state.textContent !== backends.networkState) state.textContent = backends.networkState;
  };
}

/** @param {NetworkFiles} network */
function networkOption({ name, testAccuracy, classifiesPhotos }) {
  const radio = el("input", { type: "radio", name: "network", value: name });
  const share = el(
    "span",
    { class: "small" },
    `${accuracy(testAccuracy)}${classifiesPhotos ? "" : ", not for photos"}`,
  );
  return el("label", {}, radio, el("span", { class: "option" }, el("span", {}, name), " ", share));
}

/** @type {(info: Info, photos: PhotoAccuracy | null) => void} */
function showFacts({ backend, adapter, network, versions, simd }, photos) {
  const { name, parameters, macs, testAccuracy, testAccuracyInt8 } = network;
  const share = backend === "cpu-int8" ? (testAccuracyInt8 ?? testAccuracy) : testAccuracy;
  const facts = {
    "fact-backend": `${BACKENDS[backend].title}${simd ? ", with SIMD" : ""}`,
    "fact-adapter": adapter ?? "none",
    "fact-network": `“${name}”: ${counted(parameters, "parameter")}, ${(macs / 1e6).toFixed(1)} million multiply-accumulates`,
    "fact-accuracy": `${accuracy(share)} of 10,000 Fashion-MNIST test images`,
    "fact-versions": `thimble ${versions.thimble}, burn ${versions.burn}`,
  };
  byId("fact-photos-row", HTMLElement).hidden = photos === null;
  if (photos) {
    const [flat, worn] = [photos.flat, photos.worn].map((share) => `${(share * 100).toFixed(0)} %`);
    byId("fact-photos", HTMLElement).textContent =
      `${flat} of clothes laid flat or hung, ${worn} of worn ones, by photos that the networks never saw`;
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
    const { title } = BACKENDS[backend];
    const attributes = { scope: "col", "data-backend": backend, "data-network": network };
    return el("th", attributes, several ? `${title}, “${network}”` : title);
  });
  byId("session-head", HTMLElement).replaceChildren(el("td", {}), ...heads);
  const rows = ROWS.map(([name, cell]) =>
    el("tr", {}, el("th", { scope: "row" }, name), ...sessions.map((session) => el("td", {}, cell(session)))),
  );
  byId("session", HTMLElement).replaceChildren(...rows);
  const [any] = sessions;
  byId("tick", HTMLElement).textContent = any
    ? `The browser's clock ticks every ${any.tick} ms: only means over many runs are shown more precisely.`
    : "";
}

/** Of fewer times the 95th percentile is the longest or nearly so. */
const P95_TIMES = 20;

/** @type {(values: number[], resolution: number) => string} resolution: milliseconds */
function p95(values, resolution) {
  return values.length < P95_TIMES ? `from ${P95_TIMES} on` : at(values, 0.95, resolution);
}

/** @type {(values: number[], share: number, resolution: number) => string} share: 0 to 1; resolution: milliseconds */
function at(values, share, resolution) {
  return values.length > 0 ? formatMilliseconds(quantile(values, share), resolution) : "not yet";
}
