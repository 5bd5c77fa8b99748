// The page's two views, by its address: photos, and the benchmark, which is fetched when it is first shown.
import { notice } from "./announce.js";
import { addStyle, byId } from "./dom.js";
import { onLanguage, words } from "../language/language.js";
import { describe } from "../shared/errors.js";

/* global BENCHMARK_STYLE */

/** @import { Backends } from "./backends.js" */

/** @type {(backends: Backends, onPhotos: () => void) => void} onPhotos: the photos are shown, again or at first */
export function startViews(backends, onPhotos) {
  const photos = byId("photos", HTMLElement);
  const place = byId("benchmark", HTMLElement);
  const links = [byId("to-photos", HTMLAnchorElement), byId("to-benchmark", HTMLAnchorElement)];
  /** @type {import("../benchmark/benchmark.js").Benchmark | undefined} */
  let benchmark;
  const show = async () => {
    const isBenchmark = location.hash.startsWith("#benchmark");
    photos.hidden = isBenchmark;
    place.hidden = !isBenchmark;
    for (const link of links) {
      if ((link.id === "to-benchmark") === isBenchmark) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    if (!isBenchmark) {
      onPhotos();
      return;
    }
    try {
      if (!benchmark) {
        const [{ Benchmark }] = await Promise.all([import("../benchmark/benchmark.js"), addStyle(BENCHMARK_STYLE)]);
        benchmark ??= new Benchmark(backends);
        place.replaceChildren(benchmark.element);
      }
      benchmark.show();
    } catch (error) {
      photos.hidden = false;
      notice(`${words.benchmark.notLoaded(describe(error))} ${words.retry}`);
    }
  };
  onLanguage(() => {
    if (!benchmark) return;
    benchmark = benchmark.renewed();
    place.replaceChildren(benchmark.element);
    void show();
  });
  addEventListener("hashchange", () => void show());
  void show();
}
