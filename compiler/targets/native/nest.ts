/** One loop nest as a C function. */

import type { Node } from "../../graph/node.ts";
import { sizesOf } from "../../graph/types.ts";
import { type Contraction, sumName } from "../../kernels/contraction/contraction.ts";
import type { Routed } from "../../kernels/contraction/routed.ts";
import type { Nest, Statement } from "../../kernels/loops.ts";
import type { Stage } from "../../kernels/lower.ts";
import { type Axis, local, rewrite, type Scalar, walk } from "../../kernels/scalar.ts";
import { isPerStep, perStep } from "../../kernels/steps.ts";
import type { CompiledFunction } from "../../model.ts";
import { formulaOf } from "../formula.ts";
import type { Writer } from "../writer.ts";
import { writeContraction } from "./contraction/index.ts";
import { isStored, type RidingSum, rowOfTile, Scope } from "./contraction/scope.ts";
import { elementTypes, expression, type Names, numberTypes, roundsEach } from "./expression.ts";
import { dimInC, inC, nameOf } from "./names.ts";
import { RoutedWriter } from "./routed.ts";
import { type Cut, countOf, type Run } from "./share.ts";
import { writeStatements } from "./statements.ts";

/** A nest with what follows it element by element. */
function together(nest: Nest, other: Nest | undefined): Nest {
  if (!other) return nest;
  const both = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];
  return {
    ...nest,
    stages: [...nest.stages, ...other.stages],
    memory: both(nest.memory, other.memory),
    scalars: both(nest.scalars, other.scalars),
    sizes: both(nest.sizes, other.sizes),
  };
}

