/** One function of a model in WebAssembly: its nests, and what a program calls. */

import type { Node } from "../../graph/node.ts";
import { type Dim, dimParts, dimPlus, sizesOf, staticSize } from "../../graph/types.ts";
import type { Rider } from "../../kernels/contraction/riding.ts";
import type { Call, Choice, Nest, Repeat } from "../../kernels/loops.ts";
import { roomOf } from "../../kernels/plan.ts";
import type { View } from "../../kernels/program.ts";
import { isArray } from "../../kernels/program.ts";
import { constant, indexMul, local, rewrite, type Scalar } from "../../kernels/scalar.ts";
import type { CommonKernels, OwnKernel } from "../common.ts";
import { Body } from "./body.ts";
import { type Code, i32, plus, times } from "./code.ts";
import { inDimensions, type Scope, scalar } from "./expression.ts";
import { type FunctionLayout, type Layout, madeSizes, nameIn, type Place } from "./layout.ts";
import { elementBytes, inWasm, numberTypes } from "./names.ts";
import {
  functionLines,
  valueAt,
  type WrittenFunction,
  type WrittenNest,
  writeNest,
} from "./nest.ts";
import { comment } from "./text.ts";

/** The number of a function whose units threads share. */
const jobOf = (name: string): Code => ["global.get", `${name}.job`];

/** A nest as a function of the module. */
export interface WasmKernel extends OwnKernel {
  readonly of: Nest;
  readonly written: WrittenNest;
}

/** The kernels that a function would have of its own. */
export function kernelsOf(
  own: FunctionLayout,
  helper: (name: string) => string,
): readonly WasmKernel[] {
  const { fn } = own;
  return [...own.runs].map(([nest, run]): WasmKernel => {
    const name = inWasm(`${fn.program.name}.${nest.name}`);
    const written = writeNest(own, run, name, helper);
    // What it is called is all that it declares for others; what lies elsewhere has other names.
    const lines = written.functions.flatMap((one) => one.lines);
    const text = lines
      .map((line) =>
        line === `(func $${name}` ? "(func" : line.replace(`(func $${name} `, "(func "),
      )
      .join("\n");
    return { fn, of: nest, value: nest.name, name, text, written };
  });
}

export function writeFunction(
  layout: Layout,
  own: FunctionLayout,
  kernels: CommonKernels<WasmKernel>,
  helper: (name: string) => string,
): readonly WrittenFunction[] {
  const { fn } = own;
  const { program } = fn;
  const writer = new FunctionWriter(layout, own, kernels, helper);
  const inputs = program.inputs.map((node) => nameIn(fn, node)).join(", ");
  const results = program.outputs.map((node) => nameIn(fn, node)).join(", ");
  const updated = program.source.updates.map(({ target }) => nameIn(fn, target)).join(", ");
  const about = `${program.name}(${inputs})${results ? ` → ${results}` : ""}${updated ? `; updates ${updated}` : ""}`;
  const lines = functionLines([about], inWasm(program.name), [], writer.write());
  const named = kernels.writtenWith(fn).flatMap((kernel) => {
    const others = comment(kernels.alsoFor(kernel));
    return kernel.written.functions.map((one) => ({ ...one, lines: withNote(one.lines, others) }));
  });
  return [...named, { name: inWasm(program.name), lines }];
}

/** More lines of comment, behind those that a function begins with. */
function withNote(lines: readonly string[], note: readonly string[]): string[] {
  const at = lines.findIndex((line) => !line.startsWith(";;"));
  return [...lines.slice(0, at), ...note, ...lines.slice(at)];
}

class FunctionWriter {
  readonly #layout: Layout;
  readonly #own: FunctionLayout;
  readonly #kernels: CommonKernels<WasmKernel>;
  readonly #body: Body;
  readonly #scope: Scope;
  /** Values whose size is not known yet; callers make memory for results whose size they know. */
  readonly #waiting: Set<Node>;

