// Renders icon-192.png and icon-512.png, as an installed page wants them, from icon.svg.
// Usage: npm run icons (THIMBLE_CHROMIUM names the browser, otherwise /usr/bin/chromium).
import { readFile, writeFile } from "node:fs/promises";
import { chromium } from "playwright-core";

// Its round corners are the system's concern: all of the square is filled.
const svg = (await readFile(new URL("../icon.svg", import.meta.url), "utf8")).replace(' rx="10"', "");
const browser = await chromium.launch({
  executablePath: process.env.THIMBLE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox"],
});
for (const side of [192, 512]) {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  await page.setContent(`<body style="margin:0">${svg}</body>`);
  await writeFile(new URL(`../icon-${side}.png`, import.meta.url), await page.screenshot());
  await page.close();
}
await browser.close();
