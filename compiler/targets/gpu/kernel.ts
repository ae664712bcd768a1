/** One kernel as the source of a gpu.js kernel function: it computes the element at this.thread. */

import { fail } from "../../diagnostics/error.ts";
import type { Node } from "../../graph/node.ts";
import type { DType, Shape } from "../../graph/types.ts";
import { drawsWithin, exactDecision, isDraw } from "../../kernels/draws.ts";
import { helperName, isDefined, spelled } from "../../kernels/functions.ts";
import type { Stage } from "../../kernels/lower.ts";
import type { Program } from "../../kernels/program.ts";
import {
  type Axis,
  type DefinedFn,
  type InstructionFn,
  indexAdd,
  load,
  type ReduceFn,
  rangeOf,
  rewrite,
  type Scalar,
  walk,
} from "../../kernels/scalar.ts";

/** A kernel to be printed: arguments by name, sizes that are constants of the run. */
export interface GpuKernel {
  readonly source: readonly string[];
  /** Values it reads, in the order of its parameters. */
  readonly args: readonly Node[];
  /** Named sizes, which are constants of a kernel built for them. */
  readonly sizes: readonly string[];
}

type Call = Extract<Scalar, { kind: "call" }>;
type Print = (args: readonly string[], s: Call) => string;

const infix =
  (sign: string): Print =>
  ([a, b]) =>
    `(${a} ${sign} ${b})`;
const method =
  (name: string): Print =>
  (args) =>
    `Math.${name}(${args.join(", ")})`;

const isInt = (dtype: DType): boolean => dtype === "int32" || dtype === "int64";

/** The scalar language in gpu.js's JavaScript; integers and truth values are floats on the device. */
const table: Record<InstructionFn, Print> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: ([a, b], s) => (isInt(s.dtype) ? `Math.floor(${a} / ${b})` : `(${a} / ${b})`),
  mod: ([a, b]) => `(${a} - ${b} * Math.floor(${a} / ${b}))`,
  pow: method("pow"),
  neg: ([a]) => `(-${a})`,
  abs: method("abs"),
  sign: ([a]) => `(${a} > 0 ? 1 : (${a} < 0 ? -1 : 0))`,
  floor: method("floor"),
  exp: method("exp"),
  log: method("log"),
  // Accurate near 0, where 1 + x and eˣ − 1 lose digits; defined by the runtime's adapter.
  log1p: ([a]) => `log1p(${a})`,
  expm1: ([a]) => `expm1(${a})`,
  sqrt: method("sqrt"),
  sin: method("sin"),
  cos: method("cos"),
  tanh: method("tanh"),
  atan2: method("atan2"),
  max: method("max"),
  min: method("min"),
  lt: infix("<"),
  le: infix("<="),
  gt: infix(">"),
  ge: infix(">="),
  eq: infix("==="),
  ne: infix("!=="),
  and: infix("&&"),
  or: infix("||"),
  not: ([a]) => `(!${a})`,
  where: ([c, a, b]) => `(${c} ? ${a} : ${b})`,
  cast: ([a], s) => {
    const from = s.args[0].dtype;
    if (s.dtype === "bool") return `(${a} !== 0)`;
    if (from === "bool") return `(${a} ? 1 : 0)`;
    if (s.args[0].kind === "call" && s.args[0].fn === "floor") return a;
    if (isInt(s.dtype) && !isInt(from)) return `(${a} < 0 ? Math.ceil(${a}) : Math.floor(${a}))`;
    return a;
  },
  rounded: (args, s) => (s.dtype === "float32" ? method("fround")(args, s) : args[0]),
  random: ([seed, stream, call, counter], s) => {
    const key = [halves(s.args[0], seed), halves(s.args[1], stream)];
    const most = rangeOf(s.args[3]).max;
    if (Number.isFinite(most) && most >= 2 ** 24)
      fail("ADJ5001", "the gpu target draws at most 2²⁴ numbers at once: it counts in floats");
    return `random(${key.join(", ")}, ${call}, ${counter})`;
  },
};

/** Both halves of a 32-bit word: a float does not hold it as a whole. */
function halves(s: Scalar, text: string): string {
  if (s.kind === "const") return `${(s.value >>> 16) & 0xffff}, ${s.value & 0xffff}`;
  const upper = `Math.floor(${text} * ${2 ** -16})`;
  return `${upper} - 65536 * Math.floor(${text} * ${2 ** -32}), ${text} - 65536 * ${upper}`;
}

/** Whole numbers of a draw come of products that are not rounded. */
function wholeDraw(s: Call, print: (s: Scalar) => string): string | undefined {
  const [a] = s.args;
  if (s.fn !== "floor" || a.kind !== "call" || a.fn !== "mul" || !drawsWithin(a)) return undefined;
  const [u, n] = isDraw(a.args[0]) ? a.args : [a.args[1], a.args[0]];
  if (!isDraw(u) || drawsWithin(n))
    fail("ADJ5001", "the gpu target draws whole numbers below 4,097: its products have 24 bits");
  return `random_below(${print(u)}, ${print(n)})`;
}

