// The ten lines with which another page uses pkg/: they run, and the README shows the same lines.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { root, sample, useBrowser } from "./harness.mjs";

const browser = useBrowser();

test("examples/embed.html classifies a photo with pkg/ alone", async () => {
  const page = await (await browser.context()).newPage();
  await page.goto(`${browser.origin()}/examples/embed.html`);
  // A file that is chosen before the package is there would go unheard.
  await page.waitForFunction(() => Boolean(document.querySelector("input")?.onchange));
  await page.locator("input").setInputFiles(sample("test-9-ankle-boot.png"));
  await page.locator("output", { hasText: /^Ankle boot, [\d.]+ %$/ }).waitFor();
  await page.close();
});

test("the README shows the example as it runs", async () => {
  const example = await readFile(join(root, "examples/embed.html"), "utf8");
  const readme = await readFile(join(root, "README.md"), "utf8");
  const script = /<script type="module">\n([\s\S]*?)<\/script>/.exec(example)?.[1] ?? "";
  const lines = script.split("\n").filter((line) => line.trim() !== "");
  assert.ok(lines.length > 5 && lines.length <= 10, `the example has ${lines.length} lines, expected at most 10`);
  for (const line of lines) assert.ok(readme.includes(line.trim()), `README.md does not show this line of examples/embed.html: ${line.trim()}`);
});
