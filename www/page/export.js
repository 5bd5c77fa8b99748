// What a visitor takes along: a table of all photos as a file or on the clipboard, or the photos themselves by class.
import { announce, notice } from "./announce.js";
import { byId, el } from "./dom.js";
import { counted } from "./format.js";
import { pathsOf, toCsv, toJson, toMarkdown } from "./table.js";
import { describe, RETRY } from "../shared/errors.js";

/** @import { Collection } from "./collection.js" */

/** So long a file's address stays valid: the browser may ask where to save it first. Milliseconds. */
const KEPT_MILLISECONDS = 60_000;

/** @param {Collection} collection */
export function startExport(collection) {
  const menu = byId("export", HTMLDetailsElement);
  const actions = {
    csv: () => save("thimble.csv", new Blob([toCsv(collection.photos)], { type: "text/csv;charset=utf-8" })),
    json: () => save("thimble.json", new Blob([toJson(collection.photos)], { type: "application/json" })),
    markdown: () => copy(toMarkdown(collection.photos)),
    folders: () => saveArchive(collection, true),
    renamed: () => saveArchive(collection, false),
  };
  for (const [name, act] of Object.entries(actions)) {
    byId(`export-${name}`, HTMLButtonElement).addEventListener("click", () => {
      close(menu);
      void act();
    });
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    close(menu);
  });
  // A click elsewhere closes it, as any menu.
  addEventListener("click", ({ target }) => {
    if (menu.open && target instanceof Node && !menu.contains(target)) menu.open = false;
  });
}

/** @param {HTMLDetailsElement} menu */
function close(menu) {
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

/** @type {(name: string, content: Blob) => void} */
function save(name, content) {
  const url = URL.createObjectURL(content);
  const link = el("a", { href: url, download: name, hidden: "" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MILLISECONDS);
  announce(`${name} was saved.`);
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied as Markdown.");
  } catch (error) {
    notice(`The browser did not allow copying (${describe(error)}). Save the table as CSV instead.`);
  }
}

/** @type {(collection: Collection, inFolders: boolean) => Promise<void>} */
async function saveArchive(collection, inFolders) {
  const { photos } = collection;
  announce(`Packing ${counted(photos.length, "photo")}…`);
  try {
    const { downloadZip } = await import("./zip.js");
    const files = pathsOf(photos, inFolders).map(({ photo: { file }, path }) => ({
      name: path,
      input: file,
      lastModified: new Date(file.lastModified),
    }));
    save("thimble.zip", await downloadZip(files).blob());
  } catch (error) {
    notice(`The photos could not be packed (${describe(error)}). ${RETRY}`);
  }
}
