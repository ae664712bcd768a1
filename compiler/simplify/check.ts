/** `--debug`: every rewrite is evaluated on both sides, so that a wrong rule is named where it fires. */

import { AdjointError, fail } from "../diagnostics/error.ts";
import { evaluateNodes } from "../graph/evaluate.ts";
import { build, type NDArray } from "../graph/ndarray.ts";
import { type Node, topological } from "../graph/node.ts";
import { pp } from "../graph/print.ts";
import { isFloat, sizesOf } from "../graph/types.ts";
import { symbol } from "../ops/leaf.ts";
import { randomAt } from "../ops/threefry.ts";
import type { Rewrite } from "./simplify.ts";

/** Where values are drawn: anywhere about 0, and where logarithms and roots are real. */
const domains = [
  [-2, 2],
  [0.2, 2],
] as const;

/** float64 is compared to this, relative to the largest element. */
const tolerance = 1e-6;

/** Longest expression that is printed whole. */
export const printed = { names: true, longest: 240 } as const;

/**
 * Evaluates both sides of a rewrite on samples.
 *
 * Values that both sides contain are drawn themselves, which keeps the check as small as the rewrite;
 * only if the sides then differ – the rule may rely on how a value is made – all is computed from inputs.
 *
 * @throws ADJ9002 with the name of the rule
 */
export function checkRewrite(rewrite: Rewrite): void {
  const { rule, before, after } = rewrite;
  for (const [round, domain] of domains.entries()) {
    if (!difference(rewrite, shared(before, after), domain, round)) continue;
    const found = difference(rewrite, new Set(), domain, round);
    if (!found) continue;
    fail(
      "ADJ9002",
      `the rule ${rule.name} (${rule.tier}: ${rule.statement}) changed a value: ${pp(before, printed)} is ${found[0]}, ${pp(after, printed)} is ${found[1]}`,
      before.site ? { site: before.site } : {},
    );
  }
}

/** Float values in both expressions, without the roots. */
function shared(before: Node, after: Node): ReadonlySet<Node> {
  const inAfter = new Set(topological([after]));
  return new Set(
    topological([before]).filter(
      (node) => node !== before && node !== after && inAfter.has(node) && isFloat(node.type.dtype),
    ),
  );
}

/** The first element that differs, on both sides. */
function difference(
  { before, after }: Rewrite,
  cut: ReadonlySet<Node>,
  domain: readonly [number, number],
  round: number,
): readonly [number, number] | undefined {
  const inside = topological([before, after], cut);
  const bindings = new Map<Node, NDArray>();
  const size = Math.max(
    4,
    ...inside.flatMap((node) => node.shape.filter((d) => typeof d === "number")),
  );
  for (const name of new Set(inside.flatMap((node) => sizesOf(node.shape))))
    bindings.set(symbol("float64", [name]), draw("float64", [size], domain, 0));
  for (const [i, node] of inside.entries()) {
    const isInput = node.op.leaf === true && node.op.name !== "constant";
    if (!isInput && !(cut.has(node) && node.op.name !== "constant")) continue;
    const shape = node.shape.map((d) => (typeof d === "number" ? d : size));
    bindings.set(node, draw(node.type.dtype, shape, domain, 1000 * round + i));
  }
  let values: NDArray[];
  try {
    values = evaluateNodes([before, after], bindings, { precision: "float64" });
  } catch (error) {
    // What the interpreter refuses (a size that nothing has) cannot be compared.
    if (error instanceof AdjointError) return undefined;
    throw error;
  }
  return firstDifference(values[0].data, values[1].data);
}

function draw(
  dtype: Node["type"]["dtype"],
  shape: readonly number[],
  [low, high]: readonly [number, number],
  stream: number,
): NDArray {
  return build(dtype, shape, (_, i) => {
    const unit = randomAt(20, stream, 0, i);
    return isFloat(dtype) ? low + (high - low) * unit : Math.floor(2 * unit);
  });
}

/** Compared where the left side is finite: rules may fill what is not. */
function firstDifference(
  left: Float64Array,
  right: Float64Array,
): readonly [number, number] | undefined {
  const size = left.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0);
  const isClose = (a: number, b: number): boolean =>
    Math.abs(a - b) <= tolerance * (Math.abs(a) + 1e-2 * size) + 1e-9;
  const at = left.findIndex((v, i) => Number.isFinite(v) && !isClose(v, right[i]));
  return at < 0 ? undefined : [left[at], right[at]];
}
