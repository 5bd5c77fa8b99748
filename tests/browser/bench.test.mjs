// What the bench computes without a browser: statistics, turns, and what it makes of exported weights.
import assert from "node:assert/strict";
import { test } from "node:test";
import { layersOf } from "../../bench/models/layers.mjs";
import { readSafetensors } from "../../bench/models/safetensors.mjs";
import { multiplyAddModule } from "../../bench/browser/multiply-add.mjs";
import { described } from "../../bench/processor.mjs";
import { fastestPeer } from "../../bench/report/engines.mjs";
import { facts } from "../../bench/report/fields.mjs";
import { inRounds, largestDifference, sameLabels, spread } from "../../bench/statistics.mjs";

test("the median, between two where they are even in number, and the extremes", () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assert.deepEqual(spread([10, 4, 2, 6]), { median: 5, min: 2, max: 10 });
});

test("engines take turns, and the first round does not count", async () => {
  /** @type {string[]} */
  const turns = [];
  const found = await inRounds(["a", "b"], 2, async (taker) => turns.push(taker));
  assert.equal(turns.join(""), "ababab");
  assert.deepEqual(
    [...found],
    [
      ["a", [3, 5]],
      ["b", [4, 6]],
    ],
  );
});

test("logits that are missing or no numbers never pass for equal", () => {
  assert.equal(largestDifference([1, 2], [1, 4]), 2);
  assert.equal(largestDifference([1], [1, 2]), Infinity);
  assert.ok(!(largestDifference([NaN, 1], [0, 1]) <= 1));
});

test("labels are compared by the greatest logit, and what is no number has none", () => {
  const ten = (/** @type {number} */ label) => Array.from({ length: 10 }, (_, index) => (index === label ? 2 : 1));
  assert.equal(sameLabels([...ten(3), ...ten(4)], [...ten(3), ...ten(4)]), 1);
  assert.equal(sameLabels([...ten(3), ...ten(4)], [...ten(3), ...ten(5)]), 0.5);
  assert.ok(!(sameLabels(ten(3), [...ten(3), ...ten(4)]) >= 0));
  assert.equal(sameLabels(Array(10).fill(NaN), Array(10).fill(NaN)), 0);
});

/**
 * @param {Record<string, {dtype?: string, shape: number[], values: number[]}>} tensors
 * @returns {Uint8Array} a safetensors file
 */
