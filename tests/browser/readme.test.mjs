// The documents' figures are those of the files that commands wrote.
import assert from "node:assert/strict";
import { test } from "node:test";
import { documents, withFigures } from "../../bench/report/figures.mjs";

for (const path of /** @type {(keyof typeof documents)[]} */ (Object.keys(documents))) {
  test(`${path} shows the measured figures`, async () => {
    const { found, right } = await withFigures(path);
    assert.equal(found, right, `${path} is out of date: run \`npm run figures\``);
  });
}
