/** Functions that generated WebAssembly carries along: those of float32 numbers, and whole numbers'. */

import { definedNames, helperName, spelled } from "../../kernels/functions.ts";
import type { DefinedFn } from "../../kernels/scalar.ts";
import { type Code, get, linesOf, set } from "./code.ts";
import { type Scope, scalar } from "./expression.ts";
import { numberTypes } from "./names.ts";

interface Helper {
  /** Helpers that it calls itself. */
  readonly needs?: readonly string[];
  readonly lines: readonly string[];
}

const splat = (value: number | string, shape: "f32x4" | "i32x4" = "f32x4"): string =>
  `(${shape}.splat (${shape.slice(0, 3)}.const ${value}))`;

/** Steps of Horner's scheme in `p` over `x`. */
const horner = (x: string, coefficients: readonly string[]): string[] =>
  coefficients.map(
    (c) => `(local.set $p (f32x4.relaxed_madd (local.get $p) (local.get $${x}) ${splat(c)}))`,
  );

/** Splits `at` into n·ln 2 + r: sets n, r and whole, n as a whole number. */
const splitAtLn2 = [
  "  ;; Adding 1.5·2^23 leaves no room for a fraction: n = round(at / ln 2), for |n| < 2^22.",
  `  (local.set $shifted`,
  `    (f32x4.relaxed_madd (local.get $at) ${splat("1.44269504")} ${splat("12582912")}))`,
  `  (local.set $n (f32x4.sub (local.get $shifted) ${splat("12582912")}))`,
  `  (local.set $whole (i32x4.sub (local.get $shifted) ${splat("0x4b400000", "i32x4")}))`,
  "  ;; ln 2 in two parts, so that n · the first is exact.",
  `  (local.set $r`,
  `    (f32x4.relaxed_madd (local.get $n) ${splat("-0.693359375")} (local.get $at)))`,
  `  (local.set $r`,
  `    (f32x4.relaxed_madd (local.get $n) ${splat("2.12194440e-4")} (local.get $r)))`,
  `  (local.set $p (call $f32x4_expm1_near_0 (local.get $r)))`,
];

const power = (n: string, bias: number): string =>
  `(i32x4.shl (i32x4.add ${n} ${splat(bias, "i32x4")}) (i32.const 23))`;

const locals = (...names: readonly string[]): string =>
  `  ${names.map((name) => `(local $${name} v128)`).join(" ")}`;

const unary = (name: string): string => `(func $f32x4_${name} (param $x v128) (result v128)`;

