// What needs no browser of a photo's edit: the box's geometry, the order of requests, the sentences without confidence.
import assert from "node:assert/strict";
import { test } from "node:test";
import { garmentSentence, isConfident, likeliest, sentence } from "../../www/page/advice.js";
import { words } from "../../www/language/language.js";
import { clamped, limits, moved, quarterTurned, resized, rotatedTowards, scaled } from "../../www/page/geometry.js";
import { LatestRequest } from "../../www/page/latest-request.js";

/**
 * @import { Garment, RotatedBox } from "../../pkg/cpu/thimble.js"
 */

const SIZE = { width: 400, height: 300 };
const BOX = { cx: 200, cy: 150, width: 100, height: 60, angle: 0 };

/**
 * @param {RotatedBox} box
 * @param {number} u -1 to 1 along its width
 * @param {number} v along its height
 */
function point({ cx, cy, width, height, angle }, u, v) {
  const [sine, cosine] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const [x, y] = [(u * width) / 2, (v * height) / 2];
  return [cx + cosine * x - sine * y, cy + sine * x + cosine * y].map((place) => Math.round(place * 1e6) / 1e6);
}

test("resizing a box at a corner keeps the opposite corner, at any angle", () => {
  for (const angle of [0, 30, 90, -125]) {
    const box = { ...BOX, angle };
    for (const [x, y] of /** @type {const} */ ([
      [1, 1],
      [-1, 1],
      [1, -1],
      [-1, -1],
      [0, 1],
      [1, 0],
    ])) {
      const after = resized(box, { x, y }, 13, -7, SIZE);
      assert.deepEqual(point(after, -x, -y), point(box, -x, -y), `${angle}: ${x}, ${y}`);
    }
  }
  assert.deepEqual(resized(BOX, { x: 1, y: 0 }, 20, 99, SIZE), { ...BOX, cx: 210, width: 120 });
});

test("no drag makes a box beyond the limits", () => {
  const { min, max } = limits(SIZE);
  for (const box of [
    moved(BOX, -9999, 9999, SIZE),
    resized(BOX, { x: 1, y: 1 }, -9999, -9999, SIZE),
    scaled(BOX, 1e9, SIZE),
    scaled(BOX, 0, SIZE),
  ]) {
    assert.ok(box.cx >= 0 && box.cx <= 400 && box.cy >= 0 && box.cy <= 300, JSON.stringify(box));
    for (const side of [box.width, box.height]) assert.ok(side >= min && side <= max, JSON.stringify(box));
  }
  assert.equal(clamped({ ...BOX, angle: 181 }, SIZE).angle, -179);
  assert.equal(clamped({ ...BOX, angle: -540 }, SIZE).angle, 180);
});

test("a box rotates towards the pointer, and snaps to multiples of 45 degrees", () => {
  assert.equal(rotatedTowards(BOX, 200, 20).angle, 0);
  assert.equal(rotatedTowards(BOX, 300, 151).angle, 90);
  assert.equal(rotatedTowards(BOX, 300, 140).angle, 84);
});

test("four quarter turns of a photo restore the box", () => {
  let [box, size] = [{ ...BOX, cx: 90, cy: 20 }, SIZE];
  const places = [];
  for (let turn = 0; turn < 4; turn += 1) {
    box = quarterTurned(box, size);
    size = { width: size.height, height: size.width };
    places.push([box.cx, box.cy, box.width]);
  }
  assert.deepEqual(places, [
    [280, 90, 60],
    [310, 280, 100],
    [20, 310, 60],
    [90, 20, 100],
  ]);
});

test("one request is in progress at a time, and of those that wait only the newest is sent", async () => {
  /** @type {number[]} */
  const sent = [];
  /** @type {[number, boolean][]} */
  const told = [];
  /** @type {(() => void)[]} */
  const answers = [];
  const requests = new LatestRequest(
    (/** @type {number} */ request) => {
      sent.push(request);
      return new Promise((/** @type {(value: number) => void} */ resolve) => void answers.push(() => resolve(request)));
    },
    (answer, isLast) => void told.push([answer, isLast]),
    () => assert.fail("nothing fails here"),
  );
  const settle = () => new Promise((resolve) => void setTimeout(resolve));
  for (const request of [1, 2, 3]) requests.request(request);
  requests.request(4);
  assert.deepEqual(sent, [1]);
  answers[0]?.();
  await settle();
  assert.deepEqual([sent, told], [[1, 4], [[1, false]]]);
  answers[1]?.();
  await settle();
  assert.deepEqual(told, [
    [1, false],
    [4, true],
  ]);
  requests.request(5);
  requests.stop();
  answers[2]?.();
  await settle();
  assert.equal(told.length, 2, "what was stopped is not told");
  requests.request(6);
  answers[3]?.();
  await settle();
  assert.deepEqual(told.at(-1), [6, true]);
});

test("a prediction that is not sure names the likeliest classes and the reason", () => {
  const labels = ["T-shirt/top", "Trouser", "Pullover"];
  const quality = { certainty: 0.9, area: 0.3, edgeContact: 0, components: 1, contrast: 8, brightness: 0.5 };
  const garment = /** @type {Garment} */ ({
    probabilities: [0.3, 0.2, 0.5],
    index: 2,
    label: "Pullover",
    confident: false,
    issue: "too-dark",
    quality,
  });
  assert.deepEqual(likeliest(garment, labels), ["Pullover", "T-shirt/top"]);
  assert.deepEqual(
    likeliest({ probabilities: [0.003, 0, 0.997] }, labels),
    ["Pullover"],
    "the second is no alternative",
  );
  assert.equal(garmentSentence(garment, labels), "not sure. Perhaps Pullover or T-shirt/top. The photo is dark.");
  assert.match(garmentSentence({ ...garment, issue: null }, labels), /It could be either\.$/);
  assert.match(
    garmentSentence({ ...garment, issue: null, probabilities: [0.3, 0.3, 0.4] }, labels),
    /may be none of them\.$/,
  );
  assert.match(
    garmentSentence({ ...garment, issue: null, probabilities: [0.09, 0.01, 0.9] }, labels),
    /may be none of them\.$/,
    "one is far ahead",
  );
  assert.match(
    garmentSentence({ ...garment, issue: null, worn: true, probabilities: [0.3, 0.3, 0.4] }, labels),
    /This looks like a worn garment\.$/,
  );
  assert.equal(garmentSentence({ ...garment, confident: true }, labels), "Pullover, 50.0 % confident.");
  // Nor has a network that was not trained on photos, whose probabilities mean nothing there.
  assert.match(
    garmentSentence({ ...garment, confident: null, probabilities: [0, 0, 1] }, labels),
    /^not sure\. .+ often wrong on photos\.$/,
  );
  // Fashion-MNIST images have no confidence of their own.
  assert.equal(isConfident({ ...garment, confident: null, quality: null }), true);
  assert.equal(isConfident({ ...garment, confident: null, quality: null, probabilities: [0.3, 0.3, 0.4] }), false);
  assert.match(sentence({ garments: [] }, labels), /^nothing found\. No garment/);
  assert.equal(
    sentence({ garments: [{ ...garment, confident: true }, garment, { ...garment, label: "Trouser" }] }, labels),
    "Pullover, 50.0 % confident. Also found: perhaps Pullover, perhaps Trouser.",
  );
  for (const { why, help } of Object.values(words.advice.issues)) assert.ok(why.endsWith(".") && help.endsWith("."));
});
