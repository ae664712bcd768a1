/**
 * A scan for many at once – all columns of a Jacobian – is one loop, whose states have the axis of the
 * many in front. Along time it comes second, so that an entry of a step is contiguous.
 */

import { makeNode, type Node } from "../graph/node.ts";
import { symbol } from "./leaf.ts";
import type { Stacked } from "./op.ts";
import type { ScanTools } from "./scan.tools.ts";
import type { Bound, Scan } from "./scan.ts";
import { dimshuffle, repeated } from "./shape.ts";
import { vectorise } from "./vectorise.ts";

/** The first two axes exchanged. */
const exchanged = (x: Node): Node => dimshuffle(x, [1, 0, ...x.shape.map((_, i) => i).slice(2)]);

/** The scan over operands of which some have one more axis; undefined where its step cannot be done so. */
export function vectoriseScan(
  tools: Pick<ScanTools, "make" | "open">,
  node: Node,
  operands: readonly Stacked[],
): Node | undefined {
  const scan = tools.open(node);
  const { sequences, states, invariants, outputs, until } = scan;
  const count = operands.find(({ stacked }) => stacked)?.node.shape[0];
  if (count === undefined || (scan.count && operands.at(-1)?.stacked)) return undefined;
  const wide = new Set<Node>();
  const bound = [...sequences, ...states, ...invariants];
  for (const [i, { formal }] of bound.entries()) if (operands[i].stacked) wide.add(formal);

  // A state is wide as soon as a wide value goes into it.
  const formals = new Map<Node, Node>();
  const widened = ({ type }: Node): Node => symbol(type.dtype, [count, ...type.shape]);
  const all = [...states.map((s) => s.result), ...outputs, ...(until ? [until] : [])];
  const step = (): (Stacked | undefined)[] => {
    for (const formal of wide) if (!formals.has(formal)) formals.set(formal, widened(formal));
    const bindings = bound.map(({ formal }): [Node, Stacked] => {
      const own = formals.get(formal);
      return [formal, { node: own ?? formal, stacked: own !== undefined }];
    });
    return vectorise(all, new Map(bindings), { loops: true });
  };
  let made = step();
  for (;;) {
    const more = states.filter((s, i) => made[i]?.stacked && !wide.has(s.formal));
    if (more.length === 0) break;
    for (const { formal } of more) wide.add(formal);
    made = step();
  }
  if (made.some((value) => value === undefined) || (until && made.at(-1)?.stacked))
    return undefined;
  const values = made as Stacked[];
  const formalOf = (formal: Node): Node => formals.get(formal) ?? formal;
  const operandOf = (i: number, formal: Node): Node =>
    wide.has(formal) ? repeated(operands[i], count) : operands[i].node;
  const invariantsFrom = sequences.length + states.length;
  const parts: Scan = {
    ...scan,
    sequences: sequences.map(
      ({ formal }, i): Bound => ({
        formal: formalOf(formal),
        operand: wide.has(formal) ? exchanged(operandOf(i, formal)) : operands[i].node,
      }),
    ),
    states: states.map(({ formal }, i) => ({
      formal: formalOf(formal),
      initial: operandOf(sequences.length + i, formal),
      result: wide.has(formal) ? repeated(values[i], count) : values[i].node,
    })),
    invariants: invariants.map(({ formal }, i) => ({
      formal: formalOf(formal),
      operand: operandOf(invariantsFrom + i, formal),
    })),
    outputs: values.slice(states.length, states.length + outputs.length).map((v) => v.node),
    ...(until ? { until: values.at(-1)?.node } : {}),
    ...(scan.count ? { count: operands.at(-1)?.node } : {}),
  };
  return tools.make(parts);
}

/** A part of such a scan, with the axis of the many in front of the steps. */
export function vectorisePart(
  [{ node: scan }]: readonly Stacked[],
  attrs: Node["attrs"],
  node: Node,
): Node | undefined {
  const part = makeNode(node.op, [scan], attrs);
  if (part.shape.length > node.shape.length) return exchanged(part);
  return undefined;
}
