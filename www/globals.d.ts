/// <reference types="@webgpu/types" />
/** URL of the worker's bundle, relative to the page: written in by bundle.mjs. */
declare const WORKER_URL: string;
/** URL of the samples' folder, relative to the page: written in by bundle.mjs. */
declare const SAMPLES_URL: string;