/** Writes the function of a nest, its formulas above it. */
export function writeNest(out: Writer, fn: CompiledFunction, run: Run): void {
  const { contraction, routed, riders, follower, parts, cut } = run;
  const nest = together(run.nest, follower?.nest);
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
  const names: Names = {
    nameOf: (node) => nameOf(fn, node),
    letter,
    keepsSums: contraction !== undefined || routed !== undefined,
  };
  const formulas = (stages: readonly Stage[]): string[] =>
    stages.flatMap((stage) => formulaOf(stage, fn.program, letter));
  out.doc([
    ...formulas(routed?.formulas ?? run.nest.stages),
    ...describeSchedule(contraction, names),
    ...describeLists(routed, names),
    ...describeArranged(fn, nest, names),
    ...(follower ? ["  and with each element at once:", ...formulas(follower.nest.stages)] : []),
    ...riders.flatMap((rider) => describeRider(fn, rider)),
  ]);
  const type = `struct ${inC(fn.program.name)}_call`;
  /** What a function may need from the call's memory: sizes, numbers and counters, and memory. */
  const declarations = (memory: readonly Node[]): [string, string][] => {
    const written = new Set(nest.stages.map((stage) => stage.into));
    return [
      ...memory.map((node): [string, string] => {
        const constness = written.has(node) ? "" : "const ";
        const name = nameOf(fn, node);
        const declared = `${elementTypes[node.type.dtype]} *restrict ${name}`;
        return [name, `${constness}${declared} = call->${name};`];
      }),
      ...nest.scalars.map((node): [string, string] => {
        const name = nameOf(fn, node);
        return [name, `const ${numberTypes[node.type.dtype]} ${name} = call->${name};`];
      }),
      ...nest.sizes.map((size): [string, string] => [
        inC(size),
        `const int32_t ${inC(size)} = call->${inC(size)};`,
      ]),
      ...nest.counters.map((axis): [string, string] => [
        letter(axis),
        `const int ${letter(axis)} = call->${letter(axis)};`,
      ]),
    ];
  };
  const free = (name: string): string => (taken.has(name) ? `${name}_` : name);
  if (routed) {
    const [{ into }] = nest.stages;
    const writer = new RoutedWriter(out, into, routed, names, free);
    out.block(`static void ${run.name}(void *on, int from, int to) {`, () => {
      out.line(`const ${type} *call = on;`);
      out.using(declarations(writer.nodes), () => writer.write());
    });
    out.line();
    return;
  }
  if (contraction) {
    const own = new Set([...fn.plan.slots.map((slot) => slot.node), ...fn.plan.dynamic]);
    const isOwn = (node: Node): boolean => own.has(node) && !fn.program.outputs.includes(node);
    const riding = riders.map(
      ({ term, isBefore }, i): RidingSum => ({ ...parts[i], term, isBefore }),
    );
    const isNumber = (node: Node): boolean => nest.scalars.includes(node);
    const isKept = isStored(fn.program, contraction.stage.into);
    const following = follower && { statements: follower.statements, isKept };
    const scope = new Scope(out, contraction, names, free, isOwn, isNumber, riding, following);
    writeContraction(scope, {
      name: run.name,
      type,
      using: (memory, body) => out.using(declarations(memory), body),
    });
    return;
  }
  // Pointers that share no memory are parameters: compilers believe `restrict` of parameters only.
  const parameters = [
    ...argumentsOf(fn, nest, letter, cut).map(({ type: t, name }) => `${t}${name}`),
    ...(cut
      ? [...parts.map(({ sum }) => `double *${sum}_part`), "int from", "int to"]
      : nest.results.map((node) => `${numberTypes[node.type.dtype]} *${nameOf(fn, node)}_out`)),
  ];
  const each = roundsEach(nest.stages.map((stage) => stage.body)) ? "rounds_each " : "";
  out.line(`static ${each}never_inline void`);
  out.list(`${run.name}(`, parameters, ") {", "", "");
  out.indent(() => {
    if (cut) {
      const { loop, chunk, sums, before } = cut;
      writeStatements(out, before, names);
      const isOne = chunk === "1";
      const some = {
        loop,
        first: isOne ? "from" : `from * ${chunk}`,
        end: isOne ? "to" : `least(${dimInC(loop.axis.extent)}, to * ${chunk})`,
      };
      writeStatements(out, [...sums, loop], names, some);
      for (const { sum } of parts) out.line(`*${sum}_part = ${sum};`);
    } else {
      writeStatements(out, nest.body, names);
      for (const node of nest.results) out.line(`*${nameOf(fn, node)}_out = ${nameOf(fn, node)};`);
    }
  });
  out.line("}").line();
  if (!cut) return;
  out.block(`static void ${run.name}_units(void *on, int from, int to) {`, () => {
    out.line(`${parts.length > 0 ? "" : "const "}${type} *call = on;`);
    const ownNames = new Set<string>();
    for (const node of nest.memory.filter((n) => isPerStep(nest, n))) {
      const name = nameOf(fn, node);
      ownNames.add(name);
      const { dtype } = node.type;
      out.line(`_Alignas(64) ${elementTypes[dtype]} ${name}[${perStep(nest, node)}];`);
    }
    const args = argumentsOf(fn, nest, letter, cut).map(({ name }) =>
      ownNames.has(name) ? name : `call->${name}`,
    );
    if (parts.length === 0) {
      out.list(`${run.name}(`, [...args, "from", "to"], ");", "", "");
      return;
    }
    const own = parts.map(({ array }) => `&call->${array}[unit]`);
    out.block("for (int unit = from; unit < to; unit++) {", () =>
      out.list(`${run.name}(`, [...args, ...own, "unit", "unit + 1"], ");", "", ""),
    );
  });
  out.line();
  if (parts.length === 0) return;
  out.block(`static void ${run.name}_end(${type} *call) {`, () =>
    writeEnd(out, fn, run, cut, names),
  );
  out.line();
}

