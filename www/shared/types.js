// Types that cross from the worker to the page. No code: JSDoc only.

/** @typedef {"cpu" | "cpu-int8" | "webgpu" | "ndarray"} Backend the names that the wasm packages give their devices */

/**
 * @typedef {object} Stages milliseconds of one photo, as read off the browser's clock
 * @property {number} decode file to RGBA
 * @property {number} prepare RGBA to the 28x28 picture
 * @property {number} inference the network's forward pass, until the device has done it
 * @property {number} readBack the copy of the logits from the device
 * @property {number} total from the first byte read to the verdict
 */

/** @typedef {import("../../pkg/cpu/thimble.js").Adjustment} Adjustment what a person says of a photo */
/** @typedef {import("../../pkg/cpu/thimble.js").Classification} Finding what is on a photo, and how it was found */
/** @typedef {import("../../pkg/cpu/thimble.js").Frame} Frame a box of any angle on a photo */
/** @typedef {import("../../pkg/cpu/thimble.js").ReducedPhoto} ReducedPhoto a photo at the size at which it is looked at */

/**
 * @typedef {object} Sight a photo as a worker has seen it
 * @property {number} width of the decoded photo, pixels
 * @property {number} height of the decoded photo, pixels
 * @property {{decode: number, reduce: number, total: number}} milliseconds reduce: in wasm, alone
 * @property {Finding | null} finding null where the worker lacks the weights that this picture wants
 * @property {ReducedPhoto | null} reduced for a card, or to be asked for again; null where neither wants it
 */

/**
 * @typedef {object} Extra what the page shows for one photo besides
 * @property {number} width of the decoded photo, pixels
 * @property {number} height of the decoded photo, pixels
 * @property {Stages} milliseconds
 * @property {ReducedPhoto | null} reduced kept by its card, to be looked at again
 */

/** @typedef {Omit<Finding, "milliseconds"> & Extra} Verdict */

/**
 * @typedef {object} Warm the mean time of one forward pass, over repetitions that span many ticks of the clock
 * @property {number} mean milliseconds
 * @property {number} repetitions
 * @property {number} ticks how many ticks the repetitions spanned
 * @property {number} tick milliseconds: the clock's smallest step
 */

/**
 * @typedef {object} NetworkInfo
 * @property {string} name
 * @property {number} parameters
 * @property {number} macs multiply-accumulates for one picture
 * @property {number} testAccuracy 0 to 1
 * @property {number | null} testAccuracyInIntegers the same in 8-bit integers; null where it is not computed so
 * @property {boolean} photosInIntegers whether photos are, then
 * @property {boolean} embedded the weights are in the packages
 * @property {boolean} photos the packages answer photos without them
 */

/**
 * @typedef {object} Info
 * @property {Backend} backend
 * @property {string | null} adapter
 * @property {NetworkInfo} network
 * @property {string[]} labels
 * @property {{thimble: string, burn: string}} versions
 * @property {boolean} simd
 */

/**
 * @typedef {object} Loaded what starting a classifier gave
 * @property {Info} info
 * @property {number} load milliseconds: creating the classifier from the compiled package
 * @property {number} tick milliseconds: the worker's clock
 */

/**
 * @typedef {object} Tried what running a network on the reference picture gave
 * @property {number} run milliseconds; the first time with what is made ready for it
 * @property {Float32Array} logits ten
 */

/** @typedef {{script: string, wasm: string}} PackageFiles URLs relative to packages.json */

/** @typedef {NetworkInfo & {weights: string | null}} NetworkFiles weights: relative to packages.json; null where embedded */

/**
 * @typedef {object} Wanted what a worker is to start
 * @property {string} script absolute URL of the package's glue
 * @property {WebAssembly.Module} module of the package
 * @property {Backend} backend
 * @property {string} [network] the packages' default one where left out
 * @property {Uint8Array | null} weights null where embedded, or where they come later
 */

/**
 * @typedef {object} Packages what packages.json holds
 * @property {PackageFiles | null} cpu
 * @property {PackageFiles | null} [cpu-relaxed] the same for browsers with relaxed SIMD
 * @property {PackageFiles | null} webgpu
 * @property {string[]} pending packages that are still being built
 * @property {NetworkFiles[]} networks the default one first
 */

export {};
