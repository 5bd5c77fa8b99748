// The page's entry: wires the parts together.
import { errorSentence, onLanguage, words } from "./language/language.js";
import { sentence } from "./page/advice.js";
import { announce, notice } from "./page/announce.js";
import { Backends } from "./page/backends.js";
import { startCamera } from "./page/camera.js";
import { Collection } from "./page/collection.js";
import { Detail } from "./page/detail.js";
import { byId } from "./page/dom.js";
import { startExportMenu } from "./page/export-menu.js";
import { Gallery } from "./page/gallery.js";
import { startIntake } from "./page/intake.js";
import { startLanguage } from "./page/language-choice.js";
import { startOffline } from "./page/offline.js";
import { SAID_EACH, startProgress } from "./page/progress.js";
import { Queue } from "./page/queue.js";
import { startSamples } from "./page/samples.js";
import { takeShared } from "./page/shared-files.js";
import { startSettings } from "./page/settings.js";
import { startSummary } from "./page/summary.js";
import { startTheme } from "./page/theme.js";
import { startViews } from "./page/views.js";
import { carryErrorCodes } from "./shared/errors.js";

/**
 * @import { Photo } from "./page/photo.js"
 * @import { Classified } from "./page/queue.js"
 */

carryErrorCodes();

const backends = new Backends();
const queue = new Queue(backends);
const results = byId("results", HTMLElement);
const collection = new Collection(queue);
const gallery = new Gallery(byId("cards", HTMLUListElement), collection, { queue, backends });

/** @param {File[]} files */
function add(files) {
  // From another view back to where they are shown.
  if (byId("photos", HTMLElement).hidden) location.hash = "";
  const added = collection.add(files);
  for (const photo of added) sayWhenSettled(photo);
  // With the next frame, which lays the page out anyway.
  requestAnimationFrame(() => leadTo(added));
}

/** @param {Photo[]} added */
function leadTo(added) {
  const [first] = added;
  if (!first) return;
  if (collection.filter !== "all" && !collection.visible.includes(first)) {
    notice(words.intake.hidden(added.length), {
      text: words.intake.showAll,
      press: () => {
        collection.filter = "all";
      },
    });
    return;
  }
  // On a narrow page the results are below the fold. How it scrolls is the style sheet's concern.
  results.scrollIntoView({ block: "nearest" });
}

/** @param {Photo} photo whose predictions and errors are announced, unless there are many */
function sayWhenSettled(photo) {
  photo.addEventListener("state", () => {
    const { name, state, classified, error } = photo;
    if (queue.batch.total > SAID_EACH) return;
    if (state === "failed" && error) announce(`${name}: ${errorSentence(error)}`);
    else if (state === "done" && classified && classified !== said.get(photo)) {
      said.set(photo, classified);
      announce(`${name}: ${sentence(classified.prediction, classified.worker.info.labels)}`);
    }
  });
}

/** @type {WeakMap<Photo, Classified>} the predictions that were announced */
const said = new WeakMap();

gallery.addEventListener("remove", (event) => {
  const photo = /** @type {CustomEvent<Photo>} */ (event).detail;
  const { visible } = collection;
  const place = visible.indexOf(photo);
  const neighbour = visible[place + 1] ?? visible[place - 1];
  const hadFocus = results.contains(document.activeElement);
  remove([photo], words.intake.removed(photo.name));
  // The focus would fall to the top of the page with the button.
  if (!hadFocus) return;
  if (neighbour) gallery.focus(neighbour);
  else byId("file", HTMLInputElement).focus();
});
byId("clear", HTMLButtonElement).addEventListener("click", () => {
  remove(collection.photos, words.intake.allRemoved(collection.size));
  // This button is hidden now, and the focus would fall to the top of the page.
  byId("file", HTMLInputElement).focus();
});

/** @type {(photos: Photo[], sentence: string) => void} */
function remove(photos, sentence) {
  collection.remove(photos);
  notice(sentence, {
    text: words.intake.undo,
    press: () => {
      const [first] = collection.undo();
      if (first) gallery.focus(first);
    },
  });
}

collection.addEventListener("change", () => {
  const { size } = collection;
  results.dataset.count = String(size);
  document.documentElement.toggleAttribute("data-photos", size > 0);
  byId("empty", HTMLElement).hidden = size > 0;
  byId("clear", HTMLButtonElement).hidden = size < 2;
});
byId("notice-close", HTMLButtonElement).addEventListener("click", () => notice(""));

const broken = byId("broken", HTMLElement);
backends.addEventListener("change", () => {
  broken.hidden = !backends.broken;
  const text = byId("broken-text", HTMLElement);
  const message = backends.broken ? errorSentence(backends.broken) : "";
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
startLanguage();
startTheme();
startSettings(backends, queue);
startViews(backends, () => collection.refresh());
startProgress(queue, collection);
startSummary(collection, backends);
startExportMenu(collection);
startIntake(add);
// Their images should take nothing from the classifier, nor from a photo that was given at once.
startSamples(
  add,
  loaded.then(() => backends.idle()),
);
void takeShared().then((shared) => {
  if (!shared) return;
  if (shared.files.length > 0) add(shared.files);
  else notice(words.intake.notShared);
});
void startOffline(
  loaded.then(() => backends.idle()),
  () => backends.files,
);
onLanguage(() => {
  gallery.rebuild();
  collection.refresh();
});
// Last: a browser that is too old for dialogs stops here.
const detail = new Detail(collection, gallery);
gallery.addEventListener("open", (event) => detail.open(/** @type {CustomEvent<Photo>} */ (event).detail));
startCamera(add);
