/** One loop nest as a function of WebAssembly. */

import type { Node } from "../../graph/node.ts";
import type { DType } from "../../graph/types.ts";
import { volumeOf } from "../../kernels/contraction/axes.ts";
import type { Contraction } from "../../kernels/contraction/contraction.ts";
import type { Rider } from "../../kernels/contraction/riding.ts";
import type { Routed } from "../../kernels/contraction/routed.ts";
import { costOf } from "../../kernels/cost.ts";
import type { Nest } from "../../kernels/loops.ts";
import type { Stage } from "../../kernels/lower.ts";
import type { Axis } from "../../kernels/scalar.ts";
import { independentLoop } from "../../kernels/steps.ts";
import type { CompiledFunction } from "../../model.ts";
import { formulaOf } from "../formula.ts";
import { Body } from "./body.ts";
import { type Code, dividedUp, get, i32, noted, times } from "./code.ts";
import { Scope } from "./contraction/scope.ts";
import { unitCount, writeUnits } from "./contraction/unit-loop.ts";
import { type Loop, runsInLanes } from "./lanes.ts";
import { type FunctionLayout, nameIn, type Place } from "./layout.ts";
import { dimCode, inWasm, numberTypes } from "./names.ts";
import { RoutedWriter } from "./routed.ts";
import type { Run } from "./runs.ts";
import { writeLoop, writeStatements } from "./statements.ts";
import { comment, textOf } from "./text.ts";
import { lanes } from "./tiles.ts";

/** A function of the module, as text. */
export interface WrittenFunction {
  readonly name: string;
  readonly lines: readonly string[];
}

/** How a nest is called. */
export interface WrittenNest {
  readonly functions: readonly WrittenFunction[];
  /** Number of units, over the function's sizes; undefined where it runs at once. */
  readonly units: Code | undefined;
  /** Whether threads share the units. */
  readonly isShared: boolean;
  /** Bytes that a thread needs for what it copies. */
  readonly scratch: number;
}

/** Less arithmetic than this is done before another thread has woken up. */
const worthSharing = 200_000;

const workOf = (nest: Nest): number =>
  nest.stages.reduce((sum, stage) => {
    const { flops, bytes } = costOf(stage);
    return sum + flops + bytes / 4;
  }, 0);

/** A loop whose steps threads share: how many are a unit, and how many units there are. */
interface Cut {
  readonly loop: Loop;
  readonly chunk: number;
  readonly units: Code;
}

/** How a nest of loops is cut into units; undefined where it runs at once. */
function cutOf(nest: Nest): Cut | undefined {
  const loop = independentLoop(nest);
  const work = workOf(nest);
  if (!loop || work < worthSharing) return undefined;
  const { extent } = loop.axis;
  // Units begin where vectors do, so that the same steps are in lanes whoever does them.
  const least = runsInLanes(loop) ? lanes : 1;
  const steps = volumeOf([loop.axis]) / loop.step / least;
  const chunk = Math.max(1, Math.ceil((steps * worthSharing) / 8 / work)) * least * loop.step;
  const units: Code =
    typeof extent === "number"
      ? noted(i32(Math.ceil(extent / chunk)), "units")
      : dividedUp(dimCode(extent), chunk, "steps of a unit");
  return { loop, chunk, units };
}

/** What a place holds: the address of elements, or the number itself. */
export function valueAt(place: Place, dtype: DType): Code {
  const address: Code = ["global.get", `$${place.global}`];
  if (place.holds === "elements") return address;
  if (place.holds === "address") return ["i32.load", address];
  return [`${numberTypes[dtype]}.load`, address];
}

/** A nest with what follows it element by element. */
function together(nest: Nest, other: Nest | undefined): Nest {
  if (!other) return nest;
  const both = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];
  return {
    ...nest,
    memory: both(nest.memory, other.memory),
    scalars: both(nest.scalars, other.scalars),
    sizes: both(nest.sizes, other.sizes),
  };
}

