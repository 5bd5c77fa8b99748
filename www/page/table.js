// A collection as a table: a row for each photo, as CSV, JSON or Markdown. Knows no element.
import { decimal } from "./format.js";
import { className, words } from "../language/language.js";

/**
 * @import { Garment } from "../../pkg/cpu/thimble.js"
 * @import { Answer, Photo } from "./photo.js"
 */

/**
 * @typedef {object} Row
 * @property {string} file
 * @property {string} state
 * @property {string | null} label of the first garment; null where nothing was found
 * @property {number | null} confidence 0 to 1; null where nothing was found, and for images in Fashion-MNIST's format
 * @property {boolean | null} confident
 * @property {string | null} answer what the visitor says: a label, or "none"
 * @property {string | null} error
 * @property {Record<string, number> | null} probabilities by label
 * @property {Garment["box"] | null} box in pixels of the photo
 * @property {Record<string, number> | null} milliseconds
 * @property {GarmentRow[]} garments
 */

/** @typedef {{label: string, confidence: number | null, confident: boolean | null, probabilities: Record<string, number>, box: Garment["box"]}} GarmentRow */

/** @type {(photo: Photo) => Row} */
export function rowOf({ name, state, latest, classified, error, answer }) {
  const labels = latest?.worker.info.labels ?? [];
  const garments = (latest?.prediction.garments ?? []).map((garment) => garmentRow(garment, labels));
  const [first] = garments;
  return {
    file: name,
    state,
    label: first?.label ?? null,
    confidence: first?.confidence ?? null,
    confident: first?.confident ?? null,
    answer: nameOf(answer, labels),
    error: error?.message ?? null,
    probabilities: first?.probabilities ?? null,
    box: first?.box ?? null,
    milliseconds: classified ? { ...classified.prediction.milliseconds } : null,
    garments,
  };
}

/** @type {(garment: Garment, labels: string[]) => GarmentRow} */
function garmentRow({ label, confidence, confident, probabilities, box }, labels) {
  const shares = [...probabilities].map((share, index) => [labels[index] ?? String(index), rounded(share)]);
  return {
    label,
    confidence: confidence === null ? null : rounded(confidence),
    confident,
    probabilities: Object.fromEntries(shares),
    box,
  };
}

/** @type {(answer: Answer | null, labels: string[]) => string | null} */
export function nameOf(answer, labels) {
  return typeof answer === "number" ? (labels[answer] ?? String(answer)) : answer;
}

/** @type {(share: number) => number} */
function rounded(share) {
  return Number(share.toFixed(4));
}

/** @type {(photos: Photo[]) => string} */
export function toJson(photos) {
  return `${JSON.stringify(photos.map(rowOf), null, 2)}\n`;
}

/** @type {(photos: Photo[]) => string} by RFC 4180, with a mark by which spreadsheets know UTF-8 */
export function toCsv(photos) {
  const rows = photos.map(rowOf);
  const labels = Object.keys(rows.find(({ probabilities }) => probabilities)?.probabilities ?? {});
  const head = [
    ...["file", "state", "label", "confidence", "confident", "answer", "error"],
    ...labels.map((label) => `probability ${label}`),
    ...["box cx", "box cy", "box width", "box height", "box angle"],
    ...["decode ms", "prepare ms", "inference ms", "read-back ms", "total ms", "garments"],
  ];
  const lines = rows.map((row) => {
    const { box, milliseconds, probabilities } = row;
    return [
      ...[row.file, row.state, row.label, row.confidence, row.confident, row.answer, row.error],
      ...labels.map((label) => probabilities?.[label]),
      ...[box?.cx, box?.cy, box?.width, box?.height, box?.angle],
      ...["decode", "prepare", "inference", "readBack", "total"].map((stage) => milliseconds?.[stage]),
      row.garments.length > 0 ? JSON.stringify(row.garments) : null,
    ];
  });
  return `\uFEFF${[head, ...lines].map((line) => `${line.map(csvField).join(",")}\r\n`).join("")}`;
}

/** @type {(value: string | number | boolean | null | undefined) => string} */
function csvField(value) {
  const text = String(value ?? "");
  // A spreadsheet would run what begins like a formula; a number may begin with a minus.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @type {(photos: Photo[]) => string} */
export function toMarkdown(photos) {
  const cell = (/** @type {string} */ text) =>
    text
      .replaceAll("\\", "\\\\")
      .replaceAll("|", "\\|")
      .replace(/[\r\n]+/g, " ");
  const lines = photos.map(rowOf).map(({ file, state, label, confidence, confident, answer, error }) => {
    const found = label === null ? words.nothingFound : `${className(label)}${confident === false ? "?" : ""}`;
    const verdict = state === "done" ? found : (error ?? "");
    const share = confidence === null ? "" : `${decimal(confidence * 100, 1)} %`;
    const said = answer === null ? "" : answer === "none" ? words.noneOfThese : className(answer);
    return `| ${[file, verdict, share, said].map(cell).join(" | ")} |`;
  });
  return [`| ${words.exporting.heads.join(" | ")} |`, "| --- | --- | ---: | --- |", ...lines, ""].join("\n");
}

/**
 * Names the files of an archive: by what a photo shows, as far as that is known.
 * @param {Photo[]} photos
 * @param {boolean} inFolders or with the class before the name
 * @returns {{photo: Photo, path: string}[]} each path once
 */
export function pathsOf(photos, inFolders) {
  /** @type {Set<string>} */
  const taken = new Set();
  return photos.map((photo) => {
    const labels = photo.latest?.worker.info.labels ?? [];
    const group =
      photo.shown === null
        ? words.network.notSure
        : photo.shown === "none"
          ? words.noneOfThese
          : className(nameOf(photo.shown, labels) ?? "");
    const folder = fileName(group);
    const name = fileName(photo.name);
    const dot = name.lastIndexOf(".");
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    const path = (/** @type {string} */ suffix) => `${folder}${inFolders ? "/" : " - "}${stem}${suffix}${ending}`;
    let free = path("");
    for (let count = 2; taken.has(free.toLowerCase()); count += 1) free = path(` (${count})`);
    taken.add(free.toLowerCase());
    return { photo, path: free };
  });
}

/** @type {(name: string) => string} without what no system allows in a file's name */
function fileName(name) {
  // eslint-disable-next-line no-control-regex
  return name.replace(/[\u0000-\u001f<>:"/\\|?*]/g, "-").replace(/[. ]+$/, "") || "photo";
}
