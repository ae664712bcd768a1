/** Spellings of softmax, sigmoids, variances, norms … as they are found in books, and what they mean. */

import type { Node } from "../../compiler/graph/node.ts";
import * as a from "../../compiler/ops/arithmetic.ts";
import { gt, where } from "../../compiler/ops/comparison.ts";
import { arange } from "../../compiler/ops/creation.ts";
import { castTo } from "../../compiler/ops/elementwise.ts";
import * as e from "../../compiler/ops/exponential.ts";
import { prod } from "../../compiler/ops/factors.ts";
import { at } from "../../compiler/ops/indexing.ts";
import { asNode } from "../../compiler/ops/leaf.ts";
import * as r from "../../compiler/ops/reduction.ts";
import * as s from "../../compiler/ops/shape.ts";

const keep = { keepdims: true };
const { add, sub, mul, div, neg, sqrt, square, pow } = a;
const { exp, log } = e;

/** e^x / Σ e^x and its kin, as they are found in books. */
const sigmoids: Record<string, (x: Node) => Node> = {
  "1 / (1 + e⁻ˣ)": (x) => div(1, add(1, exp(neg(x)))),
  "eˣ / (1 + eˣ)": (x) => div(exp(x), add(1, exp(x))),
  "eˣ / (eˣ + 1)": (x) => div(exp(x), add(exp(x), 1)),
  "(1 + tanh(x/2)) / 2": (x) => div(add(1, e.tanh(div(x, 2))), 2),
  "1 − 1 / (1 + eˣ)": (x) => sub(1, div(1, add(1, exp(x)))),
};
const tanhs: Record<string, (x: Node) => Node> = {
  "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)": (x) => div(sub(exp(x), exp(neg(x))), add(exp(x), exp(neg(x)))),
  "(e²ˣ − 1) / (e²ˣ + 1)": (x) => div(sub(exp(mul(2, x)), 1), add(exp(mul(2, x)), 1)),
  "(1 − e⁻²ˣ) / (1 + e⁻²ˣ)": (x) => div(sub(1, exp(mul(-2, x))), add(1, exp(mul(-2, x)))),
  "2σ(2x) − 1": (x) => sub(mul(2, div(1, add(1, exp(mul(-2, x))))), 1),
  "1 − 2 / (e²ˣ + 1)": (x) => sub(1, div(2, add(exp(mul(2, x)), 1))),
};
const softmaxes: Record<string, (x: Node) => Node> = {
  "eˣ / Σ eˣ": (x) => div(exp(x), r.sum(exp(x), 1, keep)),
  "eˣ / (Σ eˣ)[:, newaxis]": (x) => div(exp(x), s.expandDims(r.sum(exp(x), 1), 1)),
  "eˣ · (1 / Σ eˣ)": (x) => mul(exp(x), div(1, r.sum(exp(x), 1, keep))),
  "shifted by the maximum": (x) => {
    const less = exp(sub(x, r.max(x, 1, keep)));
    return div(less, r.sum(less, 1, keep));
  },
  "e^(x − log Σ eˣ)": (x) => exp(sub(x, log(r.sum(exp(x), 1, keep)))),
};

export type Reference = (x: readonly number[], y: readonly number[]) => readonly number[];
interface Spelling {
  readonly name: string;
  readonly make: (x: Node, y: Node) => Node;
  /** What it means, row by row, in double precision; NaN where only "finite" is asked. */
  readonly means?: Reference;
  /** Whether there is a derivative at a row; everywhere when left out. */
  readonly hasSlope?: (x: readonly number[]) => boolean;
}

const sigma = (v: number): number => 1 / (1 + Math.exp(-v));
const softplus = (v: number): number => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const lse = (row: readonly number[]): number => {
  const top = Math.max(...row);
  return top + Math.log(row.reduce((t, v) => t + Math.exp(v - top), 0));
};
const logSoftmax = (row: readonly number[]): number[] => {
  const top = Math.max(...row);
  const less = row.map((v) => v - top);
  return less.map((v) => v - lse(less));
};
const each =
  (f: (v: number) => number): Reference =>
  (x) =>
    x.map(f);
export const total = (row: readonly number[]): number => row.reduce((t, v) => t + v, 0);
/** Shifted by the first value, so that equal values have variance 0 whatever they are. */
const variance = (row: readonly number[]): number => {
  const less = row.map((v) => v - row[0]);
  return total(less.map((v) => (v - total(less) / less.length) ** 2)) / row.length;
};
/** The same without the square of what is too large to be squared in float32. */
const standardDeviation = (row: readonly number[]): number => Math.sqrt(variance(row));
const from = (
  group: Record<string, (x: Node) => Node>,
  name: string,
  wrap: (f: (x: Node) => Node) => (x: Node, y: Node) => Node,
  means?: Reference,
): Spelling[] =>
  Object.entries(group).map(([key, f]) => ({
    name: `${name} ${key}`,
    make: wrap(f),
    ...(means ? { means } : {}),
  }));

