// Whether the browser has WebAssembly's relaxed SIMD, whose multiply-add is one instruction, and so is its dot product. Apart from
// support.js, since it goes into index.html too.

/** A module of one function that uses it: valid only where it is there. */
const RELAXED_MODULE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, // magic, version 1
  1, 5, 1, 96, 0, 1, 123, // type: () -> v128
  3, 2, 1, 0, // function 0 is of type 0
  10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, // three times i32.const 0, i8x16.splat
  253, 133, 2, 11, // f32x4.relaxed_madd
);

/** @returns {boolean} */
export function hasRelaxedSimd() {
  return typeof WebAssembly === "object" && WebAssembly.validate(RELAXED_MODULE);
}
