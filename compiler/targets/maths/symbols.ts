/** What values are called in formulas: by the model, as derivatives of what it names, as values of loops. */

import { allNodes, bodyOf, type Derivative, type Node } from "../../graph/node.ts";
import { dimPlus, sameShape } from "../../graph/types.ts";
import { publicName } from "../../kernels/names.ts";
import { type CompiledFunction, publicNameIn } from "../../model.ts";
import { texDim } from "../../ops/notation.ts";
import { openScan } from "../../ops/scan.ts";
import { partName } from "./recurrence.ts";
import { type SymbolOf, tex, texCarried, texDerivative, texName, texTangent } from "./tex.ts";

/** What a function's values are called outside of formulas. */
export const namesOf =
  ({ program, publicNames }: CompiledFunction) =>
  (node: Node): string =>
    publicNames.get(node) ??
    program.names.get(program.final(node)) ??
    node.label?.name ??
    node.op.name;

/** Names at which formulas are cut: what the model names, and gradients of what it names. */
export function symbolsOf(fn: CompiledFunction): SymbolOf {
  const { program, publicNames } = fn;
  const states = statesOf(program.formulas);
  const nameOf = (node: Node, label: string): string =>
    publicNames.get(node) ?? publicName(node, program.names.get(program.final(node)) ?? label);
  const symbol: SymbolOf = (node, index) => {
    const moved = movedBy(node);
    if (moved) {
      const of = symbol(moved);
      return of && texTangent(of, index);
    }
    if (isNamedGradient(node)) {
      const { of, by, order } = node.derivative as Derivative;
      const state = states.get(by);
      if (state) return texCarried(texName(state), index);
      const [top, bottom] = [of, by].map((n) => nameOf(n, n.label?.name as string));
      return texDerivative(texName(top), texName(bottom, index ?? stepsOf(node)), order);
    }
    // A loop's values have the name of what the model makes of them.
    if (node.label && node.op.part) return texName(node.label.name, index);
    if (node.label) return texName(nameOf(node, node.label.name), index);
    if (node.op.leaf && (node.op.name !== "constant" || program.names.has(node)))
      return texName(publicNameIn(fn, node), index);
    if (node.op.part) {
      const name = program.names.get(program.final(node));
      const [scan] = node.inputs;
      return name
        ? texName(name, index)
        : partName(isOfGradient(scan), node.attrs.index as number, index);
    }
    return undefined;
  };
  return symbol;
}

/** The named value, or named gradient, of which an unnamed value is the tangent. */
export function movedBy(node: Node): Node | undefined {
  const { role } = node;
  const isTangent = role?.name === "tangent" && role.of !== undefined && !node.label;
  return isTangent && (role.of.label || isNamedGradient(role.of)) ? role.of : undefined;
}

/** Gradients by what has a name; not parts of one, that are still to be added up. */
export function isNamedGradient(node: Node): boolean {
  const { of, by, order } = node.derivative ?? {};
  if (!of?.label || !by?.label) return false;
  const [own, whole] = [node.shape, by.shape];
  if (order === 2 || sameShape(own, [...of.shape, ...whole])) return true;
  // One of a sequence in a loop, or all of a loop.
  const scan = node.op.part ? openScan(node.inputs[0]) : undefined;
  const lengths = scan ? [scan.steps, dimPlus(scan.steps, 1)] : [];
  return own.length <= whole.length
    ? sameShape(own, whole.slice(1))
    : lengths.includes(own[0]) && sameShape(own.slice(1), whole);
}

/** `[0, steps)`: a loop's derivatives by what is no array of its steps are one for each step. */
function stepsOf(node: Node): string | undefined {
  const { by } = node.derivative ?? {};
  if (!node.op.part || !by || by.shape.length === node.shape.length) return undefined;
  return `[0,\\, ${texDim(openScan(node.inputs[0]).steps)})`;
}

/** Symbols of loops for what was computed a step before, and what that is called. */
function statesOf({ raw, simplified }: CompiledFunction["program"]["formulas"]): Map<Node, string> {
  const found = new Map<Node, string>();
  for (const node of allNodes([...raw, ...simplified]))
    for (const { formal, result } of bodyOf(node) ? openScan(node).states : []) {
      const name = (result.label ?? formal.label)?.name;
      if (name !== undefined) found.set(formal, name);
    }
  return found;
}

/** Named gradients, and other derivatives by what has a name where they are named or returned. */
export function isDerivativeIn({ program }: CompiledFunction): (node: Node) => boolean {
  const count = program.source.outputs.length;
  const { raw, simplified } = program.formulas;
  const returned = new Set([...raw.slice(0, count), ...simplified.slice(0, count)]);
  return (node) =>
    isNamedGradient(node) ||
    (node.derivative?.by.label !== undefined && (node.label !== undefined || returned.has(node)));
}

/** The left side of a derivative of a value without a name. */
export function derivativeOf(node: Node, symbol: SymbolOf): string | undefined {
  const { of, by, order } = node.derivative ?? {};
  const variable = by && symbol(by);
  if (!of || variable === undefined) return undefined;
  const whole = symbol(of) ?? `\\left(${tex(of, symbol)}\\right)`;
  return texDerivative(whole, variable, order);
}

/** A loop that goes back, or that forward mode goes along: one with gradients among its values. */
export function isOfGradient(node: Node): boolean {
  const body = bodyOf(node);
  return body !== undefined && allNodes(body.results).some((n) => n.derivative !== undefined);
}
