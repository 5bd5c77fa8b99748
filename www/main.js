// The page's entry: wires the parts together.
import { notice } from "./page/announce.js";
import { startCamera } from "./page/camera.js";
import { makeCard } from "./page/card.js";
import { byId } from "./page/dom.js";
import { Engine } from "./page/engine.js";
import { startIntake } from "./page/intake.js";
import { startSamples } from "./page/samples.js";
import { startTheme } from "./page/theme.js";
import { startWorkbench } from "./page/workbench.js";
import { carryErrorCodes } from "./shared/errors.js";

carryErrorCodes();
startTheme();

const engine = new Engine();
const results = byId("results", HTMLElement);
const list = byId("cards", HTMLUListElement);

/** @param {File[]} files */
function take(files) {
  // The newest on top, in the order in which they were given.
  list.prepend(...files.map((file) => makeCard(file, engine, showCount)));
  showCount();
  // On a narrow page the results lie below the fold.
  results.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function showCount() {
  results.dataset.count = String(list.children.length);
  byId("empty", HTMLElement).hidden = list.children.length > 0;
  byId("clear", HTMLButtonElement).hidden = list.children.length < 2;
}

byId("clear", HTMLButtonElement).addEventListener("click", () => {
  for (const button of list.querySelectorAll("button[aria-label^='Remove']")) /** @type {HTMLElement} */ (button).click();
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

startWorkbench(engine);
startIntake(take);
startCamera(take);
startSamples(take);
void engine.start();
