/** One loop nest as a C function. */

import type { Node } from "../../graph/node.ts";
import { staticSize } from "../../graph/types.ts";
import { definitionsOf } from "../../kernels/contraction/arrange.ts";
import { volumeOf } from "../../kernels/contraction/axes.ts";
import type { Contraction } from "../../kernels/contraction/contraction.ts";
import type { Routed } from "../../kernels/contraction/routed.ts";
import { scheduleOf } from "../../kernels/contraction/scatter.ts";
import { costOf } from "../../kernels/cost.ts";
import type { Nest, Statement } from "../../kernels/loops.ts";
import type { Program } from "../../kernels/program.ts";
import { type Axis, type Scalar, walk } from "../../kernels/scalar.ts";
import type { CompiledFunction } from "../../model.ts";
import { formulaOf } from "../formula.ts";
import type { Writer } from "../writer.ts";
import { ContractionWriter, unitsOf } from "./contraction.ts";
import { elementTypes, type Names, numberTypes, roundsEach } from "./expression.ts";
import { dimInC, inC, nameOf } from "./names.ts";
import { RoutedWriter } from "./routed.ts";
import { writeStatements } from "./statements.ts";

/** Vector length that schedules are compared for: the result is the same source on every processor. */
export const comparedLanes = 16;

/** Less arithmetic than this is done before another thread has woken up. */
const worthSharing = 200_000;

/** How a nest runs: at once, or in units that threads share. */
export interface Run {
  readonly nest: Nest;
  /** Name of its C function. */
  readonly name: string;
  readonly contraction: Contraction | undefined;
  readonly routed: Routed | undefined;
  /** Number of units, as an expression over the function's memory; undefined for one. */
  readonly units: string | undefined;
  /** The loop that is cut into units, of a nest that is no contraction. */
  readonly cut: Extract<Statement, { kind: "loop" }> | undefined;
}

export function runOf(nest: Nest, name: string, program: Program): Run {
  const [only, ...more] = nest.stages;
  const routed = more.length === 0 ? program.routed?.get(only.into) : undefined;
  const contraction =
    more.length === 0 && !routed
      ? scheduleOf(only, definitionsOf(program), comparedLanes)
      : undefined;
  const work = nest.stages.reduce((sum, stage) => {
    const { flops, bytes } = costOf(stage);
    return sum + flops + bytes / 4;
  }, 0);
  if (contraction || routed) {
    const units = work >= worthSharing ? unitsText({ contraction, routed }) : undefined;
    return { nest, name, contraction, routed, units, cut: undefined };
  }
  const cut = work >= worthSharing ? sharedLoop(nest) : undefined;
  return {
    nest,
    name,
    contraction,
    routed,
    units:
      cut && `(${dimInC(cut.axis.extent)} + ${chunkOf(nest, cut) - 1}) / ${chunkOf(nest, cut)}`,
    cut,
  };
}

/** Steps of a shared loop that are one unit: work enough to be worth handing out. */
function chunkOf(nest: Nest, cut: Extract<Statement, { kind: "loop" }>): number {
  const work = nest.stages.reduce((sum, s) => sum + costOf(s).flops + costOf(s).bytes / 4, 0);
  const steps = volumeOf([cut.axis]);
  return Math.max(1, Math.ceil((steps * worthSharing) / 8 / work)) * cut.step;
}

/** The one loop of a nest whose steps have nothing to do with each other. */
function sharedLoop(nest: Nest): Extract<Statement, { kind: "loop" }> | undefined {
  const loops = nest.body.filter((s) => s.kind === "loop");
  const [loop] = loops;
  const others = nest.body.filter((s) => s.kind !== "loop");
  if (loops.length !== 1 || !others.every((s) => s.kind === "let")) return undefined;
  if (nest.results.length > 0) return undefined;
  for (const { into, axes } of nest.stages) {
    // Memory for one step of the loop is used again at the next: each unit needs its own.
    if (isPerStep(nest, into) && !(perStep(nest, into) <= mostPerStep)) return undefined;
    if (!axes.some((axis) => axis.extent === loop.axis.extent)) return undefined;
  }
  return storesApart(loop, (node) => isPerStep(nest, node)) ? loop : undefined;
}

/** Elements that a unit of a shared loop may have on its stack. */
const mostPerStep = 1 << 15;

/** Whether a value of the nest is needed within a step of its outermost loop only. */
const isPerStep = (nest: Nest, node: Node): boolean => (nest.dropped.get(node) ?? 0) > 0;

/** Elements of such a value; NaN where they are not known. */
const perStep = (nest: Nest, node: Node): number =>
  staticSize(node.shape.filter((dim) => dim !== 1).slice(nest.dropped.get(node))) ?? Number.NaN;

/**
 * Whether each store inside a loop goes to a place of its own at each of its steps, as do reads of it.
 *
 * @param isOwn memory that each unit has for itself
 */
