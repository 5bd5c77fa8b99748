// What many photos add up to, and which of them are shown: counts, filters, order, and how often the visitor agreed.
import { byId, el } from "./dom.js";
import { counted, percent } from "./format.js";

/**
 * @import { Backends } from "./backends.js"
 * @import { Collection, Filter, Order, Tally } from "./collection.js"
 * @import { Answer } from "./photo.js"
 */

/** Photos from which on they can be filtered and sorted. */
const FILTER_FROM = 4;

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
    byId("arrange", HTMLElement).hidden = total < FILTER_FROM;
    const { confident, toCheck, shown } = collection.counts;
    text.textContent =
      total < FILTER_FROM ? "" : `${counted(total, "photo")} · ${confident} confident · ${toCheck} to check`;
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
      ["all", "All", collection.size],
      ["check", "To check", toCheck],
      ...labels().map(
        (label, index) => /** @type {[Filter, string, number]} */ ([index, label, shown.get(index) ?? 0]),
      ),
      ["none", "None of these", shown.get("none") ?? 0],
    ];
    const offered = choices.filter(([of, , count]) => of === "all" || of === collection.filter || count > 0);
    for (const [place, [of, name, count]] of offered.entries()) {
      const chip = chipAt(filters, place);
      chip.textContent = `${name} ${count}`;
      chip.dataset.filter = String(of);
      chip.setAttribute("aria-pressed", String(of === collection.filter));
    }
    for (const chip of [...filters.children].slice(offered.length)) chip.remove();
  };
  filters.addEventListener("click", ({ target }) => {
    const of = target instanceof HTMLElement ? target.dataset.filter : undefined;
    if (of !== undefined) collection.filter = /^\d+$/.test(of) ? Number(of) : /** @type {Filter} */ (of);
  });
  order.addEventListener("change", () => {
    collection.order = /** @type {Order} */ (order.value);
  });

  /** @param {Tally} found */
  const showTally = ({ total, right, wrong }) => {
    tally.hidden = total === 0;
    if (total === 0) return;
    tallyText.textContent = `${counted(total, "photo")} checked, ${right} predicted right (${percent(right / total)})`;
    const nameOf = (/** @type {Answer | null} */ of) =>
      of === null ? "Nothing found" : of === "none" ? "None of these" : (labels()[of] ?? String(of));
    const rows = [...wrong]
      .sort((a, b) => b.count - a.count)
      .map(({ answer, predicted, count }) =>
        el("tr", {}, el("td", {}, nameOf(answer)), el("td", {}, nameOf(predicted)), el("td", {}, String(count))),
      );
    const body = tallyTable.tBodies[0] ?? tallyTable.createTBody();
    body.replaceChildren(...rows);
    tallyTable.hidden = rows.length === 0;
  };

  collection.addEventListener("change", showSoon);
  collection.addEventListener("photo", showSoon);
  backends.addEventListener("change", showSoon);
}

/** @type {(filters: HTMLElement, place: number) => HTMLElement} the one that is there, so that it keeps the focus, or a new one */
function chipAt(filters, place) {
  const known = filters.children[place];
  if (known instanceof HTMLElement) return known;
  const chip = el("button", { type: "button", class: "chip" });
  filters.append(chip);
  return chip;
}
