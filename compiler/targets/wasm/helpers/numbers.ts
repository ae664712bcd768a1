/** Functions of single numbers. */

import type { Helper } from "./helper.ts";

export const int = (type: "i32" | "i64"): Record<string, Helper> => {
  const binary = (name: string): string =>
    `(func $${type}_${name} (param $a ${type}) (param $b ${type}) (result ${type})`;
  const one = (name: string): string =>
    `(func $${type}_${name} (param $x ${type}) (result ${type})`;
  const zero = `(${type}.const 0)`;
  return {
    [`${type}_div`]: {
      needs: [`${type}_mod`],
      lines: [
        ";; Floor division; by 0 it is 0.",
        binary("div"),
        `  (if (result ${type}) (${type}.eqz (local.get $b))`,
        `    (then ${zero})`,
        ";; The smallest number has no opposite.".replace(/^/, "    "),
        `    (else`,
        `      (if (result ${type}) (${type}.eq (local.get $b) (${type}.const -1))`,
        `        (then (${type}.sub ${zero} (local.get $a)))`,
        `        (else`,
        `          (${type}.div_s`,
        `            (${type}.sub (local.get $a)`,
        `              (call $${type}_mod (local.get $a) (local.get $b)))`,
        `            (local.get $b)))))))`,
      ],
    },
    [`${type}_mod`]: {
      lines: [
        ";; The remainder that has the sign of b; 0 by 0.",
        binary("mod"),
        `  (local $rest ${type})`,
        `  (if (${type}.eqz (local.get $b)) (then (return ${zero})))`,
        `  (local.set $rest (${type}.rem_s (local.get $a) (local.get $b)))`,
        `  (select`,
        `    (${type}.add (local.get $rest) (local.get $b))`,
        `    (local.get $rest)`,
        `    (i32.and`,
        `      (${type}.ne (local.get $rest) ${zero})`,
        `      (${type}.lt_s (${type}.xor (local.get $rest) (local.get $b)) ${zero}))))`,
      ],
    },
    [`${type}_max`]: {
      lines: [
        ";; The larger of two whole numbers.",
        binary("max"),
        `  (select (local.get $a) (local.get $b) (${type}.gt_s (local.get $a) (local.get $b))))`,
      ],
    },
    [`${type}_min`]: {
      lines: [
        ";; The smaller of two whole numbers.",
        binary("min"),
        `  (select (local.get $a) (local.get $b) (${type}.lt_s (local.get $a) (local.get $b))))`,
      ],
    },
    [`${type}_abs`]: {
      lines: [
        ";; |x|; the smallest number has none.",
        one("abs"),
        `  (select (${type}.sub ${zero} (local.get $x)) (local.get $x)`,
        `    (${type}.lt_s (local.get $x) ${zero})))`,
      ],
    },
    [`${type}_sign`]: {
      lines: [
        ";; −1, 0 or 1.",
        one("sign"),
        type === "i32"
          ? "  (i32.sub (i32.gt_s (local.get $x) (i32.const 0)) (i32.lt_s (local.get $x) (i32.const 0))))"
          : "  (i64.sub (i64.extend_i32_s (i64.gt_s (local.get $x) (i64.const 0))) (i64.extend_i32_s (i64.lt_s (local.get $x) (i64.const 0)))))",
      ],
    },
    [`${type}_of_f64`]: {
      lines: [
        type === "i32"
          ? ";; Without its fraction as a whole number of 32 bits, which wraps around; 0 for what is none."
          : ";; Without its fraction; 0 for what is no whole number of 64 bits.",
        `(func $${type}_of_f64 (param $x f64) (result ${type})`,
        `  (if (result ${type})`,
        "    (f64.lt (f64.abs (local.get $x)) (f64.const 9223372036854775808))",
        `    (then ${type === "i32" ? "(i32.wrap_i64 (i64.trunc_sat_f64_s (local.get $x)))" : "(i64.trunc_sat_f64_s (local.get $x))"})`,
        `    (else ${zero})))`,
      ],
    },
  };
};

export const floats = (type: "f32" | "f64"): Record<string, Helper> => ({
  [`${type}_sign`]: {
    lines: [
      ";; −1, 1, or x itself where that is 0 or NaN.",
      `(func $${type}_sign (param $x ${type}) (result ${type})`,
      `  (select (${type}.const 1)`,
      `    (select (${type}.const -1) (local.get $x) (${type}.lt (local.get $x) (${type}.const 0)))`,
      `    (${type}.gt (local.get $x) (${type}.const 0))))`,
    ],
  },
});
