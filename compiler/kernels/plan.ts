/** The static memory plan: where the values of a call lie, with memory used again once a value is dead. */

import type { Node } from "../graph/node.ts";
import { type DType, staticSize } from "../graph/types.ts";
import type { Nest } from "./loops.ts";
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
}

export interface Plan {
  readonly slots: readonly Slot[];
  /** Values whose size is only known in a call: they are made there. */
  readonly dynamic: readonly Node[];
  /** Elements that the call needs of each dtype. */
  readonly sizes: ReadonlyMap<DType, number>;
}

/** Places the temporaries of a function; a slot is free again behind the last nest that reads it. */
export function planMemory(program: Program, nests: readonly Nest[]): Plan {
  const live = new Map<Node, { from: number; to: number; size: number | undefined }>();
  for (const [at, nest] of nests.entries()) {
    for (const node of nest.memory) {
      if (!program.temporaries.includes(node) || program.outputs.includes(node)) continue;
      const kept = node.shape.filter((dim) => dim !== 1).slice(nest.dropped.get(node) ?? 0);
      const known = live.get(node);
      if (known) known.to = at;
      else live.set(node, { from: at, to: at, size: staticSize(kept) });
    }
    for (const stage of nest.stages) {
      for (const { node } of loadsOf(stage)) {
        const known = live.get(node);
        if (known) known.to = at;
      }
    }
  }
  const slots: Slot[] = [];
  const dynamic: Node[] = [];
  const sizes = new Map<DType, number>();
  for (const [node, { from, to, size }] of live) {
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
    slots.push({ node, dtype, offset, size });
    sizes.set(dtype, Math.max(sizes.get(dtype) ?? 0, offset + size));
  }
  return { slots, dynamic, sizes };
}
