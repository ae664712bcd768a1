/** What is known of integers: the range of their values, and how far two of them are apart. */

import type { Node } from "../graph/node.ts";
import { constantValue } from "./leaf.ts";

export interface IntRange {
  readonly min: number;
  readonly max: number;
}

/** Bounds that every element is sure to keep; undefined where nothing is known. */
export function intRange(node: Node): IntRange | undefined {
  const { op, inputs, attrs } = node;
  if (op.name === "constant") {
    const values = [attrs.value].flat() as number[];
    return {
      min: values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      max: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    };
  }
  if (op.bounds) {
    const types = inputs.map((input) => input.type);
    return op.bounds(types, attrs);
  }
  const known = inputs.map(intRange);
  const [a, b] = known;
  switch (op.name) {
    case "arange": {
      const { start, step, length } = attrs as {
        start: number;
        step: number;
        length: number | string;
      };
      if (typeof length !== "number") return undefined;
      const end = start + step * Math.max(0, length - 1);
      return { min: Math.min(start, end), max: Math.max(start, end) };
    }
    case "clip": {
      const [, low, high] = known;
      return low && high ? { min: low.min, max: high.max } : undefined;
    }
    case "cast":
      return inputs[0].type.dtype === "bool"
        ? { min: 0, max: 1 }
        : node.type.dtype === "float32"
          ? undefined
          : a;
    case "mod":
      return b && b.min > 0 ? { min: 0, max: b.max - 1 } : undefined;
    case "where":
      return known[1] && known[2] ? union(known[1], known[2]) : undefined;
    case "maximum":
      return a && b ? { min: Math.max(a.min, b.min), max: Math.max(a.max, b.max) } : undefined;
    case "minimum":
      return a && b ? { min: Math.min(a.min, b.min), max: Math.min(a.max, b.max) } : undefined;
    case "add":
      return a && b ? { min: a.min + b.min, max: a.max + b.max } : undefined;
    case "sub":
      return a && b ? { min: a.min - b.max, max: a.max - b.min } : undefined;
    case "neg":
      return a ? { min: -a.max, max: -a.min } : undefined;
    case "mul": {
      if (!a || !b) return undefined;
      const products = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max];
      return { min: Math.min(...products), max: Math.max(...products) };
    }
    default:
      return op.movement || op.name === "copy" ? a : undefined;
  }
}

const union = (a: IntRange, b: IntRange): IntRange => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});

/** An integer scalar as Σ coefficient·node + constant. */
export interface Affine {
  readonly terms: ReadonlyMap<Node, number>;
  readonly constant: number;
}

export function affineOf(node: Node): Affine {
  const value = constantValue(node);
  if (value !== undefined) return { terms: new Map(), constant: value };
  const [a, b] = node.inputs;
  switch (node.op.name) {
    case "add":
      return plus(affineOf(a), affineOf(b), 1);
    case "sub":
      return plus(affineOf(a), affineOf(b), -1);
    case "neg":
      return plus({ terms: new Map(), constant: 0 }, affineOf(a), -1);
    case "mul": {
      const [x, y] = [affineOf(a), affineOf(b)];
      if (y.terms.size === 0) return plus({ terms: new Map(), constant: 0 }, x, y.constant);
      if (x.terms.size === 0) return plus({ terms: new Map(), constant: 0 }, y, x.constant);
      break;
    }
    case "cast":
      if (a.type.dtype === "int32" || a.type.dtype === "int64") return affineOf(a);
  }
  return { terms: new Map([[node, 1]]), constant: 0 };
}

function plus(a: Affine, b: Affine, scale: number): Affine {
  const terms = new Map(a.terms);
  for (const [node, coefficient] of b.terms) {
    const sum = (terms.get(node) ?? 0) + scale * coefficient;
    if (sum === 0) terms.delete(node);
    else terms.set(node, sum);
  }
  return { terms, constant: a.constant + scale * b.constant };
}

/** b − a, where it does not depend on any symbol. */
export function constantDifference(a: Node, b: Node): number | undefined {
  const { terms, constant } = plus(affineOf(b), affineOf(a), -1);
  return terms.size === 0 ? constant : undefined;
}
