/** One loop nest as functions of C: what it computes on is handed to it, so that functions of a model may share it. */

import type { Node } from "../../graph/node.ts";
import { sizesOf } from "../../graph/types.ts";
import type { Nest, Statement } from "../../kernels/loops.ts";
import { type Axis, type Scalar, walk } from "../../kernels/scalar.ts";
import { isPerStep, perStep } from "../../kernels/steps.ts";
import type { CompiledFunction } from "../../model.ts";
import type { OwnKernel } from "../common.ts";
import { Writer } from "../writer.ts";
import { writeContraction } from "./contraction/index.ts";
import { isStored, type RidingSum, rowOfTile, Scope } from "./contraction/scope.ts";
import { describe } from "./describe.ts";
import { elementTypes, type Names, numberTypes, roundsEach } from "./expression.ts";
import { dimInC, inC, nameOf } from "./names.ts";
import { RoutedWriter } from "./routed.ts";
import { type Cut, countOf, type Run } from "./share.ts";
import { longSums, writeStatements } from "./statements.ts";

/** What a kernel is handed. */
export interface Operand {
  /** `const float *`, `int32_t ` */
  readonly type: string;
  readonly name: string;
  /** What it is of a function; undefined for a size, a counter and the parts of a sum. */
  readonly node?: Node;
}

export interface NativeKernel extends OwnKernel {
  readonly of: Nest;
  readonly run: Run;
  readonly doc: readonly string[];
  /** The struct of its operands, if it has one, and its functions: together its text. */
  readonly struct: string;
  readonly functions: string;
  /** In the order in which they are handed over: members of a struct where the work is cut into units. */
  readonly operands: readonly Operand[];
  /** What is left to do once all units are done is handed the parts of its sums, and these. */
  readonly atEnd: readonly Operand[];
}

/** The struct of a kernel's operands. */
export const structName = (kernel: string): string => `struct ${kernel}_operands`;

/** The function that does units of a kernel's work. */
export const unitsName = (kernel: string, { cut }: Run): string =>
  cut ? `${kernel}_units` : kernel;

/** The kernel of a nest, as the function would have it for itself. */
export function kernelOf(fn: CompiledFunction, run: Run): NativeKernel {
  const writer = new KernelWriter(fn, run);
  const { operands, atEnd } = writer.write();
  const [struct, functions] = [writer.struct, writer.out].map((part) => part.toString().trimEnd());
  const text = `${struct}\n${functions}`.trimStart();
  const { name, nest } = run;
  const written = { text, struct, functions, doc: writer.doc };
  return { fn, of: nest, value: nest.name, name, run, ...written, operands, atEnd };
}

/** Names that a kernel declares: its functions, its struct, their members, parameters and variables. */
export function* declaredIn(text: string): Iterable<string> {
  const name = "([\\p{L}_$][\\p{L}\\p{N}_$]*)";
  const types = "(?:void|float|double|bool|int|long|int32_t|int64_t|uint8_t|size_t|ptrdiff_t|f32v)";
  const declarations = [
    new RegExp(`\\b${types}\\s+(?:\\*\\s*)?(?:restrict )?${name}`, "gu"),
    new RegExp(`\\bstruct ${name} \\{`, "gu"),
    new RegExp(`\\bstruct \\S+ \\*${name}`, "gu"),
  ];
  for (const declaration of declarations)
    for (const [, declared] of text.matchAll(declaration)) yield declared;
}

/** A nest with what follows it element by element. */
function together({ nest, follower }: Run): Nest {
  if (!follower) return nest;
  const other = follower.nest;
  const both = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];
  return {
    ...nest,
    stages: [...nest.stages, ...other.stages],
    memory: both(nest.memory, other.memory),
    scalars: both(nest.scalars, other.scalars),
    sizes: both(nest.sizes, other.sizes),
  };
}

/** Writes the functions of one nest. */
class KernelWriter {
  readonly out = new Writer();
  readonly struct = new Writer();
  readonly doc: readonly string[];
  readonly #fn: CompiledFunction;
  readonly #run: Run;
  readonly #nest: Nest;
  readonly #names: Names;
  readonly #taken: ReadonlySet<string>;

