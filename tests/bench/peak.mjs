// The peak of multiply-adds that WebAssembly reaches here: what every engine is measured against. Its loops take turns
// with the engines, so that both meet the same moments of the machine.
import { call } from "./browser.mjs";
import { TURN } from "./catalogue.mjs";
import { FLOP_A_TURN } from "./multiply-add.mjs";
import { inRounds, spread } from "./statistics.mjs";

/** @typedef {{one: import("./statistics.mjs").Spread, all: import("./statistics.mjs").Spread}} Peak GFLOP/s of one worker and of as many as there are cores */

/** The loops of one kind of instructions, running in the bench's page. */
export class Loops {
  #page;
  #cores;
  /** @type {Map<number, number[]>} */
  #gflops;

  /**
   * @param {import("playwright-core").Page} page
   * @param {number} cores
   */
  constructor(page, cores) {
    this.#page = page;
    this.#cores = cores;
    this.#gflops = new Map([1, cores].map((count) => [count, []]));
  }

  /**
   * Starts them, in the place of any others of this page.
   * @param {import("playwright-core").Page} page of the bench
   * @param {"relaxed" | "simd128"} kind of instructions
   * @param {number} cores
   */
  static async open(page, kind, cores) {
    await call(page, "openPeak", `multiply-add-${kind}.wasm`, cores);
    return new Loops(page, cores);
  }

  /** How many loops run at once in each of their turns. */
  get counts() {
    return [...this.#gflops.keys()];
  }

  /**
   * @param {number} count one of `counts`
   * @returns {Promise<number>} GFLOP/s of that many together
   */
  async turn(count) {
    return ((await call(this.#page, "peak", count, TURN)) * FLOP_A_TURN) / 1e9;
  }

  /** @param {Map<unknown, number[]>} found what turns gave, by how many loops ran at once */
  keep(found) {
    for (const [count, gflops] of this.#gflops) gflops.push(...(found.get(count) ?? []));
  }

  /** @param {number} rounds */
  async measure(rounds) {
    this.keep(await inRounds(this.counts, rounds, (count) => this.turn(count)));
  }

  /** @returns {Peak} of all turns that were kept */
  get peak() {
    return { one: spread(this.#gflops.get(1) ?? []), all: spread(this.#gflops.get(this.#cores) ?? []) };
  }
}
