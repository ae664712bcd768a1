/** Convolutions and pooling: PyTorch's values and gradients, Theano's documented numbers. */

import * as l from "adjoint";
import test from "ava";
import type { Code } from "../../compiler/diagnostics/codes.ts";
import type { AdjointError } from "../../compiler/diagnostics/error.ts";
import { gradients } from "../../compiler/gradient/grad.ts";
import { arrayOf, evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { add, mul } from "../../compiler/ops/arithmetic.ts";
import { sigmoid } from "../../compiler/ops/exponential.ts";
import { asNode, symbol } from "../../compiler/ops/leaf.ts";
import { sum } from "../../compiler/ops/reduction.ts";
import { reshape } from "../../compiler/ops/shape.ts";
import { simplifyNodes } from "../../compiler/simplify/simplify.ts";
import { close, named, runAllGenerated, runGenerated, textOf } from "../support/compile.ts";
import { type CallCase, fixture, type Plain, titleOf } from "../support/fixtures.ts";
import { Random } from "../support/random.ts";

interface Case extends Omit<CallCase, "results"> {
  readonly result: Plain;
  readonly gradients: Plain[];
  readonly second: Plain[];
}

const cases = fixture<Case[]>("convolution");

const functions = l as unknown as Record<string, (...args: unknown[]) => Node>;

/** Weights from −1 to 1 in the shape of `x`. */
function weights(x: Node): Node {
  const n = (x.shape as number[]).reduce((a, b) => a * b, 1);
  const list = Array.from({ length: n }, (_, i) => (n === 1 ? -1 : -1 + (2 * i) / (n - 1)));
  return reshape(asNode(list, "float64"), x.shape);
}

/** Value, gradients and second gradients, as the fixture's script has them. */
function graphOf({ name, inputs, args }: Case) {
  const values = new Map<Node, NDArray>();
  const xs = inputs.map(({ shape, data }) => {
    const x = symbol("float64", shape);
    values.set(x, arrayOf("float64", shape, data));
    return x;
  });
  const y = functions[name](...xs, ...args);
  const first = gradients(sum(mul(weights(y), sigmoid(y))), xs);
  const along = first.map((g) => sum(mul(g, weights(g)))).reduce((a, b) => add(a, b));
  return { values, outputs: [y, ...first, ...gradients(along, xs)] };
}

test(`PyTorch's values, gradients and second gradients of ${cases.length} calls`, async (t) => {
  const graphs = cases.map(graphOf);
  const generated = await runAllGenerated(
    graphs.map(({ outputs, values }) => ({ outputs, bindings: values })),
  );
  for (const [i, c] of cases.entries()) {
    const { outputs, values } = graphs[i];
    const interpreted = evaluateNodes(outputs, values);
    const simplified = evaluateNodes(simplifyNodes(outputs).roots, values);
    for (const [n, want] of [c.result, ...c.gradients, ...c.second].entries()) {
      t.deepEqual([...interpreted[n].shape], want.shape, titleOf(c));
      for (const data of [interpreted[n].data, simplified[n].data, generated[i][n]]) {
        t.true(
          close(Array.from(data), want.data, 1e-9, 1e-10),
          `${titleOf(c)}, result ${n}: ${data}, expected ${want.data}`,
        );
      }
    }
  }
});

const numbersOf = (x: unknown): number[] =>
  Array.from(evaluateNodes([x as Node], new Map())[0].data);

test("Theano's convolution runs its filters backwards: the 3×3 ramp", (t) => {
  const ramp = l.reshape(l.arange(9), [1, 1, 3, 3]);
  const kernel = l.reshape(l.constant([1, 0, 0, 0]), [1, 1, 2, 2]);
  t.deepEqual(numbersOf(l.conv2d(ramp, kernel, { flip: true })), [4, 5, 7, 8]);
  t.deepEqual(numbersOf(l.conv2d(ramp, kernel)), [0, 1, 3, 4]);
});

/** The first image of NumPy's RandomState(1).rand(3, 2, 5, 5). */
const image = [
  [0.417022004702574, 0.7203244934421581, 0.00011437481734488664, 0.30233257263183977],
  [0.0923385947687978, 0.1862602113776709, 0.34556072704304774, 0.39676747423066994],
  [0.4191945144032948, 0.6852195003967595, 0.20445224973151743, 0.8781174363909454],
  [0.6704675101784022, 0.41730480236712697, 0.5586898284457517, 0.14038693859523377],
  [0.8007445685755367, 0.9682615757193975, 0.31342417815924284, 0.6923226156693141],
];
const lastColumn = [
  0.14675589081711304, 0.538816734003357, 0.027387593197926163, 0.1981014890848788,
  0.8763891522960383,
];
test("Theano's example of pooling, which ignores the border or not", (t) => {
  const x = l.constant(image.map((row, i) => [...row, lastColumn[i]]));
  const ignored = [0.72032449, 0.39676747, 0.6852195, 0.87811744];
  t.true(close(numbersOf(l.maxPool2d(x, 2)), ignored, 1e-7));
  t.true(
    close(
      numbersOf(l.maxPool2d(x, 2, { ignoreBorder: false })),
      [
        0.72032449, 0.39676747, 0.53881673, 0.6852195, 0.87811744, 0.19810149, 0.96826158,
        0.69232262, 0.8763892,
      ],
      1e-7,
    ),
  );
});

test("tied elements of a window share its gradient, also of windows that overlap", (t) => {
  const x = symbol("float64", [1, 1, 3, 3]);
  const values = new Map([[x, arrayOf("float64", [1, 1, 3, 3], new Array(9).fill(1))]]);
  const gradientOf = (size: number, stride: number): number[] => {
    const y = l.maxPool2d(x as unknown as l.Tensor, size, { stride });
    const [dx] = gradients(sum(y as unknown as Node), [x]);
    return Array.from(evaluateNodes([dx], values)[0].data);
  };
  t.deepEqual(gradientOf(2, 2), [0.25, 0.25, 0, 0.25, 0.25, 0, 0, 0, 0]);
  t.deepEqual(gradientOf(2, 1), [0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25]);
});

test("a largest element is found again though it was computed with more digits than memory has", async (t) => {
  const [x, b] = [symbol("float32", [2, 3, 4, 4]), symbol("float32", [4])];
  const thirds = (shape: number[], by: number): NDArray => {
    const size = shape.reduce((n, d) => n * d, 1);
    return arrayOf(
      "float32",
      shape,
      Array.from({ length: size }, (_, i) => Math.fround(((i * 7) % 97) / by)),
    );
  };
  const values = new Map([
    [x, thirds([2, 3, 4, 4], 3)],
    [b, thirds([4], 7)],
  ]);
  const moved = add(x, b);
  const results = [
    l.maxPool2d(moved as never, 2),
    l.maxPool2d(moved as never, 3, { stride: 1, padding: 1 }),
    l.max(moved as never, 2),
    l.min(l.maximum(moved as never, 0.3), [1, 3]),
  ] as unknown as Node[];
  for (const [n, y] of results.entries()) {
    const [dx] = gradients(sum(y), [x]);
    const [generated] = await runGenerated([dx], values);
    const [{ data }] = evaluateNodes([dx], values);
    t.true(close(generated, Array.from(data), 1e-6), `result ${n}: ${generated}, ${data}`);
  }
});

test("a convolutional network's code: no guards in sums, no copies, no gradient that no one asked for", (t) => {
  const x = named(l.tensor4(20, 1, 12, 12), "x");
  const W = named(l.shared(l.zeros(6, 1, 5, 5)), "W");
  const V = named(l.shared(l.zeros(8, 6, 3, 3)), "V");
  const hidden = named(l.tanh(l.maxPool2d(l.conv2d(x, W, { flip: true }), 2)), "hidden");
  const cost = named(l.mean(l.square(l.conv2d(hidden, V))), "cost");
  const [dW, dV] = l.grad(cost, [W, V]);
  const updates = [
    [W, l.sub(W, dW)],
    [V, l.sub(V, dV)],
  ] as const;
  const code = textOf([["train", l.fn([x], cost, { updates })]]);
  // Only the cotangent that is a full convolution has margins; the images have no gradient.
  t.deepEqual(
    [...new Set(code.match(/\b\w+_padded\b(?=:)/g))].filter((name) => !name.startsWith("train_")),
    ["d_cost_conv_padded"],
  );
  t.false(/\bd_x\b/.test(code));
  // Each sum of products stands in a tile of several accumulators and multiplies without asking.
  const sums = code.match(/^ +sum_\w+ \+= .*;$/gm) ?? [];
  t.true(sums.length >= 4 * 4, `${sums.length} accumulators`);
  t.true(sums.every((line) => !line.includes("?")));
});

test("a convolutional recurrence: gradients by input, filters and first state, as by differences", async (t) => {
  const frames = symbol("float64", [3, 1, 2, 4, 4]);
  const [w, u] = [symbol("float64", [2, 2, 3, 3]), symbol("float64", [2, 2, 3, 3])];
  const start = symbol("float64", [1, 2, 4, 4]);
  const same = { padding: "same" } as const;
  const step = (frame: l.Tensor, h: l.Tensor): l.Tensor => {
    const seen = l.add(l.conv2d(frame, w as never, same), l.conv2d(h, u as never, same));
    return l.tanh(l.maxPool2d(seen, 3, { stride: 1, padding: 1 }));
  };
  const [states] = l.scan({ fn: step, sequences: frames as never, outputsInfo: start as never });
  const cost = l.sum(l.square(states)) as unknown as Node;
  const inputs = [frames, w, u, start];
  const random = new Random(11);
  const values = new Map(
    inputs.map((x) => [x, random.array("float64", x.shape as number[], [-0.5, 0.5])]),
  );
  const first = gradients(cost, inputs);
  const interpreted = evaluateNodes(first, values);
  const generated = await runGenerated(first, values);
  for (const [n, x] of inputs.entries()) {
    t.true(close(generated[n], Array.from(interpreted[n].data), 1e-9), `input ${n}`);
    for (const k of [0, 7, 15]) {
      const at = (by: number): number => {
        const { data, ...rest } = values.get(x) as NDArray;
        const moved = data.map((v, i) => (i === k ? v + by : v));
        return evaluateNodes([cost], new Map(values).set(x, { ...rest, data: moved }))[0].data[0];
      };
      const difference = (at(1e-6) - at(-1e-6)) / 2e-6;
      t.true(close([generated[n][k]], [difference], 1e-4, 1e-6), `input ${n}, element ${k}`);
    }
  }
});

test("a batch of any size: values and gradients by named rows", async (t) => {
  const x = symbol("float64", ["rows", 2, 6, 6]);
  const w = symbol("float64", [3, 2, 3, 3]);
  const random = new Random(5);
  const y = l.maxPool2d(l.conv2d(x as never, w as never, { flip: true, padding: 1 }), 2);
  const outputs = [
    y as unknown as Node,
    ...gradients(sum(mul(y as unknown as Node, sigmoid(y as unknown as Node))), [x, w]),
  ];
  for (const rows of [1, 3, 0]) {
    const values = new Map([
      [x, random.array("float64", [rows, 2, 6, 6])],
      [w, random.array("float64", [3, 2, 3, 3])],
    ]);
    const generated = await runGenerated(outputs, values);
    for (const [n, { data }] of evaluateNodes(outputs, values).entries())
      t.true(close(generated[n], Array.from(data), 1e-12), `${rows} rows, result ${n}`);
  }
});

test("dtypes: float32 with integers stays float32, integers stay integers, means are floats", (t) => {
  const of = (dtype: l.DType, shape: number[]) => symbol(dtype, shape) as unknown as l.Tensor;
  const dtype = (x: l.Tensor) => (x as unknown as Node).type.dtype;
  const [image32, filters] = [of("int32", [1, 1, 4, 4]), of("int32", [1, 1, 2, 2])];
  t.is(dtype(l.conv2d(of("float32", [1, 1, 4, 4]), filters)), "float32");
  t.is(dtype(l.conv2d(image32, of("float64", [1, 1, 2, 2]))), "float64");
  t.is(dtype(l.conv2d(image32, filters)), "int32");
  t.is(dtype(l.conv2d(of("bool", [1, 1, 4, 4]), of("bool", [1, 1, 2, 2]))), "int32");
  t.is(dtype(l.maxPool2d(image32, 2, { padding: 1 })), "int32");
  t.is(dtype(l.avgPool2d(image32, 2)), "float32");
  const negative = l.constant([
    [-3, -1],
    [-2, -7],
  ]);
  t.deepEqual(numbersOf(l.maxPool2d(negative, 2, { padding: 1 })), [-3, -1, -2, -7]);
});

const mistakes: readonly (readonly [Code, string, () => unknown])[] = [
  ["ADJ1003", "channels differ", () => l.conv2d(l.zeros(2, 3, 5, 5), l.zeros(4, 1, 3, 3))],
  [
    "ADJ1003",
    "channels of groups differ",
    () => l.conv2d(l.zeros(2, 4, 5, 5), l.zeros(4, 4, 3, 3), { groups: 2 }),
  ],
  ["ADJ1004", "no batch", () => l.conv2d(l.zeros(3, 5, 5), l.zeros(4, 3, 3, 3))],
  ["ADJ1004", "filters without channels", () => l.conv1d(l.zeros(2, 3, 5), l.zeros(3, 3))],
  ["ADJ1004", "a vector", () => l.maxPool2d(l.zeros(5), 2)],
  [
    "ADJ1008",
    "an unknown height",
    () => l.conv2d(l.tensor4(2, 3, "height", 5), l.zeros(4, 3, 3, 3)),
  ],
  [
    "ADJ1008",
    "no such padding",
    () => l.conv2d(l.zeros(1, 1, 5, 5), l.zeros(1, 1, 3, 3), { padding: "semi" as never }),
  ],
  ["ADJ1008", "stride 0", () => l.conv2d(l.zeros(1, 1, 5, 5), l.zeros(1, 1, 3, 3), { stride: 0 })],
  [
    "ADJ1008",
    "groups that do not divide",
    () => l.conv2d(l.zeros(1, 3, 5, 5), l.zeros(4, 1, 3, 3), { groups: 3 }),
  ],
  ["ADJ1008", "a size that is none", () => l.avgPool2d(l.zeros(4, 4), 1.5)],
  ["ADJ1009", "a large filter", () => l.conv2d(l.zeros(1, 1, 4, 4), l.zeros(1, 1, 5, 5))],
  ["ADJ1009", "a large window", () => l.maxPool2d(l.zeros(2, 2), 3)],
  [
    "ADJ1009",
    "nothing left",
    () => l.convTranspose2d(l.zeros(1, 1, 1, 1), l.zeros(1, 1, 2, 2), { padding: 1 }),
  ],
];

for (const [code, name, make] of mistakes) {
  test(`mistake: ${name} is ${code}`, (t) => {
    t.is((t.throws(make) as AdjointError).code, code);
  });
}
