// How figures are written.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * @param {string} name of a file of results
 * @returns {string} its path below the project
 */
export function result(name) {
  return `bench/results/${name}`;
}

/**
 * @param {number} share 0 to 1
 * @param {number} [decimals]
 * @returns {string}
 */
export function percent(share, decimals = 2) {
  return `${(share * 100).toFixed(decimals)} %`;
}

/**
 * @param {number} bytes
 * @returns {string}
 */
export function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`;
}

/**
 * @param {{bytes: number, brotli: number}[]} files
 * @param {"bytes" | "brotli"} key
 * @returns {string} their bytes together, raw or with brotli
 */
export function together(files, key) {
  return kilobytes(files.reduce((sum, file) => sum + file[key], 0));
}

/**
 * @param {{median: number, min: number, max: number}} spread
 * @param {(value: number) => string} write
 * @returns {string} the median, and in brackets the least and the greatest
 */
export function range({ median, min, max }, write) {
  return `${write(median)} (${write(min)} to ${write(max)})`;
}

/**
 * @param {{processor?: import("../processor.mjs").Processor, machine?: string}} report of any command
 * @returns {string} the processor and what it has for int8 and wide vectors
 */
export function processorOf({ processor, machine }) {
  if (!processor) return `${machine}`;
  const { name, cores, avx512, vnni } = processor;
  const has = (/** @type {string} */ what, /** @type {boolean | null} */ known) =>
    known === null ? `${what} unknown` : `${known ? "with" : "without"} ${what}`;
  return `${name} (${cores} cores, ${has("AVX-512", avx512)}, ${has("VNNI", vnni)})`;
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 * @returns {string} Markdown
 */
export function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * @param {string} path below the project
 * @returns {Promise<any>}
 */
export async function json(path) {
  return JSON.parse(await readFile(join(root, path), "utf8"));
}
