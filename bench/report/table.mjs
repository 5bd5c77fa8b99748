// How figures are written.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

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
