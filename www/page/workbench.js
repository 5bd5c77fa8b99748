// The panel beside the photos: which backend answers and why, with which network, and the session's times.
import { formatMilliseconds } from "../shared/clock.js";
import { BACKENDS } from "./backends.js";
import { byId, el } from "./dom.js";
import { accuracy, counted } from "./format.js";
import { startNetworks } from "./networks.js";
import { quantile } from "./stats.js";

/** @typedef {import("./engine.js").Engine} Engine */

/** @typedef {import("./stats.js").Session} Session */

/**
 * The rows of the session's table; each network has a column for each backend it was started on.
 * @type {[string, (session: Session) => string][]}
 */
const ROWS = [
  ["Load", ({ load, tick }) => formatMilliseconds(load, tick)],
  ["First run", ({ firstRun, tick }) => at(firstRun === null ? [] : [firstRun], 1, tick)],
  ["Photos", ({ total }) => String(total.length)],
  ["Warm inference, median", ({ inference, resolution }) => at(inference, 0.5, resolution)],
  ["Warm inference, p95", ({ inference, resolution }) => at(inference, 0.95, resolution)],
  ["Total, median", ({ total, tick }) => at(total, 0.5, tick)],
  ["Total, p95", ({ total, tick }) => at(total, 0.95, tick)],
];

/**
 * @param {Engine} engine
 */
export function startWorkbench(engine) {
  const form = byId("backend", HTMLFieldSetElement);
  form.addEventListener("change", (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    void engine.choose(/** @type {import("./backends.js").Choice} */ (value));
  });
  const update = () => {
    form.dataset.active = engine.member ? engine.active : "";
    for (const radio of form.querySelectorAll("input")) radio.checked = radio.value === engine.choice;
    byId("reason", HTMLElement).textContent = engine.broken ? engine.broken.message : engine.reason;
    showFacts(engine);
    showSession(engine);
  };
  engine.addEventListener("change", update);
  update();
  startNetworks(engine);
}

/** @param {Engine} engine */
function showFacts({ member }) {
  if (!member) return;
  const { info } = member.loaded;
  /** @type {Record<string, string>} */
  const facts = {
    "fact-backend": `${BACKENDS[member.backend].title}${info.simd ? ", with SIMD" : ""}`,
    "fact-adapter": info.adapter ?? "none: no graphics adapter is used",
    "fact-network": `“${info.network.name}”: ${counted(info.network.parameters, "parameter")}, ${(info.network.macs / 1e6).toFixed(1)} million multiply-accumulates`,
    "fact-accuracy": `${accuracy(accuracyOf(member))} of Fashion-MNIST's 10,000 test pictures`,
    "fact-versions": `thimble ${info.versions.thimble}, burn ${info.versions.burn}`,
  };
  for (const [id, text] of Object.entries(facts)) {
    const element = byId(id, HTMLElement);
    if (element.textContent !== text) element.textContent = text;
  }
}

/** @param {import("./member.js").Member} member */
function accuracyOf({ backend, loaded: { info } }) {
  const { testAccuracy, testAccuracyInIntegers } = info.network;
  return backend === "cpu-int8" ? (testAccuracyInIntegers ?? testAccuracy) : testAccuracy;
}

/** @param {Engine} engine */
function showSession({ stats }) {
  const { sessions } = stats;
  const several = new Set(sessions.map(({ network }) => network)).size > 1;
  byId("session-head", HTMLElement).replaceChildren(
    el("td", {}),
    ...sessions.map(({ backend, network }) => {
      const { title } = BACKENDS[backend];
      return el("th", { scope: "col", "data-backend": backend, "data-network": network }, several ? `${title}, “${network}”` : title);
    }),
  );
  const rows = ROWS.map(([name, cell]) =>
    el("tr", {}, el("th", { scope: "row" }, name), ...sessions.map((session) => el("td", {}, cell(session)))),
  );
  byId("session", HTMLElement).replaceChildren(...rows);
  const [any] = sessions;
  byId("tick", HTMLElement).textContent = any
    ? `This browser's clock ticks every ${any.tick} ms. Nothing finer is printed, but for means over many runs.`
    : "";
}

/**
 * @param {number[]} values
 * @param {number} share 0 to 1
 * @param {number} resolution milliseconds
 * @returns {string}
 */
function at(values, share, resolution) {
  return values.length > 0 ? formatMilliseconds(quantile(values, share), resolution) : "not yet";
}
