// The page in other languages than English.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { words as english } from "../../www/language/en.js";
import { classifierIs, pick, root, sample, settled, useBrowser } from "./harness.mjs";

/** @import { Words } from "../../www/language/en.js" */

const browser = useBrowser();

const FOLDER = join(root, "www/language");
const CODES = (await readdir(FOLDER)).map((file) => file.slice(0, -3)).filter((name) => name !== "language");

/** @type {(code: string) => Promise<Words>} */
const wordsOf = async (code) => (await import(join(FOLDER, `${code}.js`))).words;

const german = await wordsOf("de");

/** @type {(value: unknown) => string[]} all sentences in it */
function leaves(value) {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [];
}

test("every text of index.html has a translation, and none is left over", async () => {
  const html = await readFile(join(root, "index.html"), "utf8");
  const keys = new Set([...html.matchAll(/data-words(?:-label)?="([^"]+)"/g)].map(([, key]) => key ?? ""));
  assert.ok(keys.size > 50);
  for (const code of CODES.filter((code) => code !== "en")) {
    const { page, classes, language } = await wordsOf(code);
    assert.deepEqual(Object.keys(page).sort(), [...keys].sort(), language);
    assert.equal(Object.keys(classes).length, 10, language);
  }
});

test("the page speaks the browser's language: photos, times, settings and the benchmark", async () => {
  const page = await browser.open({ locale: "de-AT" });
  await classifierIs(page);
  await page.locator("#reason", { hasText: /^Die CPU rechnet: .+\.$/ }).waitFor();
  await page.getByRole("heading", { name: german.page.add }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  assert.equal(await page.title(), german.page.title);
  await pick(page, [sample("photo-trousers.jpg")]);
  const card = await settled(page, "photo-trousers.jpg");
  // For programs the class keeps its name.
  assert.equal(await card.getAttribute("data-label"), "Trouser");
  assert.match(await card.locator("h4").innerText(), /^Hose\s+(> )?\d+,\d %\s+sicher$/);
  await card.getByRole("button", { name: german.editor.adjust }).click();
  await pick(
    page,
    ["2-pullover", "5-sandal", "6-shirt", "9-ankle-boot"].map((name) => sample(`test-${name}.png`)),
  );
  await settled(page, "test-9-ankle-boot.png");
  await page.getByText("5 Fotos · 5 sicher · 0 zu prüfen").waitFor();
  const shown = [await page.locator("body").innerText()];
  await page.getByRole("link", { name: german.benchmark.title }).click();
  await page.getByRole("button", { name: german.benchmark.measure }).waitFor();
  shown.push(await page.locator("body").innerText());
  const known = new Set([...leaves(german), english.language]);
  const foreign = leaves(english).filter((sentence) => sentence.length > 5 && !known.has(sentence));
  assert.ok(foreign.length > 80);
  for (const sentence of foreign) assert.ok(!shown.some((text) => text.includes(sentence)), `“${sentence}” is English`);
  await page.close();
});

test("another language is chosen and kept, and photos stay with their edits", async () => {
  const page = await browser.open({ locale: "en-GB" });
  await classifierIs(page);
  await pick(page, [sample("photo-handbag.jpg")]);
  const card = await settled(page, "photo-handbag.jpg");
  await card.getByRole("button", { name: english.editor.adjust }).click();
  await card.getByRole("button", { name: english.editor.rotate }).click();
  await card.locator(".edited").waitFor();
  const choice = page.getByLabel("Language");
  await choice.selectOption({ label: "Deutsch" });
  await page.getByRole("heading", { name: german.page.add }).waitFor();
  await card.getByRole("button", { name: german.card.removeLabel("photo-handbag.jpg") }).waitFor();
  await card.getByText("Nach deiner Änderung").waitFor();
  await card.getByRole("button", { name: german.editor.adjust }).click();
  assert.equal(await card.getByRole("button", { name: german.editor.reset }).isEnabled(), true);
  await page.reload();
  await page.getByRole("heading", { name: german.page.add }).waitFor();
  await page.getByLabel(german.page.language ?? "").selectOption({ label: "English" });
  await page.getByRole("heading", { name: "Add photos of clothes" }).waitFor();
  assert.match(await page.locator(".hint").innerText(), /^Drop them here, or paste with Ctrl V\.$/);
  await page.close();
});

test("what was found before the language came is told in it too", async () => {
  /** @type {() => void} */
  let arrive = () => {};
  const arrival = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  const page = await browser.open({ locale: "de" }, (opened) =>
    opened.route("**/assets/de-*.js", async (route) => {
      await arrival;
      await route.continue();
    }),
  );
  await classifierIs(page);
  await page.getByText(english.backends.noAdapter).waitFor();
  arrive();
  await page.getByText(german.backends.noAdapter).waitFor();
  await page.close();
});

test("a bad file is told of by its error's code", async () => {
  const page = await browser.open({ locale: "de" });
  await classifierIs(page);
  await page.getByRole("heading", { name: german.page.add }).waitFor();
  await pick(page, [{ name: "leer.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(0) }]);
  const card = await settled(page, "leer.jpg");
  assert.match(await card.locator(".error").innerText(), /^Diese Datei ist leer/);
  await page.close();
});

test("a language that cannot be fetched leaves the page in English, and says so", async () => {
  const page = await browser.open({ locale: "de" }, (opened) =>
    opened.route("**/assets/de-*.js", (route) => route.abort()),
  );
  await classifierIs(page);
  await page.getByText("The language could not be loaded").first().waitFor();
  assert.equal(await page.getByLabel("Language").inputValue(), "en");
  await page.getByRole("heading", { name: "Add photos of clothes" }).waitFor();
  await page.close();
});
