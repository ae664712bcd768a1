/** Identifiers of generated code: the model's own names, and names derived from them; never counters. */

import { bodyOf, type Node, topological } from "../graph/node.ts";
import { sizesOf } from "../graph/types.ts";
import { definedNames, helperName } from "./functions.ts";

/** Words that a generated name must not be, in any target language. */
const reserved = new Set(
  `abstract any arguments as async await boolean break case catch class const continue debugger default
  delete do else enum export extends false finally float for from function get if implements import in
  int instanceof interface let long new null number of package private protected public return set short
  static string super switch symbol this throw true try type typeof undefined var void while with yield
  Math NaN Infinity Array Float32Array Float64Array Int32Array Uint8Array State state sizes random i j k l m n`
    .split(/\s+/)
    .filter(Boolean)
    .concat(definedNames.map(helperName)),
);

function calledOf({ op, meaning }: Node): string {
  const { called, name } = meaning ?? op;
  return called ?? name;
}

/** What stands within an identifier. */
const legalPart = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, "_");

/** A legal identifier of every target language. */
export function identifier(name: string): string {
  const legal = legalPart(name).replace(/^(\d)/, "_$1");
  return reserved.has(legal) ? `${legal}_` : legal;
}

/** What callers call a value that generated code calls `name`: as the model does, where that alone is the difference. */
export function publicName({ label }: Node, name: string): string {
  return label && identifier(label.name) === name ? label.name : name;
}

/** Whether a size may have this name: loops give way to a size, words of the language do not. */
export const isSizeName = (name: string): boolean => name.length === 1 || identifier(name) === name;

/**
 * Names for the values of one function.
 *
 * A value is called what the model calls it; a gradient `d_` and the name of what it is by; a part of
 * an op's expansion after the whole (`p_max`); and what the model left unnamed after its first reader.
 * Two values of one name are told apart by their owners: `hidden_W`, `output_W`.
 *
 * @param final what each value of the model became
 * @param fixed names that the whole model agrees on: those of shared variables
 */
export function nameValues(
  roots: readonly Node[],
  needed: readonly Node[],
  final: (node: Node) => Node,
  fixed: ReadonlyMap<Node, string> = new Map(),
): Map<Node, string> {
  const order = topological(roots);
  const reader = firstReaders(order);
  const memo = new Map<Node, string>(fixed);

  /** Histories of loops that stand beside the part of them that has their name. */
  const whole = new Set(
    needed.flatMap((node) => {
      const source = arranged(node);
      return source?.op.part && source.label?.name === node.label?.name ? [source] : [];
    }),
  );

  const labels = labelsApart([...order, ...needed], fixed);

  function describe(node: Node, depth = 0): string {
    const known = memo.get(node);
    if (known !== undefined) return known;
    memo.set(node, calledOf(node));
    const name = identifier(derive(node, depth));
    memo.set(node, name);
    return name;
  }

  function derive(node: Node, depth: number): string {
    if (node.label) {
      const name = labels.get(node) ?? node.label.name;
      return whole.has(node) ? `${name}_steps` : name;
    }
    const { derivative } = node.arrangedAs ?? node;
    if (derivative) {
      const by = final(derivative.by);
      const mark = derivative.order === 2 ? "d2_" : "d_";
      if (by.label || by.role) return `${mark}${describe(by, depth + 1)}`;
    }
    if (node.role?.of) return `${describe(final(node.role.of), depth + 1)}_${node.role.name}`;
    if (derivative) return `d_${describe(final(derivative.by), depth + 1)}`;
    const inLoop = inStep(node);
    if (inLoop) return describe(inLoop, depth + 1);
    // A copy is called after what it is of, not the other way round.
    const first = namedReader(node);
    const owner = first?.role?.of === node ? undefined : first;
    const source = owner ? undefined : arranged(node);
    if (source) return `${describe(source, depth + 1)}_part`;
    return owner ? `${describe(owner, depth + 1)}_${calledOf(node)}` : calledOf(node);
  }

  /** What a value is an arrangement of – an entry, a slice – if that has a name. */
  function arranged(node: Node): Node | undefined {
    let source = node;
    while (source.op.movement) [source] = source.inputs;
    return source !== node && source.label ? source : undefined;
  }

  /** What a loop hands out is called as it is in its step. */
  function inStep(node: Node): Node | undefined {
    const body = node.op.part && node.inputs[0] && bodyOf(node.inputs[0]);
    const result = body ? body.results[node.attrs.index as number] : undefined;
    return result && !result.op.leaf && !result.op.part ? result : undefined;
  }

  /** The first value on the way to the results that the model names. */
  function namedReader(node: Node): Node | undefined {
    let at = reader.get(node);
    while (at && !at.label && !at.role && !at.derivative) at = reader.get(at);
    return at;
  }

  const ownerOf = (node: Node): string =>
    (node.label?.scope ?? node.scope).map(legalPart).join("_");

  /** What it is computed from: the first value below it that has a name of its own. */
  function operandOf(node: Node): string {
    for (let [at] = node.inputs; at; [at] = at.inputs) {
      // A part of a named value, such as the logits of p, is of that.
      const name = fixed.get(at) ?? at.label?.name ?? at.role?.of?.label?.name;
      if (name !== undefined) return identifier(name);
    }
    return "";
  }

  const names = new Map<Node, string>(fixed);
  const taken = new Map<string, Node[]>();
  for (const [node, name] of fixed) taken.set(name, [node]);
  // A size keeps its name, for callers see it in messages; a value beside it is told apart.
  const sizes = new Set([...order, ...needed].flatMap((node) => sizesOf(node.shape)));
  for (const node of needed) {
    if (fixed.has(node)) continue;
    const plain = describe(node);
    const name = sizes.has(plain) ? identifier(`${plain}_value`) : plain;
    const known = taken.get(name);
    if (known) known.push(node);
    else taken.set(name, [node]);
  }
  const used = new Set(taken.keys());
  for (const [name, nodes] of taken) {
    if (nodes.length === 1) {
      names.set(nodes[0], name);
      continue;
    }
    const operands = nodes.map(operandOf);
    const counts = new Map<string, number>();
    for (const operand of operands) counts.set(operand, (counts.get(operand) ?? 0) + 1);
    for (const [n, node] of nodes.entries()) {
      if (fixed.has(node)) continue;
      // Told apart by their owner; parts of one sum by what they are of: `L2_sum_hidden_W`.
      const owner = ownerOf(node);
      const operand = operands[n];
      const redundant = owner === "" || owner === name || name.startsWith(`${owner}_`);
      const byOperand = redundant && operand !== "" && counts.get(operand) === 1;
      const qualified = byOperand
        ? `${name}_${operand}`
        : owner && owner !== name
          ? identifier(`${owner}_${name}`)
          : `${name}_${calledOf(node)}`;
      const derived = [qualified, `${qualified}_${calledOf(node)}`];
      // Leaves keep the plain name where only one of them has it.
      const plain = n === 0 && !owner && !byOperand;
      let final = plain ? name : derived.find((candidate) => !used.has(candidate));
      // Nothing tells them apart but their order.
      for (let count = n + 1; final === undefined; count++) {
        if (!used.has(`${qualified}_${count}`)) final = `${qualified}_${count}`;
      }
      used.add(final);
      names.set(node, final);
    }
  }
  return names;
}

