/** `maths.md`: formulas that a TeX reader accepts, recurrences with their time, small diffs. */

import { readdir, readFile } from "node:fs/promises";
import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { AdjointError } from "../../compiler/diagnostics/error.ts";
import { gradients } from "../../compiler/gradient/grad.ts";
import { type Node, topological } from "../../compiler/graph/node.ts";
import { square } from "../../compiler/ops/arithmetic.ts";
import { sum } from "../../compiler/ops/reduction.ts";
import { emitMaths } from "../../compiler/targets/maths/index.ts";
import { asTensor, cases, floats } from "../scan/cases.ts";
import { functionOf, named } from "../support/compile.ts";
import { blocksOf, faultsOf, formulasOf } from "../support/formulas.ts";
import { Random } from "../support/random.ts";
import { instantiate, withSamples } from "../support/samples.ts";

type T = l.Tensor;

const pageOf = (exports: Record<string, unknown>): string =>
  emitMaths(compileModel("m", "models/m.ts", Object.entries(exports)));

for (const [name, make] of Object.entries(cases)) {
  test(`formulas of a scan and its gradient, ${name}`, (t) => {
    const { results } = make();
    results.forEach((r, i) => {
      named(r, `result${i}`);
    });
    const cost = named(
      results
        .map((r) => l.sum(l.sin(asTensor(r))))
        .reduce((a, b) => l.add(a, b) as never) as unknown as Node,
      "cost",
    );
    const symbols = topological([cost]).filter((n) => n.op.name === "symbol");
    const grads = l.grad(asTensor(cost), floats(symbols).map(asTensor)) as unknown as Node[];
    const page = emitMaths(compileModel("m", "models/m.ts", [["f", functionOf([cost, ...grads])]]));
    const blocks = blocksOf(page);
    t.true(blocks.length > 1);
    for (const formula of formulasOf(page)) t.deepEqual(faultsOf(formula), [], formula);
    t.notRegex(blocks.join("\n"), /mathrm\{(scan|states|collected|carry)\}/);
  });
}

const elman = (squash: (x: T) => T) => {
  const [xs, h0] = [named(l.tensor3(100, 16, 50), "xs"), named(l.matrix(16, 200), "start")];
  const shapes = { U: [50, 200], W: [200, 200], b: [200], V: [200, 10], c: [10] };
  const parameters = Object.entries(shapes).map(([name, shape]) =>
    named(l.shared(l.zeros(shape)), name),
  );
  const [U, W, b, V, c] = parameters;
  const [[h, p]] = l.scan({
    fn: ((x: T, h: T) => {
      const next = named(squash(l.add(l.add(l.dot(x, U), l.dot(h, W)), b) as never), "h");
      return [next, l.softmax(l.add(l.dot(next, V), c))];
    }) as never,
    sequences: xs,
    outputsInfo: [h0, null],
  });
  named(h, "h");
  named(p, "p");
  const y = named(l.imatrix(100, 16), "y");
  const steps = l.at(l.arange(100), l.span(), null);
  const cost = named(l.neg(l.mean(l.log(l.at(p, steps, l.arange(16), y)))), "cost");
  const grads = l.grad(cost, parameters) as unknown as T[];
  const updates = parameters.map((w, i) => [w, l.sub(w, l.mul(0.1, grads[i]))] as const);
  return pageOf({ train: l.fn([xs, h0, y], cost, { updates }) });
};

test("an Elman network reads as in a textbook, forward and back", (t) => {
  const page = elman(l.tanh);
  t.true(
    page.includes(
      [
        "\\begin{aligned}",
        "h_{0} &= \\mathrm{start} \\\\",
        "h_{t+1} &= \\tanh\\left(\\mathrm{xs}_{t}\\,U + h_{t}\\,W + \\mathbf{1}_{16}\\,b^{\\top}\\right) \\\\",
        "p_{t} &= \\mathop{\\mathrm{softmax}}\\left(h_{t+1}\\,V + \\mathbf{1}_{16}\\,c^{\\top}\\right) \\\\",
        "&t = 0,\\; \\dots,\\; 99",
        "\\end{aligned}",
      ].join("\n"),
    ),
    page,
  );
  t.true(page.includes("&t = 99,\\; \\dots,\\; 0"), page);
  // What comes from the step after is no derivative by all of h.
  t.true(page.includes("\\bar{h}_{t} &= "), page);
  for (const formula of formulasOf(page)) t.deepEqual(faultsOf(formula), [], formula);
});

