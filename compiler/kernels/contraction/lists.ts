/** Lists of what is not 0 in a row of a sparse value: how targets fill them. */

import {
  type Axis,
  axisIndex,
  constant,
  indexAdd,
  indexMul,
  newAxis,
  rangeOf,
  rewrite,
  type Scalar,
  walk,
} from "../scalar.ts";
import { elementsOf } from "./operand.ts";
import type { Routed } from "./routed.ts";

/** Loops over the steps of a list: axes that its value divides are two, so that nothing is divided in them. */
export interface Steps {
  readonly axes: readonly Axis[];
  readonly value: Scalar;
  readonly at: Scalar;
}

export function stepsOf({ steps, value, dense }: Routed): Steps {
  const outer: Axis[] = [];
  const inner: Axis[] = [];
  const split = new Map<Axis, Scalar>();
  for (const axis of steps) {
    const by = divisorOf(value, axis);
    const extent = axis.extent as number;
    if (!by || extent % by !== 0) {
      outer.push(axis);
      continue;
    }
    const [whole, rest] = [newAxis(extent / by), newAxis(by)];
    outer.push(whole);
    inner.push(rest);
    split.set(axis, indexAdd(indexMul(axisIndex(whole), constant(by, "int32")), axisIndex(rest)));
  }
  const replace = (s: Scalar): Scalar =>
    rewrite(s, (part) => (part.kind === "axis" ? split.get(part.axis) : undefined));
  return { axes: [...outer, ...inner], value: replace(value), at: replace(dense.at) };
}

/** What an axis is divided by in a value. */
function divisorOf(value: Scalar, axis: Axis): number | undefined {
  for (const s of walk(value)) {
    if (s.kind !== "call" || s.fn !== "div" || s.dtype !== "int32") continue;
    const [of, by] = s.args;
    if (of.kind === "axis" && of.axis === axis && by.kind === "const") return by.value;
  }
  return undefined;
}

/** Where a value is not 0, and what it is there, if that can be read everywhere: over flat memory. */
export function choiceOf(value: Scalar): [condition: Scalar | undefined, element: Scalar] {
  if (value.kind === "call" && value.fn === "where") {
    const [condition, element, otherwise] = value.args;
    const isZero = otherwise.kind === "const" && otherwise.value === 0;
    if (isZero && isInside(element)) return [elementsOf(condition), elementsOf(element)];
  }
  return [undefined, elementsOf(value)];
}

/** Whether all loads of an expression lie in memory: places behind the last whole window may not. */
const isInside = (s: Scalar): boolean =>
  walk(s).every(
    (part) =>
      part.kind !== "load" ||
      part.index.every((i, d) => {
        const extent = part.node.shape[d];
        if (i.kind === "axis" && i.axis.extent === extent) return true;
        const { min, max } = rangeOf(i);
        return min >= 0 && typeof extent === "number" && max < extent;
      }),
  );