export function writeNest(
  layout: FunctionLayout,
  { nest: alone, contraction, routed, riders, follower, isKept }: Run,
  name: string,
  helper: (name: string) => string,
): WrittenNest {
  const { fn } = layout;
  const nest = together(alone, follower?.nest);
  const letters = new Map<Axis, string>();
  const nameOf = (node: Node): string => inWasm(nameIn(fn, node));
  const taken = new Set([
    ...nest.memory.map(nameOf),
    ...nest.scalars.map(nameOf),
    ...nest.results.map(nameOf),
    ...nest.sizes.map(inWasm),
    ...(follower?.statements ?? []).flatMap((s) => (s.kind === "let" ? [s.local.name] : [])),
    ...riders.map(({ stage }) => nameOf(stage.into)),
    // The counter of rows that are copied together.
    "r",
  ]);
  const letter = (axis: Axis): string => {
    const known = nest.axisNames.get(axis) ?? letters.get(axis);
    if (known) return known;
    const used = new Set([...nest.axisNames.values(), ...letters.values(), ...taken]);
    const free = [..."ijklmnqrstuvw"].find((l) => !used.has(l)) ?? `axis${letters.size}`;
    letters.set(axis, free);
    return free;
  };
  const body = new Body({ letter, nameOf, helper });
  // What follows a product is written with the indices of the product.
  const axes = alone.stages[0].axes.filter((axis) => axis.extent !== 1);
  for (const stage of follower?.nest.stages ?? [])
    for (const [n, axis] of stage.axes.filter((a) => a.extent !== 1).entries())
      letters.set(axis, letter(axes[n]));
  const formulasOf = (stages: readonly Stage[]): string[] =>
    stages.flatMap((stage) => formulaOf(stage, fn.program, letter));
  const formulas = formulasOf(routed?.formulas ?? alone.stages);
  // Where memory lies, and numbers and sizes.
  for (const node of nest.memory) {
    const place = layout.places.get(node);
    // Without one its elements are used up at once.
    if (place) body.set(nameOf(node), "i32", valueAt(place, node.type.dtype));
  }
  for (const node of nest.scalars) {
    const { dtype } = node.type;
    const value = valueAt(layout.places.get(node) as Place, dtype);
    body.set(nameOf(node), numberTypes[dtype], value);
  }
  for (const size of nest.sizes)
    body.set(inWasm(size), "i32", valueAt(layout.sizes.get(size) as Place, "int32"));
  for (const axis of nest.counters) {
    const place = layout.counters.get(letter(axis)) as Place;
    body.set(letter(axis), "i32", valueAt(place, "int32"));
  }
  if (routed) {
    const writer = new RoutedWriter(body, alone.stages[0].into, routed);
    writer.write();
    const about = [...formulas, describeLists(routed, nameOf)];
    return {
      functions: [{ name, lines: functionLines(about, name, ["from", "to"], body) }],
      units: noted(writer.unitCount, "units"),
      isShared: workOf(nest) >= worthSharing,
      scratch: writer.scratchBytes,
    };
  }
  const cut = contraction ? undefined : cutOf(nest);
  if (cut) {
    const { loop, chunk, units } = cut;
    const end = dimCode(loop.axis.extent);
    const i = letter(loop.axis);
    const about = `${i} of a unit`;
    const last = times(get("to"), chunk, about);
    const to: Code = chunk === 1 ? last : ["call", helper("i32_min"), last, end];
    body.set("end", "i32", to);
    writeLoop(body, loop, times(get("from"), chunk, about), get("end"));
    return {
      functions: [{ name, lines: functionLines(formulas, name, ["from", "to"], body) }],
      units,
      isShared: true,
      scratch: 0,
    };
  }
  if (!contraction) {
    writeStatements(body, nest.body);
    for (const node of nest.results) {
      const place = layout.places.get(node) as Place;
      const { dtype } = node.type;
      const { code, type } = body.local(nameIn(fn, node), dtype);
      const value: Code = type === "f64" && dtype === "float32" ? ["f32.demote_f64", code] : code;
      body.push([`${numberTypes[dtype]}.store`, ["global.get", `$${place.global}`], value]);
    }
    return {
      functions: [{ name, lines: functionLines(formulas, name, [], body) }],
      units: undefined,
      isShared: false,
      scratch: 0,
    };
  }
  const scope = new Scope(
    body,
    contraction,
    (axis, own) => {
      letters.set(axis, taken.has(own) ? `${own}_` : own);
    },
    nest.scalars,
    {
      sums: riders.map(({ stage, term, isBefore }) => {
        const parts = layout.parts.get(stage.into) as Place;
        return { name: nameOf(stage.into), parts: parts.global, term, isBefore };
      }),
      follower: follower && { statements: follower.statements, isKept },
    },
  );
  writeUnits(scope);
  const about = [
    ...formulas,
    describe(contraction, scope.isCopied, letter, nameOf),
    ...(follower ? ["  and with each element at once:", ...formulasOf(follower.nest.stages)] : []),
    ...riders.flatMap((rider) => describeRider(fn, rider)),
  ];
  return {
    functions: [{ name, lines: functionLines(about, name, ["from", "to"], body) }],
    units: noted(unitCount(scope), "units"),
    isShared: workOf(nest) >= worthSharing,
    scratch: scope.scratchBytes,
  };
}

