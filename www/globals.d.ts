/// <reference types="@webgpu/types" />
/** The worker's bundle: written in by bundle.mjs. */
declare const WORKER_CODE: string;
/** In preload.js, put there by bundle.mjs: where the packages lie, relative to the page. */
declare const CPU_WASM: string;
declare const CPU_RELAXED_WASM: string;
/** URL of the benchmark's style sheet, relative to the page: written in by bundle.mjs. */
declare const BENCHMARK_STYLE: string;
/** URL of the style sheet of what explains a prediction, likewise. */
declare const WHY_STYLE: string;
/** Whether the page installs its service worker: written in by bundle.mjs. */
declare const OFFLINE: boolean;
/** In sw.js, put there by service-worker.mjs: the files of the page, and a name of this build. */
declare const PRECACHE: { url: string; revision: string; integrity: string }[];
declare const BUILD: string;
/** The page's languages but English, by their codes: each one's own name and its file beside the one with English. */
declare const LANGUAGES: Record<string, { name: string; file: string }>;
/** URL of the samples' folder, relative to the page: written in by bundle.mjs. */
declare const SAMPLES_URL: string;
