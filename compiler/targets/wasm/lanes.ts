/** Which loops of a nest run four steps at a time. */

import type { Node } from "../../graph/node.ts";
import type { Statement } from "../../kernels/loops.ts";
import { type Axis, type Scalar, walk } from "../../kernels/scalar.ts";
import { inLanes, isUniform, type Lanes, strideAlong, wayOf } from "./vector.ts";

export type Loop = Extract<Statement, { kind: "loop" }>;

/** Steps that a sum inside a vector loop may have: it is taken in float32. */
const mostSteps = 4096;

interface Found {
  /** Values that get into lanes one by one. */
  readonly lanewise: number;
  readonly vectors: number;
}

/** What running a loop in lanes takes; undefined where it must not be. */
export function lanesOf(loop: Loop): Found | undefined {
  const { axis, step, body } = loop;
  if (step !== 1 || (typeof axis.extent === "number" && axis.extent < 4)) return undefined;
  const inside = new Set<string>();
  const lanes: Pick<Lanes, "along" | "vector"> = {
    along: axis,
    vector: (name) => (inside.has(name) ? "" : undefined),
  };
  const stores = new Map<Node, Scalar>();
  const summed = new Set<string>();
  let fits = true;
  let [lanewise, vectors] = [0, 0];
  const count = (s: Scalar): void => {
    const seen = new Set<Scalar>();
    const visit = (part: Scalar): void => {
      if (seen.has(part)) return;
      seen.add(part);
      const way = wayOf(part, lanes);
      if (way === "uniform") return;
      if (way === "lanewise") {
        lanewise++;
        if (!inLanes(part.dtype)) fits = false;
        return;
      }
      if (part.kind !== "call" || part.fn !== "rounded") vectors++;
      if (part.kind === "call") part.args.forEach(visit);
    };
    visit(s);
  };
  const visit = (s: Statement): void => {
    switch (s.kind) {
      case "loop":
        if (typeof s.axis.extent !== "number" || s.axis.extent > mostSteps) fits = false;
        s.body.forEach(visit);
        return;
      case "let":
        if (isUniform(s.value, lanes)) return;
        if (!inLanes(s.local.dtype)) fits = false;
        count(s.value);
        inside.add(s.local.name);
        return;
      case "declare":
        if (s.best || !inLanes(s.local.dtype)) fits = false;
        inside.add(s.local.name);
        return;
      case "accumulate":
        if (s.best || !inLanes(s.local.dtype)) fits = false;
        count(s.value);
        if (!inside.has(s.local.name)) summed.add(s.local.name);
        return;
      case "store": {
        const stride = strideAlong(s.offset, lanes);
        const known = stores.get(s.into);
        if (!stride || !inLanes(s.into.type.dtype) || (known && known !== s.offset)) fits = false;
        if (stride !== 1 || s.into.type.dtype === "bool") lanewise++;
        stores.set(s.into, s.offset);
        count(s.value);
      }
    }
  };
  body.forEach(visit);
  for (const part of valuesIn(body).flatMap(walk)) {
    // What is stored is read, if at all, at the step that stores it; a running sum is needed in order.
    if (part.kind === "element" && stores.has(part.node) && stores.get(part.node) !== part.offset)
      fits = false;
    if (part.kind === "local" && summed.has(part.name)) fits = false;
  }
  return fits ? { lanewise, vectors } : undefined;
}

/** What statements compute and where they store it. */
function valuesIn(body: readonly Statement[]): Scalar[] {
  return body.flatMap((s) => {
    if (s.kind === "loop") return valuesIn(s.body);
    if (s.kind === "store") return [s.value, s.offset];
    return s.kind === "let" || s.kind === "accumulate" ? [s.value] : [];
  });
}

const loopsIn = (body: readonly Statement[]): Loop[] => body.filter((s) => s.kind === "loop");

/** Loops of fewer steps mostly do what is left of fours. */
const isLong = ({ extent }: Axis): boolean => typeof extent !== "number" || extent >= 8;
const hasFours = ({ extent }: Axis): boolean => typeof extent !== "number" || extent >= 4;

/** Lanes are not worth it where more of the work gets into them one by one. */
const mostLanewise = 0.5;
/** What a loop with few steps is worse by. */
const ofShort = 0.1;

/** The part of a loop's work that gets into lanes one by one; infinite where it cannot run in lanes. */
function lanewiseIn(loop: Loop): number {
  const found = lanesOf(loop);
  if (!found) return Number.POSITIVE_INFINITY;
  const share = found.lanewise / Math.max(1, found.lanewise + found.vectors);
  if (share > mostLanewise) return Number.POSITIVE_INFINITY;
  return share + (isLong(loop.axis) ? 0 : ofShort);
}

const hasFoursWithin = (loop: Loop): boolean =>
  hasFours(loop.axis) || loopsIn(loop.body).some(hasFoursWithin);

/** The same if loops inside run in lanes, each where it is best: of the worst of them. */
function lanewiseWithin(loop: Loop): number {
  const inner = loopsIn(loop.body).filter(hasFoursWithin);
  if (inner.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(...inner.map((l) => Math.min(lanewiseIn(l), lanewiseWithin(l))));
}

/** Whether a loop runs in lanes itself, rather than those in it or none. */
export function runsInLanes(loop: Loop): boolean {
  const own = lanewiseIn(loop);
  return own !== Number.POSITIVE_INFINITY && own < lanewiseWithin(loop);
}