/** Takes parts of sums together, in their order, and computes what is left to do with them. */
function writeEnd(out: Writer, fn: CompiledFunction, run: Run, cut: Cut, names: Names): void {
  const used = new Set(
    cut.after
      .flatMap((s) => walk(s.value))
      .map((s) => (s.kind === "local" || s.kind === "size" ? s.name : "")),
  );
  for (const node of run.nest.scalars) {
    const name = nameOf(fn, node);
    if (used.has(name)) out.line(`const ${numberTypes[node.type.dtype]} ${name} = call->${name};`);
  }
  for (const size of run.nest.sizes)
    if (used.has(size)) out.line(`const int32_t ${inC(size)} = call->${inC(size)};`);
  const count = countOf(run);
  for (const { sum, array } of run.parts)
    out.line(`const double ${sum} = adjoint_sum(call->${array}, ${count});`);
  writeStatements(out, cut.after, names);
  for (const node of run.nest.results) out.line(`call->${nameOf(fn, node)} = ${nameOf(fn, node)};`);
}

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

/** What the function of a nest that is no contraction takes from the call's memory, in order. */
function argumentsOf(
  fn: CompiledFunction,
  nest: Nest,
  letter: (axis: Axis) => string,
  cut: Cut | undefined,
): { type: string; name: string }[] {
  const written = new Set(nest.stages.map((stage) => stage.into));
  // Steps of a shared loop are told one by one, without their number.
  const used = sizesIn(nest.body, cut?.chunk === "1" ? cut.loop : undefined);
  return [
    ...nest.memory.map((node) => ({
      type: `${written.has(node) ? "" : "const "}${elementTypes[node.type.dtype]} *restrict `,
      name: nameOf(fn, node),
    })),
    ...nest.scalars.map((node) => ({
      type: `${numberTypes[node.type.dtype]} `,
      name: nameOf(fn, node),
    })),
    ...nest.sizes
      .filter((size) => used.has(size))
      .map((name) => ({ type: "int32_t ", name: inC(name) })),
    ...nest.counters.map((axis) => ({ type: "int ", name: letter(axis) })),
  ];
}

/** The call of a nest that runs at once, from a function with the memory `call`. */
export function callOf(
  fn: CompiledFunction,
  { nest, name, cut }: Run,
): { open: string; args: string[] } {
  const letter = (axis: Axis): string => nest.axisNames.get(axis) as string;
  return {
    open: `${name}(`,
    args: [
      ...argumentsOf(fn, nest, letter, cut).map((a) => `call.${a.name}`),
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

/** What an operand is arranged for. */
function describeArranged(fn: CompiledFunction, nest: Nest, names: Names): string[] {
  for (const [into, { dense }] of fn.program.routed ?? [])
    if (nest.stages.some((stage) => stage.into === dense.node))
      return [
        `  so that ${names.nameOf(into)} finds columns beside each other, with room for whole vectors behind them`,
      ];
  return [];
}

/** How a sparse sum is computed, for the comment above it. */
function describeLists(routed: Routed | undefined, names: Names): string[] {
  if (!routed) return [];
  const sparse = names.nameOf(routed.formulas[1].into);
  const where = routed.isSpread ? ", each added where it belongs; beyond its border it is 0" : "";
  return [`  from lists of what is not 0 of ${sparse}, in runs of ${routed.run} columns${where}`];
}

/** What a product computes on its way, for the comment above it. */
function describeRider(
  fn: CompiledFunction,
  { nest, stage, isBefore }: Run["riders"][number],
): string[] {
  const letter = (axis: Axis): string => nest.axisNames.get(axis) as string;
  const [first, ...more] = formulaOf(stage, fn.program, letter);
  const when = isBefore ? "before it is written" : "as it is written";
  return [`and ${first}, of what is there ${when}`, ...more];
}

/** A sum that rides along, once all units are done, over the function's memory. */
export function riderText(fn: CompiledFunction, run: Run, index: number, count: string): string {
  const { result } = run.riders[index];
  const sum = local(`adjoint_sum(call.${run.parts[index].array}, ${count})`, "float32");
  const whole = rewrite(result, (s) =>
    s.kind === "local" && s.name === sumName ? sum : undefined,
  );
  return expression(whole, { nameOf: (node) => nameOf(fn, node), letter: () => "" }).text;
}
