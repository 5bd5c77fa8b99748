// Images to click for a visitor who has no photo. Where they come from: samples/README.md.
/* global SAMPLES_URL */
import { notice } from "./announce.js";
import { byId, el } from "./dom.js";

/**
 * @typedef {{file: string, name: string, thumbnail?: string}} Sample thumbnail: a smaller file, where that one is large
 */

/** @type {Sample[]} one of each class of Fashion-MNIST's test set, 28x28 */
export const TEST_SET = [
  { file: "test-0-t-shirt-top.png", name: "T-shirt/top" },
  { file: "test-1-trouser.png", name: "Trouser" },
  { file: "test-2-pullover.png", name: "Pullover" },
  { file: "test-3-dress.png", name: "Dress" },
  { file: "test-4-coat.png", name: "Coat" },
  { file: "test-5-sandal.png", name: "Sandal" },
  { file: "test-6-shirt.png", name: "Shirt" },
  { file: "test-7-sneaker.png", name: "Sneaker" },
  { file: "test-8-bag.png", name: "Bag" },
  { file: "test-9-ankle-boot.png", name: "Ankle boot" },
];

/** @type {(Sample & {label: string})[]} drawn by make/photo-samples.mjs; label: what they are meant to be */
export const PHOTOS = [
  {
    file: "photo-t-shirt.jpg",
    thumbnail: "thumbnail-t-shirt.webp",
    name: "T-shirt on a wooden floor",
    label: "T-shirt/top",
  },
  { file: "photo-trousers.jpg", thumbnail: "thumbnail-trousers.webp", name: "Trousers on a bed", label: "Trouser" },
  { file: "photo-handbag.jpg", thumbnail: "thumbnail-handbag.webp", name: "Handbag on a table", label: "Bag" },
];

/**
 * @param {(files: File[]) => void} add
 * @param {Promise<unknown>} loadTime resolves when nothing more urgent is left to load than the samples' images
 */
export function startSamples(add, loadTime) {
  fill("samples-photos", PHOTOS, "");
  fill("samples-test-set", TEST_SET, " from the test set");

  /** @type {(list: string, samples: Sample[], origin: string) => void} list: its id */
  function fill(list, samples, origin) {
    // Their places are in index.html, so that nothing moves when they come.
    const places = byId(list, HTMLUListElement).children;
    for (const [index, { file, name, thumbnail }] of samples.entries()) {
      const button = el("button", {
        type: "button",
        class: "swatch",
        title: name,
        "aria-label": `Try: ${name}${origin}`,
      });
      const image = el("img", { alt: "", draggable: "false", decoding: "async" });
      void loadTime.then(() => {
        image.src = `${SAMPLES_URL}/${thumbnail ?? file}`;
        button.append(image);
      });
      button.addEventListener("click", async () => {
        try {
          const response = await fetch(`${SAMPLES_URL}/${file}`);
          if (!response.ok) throw new Error(`the server answered ${response.status}`);
          add([new File([await response.blob()], `Sample: ${name}`)]);
        } catch (error) {
          notice(
            `The sample “${name}” could not be loaded (${String(error)}). Check the connection, or choose your own photo.`,
          );
        }
      });
      places[index]?.replaceChildren(button);
    }
  }
}
