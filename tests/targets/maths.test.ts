/** `maths.md`: formulas that a TeX reader accepts, recurrences with their time, small diffs. */

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
import { Random } from "../support/random.ts";
import { instantiate, withSamples } from "../support/samples.ts";

type T = l.Tensor;

const pageOf = (exports: Record<string, unknown>): string =>
  emitMaths(compileModel("m", "models/m.ts", Object.entries(exports)));

const blocksOf = (page: string): string[] =>
  [...page.matchAll(/```math\n([\s\S]*?)\n```/g)].map(([, text]) => text);

/** What TeX would complain about. */
function faultsOf(formula: string): string[] {
  const faults: string[] = [];
  const open: number[] = [];
  /** Whether the group or letter that has just ended has a subscript already. */
  let ended = "";
  for (let i = 0; i < formula.length; i++) {
    const c = formula[i];
    if (c === "\\") {
      i++;
      ended = "";
    } else if (c === "{") {
      open.push(ended === "_" ? 1 : 0);
      ended = "";
    } else if (c === "}") {
      if (open.length === 0) faults.push("} without {");
      ended = open.pop() === 1 ? "subscripted" : "";
    } else if (c === "_") {
      if (ended === "subscripted")
        faults.push(`two subscripts at ${formula.slice(i - 20, i + 10)}`);
      ended = "_";
    } else ended = "";
  }
  if (open.length > 0) faults.push("{ without }");
  const count = (text: string): number => formula.split(text).length - 1;
  if (count("\\left") - count("\\leftarrow") !== count("\\right"))
    faults.push("\\left without \\right");
  if (count("\\begin{") !== count("\\end{")) faults.push("\\begin without \\end");
  return faults;
}

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
    for (const formula of blocks) t.deepEqual(faultsOf(formula), [], formula);
    t.notRegex(blocks.join("\n"), /operatorname\{(scan|states|collected|carry)\}/);
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
        "h_{t+1} &= \\tanh\\left(\\mathrm{xs}_{t}\\,U + h_{t}\\,W + b\\right) \\\\",
        "p_{t} &= \\operatorname{softmax}\\left(h_{t+1}\\,V + c\\right) \\\\",
        "&t = 0,\\; \\dots,\\; 99",
        "\\end{aligned}",
      ].join("\n"),
    ),
    page,
  );
  t.true(page.includes("&t = 99,\\; \\dots,\\; 0"), page);
  t.true(page.includes("\\frac{p - \\mathbf{1}_{y}}{1600}\\,V^{\\top}"), page);
  for (const formula of blocksOf(page)) t.deepEqual(faultsOf(formula), [], formula);
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
      for (const formula of blocksOf(emitMaths(compileModel("m", "models/m.ts", exports)))) {
        t.deepEqual(faultsOf(formula), [], `${op.name}: ${formula}`);
        checked++;
      }
    }
  }
  t.log(`${checked} formulas of ${withSamples.length} ops`);
  t.true(checked > 900);
});

test("a triangle is written with the indices of its elements", (t) => {
  const x = named(l.dmatrix(3, 4), "x");
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
  t.true(squares.includes(`0.1 \\, {\\left(${by}\\right)}^{2}`), squares);
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
