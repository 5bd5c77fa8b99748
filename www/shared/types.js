// What page and worker send each other, and what the site says of its packages. The packages' own types are in
// thimble.d.ts.

/**
 * @import { Backend, DownscaledPhoto, Info, NetworkInfo, Prediction } from "../../pkg/cpu/thimble.js"
 */

/**
 * @typedef {object} LoadRequest what a worker is to start
 * @property {string} script absolute URL of the package's glue
 * @property {WebAssembly.Module} module of the package
 * @property {Backend} backend
 * @property {string} [network] the package's default where left out
 * @property {Uint8Array | null} weights null where embedded, or where they come later
 */

/** @typedef {{info: Info, tick: number}} Loaded tick: milliseconds, of the worker's clock */

/** @typedef {{run: number, logits: Float32Array}} ReferenceRun of the network on the reference image, then of those for photos; run: milliseconds */

/**
 * @typedef {object} PreparedPhoto a photo as its worker has seen it
 * @property {number} width of the decoded photo, pixels
 * @property {number} height of the decoded photo, pixels
 * @property {{decode: number, downscale: number, total: number}} milliseconds downscale: in wasm alone
 * @property {Prediction | null} prediction null where the worker lacks the weights for it
 * @property {DownscaledPhoto | null} downscaled for a card, or for another call; null where neither needs it
 */

/**
 * @typedef {object} WarmTime of one forward pass: the mean of repetitions that span many ticks of the clock
 * @property {number} mean milliseconds
 * @property {number} repetitions
 * @property {number} ticks that the repetitions spanned
 * @property {number} tick milliseconds
 */

/** @typedef {{script: string, wasm: string, bytes: number, size: number}} PackageFiles URLs relative to packages.json; bytes: of the wasm with gzip; size: without */

/** @typedef {{flat: number, worn: number}} PhotoAccuracy shares, 0 to 1, of photos that the networks were not trained on */

/**
 * @typedef {NetworkInfo & {weights: string | null, weightsSize: number, photoAccuracy: PhotoAccuracy | null}} NetworkFiles weights: relative to
 *   packages.json; null where embedded. weightsSize: in bytes. photoAccuracy: null where it does not classify photos
 */

/** @typedef {{what: "classifier" | "weights", received: number, total: number}} DownloadState bytes as they are sent */

/** @typedef {{images: string, labels: string, bytes: number}} TestSetFiles URLs relative to packages.json, and their size */

/**
 * @typedef {object} Packages the content of packages.json
 * @property {PackageFiles | null} cpu
 * @property {PackageFiles | null} [cpu-relaxed] the same for browsers with relaxed SIMD
 * @property {PackageFiles | null} webgpu
 * @property {string[]} pending packages that are still being built
 * @property {NetworkFiles[]} networks the default first
 * @property {TestSetFiles | null} [testSet] null where the data set was not installed when the site was built
 */

export {};