/** The text of a function, with what it computes above it. */
export function functionLines(
  about: readonly string[],
  name: string,
  parameters: readonly string[],
  body: Body,
): string[] {
  const head = parameters.map((p): Code => ["param", `$${p}`, "i32"]);
  return [...comment(about), ...textOf(name, head, ...body.finished(parameters))];
}

/** A sum that rides along. */
function describeRider(fn: CompiledFunction, { nest, stage, isBefore }: Rider): string[] {
  const letter = (axis: Axis): string => nest.axisNames.get(axis) as string;
  const [first, ...more] = formulaOf(stage, fn.program, letter);
  const when = isBefore ? "before it is written" : "as it is written";
  return [`and ${first}, of what is there ${when}`, ...more];
}

/** How a sparse sum is computed. */
function describeLists(
  { formulas, run, isSpread }: Routed,
  nameOf: (node: Node) => string,
): string {
  const where = isSpread ? ", each added where it belongs; beyond its border it is 0" : "";
  return `  from lists of what is not 0 of ${nameOf(formulas[1].into)}, in runs of ${run} columns${where}`;
}

/** How a product is computed. @param isCopied whether what could be read in place is copied for its panels */
function describe(
  c: Contraction,
  isCopied: boolean,
  letter: (axis: Axis) => string,
  nameOf: (node: Node) => string,
): string {
  const letters = (axes: readonly Axis[]): string => axes.map(letter).join("");
  const a = c.a?.place ? nameOf(c.a.place.node) : "copied rows";
  const b = c.b.place ? nameOf(c.b.place.node) : "";
  const panel = `a copied panel${b && ` of ${b}`}`;
  const inPlace = c.a?.place ? " in place" : "";
  const right = isCopied ? panel : `${b} in place`;
  const both = `${a}${isCopied ? inPlace : ""} and ${right}`;
  const { rows, vectors } = c.tile;
  const parts = c.part ? `, ${volumeOf(c.steps)} steps at a time` : "";
  const scattered = c.scatter ? ", each added where it belongs" : "";
  if (!c.a)
    return `  in ${4 * vectors} columns ${letters(c.columns)} at a time, of ${right}${parts}`;
  const tile = `${rows} × ${4 * vectors} tiles of ${letters(c.rows)} × ${letters(c.columns)}`;
  return `  in ${tile}, of ${both}${scattered}${parts}`;
}
