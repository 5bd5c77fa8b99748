// What a visitor takes along: a table of all photos as a file or on the clipboard, or the photos themselves by class.
// Fetched when it is first asked for.
import { downloadZip } from "client-zip";
import { announce, notice } from "./announce.js";
import { el } from "./dom.js";
import { pathsOf, toCsv, toJson, toMarkdown } from "./table.js";
import { words } from "../language/language.js";
import { describe } from "../shared/errors.js";

/**
 * @import { Collection } from "./collection.js"
 * @import { Photo } from "./photo.js"
 */

/** So long a file's address stays valid: the browser may ask where to save it first. Milliseconds. */
const KEPT_MILLISECONDS = 60_000;

/**
 * @param {string} way one of those of index.html's menu
 * @param {Collection} collection
 */
export async function exportPhotos(way, collection) {
  const { photos } = collection;
  if (way === "csv") save("thimble.csv", new Blob([toCsv(photos)], { type: "text/csv;charset=utf-8" }));
  else if (way === "json") save("thimble.json", new Blob([toJson(photos)], { type: "application/json" }));
  else if (way === "markdown") await copy(toMarkdown(photos));
  else await saveArchive(photos, way === "folders");
}

/** @type {(name: string, content: Blob) => void} */
function save(name, content) {
  const url = URL.createObjectURL(content);
  const link = el("a", { href: url, download: name, hidden: "" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MILLISECONDS);
  announce(words.exporting.saved(name));
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce(words.exporting.copied);
  } catch (error) {
    notice(words.exporting.notCopied(describe(error)));
  }
}

/** @type {(photos: Photo[], inFolders: boolean) => Promise<void>} */
async function saveArchive(photos, inFolders) {
  announce(words.exporting.packing(photos.length));
  try {
    const files = pathsOf(photos, inFolders).map(({ photo: { file }, path }) => ({
      name: path,
      input: file,
      lastModified: new Date(file.lastModified),
    }));
    save("thimble.zip", await downloadZip(files).blob());
  } catch (error) {
    notice(words.exporting.notPacked(describe(error)));
  }
}