const vectors: Readonly<Record<string, Helper>> = {
  f32x4_expm1_near_0: {
    lines: [
      ";; e^r − 1 for |r| ≤ ln 2 / 2: r + r²·P(r) (Cephes, expf).",
      "(func $f32x4_expm1_near_0 (param $r v128) (result v128)",
      locals("p"),
      `  (local.set $p ${splat("1.9875691500e-4")})`,
      ...horner("r", [
        "1.3981999507e-3",
        "8.3334519073e-3",
        "4.1665795894e-2",
        "1.6666665459e-1",
        "5.0000001201e-1",
      ]).map((line) => `  ${line}`),
      "  (f32x4.relaxed_madd",
      "    (local.get $p) (f32x4.mul (local.get $r) (local.get $r)) (local.get $r)))",
    ],
  },
  f32x4_exp: {
    needs: ["f32x4_expm1_near_0"],
    lines: [
      ";; e^x = 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2.",
      unary("exp"),
      locals("at", "shifted", "n", "whole"),
      locals("r", "p", "half"),
      "  ;; Beyond these the result is 0 or infinite; NaN passes through both comparisons.",
      "  (local.set $at",
      `    (f32x4.pmin (f32x4.pmax (local.get $x) ${splat(-104)}) ${splat(89)}))`,
      ...splitAtLn2,
      "  ;; 2^n in two factors: n alone may be beyond the exponents of float32.",
      "  (local.set $half (i32x4.shr_s (local.get $whole) (i32.const 1)))",
      "  (f32x4.mul",
      "    (f32x4.mul",
      `      (f32x4.add (local.get $p) ${splat(1)})`,
      `      ${power("(local.get $half)", 127)})`,
      `    ${power("(i32x4.sub (local.get $whole) (local.get $half))", 127)}))`,
    ],
  },
  f32x4_expm1: {
    needs: ["f32x4_expm1_near_0"],
    lines: [
      ";; e^x − 1 = 2^n·(e^r − 1) + (2^n − 1), which loses no digits near 0.",
      unary("expm1"),
      locals("at", "shifted", "n", "whole"),
      locals("r", "p", "half"),
      "  (local.set $at",
      `    (f32x4.pmin (f32x4.pmax (local.get $x) ${splat(-20)}) ${splat(89)}))`,
      ...splitAtLn2,
      "  ;; Half of 2^n, for 2^128 is beyond float32.",
      `  (local.set $half ${power("(local.get $whole)", 126)})`,
      "  (v128.bitselect",
      "    (local.get $p)",
      "    (f32x4.mul",
      `      ${splat(2)}`,
      "      (f32x4.relaxed_madd",
      "        (local.get $p)",
      "        (local.get $half)",
      `        (f32x4.sub (local.get $half) ${splat(0.5)})))`,
      `    (i32x4.eq (local.get $whole) ${splat(0, "i32x4")})))`,
    ],
  },
  f32x4_log_sum: {
    lines: [
      ";; log(x + extra) where extra is what rounding took from x: log m + e·ln 2 for x = m·2^e,",
      ";; log(1 + f) for 1 + f in [√½, √2] as f − f²/2 + f³·P(f) (Cephes, logf).",
      "(func $f32x4_log_sum (param $x v128) (param $extra v128) (result v128)",
      locals("tiny", "bits", "f", "n", "p", "tail"),
      `  (local.set $tiny (f32x4.lt (local.get $x) ${splat("1.17549435e-38")}))`,
      "  ;; The exponent that leaves m in [√½, √2).",
      "  (local.set $bits",
      "    (i32x4.sub",
      "      (v128.bitselect",
      `        (f32x4.mul (local.get $x) ${splat(8388608)}) (local.get $x) (local.get $tiny))`,
      `      ${splat("0x3f3504f3", "i32x4")}))`,
      "  (local.set $f",
      "    (f32x4.sub",
      "      (i32x4.add",
      `        (v128.and (local.get $bits) ${splat("0x007fffff", "i32x4")})`,
      `        ${splat("0x3f3504f3", "i32x4")})`,
      `      ${splat(1)}))`,
      "  (local.set $n",
      "    (f32x4.convert_i32x4_s",
      "      (i32x4.sub",
      "        (i32x4.shr_s (local.get $bits) (i32.const 23))",
      `        (v128.and (local.get $tiny) ${splat(23, "i32x4")}))))`,
      `  (local.set $p ${splat("7.0376836292e-2")})`,
      ...horner("f", [
        "-1.1514610310e-1",
        "1.1676998740e-1",
        "-1.2420140846e-1",
        "1.4249322787e-1",
        "-1.6668057665e-1",
        "2.0000714765e-1",
        "-2.4999993993e-1",
        "3.3333331174e-1",
      ]).map((line) => `  ${line}`),
      "  (local.set $tail",
      "    (f32x4.mul",
      "      (f32x4.mul (f32x4.mul (local.get $p) (local.get $f)) (local.get $f))",
      "      (local.get $f)))",
      "  (local.set $tail",
      "    (f32x4.relaxed_madd",
      `      (local.get $n) ${splat("-2.12194440e-4")} (local.get $tail)))`,
      "  (local.set $tail",
      "    (f32x4.sub",
      "      (local.get $tail)",
      `      (f32x4.mul (f32x4.mul ${splat(0.5)} (local.get $f)) (local.get $f))))`,
      "  (local.set $tail",
      "    (f32x4.add (local.get $tail) (f32x4.div (local.get $extra) (local.get $x))))",
      "  (v128.bitselect",
      "    (v128.bitselect",
      "      (local.get $x)",
      "      (f32x4.relaxed_madd",
      "        (local.get $n)",
      `        ${splat("0.693359375")}`,
      "        (f32x4.add (local.get $f) (local.get $tail)))",
      `      (f32x4.eq (local.get $x) ${splat("inf")}))`,
      `    (v128.bitselect ${splat("-inf")} ${splat("nan")}`,
      `      (f32x4.eq (local.get $x) ${splat(0)}))`,
      `    (f32x4.gt (local.get $x) ${splat(0)})))`,
    ],
  },
  f32x4_log: {
    needs: ["f32x4_log_sum"],
    lines: [unary("log"), `  (call $f32x4_log_sum (local.get $x) ${splat(0)}))`],
  },
  f32x4_log1p: {
    needs: ["f32x4_log_sum"],
    lines: [
      ";; log(1 + x): what 1 + x loses of x is put back.",
      unary("log1p"),
      locals("sum", "kept"),
      `  (local.set $sum (f32x4.add ${splat(1)} (local.get $x)))`,
      `  (local.set $kept (f32x4.sub (local.get $sum) ${splat(1)}))`,
      "  (v128.bitselect",
      "    (local.get $x)",
      "    (call $f32x4_log_sum",
      "      (local.get $sum)",
      "      (v128.andnot",
      "        (f32x4.sub (local.get $x) (local.get $kept))",
      "        (v128.or",
      "          (f32x4.eq (local.get $kept) (local.get $x))",
      `          (f32x4.eq (local.get $sum) ${splat("inf")}))))`,
      `    (f32x4.eq (local.get $x) ${splat(0)})))`,
    ],
  },
  f32x4_tanh: {
    needs: ["f32x4_exp"],
    lines: [
      ";; tanh x = x + x³·P(x²) near 0 (Cephes, tanhf), else (1 − e^(−2|x|)) / (1 + e^(−2|x|)).",
      unary("tanh"),
      locals("s", "p", "size", "e"),
      "  (local.set $s (f32x4.mul (local.get $x) (local.get $x)))",
      `  (local.set $p ${splat("-5.70498872745e-3")})`,
      ...horner("s", [
        "2.06390887954e-2",
        "-5.37397155531e-2",
        "1.33314422036e-1",
        "-3.33332819422e-1",
      ]).map((line) => `  ${line}`),
      "  (local.set $size (f32x4.abs (local.get $x)))",
      `  (local.set $e (call $f32x4_exp (f32x4.mul ${splat(-2)} (local.get $size))))`,
      "  (v128.bitselect",
      "    (f32x4.relaxed_madd",
      "      (f32x4.mul (local.get $p) (local.get $s)) (local.get $x) (local.get $x))",
      "    ;; The sign of x and the size of the quotient.",
      "    (v128.bitselect",
      "      (local.get $x)",
      "      (f32x4.div",
      `        (f32x4.sub ${splat(1)} (local.get $e))`,
      `        (f32x4.add ${splat(1)} (local.get $e)))`,
      `      ${splat("0x80000000", "i32x4")})`,
      `    (f32x4.lt (local.get $size) ${splat(0.625)})))`,
    ],
  },
  f32x4_sign: {
    lines: [
      ";; −1, 1, or x itself where that is 0 or NaN.",
      unary("sign"),
      "  (v128.bitselect",
      `    ${splat(1)}`,
      `    (v128.bitselect ${splat(-1)} (local.get $x) (f32x4.lt (local.get $x) ${splat(0)}))`,
      `    (f32x4.gt (local.get $x) ${splat(0)})))`,
    ],
  },
  f32x4_random: { lines: random() },
  f32x4_sum: { lines: fold("f32", "sum", "add") },
  f32x4_product: { lines: fold("f32", "product", "mul") },
  f32x4_largest: { lines: fold("f32", "largest", "max") },
  f32x4_smallest: { lines: fold("f32", "smallest", "min") },
  i32x4_sum: { lines: fold("i32", "sum", "add") },
  i32x4_product: { lines: fold("i32", "product", "mul") },
  i32x4_largest: { needs: ["i32_max"], lines: fold("i32", "largest", "max") },
  i32x4_smallest: { needs: ["i32_min"], lines: fold("i32", "smallest", "min") },
};

