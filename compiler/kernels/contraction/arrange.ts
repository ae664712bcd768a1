/** Programs for targets that compute sparse sums by lists: operands and results arranged, what they pass by left out. */

import type { Node } from "../../graph/node.ts";
import type { Shape } from "../../graph/types.ts";
import type { CompiledFunction } from "../../model.ts";
import { symbol } from "../../ops/leaf.ts";
import { nestsOf } from "../loops.ts";
import { loadsOf, type Stage, type Step, stagesOf } from "../lower.ts";
import { planMemory } from "../plan.ts";
import type { Program } from "../program.ts";
import { newAxis } from "../scalar.ts";
import { schedule } from "../schedule.ts";
import { volumeOf } from "./axes.ts";
import { costOf } from "./cost.ts";
import type { DefinitionOf } from "./margins.ts";
import { type Rearranged, type Routed, rearranged } from "./routed.ts";
import { scheduleOf } from "./scatter.ts";
import { type SparseSum, sparseSumOf } from "./sparse-sum.ts";

/** The kernel that computes a value of a program. */
export const definitionsOf =
  ({ stages }: Program): DefinitionOf =>
  (node) =>
    stages.find(({ into, value }) => into === node && value === node);

/** A function with another program, its loops and its memory planned anew. */
export function rescheduled(fn: CompiledFunction, program: Program): CompiledFunction {
  const calls = schedule(program);
  return { ...fn, program, calls, nests: nestsOf(calls), plan: planMemory(program, calls) };
}

/**
 * The function with its sparse sums arranged, those that are faster so.
 *
 * @param can whether the target computes one
 */
export function withRouted(
  fn: CompiledFunction,
  lanes: number,
  can: (sum: Pick<Routed, "isSpread" | "run">) => boolean = () => true,
): CompiledFunction {
  const { program } = fn;
  const definitionOf = definitionsOf(program);
  const names = new Map(program.names);
  const routed = new Map<Node, Routed>();
  const memory: Node[] = [];
  const passed = new Set<Node>();
  const arrange = (stage: Stage): Rearranged | undefined => {
    const found = sparseSumOf(stage, definitionOf);
    if (!found || !can(shapeOf(found)) || !isFaster(stage, found, definitionOf, lanes))
      return undefined;
    const summed = program.lowerer.nodeOf(found.reduce);
    const base = { dense: found.dense.node, sum: summed ?? stage.into };
    const made = rearranged(stage, found, (of, shape: Shape) => {
      const node = symbol("float32", shape);
      const whole = names.get(base[of]) ?? base[of].op.name;
      const wanted = of === "sum" && !summed ? `${whole}_sums_arranged` : `${whole}_arranged`;
      const taken = new Set(names.values());
      let name = wanted;
      for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
      names.set(node, name);
      memory.push(node);
      return node;
    });
    if (summed) program.lowerer.noteElement(made.element, summed);
    return made;
  };
  const steps: Step[] = [];
  for (const step of program.steps) {
    const other = step.kind === "kernel" ? arrange(step) : undefined;
    if (!other) {
      steps.push(step);
      continue;
    }
    routed.set(other.sum.into, other.routed);
    for (const node of other.passed) passed.add(node);
    const sums = [other.dense, other.sum].map(kernel);
    steps.splice(overwrites(steps, other.sum), 0, ...sums);
    steps.push(kernel(other.result));
  }
  if (routed.size === 0) return fn;
  return rescheduled(
    fn,
    withoutUnread(
      {
        ...program,
        steps,
        names,
        routed,
        temporaries: [...program.temporaries, ...memory],
      },
      passed,
    ),
  );
}

const kernel = (stage: Stage): Step => ({ ...stage, kind: "kernel" });

/**
 * The first of these steps that gives a variable its new value where the sum reads the old one: what made the
 * sparse value had read it by then.
 */
function overwrites(steps: readonly Step[], sum: Stage): number {
  const read = new Set(loadsOf(sum).map((load) => load.node));
  const at = steps.findIndex((s) => s.kind === "kernel" && s.into.op.leaf && read.has(s.into));
  return at < 0 ? steps.length : at;
}

const shapeOf = ({ places, columns, runAxes }: SparseSum): Pick<Routed, "isSpread" | "run"> => ({
  isSpread: places.size > 0,
  run: volumeOf(columns.slice(columns.length - runAxes)),
});

/** Leaves out kernels of these values that no other one reads. */
function withoutUnread(program: Program, candidates: ReadonlySet<Node>): Program {
  const kept = new Set<Node>(program.outputs);
  let { steps } = program;
  for (let before = -1; before !== steps.length; ) {
    before = steps.length;
    const read = new Set(stagesOf(steps).flatMap((s) => loadsOf(s).map((load) => load.node)));
    const isUnread = (node: Node): boolean =>
      candidates.has(node) && !kept.has(node) && !read.has(node);
    steps = steps.filter((s) => s.kind !== "kernel" || !isUnread(s.into));
  }
  const written = new Set(stagesOf(steps).map((s) => s.into));
  return {
    ...program,
    steps,
    stages: stagesOf(steps),
    temporaries: program.temporaries.filter((node) => written.has(node)),
  };
}

/** Reading or writing an element that is arranged anew, and finding out whether one is 0, in multiply-adds. */
const arranged = 1.5;
const listed = 2.5;
/** Each multiply-add of a list reads a vector of its own. */
const perVector = 2;

const elementsIn = (shape: Shape): number => volumeOf(shape.map((extent) => newAxis(extent)));

/** Whether lists are faster than the whole product. */
function isFaster(
  stage: Stage,
  found: SparseSum,
  definitionOf: DefinitionOf,
  lanes: number,
): boolean {
  const plain = scheduleOf(stage, definitionOf, lanes);
  if (!plain) return false;
  const { outer, blocks, rows, steps, columns, runAxes, density, dense } = found;
  const run = volumeOf(columns.slice(columns.length - runAxes));
  const vectors = (volumeOf(columns) / run) * Math.ceil(run / lanes);
  const terms = volumeOf([...outer, ...blocks, ...rows, ...steps]);
  const moved = elementsIn(dense.node.shape);
  const cost =
    terms * (density * vectors * perVector + listed) +
    arranged * (moved + volumeOf(found.arranged));
  // The whole product needs the sparse value in memory.
  const whole = costOf(plain, lanes) + listed * elementsIn(found.inner.node.shape);
  return cost < whole;
}
