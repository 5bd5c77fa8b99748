// The processor's peak of multiply-adds as WebAssembly can ask for it: loops that work on registers alone.
import binaryen from "binaryen";

// Enough independent sums to hide the latency of a multiply-add (4 cycles, two begun in each), and few enough that
// they stay in the 16 registers of x86-64 together with the two factors.
const SUMS = 12;
const UNROLLED = 4;

/** @typedef {"relaxed" | "simd128" | "dot"} Kind relaxed SIMD's fused multiply-add; plain SIMD's two instructions; relaxed SIMD's dot product of 8-bit integers */

/** By kind: the multiply-adds of one instruction, and what one sum becomes. */
const KINDS = {
  relaxed: {
    lanes: 4,
    step: (/** @type {string} */ sum) => `(f32x4.relaxed_madd (local.get $a) (local.get $b) ${sum})`,
  },
  // The sum is what is multiplied, or else the product would be the same in every turn and be made once.
  simd128: {
    lanes: 4,
    step: (/** @type {string} */ sum) => `(f32x4.add (f32x4.mul ${sum} (local.get $a)) (local.get $b))`,
  },
  dot: {
    lanes: 16,
    step: (/** @type {string} */ sum) => `(i32x4.relaxed_dot_i8x16_i7x16_add_s ${sum} (local.get $b) ${sum})`,
  },
};

/**
 * @param {Kind} kind
 * @returns {number} operations of one turn of its loop, a multiplication and an addition being two
 */
export function operationsATurn(kind) {
  return SUMS * UNROLLED * KINDS[kind].lanes * 2;
}

/**
 * @param {Kind} kind
 * @returns {Uint8Array<ArrayBuffer>} a module that exports `run(turns)`
 */
export function multiplyAddModule(kind) {
  const sums = Array.from({ length: SUMS }, (_, index) => `$sum${index}`);
  const turn = sums.map((sum) => `(local.set ${sum} ${KINDS[kind].step(`(local.get ${sum})`)})`).join("\n");
  const all = sums.map((sum) => `(local.get ${sum})`).reduce((left, right) => `(f32x4.add ${left} ${right})`);
  const module = binaryen.parseText(`(module
    (func (export "run") (param $turns i32) (result f32) (local $a v128) (local $b v128)
      ${sums.map((sum) => `(local ${sum} v128)`).join(" ")}
      (local.set $a (f32x4.splat (f32.const 0.5)))
      (local.set $b (f32x4.splat (f32.const 0.001)))
      (loop $again
        ${Array(UNROLLED).fill(turn).join("\n")}
        (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
      (f32x4.extract_lane 0 ${all})))`);
  module.setFeatures(binaryen.Features.All);
  if (!module.validate()) throw new Error(`the loop of ${kind} multiply-adds is no valid WebAssembly`);
  return Uint8Array.from(module.emitBinary());
}