function storesApart(
  loop: Extract<Statement, { kind: "loop" }>,
  isOwn: (node: Node) => boolean,
): boolean {
  const stored = new Map<Node, Scalar>();
  let apart = true;
  const visit = (s: Statement): void => {
    if (s.kind === "loop") s.body.forEach(visit);
    if (s.kind === "store" && !isOwn(s.into)) {
      apart &&= uses(s.offset, loop.axis);
      stored.set(s.into, s.offset);
    }
  };
  loop.body.forEach(visit);
  const reads = (s: Statement): void => {
    if (s.kind === "loop") s.body.forEach(reads);
    const values =
      s.kind === "let" || s.kind === "store" || s.kind === "accumulate" ? walk(s.value) : [];
    for (const part of values)
      if (part.kind === "element" && stored.has(part.node)) apart &&= uses(part.offset, loop.axis);
  };
  loop.body.forEach(reads);
  return apart;
}

const uses = (s: Scalar, axis: Axis): boolean =>
  walk(s).some((part) => part.kind === "axis" && part.axis === axis);

/** Writes the function of a nest, its formulas above it. */
export function writeNest(out: Writer, fn: CompiledFunction, run: Run): void {
  const { nest, contraction, routed } = run;
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
    const free = [..."ijklmnqrstuvw"].find((l) => !used.has(l)) ?? `axis${letters.size}`;
    letters.set(axis, free);
    return free;
  };
  const names: Names = {
    nameOf: (node) => nameOf(fn, node),
    letter,
    keepsSums: contraction !== undefined || routed !== undefined,
  };
  const shown = routed?.formulas ?? nest.stages;
  const stages = shown.flatMap((stage) => formulaOf(stage, fn.program, letter));
  out.doc([...stages, ...describeSchedule(contraction, names), ...describeLists(routed, names)]);
  const type = `struct ${inC(fn.program.name)}_call`;
  /** Takes what a function needs from the call's memory; sizes only, or everything. */
  const unpack = (everything: boolean, memory: readonly Node[] = nest.memory): void => {
    const written = new Set(nest.stages.map((stage) => stage.into));
    for (const node of everything ? memory : []) {
      const constness = written.has(node) ? "" : "const ";
      const name = nameOf(fn, node);
      out.line(`${constness}${elementTypes[node.type.dtype]} *restrict ${name} = call->${name};`);
    }
    for (const node of everything ? nest.scalars : []) {
      const name = nameOf(fn, node);
      out.line(`const ${numberTypes[node.type.dtype]} ${name} = call->${name};`);
    }
    for (const name of nest.sizes) out.line(`const int32_t ${inC(name)} = call->${inC(name)};`);
    for (const axis of everything ? nest.counters : [])
      out.line(`const int ${letter(axis)} = call->${letter(axis)};`);
  };
  const free = (name: string): string => (taken.has(name) ? `${name}_` : name);
  if (routed) {
    const [{ into }] = nest.stages;
    const writer = new RoutedWriter(out, into, routed, names, free);
    out.block(`static void ${run.name}(void *on, int from, int to) {`, () => {
      out.line(`const ${type} *call = on;`);
      unpack(true, writer.nodes);
      writer.write();
    });
    out.line();
    return;
  }
  if (contraction) {
    const own = new Set([...fn.plan.slots.map((slot) => slot.node), ...fn.plan.dynamic]);
    const isOwn = (node: Node): boolean => own.has(node) && !fn.program.outputs.includes(node);
    const writer = new ContractionWriter(out, contraction, names, free, isOwn);
    const panel = `${run.name}_panel`;
    out.line("static always_inline void");
    out.list(`${panel}(`, [`const ${type} *call`, ...writer.panelParameters], ") {", "", "");
    out.indent(() => {
      unpack(true, writer.nodesOf("panel"));
      writer.writePanel();
    });
    out.line("}").line();
    for (const part of writer.scatterParts) {
      const parameters = [`const ${type} *call`, ...writer.outerParameters];
      out.list(`static void ${run.name}_${part}(`, parameters, ") {", "", "");
      out.indent(() => {
        unpack(true, writer.nodesOf(part));
        writer.writeScatterPart(part);
      });
      out.line("}").line();
    }
    out.block(`static void ${run.name}(void *on, int from, int to) {`, () => {
      out.line(`const ${type} *call = on;`);
      unpack(false);
      writer.writeUnits(run.name);
    });
    out.line();
    return;
  }
  // Pointers that share no memory are parameters: compilers believe `restrict` of parameters only.
  const parameters = [
    ...argumentsOf(fn, nest, letter).map(({ type: t, name }) => `${t}${name}`),
    ...nest.results.map((node) => `${numberTypes[node.type.dtype]} *${nameOf(fn, node)}_out`),
    ...(run.cut ? ["int from", "int to"] : []),
  ];
  const each = roundsEach(nest.stages.map((stage) => stage.body)) ? "rounds_each " : "";
  out.line(`static ${each}never_inline void`);
  out.list(`${run.name}(`, parameters, ") {", "", "");
  out.indent(() => {
    if (run.cut) {
      const { axis, step, body } = run.cut;
      const i = letter(axis);
      for (const s of nest.body) if (s !== run.cut) writeStatements(out, [s], names);
      const chunk = chunkOf(nest, run.cut);
      const [first, last] =
        chunk === 1
          ? ["from", "to"]
          : [`from * ${chunk}`, `least(${dimInC(axis.extent)}, to * ${chunk})`];
      const next = step === 1 ? `${i}++` : `${i} += ${step}`;
      out.block(`for (int ${i} = ${first}; ${i} < ${last}; ${next}) {`, () =>
        writeStatements(out, body, names),
      );
    } else writeStatements(out, nest.body, names);
    for (const node of nest.results) out.line(`*${nameOf(fn, node)}_out = ${nameOf(fn, node)};`);
  });
  out.line("}").line();
  if (!run.cut) return;
  out.block(`static void ${run.name}_units(void *on, int from, int to) {`, () => {
    out.line(`const ${type} *call = on;`);
    const ownNames = new Set<string>();
    for (const node of nest.memory.filter((n) => isPerStep(nest, n))) {
      const name = nameOf(fn, node);
      ownNames.add(name);
      const { dtype } = node.type;
      out.line(`_Alignas(64) ${elementTypes[dtype]} ${name}[${perStep(nest, node)}];`);
    }
    const args = argumentsOf(fn, nest, letter).map(({ name }) =>
      ownNames.has(name) ? name : `call->${name}`,
    );
    out.list(`${run.name}(`, [...args, "from", "to"], ");", "", "");
  });
  out.line();
}

