// The page's entry: wires the parts together.
import { announce, notice } from "./page/announce.js";
import { startCamera } from "./page/camera.js";
import { makeCard } from "./page/card.js";
import { byId } from "./page/dom.js";
import { Engine } from "./page/engine.js";
import { startIntake } from "./page/intake.js";
import { startProgress } from "./page/progress.js";
import { startSamples } from "./page/samples.js";
import { startTheme } from "./page/theme.js";
import { startWorkbench } from "./page/workbench.js";
import { carryErrorCodes } from "./shared/errors.js";

carryErrorCodes();

const engine = new Engine();
const results = byId("results", HTMLElement);
const list = byId("cards", HTMLUListElement);

/** What a card asks of the engine. */
const desk = { queue: engine.queue, adjust: engine.adjust.bind(engine) };

/** @type {Set<import("./page/card.js").Card>} */
const cards = new Set();

/** @param {File[]} files */
function take(files) {
  const added = files.map((file) => makeCard(file, desk, forget));
  for (const card of added) cards.add(card);
  // The newest on top, in the order in which they were given.
  list.prepend(...added.map(({ item }) => item));
  showCount();
  // On a narrow page the results lie below the fold. How it moves is the style sheet's concern. With the next frame, which
  // lays the page out anyway.
  requestAnimationFrame(() => results.scrollIntoView({ block: "nearest" }));
}

/** @param {import("./page/card.js").Card} card */
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
  byId("pick", HTMLButtonElement).focus();
});
byId("notice-close", HTMLButtonElement).addEventListener("click", () => notice(""));

const broken = byId("broken", HTMLElement);
engine.addEventListener("change", () => {
  broken.hidden = !engine.broken;
  const text = byId("broken-text", HTMLElement);
  const message = engine.broken?.message ?? "";
  if (text.textContent !== message) text.textContent = message;
  document.documentElement.dataset.engine = engine.broken ? "broken" : engine.member ? "ready" : "loading";
});
engine.addEventListener("notice", (event) => notice(/** @type {CustomEvent<string>} */ (event).detail));
byId("retry", HTMLButtonElement).addEventListener("click", () => void engine.start());

/** Resolves when there is a classifier, or none to be had. */
const loaded = new Promise((/** @type {(value: void) => void} */ resolve) => {
  engine.addEventListener("change", () => {
    if (engine.member || engine.broken) resolve();
  });
});

// First of all, and with nothing before it that an old browser could trip over: it says what the browser lacks.
void engine.start();
startTheme();
startWorkbench(engine);
startProgress(engine.queue);
startIntake(take);
// Their pictures are to take nothing from the classifier, nor from a photo that was given at once.
startSamples(take, loaded.then(() => engine.queue.idle()));
// Last: a browser that is too old for the dialog stops here.
startCamera(take);
