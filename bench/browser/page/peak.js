// A worker that runs the loop of multiply-adds.
import * as Comlink from "comlink";

/** Turns between two looks at the clock: about half a millisecond. */
const TURNS = 40_000;

/** @type {((turns: number) => number) | undefined} */
let run;

const peak = {
  /** @param {string} module address */
  async open(module) {
    const { instance } = await WebAssembly.instantiateStreaming(fetch(module));
    run = /** @type {(turns: number) => number} */ (instance.exports.run);
    run(TURNS);
  },

  /**
   * @param {number} span milliseconds at least
   * @returns {number} turns a second
   */
  time(span) {
    if (!run) throw new Error("the loop was not opened");
    const started = performance.now();
    let turns = 0;
    do {
      run(TURNS);
      turns += TURNS;
    } while (performance.now() - started < span);
    return (turns * 1000) / (performance.now() - started);
  },
};

/** @typedef {typeof peak} Peak */

Comlink.expose(peak);