const decided = (s: Call, print: (s: Scalar) => string): [Call, string[]] => {
  const exact = exactDecision(s);
  return [exact, exact.args.map(print)];
};

/** A call of an instruction, or of a helper that is handed to the device along with the kernels. */
function printCall(s: Call, args: readonly string[]): string {
  return isDefined(s.fn) ? `${helperName(s.fn)}(${args.join(", ")})` : table[s.fn](args, s);
}

/** The source of a helper: a function of one number that shaders lack. */
export function gpuHelper(fn: DefinedFn): string[] {
  const { parts, result } = spelled(fn);
  const print = (s: Scalar): string => {
    if (s.kind === "const") return constantText(s.value, s.dtype);
    if (s.kind === "local") return s.name;
    if (s.kind === "call") return printCall(s, s.args.map(print));
    return fail("ADJ9001", `a ${s.kind} in the definition of ${fn}`);
  };
  return [
    `function ${helperName(fn)}(x) {`,
    ...parts.map(({ name, value }) => `  const ${name} = ${unwrapped(print(value))};`),
    `  return ${unwrapped(print(result))};`,
    "}",
  ];
}

/** Device arrays have up to three axes; what has more lies flat. */
export function deviceShape(shape: Shape): Shape | undefined {
  return shape.length <= 3 ? shape : undefined;
}

/** The largest float32, which stands in for infinity: shaders have no name for that. */
const huge = "3.4028234e38";

/** Writes the body of a kernel. @throws ADJ5001 for what the device cannot do */
export function gpuKernel(
  stage: Stage,
  program: Program,
  letter: (axis: Axis) => string,
): GpuKernel {
  const views = new Map(program.views.map((view) => [view.node, view]));
  // A batch is read where it lies in the data: its first row is added to the index.
  const body = rewriteViews(stage.body, views);
  const nameOf = (node: Node): string => program.names.get(node) ?? node.op.name;
  // What it reads are its parameters; of all else a kernel may use the name for itself.
  const names = new Set(walk(body).flatMap((s) => (s.kind === "load" ? [nameOf(s.node)] : [])));
  const lines: string[] = [];
  const args: Node[] = [];
  const sizes = new Set<string>();
  let depth = 1;
  const line = (text: string): void => {
    lines.push(`${"  ".repeat(depth)}${text}`);
  };
  const fresh = (wanted: string): string => {
    let name = wanted;
    for (let n = 2; names.has(name); n++) name = `${wanted}_${n}`;
    names.add(name);
    return name;
  };
  const axes = new Map<Axis, string>();
  const size = (dim: number | string): string => {
    if (typeof dim === "number") return String(dim);
    sizes.add(dim);
    return `this.constants.${dim}`;
  };

  const print = (s: Scalar): string => {
    switch (s.kind) {
      case "const":
        return constantText(s.value, s.dtype);
      case "axis":
        return axes.get(s.axis) ?? "0";
      case "size":
        return size(s.name);
      case "load":
        return loadText(s.node, s.index);
      case "call":
        if (
          s.dtype === "int32" &&
          s.fn === "mul" &&
          !s.args.some((a) => a.kind === "const" || isIndex(a))
        ) {
          fail(
            "ADJ5001",
            "the gpu target holds integers as floats, so a product of two int32 values may be inexact",
            {
              ...(stage.value.site ? { site: stage.value.site } : {}),
              hint: 'cast(x, "float32"), or leave the gpu target out: --target typescript',
            },
          );
        }
        return wholeDraw(s, print) ?? printCall(...decided(s, print));
      case "reduce":
        return reduceText(s);
      default:
        return fail("ADJ9001", `a schedule's ${s.kind} reached the gpu target`);
    }
  };

  const loadText = (node: Node, index: readonly Scalar[]): string => {
    if (!args.includes(node)) args.push(node);
    const isArgument = node.op.name === "symbol" && node.shape.length === 0;
    const name = nameOf(node);
    if (isArgument) return name;
    const place =
      node.shape.length === 0
        ? ["0"]
        : deviceShape(node.shape)
          ? index.map(print)
          : [flatText(node.shape, index)];
    const element = `${name}${place.map((p) => `[${unwrapped(p)}]`).join("")}`;
    return node.type.dtype === "bool" ? `(${element} > 0.5)` : element;
  };

  const flatText = (shape: Shape, index: readonly Scalar[]): string =>
    index
      .slice(1)
      .reduce((flat, i, n) => `(${flat} * ${size(shape[n + 1])} + ${print(i)})`, print(index[0]));

  const reduceText = (s: Extract<Scalar, { kind: "reduce" }>): string => {
    const node = program.lowerer.nodeOf(s);
    const whole = node ? nameOf(node) : nameOf(stage.into);
    const part = s.fn === "add" ? "sum" : s.fn;
    const acc = fresh(new RegExp(`(^|_)${part}$`).test(whole) ? whole : `${whole}_${part}`);
    const positional = s.fn === "argmax" || s.fn === "argmin";
    const best = positional ? fresh(`${acc}_best`) : "";
    const isBool = s.dtype === "bool";
    line(`let ${acc} = ${startText(s.fn, isBool)};`);
    if (positional) line(`let ${best} = ${s.fn === "argmax" ? `-${huge}` : huge};`);
    const open = (rest: readonly Axis[]): void => {
      const [axis, ...inner] = rest;
      if (!axis) {
        const value = isBool ? `(${print(s.body)} ? 1 : 0)` : print(s.body);
        // The loop has a fixed end, which shaders ask for.
        const guard = s.until ? `if (${axes.get(s.axes[0]) ?? "0"} <= ${print(s.until)}) ` : "";
        if (positional) {
          const held = fresh(`${acc}_value`);
          line(`const ${held} = ${unwrapped(value)};`);
          line(`if (${held} ${s.fn === "argmax" ? ">" : "<"} ${best}) {`);
          line(`  ${best} = ${held};`);
          line(`  ${acc} = ${axes.get(s.axes[0]) ?? "0"};`);
          line("}");
        } else if (s.fn === "add" || s.fn === "mul")
          line(`${guard}${acc} = ${acc} ${s.fn === "add" ? "+" : "*"} ${value};`);
        else line(`${guard}${acc} = Math.${s.fn}(${acc}, ${value});`);
        return;
      }
      if (axis.extent === 1) {
        open(inner);
        return;
      }
      const i = fresh(letter(axis));
      axes.set(axis, i);
      line(`for (let ${i} = 0; ${i} < ${size(axis.extent)}; ${i}++) {`);
      depth++;
      open(inner);
      depth--;
      line("}");
    };
    open(s.axes);
    return isBool ? `(${acc} > 0.5)` : acc;
  };

  bindThread(stage, axes, fresh, letter, line, size);
  const result =
    stage.value.type.dtype === "bool" ? `${print(body)} ? 1 : 0` : unwrapped(print(body));
  line(`return ${result};`);
  const parameters = args.map(nameOf).join(", ");
  return {
    source: [`function ${fresh(`${nameOf(stage.into)}_kernel`)}(${parameters}) {`, ...lines, "}"],
    args,
    sizes: [...sizes],
  };
}

