// Images to click for a visitor who has no photo. Where they come from: samples/README.md.
/* global SAMPLES_URL */
import { notice } from "./announce.js";
import { byId, el } from "./dom.js";
import { className, onLanguage, words } from "../language/language.js";
import { describe } from "../shared/errors.js";

/**
 * @typedef {{file: string, label: string, thumbnail?: string}} Sample label: its class, or what it is meant to be; thumbnail: a
 *   smaller file, where that one is large
 */

/** @type {Sample[]} one of each class of Fashion-MNIST's test set, 28x28 */
export const TEST_SET = [
  { file: "test-0-t-shirt-top.png", label: "T-shirt/top" },
  { file: "test-1-trouser.png", label: "Trouser" },
  { file: "test-2-pullover.png", label: "Pullover" },
  { file: "test-3-dress.png", label: "Dress" },
  { file: "test-4-coat.png", label: "Coat" },
  { file: "test-5-sandal.png", label: "Sandal" },
  { file: "test-6-shirt.png", label: "Shirt" },
  { file: "test-7-sneaker.png", label: "Sneaker" },
  { file: "test-8-bag.png", label: "Bag" },
  { file: "test-9-ankle-boot.png", label: "Ankle boot" },
];

/** @type {Sample[]} drawn by make/photo-samples.mjs */
export const PHOTOS = [
  { file: "photo-t-shirt.jpg", thumbnail: "thumbnail-t-shirt.webp", label: "T-shirt/top" },
  { file: "photo-trousers.jpg", thumbnail: "thumbnail-trousers.webp", label: "Trouser" },
  { file: "photo-handbag.jpg", thumbnail: "thumbnail-handbag.webp", label: "Bag" },
];

/**
 * @param {(files: File[]) => void} add
 * @param {Promise<unknown>} loadTime resolves when nothing more urgent is left to load than the samples' images
 */
export function startSamples(add, loadTime) {
  fill("samples-photos", PHOTOS, nameOfPhoto, (name) => words.samples.try(name));
  fill(
    "samples-test-set",
    TEST_SET,
    ({ label }) => className(label),
    (name) => words.samples.tryTest(name),
  );

  /** @type {(list: string, samples: Sample[], nameOf: (sample: Sample) => string, labelOf: (name: string) => string) => void} list: its id */
  function fill(list, samples, nameOf, labelOf) {
    // Their places are in index.html, so that nothing moves when they come.
    const places = byId(list, HTMLUListElement).children;
    for (const [index, sample] of samples.entries()) {
      const button = el("button", { type: "button", class: "swatch" });
      const label = () => {
        button.title = nameOf(sample);
        button.setAttribute("aria-label", labelOf(nameOf(sample)));
      };
      label();
      onLanguage(label);
      const image = el("img", { alt: "", draggable: "false", decoding: "async" });
      void loadTime.then(() => {
        image.src = `${SAMPLES_URL}/${sample.thumbnail ?? sample.file}`;
        button.append(image);
      });
      button.addEventListener("click", () => void take(sample, nameOf(sample)));
      places[index]?.replaceChildren(button);
    }
  }

  /** @type {(sample: Sample, name: string) => Promise<void>} */
  async function take({ file }, name) {
    const { photo, status, failed } = words.samples;
    try {
      const response = await fetch(`${SAMPLES_URL}/${file}`);
      if (!response.ok) throw new Error(status(response.status));
      add([new File([await response.blob()], photo(name))]);
    } catch (error) {
      notice(failed(name, describe(error)));
    }
  }
}

/** @type {(sample: Sample) => string} */
function nameOfPhoto({ file }) {
  return words.samples.names[file] ?? file;
}
