// The README's figures are those of the files that commands wrote.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { withFigures } from "../../docs/figures.mjs";
import { root } from "./harness.mjs";

test("README.md shows the measured figures", async () => {
  const readme = await readFile(join(root, "README.md"), "utf8");
  assert.equal(readme, await withFigures(readme), "README.md is out of date: run `npm run figures`");
});