  constructor(fn: CompiledFunction, run: Run) {
    const { contraction, routed, follower } = run;
    const nest = together(run);
    const letters = new Map<Axis, string>();
    const taken = new Set<string>([
      ...nest.memory.map((node) => nameOf(fn, node)),
      ...nest.scalars.map((node) => nameOf(fn, node)),
      ...nest.sizes.map(inC),
    ]);
    const letter = (axis: Axis): string => {
      const known = nest.axisNames.get(axis) ?? letters.get(axis);
      if (known) return known;
      const used = new Set([...nest.axisNames.values(), ...letters.values(), ...taken]);
      // The functions of a product count the rows of a tile by it.
      if (contraction) used.add(rowOfTile);
      const free = [..."ijklmnqrstuvw"].find((l) => !used.has(l)) ?? `axis${letters.size}`;
      letters.set(axis, free);
      return free;
    };
    for (const s of follower?.statements ?? []) if (s.kind === "let") taken.add(inC(s.local.name));
    // What follows a product is written with the indices of the product.
    const own = run.nest.stages[0].axes.filter((axis) => axis.extent !== 1);
    for (const stage of follower?.nest.stages ?? [])
      for (const [n, axis] of stage.axes.filter((a) => a.extent !== 1).entries())
        letters.set(axis, letter(own[n]));
    this.#fn = fn;
    this.#run = run;
    this.#nest = nest;
    this.#taken = taken;
    this.#names = {
      nameOf: (node) => nameOf(fn, node),
      letter,
      keepsSums: contraction !== undefined || routed !== undefined,
    };
    this.doc = describe(fn, run, nest, this.#names);
  }

