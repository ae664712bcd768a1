/** `maths.md`: what was derived, as a page that GitHub renders – forward, gradients, updates, costs. */

import { allNodes, bodyOf, type Derivative, type Node, topological } from "../../graph/node.ts";
import { pp } from "../../graph/print.ts";
import { assumedSize, dimText, formatType, sizesOf, staticSize } from "../../graph/types.ts";
import { bytesOf, costsOf } from "../../kernels/cost.ts";
import { sharedInfo } from "../../language/shared.ts";
import type { CompiledFunction, CompiledModel, SharedVariable } from "../../model.ts";
import { broadcastOp } from "../../ops/shape.ts";
import { formulaOf } from "../formula.ts";
import { withArrangedGradients } from "./arranged.ts";
import { partName, recurrence } from "./recurrence.ts";
import { type SymbolOf, tex, texDerivative, texName, texTangent } from "./tex.ts";

/** Writes `maths.md` of a model. */
export function emitMaths(model: CompiledModel): string {
  return `${[
    `# ${model.name}`,
    "",
    `The mathematics that Adjoint derived from \`${model.file}\`. Regenerate: \`${model.command}\``,
    "",
    ...variables(model.shared),
    ...model.functions.map(withNamedGradients).flatMap(functionPage),
  ].join("\n")}\n`;
}

function variables(shared: readonly SharedVariable[]): string[] {
  const parameters = shared.filter((v) => !v.isData && !v.isConstant && !sharedInfo(v.node)?.next);
  const count = parameters.reduce((n, v) => n + (staticSize(v.node.shape) ?? 0), 0);
  const rows = shared.map((v) => {
    const initial = v.isData
      ? "filled by the caller"
      : v.isConstant
        ? "constant"
        : `\`${initialText(v)}\``;
    return `| \`${v.publicName}\` | ${v.node.type.dtype} | ${v.node.shape.join(" × ") || "scalar"} | ${initial} |`;
  });
  if (rows.length === 0) return [];
  return [
    `${count.toLocaleString("en-US")} parameters.`,
    "",
    "| variable | dtype | shape | initial value |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ];
}

function initialText(v: SharedVariable): string {
  const initial = sharedInfo(v.node)?.initial;
  // The shape is told beside it: `zeros(784, 10)` is 0.
  const single = initial?.op === broadcastOp ? initial.inputs[0] : initial;
  return single ? pp(single) : "";
}