test("another function in the step changes the lines that mention it", (t) => {
  const [before, after] = [elman(l.tanh), elman(l.sigmoid)].map((page) => page.split("\n"));
  const changed = before.filter((line) => !after.includes(line));
  t.log(`${changed.length} of ${before.length} lines`);
  t.true(changed.length <= 8, changed.join("\n"));
});

test("the formulas of every op and of its gradients are well-formed", (t) => {
  let checked = 0;
  for (const op of withSamples) {
    for (const sample of op.samples) {
      const { node, inputs } = instantiate(op, sample, new Random(1));
      for (const [i, x] of inputs.entries()) named(x, "xyzuvw"[i]);
      const outputs = [named(node, "out")];
      const wrt = inputs.filter((x) => x.type.dtype === "float64");
      if (node.type.dtype === "float64" && wrt.length > 0) {
        const options = { disconnectedInputs: "ignore" } as const;
        try {
          outputs.push(...gradients(sum(square(node)), wrt, options));
        } catch (error) {
          if (!(error instanceof AdjointError && error.code === "ADJ2003")) throw error;
        }
      }
      const exports = [["f", functionOf(outputs)]] as const;
      const formulas = formulasOf(emitMaths(compileModel("m", "models/m.ts", exports)));
      t.true(formulas.length > 0, op.name);
      for (const formula of formulas) {
        t.deepEqual(faultsOf(formula), [], `${op.name}: ${formula}`);
        t.notRegex(formula, /(?:=|\\sim)\s*(?:\\\\|$)/m, `${op.name} is printed`);
        checked++;
      }
    }
  }
  t.log(`${checked} formulas of ${withSamples.length} ops`);
  t.true(checked > 900);
});

test("a triangle is written with the indices of its elements", (t) => {
  const x = named(l.dmatrix(3, 5), "x");
  const page = pageOf({ f: l.fn([x], [l.tril(x), l.triu(x, 1), l.tril(x, -2)]) });
  for (const condition of ["j \\le i \\", "j \\ge i + 1 \\", "j \\le i - 2 \\"])
    t.true(page.includes(condition), page);
  t.false(page.includes("arange"), page);
});

test("products of elements in products of matrices have parentheses, and the other way round", (t) => {
  const [x, y, z] = ["x", "y", "z"].map((name) => named(l.dmatrix(3, 3), name));
  const page = pageOf({
    f: l.fn([x, y, z], [l.dot(x, l.mul(y, z)), l.mul(l.dot(x, y), z)]),
  });
  t.true(page.includes("x\\,\\left(y \\odot z\\right)"), page);
  t.true(page.includes("\\left(x\\,y\\right) \\odot z"), page);
});

test("a gradient that kernels have in another arrangement is named in formulas", (t) => {
  const x = named(l.tensor4(6, 1, 9, 9), "x");
  const W = named(l.shared(l.zeros(4, 1, 3, 3)), "W");
  const v = named(l.shared(l.zeros(4, 1, 3, 3)), "v");
  const cost = named(l.mean(l.square(l.conv2d(x, W, { flip: true }))), "cost");
  const by = "\\frac{\\partial \\mathrm{cost}}{\\partial W}";
  const updatesOf = (next: readonly (readonly [T, T])[]) =>
    pageOf({ train: l.fn([x], cost, { updates: next }) }).split("### Gradient, simplified")[1];
  const gradient = l.grad(cost, W);
  const descent = updatesOf([[W, l.sub(W, l.mul(0.1, gradient))]]);
  t.true(descent.includes(`${by} = `), descent);
  t.true(descent.includes(`W \\leftarrow W - 0.1 \\, ${by}`), descent);
  const squares = updatesOf([[v, l.add(l.mul(0.9, v), l.mul(0.1, l.square(gradient)))]]);
  t.true(squares.includes(`0.1 \\, \\left(${by}\\right)^{\\circ 2}`), squares);
});

