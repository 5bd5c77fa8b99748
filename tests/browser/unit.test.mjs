// What needs no browser: sniffing, digits, quantiles, the lock file.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { encodePng } from "../../www/make/png.mjs";
import { words } from "../../www/language/language.js";
import { shares } from "../../www/page/advice.js";
import { decimalsFor, formatMilliseconds, percent } from "../../www/page/format.js";
import { quantile } from "../../www/page/stats.js";
import { asThimbleError, fromPlain } from "../../www/shared/errors.js";
import { sniff } from "../../www/worker/sniff.js";
import { root, sample } from "./harness.mjs";

test("times show no digit that the clock did not measure", () => {
  /** @type {[number, number, string][]} */
  const cases = [
    [2.34, 0.1, "2.3 ms"],
    [2.34, 1, "2 ms"],
    [0, 0.1, "< 0.1 ms"],
    [0.2, 1, "< 1 ms"],
    [0.3456, 0.1 / 44, "0.35 ms"],
    [12.345678, 0.005, "12.35 ms"],
    [148, 16.7, "148 ms"],
  ];
  for (const [value, resolution, expected] of cases) assert.equal(formatMilliseconds(value, resolution), expected);
  assert.equal(decimalsFor(0.09999999), 1);
  assert.equal(decimalsFor(100), 0);
});

test("a share below one is never 100 %, nor one above zero 0 %", () => {
  assert.equal(percent(0.99999), "> 99.9 %");
  assert.equal(percent(1), "100.0 %");
  assert.equal(percent(0.00001), "< 0.1 %");
  assert.equal(percent(0.9731), "97.3 %");
});

test("counts have thousands separators, and plural nouns except for one", () => {
  for (const count of [0, 7, 999, 1000, 124_074, 12_761_024])
    assert.equal(words.progress.resume(count), `Resume ${count.toLocaleString("en")} photos`);
  assert.equal(words.progress.resume(1), "Resume 1 photo");
});

test("the share of the likeliest class is the confidence, and all shares sum to 1", () => {
  const probabilities = [0.7, 0.2, 0.1, 0, 0, 0, 0, 0, 0, 0];
  for (const confidence of [0.01, 0.35, 0.7, 0.8, 1]) {
    const { classes, none } = shares({ confidence, probabilities, index: 0 });
    assert.ok(Math.abs((classes[0] ?? 0) - confidence) < 1e-6);
    assert.ok(Math.abs(classes.reduce((sum, share) => sum + share, none) - 1) < 1e-6);
    assert.ok(
      [...classes, none].every((share) => share >= 0 && share <= 1),
      String(classes),
    );
    // The others are as likely among each other as the network says.
    assert.ok(Math.abs((classes[1] ?? 0) - 2 * (classes[2] ?? 0)) < 1e-6);
  }
  const exact = shares({ confidence: null, probabilities, index: 0 });
  assert.deepEqual(exact, { classes: probabilities, none: 0 });
});

test("quantiles are values that were measured", () => {
  const values = [5, 1, 4, 2, 3];
  assert.equal(quantile(values, 0.5), 3);
  assert.equal(quantile(values, 0.95), 5);
  assert.equal(quantile([7], 0.5), 7);
  assert.deepEqual(values, [5, 1, 4, 2, 3], "the argument must stay as it was");
});

test("formats, sizes and truncation are read from the bytes", async () => {
  const jpeg = await readFile(sample("photo-t-shirt.jpg"));
  const png = encodePng(new Uint8Array(30 * 20 * 3), 30, 20, 3);
  const gif = Buffer.from("47494638396101000100800100000000ffffff2c00000000010001000002024401003b", "hex");
  const webp = Buffer.from("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "base64");
  const bmp = Buffer.alloc(58);
  bmp.write("BM", 0, "latin1");
  bmp.writeUInt32LE(58, 2);
  bmp.writeUInt32LE(40, 14);
  bmp.writeInt32LE(3, 18);
  bmp.writeInt32LE(-4, 22);
  // OS/2's header of 12 bytes: 16 bits a side.
  const os2 = Buffer.alloc(58);
  os2.write("BM", 0, "latin1");
  os2.writeUInt32LE(58, 2);
  os2.writeUInt32LE(12, 14);
  os2.writeUInt16LE(5, 18);
  os2.writeUInt16LE(6, 20);
  /** @type {[string, Uint8Array, number, number][]} */
  const cases = [
    ["bmp", os2, 5, 6],
    ["jpeg", jpeg, 720, 900],
    ["png", png, 30, 20],
    ["gif", gif, 1, 1],
    ["webp", webp, 1, 1],
    ["bmp", bmp, 3, 4],
  ];
  for (const [format, bytes, width, height] of cases) {
    assert.deepEqual(sniff(bytes), { format, size: { width, height }, truncated: false }, format);
    for (const share of [0.95, 0.6]) {
      const cut = sniff(bytes.subarray(0, Math.floor(bytes.length * share)));
      assert.equal(cut.truncated, true, `${format} cut to ${share}`);
    }
  }
  assert.equal(sniff(Buffer.from("plain text")).format, "unknown");
  assert.equal(sniff(Buffer.from("BMW is a maker of cars, and its name is no header.")).format, "unknown");
  assert.equal(sniff(new Uint8Array()).format, "unknown");
});

test("a truncated JPEG is recognised although its thumbnail is complete", async () => {
  const jpeg = await readFile(sample("photo-t-shirt.jpg"));
  // An APP1 segment that holds a whole small JPEG, with its end marker.
  const thumbnail = Buffer.from("ffe10008ffd8ffd9ffd9", "hex");
  const cut = jpeg.subarray(0, 20_000);
  const bytes = Buffer.concat([cut.subarray(0, 2), thumbnail, cut.subarray(2)]);
  assert.equal(sniff(bytes).truncated, true);
});

test("an error without a code gets a code and a sentence", () => {
  assert.equal(fromPlain({ name: "RuntimeError", code: "", message: "unreachable" }).code, "panic");
  const unexpected = fromPlain({ name: "TypeError", code: "", message: "x is not a function" });
  assert.equal(unexpected.code, "unexpected");
  assert.match(unexpected.message, /unexpected went wrong \(TypeError: x is not a function\).*reload the page/);
  const named = asThimbleError(Object.assign(new Error("The device is gone."), { code: "device-lost" }));
  assert.deepEqual([named.code, named.message], ["device-lost", "The device is gone."]);
  assert.match(asThimbleError("plain text").message, /plain text/);
});

test("package-lock.json names no registry", async () => {
  const lock = await readFile(join(root, "package-lock.json"), "utf8");
  assert.doesNotMatch(lock, /"resolved"/);
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    assert.match(String(version), /^\d+\.\d+\.\d+$/, `${name} is not pinned exactly`);
  }
});
