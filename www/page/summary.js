// What many photos add up to, and which of them are shown: counts, filters, order, and how often the visitor agreed.
import { MANY, placeOf } from "./collection.js";
import { byId, el } from "./dom.js";
import { percent } from "./format.js";
import { className, onLanguage, words } from "../language/language.js";

/**
 * @import { Backends } from "./backends.js"
 * @import { Collection, Filter, Order, Tally } from "./collection.js"
 * @import { Answer } from "./photo.js"
 */

/**
 * @param {Collection} collection
 * @param {Backends} backends whose worker knows the labels
 */
export function startSummary(collection, backends) {
  const text = byId("summary-text", HTMLElement);
  const filters = byId("filters", HTMLElement);
  const order = byId("order", HTMLSelectElement);
  const tally = byId("tally", HTMLDetailsElement);
  const tallyText = byId("tally-text", HTMLElement);
  const tallyTable = byId("tally-table", HTMLTableElement);
  let isWaiting = false;

  const labels = () => backends.worker?.info.labels ?? [];
  const show = () => {
    isWaiting = false;
    const { size: total } = collection;
    byId("overview", HTMLElement).hidden = total === 0;
    byId("arrange", HTMLElement).hidden = total < MANY;
    const { confident, toCheck, shown } = collection.counts;
    text.textContent = total < MANY ? "" : words.summary.counts(total, confident, toCheck);
    showFilters(toCheck, shown);
    showTally(collection.tally);
  };
  const showSoon = () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(show);
  };

  /** @type {(toCheck: number, shown: Map<Answer, number>) => void} */
  const showFilters = (toCheck, shown) => {
    /** @type {[Filter, string, number][]} */
    const choices = [
      ["all", words.summary.all, collection.size],
      ["check", words.summary.toCheck, toCheck],
      ...labels().map(
        (label, index) => /** @type {[Filter, string, number]} */ ([index, className(label), shown.get(index) ?? 0]),
      ),
      ["none", words.noneOfThese, shown.get("none") ?? 0],
    ];
    const offered = choices.filter(([of, , count]) => of === "all" || of === collection.filter || count > 0);
    for (const [of, name, count] of offered) {
      const chip = chipOf(filters, of);
      chip.textContent = `${name} ${count}`;
      chip.setAttribute("aria-pressed", String(of === collection.filter));
    }
    const kept = new Set(offered.map(([of]) => String(of)));
    for (const chip of chipsIn(filters)) if (!kept.has(chip.dataset.filter ?? "")) chip.remove();
    // Each in its place; one that stays keeps the focus.
    for (const [place, [of]] of offered.entries()) {
      const chip = chipOf(filters, of);
      if (filters.children[place] !== chip) filters.insertBefore(chip, filters.children[place] ?? null);
    }
  };
  filters.addEventListener("click", ({ target }) => {
    const of = target instanceof HTMLElement ? target.dataset.filter : undefined;
    if (of !== undefined) collection.filter = /^\d+$/.test(of) ? Number(of) : /** @type {Filter} */ (of);
  });
  order.addEventListener("change", () => {
    collection.order = /** @type {Order} */ (order.value);
  });

  /** @param {Tally} found */
  const showTally = ({ total, right, pairs }) => {
    tally.hidden = total === 0;
    if (total === 0) return;
    tallyText.textContent = words.summary.checked(total, right, percent(right / total));
    const nameOf = (/** @type {Answer | null} */ of) =>
      of === null ? words.nothingFound : of === "none" ? words.noneOfThese : className(labels()[of] ?? String(of));
    // Only what occurs, in the order of the classes, so that the right ones are near the diagonal.
    const predictions = sorted(pairs.map(({ predicted }) => predicted));
    const answers = sorted(pairs.map(({ answer }) => answer));
    const cell = (/** @type {Answer | null} */ answer, /** @type {Answer | null} */ predicted) => {
      const count = pairs.find((pair) => pair.answer === answer && pair.predicted === predicted)?.count;
      return el("td", answer === predicted ? { class: "right" } : {}, count === undefined ? "" : String(count));
    };
    const head = predictions.map((of) => el("th", { scope: "col" }, nameOf(of)));
    const rows = answers.map((answer) =>
      el("tr", {}, el("th", { scope: "row" }, nameOf(answer)), ...predictions.map((of) => cell(answer, of))),
    );
    tallyTable.replaceChildren(
      el("caption", {}, words.summary.matrix),
      el("thead", {}, el("tr", {}, el("td", {}), ...head)),
      el("tbody", {}, ...rows),
    );
  };

  collection.addEventListener("change", showSoon);
  collection.addEventListener("photo", showSoon);
  backends.addEventListener("change", showSoon);
  onLanguage(showSoon);
}

/** @param {HTMLElement} filters */
function chipsIn(filters) {
  return [...filters.querySelectorAll("button")];
}

/** @type {(filters: HTMLElement, of: Filter) => HTMLElement} the one that is there, or a new one at the end */
function chipOf(filters, of) {
  const known = chipsIn(filters).find(({ dataset }) => dataset.filter === String(of));
  if (known) return known;
  const chip = el("button", { type: "button", class: "chip", "data-filter": String(of) });
  filters.append(chip);
  return chip;
}

/** @type {<T extends Answer | null>(of: T[]) => T[]} each once: the classes in their order, then none of them, then nothing found */
function sorted(of) {
  return [...new Set(of)].sort((a, b) => placeOf(a) - placeOf(b));
}
