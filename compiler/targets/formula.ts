/** Formulas in index notation, as they stand above kernels: `p_logits[i,j] = Σ_k x[i,k]·W[k,j] + b[j]`. */

import type { Node } from "../graph/node.ts";
import { type DType, decimal, dimText } from "../graph/types.ts";
import { isDefined } from "../kernels/functions.ts";
import type { Stage } from "../kernels/lower.ts";
import type { Program } from "../kernels/program.ts";
import { type Axis, type InstructionFn, type Scalar, walk } from "../kernels/scalar.ts";
import { precedence } from "../ops/notation.ts";
import type { Printed } from "../ops/op.ts";
import { streamName } from "../ops/streams.ts";

const { add, mul, unary, power, atom, compare, and, or, choice } = precedence;

/** How each instruction is written; exhaustive by type. */
const notation: Record<InstructionFn, (args: readonly Printed[], dtype: string) => Printed> = {
  add: ([a, b]) => infix(a, " + ", b, add),
  sub: ([a, b]) => infix(a, " − ", b, add, true),
  mul: ([a, b]) => infix(a, "·", b, mul),
  div: ([a, b]) => infix(a, " / ", b, mul, true),
  // Binds less than a product: i·(j mod 3), (i mod 3)·j.
  mod: ([a, b]) => infix(a, " mod ", b, mul - 0.25, true),
  pow: ([a, b]) => infix(a, "^", b, power, true),
  neg: ([a]) => ({ text: `−${close(a, mul)}`, precedence: add }),
  abs: ([a]) => ({ text: `|${a.text}|`, precedence: atom }),
  sign: fn("sign"),
  floor: ([a]) => ({ text: `⌊${a.text}⌋`, precedence: atom }),
  exp: fn("exp"),
  log: fn("log"),
  log1p: fn("log1p"),
  expm1: fn("expm1"),
  sqrt: ([a]) => ({ text: `√${close(a, atom)}`, precedence: power }),
  sin: fn("sin"),
  cos: fn("cos"),
  tanh: fn("tanh"),
  atan2: fn("atan2"),
  max: fn("max"),
  min: fn("min"),
  lt: ([a, b]) => infix(a, " < ", b, compare, true),
  le: ([a, b]) => infix(a, " ≤ ", b, compare, true),
  gt: ([a, b]) => infix(a, " > ", b, compare, true),
  ge: ([a, b]) => infix(a, " ≥ ", b, compare, true),
  eq: ([a, b]) => infix(a, " = ", b, compare, true),
  ne: ([a, b]) => infix(a, " ≠ ", b, compare, true),
  and: ([a, b]) => infix(a, " ∧ ", b, and),
  or: ([a, b]) => infix(a, " ∨ ", b, or),
  not: ([a]) => ({ text: `¬${close(a, unary)}`, precedence: unary }),
  where: ([c, a, b]) => ({
    text: `${close(a, choice + 1)} if ${close(c, choice + 1)} else ${close(b, choice)}`,
    precedence: choice,
  }),
  // A truth value that is used as a number is written in Iverson's brackets: 1 where it holds.
  cast: ([a]) => a,
  rounded: ([a]) => a,
  // The key is the stream's name; the seed and the count of calls are the same for all of its numbers.
  random: ([, stream, , counter]) => ({
    text: `random(${stream.text}, ${counter.text})`,
    precedence: atom,
  }),
};

function fn(name: string) {
  return (args: readonly Printed[]): Printed => ({
    text: `${name}(${args.map((a) => a.text).join(", ")})`,
    precedence: atom,
  });
}

function close(p: Printed, level: number): string {
  return p.precedence < level ? `(${p.text})` : p.text;
}

function infix(a: Printed, sign: string, b: Printed, level: number, strict = false): Printed {
  return {
    text: `${close(a, level)}${sign}${close(b, strict ? level + 0.5 : level)}`,
    precedence: level,
  };
}

const reduceSigns = {
  add: "Σ",
  mul: "Π",
  max: "max",
  min: "min",
  argmax: "argmax",
  argmin: "argmin",
} as const;

/** Parts that are longer are left out: nobody reads them, and what is shared doubles at each use. */
const longestPart = 1000;

