// The peak of multiply-adds that WebAssembly reaches here: what every engine is measured against. Its loops take turns
// with the engines, so that both meet the same moments of the machine.
import { call } from "./browser.mjs";
import { TURN } from "./catalogue.mjs";
import { operationsATurn } from "./multiply-add.mjs";
import { inRounds, spread } from "../statistics.mjs";

/** @typedef {{one: import("../statistics.mjs").Spread, all: import("../statistics.mjs").Spread}} Peak 10^9 operations a second of one worker and of as many as there are cores */

/** The loops of one kind of instructions, running in the bench's page. */
export class Loops {
  #page;
  #kind;
  #cores;
  /** @type {Map<number, number[]>} */
  #found;

  /**
   * @param {import("playwright-core").Page} page
   * @param {import("./multiply-add.mjs").Kind} kind
   * @param {number} cores
   */
  constructor(page, kind, cores) {
    this.#page = page;
    this.#kind = kind;
    this.#cores = cores;
    this.#found = new Map([1, cores].map((count) => [count, []]));
  }

  /**
   * Starts them, in the place of any others of this page.
   * @param {import("playwright-core").Page} page of the bench
   * @param {import("./multiply-add.mjs").Kind} kind of instructions
   * @param {number} cores
   */
  static async open(page, kind, cores) {
    await call(page, "openPeak", `multiply-add-${kind}.wasm`, cores);
    return new Loops(page, kind, cores);
  }

  /** How many loops run at once in each of their turns. */
  get counts() {
    return [...this.#found.keys()];
  }

  /**
   * @param {number} count one of `counts`
   * @returns {Promise<number>} 10^9 operations a second of that many together
   */
  async turn(count) {
    return ((await call(this.#page, "peak", count, TURN)) * operationsATurn(this.#kind)) / 1e9;
  }

  /** @param {Map<unknown, number[]>} found what turns gave, by how many loops ran at once */
  keep(found) {
    for (const [count, rates] of this.#found) rates.push(...(found.get(count) ?? []));
  }

  /** @param {number} rounds */
  async measure(rounds) {
    this.keep(await inRounds(this.counts, rounds, (count) => this.turn(count)));
  }

  /** @returns {Peak} of all turns that were kept */
  get peak() {
    return { one: spread(this.#found.get(1) ?? []), all: spread(this.#found.get(this.#cores) ?? []) };
  }
}
