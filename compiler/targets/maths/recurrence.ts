/** Loops as recurrences with their time index: `h_{t+1} = tanh(x_t U + h_t W + b)`. */

import { bodyOf, type Node, topological } from "../../graph/node.ts";
import { dimPlus } from "../../graph/types.ts";
import { constantValue } from "../../ops/leaf.ts";
import { precedence, texDim } from "../../ops/notation.ts";
import { openScan, type Scan } from "../../ops/scan.ts";
import { subscripted } from "../../ops/subscripts.ts";
import { type SymbolOf, tex, texName } from "./tex.ts";

/** Letters of time, by how deep a loop lies in others. */
const letters = ["t", "s", "r", "q"];

interface Time {
  readonly letter: string;
  readonly depth: number;
}

const at = ({ letter }: Time, offset = 0): string =>
  offset === 0 ? letter : `${letter}${offset > 0 ? "+" : "-"}${Math.abs(offset)}`;

/** What runs in a loop is numbered by its step, what stays the same is not. */
interface Inside {
  readonly symbol: SymbolOf;
  /** Values with a line of their own. */
  readonly lines: readonly { readonly node: Node; readonly text: string }[];
}

/**
 * The lines of a loop, as one block of equations.
 *
 * @param parts the values of the loop that are read around it
 * @param outer names around the loop
 */
export function recurrence(
  scan: Node,
  parts: readonly Node[],
  outer: SymbolOf,
  depth = 0,
): string[] {
  const time: Time = { letter: letters[depth % letters.length], depth };
  const loop = openScan(scan);
  const { symbol, lines } = inside(loop, parts, outer, time);
  const isShift = (result: Node): boolean => loop.states.some((s) => s.formal === result);
  const rows: string[] = [];
  for (const [i, { initial, result }] of loop.states.entries()) {
    const first = loop.backwards ? texDim(loop.steps) : String(-lag(loop, i));
    if (!isShift(result) || lag(loop, i) > 0)
      rows.push(
        `${stateSymbol(loop, parts, i, outer)(first)} &= ${outer(initial) ?? tex(initial, outer)}`,
      );
  }
  const inner = topological(lines.map(({ node }) => node));
  for (const node of inner) {
    if (bodyOf(node)) {
      const own = inner.filter((part) => part.op.part && part.inputs[0] === node);
      rows.push(...recurrence(node, own, symbol, depth + 1));
    }
    const line = lines.find((l) => l.node === node);
    if (line && !line.node.op.part) rows.push(`${line.text} &= ${tex(node, symbol)}`);
  }
  if (loop.until) rows.push(`&\\text{until } ${tex(loop.until, symbol)}`);
  rows.push(`&${range(loop, time, outer)}`);
  return rows;
}

/** `t = 0, …, 99` */
function range(loop: Scan, time: Time, outer: SymbolOf): string {
  const { limit, count, steps, backwards } = loop;
  const end = limit ?? (count ? undefined : dimPlus(steps, -1));
  const last =
    limit !== undefined
      ? String(limit - 1)
      : count
        ? `${tex(count, outer)} - 1`
        : texDim(end as number | string);
  if (last === "0") return `${time.letter} = 0`;
  return backwards
    ? `${time.letter} = ${last},\\; \\dots,\\; 0`
    : `${time.letter} = 0,\\; \\dots,\\; ${last}`;
}

/** How many steps behind the newest value of its recurrence a state is: those of `taps` −2, −3 … */
function lag({ states }: Scan, i: number): number {
  let behind = 0;
  let { result } = states[i];
  for (;;) {
    const next = states.find((s) => s.formal === result);
    if (!next || behind > states.length) return behind;
    behind++;
    ({ result } = next);
  }
}

/** The name of a state, to be numbered: that of its newest value. */
function stateSymbol(
  loop: Scan,
  parts: readonly Node[],
  i: number,
  outer: SymbolOf,
): (index: string) => string {
  let state = loop.states[i];
  for (let n = lag(loop, i); n > 0; n--)
    state = loop.states.find((s) => s.formal === state.result) ?? state;
  const index = loop.states.indexOf(state);
  const part = parts.find((p) => p.attrs.index === index);
  return (time) =>
    (part && outer(part, time)) ??
    outer(state.result, time) ??
    (state.formal.label ? texName(state.formal.label.name, time) : partName(false, index, time));
}

/** A name for a value of a loop that has none. */
export const partName = (isGradient: boolean, index: number, time?: string): string =>
  `${isGradient ? "\\delta" : "y"}^{(${String.fromCharCode(97 + (index % 26))})}${time ? `_{${time}}` : ""}`;

function inside(loop: Scan, parts: readonly Node[], outer: SymbolOf, time: Time): Inside {
  const { sequences, states, invariants, outputs, backwards } = loop;
  const known = new Map<Node, string>();
  for (const { formal, operand } of sequences) known.set(formal, entry(operand, outer, time, 0));
  for (const { formal, operand } of invariants) known.set(formal, atom(operand, outer));
  for (const [i, { formal }] of states.entries()) {
    const index = backwards ? at(time, 1) : at(time, -lag(loop, i));
    known.set(formal, stateSymbol(loop, parts, i, outer)(index));
  }
  const lines = new Map<Node, string>();
  for (const [i, { result }] of states.entries()) {
    if (known.has(result)) continue;
    const index = backwards ? at(time) : at(time, 1);
    lines.set(result, stateSymbol(loop, parts, i, outer)(index));
  }
  for (const [i, output] of outputs.entries()) {
    if (known.has(output) || lines.has(output)) continue;
    const part = parts.find((p) => p.attrs.index === states.length + i);
    const text =
      (part && outer(part, at(time))) ??
      outer(output, at(time)) ??
      partName(false, states.length + i, at(time));
    lines.set(output, text);
  }
  for (const node of topological([...states.map((s) => s.result), ...outputs])) {
    if (node.op.leaf || node.op.part || known.has(node) || lines.has(node)) continue;
    const text = outer(node, at(time));
    if (text !== undefined) lines.set(node, text);
  }
  const symbol: SymbolOf = (node, index) => {
    const own = known.get(node);
    if (index === undefined) return own ?? lines.get(node) ?? outer(node);
    if (own !== undefined)
      return subscripted({ text: own, precedence: precedence.atom }, [index]).text;
    // In loops in loops, steps of both.
    return outer(node, `${at(time)},\\,${index}`);
  };
  return { symbol, lines: [...lines].map(([node, text]) => ({ node, text })) };
}

/** A value as an operand of anything. */
function atom(node: Node, outer: SymbolOf): string {
  const text = outer(node) ?? tex(node, outer);
  return outer(node) !== undefined || constantValue(node) !== undefined
    ? text
    : `\\left(${text}\\right)`;
}

/** Entry t + offset of a sequence. */
function entry(operand: Node, outer: SymbolOf, time: Time, offset: number): string {
  const [base, start] = operand.inputs;
  const from = operand.op.isRows?.(operand.attrs) ? constantValue(start) : undefined;
  const isOwn = outer(operand) !== undefined && !base?.op.part;
  if (from !== undefined && !isOwn) return entry(base, outer, time, offset + from);
  return (
    outer(operand, at(time, offset)) ??
    `\\left(${tex(operand, outer)}\\right)_{${at(time, offset)}}`
  );
}
