/** Random well-typed graphs: simplified = unsimplified, generated = interpreted, gradient = differences. */

import test from "ava";
import { gradients } from "../compiler/gradient/grad.ts";
import { evaluateNodes } from "../compiler/graph/evaluate.ts";
import type { NDArray } from "../compiler/graph/ndarray.ts";
import { type Node, topological } from "../compiler/graph/node.ts";
import { pp } from "../compiler/graph/print.ts";
import * as a from "../compiler/ops/arithmetic.ts";
import * as c from "../compiler/ops/comparison.ts";
import * as e from "../compiler/ops/exponential.ts";
import { at, span } from "../compiler/ops/indexing.ts";
import { concatenate } from "../compiler/ops/joining.ts";
import { symbol } from "../compiler/ops/leaf.ts";
import { dot } from "../compiler/ops/product.ts";
import * as r from "../compiler/ops/reduction.ts";
import * as s from "../compiler/ops/shape.ts";
import { logSoftmax, logsumexp, softmax } from "../compiler/ops/softmax.ts";
import { simplifyNodes } from "../compiler/simplify/simplify.ts";
import { close, runGenerated } from "./support/compile.ts";
import { Random } from "./support/random.ts";

const base = Number(process.env.SEED ?? 20260101);
const count = Number(process.env.GRAPHS ?? 500);

interface Graph {
  readonly root: Node;
  readonly values: Map<Node, NDArray>;
}

/** Values stay moderate and smooth functions dominate, so that differences are meaningful. */
function randomGraph(seed: number): Graph {
  const random = new Random(seed);
  const leaves = [[2, 3], [3], [2, 1], [], [3, 2]].map((shape) => symbol("float64", shape));
  const pool: Node[] = [...leaves];
  const fitting = (x: Node): Node => {
    const candidates = pool.filter((y) => {
      const long = x.shape.length >= y.shape.length ? x.shape : y.shape;
      const short = long === x.shape ? y.shape : x.shape;
      return short.every(
        (dim, i) =>
          dim === 1 ||
          long[long.length - short.length + i] === 1 ||
          dim === long[long.length - short.length + i],
      );
    });
    return random.pick(candidates);
  };
  const unary = [
    e.tanh,
    e.sigmoid,
    e.sin,
    e.cos,
    a.neg,
    e.softplus,
    (x: Node) => a.square(e.tanh(x)),
    (x: Node) => e.exp(e.tanh(x)),
    (x: Node) => a.logOf(a.add(1.5, e.tanh(x))),
    (x: Node) => a.sqrt(a.add(1, a.square(x))),
  ];
  const binary = [a.add, a.sub, a.mul, (x: Node, y: Node) => a.div(x, a.add(1.5, e.tanh(y)))];
  const steps = random.int(4, 14);
  for (let i = 0; i < steps; i++) {
    const x = random.pick(pool.slice(-6));
    const rank = x.shape.length;
    const kind = random.int(0, 12);
    let next: Node;
    if (kind < 3) next = random.pick(unary)(x);
    else if (kind < 7) next = random.pick(binary)(x, fitting(x));
    else if (kind === 7 && rank > 0)
      next = random.pick([r.sum, r.mean, logsumexp])(x, random.pick([undefined, rank - 1, 0]), {
        keepdims: random.unit() < 0.5,
      });
    else if (kind === 8 && rank === 2) {
      const partner = pool.find((y) => y.shape.length === 2 && y.shape[0] === x.shape[1]);
      next = partner ? dot(x, partner) : s.transpose(x);
    } else if (kind === 9 && rank > 0) next = random.pick([softmax, logSoftmax])(x);
    else if (kind === 10 && rank > 0)
      next = random.pick([
        () => s.flatten(x),
        () => s.transpose(x),
        () => concatenate([x, a.mul(2, x)], 0),
        () => at(x, span(0, 1)),
        () => at(x, [0, 0]),
      ])();
    else next = c.where(c.gt(x, 0.1), a.mul(x, x), a.mul(0.5, x));
    if (next.shape.reduce<number>((n, d) => n * (d as number), 1) <= 64) pool.push(next);
  }
  const root = r.sum(e.tanh(pool[pool.length - 1]));
  const values = new Map(
    topological([root])
      .filter((n) => n.op.name === "symbol")
      .map((n): [Node, NDArray] => [n, random.array("float64", n.shape as number[], [-1.5, 1.5])]),
  );
  return { root, values };
}

/** The smallest node below a failing root that fails as well: easier to read. */
function shrink(root: Node, fails: (node: Node) => boolean): string {
  const smallest = topological([root]).find((node) => !node.op.leaf && fails(node));
  return pp(smallest ?? root);
}

test(`simplified graphs compute the same (${count} graphs, float64, relative 1e-9)`, (t) => {
  for (let i = 0; i < count; i++) {
    const { root, values } = randomGraph(base + i);
    const differs = (node: Node): boolean => {
      const [before, after] = evaluateNodes([node, ...simplifyNodes([node]).roots], values, {
        precision: "float64",
      });
      return !close(Array.from(before.data), Array.from(after.data), 1e-9, 1e-12);
    };
    if (differs(root)) return t.fail(`seed ${base + i}: ${shrink(root, differs)}`);
  }
  t.log(`${count} graphs from seed ${base}`);
  t.pass();
});

test(`gradients agree with differences, simplified or not (${count} graphs)`, (t) => {
  let compared = 0;
  for (let i = 0; i < count; i++) {
    const { root, values } = randomGraph(base + i);
    const wrt = [...values.keys()];
    if (wrt.length === 0) continue;
    let grads: Node[];
    try {
      grads = gradients(root, wrt);
    } catch {
      continue;
    }
    const raw = evaluateNodes(grads, values, { precision: "float64" });
    const simple = evaluateNodes(simplifyNodes(grads).roots, values, { precision: "float64" });
    for (const [n, x] of wrt.entries()) {
      t.true(
        close(Array.from(raw[n].data), Array.from(simple[n].data), 1e-7, 1e-10),
        `seed ${base + i}: simplified gradient, ${pp(root)}`,
      );
      const k = i % raw[n].data.length;
      const eps = 1e-6;
      const [up, down] = [eps, -eps].map((by) => {
        const old = values.get(x) as NDArray;
        const data = old.data.slice();
        data[k] += by;
        return evaluateNodes([root], new Map(values).set(x, { ...old, data }), {
          precision: "float64",
        })[0].data[0];
      });
      const numeric = (up - down) / (2 * eps);
      t.true(
        close([raw[n].data[k]], [numeric], 1e-3, 1e-5),
        `seed ${base + i}: ${raw[n].data[k]} and ${numeric}, ${pp(root)}`,
      );
      compared++;
    }
  }
  t.log(`${compared} derivatives from seed ${base}`);
  t.true(compared > count);
});

test(`generated code computes what the interpreter does (${count} graphs with their gradients)`, async (t) => {
  for (let i = 0; i < count; i++) {
    const { root, values } = randomGraph(base + i);
    let outputs = [root];
    try {
      outputs = [root, ...gradients(root, [...values.keys()])];
    } catch {
      // Some graphs do not depend on all leaves.
    }
    const expected = evaluateNodes(outputs, values).map((v) => Array.from(v.data));
    const generated = await runGenerated(outputs, values);
    for (const [n, want] of expected.entries()) {
      if (!close(generated[n], want, 1e-7, 1e-10))
        return t.fail(
          `seed ${base + i}, output ${n}: ${generated[n]} and ${want}: ${pp(outputs[n])}`,
        );
    }
  }
  t.log(`${count} graphs from seed ${base}`);
  t.pass();
});
