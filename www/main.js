// The page's entry: wires the parts together.
import { announce, notice } from "./page/announce.js";
import { Backends } from "./page/backends.js";
import { startCamera } from "./page/camera.js";
import { makeCard } from "./page/card.js";
import { byId } from "./page/dom.js";
import { startIntake } from "./page/intake.js";
import { startProgress } from "./page/progress.js";
import { Queue } from "./page/queue.js";
import { startSamples } from "./page/samples.js";
import { startSettings } from "./page/settings.js";
import { startTheme } from "./page/theme.js";
import { carryErrorCodes } from "./shared/errors.js";

/** @import { Card } from "./page/card.js" */

carryErrorCodes();

const backends = new Backends();
const queue = new Queue(backends);
const results = byId("results", HTMLElement);
const list = byId("cards", HTMLUListElement);

/** @type {Set<Card>} */
const cards = new Set();

/** @param {File[]} files */
function add(files) {
  const added = files.map((file) => makeCard(file, { queue, backends }, forget));
  for (const card of added) cards.add(card);
  // The newest on top, in the order in which they were given.
  list.prepend(...added.map(({ item }) => item));
  showCount();
  // On a narrow page the results are below the fold. How it scrolls is the style sheet's concern. With the next frame,
  // which lays the page out anyway.
  requestAnimationFrame(() => results.scrollIntoView({ block: "nearest" }));
}

/** @param {Card} card */
function forget(card) {
  cards.delete(card);
  showCount();
}

function showCount() {
  results.dataset.count = String(cards.size);
  byId("empty", HTMLElement).hidden = cards.size > 0;
  byId("clear", HTMLButtonElement).hidden = cards.size < 2;
}

byId("clear", HTMLButtonElement).addEventListener("click", () => {
  announce(`All ${cards.size} photos were removed.`);
  for (const card of cards) card.discard();
  cards.clear();
  showCount();
  // This button is hidden now, and the focus would fall to the top of the page.
  byId("file", HTMLInputElement).focus();
});
byId("notice-close", HTMLButtonElement).addEventListener("click", () => notice(""));

const broken = byId("broken", HTMLElement);
backends.addEventListener("change", () => {
  broken.hidden = !backends.broken;
  const text = byId("broken-text", HTMLElement);
  const message = backends.broken?.message ?? "";
  if (text.textContent !== message) text.textContent = message;
  document.documentElement.dataset.classifier = backends.broken ? "broken" : backends.worker ? "ready" : "loading";
});
backends.addEventListener("notice", (event) => notice(/** @type {CustomEvent<string>} */ (event).detail));
byId("retry", HTMLButtonElement).addEventListener("click", () => void backends.start());

/** Resolves when there is a classifier, or none to be had. */
const loaded = new Promise((/** @type {(value: void) => void} */ resolve) => {
  backends.addEventListener("change", () => {
    if (backends.worker || backends.broken) resolve();
  });
});

// First of all, and with nothing before it that an old browser could trip over: it says what the browser lacks.
void backends.start();
startTheme();
startSettings(backends, queue);
startProgress(queue);
startIntake(add);
// Their images should take nothing from the classifier, nor from a photo that was given at once.
startSamples(
  add,
  loaded.then(() => backends.idle()),
);
// Last: a browser that is too old for the dialog stops here.
startCamera(add);
