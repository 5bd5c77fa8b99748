// Draws samples/photo-*.jpg: garments as SVG with cloth, folds and shadow on a floor, rendered by Chromium; and
// samples/thumbnail-*.webp, the middle of each as the page shows it before it is clicked.
// Usage: npm run samples:photos (THIMBLE_CHROMIUM names the browser, otherwise /usr/bin/chromium).
import { writeFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { SCENES } from "./garments.mjs";

const WIDTH = 720;
const HEIGHT = 900;
const LARGEST = 40 * 1024;
/** Pixels a side: a swatch on a screen of two device pixels to a CSS pixel. */
const THUMBNAIL = 240;

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
    const webp = Buffer.from(await thumbnail(jpeg.toString("base64")), "base64");
    await writeFile(new URL(`../samples/thumbnail-${name}.webp`, import.meta.url), webp);
    console.log(`thumbnail-${name}.webp: ${webp.length} bytes`);
    break;
  }
}
await browser.close();

/** @type {(photo: string) => Promise<string>} from JPEG to WebP, both in base64 */
function thumbnail(photo) {
  return page.evaluate(async ([jpeg, size]) => {
    const bytes = Uint8Array.from(atob(jpeg), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const side = Math.min(bitmap.width, bitmap.height);
    const canvas = document.createElement("canvas");
    canvas.width = size;
    canvas.height = size;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("the browser gave no canvas");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, size, size);
    return canvas.toDataURL("image/webp", 0.6).split(",")[1] ?? "";
  }, /** @type {const} */ ([photo, THUMBNAIL]));
}
