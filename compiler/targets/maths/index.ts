/** `maths.md`: what was derived, as a page that GitHub renders – forward, gradients, updates, costs. */

import { allNodes, bodyOf, type Node, topological } from "../../graph/node.ts";
import { assumedSize, dimText, formatType, sizesOf, staticSize } from "../../graph/types.ts";
import { bytesOf, costsOf } from "../../kernels/cost.ts";
import { sharedInfo } from "../../language/shared.ts";
import type { CompiledFunction, CompiledModel, SharedVariable } from "../../model.ts";
import type { Sign } from "../../ops/op.ts";
import { formulaOf } from "../formula.ts";
import { withArrangedGradients } from "./arranged.ts";
import { recurrence } from "./recurrence.ts";
import { ownSigns } from "./signs.ts";
import {
  derivativeOf,
  isDerivativeIn,
  isNamedGradient,
  isOfGradient,
  movedBy,
  namesOf,
  symbolsOf,
} from "./symbols.ts";
import { type SymbolOf, tex, texName, texPrinted } from "./tex.ts";

/** Writes `maths.md` of a model. */
export function emitMaths(model: CompiledModel): string {
  const written = new Map<string, string>();
  const formulas = [
    ...variables(model.shared),
    ...model.functions.map(withNamedGradients).flatMap((fn) => functionPage(fn, written)),
  ];
  return `${[
    `# ${model.name}`,
    "",
    `The mathematics that Adjoint derived from \`${model.file}\`. Regenerate: \`${model.command}\``,
    "",
    ...legend(formulas.join("\n"), signsOf(model)),
    ...formulas,
  ].join("\n")}\n`;
}

/** Inside of a sentence or a table. */
const inline = (formula: string): string => `$\`${formula}\`$`;

/** The signs that the ops of a model may be written with. */
function signsOf({ functions, shared }: CompiledModel): readonly Sign[] {
  const roots = [
    ...functions.flatMap(({ program: { formulas } }) => [...formulas.raw, ...formulas.simplified]),
    ...shared.flatMap((v) => sharedInfo(v.node)?.initial ?? []),
  ];
  return allNodes(roots).flatMap((node) => node.op.notation.signs ?? []);
}

/** What a page says about those of its signs that are not everybody's. */
function legend(page: string, ofOps: readonly Sign[]): string[] {
  const found = [...ownSigns, ...ofOps].filter(({ mark }) =>
    typeof mark === "string" ? page.includes(mark) : mark.test(page),
  );
  const unique = new Map(found.map((sign) => [sign.example, sign]));
  return [
    "Indices begin at 0; vectors are columns. Functions of numbers (exp, log, √ …), comparisons, and sums with a number are taken element by element. Tables count one call: operations of floats, of which exp or log is one, and bytes if each element is read or written once.",
    "",
    ...[...unique.values()].map(({ example, meaning }) => `- ${inline(example)}: ${meaning}`),
    ...(unique.size > 0 ? [""] : []),
  ];
}

