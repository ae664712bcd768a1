/** Forward derivatives and Jacobians of every op by its own record, against reverse ones and differences. */

import test from "ava";
import { AdjointError } from "../../compiler/diagnostics/error.ts";
import { pushedForward } from "../../compiler/gradient/directional.ts";
import { pullBack } from "../../compiler/gradient/grad.ts";
import { jacobians } from "../../compiler/gradient/jacobian.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { type Node, topological } from "../../compiler/graph/node.ts";
import { isFloat } from "../../compiler/graph/types.ts";
import { sigmoid } from "../../compiler/ops/exponential.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import type { AnyOp } from "../../compiler/ops/op.ts";
import { simplifyNodes } from "../../compiler/simplify/simplify.ts";
import { close, runGenerated } from "../support/compile.ts";
import { Random } from "../support/random.ts";
import { instantiate, type SampleCase, withSamples } from "../support/samples.ts";

const seed = Number(process.env.SEED ?? 1);
const inDouble = { precision: "float64" } as const;
const dotOf = (a: NDArray, b: NDArray): number => a.data.reduce((s, v, i) => s + v * b.data[i], 0);

interface Differentiable extends SampleCase {
  readonly op: AnyOp;
  readonly name: string;
  /** Float operands. */
  readonly wrt: readonly Node[];
  /** Symbols of a direction for each operand and of a cotangent, with values. */
  readonly tangents: readonly Node[];
  readonly cotangent: Node;
}

/** Why an op is in none of these tests. */
function excluded(op: AnyOp): string | undefined {
  if (typeof op.gradient !== "function") return op.gradient.none;
  if (!op.samples.some(({ inputs }) => inputs.some(({ dtype }) => isFloat(dtype ?? "float64"))))
    return "no operand is a float";
  const makesFloats = op.samples.some((sample) => {
    const { node } = instantiate(op, sample, new Random(seed));
    return isFloat(node.type.dtype);
  });
  return makesFloats ? undefined : "the result is no float";
}

const ops = withSamples.filter((op) => excluded(op) === undefined);

/** All samples of all ops with a float result and float operands. */
function cases(from: number): Differentiable[] {
  return ops.flatMap((op) =>
    op.samples.flatMap((sample, n) => {
      const random = new Random(seed + from + n);
      const made = instantiate(op, sample, random);
      const wrt = made.inputs.filter((input) => isFloat(input.type.dtype));
      if (!isFloat(made.node.type.dtype) || wrt.length === 0) return [];
      const draw = (like: Node): Node => {
        const { dtype } = like.type;
        const node = symbol(dtype, like.shape);
        made.values.set(node, random.array(dtype, like.shape as number[], [-1, 1]));
        return node;
      };
      const tangents = wrt.map(draw);
      const cotangent = draw(made.node);
      return [{ ...made, op, name: `${op.name}, sample ${n}`, wrt, tangents, cotangent }];
    }),
  );
}

const forward = ({ node, wrt, tangents }: Differentiable): Node =>
  pushedForward([node], wrt, tangents, { disconnectedOutputs: "ignore" })[0];
const backward = ({ node, wrt, cotangent }: Differentiable): Node[] =>
  pullBack([node], wrt, [cotangent], { disconnectedInputs: "ignore" });

test("no op with a gradient is left out", (t) => {
  const left = withSamples.flatMap((op) => {
    const why = excluded(op);
    return why === undefined ? [] : [`${op.name}: ${why}`];
  });
  t.log(`${ops.length} ops; left out ${left.length}: ${left.join("; ")}`);
  t.true(ops.length > 60);
  const derived = ops.filter(({ pushforward }) => pushforward === undefined).length;
  t.log(`${ops.length - derived} forward rules of their own, ${derived} derived from the record`);
});

test("⟨u, Rop(v)⟩ = ⟨Lop(u), v⟩ for every op", (t) => {
  let checked = 0;
  const surrogates: string[] = [];
  const seen = new Set<AnyOp>();
  for (const c of cases(0)) {
    const [ahead, u, ...rest] = evaluateNodes(
      [forward(c), c.cotangent, ...c.tangents, ...backward(c)],
      c.values,
      inDouble,
    );
    const points = rest.slice(0, c.wrt.length);
    const back = rest.slice(c.wrt.length);
    const left = dotOf(ahead, u);
    const right = back.reduce((s, g, i) => s + dotOf(g, points[i]), 0);
    if (c.op.surrogate && !close([left], [right], 1e-9)) {
      surrogates.push(`${c.name}: ${c.op.surrogate}`);
      continue;
    }
    t.true(close([left], [right], 1e-9, 1e-11), `${c.name}: ${left} and ${right}`);
    seen.add(c.op);
    checked++;
  }
  t.log(`${checked} products of ${seen.size} ops from seed ${seed}`);
  t.log(`meant to differ: ${[...new Set(surrogates)].join("; ") || "none"}`);
  t.is(seen.size, ops.length);
});

