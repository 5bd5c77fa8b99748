// Photos come in by the picker, by drop anywhere on the page, and by paste.
import { notice } from "./announce.js";
import { byId } from "./dom.js";

/**
 * @param {(files: File[]) => void} take
 */
export function startIntake(take) {
  let complained = false;
  const complain = (/** @type {string} */ sentence) => {
    complained = true;
    notice(sentence);
  };
  const give = (/** @type {File[]} */ files) => {
    // What was wrong before is mended.
    if (complained) notice("");
    complained = false;
    take(files);
  };
  startPicker(give);
  startDrop(give, complain);
  startPaste(give, complain);
}

/** @param {(files: File[]) => void} take */
function startPicker(take) {
  const input = byId("file", HTMLInputElement);
  byId("pick", HTMLButtonElement).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    // So that the same file can be chosen twice in a row.
    input.value = "";
  });
}

/**
 * @param {(files: File[]) => void} take
 * @param {(sentence: string) => void} complain
 */
function startDrop(take, complain) {
  const root = document.documentElement;
  // dragenter and dragleave come for every element passed over: count them.
  let depth = 0;
  const stop = () => {
    depth = 0;
    root.classList.remove("dragging");
  };
  addEventListener("dragenter", (event) => {
    event.preventDefault();
    depth += 1;
    root.classList.add("dragging");
  });
  addEventListener("dragleave", () => {
    depth -= 1;
    if (depth <= 0) stop();
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    stop();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) take(files);
    else complain("What was dropped holds no file. Save the picture first, then drop the file or choose it.");
  });
}

/**
 * @param {(files: File[]) => void} take
 * @param {(sentence: string) => void} complain
 */
function startPaste(take, complain) {
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) {
      event.preventDefault();
      take(files);
    } else {
      complain("The clipboard holds no picture. Copy a picture, not its address or text, then paste again.");
    }
  });
}