/** The lanes of a vector combined. */
function fold(type: "f32" | "i32", name: string, fn: string): string[] {
  const isHelper = type === "i32" && (fn === "max" || fn === "min");
  const both = (a: string, b: string): string =>
    isHelper ? `(call $i32_${fn} ${a} ${b})` : `(${type}.${fn} ${a} ${b})`;
  const lane = (n: number): string => `(${type}x4.extract_lane ${n} (local.get $x))`;
  return [
    `(func $${type}x4_${name} (param $x v128) (result ${type})`,
    `  ${both("", "").replace(/ +\)$/, "")}`,
    `    ${both(lane(0), lane(1))}`,
    `    ${both(lane(2), lane(3))}))`,
  ];
}

/** Threefry-2x32-20 in four lanes. */
function random(): string[] {
  const rotations = [
    [13, 15, 26, 6],
    [17, 29, 16, 24],
  ];
  const keys = ["seed", "stream", "parity"];
  const add = (name: string, value: string): string =>
    `  (local.set $${name} (i32x4.add (local.get $${name}) ${value}))`;
  const lines = [
    ";; Numbers of a random stream at one of its calls, in [0, 1): 24 bits of Threefry-2x32-20",
    ";; (Salmon et al., 2011) with the key (seed, stream) and the counter (counter / 2, call).",
    "(func $f32x4_random (param $seed v128) (param $stream v128) (param $call v128)",
    "    (param $counter v128) (result v128)",
    locals("parity", "a", "b"),
    "  (local.set $parity",
    "    (v128.xor",
    `      (v128.xor (local.get $seed) (local.get $stream)) ${splat("0x1bd11bda", "i32x4")}))`,
    "  (local.set $a",
    "    (i32x4.add (i32x4.shr_u (local.get $counter) (i32.const 1)) (local.get $seed)))",
    "  (local.set $b (i32x4.add (local.get $call) (local.get $stream)))",
  ];
  for (let group = 1; group <= 5; group++) {
    for (const by of rotations[(group + 1) % 2])
      lines.push(
        add("a", "(local.get $b)"),
        "  (local.set $b",
        "    (v128.xor",
        "      (v128.or",
        `        (i32x4.shl (local.get $b) (i32.const ${by}))`,
        `        (i32x4.shr_u (local.get $b) (i32.const ${32 - by})))`,
        "      (local.get $a)))",
      );
    lines.push(
      add("a", `(local.get $${keys[group % 3]})`),
      add("b", `(i32x4.add (local.get $${keys[(group + 1) % 3]}) ${splat(group, "i32x4")})`),
    );
  }
  return [
    ...lines,
    "  (f32x4.mul",
    "    (f32x4.convert_i32x4_u",
    "      (i32x4.shr_u",
    "        (v128.bitselect",
    "          (local.get $b)",
    "          (local.get $a)",
    `          (i32x4.eq (v128.and (local.get $counter) ${splat(1, "i32x4")}) ${splat(1, "i32x4")}))`,
    "        (i32.const 8)))",
    `    ${splat(2 ** -24)}))`,
  ];
}