  /** @returns what a call hands over, and what it hands to what is done at the end */
  write(): Pick<NativeKernel, "operands" | "atEnd"> {
    const { contraction, routed, cut } = this.#run;
    if (routed || contraction) return { operands: this.#writeUnits(), atEnd: [] };
    if (!cut) return { operands: this.#writeAtOnce(), atEnd: [] };
    return this.#writeCut(cut);
  }

  /** A product or a sparse sum, which takes its operands in a struct. */
  #writeUnits(): Operand[] {
    const { name, contraction, routed, parts } = this.#run;
    const body = new Writer();
    const type = structName(name);
    const used = new Set<string>();
    const memory = new Set<Node>();
    const using = (touched: readonly Node[], write: () => void): void => {
      for (const node of touched) memory.add(node);
      const own = [...touched.map((node) => this.#operand(node)), ...this.#numbers()];
      const declarations = own.map((operand) => [operand.name, this.#unpacked(operand)] as const);
      for (const one of body.using(declarations, write)) used.add(one);
    };
    if (routed) {
      const [{ into }] = this.#nest.stages;
      const writer = new RoutedWriter(body, into, routed, this.#names, this.#free);
      body.block(`static void ${name}(void *on, int from, int to) {`, () => {
        body.line(`const ${type} *operands = on;`);
        using(writer.nodes, () => writer.write());
      });
    } else if (contraction) writeContraction(this.#scope(body), { name, type, using });
    const all = [...[...memory].map((node) => this.#operand(node)), ...this.#numbers()];
    const operands = [
      ...all.filter((operand) => used.has(operand.name)),
      ...parts.map(({ array }) => ({ type: "double *", name: array })),
    ];
    this.#writeStruct(operands);
    this.out.text(body.toString());
    return operands;
  }

  #scope(out: Writer): Scope {
    const { contraction, riders, follower, parts } = this.#run;
    if (!contraction) throw new Error("a scope is that of a contraction");
    const { plan, program } = this.#fn;
    const own = new Set([...plan.slots.map((slot) => slot.node), ...plan.dynamic]);
    const isOwn = (node: Node): boolean => own.has(node) && !program.outputs.includes(node);
    const riding = riders.map(
      ({ term, isBefore }, i): RidingSum => ({ ...parts[i], term, isBefore }),
    );
    const isNumber = (node: Node): boolean => this.#nest.scalars.includes(node);
    const isKept = isStored(program, contraction.stage.into);
    const following = follower && { statements: follower.statements, isKept };
    const args = [contraction, this.#names, this.#free, isOwn, isNumber] as const;
    return new Scope(out, ...args, riding, following);
  }

  /** Loops that run at once. */
  #writeAtOnce(): Operand[] {
    const nest = this.#nest;
    const operands = this.#passed();
    this.#writeFunction(this.#run.name, operands.map(declared), () => {
      writeStatements(this.out, nest.body, this.#names);
    });
    return operands;
  }

  /** Loops that are cut into units, and what takes the parts of their sums together. */
  #writeCut(cut: Cut): Pick<NativeKernel, "operands" | "atEnd"> {
    const { out } = this;
    const { name, parts } = this.#run;
    const nest = this.#nest;
    const perStepOf = new Set(nest.memory.filter((node) => isPerStep(nest, node)));
    const passed = this.#passed(cut);
    const operands = [
      ...passed.filter(({ node }) => !node || !perStepOf.has(node)),
      ...parts.map(({ array }) => ({ type: "double *", name: array })),
    ];
    this.#writeStruct(operands);
    const parameters = [
      ...passed.map(declared),
      ...parts.map(({ sum }) => `double *${sum}_part`),
      "int from",
      "int to",
    ];
    out.line(`static ${this.#rounding()}never_inline void`);
    out.list(`${name}(`, parameters, ") {", "", "");
    out.indent(() => this.#writeSteps(cut));
    out.line("}").line();
    out.block(`static void ${name}_units(void *on, int from, int to) {`, () => {
      out.line(`const ${structName(name)} *operands = on;`);
      for (const node of perStepOf) {
        const type = elementTypes[node.type.dtype];
        out.line(`_Alignas(64) ${type} ${nameOf(this.#fn, node)}[${perStep(nest, node)}];`);
      }
      const args = passed.map(({ name: own, node }) =>
        node && perStepOf.has(node) ? own : `operands->${own}`,
      );
      if (parts.length === 0) {
        out.list(`${name}(`, [...args, "from", "to"], ");", "", "");
        return;
      }
      const own = parts.map(({ array }) => `operands->${array} + unit`);
      out.block("for (int unit = from; unit < to; unit++) {", () =>
        out.list(`${name}(`, [...args, ...own, "unit", "unit + 1"], ");", "", ""),
      );
    });
    if (parts.length === 0) return { operands, atEnd: [] };
    out.line();
    return { operands, atEnd: this.#writeEnd(cut) };
  }

  #writeSteps({ loop, chunk, sums, before }: Cut): void {
    const { out } = this;
    writeStatements(out, before, this.#names);
    const isOne = chunk === "1";
    const about = /^\d+$/.test(chunk) ? ` /* ${this.#names.letter(loop.axis)} of a unit */` : "";
    const some = {
      loop,
      first: isOne ? "from" : `from * ${chunk}${about}`,
      end: isOne ? "to" : `least(${dimInC(loop.axis.extent)}, to * ${chunk})`,
    };
    writeStatements(out, [...sums, loop], this.#names, some);
    for (const { sum } of this.#run.parts) out.line(`*${sum}_part = ${sum};`);
  }

  /** Takes parts of sums together, in their order, and computes what is left to do with them. */
  #writeEnd({ after }: Cut): Operand[] {
    const { nest, name, parts } = this.#run;
    const used = new Set(
      after
        .flatMap((s) => walk(s.value))
        .map((s) => (s.kind === "local" || s.kind === "size" ? s.name : "")),
    );
    const operands = [
      ...nest.scalars
        .filter((node) => used.has(nameOf(this.#fn, node)))
        .map((node) => this.#operand(node)),
      ...nest.sizes.filter((size) => used.has(size)).map(sizeOperand),
    ];
    const parameters = [
      ...parts.map(({ array }) => `const double *${array}`),
      ...operands.map(declared),
    ];
    const count = countOf(this.#run);
    this.#writeFunction(`${name}_end`, parameters, () => {
      for (const { sum, array } of parts)
        this.out.line(`const double ${sum} = adjoint_sum(${array}, ${count});`);
      writeStatements(this.out, after, this.#names);
    });
    return operands;
  }

  /** A function that gives the nest's results: it returns one, and writes several where it is told. */
  #writeFunction(name: string, parameters: readonly string[], body: () => void): void {
    const { out } = this;
    const { results } = this.#nest;
    const [one, ...more] = results;
    const returns = one && more.length === 0 ? numberTypes[one.type.dtype] : "void";
    const told = returns === "void" ? results : [];
    const all = [
      ...parameters,
      ...told.map((node) => `${numberTypes[node.type.dtype]} *${nameOf(this.#fn, node)}_out`),
    ];
    out.line(`static ${this.#rounding()}never_inline ${returns}`);
    out.list(`${name}(`, all, ") {", "", "");
    out.indent(() => {
      body();
      for (const node of told)
        out.line(`*${nameOf(this.#fn, node)}_out = ${nameOf(this.#fn, node)};`);
      if (returns === "void") return;
      const own = nameOf(this.#fn, one);
      const isPart = this.#run.parts.some(({ sum }) => sum === own);
      const isLong = isPart || [...longSums(this.#nest.body)].map(inC).includes(own);
      out.line(`return ${isLong && returns === "float" ? "(float)" : ""}${own};`);
    });
    out.line("}");
  }

  #writeStruct(operands: readonly Operand[]): void {
    this.struct.block(
      `${structName(this.#run.name)} {`,
      () => {
        for (const { type, name } of operands) this.struct.line(`${type}${name};`);
      },
      "};",
    );
  }

  #rounding(): string {
    return roundsEach(this.#nest.stages.map((stage) => stage.body)) ? "rounds_each " : "";
  }

  readonly #free = (name: string): string => (this.#taken.has(name) ? `${name}_` : name);

  #isMemory(node: Node): boolean {
    return !this.#nest.scalars.includes(node);
  }

  #operand(node: Node): Operand {
    const name = nameOf(this.#fn, node);
    if (!this.#isMemory(node)) return { type: `${numberTypes[node.type.dtype]} `, name, node };
    const isWritten = this.#nest.stages.some((stage) => stage.into === node);
    return { type: `${isWritten ? "" : "const "}${elementTypes[node.type.dtype]} *`, name, node };
  }

  /** Numbers that the nest may need: scalars, sizes, counters. */
  #numbers(): Operand[] {
    const { scalars, sizes, counters } = this.#nest;
    return [
      ...scalars.map((node) => this.#operand(node)),
      ...sizes.map(sizeOperand),
      ...counters.map((axis) => ({ type: "int ", name: this.#names.letter(axis) })),
    ];
  }

  /** What loops are handed as parameters: compilers believe `restrict` of parameters only. */
  #passed(cut?: Cut): Operand[] {
    // Steps of a shared loop are told one by one, without their number.
    const used = sizesIn(this.#nest.body, cut?.chunk === "1" ? cut.loop : undefined);
    const { sizes } = this.#nest;
    const unused = new Set(sizes.filter((size) => !used.has(size)).map(inC));
    const all = [...this.#nest.memory.map((node) => this.#operand(node)), ...this.#numbers()];
    return all.filter(({ name, node }) => node || !unused.has(name));
  }

  /** `const float *restrict x = operands->x;` */
  #unpacked({ type, name, node }: Operand): string {
    const isMemory = node && this.#isMemory(node);
    const constness = isMemory ? `${type}restrict ` : `const ${type}`;
    return `${constness}${name} = operands->${name};`;
  }
}

const sizeOperand = (size: string): Operand => ({ type: "int32_t ", name: inC(size) });

/** A parameter: pointers share no memory. */
const declared = ({ type, name }: Operand): string =>
  `${type}${type.endsWith("*") ? "restrict " : ""}${name}`;

/** Named sizes that statements use; that of one loop may be left out. */
function sizesIn(statements: readonly Statement[], without?: Statement): Set<string> {
  const found = new Set<string>();
  const add = (s: Scalar): void => {
    for (const part of walk(s)) if (part.kind === "size") found.add(part.name);
  };
  for (const s of statements) {
    if (s.kind === "loop") {
      if (s !== without) for (const size of sizesOf([s.axis.extent])) found.add(size);
      for (const size of sizesIn(s.body, without)) found.add(size);
    }
    if (s.kind === "store") add(s.offset);
    if (s.kind === "accumulate" && s.position) add(s.position);
    if (s.kind === "let" || s.kind === "store" || s.kind === "accumulate") add(s.value);
  }
  return found;
}
