// The processor that figures are taken on: int8 gains nothing on one without VNNI, so the tables say what it has.
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";

/** @typedef {{name: string, cores: number, avx512: boolean | null, vnni: boolean | null}} Processor null where the system does not say */

/** @returns {Promise<Processor>} */
export async function processor() {
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  return described(text, cpus()[0]?.model ?? process.arch, availableParallelism());
}

/**
 * @param {string} cpuinfo the text of /proc/cpuinfo, or nothing
 * @param {string} name
 * @param {number} cores
 * @returns {Processor}
 */
export function described(cpuinfo, name, cores) {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/);
  const has = (/** @type {string[]} */ ...names) => (flags ? names.some((one) => flags.includes(one)) : null);
  return { name, cores, avx512: has("avx512f"), vnni: has("avx512_vnni", "avx_vnni") };
}