function firstReaders(order: readonly Node[]): Map<Node, Node> {
  const readers = new Map<Node, Node>();
  for (const node of order) {
    for (const input of node.inputs) if (!readers.has(input)) readers.set(input, node);
  }
  return readers;
}

/**
 * Names of values that share theirs with others, told apart by as much of where they are made as that takes:
 * `linear` of `h1` in `p` is `h1_linear`. What is derived from them – a gradient, a part – is then called after it.
 */
function labelsApart(
  nodes: readonly Node[],
  fixed: ReadonlyMap<Node, string>,
): ReadonlyMap<Node, string> {
  const groups = new Map<string, Set<Node>>();
  const taken = new Set(fixed.values());
  const owned = new Set<Node>();
  for (const node of nodes) {
    if (!node.label || fixed.has(node)) continue;
    const { name, of } = node.label;
    taken.add(name);
    if (of) {
      owned.add(node);
      continue;
    }
    const group = groups.get(name);
    if (group) group.add(node);
    else groups.set(name, new Set([node]));
  }
  const apart = new Map<Node, string>();
  for (const [name, group] of groups) {
    if (group.size === 1) continue;
    const qualified = (node: Node, depth: number): string =>
      identifier([...(node.label?.scope ?? []).slice(-depth), name].join("_"));
    for (const node of group) {
      const { length } = node.label?.scope ?? [];
      for (let depth = 1; depth <= length && !apart.has(node); depth++) {
        // A place in a list is nothing without the list: `layers_0_W`.
        if (/^\d/.test(node.label?.scope.at(-depth) ?? "")) continue;
        const full = qualified(node, depth);
        const isOnly = [...group].filter((other) => qualified(other, depth) === full).length === 1;
        if (isOnly && !taken.has(full)) apart.set(node, full);
      }
    }
    for (const full of apart.values()) taken.add(full);
  }
  // Whatever else there is: another variable renames none of them.
  for (const node of owned) {
    const full = ownName(node, (of) => fixed.get(of) ?? apart.get(of));
    if (!taken.has(full)) apart.set(node, full);
    taken.add(full);
  }
  return apart;
}

/** `W_next`: what belongs to a variable, after that. */
function ownName(node: Node, known: (node: Node) => string | undefined): string {
  const { name, of } = node.label ?? { name: node.op.name };
  return known(node) ?? (of ? identifier(`${ownName(of, known)}_${name}`) : name);
}
