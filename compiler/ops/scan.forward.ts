/**
 * The forward derivative of a scan is the scan itself, which carries a tangent beside each state that
 * moves: one loop, in the same direction. Passes over scans unite it with the loop without tangents.
 */

import { pushForward } from "../gradient/forward.ts";
import type { Node } from "../graph/node.ts";
import { zerosLike } from "./creation.ts";
import { symbol } from "./leaf.ts";
import type { ScanTools } from "./scan.tools.ts";
import type { Bound, ScanState } from "./scan.ts";

type Tangents = readonly (Node | undefined)[];

/**
 * Symbols of tangents, by scan and by what they stand for: derivatives that are asked for one after the
 * other run in the same loop, which is recognised by its symbols.
 */
const symbols = new WeakMap<Node, Map<string, Node>>();

/**
 * Tangents of a scan's parts from those of its operands. A gradient that is cut after some steps
 * (`truncateGradient`) is another function of the inputs; its tangents are those of what it is.
 */
export function scanPushforward(
  tools: ScanTools,
  node: Node,
  tangents: Tangents,
): (part: Node) => Node | undefined {
  const forward = tools.open(node);
  const { sequences, states, invariants, outputs } = forward;
  const ofSequences = tangents.slice(0, sequences.length);
  const ofStates = tangents.slice(sequences.length, sequences.length + states.length);
  const ofInvariants = tangents.slice(sequences.length + states.length);
  const direction = tangents.map((t) => t?.id).join();

  const formals = new Map<Node, Node>();
  const bind = (bound: readonly Bound[], given: Tangents): Bound[] =>
    bound.flatMap(({ formal }, i) => {
      const operand = given[i];
      if (!operand) return [];
      formals.set(formal, tangentSymbol(node, `${direction}: ${formal.id}`, formal));
      return [{ formal: formals.get(formal) as Node, operand }];
    });
  const moreSequences = bind(sequences, ofSequences);
  const moreInvariants = bind(invariants, ofInvariants);

  const moves = (i: number): void => {
    const { formal } = states[i];
    formals.set(formal, tangentSymbol(node, `${direction}: ${formal.id}`, formal));
  };
  for (const i of states.keys()) if (ofStates[i]) moves(i);
  const results = [...states.map((s) => s.result), ...outputs];
  let inStep = pushForward(results, formals);
  // A state moves as soon as a value that moves goes into it.
  for (;;) {
    const more = states.findIndex((s) => !formals.has(s.formal) && inStep.has(s.result));
    if (more < 0) break;
    moves(more);
    inStep = pushForward(results, formals);
  }

  const moving = states.flatMap((s, i) => (formals.has(s.formal) ? [i] : []));
  const moreStates = moving.map((i): ScanState => {
    const { formal, initial, result } = states[i];
    return {
      formal: formals.get(formal) as Node,
      initial: ofStates[i] ?? zerosLike(initial),
      result: inStep.get(result) ?? zerosLike(result),
    };
  });
  const emitted = [...new Set(outputs.flatMap((output) => inStep.get(output) ?? []))];
  const scan = tools.make({
    ...forward,
    sequences: [...sequences, ...moreSequences],
    states: [...states, ...moreStates],
    invariants: [...invariants, ...moreInvariants],
    outputs: [...outputs, ...emitted],
  });
  return (part) => {
    const index = part.attrs.index as number;
    if (index < states.length) {
      const at = moving.indexOf(index);
      return at < 0 ? undefined : tools.states(scan, states.length + at);
    }
    const tangent = inStep.get(outputs[index - states.length]);
    return tangent && tools.collected(scan, outputs.length + emitted.indexOf(tangent));
  };
}

function tangentSymbol(scan: Node, key: string, of: Node): Node {
  const known = symbols.get(scan) ?? new Map<string, Node>();
  symbols.set(scan, known);
  const made = known.get(key) ?? symbol(of.type.dtype, of.shape);
  known.set(key, made);
  made.role ??= { name: "tangent", of };
  return made;
}
