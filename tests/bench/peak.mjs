// The peak of multiply-adds that WebAssembly reaches here: what every engine is measured against.
import { call } from "./browser.mjs";
import { TURN } from "./catalogue.mjs";
import { FLOP_A_TURN } from "./multiply-add.mjs";
import { inRounds, spread } from "./statistics.mjs";

/**
 * GFLOP/s of one worker, and of as many as there are cores.
 * @param {import("playwright-core").Page} page of the bench
 * @param {"relaxed" | "simd128"} kind of instructions
 * @param {number} cores
 * @param {number} rounds
 * @returns {Promise<{one: import("./statistics.mjs").Spread, all: import("./statistics.mjs").Spread}>}
 */
export async function measurePeak(page, kind, cores, rounds) {
  await call(page, "openPeak", `multiply-add-${kind}.wasm`, cores);
  const found = await inRounds([1, cores], rounds, (count) => call(page, "peak", count, TURN));
  const gflops = (/** @type {number} */ count) => spread((found.get(count) ?? []).map((turns) => (turns * FLOP_A_TURN) / 1e9));
  return { one: gflops(1), all: gflops(cores) };
}
