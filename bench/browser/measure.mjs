// One network on every engine: first whether they agree, then how fast they are.
import { call } from "./browser.mjs";
import { LABELS, REFERENCE, REST, SHARED_FROM, TEST_BATCH, TEST_REPEATED, TOLERANCE, TURN } from "./catalogue.mjs";
import { opening } from "./site.mjs";
import { inRounds, largestDifference, sameLabels, spread } from "../statistics.mjs";

/** @typedef {import("./catalogue.mjs").Entry} Entry */
/** @typedef {import("../statistics.mjs").Spread} Spread */
/** @typedef {import("playwright-core").Page} Page */

/** @typedef {Entry & {id: string}} Opened an engine that is open in the page */

/**
 * @param {Page} page of the bench
 * @param {Entry[]} entries
 * @param {string} network
 * @param {string} origin
 * @returns {Promise<{opened: Opened[], facts: Record<string, unknown>}>} with the versions that the engines say they have
 */
export async function openAll(page, entries, network, origin) {
  /** @type {Opened[]} */
  const opened = [];
  const facts = {};
  for (const entry of entries) {
    const id = [entry.engine, entry.package, `${entry.workers} workers`, `${entry.threads} threads`]
      .filter(Boolean)
      .join(", ");
    const { script, type, settings } = opening(entry, network, origin);
    const found = await call(page, "open", id, script, type, entry.workers, settings).catch((error) => {
      throw new Error(`${id} could not be opened with the network ${network}`, { cause: error });
    });
    Object.assign(facts, { [entry.engine]: found });
    opened.push({ ...entry, id });
  }
  return { opened, facts };
}

/**
 * @param {Page} page
 * @param {Opened[]} opened
 */
export async function closeAll(page, opened) {
  for (const { id } of opened) await call(page, "close", id);
}

/**
 * @param {Page} page
 * @param {Opened[]} opened
 * @param {number} count of inputs
 * @returns {Promise<Map<Opened, number>>} the largest difference of a logit from the reference's
 * @throws {Error} where one is above the tolerance, or of an engine in int8 too few labels are the same
 */
export async function compareLogits(page, opened, count) {
  const logits = (/** @type {Opened} */ { id }) => call(page, "logits", id, count);
  const reference = opened.find(({ engine }) => engine === REFERENCE);
  if (!reference) throw new Error(`the reference ${REFERENCE} is not open`);
  const expected = await logits(reference);
  const differences = new Map();
  for (const engine of opened) {
    const found = await logits(engine);
    const difference = largestDifference(found, expected);
    if (engine.int8) {
      const share = sameLabels(found, expected);
      if (!(share >= LABELS))
        throw new Error(`${engine.id} has ${share} of the labels of ${reference.id}; ${LABELS} are wanted`);
    } else if (!(difference <= TOLERANCE))
      throw new Error(`a logit of ${engine.id} is ${difference} off that of ${reference.id}; allowed are ${TOLERANCE}`);
    differences.set(engine, difference);
  }
  return differences;
}

/**
 * @typedef {object} Timed
 * @property {Opened} engine
 * @property {number} batch
 * @property {Spread} micros an input
 */

/**
 * @param {Page} page
 * @param {Opened[]} opened
 * @param {{rounds: number, batches: number[], loops: import("./peak.mjs").Loops, say: (text: string) => void}} options the
 *   loops take turns with the engines
 * @returns {Promise<Timed[]>}
 */
export async function timeBatches(page, opened, { rounds, batches, loops, say }) {
  const timed = [];
  for (const batch of batches) {
    // Workers beside each other have nothing to share of fewer inputs.
    const takers = opened.filter(({ workers }) => workers === 1 || batch >= SHARED_FROM);
    const found = await inRounds([...loops.counts, ...takers], rounds, async (taker) => {
      await rest();
      return typeof taker === "number" ? loops.turn(taker) : call(page, "time", taker.id, batch, TURN);
    });
    loops.keep(found);
    for (const engine of takers) {
      const micros = spread(found.get(engine) ?? []);
      timed.push({ engine, batch, micros });
      say(
        `batch ${batch}: ${engine.id}: ${micros.median.toFixed(1)} µs an input (${micros.min.toFixed(1)} to ${micros.max.toFixed(1)})`,
      );
    }
  }
  return timed;
}

/**
 * @param {Page} page
 * @param {Opened[]} opened
 * @param {Uint8Array} labels
 * @param {(text: string) => void} say
 * @returns {Promise<{engine: Opened, seconds: Spread, accuracy: number}[]>}
 */
export async function timeTestSet(page, opened, labels, say) {
  /** @type {Map<Opened, {seconds: number[], accuracy: number}>} */
  const found = new Map();
  for (let round = 0; round < TEST_REPEATED.times; round += 1) {
    for (const engine of opened) {
      const known = found.get(engine) ?? { seconds: [], accuracy: 0 };
      if (known.seconds.some((seconds) => seconds > TEST_REPEATED.below)) continue;
      await rest();
      const once = await call(page, "testSet", engine.id, engine.gpu ? TEST_BATCH.gpu : TEST_BATCH.cpu);
      const right = once.labels.filter((label, index) => label === labels[index]).length;
      found.set(engine, { seconds: [...known.seconds, once.seconds], accuracy: right / labels.length });
      say(`test set: ${engine.id}: ${once.seconds.toFixed(2)} s, ${((right / labels.length) * 100).toFixed(2)} %`);
    }
  }
  return [...found].map(([engine, { seconds, accuracy }]) => ({ engine, accuracy, seconds: spread(seconds) }));
}

/** @returns {Promise<void>} after a while in which pools of threads go to sleep */
function rest() {
  return new Promise((resolve) => void setTimeout(resolve, REST));
}