/** Formulas of a kernel, one a line: what it writes, named parts of that, and the ranges of the axes. */
export function formulaOf(
  stage: Stage,
  program: Program,
  letter: (axis: Axis) => string,
): string[] {
  const nameOf = (node: Node): string => program.names.get(node) ?? node.op.name;
  const parts: string[] = [];
  const listed = new Map<Scalar, Printed>();

  /** Axes of length 1 are left out. */
  const subscript = (node: Node, index: readonly Scalar[]): string => {
    const name = nameOf(node);
    const indices = index.filter((_, i) => node.shape[i] !== 1).map((i) => print(i).text);
    return indices.length > 0 ? `${name}[${indices.join(",")}]` : name;
  };

  /** A part that the model names stands as its name; its own formula follows below. */
  const named = (s: Scalar): Printed | undefined => {
    const node = program.lowerer.nodeOf(s);
    const name =
      node && node !== stage.value
        ? (derivativeOf(node.arrangedAs ?? node, program) ?? program.names.get(node))
        : undefined;
    if (!name) return undefined;
    const known = listed.get(s);
    if (known) return known;
    const axes = freeAxes(s).map(letter);
    const symbol: Printed = {
      text: axes.length > 0 ? `${name}[${axes.join(",")}]` : name,
      precedence: atom,
    };
    listed.set(s, symbol);
    parts.push(`${symbol.text} = ${plain(s).text}`);
    return symbol;
  };

  const printed = new Map<Scalar, Printed>();
  const print = (s: Scalar): Printed => {
    const known = printed.get(s);
    if (known) return known;
    const isPart = s.kind === "call" || s.kind === "reduce" || s.kind === "load";
    const whole = (isPart ? named(s) : undefined) ?? plain(s);
    const shown = whole.text.length > longestPart ? { text: "…", precedence: atom } : whole;
    printed.set(s, shown);
    return shown;
  };

  const plain = (s: Scalar): Printed => {
    switch (s.kind) {
      case "const":
        return number(s.value, s.dtype);
      case "axis":
        return { text: s.axis.extent === 1 ? "0" : letter(s.axis), precedence: atom };
      case "size":
        return { text: s.name, precedence: atom };
      case "load":
        return { text: subscript(s.node, s.index), precedence: atom };
      case "element":
      case "local":
        return { text: s.kind === "local" ? s.name : nameOf(s.node), precedence: atom };
      case "reduce": {
        const axes = s.axes.filter((axis) => axis.extent !== 1).map(letter);
        const body = print(s.body);
        const range = s.until ? `_{${letter(s.axes[0])} ≤ ${print(s.until).text}}` : "";
        const over = axes.length > 0 ? `_${axes.join("")}` : "";
        const sign = `${reduceSigns[s.fn]}${range || over}`;
        return { text: `${sign} ${close(body, mul)}`, precedence: mul };
      }
      case "call": {
        if (s.fn === "cast" && s.args[0].dtype === "bool")
          return { text: `[${print(s.args[0]).text}]`, precedence: atom };
        const args = s.args.map(print);
        if (s.fn === "random") args[1] = streamText(s.args[1]) ?? args[1];
        return (isDefined(s.fn) ? fn(s.fn) : notation[s.fn])(args, s.dtype);
      }
    }
  };

  const whole = subscript(stage.into, [
    ...stage.prefix,
    ...stage.axes.map((axis): Scalar => ({ kind: "axis", key: "", dtype: "int32", axis })),
  ]);
  const body = plain(stage.body).text;
  const isOwn = stage.into === stage.value || stage.prefix.length > 0;
  const arrow = isOwn ? "=" : "←";
  const derivative = isOwn ? derivativeOf(stage.value, program) : undefined;
  const ranges = rangesOf(stage, letter);
  const lines = [`${whole} ${arrow} ${body}`, ...parts.reverse().map((part) => `  where ${part}`)];
  if (derivative) lines[0] = `${derivative} ≡ ${lines[0]}`;
  if (ranges) lines.push(`  for ${ranges}`);
  return lines;
}

/** `∂cost/∂W` for a gradient. */
export function derivativeOf(node: Node, program: Program): string | undefined {
  if (!node.derivative) return undefined;
  const [of, by] = [program.final(node.derivative.of), program.final(node.derivative.by)].map((n) =>
    program.names.get(n),
  );
  if (!of || !by) return undefined;
  return node.derivative.order === 2 ? `∂²${of}/∂${by}²` : `∂${of}/∂${by}`;
}

/** A stream's number is a hash of its name, which says more. */
function streamText(stream: Scalar): Printed | undefined {
  const name = stream.kind === "const" ? streamName(stream.value) : undefined;
  return name ? { text: name, precedence: atom } : undefined;
}

function freeAxes(s: Scalar): Axis[] {
  const bound = new Set(walk(s).flatMap((p) => (p.kind === "reduce" ? p.axes : [])));
  const axes = walk(s).flatMap((p) => (p.kind === "axis" && p.axis.extent !== 1 ? [p.axis] : []));
  return [...new Set(axes)].filter((axis) => !bound.has(axis)).sort((a, b) => a.id - b.id);
}

function rangesOf(stage: Stage, letter: (axis: Axis) => string): string {
  const reduced = walk(stage.body).flatMap((s) => (s.kind === "reduce" ? s.axes : []));
  const running = walk(stage.body).flatMap((s) => (s.kind === "reduce" && s.until ? s.axes : []));
  const own = [...stage.axes, ...reduced];
  const outer = [stage.body, ...stage.prefix]
    .flatMap(walk)
    .flatMap((s) => (s.kind === "axis" && !own.includes(s.axis) ? [s.axis] : []));
  const ranges = [...outer, ...own]
    .filter((axis) => axis.extent !== 1 && !running.includes(axis))
    .map((axis) => `${letter(axis)} < ${dimText(axis.extent)}`);
  return [...new Set(ranges)].sort().join(", ");
}

function number(value: number, dtype: DType): Printed {
  if (dtype === "bool") return { text: value !== 0 ? "true" : "false", precedence: atom };
  const text = decimal(value, dtype).replace("Infinity", "∞").replace("-", "−");
  return { text, precedence: value < 0 ? add : atom };
}