function variables(shared: readonly SharedVariable[]): string[] {
  const parameters = shared.filter((v) => !v.isData && !v.isConstant && !sharedInfo(v.node)?.next);
  const count = parameters.reduce((n, v) => n + (staticSize(v.node.shape) ?? 0), 0);
  const rows = shared.map((v) => {
    const initial = v.isData ? "filled by the caller" : v.isConstant ? "constant" : initialText(v);
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
  const { initial, next } = sharedInfo(v.node) ?? {};
  if (!initial) return "";
  const text = inline(tex(initial, (node) => node.label && texName(node.label.name)));
  return next ? `${text}; counts the draws of a random stream` : text;
}

/** Names of what a function returns, for values without one. */
function outputNames(fn: CompiledFunction, roots: readonly Node[]): (node: Node) => string {
  const { outputs } = fn.program.source;
  return (node) => {
    const output = outputs[roots.indexOf(node)];
    return texName(output ? namesOf(fn)(output) : node.op.name);
  };
}

/** @param written formulas of kernels that the page has, and the functions that they are of */
function functionPage(fn: CompiledFunction, written: Map<string, string>): string[] {
  const { program } = fn;
  const { source } = program;
  const nameOf = namesOf(fn);
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
    ...costs(fn, written),
  ];
}

const block = (lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : lines.flatMap((line) => ["```math", line, "```"]).concat("");

/** The function with gradients named in its formulas where kernels compute with their elements. */
function withNamedGradients(fn: CompiledFunction): CompiledFunction {
  const { formulas } = fn.program;
  const simplified = withArrangedGradients(formulas.simplified, isNamedGradient);
  return { ...fn, program: { ...fn.program, formulas: { ...formulas, simplified } } };
}

/** Formulas of the graph below `roots`, operands first: of what is asked for, and of loops. */
function formulas(
  roots: readonly Node[],
  symbol: SymbolOf,
  isAsked: (node: Node) => boolean,
  nameOf: (node: Node) => string,
): string[] {
  const order = topological(roots);
  const lines = order.flatMap((node) => {
    if (!isAsked(node) || node.op.part) return [];
    if (bodyOf(node)) {
      const parts = order.filter((part) => part.op.part && part.inputs[0] === node);
      const lines = recurrence(node, parts, symbol).map((line, i, all) =>
        i < all.length - 1 ? `${line} \\\\` : line,
      );
      return [["\\begin{aligned}", ...lines, "\\end{aligned}"].join("\n")];
    }
    const name = symbol(node) ?? derivativeOf(node, symbol) ?? nameOf(node);
    // What a loop hands out has the name of what it computes.
    let source = node;
    while (source.op.movement) [source] = source.inputs;
    if (source !== node && source.op.part && symbol(source) === name) return [];
    const printed = texPrinted(node, symbol, name);
    return [`${name} ${printed.law || node.op.drawn ? "\\sim" : "="} ${printed.text}`];
  });
  return [...new Set(lines)];
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
  const lines = formulas(raw, symbolsOf(fn), isAsked, outputNames(fn, raw));
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
    return formulas(roots, symbolsOf(fn), isAsked, outputNames(fn, roots));
  };
  const [before, after] = [raw, simplified].map(list);
  if (before.length === 0) return [];
  return [
    "### Gradient, by the chain rule",
    "",
    ...block(before),
    ...(after.length > 0 ? ["### Gradient, simplified", "", ...block(after)] : []),
  ];
}

function updates(fn: CompiledFunction): string[] {
  const symbol = symbolsOf(fn);
  const { source } = fn.program;
  const { simplified } = fn.program.formulas;
  const values = simplified.slice(source.outputs.length);
  // What the model names on the way from gradients to new values.
  const inGradient = gradientsAmong(values, fn);
  const isDerivative = isDerivativeIn(fn);
  const isNamed = (node: Node): boolean =>
    inGradient.has(node) && node.label !== undefined && !isDerivative(node) && !node.op.leaf;
  const steps = formulas(values, symbol, isNamed, namesOf(fn));
  const lines = [
    ...steps,
    ...source.updates.map(({ target }, i) => {
      const value = values[i];
      const isCalled = value.label !== undefined && !value.op.leaf && !value.op.part;
      return `${symbol(target)} \\leftarrow ${(isCalled && symbol(value)) || tex(value, symbol)}`;
    }),
  ];
  return lines.length === 0 ? [] : ["### Updates", "", ...block(lines)];
}

function costs(fn: CompiledFunction, written: Map<string, string>): string[] {
  const { calls, nests, program, plan } = fn;
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
    nest.stages.flatMap((stage) => {
      const lines = formulaOf(stage, program, (axis) => nest.axisNames.get(axis) ?? "?");
      const whole = lines.join("\n");
      // What is long is cut short, and may be something else.
      const known = whole.includes("…") ? undefined : written.get(whole);
      const earlier = known ?? fn.publicName;
      written.set(whole, earlier);
      const [what] = lines[0].split(/ [=←] /);
      return earlier === fn.publicName ? lines : [`${what} as in ${earlier}`];
    }),
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
      `Intermediate values of \`typescript.ts\` take ${scratchText(plan)} bytes.`,
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