const rows = (x: Node): Node => arange(x.shape[0] as number);
const kl =
  (f: (x: Node) => Node) =>
  (x: Node, y: Node): Node =>
    r.sum(mul(f(x), log(div(f(x), f(y)))), 1);
const klOfLogits: Reference = (x, y) => {
  const [p, q] = [logSoftmax(x), logSoftmax(y)];
  return [total(p.map((v, i) => Math.exp(v) * (v - q[i])))];
};

export const spellings: readonly Spelling[] = [
  ...from(sigmoids, "σ", (f) => f, each(sigma)),
  ...from(
    sigmoids,
    "log σ",
    (f) => (x) => log(f(x)),
    each((v) => -softplus(-v)),
  ),
  ...from(
    sigmoids,
    "log (1 − σ)",
    (f) => (x) => log(sub(1, f(x))),
    each((v) => -softplus(v)),
  ),
  ...from(
    sigmoids,
    "logit of σ",
    (f) => (x) => log(div(f(x), sub(1, f(x)))),
    each((v) => v),
  ),
  ...from(sigmoids, "Bernoulli likelihood, σ", (f) => (x, y) => {
    const t = e.sigmoid(y);
    return neg(add(mul(t, log(f(x))), mul(sub(1, t), log(sub(1, f(x))))));
  }),
  ...from(
    sigmoids,
    "silu, σ",
    (f) => (x) => mul(x, f(x)),
    each((v) => v * sigma(v)),
  ),
  ...from(tanhs, "tanh", (f) => f, each(Math.tanh)),
  ...from(
    softmaxes,
    "softmax",
    (f) => f,
    (x) => logSoftmax(x).map(Math.exp),
  ),
  ...from(softmaxes, "log softmax", (f) => (x) => log(f(x)), logSoftmax),
  ...from(
    softmaxes,
    "−log softmax[y]",
    (f) => (x) => neg(log(at(f(x), rows(x), [1, 0]))),
    undefined,
  ),
  ...from(
    softmaxes,
    "entropy",
    (f) => (x) => neg(r.sum(mul(f(x), log(f(x))), 1)),
    (x) => [-total(logSoftmax(x).map((v) => Math.exp(v) * v))],
  ),
  ...from(softmaxes, "KL divergence", kl, klOfLogits),
  ...from(
    softmaxes,
    "KL divergence from log p − log q",
    (f) => (x, y) => r.sum(mul(f(x), sub(log(f(x)), log(f(y)))), 1),
    klOfLogits,
  ),
  {
    name: "Bernoulli KL divergence",
    make: (x, y) => {
      const [p, q] = [x, y].map((v) => div(1, add(1, exp(neg(v)))));
      return add(mul(p, log(div(p, q))), mul(sub(1, p), log(div(sub(1, p), sub(1, q)))));
    },
    means: (x, y) =>
      x.map(
        (v, i) =>
          sigma(v) * (softplus(-y[i]) - softplus(-v)) + sigma(-v) * (softplus(y[i]) - softplus(v)),
      ),
  },
  { name: "softplus", make: (x) => log(add(1, exp(x))), means: each(softplus) },
  { name: "−log of e⁻ˣ", make: (x) => neg(log(exp(neg(x)))), means: each((v) => v) },
  { name: "log Σ eˣ", make: (x) => log(r.sum(exp(x), 1)), means: (x) => [lse(x)] },
  {
    name: "log of the mean of eˣ",
    make: (x) => log(r.mean(exp(x), 1)),
    means: (x) => [lse(x) - Math.log(x.length)],
  },
  {
    name: "max + log Σ e^(x − max)",
    make: (x) => {
      const top = r.max(x, 1, keep);
      return add(r.max(x, 1), log(r.sum(exp(sub(x, top)), 1)));
    },
    means: (x) => [lse(x)],
  },
  {
    name: "log (eˣ + eʸ)",
    make: (x, y) => log(add(exp(x), exp(y))),
    means: (x, y) => x.map((v, i) => lse([v, y[i]])),
  },
  {
    name: "log of a mixture",
    make: (x, y) => log(add(mul(0.25, exp(x)), mul(0.75, exp(y)))),
    means: (x, y) => x.map((v, i) => lse([v + Math.log(0.25), y[i] + Math.log(0.75)])),
  },
  {
    name: "log of a product of likelihoods",
    make: (x) => log(prod(div(1, add(1, exp(neg(x)))), 1)),
    means: (x) => [total(x.map((v) => -softplus(-v)))],
  },
  {
    name: "log pʸ(1 − p)¹⁻ʸ",
    make: (x) => {
      const p = div(1, add(1, exp(neg(x))));
      const t = asNode(0.25, "float32");
      return log(mul(pow(p, t), pow(sub(1, p), sub(1, t))));
    },
    means: each((v) => -0.25 * softplus(-v) - 0.75 * softplus(v)),
  },
  {
    name: "log of a choice of p and 1 − p",
    make: (x, y) => {
      const p = div(1, add(1, exp(neg(x))));
      return log(where(gt(y, 0), p, sub(1, p)));
    },
    means: (x, y) => x.map((v, i) => (y[i] > 0 ? -softplus(-v) : -softplus(v))),
  },
  {
    name: "eˣ / eʸ",
    make: (x, y) => e.tanh(log(div(exp(x), exp(y)))),
    means: (x, y) => x.map((v, i) => Math.tanh(v - y[i])),
  },
  {
    name: "mean(x²) − mean(x)²",
    make: (x) => sub(r.mean(square(x), 1), square(r.mean(x, 1))),
    means: (x) => [variance(x)],
  },
  {
    name: "√(mean(x²) − mean(x)²)",
    make: (x) => sqrt(sub(r.mean(square(x), 1), square(r.mean(x, 1)))),
    means: (x) => [standardDeviation(x)],
  },
  {
    name: "√Σ x²",
    make: (x) => sqrt(r.sum(square(x), 1)),
    means: (x) => [Math.hypot(...x)],
  },
  {
    name: "x / √Σ x²",
    make: (x) => div(x, sqrt(r.sum(square(x), 1, keep))),
    means: (x) => x.map((v) => v / Math.hypot(...x)),
  },
  ...from(
    softmaxes,
    "cross-entropy",
    (f) => (x, y) => neg(r.sum(mul(f(y), log(f(x))), 1)),
    (x, y) => [-total(logSoftmax(y).map((v, i) => Math.exp(v) * logSoftmax(x)[i]))],
  ),
  ...from(
    softmaxes,
    "log odds of classes",
    (f) => (x, y) => sub(log(f(x)), log(f(y))),
    (x, y) => logSoftmax(x).map((v, i) => v - logSoftmax(y)[i]),
  ),
  {
    name: "log cosh",
    make: (x) => log(div(add(exp(x), exp(neg(x))), 2)),
    means: each((v) => Math.abs(v) + Math.log1p(Math.exp(-2 * Math.abs(v))) - Math.LN2),
  },
  {
    name: "logistic loss",
    make: (x, y) => log(add(1, exp(neg(mul(x, e.tanh(y)))))),
    means: (x, y) => x.map((v, i) => softplus(-v * Math.tanh(y[i]))),
  },
  {
    name: "likelihood of labels of 0 and 1",
    make: (x, y) => {
      const p = div(1, add(1, exp(neg(x))));
      const t = castTo(gt(y, 0), "float32");
      return neg(add(mul(t, log(p)), mul(sub(1, t), log(sub(1, p)))));
    },
    means: (x, y) => x.map((v, i) => (y[i] > 0 ? softplus(-v) : softplus(v))),
  },
  {
    name: "mean of (x − mean)²",
    make: (x) => r.mean(square(sub(x, r.mean(x, 1, keep))), 1),
    means: (x) => [variance(x)],
  },
  {
    name: "Σx² / n − (Σx / n)²",
    make: (x) => sub(div(r.sum(square(x), 1), 3), square(div(r.sum(x, 1), 3))),
    means: (x) => [variance(x)],
  },
  {
    name: "root of the mean square",
    make: (x) => sqrt(r.mean(square(x), 1)),
    means: (x) => [Math.hypot(...x) / Math.sqrt(x.length)],
  },
  {
    name: "distance",
    make: (x, y) => sqrt(r.sum(square(sub(x, y)), 1)),
    means: (x, y) => [Math.hypot(...x.map((v, i) => v - y[i]))],
  },
  {
    name: "cosine",
    make: (x, y) =>
      div(
        r.sum(
          mul(div(x, sqrt(r.sum(square(x), 1, keep))), div(y, sqrt(r.sum(square(y), 1, keep)))),
          1,
        ),
        1,
      ),
    means: (x, y) => [total(x.map((v, i) => (v / Math.hypot(...x)) * (y[i] / Math.hypot(...y))))],
  },
  { name: "√(x·x)", make: (x) => sqrt(mul(x, x)), means: each(Math.abs) },
  { name: "log x²", make: (x) => log(square(x)), means: each((v) => 2 * Math.log(Math.abs(v))) },
];