test("constants and identities are written as in a textbook", (t) => {
  const x = named(l.dmatrix(3, 3), "x");
  const page = pageOf({
    f: l.fn([x], [l.where(l.gt(x, 0), x, -1e30), l.sub(x, l.eye(3)), l.square(l.inv(l.T(x)))]),
  });
  t.true(page.includes("-10^{30}"), page);
  t.true(page.includes("x - I_{3}"), page);
  t.true(page.includes("\\left(x^{\\top}\\right)^{-1}"), page);
});

test("a page explains the signs that it has, and no others", (t) => {
  const x = named(l.dmatrix(3, 4), "x");
  const y = named(l.dmatrix(3, 4), "y");
  const [product, sum] = [l.mul(x, y), l.add(x, y)].map((z) => pageOf({ f: l.fn([x, y], z) }));
  t.true(product.includes("- $`x \\odot y`$: "), product);
  t.false(sum.includes("- $`"), sum);
});

test("powers, functions and quotients of elements are not those of matrices", (t) => {
  const [x, s] = [named(l.dmatrix(3, 3), "x"), named(l.dscalar(), "s")];
  const page = pageOf({
    f: l.fn(
      [x, s],
      [l.square(x), l.div(s, x), l.exp(x), l.exp(s), l.square(s), l.sum(l.square(x))],
    ),
  });
  for (const formula of [
    "x^{\\circ 2}",
    "s \\oslash x",
    "\\exp\\left(x\\right)",
    "e^{s}",
    "s^{2}",
    "\\sum_{i,j} x_{i,\\,j}^{2}",
  ])
    t.true(page.includes(`= ${formula}\n`), `${formula} in ${page}`);
});

test("letters of sums are bound, and differ from those around them and from names", (t) => {
  const [x, i] = [named(l.dmatrix(3, 4), "x"), named(l.dvector(3), "i")];
  const page = pageOf({
    f: l.fn([x, i], [l.sum(x, 0), l.sum(i), l.sum(l.square(l.sum(x, 1)))]),
    g: l.fn([x], [l.cumsum(x, 1), l.logsumexp(x, 1), l.max(x, 0)]),
  });
  for (const formula of [
    "\\sum_{i} x_{i,\\,:}",
    "\\sum_{j} i_{j}",
    "\\sum_{i} \\left(\\sum_{j} x_{i,\\,j}\\right)^{2}",
    "\\left(\\sum_{k \\le j} x_{i,\\,k}\\right)_{i,\\,j}",
    "\\left(\\log \\sum_{j} e^{x_{i,\\,j}}\\right)_{i}",
    "\\max_{i} x_{i,\\,:}",
  ])
    t.true(page.includes(`= ${formula}\n`), `${formula} in ${page}`);
});

test("a mean has one form, whatever it is over", (t) => {
  const over = (rows: number): string => {
    const x = named(l.matrix(rows, 3), "x");
    const w = named(l.shared(l.zeros(3)), "w");
    const p = named(l.sigmoid(l.dot(x, w)), "p");
    const cost = named(l.mean(l.log(p)), "cost");
    return pageOf({ train: l.fn([x], cost, { updates: [[w, l.grad(cost, w)]] }) });
  };
  const formulas = (rows: number): string[] =>
    blocksOf(over(rows)).map((block) => block.replaceAll(String(rows), "rows"));
  t.true(formulas(20).some((block) => block.includes("rows")));
  for (const rows of [32, 64, 128]) t.deepEqual(formulas(rows), formulas(20));
});