/** What the function of a nest that is no contraction takes from the call's memory, in order. */
function argumentsOf(
  fn: CompiledFunction,
  nest: Nest,
  letter: (axis: Axis) => string,
): { type: string; name: string }[] {
  const written = new Set(nest.stages.map((stage) => stage.into));
  return [
    ...nest.memory.map((node) => ({
      type: `${written.has(node) ? "" : "const "}${elementTypes[node.type.dtype]} *restrict `,
      name: nameOf(fn, node),
    })),
    ...nest.scalars.map((node) => ({
      type: `${numberTypes[node.type.dtype]} `,
      name: nameOf(fn, node),
    })),
    ...nest.sizes.map((name) => ({ type: "int32_t ", name: inC(name) })),
    ...nest.counters.map((axis) => ({ type: "int ", name: letter(axis) })),
  ];
}

/** The call of a nest that runs at once, from a function with the memory `call`. */
export function callOf(
  fn: CompiledFunction,
  { nest, name }: Run,
): { open: string; args: string[] } {
  const letter = (axis: Axis): string => nest.axisNames.get(axis) as string;
  return {
    open: `${name}(`,
    args: [
      ...argumentsOf(fn, nest, letter).map((a) => `call.${a.name}`),
      ...nest.results.map((node) => `&call.${nameOf(fn, node)}`),
    ],
  };
}

/** The function that does units of a nest's work. */
export const unitsName = ({ name, cut }: Run): string => (cut ? `${name}_units` : name);

/** How a product is computed, for the comment above it. */
function describeSchedule(c: Contraction | undefined, names: Names): string[] {
  if (!c) return [];
  const letters = (axes: readonly Axis[]): string => axes.map(names.letter).join("");
  const operand = (o: Contraction["b"]): string =>
    o.place ? `${names.nameOf(o.place.node)} in place` : "a copied panel";
  const { rows, vectors } = c.tile;
  const tile = c.a
    ? `${rows} × ${vectors}·LANES tiles of ${letters(c.rows)} × ${letters(c.columns)}`
    : `${vectors}·LANES columns ${letters(c.columns)} at a time`;
  const scattered = c.scatter ? ", each added where it belongs" : "";
  const from = c.a ? `, of ${operand(c.a)} and ${operand(c.b)}` : `, of ${operand(c.b)}`;
  return [`  in ${tile}${from}${scattered}`];
}

/** How a sparse sum is computed, for the comment above it. */
function describeLists(routed: Routed | undefined, names: Names): string[] {
  if (!routed) return [];
  const sparse = names.nameOf(routed.formulas[1].into);
  const where = routed.isSpread ? ", each added where it belongs" : "";
  return [`  from lists of what is not 0 of ${sparse}, in runs of ${routed.run} columns${where}`];
}

/** The number of units of a contraction or a sparse sum. */
export const unitsText = ({ contraction, routed }: Pick<Run, "contraction" | "routed">): string =>
  contraction ? unitsOf(contraction).count : routed ? RoutedWriter.units(routed) : "1";
