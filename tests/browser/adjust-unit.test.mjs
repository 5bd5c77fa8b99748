// What needs no browser of a photo's adjustment: the box's geometry, the order of wishes, what is said where nothing is sure.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Adjuster } from "../../www/page/adjuster.js";
import { isSure, likeliest, sentence, TROUBLES } from "../../www/page/advice.js";
import { clamped, limits, moved, pulled, quarter, scaled, turnedTowards } from "../../www/page/geometry.js";

/** @typedef {import("../../www/page/advice.js").Found} Found */

const SIZE = { width: 400, height: 300 };
const FRAME = { cx: 200, cy: 150, width: 100, height: 60, angle: 0 };

/**
 * @param {import("../../www/shared/types.js").Frame} frame
 * @param {number} u -1 to 1 along its width
 * @param {number} v along its height
 */
function point({ cx, cy, width, height, angle }, u, v) {
  const [sine, cosine] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const [x, y] = [(u * width) / 2, (v * height) / 2];
  return [cx + cosine * x - sine * y, cy + sine * x + cosine * y].map((place) => Math.round(place * 1e6) / 1e6);
}

test("a box that is pulled at a corner keeps the corner opposite, at any angle", () => {
  for (const angle of [0, 30, 90, -125]) {
    const frame = { ...FRAME, angle };
    for (const [x, y] of /** @type {const} */ ([[1, 1], [-1, 1], [1, -1], [-1, -1], [0, 1], [1, 0]])) {
      const after = pulled(frame, { x, y }, 13, -7, SIZE);
      assert.deepEqual(point(after, -x, -y), point(frame, -x, -y), `${angle}: ${x}, ${y}`);
    }
  }
  assert.deepEqual(pulled(FRAME, { x: 1, y: 0 }, 20, 99, SIZE), { ...FRAME, cx: 210, width: 120 });
});

test("no hand makes a box that cannot be", () => {
  const { least, most } = limits(SIZE);
  for (const frame of [moved(FRAME, -9999, 9999, SIZE), pulled(FRAME, { x: 1, y: 1 }, -9999, -9999, SIZE), scaled(FRAME, 1e9, SIZE), scaled(FRAME, 0, SIZE)]) {
    assert.ok(frame.cx >= 0 && frame.cx <= 400 && frame.cy >= 0 && frame.cy <= 300, JSON.stringify(frame));
    for (const side of [frame.width, frame.height]) assert.ok(side >= least && side <= most, JSON.stringify(frame));
  }
  assert.equal(clamped({ ...FRAME, angle: 181 }, SIZE).angle, -179);
  assert.equal(clamped({ ...FRAME, angle: -540 }, SIZE).angle, 180);
});

test("a box turns towards the hand, and stops at eighths of a turn", () => {
  assert.equal(turnedTowards(FRAME, 200, 20).angle, 0);
  assert.equal(turnedTowards(FRAME, 300, 151).angle, 90);
  assert.equal(turnedTowards(FRAME, 300, 140).angle, 84);
});

test("four quarter turns of a photo bring the box back", () => {
  let [frame, size] = [{ ...FRAME, cx: 90, cy: 20 }, SIZE];
  const places = [];
  for (let turn = 0; turn < 4; turn += 1) {
    frame = quarter(frame, size);
    size = { width: size.height, height: size.width };
    places.push([frame.cx, frame.cy, frame.width]);
  }
  assert.deepEqual(places, [[280, 90, 60], [310, 280, 100], [20, 310, 60], [90, 20, 100]]);
});

test("one wish is in hand at a time, and of those that come meanwhile the newest alone counts", async () => {
  /** @type {number[]} */
  const asked = [];
  /** @type {[number, boolean][]} */
  const told = [];
  /** @type {(() => void)[]} */
  const answer = [];
  const adjuster = new Adjuster(
    (/** @type {number} */ wish) => {
      asked.push(wish);
      return new Promise((/** @type {(value: number) => void} */ resolve) => void answer.push(() => resolve(wish)));
    },
    (found, isLast) => void told.push([found, isLast]),
    () => assert.fail("nothing fails here"),
  );
  const settle = () => new Promise((resolve) => void setTimeout(resolve));
  for (const wish of [1, 2, 3]) adjuster.want(wish);
  adjuster.want(4);
  assert.deepEqual(asked, [1]);
  answer[0]?.();
  await settle();
  assert.deepEqual([asked, told], [[1, 4], [[1, false]]]);
  answer[1]?.();
  await settle();
  assert.deepEqual(told, [[1, false], [4, true]]);
  adjuster.want(5);
  adjuster.stop();
  answer[2]?.();
  await settle();
  assert.equal(told.length, 2, "what was stopped is not told");
  adjuster.want(6);
  answer[3]?.();
  await settle();
  assert.deepEqual(told.at(-1), [6, true]);
});

test("where it is not sure it names the two likeliest, and why", () => {
  const labels = ["T-shirt/top", "Trouser", "Pullover"];
  const quality = { certainty: 0.9, area: 0.3, edge: 0, parts: 1, contrast: 8, light: 0.5 };
  const found = /** @type {Found} */ ({ probabilities: [0.3, 0.2, 0.5], index: 2, label: "Pullover", sure: false, trouble: "too-dark", quality });
  assert.deepEqual(likeliest(found, labels).map(({ label }) => label), ["Pullover", "T-shirt/top"]);
  assert.equal(sentence(found, labels), "not sure. Pullover, 50.0 %, or T-shirt/top, 30.0 %. The photo is dark.");
  assert.match(sentence({ ...found, trouble: null }, labels), /It could be either\.$/);
  assert.match(sentence({ ...found, trouble: null, probabilities: [0.3, 0.3, 0.4] }, labels), /may be none of them\.$/);
  assert.match(sentence({ ...found, trouble: null, probabilities: [0.09, 0.01, 0.9] }, labels), /may be none of them\.$/, "one is far ahead");
  assert.equal(sentence({ ...found, sure: true }, labels), "Pullover, 50.0 % sure.");
  // A network that never saw a photo has no word of its own on it either, and its shares are not to be believed.
  assert.match(sentence({ ...found, sure: null, probabilities: [0, 0, 1] }, labels), /^not sure\. .+ often wrong on photos\.$/);
  // Pictures of the data set's own form have no word of their own on it.
  assert.equal(isSure({ ...found, sure: null, quality: null }), true);
  assert.equal(isSure({ ...found, sure: null, quality: null, probabilities: [0.3, 0.3, 0.4] }), false);
  for (const { why, help } of Object.values(TROUBLES)) assert.ok(why.endsWith(".") && help.endsWith("."));
});