test("what is repeated, reshaped and rearranged is written", (t) => {
  const [x, r, c] = [
    named(l.dmatrix(3, 4), "x"),
    named(l.dvector(4), "r"),
    named(l.dvector(3), "c"),
  ];
  const images = named(l.dtensor4(2, 3, 4, 5), "images");
  const page = pageOf({
    f: l.fn(
      [x, r, c],
      [l.add(x, r), l.add(x, l.dimshuffle(c, [0, "x"])), l.reshape(x, [2, 6]), l.dot(x, r)],
    ),
    g: l.fn(
      [images, c],
      [l.add(images, l.dimshuffle(c, ["x", 0, "x", "x"])), l.transpose(images, [1, 0, 2, 3])],
    ),
  });
  for (const formula of [
    "x + \\mathbf{1}_{3}\\,r^{\\top}",
    "x + c\\,\\mathbf{1}_{4}^{\\top}",
    "\\mathop{\\mathrm{reshape}}_{2 \\times 6}\\left(x\\right)",
    "x\\,r",
    "\\left(\\mathrm{images}_{i,\\,j,\\,k,\\,l} + c_{j}\\right)_{i,\\,j,\\,k,\\,l}",
    "\\left(\\mathrm{images}_{j,\\,i,\\,k,\\,l}\\right)_{i,\\,j,\\,k,\\,l}",
  ])
    t.true(page.includes(`= ${formula}\n`), `${formula} in ${page}`);
});

test("convolutions over channels and over images have a sign each", (t) => {
  const x = named(l.tensor4(6, 2, 9, 9), "x");
  const W = named(l.shared(l.zeros(4, 2, 3, 3)), "W");
  const h = named(l.conv2d(x, W, { stride: 2 }), "h");
  const cost = named(l.sum(l.square(h)), "cost");
  const page = pageOf({ f: l.fn([x], [cost, l.grad(cost, W)]) });
  t.true(page.includes("h = x \\star_{\\downarrow 2} W\n"), page);
  t.true(page.includes("x \\circledast_{\\downarrow 2} \\frac{"), page);
  for (const sign of ["\\star", "\\circledast"]) t.true(page.includes(`- $\`(x ${sign} `), page);
});

test("initial values are written as distributions", (t) => {
  const draws = [
    l.uniform([3, 4], { low: -0.25, high: 0.5 }),
    l.normal([3, 4], { std: 0.1 }),
    l.normal([3, 4], { mean: 2 }),
  ];
  const page = pageOf({
    f: l.fn(
      [],
      draws.map((draw, i) => named(l.shared(draw as never), `w${i}`)),
    ),
  });
  for (const law of [
    "\\mathcal{U}\\left(-0.25,\\, 0.5\\right)",
    "\\mathcal{N}\\left(0,\\, 0.1^{2}\\right)",
    "\\mathcal{N}\\left(2,\\, 1\\right)",
  ])
    t.true(page.includes(`| $\`${law}\`$ |`), `${law} in ${page}`);
});

test("what the model names between gradients and updates has a line", (t) => {
  const W = named(l.shared(l.zeros(3)), "W");
  const cost = named(l.sum(l.sin(W)), "cost");
  const step = named(l.mul(0.1, l.grad(cost, W) as never), "step");
  const page = pageOf({ f: l.fn([], cost, { updates: [[W, l.sub(W, step)]] }) });
  t.true(page.includes("\\mathrm{step} = "), page);
  t.true(page.includes("W \\leftarrow W - \\mathrm{step}\n"), page);
});

test("all formulas of the repository's models can be read", async (t) => {
  let checked = 0;
  const folder = new URL("../../generated/", import.meta.url);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const page = await readFile(new URL(`${entry.name}/maths.md`, folder), "utf8");
    for (const formula of formulasOf(page)) {
      t.deepEqual(faultsOf(formula), [], `${entry.name}: ${formula}`);
      checked++;
    }
  }
  t.true(checked > 100);
});

test("steps of loops in loops are numbered by both", (t) => {
  const rows = named(l.dmatrix(4, 3), "rows");
  const total = (row: T) => {
    const [sums] = l.scan({
      fn: (x: T, sum: T) => l.tanh(l.add(sum, x)),
      sequences: row,
      outputsInfo: 0,
    } as never);
    return l.at(named(sums as never, "sums"), -1);
  };
  const [[outer]] = [l.scan({ fn: total as never, sequences: rows })];
  const page = pageOf({ f: l.fn([rows], named(outer, "totals")) });
  t.true(page.includes("\\mathrm{sums}_{t,\\,s+1} &= "), page);
  t.true(page.includes("_{t,\\,3}"), page);
});
