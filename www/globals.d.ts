/// <reference types="@webgpu/types" />
/** The worker's bundle: written in by bundle.mjs. */
declare const WORKER_CODE: string;
/** URL of the samples' folder, relative to the page: written in by bundle.mjs. */
declare const SAMPLES_URL: string;