test("Rop is the directional derivative of every op (central differences, eps 1e-6, rtol 1e-4)", (t) => {
  let checked = 0;
  for (const c of cases(100)) {
    if (c.op.surrogate) continue;
    const [ahead] = evaluateNodes([forward(c)], c.values, inDouble);
    const at = (by: number): Float64Array => {
      const moved = new Map(c.values);
      c.wrt.forEach((x, i) => {
        const [old, way] = [x, c.tangents[i]].map((n) => c.values.get(n) as NDArray);
        moved.set(x, { ...old, data: old.data.map((v, k) => v + by * way.data[k]) });
      });
      return evaluateNodes([c.node], moved, inDouble)[0].data;
    };
    const [up, down] = [at(1e-6), at(-1e-6)];
    const numeric = Array.from(up, (v, i) => (v - down[i]) / 2e-6);
    t.true(close(Array.from(ahead.data), numeric, 1e-4, 1e-6), `${c.name}: ${ahead.data}`);
    checked++;
  }
  t.log(`${checked} directional derivatives`);
  t.true(checked > 200);
});

test("Rop of a gradient is the gradient of ⟨gradient, v⟩", (t) => {
  let checked = 0;
  const without = new Set<string>();
  for (const c of cases(200)) {
    if (c.op.surrogate) continue;
    const curved = { ...c, node: sigmoid(c.node) };
    const first = backward(curved);
    const options = { disconnectedOutputs: "ignore", disconnectedInputs: "ignore" } as const;
    let ahead: Node[];
    let twice: Node[];
    try {
      ahead = pushedForward(first, c.wrt, c.tangents, options);
      twice = pullBack(first, c.wrt, c.tangents, options);
    } catch (error) {
      if (!(error instanceof AdjointError && error.code === "ADJ2003")) throw error;
      without.add(error.message);
      continue;
    }
    const values = evaluateNodes([...ahead, ...twice], c.values, inDouble);
    for (const [i] of c.wrt.entries()) {
      const [a, b] = [values[i], values[c.wrt.length + i]];
      t.true(close(Array.from(a.data), Array.from(b.data), 1e-8, 1e-10), `${c.name}, operand ${i}`);
      checked++;
    }
  }
  t.log(`${checked} second derivatives, which are symmetric; without: ${[...without].join("; ")}`);
  t.true(checked > 200);
});

test("Jacobians have the cotangents of unit vectors as rows, simplified or not, in generated code", async (t) => {
  let checked = 0;
  const loops = new Set<string>();
  for (const c of cases(300)) {
    if (c.op.surrogate) continue;
    const whole = jacobians(c.node, c.wrt, { disconnectedInputs: "ignore" });
    for (const node of topological(whole)) if (node.op.tuple) loops.add(c.op.name);
    const pulled = backward(c);
    const [plain, simple] = [whole, simplifyNodes(whole).roots].map((roots) =>
      evaluateNodes(roots, c.values, inDouble),
    );
    const zero = c.values.get(c.cotangent) as NDArray;
    for (let row = 0; row < zero.data.length; row++) {
      const unit = new Map(c.values);
      unit.set(c.cotangent, { ...zero, data: zero.data.map((_, i) => Number(i === row)) });
      const expected = evaluateNodes(pulled, unit, inDouble);
      for (const [i, { data }] of expected.entries()) {
        const from = row * data.length;
        for (const form of [plain, simple]) {
          const own = form[i].data.slice(from, from + data.length);
          t.true(close(Array.from(own), Array.from(data), 1e-9, 1e-11), `${c.name}, row ${row}`);
        }
        checked++;
      }
    }
  }
  t.log(`${checked} rows`);
  t.deepEqual([...loops], [], "by a loop over rows");
  // Each op's last sample as generated code.
  let kernels = 0;
  for (const c of cases(400).filter((d, i, all) => all[i + 1]?.op !== d.op)) {
    const whole = jacobians(c.node, c.wrt, { disconnectedInputs: "ignore" });
    const used = new Set(topological(whole));
    const values = new Map([...c.values].filter(([x]) => used.has(x)));
    const generated = await runGenerated(whole, values);
    const expected = evaluateNodes(whole, values);
    t.true(
      expected.every(({ data }, i) => close(generated[i], Array.from(data), 1e-7, 1e-10)),
      `${c.name} in generated code`,
    );
    kernels += whole.length;
  }
  t.log(`${kernels} Jacobians in generated code`);
});

test("every op's Rop names what is missing", (t) => {
  const silent = [...allOps.values()].filter(
    (op) => typeof op.gradient !== "function" && op.gradient.none.length === 0,
  );
  t.deepEqual(silent, []);
});