  constructor(
    layout: Layout,
    own: FunctionLayout,
    kernels: CommonKernels<WasmKernel>,
    helper: (name: string) => string,
  ) {
    const { fn } = own;
    this.#layout = layout;
    this.#own = own;
    this.#kernels = kernels;
    this.#body = new Body({ letter: () => "", nameOf: (node) => nameIn(fn, node), helper });
    const made = new Set(madeSizes(fn.calls));
    const isMade = (node: Node): boolean => sizesOf(node.shape).some((size) => made.has(size));
    const { outputs } = fn.program;
    this.#waiting = new Set([
      ...fn.plan.dynamic.filter((node) => !outputs.includes(node)),
      ...outputs.filter(isMade),
    ]);
    this.#scope = {
      base: (node) => this.#valueOf(node),
      axis: () => "",
      size: (name) => this.#sizeOf(name),
      local: (name, dtype) => ({
        code: valueAt(this.#numbers.get(name) as Place, dtype),
        type: numberTypes[dtype],
      }),
      helper,
    };
  }

  readonly #numbers = new Map<string, Place>();

  #placeOf(node: Node): Place {
    const place = this.#own.places.get(node);
    if (!place) throw new Error(`${nameIn(this.#own.fn, node)} has no place`);
    return place;
  }
  #valueOf(node: Node): Code {
    return valueAt(this.#placeOf(node), node.type.dtype);
  }
  #sizeOf(name: string): Code {
    return valueAt(this.#own.sizes.get(name) as Place, "int32");
  }
  #dim(dim: Dim): Code {
    if (typeof dim === "number") return i32(dim);
    const { name, offset } = dimParts(dim);
    return plus(this.#sizeOf(name), i32(offset));
  }

  /** A scalar of inputs and results. */
  #scalar(s: Scalar): Code {
    const named = rewrite(s, (part) => {
      if (part.kind !== "load") return undefined;
      const name = nameIn(this.#own.fn, part.node);
      this.#numbers.set(name, this.#placeOf(part.node));
      return local(name, part.dtype);
    });
    const code = scalar(named, this.#scope);
    return named.dtype === "int64" ? ["i32.wrap_i64", code] : code;
  }

  #storeAt(place: Place, value: Code): void {
    this.#body.push(["i32.store", ["global.get", `$${place.global}`], value]);
  }

  write(): Body {
    const { fn, sizes } = this.#own;
    for (const view of fn.program.views) this.#view(view);
    this.#allocate(new Set([...this.#layout.dataSizes.keys(), ...this.#given(sizes)]));
    this.#calls(fn.calls);
    return this.#body;
  }

  #given(sizes: ReadonlyMap<string, Place>): string[] {
    const inputs = this.#own.fn.program.inputs.flatMap((node) => sizesOf(node.shape));
    return [...sizes.keys()].filter((name) => inputs.includes(name));
  }

  #view({ node, base, start }: View): void {
    const row = staticSize(node.shape.slice(1)) as number;
    const offset = inDimensions(node, this.#scalar(indexMul(start, constant(row, "int32"))));
    const bytes = times(offset, elementBytes[node.type.dtype]);
    this.#storeAt(this.#placeOf(node), plus(this.#valueOf(base), bytes));
  }

  readonly #known = new Set<string>();

  /** Takes free memory for temporaries whose size is known now. */
  #allocate(names: Iterable<string>): void {
    for (const name of names) this.#known.add(name);
    const free: Code = ["global.get", `$${this.#layout.free.global}`];
    for (const node of [...this.#waiting]) {
      const room = roomOf(this.#own.fn.plan, node);
      if (!sizesOf(room).every((size) => this.#known.has(size))) continue;
      this.#waiting.delete(node);
      const bytes = this.#bytesOf(room, elementBytes[node.type.dtype]);
      this.#storeAt(this.#placeOf(node), ["call", this.#body.helper("allocate"), free, bytes]);
    }
  }

  /** Bytes of an array in double precision: what is known of them, times the sizes that are not. */
  #bytesOf(shape: readonly Dim[], bytes: number): Code {
    const known = [...shape.filter((dim) => typeof dim === "number" && dim !== 1), bytes];
    const factor = known.reduce<number>((n, dim) => n * (dim as number), 1);
    const written: Code = ["f64.const", String(factor), `(; ${known.join("·")} bytes ;)`];
    return shape
      .filter((dim) => typeof dim !== "number")
      .map((dim): Code => ["f64.convert_i32_s", this.#dim(dim)])
      .concat([written])
      .reduce((a, b) => ["f64.mul", a, b]);
  }

  #calls(calls: readonly Call[]): void {
    for (const call of calls) {
      switch (call.kind) {
        case "size":
          this.#storeAt(this.#own.sizes.get(call.name) as Place, this.#scalar(call.value));
          this.#allocate([call.name]);
          break;
        case "repeat":
          this.#repeat(call);
          break;
        case "choice":
          this.#choice(call);
          break;
        case "nest": {
          // Without one it rides along with another.
          if (!this.#own.runs.has(call.nest)) break;
          const own = this.#kernels.ownOf(call.nest) as WasmKernel;
          const { units, isShared } = own.written;
          const name = `$${this.#kernels.calledFor(call.nest)?.name}`;
          this.#body.push(
            units === undefined
              ? ["call", name]
              : isShared
                ? ["call", this.#body.helper("share"), jobOf(name), this.#withSizes(units)]
                : ["call", name, i32(0), this.#withSizes(units)],
          );
          for (const rider of this.#own.runs.get(call.nest)?.riders ?? [])
            this.#sumOfParts(rider, units as Code);
        }
      }
    }
  }

  /** A sum that has ridden along: its parts are added in the order of the units, whoever has done them. */
  #sumOfParts({ stage, result }: Rider, units: Code): void {
    const { into } = stage;
    const parts = this.#own.parts.get(into) as Place;
    const sum: Code = [
      "f32.demote_f64",
      ["call", this.#body.helper("sum_of_parts"), ["global.get", `$${parts.global}`], units],
    ];
    const scope: Scope = { ...this.#scope, local: () => ({ code: sum, type: "f32" }) };
    const address: Code = ["global.get", `$${this.#placeOf(into).global}`];
    this.#body.push(["f32.store", address, scalar(result, scope)]);
  }

  /** Locals that are named sizes are those of the function's memory. */
  #withSizes(code: Code): Code {
    if (typeof code === "string") return code;
    if (code[0] === "local.get") {
      const local = (code[1] as string).slice(1);
      const size = [...this.#own.sizes.keys()].find((name) => inWasm(name) === local);
      return this.#sizeOf(size as string);
    }
    return code.map((part) => this.#withSizes(part));
  }

  #truthOf(node: Node): Code {
    return isArray(this.#own.fn.program, node)
      ? ["i32.load8_u", this.#valueOf(node)]
      : this.#valueOf(node);
  }

  #choice({ condition, holds, otherwise }: Choice): void {
    const sides = [holds, otherwise].map((side) => this.#body.inside(() => this.#calls(side)));
    this.#body.push([
      "if",
      this.#truthOf(condition),
      ["then", ...sides[0]],
      ...(sides[1].length > 0 ? [["else", ...sides[1]] as const] : []),
    ]);
  }

  #repeat({ axis, counter, backwards, body: calls, until, counts }: Repeat): void {
    const body = this.#body;
    const place = this.#own.counters.get(counter) as Place;
    const now = valueAt(place, "int32");
    const made = counts ? (this.#own.sizes.get(counts) as Place) : undefined;
    if (made) this.#storeAt(made, i32(0));
    this.#storeAt(place, backwards ? this.#dim(dimPlus(axis.extent, -1)) : i32(0));
    const goesOn: Code = backwards
      ? ["i32.ge_s", now, i32(0)]
      : ["i32.lt_s", now, this.#dim(axis.extent)];
    const [end, again] = [`$end_of_${counter}`, `$each_${counter}`];
    const steps = body.inside(() => {
      this.#calls(calls);
      if (made) this.#storeAt(made, plus(valueAt(made, "int32"), i32(1)));
      if (until) body.push(["br_if", end, this.#truthOf(until)]);
      this.#storeAt(place, plus(now, i32(backwards ? -1 : 1)));
    });
    body.push([
      "block",
      end,
      ["loop", again, ["br_if", end, ["i32.eqz", goesOn]], ...steps, ["br", again]],
    ]);
    if (counts) this.#allocate([counts]);
  }
}
