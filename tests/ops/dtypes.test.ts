/** Dtypes: NumPy's promotion with the exceptions that DESIGN states, casts, whole numbers that wrap, int64 indices. */

import * as l from "adjoint";
import test from "ava";
import { arrayOf, evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { Node } from "../../compiler/graph/node.ts";
import type { DType } from "../../compiler/graph/types.ts";
import { castTo } from "../../compiler/ops/elementwise.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { close, runGenerated } from "../support/compile.ts";

const dtypes = ["bool", "int32", "int64", "float32", "float64"] as const;

/** numpy.result_type of each pair, NumPy 2. */
const numpy: Record<DType, readonly DType[]> = {
  bool: ["bool", "int32", "int64", "float32", "float64"],
  int32: ["int32", "int32", "int64", "float64", "float64"],
  int64: ["int64", "int64", "int64", "float64", "float64"],
  float32: ["float32", "float64", "float64", "float32", "float64"],
  float64: ["float64", "float64", "float64", "float64", "float64"],
};

/** What differs from NumPy: float32 with an integer stays float32, truth values are added as int32. */
function expected(a: DType, b: DType): DType {
  const whole = (t: DType): boolean => t === "int32" || t === "int64";
  if ((a === "float32" && whole(b)) || (b === "float32" && whole(a))) return "float32";
  const joint = numpy[a][dtypes.indexOf(b)];
  return joint === "bool" ? "int32" : joint;
}

const dtypeOf = (value: unknown): DType => (value as Node).type.dtype;

test("promotion is NumPy's, but float32 stays float32, for every pair", (t) => {
  for (const a of dtypes) {
    for (const b of dtypes) {
      const [x, y] = [symbol(a, [2]), symbol(b, [2])] as unknown as [l.Tensor, l.Tensor];
      for (const f of [l.add, l.sub, l.mul, l.maximum])
        t.is(dtypeOf(f(x, y)), expected(a, b), `${a}, ${b}`);
      t.is(dtypeOf(l.lt(x, y)), "bool");
      const joint = numpy[a][dtypes.indexOf(b)];
      const isFloat = expected(a, b).startsWith("float");
      t.is(dtypeOf(l.div(x, y)), isFloat ? expected(a, b) : "float32", `${a} / ${b}`);
      t.is(dtypeOf(l.where(symbol("bool", [2]) as never, x, y)), isFloat ? expected(a, b) : joint);
    }
  }
});

test("plain numbers take the dtype of what they meet; a fraction makes floats of whole numbers", (t) => {
  for (const dtype of ["float32", "float64"] as const) {
    const x = symbol(dtype, [2]) as unknown as l.Tensor;
    for (const value of [l.mul(x, 2), l.add(x, 0.1), l.pow(x, 2), l.div(1, x), l.maximum(x, 1e30)])
      t.is(dtypeOf(value), dtype);
  }
  const [i, b] = [l.ivector(2), symbol("bool", [2]) as unknown as l.Tensor];
  t.is(dtypeOf(l.add(i, 1)), "int32");
  t.is(dtypeOf(l.mul(i, 0.5)), "float32");
  t.is(dtypeOf(l.sum(b)), "int32");
  t.is(dtypeOf(l.mean(i)), "float32");
  t.is(dtypeOf(l.exp(i)), "float32");
});

const values = [-2.7, -0.5, -0, 0, 0.5, 2.7, 1e9];
/** NumPy's astype of them. */
const cast: Record<"int32" | "bool" | "float32", readonly number[]> = {
  int32: [-2, 0, 0, 0, 0, 2, 1e9],
  bool: [1, 1, 0, 0, 1, 1, 1],
  float32: values.map(Math.fround),
};

for (const [to, want] of Object.entries(cast)) {
  test(`a cast of float64 to ${to} is NumPy's astype`, async (t) => {
    const x = symbol("float64", [values.length]);
    const bindings = new Map([[x, arrayOf("float64", [values.length], values)]]);
    const y = castTo(x, to as DType);
    t.is(y.type.dtype, to as DType);
    const [generated] = await runGenerated([y], bindings);
    t.true(close(generated, want, 0, 0), `${generated}`);
    t.true(close(Array.from(evaluateNodes([y], bindings)[0].data), want, 0, 0));
  });
}

test("int32 wraps as NumPy's, and divides and takes remainders downwards", async (t) => {
  const [x, y] = [symbol("int32", [4]), symbol("int32", [4])];
  const bindings = new Map([
    [x, arrayOf("int32", [4], [2147483647, 65537, 7, -7])],
    [y, arrayOf("int32", [4], [1, 65537, 3, 3])],
  ]);
  const [a, b] = [x, y] as unknown as [l.Tensor, l.Tensor];
  const roots = [l.add(a, b), l.mul(a, b), l.mod(a, b)] as unknown as Node[];
  const want = [
    [-2147483648, 131074, 10, -4],
    [2147483647, 131073, 21, -21],
    [0, 0, 1, 2],
  ];
  const generated = await runGenerated(roots, bindings);
  const interpreted = evaluateNodes(roots, bindings).map(({ data }) => Array.from(data));
  t.deepEqual(generated, want);
  t.deepEqual(interpreted, want);
});

test("numbers of the model or of bindings that 32 bits do not hold are refused, the largest ones are exact", async (t) => {
  const limits = [2147483647, -2147483648];
  const i = l.ivector(2);
  for (const dtype of ["int32", "int64"] as const) {
    const held = l.constant(limits, { dtype });
    t.deepEqual(l.evaluate(held), limits);
    const x = held as unknown as Node;
    t.deepEqual(await runGenerated([x], new Map()), [limits]);
    for (const numbers of [
      [0, 2147483648],
      [0, -2147483649],
      [0, 0.5],
      [0, Number.NaN],
    ])
      for (const make of [l.constant, l.shared])
        t.throws(() => make(numbers, { dtype }), { message: /^the number \S+ at \[1\] / });
  }
  t.deepEqual(l.evaluate(l.shared([2147483648, 0.5])), [2147483648, 0.5]);
  t.deepEqual(l.evaluate(l.constant([2147483649], { dtype: "float64" })), [2147483649]);
  for (const numbers of [
    [0, 2147483648],
    [0, 0.5],
  ])
    t.throws(() => l.evaluate(i, [[i, numbers]]), { message: /^the number \S+ at \[1\] / });
});

test("int64 values are indices: of entries, of rows, of spans", async (t) => {
  const [x, i, rows] = [symbol("float64", [6, 2]), symbol("int64", []), symbol("int64", [3])];
  const bindings = new Map([
    [
      x,
      arrayOf(
        "float64",
        [6, 2],
        Array.from({ length: 12 }, (_, k) => k),
      ),
    ],
    [i, arrayOf("int64", [], [2])],
    [rows, arrayOf("int64", [3], [5, 0, 5])],
  ]);
  const [m, n, r] = [x, i, rows] as unknown as [l.Tensor, l.Tensor, l.Tensor];
  const from = l.mul(n, 2);
  const roots = [
    l.at(m, n),
    l.at(m, r, 1),
    l.slice(m, from, l.add(from, 2)),
    l.take(m, r),
  ] as unknown as Node[];
  const want = [
    [4, 5],
    [11, 1, 11],
    [8, 9, 10, 11],
    [10, 11, 0, 1, 10, 11],
  ];
  t.deepEqual(await runGenerated(roots, bindings), want);
  t.deepEqual(
    evaluateNodes(roots, bindings).map(({ data }) => Array.from(data)),
    want,
  );
});
