/** The static memory plan: where the values of a call lie, with memory used again once a value is dead. */

import type { Node } from "../graph/node.ts";
import { type Dim, type DType, dimParts, dimPlus, type Shape, staticSize } from "../graph/types.ts";
import { type Call, callsIn, type Nest } from "./loops.ts";
import { loadsOf } from "./lower.ts";
import type { Program } from "./program.ts";

/** A value's place among those of its dtype. */
export interface Slot {
  readonly node: Node;
  readonly dtype: DType;
  /** First element. */
  readonly offset: number;
  /** Elements. */
  readonly size: number;
  /** What of its dimensions lies in memory: a value that is used step by step has room for one step. */
  readonly shape: Shape;
}

export interface Plan {
  readonly slots: readonly Slot[];
  /** Values whose size is only known in a call: they are made there. */
  readonly dynamic: readonly Node[];
  /** Dimensions of those in memory: of what a loop counts, the most that there can be, for it fills them. */
  readonly rooms: ReadonlyMap<Node, Shape>;
  /** Elements that the call needs of each dtype. */
  readonly sizes: ReadonlyMap<DType, number>;
}

/** Dimensions of a value in memory that a call makes. */
export const roomOf = ({ rooms }: Plan, node: Node): Shape => rooms.get(node) ?? node.shape;

/** `[600, 10]`; `[10] of [600, 10]` where one step of a loop is in memory at a time. */
export function shapeText({ shape }: Node, slot?: Slot): string {
  const whole = `[${shape.join(", ")}]`;
  const isPart = slot !== undefined && slot.shape.length < shape.filter((dim) => dim !== 1).length;
  return isPart ? `[${slot.shape.join(", ")}] of ${whole}` : whole;
}

/** Elements of the longest vectors. */
const longestVector = 16;

/** Places the temporaries of a function; a slot is free again behind the last nest that reads it. */
export function planMemory(program: Program, calls: readonly Call[]): Plan {
  const limits = new Map(
    program.loops.flatMap(({ counts, axis }) => (counts ? [[counts, axis.extent] as const] : [])),
  );
  const live = new Map<Node, Life>();
  // Vectors of what is arranged for lists reach beyond its end, where nobody else may write meanwhile.
  const arranged = new Set([...(program.routed?.values() ?? [])].map(({ dense }) => dense.node));
  const rooms = new Map<Node, Shape>();
  for (const [node, span] of lives(calls)) {
    if (!program.temporaries.includes(node) || program.outputs.includes(node)) continue;
    const shape = span.shape.map((dim) => atMost(dim, limits));
    const size = staticSize(shape);
    const room = arranged.has(node) ? longestVector : 0;
    live.set(node, { ...span, size: size === undefined ? undefined : size + room });
    rooms.set(
      node,
      node.shape.map((dim) => atMost(dim, limits)),
    );
  }
  const slots: Slot[] = [];
  const dynamic: Node[] = [];
  const sizes = new Map<DType, number>();
  for (const [node, { from, to, size, shape }] of live) {
    const { dtype } = node.type;
    if (size === undefined) {
      dynamic.push(node);
      continue;
    }
    const busy = slots
      .filter((slot) => slot.dtype === dtype)
      .filter((slot) => {
        const other = live.get(slot.node);
        return other !== undefined && other.from <= to && from <= other.to;
      })
      .sort((a, b) => a.offset - b.offset);
    let offset = 0;
    for (const slot of busy) {
      if (offset + size <= slot.offset) break;
      offset = Math.max(offset, slot.offset + slot.size);
    }
    slots.push({ node, dtype, offset, size, shape });
    sizes.set(dtype, Math.max(sizes.get(dtype) ?? 0, offset + size));
  }
  return { slots, dynamic, rooms, sizes };
}

interface Span {
  readonly from: number;
  readonly to: number;
  /** Its dimensions in memory. */
  readonly shape: Shape;
}
interface Life extends Span {
  readonly size: number | undefined;
}

/** The largest that a dimension can be. */
function atMost(dim: Dim, limits: ReadonlyMap<string, Dim>): Dim {
  if (typeof dim === "number") return dim;
  const { name, offset } = dimParts(dim);
  const limit = limits.get(name);
  return limit === undefined ? dim : dimPlus(limit, offset);
}

interface Placed {
  readonly nest: Nest;
  readonly at: number;
  /** First and last place of the loops around it. */
  readonly loops: readonly { from: number; to: number }[];
}

/** From where to where values are needed: what a loop did not make itself it needs until it ends. */
function lives(calls: readonly Call[]): Map<Node, Span> {
  const placed: Placed[] = [];
  const walk = (list: readonly Call[], loops: Placed["loops"]): void => {
    for (const call of list) {
      if (call.kind === "choice") walk(callsIn(call), loops);
      if (call.kind === "nest") placed.push({ nest: call.nest, at: placed.length, loops });
      if (call.kind !== "repeat") continue;
      const loop = { from: placed.length, to: placed.length };
      walk(call.body, [...loops, loop]);
      loop.to = Math.max(loop.from, placed.length - 1);
    }
  };
  walk(calls, []);
  const born = new Map<Node, number>();
  for (const { nest, at } of placed)
    for (const { into } of nest.stages) if (!born.has(into)) born.set(into, at);
  const spans = new Map<Node, { from: number; to: number; shape: Shape }>();
  for (const { nest, at, loops } of placed) {
    const loaded = nest.stages.flatMap((stage) => loadsOf(stage).map((load) => load.node));
    for (const node of new Set([...nest.memory, ...loaded])) {
      const shape = node.shape.filter((dim) => dim !== 1).slice(nest.dropped.get(node) ?? 0);
      const span = spans.get(node) ?? { from: at, to: at, shape };
      span.from = Math.min(span.from, at);
      span.to = Math.max(span.to, at);
      for (const loop of loops) {
        const first = born.get(node) ?? -1;
        const isOwn = first >= loop.from && first <= loop.to && node.op.part !== true;
        if (isOwn) continue;
        span.from = Math.min(span.from, loop.from);
        span.to = Math.max(span.to, loop.to);
      }
      if (nest.memory.includes(node) || spans.has(node)) spans.set(node, span);
    }
  }
  return spans;
}