function file(tensors) {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { dtype = "F32", shape, values }]) => {
    const start = end;
    end += values.length * 4;
    return [name, { dtype, shape, data_offsets: [start, end] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = Object.values(tensors).map(({ values }) => Buffer.from(Float32Array.from(values).buffer));
  return Buffer.concat([length, header, ...data]);
}

test("safetensors are read wherever they lie, and refused where shape or type is another", () => {
  const { tensors } = readSafetensors(
    file({ "b.weight": { shape: [2, 1], values: [1.5, -2] }, b: { shape: [1], values: [7] } }),
  );
  assert.deepEqual(tensors.get("b.weight"), { shape: [2, 1], values: Float32Array.of(1.5, -2) });
  assert.deepEqual(tensors.get("b")?.values, Float32Array.of(7));
  assert.throws(() => readSafetensors(file({ x: { shape: [3], values: [1, 2] } })), /its shape 3 wants 3/);
  assert.throws(() => readSafetensors(file({ x: { dtype: "F16", shape: [1], values: [1] } })), /F16; expected F32/);
});

test("a weighted sum and a dense layer are one dense layer that gives the same", () => {
  const [channels, pixels, classes] = [16, 49, 10];
  const some = (/** @type {number} */ count) =>
    Float32Array.from({ length: count }, (_, index) => Math.sin(index * 1.7));
  const tensors = new Map(
    Object.entries({
      "stages.0.entry.weight": { shape: [channels, 1, 3, 3], values: some(channels * 9) },
      "stages.0.entry.bias": { shape: [channels], values: some(channels) },
      "head.weight": { shape: [channels, 7, 7], values: some(channels * pixels) },
      "output.weight": { shape: [classes, channels], values: some(classes * channels) },
      "output.bias": { shape: [classes], values: some(classes) },
    }),
  );
  const head = layersOf(tensors).at(-1);
  assert.ok(head?.kind === "dense");
  assert.deepEqual(head.weights.shape, [classes, channels * pixels]);
  const picture = some(channels * pixels).reverse();
  const dot = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) =>
    a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
  const sums = some(channels * pixels);
  const pooled = Float32Array.from({ length: channels }, (_, channel) =>
    dot(picture.subarray(channel * pixels, (channel + 1) * pixels), sums.subarray(channel * pixels)),
  );
  for (let row = 0; row < classes; row += 1) {
    const expected = dot(pooled, some(classes * channels).subarray(row * channels));
    const found = dot(picture, head.weights.values.subarray(row * channels * pixels));
    assert.ok(Math.abs(found - expected) < 1e-4, `${found}, expected ${expected}`);
  }
});

test("a block's second convolution adds what its first one read", () => {
  const conv = (/** @type {number} */ inputs) => ({
    shape: [16, inputs, 3, 3],
    values: new Float32Array(16 * inputs * 9),
  });
  const bias = { shape: [16], values: new Float32Array(16) };
  const names = {
    "stages.0.entry": conv(1),
    "stages.0.blocks.0.first": conv(16),
    "stages.0.blocks.0.second": conv(16),
    "stages.1.entry": conv(16),
  };
  const tensors = new Map(
    Object.entries(names).flatMap(([name, weights]) => [
      [`${name}.weight`, weights],
      [`${name}.bias`, bias],
    ]),
  );
  tensors
    .set("output.weight", { shape: [10, 16], values: new Float32Array(160) })
    .set("output.bias", { shape: [10], values: new Float32Array(10) });
  const convs = layersOf(tensors).slice(0, -1);
  assert.deepEqual(
    convs.map((layer) => layer.kind === "conv" && [layer.stride, layer.residual]),
    [
      [1, false],
      [1, false],
      [1, true],
      [2, false],
    ],
  );
});

test("the loop of multiply-adds is WebAssembly that computes what it says", async () => {
  const { instance } = await WebAssembly.instantiate(multiplyAddModule("simd128"));
  // Each of 12 sums becomes sum * 0.5 + 0.001 four times a turn, from 0.
  const one = Array(4)
    .fill(0)
    .reduce((sum) => sum * 0.5 + 0.001, 0);
  assert.ok(Math.abs(/** @type {(turns: number) => number} */ (instance.exports.run)(1) - 12 * one) < 1e-6);
  // Node validates relaxed SIMD only in newer versions, so its module is asked for its opcode: 0xfd 0x105.
  assert.ok(Buffer.from(multiplyAddModule("relaxed")).includes(Buffer.from([0xfd, 0x85, 0x02])));
});

test("the fastest peer is the fastest of all for a network, a batch size and a number of threads", () => {
  const row = (/** @type {string} */ engine, /** @type {number} */ median, batch = 1, threads = 1) => ({
    engine,
    network: "paper",
    batch,
    threads,
    us_per_image: { median, min: median, max: median },
  });
  const rows = [
    row("thimble", 1),
    row("burn-flex", 2),
    row("a", 5),
    row("b-int8", 3),
    row("c", 1, 64),
    row("c", 1, 1, 2),
  ];
  assert.equal(fastestPeer(rows, row("thimble", 1))?.engine, "b-int8");
  assert.equal(fastestPeer(rows, row("thimble", 1), ({ engine }) => !engine.endsWith("-int8"))?.engine, "a");
  assert.equal(fastestPeer(rows, row("thimble", 1, 256)), undefined);
});

test("a processor's AVX-512 and VNNI are read from /proc/cpuinfo, and unknown without it", () => {
  const text = (/** @type {string} */ flags) => `processor\t: 0\nflags\t\t: fpu ${flags}\nbugs\t\t:\n`;
  assert.deepEqual(described(text("avx2 avx_vnni"), "x", 2), { name: "x", cores: 2, avx512: false, vnni: true });
  assert.deepEqual(described(text("avx512f avx512_vnni"), "x", 2), { name: "x", cores: 2, avx512: true, vnni: true });
  assert.deepEqual(described(text("avx2"), "x", 2), { name: "x", cores: 2, avx512: false, vnni: false });
  assert.deepEqual(described("", "x", 2), { name: "x", cores: 2, avx512: null, vnni: null });
});

test("model cards are read by their new keys, and by their old ones", () => {
  assert.deepEqual(facts({ int8: { kept: true } }), { int8: { kept: true } });
  assert.deepEqual(facts({ integers: { kept: false } }), { int8: { kept: false } });
});
