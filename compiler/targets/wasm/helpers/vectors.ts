/** Functions of vectors: those of float32 numbers by polynomials, sums of lanes, random numbers. */

import type { Helper } from "./helper.ts";

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

export const vectors: Readonly<Record<string, Helper>> = {
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
    lines: [";; log x.", unary("log"), `  (call $f32x4_log_sum (local.get $x) ${splat(0)}))`],
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
    `;; The ${name} of the four lanes.`,
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
