/** Every op by its own record: types, gradients of both orders, generated code, all from its samples. */

import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { makeNode, type Node } from "../../compiler/graph/node.ts";
import { isFloat } from "../../compiler/graph/types.ts";
import { add, mul } from "../../compiler/ops/arithmetic.ts";
import { sigmoid } from "../../compiler/ops/exponential.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { literal, symbol } from "../../compiler/ops/leaf.ts";
import type { Sample } from "../../compiler/ops/op.ts";
import { sum } from "../../compiler/ops/reduction.ts";
import { close, runGenerated, runInterpreter } from "../support/compile.ts";
import { Random } from "../support/random.ts";
import { instantiate, withSamples } from "../support/samples.ts";

const seed = Number(process.env.SEED ?? 1);

test("every op but the leaves has samples and is printed", (t) => {
  const without = [...allOps.values()].filter((op) => op.samples.length === 0 && !op.leaf);
  t.deepEqual(
    without.map((op) => op.name),
    [],
  );
  for (const op of withSamples) {
    const atoms = op.samples[0].inputs.map((_, i) => ({ text: "xyzuvw"[i], precedence: 9 }));
    t.true(op.notation.text(atoms, op.samples[0].attrs ?? {}).text.length > 0);
    t.truthy(op.notation.tex ?? op.notation.element, op.name);
  }
  t.log(`${withSamples.length} ops`);
});

/** ⟨weights, y⟩ as a graph: turns any result into a scalar whose gradient is the vector-Jacobian product. */
function project(y: Node, random: Random): { cost: Node; weights: Node; value: NDArray } {
  const shape = y.shape as number[];
  const weights = symbol(y.type.dtype, shape);
  const value = random.array(y.type.dtype, shape, [-1, 1]);
  return { cost: sum(mul(weights, y)), weights, value };
}

/** Central difference of a scalar graph along one element of an input. */
function difference(
  cost: Node,
  values: Map<Node, NDArray>,
  input: Node,
  element: number,
  eps: number,
): number {
  const at = (by: number): number => {
    const before = values.get(input) as NDArray;
    const data = before.data.slice();
    data[element] += by;
    const moved = new Map(values).set(input, { ...before, data });
    return evaluateNodes([cost], moved, { precision: "float64" })[0].data[0];
  };
  return (at(eps) - at(-eps)) / (2 * eps);
}

function checkGradient(
  cost: Node,
  values: Map<Node, NDArray>,
  wrt: readonly Node[],
  eps: number,
  tolerance: [number, number],
): string[] {
  const grads = gradients(cost, wrt);
  const symbolic = evaluateNodes(grads, values, { precision: "float64" });
  const wrong: string[] = [];
  wrt.forEach((input, n) => {
    symbolic[n].data.forEach((value, i) => {
      const numeric = difference(cost, values, input, i, eps);
      if (!close([value], [numeric], tolerance[0], tolerance[1]))
        wrong.push(`input ${n}[${i}]: ${value}, numerically ${numeric}`);
    });
  });
  return wrong;
}

test("gradients agree with central differences (float64, eps 1e-6, rtol 1e-3, atol 1e-5)", (t) => {
  let checked = 0;
  const skipped: string[] = [];
  for (const op of withSamples) {
    if (typeof op.gradient !== "function") {
      skipped.push(`${op.name}: ${op.gradient.none}`);
      continue;
    }
    for (const [n, sample] of op.samples.entries()) {
      const random = new Random(seed + n);
      const { node, inputs, values } = instantiate(op, sample, random);
      const wrt = inputs.filter((input) => input.type.dtype === "float64");
      if (!isFloat(node.type.dtype) || node.type.dtype !== "float64" || wrt.length === 0) continue;
      const { cost, weights, value } = project(node, random);
      values.set(weights, value);
      const reached = wrt.filter((x) => {
        try {
          gradients(cost, [x]);
          return true;
        } catch {
          return false; // The op has no derivative in this operand: sign, floor, fill's shape …
        }
      });
      t.deepEqual(
        checkGradient(cost, values, reached, 1e-6, [1e-3, 1e-5]),
        [],
        `${op.name}, sample ${n}`,
      );
      checked += reached.length;
    }
  }
  t.log(`${checked} gradients; without one: ${skipped.join("; ") || "none"}`);
  t.true(checked > 150);
});

