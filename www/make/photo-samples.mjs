// Draws samples/photo-*.jpg: garments as SVG with cloth, folds and shadow on a floor, rendered by Chromium.
// Usage: npm run samples:photos (THIMBLE_CHROMIUM names the browser, otherwise /usr/bin/chromium).
import { writeFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { SCENES } from "./garments.mjs";

const WIDTH = 720;
const HEIGHT = 900;
const LARGEST = 40 * 1024;

const browser = await chromium.launch({
  executablePath: process.env.THIMBLE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox"],
});
const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
for (const [name, svg] of Object.entries(SCENES)) {
  await page.setContent(`<body style="margin:0">${svg(WIDTH, HEIGHT)}</body>`);
  // The best quality that stays below the limit.
  for (let quality = 86; ; quality -= 4) {
    const jpeg = await page.screenshot({ type: "jpeg", quality });
    if (jpeg.length > LARGEST && quality > 20) continue;
    await writeFile(new URL(`../samples/photo-${name}.jpg`, import.meta.url), jpeg);
    console.log(`photo-${name}.jpg: ${jpeg.length} bytes at quality ${quality}`);
    break;
  }
}
await browser.close();