/** Names the thread's place: one constant a spatial axis. */
function bindThread(
  stage: Stage,
  axes: Map<Axis, string>,
  fresh: (name: string) => string,
  letter: (axis: Axis) => string,
  line: (text: string) => void,
  size: (dim: number | string) => string,
): void {
  const { shape } = stage.value;
  const spatial = stage.axes;
  if (deviceShape(shape)) {
    const thread = ["this.thread.x", "this.thread.y", "this.thread.z"];
    for (const [n, axis] of spatial.entries()) {
      if (axis.extent === 1) continue;
      const name = fresh(letter(axis));
      axes.set(axis, name);
      line(`const ${name} = ${thread[spatial.length - 1 - n]};`);
    }
    return;
  }
  let stride = "1";
  for (const axis of [...spatial].reverse()) {
    if (axis.extent !== 1) {
      const name = fresh(letter(axis));
      axes.set(axis, name);
      const place = stride === "1" ? "this.thread.x" : `Math.floor(this.thread.x / (${stride}))`;
      line(
        `const ${name} = ${place} - ${size(axis.extent)} * Math.floor(this.thread.x / (${stride} * ${size(axis.extent)}));`,
      );
    }
    stride = stride === "1" ? size(axis.extent) : `${stride} * ${size(axis.extent)}`;
  }
}

function rewriteViews(
  body: Scalar,
  views: ReadonlyMap<Node, { base: Node; start: Scalar }>,
): Scalar {
  const replaced = rewrite(body, (s) => {
    if (s.kind !== "load") return undefined;
    const view = views.get(s.node);
    if (!view) return undefined;
    const [row, ...rest] = s.index.map((i) => rewriteViews(i, views));
    return load(view.base, [indexAdd(view.start, row), ...rest]);
  });
  return walk(replaced).some((s) => s.kind === "load" && views.has(s.node))
    ? rewriteViews(replaced, views)
    : replaced;
}

/** Arithmetic of loop counters and sizes, which stays small. */
function isIndex(s: Scalar): boolean {
  return walk(s).every((part) => part.kind !== "load" && part.kind !== "reduce");
}

function startText(fn: ReduceFn, isBool: boolean): string {
  if (isBool) return fn === "max" ? "0" : "1";
  return { add: "0", mul: "1", max: `-${huge}`, min: huge, argmax: "0", argmin: "0" }[fn];
}

function constantText(value: number, dtype: DType): string {
  if (dtype === "bool") return value !== 0 ? "true" : "false";
  if (value === Number.POSITIVE_INFINITY) return huge;
  if (value === Number.NEGATIVE_INFINITY) return `(-${huge})`;
  return value < 0 ? `(${value})` : String(value);
}

/** Without the parentheses around the whole. */
function unwrapped(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (depth === 0 && i < text.length - 1) return text;
  }
  return text.slice(1, -1);
}
