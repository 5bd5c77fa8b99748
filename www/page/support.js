// What the browser must have before anything is loaded, each lack with what to do about it.
import { BROWSERS } from "../shared/browsers.js";
import { ThimbleError } from "../shared/errors.js";

/** A module of one function that uses a v128 instruction: valid only where SIMD is there. */
const SIMD_MODULE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, // magic, version 1
  1, 5, 1, 96, 0, 1, 123, // type: () -> v128
  3, 2, 1, 0, // function 0 is of type 0
  10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11, // i32.const 0, i8x16.splat, i8x16.popcnt
);

const UPDATE = `Update the browser, or open this page in ${BROWSERS}.`;

/**
 * @throws {ThimbleError} naming the first thing that is missing
 */
export function checkSupport() {
  if (typeof WebAssembly !== "object") {
    throw new ThimbleError(
      "no-webassembly",
      `This browser runs no WebAssembly, which Thimble is made of. It may be turned off by a lockdown or security mode: ` +
        `allow it for this site. ${UPDATE}`,
    );
  }
  if (!WebAssembly.validate(SIMD_MODULE)) {
    throw new ThimbleError("no-simd", `This browser's WebAssembly has no SIMD instructions, which Thimble needs. ${UPDATE}`);
  }
  if (typeof Worker !== "function" || typeof OffscreenCanvas !== "function" || !runsModuleWorkers()) {
    throw new ThimbleError("no-module-worker", `This browser cannot run Thimble beside the page (module workers). ${UPDATE}`);
  }
}

/** A browser that knows module workers reads the option's `type`; an older one does not look at it. */
function runsModuleWorkers() {
  let read = false;
  const options = {
    get type() {
      read = true;
      return /** @type {const} */ ("module");
    },
  };
  try {
    // No worker comes of it: the URL cannot be parsed.
    new Worker("https://[", options);
  } catch {
    // Expected.
  }
  return read;
}