const int = (type: "i32" | "i64"): Record<string, Helper> => {
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
        binary("max"),
        `  (select (local.get $a) (local.get $b) (${type}.gt_s (local.get $a) (local.get $b))))`,
      ],
    },
    [`${type}_min`]: {
      lines: [
        binary("min"),
        `  (select (local.get $a) (local.get $b) (${type}.lt_s (local.get $a) (local.get $b))))`,
      ],
    },
    [`${type}_abs`]: {
      lines: [
        one("abs"),
        `  (select (${type}.sub ${zero} (local.get $x)) (local.get $x)`,
        `    (${type}.lt_s (local.get $x) ${zero})))`,
      ],
    },
    [`${type}_sign`]: {
      lines: [
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

const floats = (type: "f32" | "f64"): Record<string, Helper> => ({
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

const allocate: Helper = {
  lines: [
    ";; Takes memory from what is free, whose address lies at $at.",
    "(func $allocate (param $at i32) (param $bytes i32) (result i32)",
    "  (local $start i32) (local $end i32) (local $missing i32)",
    "  (local.set $start (i32.load (local.get $at)))",
    "  (local.set $end",
    "    (i32.and",
    "      (i32.add (i32.add (local.get $start) (local.get $bytes)) (i32.const 63))",
    "      (i32.const -64)))",
    "  (i32.store (local.get $at) (local.get $end))",
    "  ;; Pages of 64 KiB that there are not yet.",
    "  (local.set $missing",
    "    (i32.sub (i32.add (i32.shr_u (local.get $end) (i32.const 16)) (i32.const 1)) (memory.size)))",
    "  (if (i32.gt_s (local.get $missing) (i32.const 0))",
    "    (then (if (i32.lt_s (memory.grow (local.get $missing)) (i32.const 0)) (then (unreachable)))))",
    "  (local.get $start))",
  ],
};

/** Work that threads share. Nothing depends on who does a unit. */
const threads: Readonly<Record<string, Helper>> = {
  share: {
    needs: ["work", "serve"],
    lines: [
      ";; Does all units of a job, with the other threads where there are some.",
      "(func $share (param $job i32) (param $units i32)",
      "  (local $done i32) (local $spins i32)",
      "  (if",
      "    (i32.or",
      "      (i32.lt_u (i32.load (global.get $pool.threads)) (i32.const 2))",
      "      (i32.lt_s (local.get $units) (i32.const 2)))",
      "    (then",
      "      (call_indirect (type $units) (i32.const 0) (local.get $units) (local.get $job))",
      "      (return)))",
      "  (i32.atomic.store (global.get $pool.done) (i32.const 0))",
      "  (i64.atomic.store",
      "    (global.get $pool.units)",
      "    (i64.or",
      "      (i64.shl (i64.extend_i32_u (local.get $job)) (i64.const 48))",
      "      (i64.shl (i64.extend_i32_u (local.get $units)) (i64.const 24))))",
      "  (drop (i32.atomic.rmw.add (global.get $pool.calls) (i32.const 1)))",
      "  (if",
      "    (i32.atomic.load (global.get $pool.sleeping))",
      "    (then (drop (memory.atomic.notify (global.get $pool.calls) (i32.const -1)))))",
      "  (call $work)",
      "  ;; Others may be at their last unit: a short spin, then sleep.",
      "  (block $finished",
      "    (loop $waiting",
      "      (local.set $done (i32.atomic.load (global.get $pool.done)))",
      "      (br_if $finished (i32.eq (local.get $done) (local.get $units)))",
      "      (local.set $spins (i32.add (local.get $spins) (i32.const 1)))",
      "      (if",
      "        (i32.and",
      "          (i32.load (global.get $pool.sleeps))",
      "          (i32.gt_u (local.get $spins) (i32.const 10000)))",
      "        (then",
      "          (drop",
      "            (memory.atomic.wait32",
      "              (global.get $pool.done)",
      "              (local.get $done)",
      "              (i64.const -1)))))",
      "      (br $waiting))))",
    ],
  },
  work: {
    lines: [
      ";; Takes units one at a time until there are none. Which unit of which job it is, is read and",
      ";; counted at once, and the next job does not begin before all units of this one are done.",
      "(func $work",
      "  (local $taken i64) (local $unit i32) (local $units i32)",
      "  (loop $next",
      "    (local.set $taken (i64.atomic.rmw.add (global.get $pool.units) (i64.const 1)))",
      "    (local.set $unit (i32.and (i32.wrap_i64 (local.get $taken)) (i32.const 0xffffff)))",
      "    (local.set $units",
      "      (i32.and",
      "        (i32.wrap_i64 (i64.shr_u (local.get $taken) (i64.const 24)))",
      "        (i32.const 0xffffff)))",
      "    (if",
      "      (i32.lt_u (local.get $unit) (local.get $units))",
      "      (then",
      "        (call_indirect (type $units)",
      "          (local.get $unit)",
      "          (i32.add (local.get $unit) (i32.const 1))",
      "          (i32.wrap_i64 (i64.shr_u (local.get $taken) (i64.const 48))))",
      "        (if",
      "          (i32.eq",
      "            (i32.atomic.rmw.add (global.get $pool.done) (i32.const 1))",
      "            (i32.sub (local.get $units) (i32.const 1)))",
      "          (then (drop (memory.atomic.notify (global.get $pool.done) (i32.const 1)))))",
      "        (br $next)))))",
    ],
  },
  serve: {
    needs: ["work"],
    lines: [
      ";; What the other threads do: work when they are called, a short spin, sleep.",
      "(func $serve",
      "  (local $calls i32) (local $spins i32)",
      "  (loop $again",
      "    (local.set $calls (i32.atomic.load (global.get $pool.calls)))",
      "    (call $work)",
      "    (local.set $spins (i32.const 0))",
      "    (block $called",
      "      (loop $spin",
      "        (br_if $called",
      "          (i32.ne (i32.atomic.load (global.get $pool.calls)) (local.get $calls)))",
      "        (local.set $spins (i32.add (local.get $spins) (i32.const 1)))",
      "        (br_if $spin (i32.lt_u (local.get $spins) (i32.const 10000))))",
      "      (drop (i32.atomic.rmw.add (global.get $pool.sleeping) (i32.const 1)))",
      "      (drop",
      "        (memory.atomic.wait32",
      "          (global.get $pool.calls)",
      "          (local.get $calls)",
      "          (i64.const -1)))",
      "      (drop (i32.atomic.rmw.sub (global.get $pool.sleeping) (i32.const 1))))",
      "    ;; Without threads there is nothing to wait for any more.",
      "    (br_if $again (i32.atomic.load (global.get $pool.threads)))))",
    ],
  },
};

const helpers: Readonly<Record<string, Helper>> = {
  allocate,
  ...threads,
  ...vectors,
  ...int("i32"),
  ...int("i64"),
  ...floats("f32"),
  ...floats("f64"),
};

/** What JavaScript computes: its module and how many numbers it takes. */
const imports: Readonly<Record<string, readonly [module: string, name: string, count: number]>> = {
  f64_exp: ["Math", "exp", 1],
  f64_expm1: ["Math", "expm1", 1],
  f64_log: ["Math", "log", 1],
  f64_log1p: ["Math", "log1p", 1],
  f64_tanh: ["Math", "tanh", 1],
  f64_sin: ["Math", "sin", 1],
  f64_cos: ["Math", "cos", 1],
  f64_atan2: ["Math", "atan2", 2],
  f64_pow: ["Math", "pow", 2],
  f64_mod: ["adjoint", "mod", 2],
};

const defined = new Map<string, DefinedFn>(definedNames.map((fn) => [helperName(fn), fn]));

/** The helpers that a module has asked for. */
export class Helpers {
  readonly #used = new Set<string>();

  /** `$name`, and the module has it. */
  readonly use = (name: string): string => {
    if (this.#used.has(name)) return `$${name}`;
    const fn = defined.get(name);
    if (!fn && !imports[name] && !helpers[name]) throw new Error(`no helper ${name}`);
    for (const needed of helpers[name]?.needs ?? []) this.use(needed);
    // Its lines say what a definition needs.
    if (fn) definitionOf(fn, this.use);
    this.#used.add(name);
    return `$${name}`;
  };

  imports(): string[] {
    return [...this.#used].sort().flatMap((helper) => {
      const found = imports[helper];
      if (!found) return [];
      const [module, name, count] = found;
      const parameters = Array.from({ length: count }, () => "f64").join(" ");
      return [
        `(import "${module}" "${name}" (func $${helper} (param ${parameters}) (result f64)))`,
      ];
    });
  }

  /** Each helper's lines, by name. */
  functions(): Map<string, readonly string[]> {
    const names = [...this.#used].filter((name) => !imports[name]).sort();
    return new Map(
      names.map((name) => {
        const fn = defined.get(name);
        return [name, fn ? definitionOf(fn, this.use) : helpers[name].lines];
      }),
    );
  }
}

/** A function that is defined by scalar instructions, in double precision. */
function definitionOf(fn: DefinedFn, use: (name: string) => string): readonly string[] {
  const { about, parts, result } = spelled(fn);
  const scope: Scope = {
    base: () => "",
    axis: () => "",
    size: () => "",
    helper: use,
    local: (name, dtype) => ({ code: get(name), type: numberTypes[dtype] }),
  };
  const body: Code[] = [
    ...parts.map(({ name, value }) => ["local", `$${name}`, numberTypes[value.dtype]]),
    ...parts.map(({ name, value }) => set(name, scalar(value, scope))),
    scalar(result, scope),
  ];
  return [
    `;; ${about}`,
    `(func $${helperName(fn)} (param $x f64) (result f64)`,
    ...body.slice(0, -1).flatMap((code) => linesOf(code, 2)),
    ...linesOf(body.at(-1) as Code, 2).map((line, i, all) =>
      i === all.length - 1 ? `${line})` : line,
    ),
  ];
}
