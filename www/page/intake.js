// Photos are added by the picker, by drop anywhere on the page, and by paste.
import { notice } from "./announce.js";
import { byId } from "./dom.js";
import { droppedFiles } from "./folder.js";
import { words } from "../language/language.js";

/** @typedef {(files: File[]) => void} Add */

/** @typedef {(sentence: string) => void} Refuse */

/** @param {Add} add */
export function startIntake(add) {
  let hasRefused = false;
  const refuse = (/** @type {string} */ sentence) => {
    hasRefused = true;
    notice(sentence);
  };
  const accept = (/** @type {File[]} */ files) => {
    if (hasRefused) notice("");
    hasRefused = false;
    add(files);
  };
  startPicker(accept);
  startDrop(accept, refuse);
  startPaste(accept, refuse);
}

/** @param {Add} add */
function startPicker(add) {
  const input = byId("file", HTMLInputElement);
  const take = () => {
    const files = [...(input.files ?? [])];
    if (files.length > 0) add(files);
    // So that the same file can be chosen twice in a row.
    input.value = "";
  };
  input.addEventListener("change", take);
  // The input works before this script has loaded.
  take();
}

/** @type {(add: Add, refuse: Refuse) => void} */
function startDrop(add, refuse) {
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
    if (event.dataTransfer) void take(event.dataTransfer);
  });
  const take = async (/** @type {DataTransfer} */ transfer) => {
    const isLink = hasLink(transfer);
    const isFolder = [...transfer.items].some((item) => item.webkitGetAsEntry?.()?.isDirectory);
    const files = await droppedFiles(transfer);
    if (files.length > 0) add(files);
    else if (isFolder) refuse(words.intake.emptyFolder);
    else refuse(isLink ? words.intake.link : words.intake.nothingDropped);
  };
}

/** @type {(add: Add, refuse: Refuse) => void} */
function startPaste(add, refuse) {
  addEventListener("paste", (event) => {
    // There it is text that is typed.
    if (event.target instanceof HTMLInputElement && event.target.type !== "file") return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) {
      event.preventDefault();
      add(files);
    } else if (event.clipboardData && hasLink(event.clipboardData)) {
      refuse(words.intake.link);
    } else {
      refuse(words.intake.nothingPasted);
    }
  });
}

/** @type {(transfer: DataTransfer) => boolean} whether it holds a web address */
function hasLink(transfer) {
  return transfer.getData("text/uri-list") !== "" || /^https?:\/\/\S+$/i.test(transfer.getData("text/plain").trim());
}