function functionPage(fn: CompiledFunction): string[] {
  const { program } = fn;
  const { source } = program;
  const nameOf = (node: Node): string =>
    fn.publicNames.get(node) ??
    program.names.get(program.final(node)) ??
    node.label?.name ??
    node.op.name;
  const inputs = source.inputs.map((n) => `\`${nameOf(n)}\` ${formatType(n.type)}`);
  const updated = source.updates.map((u) => `\`${nameOf(u.target)}\``);
  return [
    `## ${fn.publicName}`,
    "",
    [
      inputs.length > 0 ? `Takes ${inputs.join(", ")}.` : "Takes nothing.",
      ...(source.outputs.length > 0
        ? [
            `Returns ${source.outputs.map((n) => `\`${nameOf(n)}\` ${formatType(n.type)}`).join(", ")}.`,
          ]
        : []),
      ...(updated.length > 0 ? [`Updates ${updated.join(", ")}.`] : []),
    ].join(" "),
    "",
    ...forward(fn),
    ...gradients(fn),
    ...updates(fn),
    ...costs(fn),
  ];
}

const block = (lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : lines.flatMap((line) => ["```math", line, "```"]).concat("");

/** Names at which formulas are cut: what the model names, and gradients of what it names. */
function symbolsOf({ program }: CompiledFunction): SymbolOf {
  const nameOf = (node: Node, label: string): string =>
    program.names.get(program.final(node)) ?? label;
  const symbol: SymbolOf = (node, index) => {
    const moved = movedBy(node);
    if (moved) {
      const of = symbol(moved);
      return of && texTangent(of, index);
    }
    if (isNamedGradient(node)) {
      const { of, by, order } = node.derivative as Derivative;
      const [top, bottom] = [of, by].map((n) => nameOf(n, n.label?.name as string));
      return texDerivative(texName(top), texName(bottom, index), order);
    }
    // A loop's values have the name of what the model makes of them.
    if (node.label && node.op.part) return texName(node.label.name, index);
    if (node.label) return texName(nameOf(node, node.label.name), index);
    if (node.op.leaf && (node.op.name !== "constant" || program.names.has(node)))
      return texName(program.names.get(node) ?? node.op.name, index);
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
function movedBy(node: Node): Node | undefined {
  const { role } = node;
  const isTangent = role?.name === "tangent" && role.of !== undefined && !node.label;
  return isTangent && (role.of.label || isNamedGradient(role.of)) ? role.of : undefined;
}

const isNamedGradient = (node: Node): boolean =>
  node.derivative?.of.label !== undefined && node.derivative.by.label !== undefined;

/** The function with gradients named in its formulas where kernels compute with their elements. */
function withNamedGradients(fn: CompiledFunction): CompiledFunction {
  const { formulas } = fn.program;
  const simplified = withArrangedGradients(formulas.simplified, isNamedGradient);
  return { ...fn, program: { ...fn.program, formulas: { ...formulas, simplified } } };
}

/** Named gradients, and other derivatives by what has a name where they are named or returned. */
function isDerivativeIn({ program }: CompiledFunction): (node: Node) => boolean {
  const count = program.source.outputs.length;
  const { raw, simplified } = program.formulas;
  const returned = new Set([...raw.slice(0, count), ...simplified.slice(0, count)]);
  return (node) =>
    isNamedGradient(node) ||
    (node.derivative?.by.label !== undefined && (node.label !== undefined || returned.has(node)));
}

/** The left side of a derivative of a value without a name. */
function derivativeOf(node: Node, symbol: SymbolOf): string | undefined {
  const { of, by, order } = node.derivative ?? {};
  const variable = by && symbol(by);
  if (!of || variable === undefined) return undefined;
  return texDerivative(`\\left(${tex(of, symbol)}\\right)`, variable, order);
}

/** A loop that goes back, or that forward mode goes along: one with gradients among its values. */
function isOfGradient(node: Node): boolean {
  const body = bodyOf(node);
  return body !== undefined && allNodes(body.results).some((n) => n.derivative !== undefined);
}

/** Formulas of the graph below `roots`, operands first: of what is asked for, and of loops. */
function formulas(
  roots: readonly Node[],
  symbol: SymbolOf,
  isAsked: (node: Node) => boolean,
): string[] {
  const order = topological(roots);
  return order.flatMap((node) => {
    if (!isAsked(node) || node.op.part) return [];
    if (bodyOf(node)) {
      const parts = order.filter((part) => part.op.part && part.inputs[0] === node);
      const lines = recurrence(node, parts, symbol).map((line, i, all) =>
        i < all.length - 1 ? `${line} \\\\` : line,
      );
      return [["\\begin{aligned}", ...lines, "\\end{aligned}"].join("\n")];
    }
    const name = symbol(node) ?? derivativeOf(node, symbol) ?? texName(node.op.name);
    // What a loop hands out has the name of what it computes.
    let source = node;
    while (source.op.movement) [source] = source.inputs;
    if (source !== node && source.op.part && symbol(source) === name) return [];
    return [`${name} ${node.op.drawn ? "\\sim" : "="} ${tex(node, symbol)}`];
  });
}

/** What is a gradient, or made of one: with the tangents of gradients. */
function gradientsAmong(roots: readonly Node[], fn: CompiledFunction): ReadonlySet<Node> {
  const isDerivative = isDerivativeIn(fn);
  const found = new Set<Node>();
  for (const node of topological(roots)) {
    const moved = movedBy(node);
    const isOwn = isDerivative(node) || isOfGradient(node) || (moved && isNamedGradient(moved));
    if (isOwn || node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

function forward(fn: CompiledFunction): string[] {
  const { raw } = fn.program.formulas;
  const inGradient = gradientsAmong(raw, fn);
  const outputs = raw.slice(0, fn.program.source.outputs.length);
  const isAsked = (node: Node): boolean =>
    !node.op.leaf &&
    !inGradient.has(node) &&
    (node.label !== undefined ||
      movedBy(node) !== undefined ||
      bodyOf(node) !== undefined ||
      outputs.includes(node));
  const lines = formulas(raw, symbolsOf(fn), isAsked);
  return lines.length === 0 ? [] : ["### Forward", "", ...block(lines)];
}

function gradients(fn: CompiledFunction): string[] {
  const { raw, simplified } = fn.program.formulas;
  const isDerivative = isDerivativeIn(fn);
  const list = (roots: readonly Node[]): string[] => {
    const inGradient = gradientsAmong(roots, fn);
    const outputs = new Set(roots.slice(0, fn.program.source.outputs.length));
    const isAsked = (node: Node): boolean =>
      isDerivative(node) ||
      isOfGradient(node) ||
      (inGradient.has(node) && (movedBy(node) !== undefined || outputs.has(node)));
    return formulas(roots, symbolsOf(fn), isAsked);
  };
  const [before, after] = [raw, simplified].map(list);
  if (before.length === 0) return [];
  return [
    "### Gradient, by the chain rule",
    "",
    ...block(before),
    "### Gradient, simplified",
    "",
    ...block(after),
  ];
}

function updates(fn: CompiledFunction): string[] {
  const symbol = symbolsOf(fn);
  const { source, formulas } = fn.program;
  const lines = source.updates.map(({ target }, i) => {
    const value = formulas.simplified[source.outputs.length + i];
    return `${symbol(target)} \\leftarrow ${tex(value, (node) => (node === value ? undefined : symbol(node)))}`;
  });
  return lines.length === 0 ? [] : ["### Updates", "", ...block(lines)];
}

function costs({ calls, nests, program, plan }: CompiledFunction): string[] {
  const rows = costsOf(calls).map(({ nest, runs, flops, bytes }) => {
    const [all, traffic] = [flops, bytes].map((n) => (n * runs).toLocaleString("en-US"));
    return `| \`${nest.name}\` | ${all} | ${traffic} |`;
  });
  const assumed = new Set(
    nests.flatMap((nest) => [
      ...nest.sizes,
      ...nest.stages.flatMap((stage) => sizesOf(stage.into.shape)),
    ]),
  );
  const formulas = nests.flatMap((nest) =>
    nest.stages.flatMap((stage) =>
      formulaOf(stage, program, (axis) => nest.axisNames.get(axis) ?? "?"),
    ),
  );
  return [
    "### Kernels",
    "",
    "```text",
    ...formulas,
    "```",
    "",
    "| kernel | FLOPs | bytes |",
    "| --- | ---: | ---: |",
    ...rows,
    "",
    [
      ...(assumed.size > 0
        ? [
            `The table takes ${[...assumed].map((size) => `\`${size}\``).join(", ")} as ${assumedSize}.`,
          ]
        : []),
      `Intermediate values take ${scratchText(plan)} bytes.`,
    ].join(" "),
    "",
  ];
}

/** `48,040`, with what depends on a named size behind it: `40 + 40·rows`. */
function scratchText({ sizes, dynamic }: CompiledFunction["plan"]): string {
  const fixed = [...sizes].reduce((sum, [dtype, size]) => sum + size * bytesOf[dtype], 0);
  const grown = new Map<string, number>();
  for (const { shape, type } of dynamic) {
    const known = shape.filter((dim) => typeof dim === "number");
    const named = shape.filter((dim) => typeof dim === "string").map((dim) => dimText(dim, true));
    const bytes = known.reduce((n, dim) => n * dim, bytesOf[type.dtype]);
    grown.set(named.join("·"), (grown.get(named.join("·")) ?? 0) + bytes);
  }
  const terms = [...grown].map(([named, bytes]) => `${bytes.toLocaleString("en-US")}·${named}`);
  const constant = fixed > 0 || terms.length === 0 ? [fixed.toLocaleString("en-US")] : [];
  return [...constant, ...terms].join(" + ");
}
