// The automatic choice between WebGPU and the CPU, with its reason in one sentence.
import { formatMilliseconds } from "../shared/clock.js";
import { asThimbleError } from "../shared/errors.js";
import { disagreement } from "./compare.js";

/** @typedef {import("./backends.js").Backend} Backend */
/** @typedef {import("./fleet.js").Fleet} Fleet */
/** @typedef {import("./member.js").Member} Member */
/** @typedef {import("../shared/types.js").Warm} Warm */

/** Timings of each backend; the median counts. */
const ROUNDS = 3;

/**
 * @param {Fleet} fleet
 * @returns {Promise<{backend: Backend, reason: string}>}
 */
export async function chooseAutomatically(fleet) {
  const cpu = await fleet.get("cpu");
  const { connection } = /** @type {{connection?: {saveData?: boolean}}} */ (navigator);
  if (connection?.saveData) {
    return onCpu("the browser is set to save data, and the WebGPU package is large.");
  }
  try {
    const gpu = await fleet.get("webgpu");
    const differs = await disagreement(cpu, gpu);
    if (differs) return onCpu(`WebGPU computed something else (${differs}).`);
    return await faster(cpu, gpu);
  } catch (error) {
    return onCpu(lowerFirst(asThimbleError(error).message));
  }
}

/**
 * @param {string} why
 * @returns {{backend: Backend, reason: string}}
 */
function onCpu(why) {
  return { backend: "cpu", reason: `The CPU answers: ${why}` };
}

/**
 * @param {Member} cpu
 * @param {Member} gpu
 * @returns {Promise<{backend: Backend, reason: string}>}
 */
async function faster(cpu, gpu) {
  const cpuTime = await medianTime(cpu);
  const gpuTime = await medianTime(gpu);
  const times = `${format(gpuTime)} on WebGPU, ${format(cpuTime)} on the CPU`;
  if (gpuTime.mean < cpuTime.mean) {
    return { backend: "webgpu", reason: `WebGPU answers, being the faster for one picture: ${times}.` };
  }
  return onCpu(`it is the faster for one picture: ${times}.`);
}

/**
 * @param {Member} member
 * @returns {Promise<Warm>} the one of the middle
 */
async function medianTime(member) {
  /** @type {Warm[]} */
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(await member.warm());
  }
  times.sort((a, b) => a.mean - b.mean);
  return /** @type {Warm} */ (times[Math.floor(times.length / 2)]);
}

/** @param {Warm} time */
function format(time) {
  return formatMilliseconds(time.mean, time.tick / time.repetitions);
}

/** @param {string} sentence */
function lowerFirst(sentence) {
  return /^(This|The|It)\b/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}