test("the inner product ⟨vjp(t), u⟩ equals the directional derivative", (t) => {
  let checked = 0;
  for (const op of withSamples) {
    if (typeof op.gradient !== "function") continue;
    for (const [n, sample] of op.samples.entries()) {
      const random = new Random(seed + 100 + n);
      const { node, inputs, values } = instantiate(op, sample, random);
      const wrt = inputs.filter((input) => input.type.dtype === "float64");
      if (node.type.dtype !== "float64" || wrt.length === 0) continue;
      const { cost, weights, value } = project(node, random);
      values.set(weights, value);
      let grads: Node[];
      try {
        grads = gradients(cost, wrt);
      } catch {
        continue;
      }
      const directions = wrt.map((x) => random.array("float64", x.shape as number[], [-1, 1]));
      const vjp = evaluateNodes(grads, values, { precision: "float64" });
      const product = vjp.reduce(
        (s, g, i) => s + g.data.reduce((a, v, k) => a + v * directions[i].data[k], 0),
        0,
      );
      const eps = 1e-6;
      const shifted = (by: number): number => {
        const moved = new Map(values);
        wrt.forEach((x, i) => {
          const old = values.get(x) as NDArray;
          moved.set(x, { ...old, data: old.data.map((v, k) => v + by * directions[i].data[k]) });
        });
        return evaluateNodes([cost], moved, { precision: "float64" })[0].data[0];
      };
      const numeric = (shifted(eps) - shifted(-eps)) / (2 * eps);
      t.true(
        close([product], [numeric], 1e-4, 1e-6),
        `${op.name}, sample ${n}: ${product} and ${numeric}`,
      );
      checked++;
    }
  }
  t.log(`${checked} inner products`);
  t.true(checked > 100);
});

test("second derivatives agree with central differences of the first", (t) => {
  let checked = 0;
  for (const op of withSamples) {
    if (typeof op.gradient !== "function") continue;
    const [sample, n] = [op.samples.at(-1) as Sample, op.samples.length - 1];
    const random = new Random(seed + 200 + n);
    const { node, inputs, values } = instantiate(op, sample, random);
    const wrt = inputs.filter((input) => input.type.dtype === "float64");
    if (node.type.dtype !== "float64" || wrt.length === 0) continue;
    // A curved function of the result, so that linear ops have a second derivative as well.
    const { cost, weights, value } = project(sigmoid(node), random);
    values.set(weights, value);
    let first: Node[];
    try {
      first = gradients(cost, wrt);
    } catch {
      continue;
    }
    const second = first.reduce<Node>(
      (s, g, i) => add(s, sum(mul(g, literal(0.3 + i, "float64")))),
      literal(0, "float64"),
    );
    let reached: Node[];
    try {
      gradients(second, wrt);
      reached = wrt;
    } catch {
      continue;
    }
    t.deepEqual(checkGradient(second, values, reached, 1e-5, [1e-3, 1e-4]), [], op.name);
    checked++;
  }
  t.log(`${checked} second derivatives`);
  t.true(checked > 40);
});

test("generated TypeScript computes what the interpreter computes", async (t) => {
  let checked = 0;
  for (const op of withSamples) {
    for (const [n, sample] of op.samples.entries()) {
      const { node, values } = instantiate(op, sample, new Random(seed + 300 + n));
      const [generated] = await runGenerated([node], values);
      const [expected] = runInterpreter([node], values);
      t.true(
        close(generated, expected, 1e-6, 1e-9),
        `${op.name}, sample ${n}: ${generated} and ${expected}`,
      );
      checked++;
    }
  }
  t.log(`${checked} kernels`);
});

test("special values come out of generated code as of the interpreter", async (t) => {
  const special = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    -0,
    1e30,
    -1e30,
    1e-30,
    1,
  ];
  let checked = 0;
  for (const op of withSamples) {
    if (!op.elementwise || op.samples[0].inputs.some((i) => (i.dtype ?? "float64") !== "float64"))
      continue;
    const arity = op.samples[0].inputs.length;
    if (op.samples[0].inputs.length === 0) continue;
    const pairs =
      arity === 1 ? special.map((x) => [x]) : special.flatMap((x) => special.map((y) => [x, y]));
    if (arity > 2) continue;
    const inputs = Array.from({ length: arity }, () => symbol("float64", [pairs.length]));
    const values = new Map(
      inputs.map((x, i) => [
        x,
        {
          dtype: "float64" as const,
          shape: [pairs.length],
          data: Float64Array.from(pairs, (p) => p[i]),
        },
      ]),
    );
    const node = makeNode(op, inputs, op.samples[0].attrs ?? {});
    const [generated] = await runGenerated([node], values);
    const [expected] = runInterpreter([node], values);
    const differ = pairs.filter((_, i) => !close([generated[i]], [expected[i]], 1e-12));
    t.deepEqual(differ, [], op.name);
    checked += pairs.length;
  }
  t.log(`${checked} special values`);
});
