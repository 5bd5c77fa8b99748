// The processor's peak of multiply-adds as WebAssembly can ask for it: a loop that works on registers alone.
import binaryen from "binaryen";

// Enough independent sums to hide the latency of a multiply-add (4 cycles, two begun in each), and few enough that
// they stay in the 16 registers of x86-64 together with the two factors.
const SUMS = 12;
const UNROLLED = 4;

/** Floating-point operations of one turn of the loop: a multiplication and an addition in each of four lanes. */
export const FLOP_A_TURN = SUMS * UNROLLED * 4 * 2;

/** By the instructions that WebAssembly has for it: what one sum becomes. */
const STEPS = {
  relaxed: (/** @type {string} */ sum) => `(f32x4.relaxed_madd (local.get $a) (local.get $b) ${sum})`,
  // The sum is what is multiplied, or else the product would be the same in every turn and be made once.
  simd128: (/** @type {string} */ sum) => `(f32x4.add (f32x4.mul ${sum} (local.get $a)) (local.get $b))`,
};

/**
 * @param {keyof typeof STEPS} kind relaxed SIMD's fused multiply-add, or the two instructions of plain SIMD
 * @returns {Uint8Array<ArrayBuffer>} a module that exports `run(turns)`
 */
export function multiplyAddModule(kind) {
  const sums = Array.from({ length: SUMS }, (_, index) => `$sum${index}`);
  const turn = sums.map((sum) => `(local.set ${sum} ${STEPS[kind](`(local.get ${sum})`)})`).join("\n");
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
