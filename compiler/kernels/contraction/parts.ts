/**
 * Sums over sizes that are only known at run time: tiles take so many steps at a time, and go on from the sums of
 * those before, so that what is copied for them has room for a known number of steps.
 *
 *   Σ_k x[k,i]·d[k,j] = Σ_{k = 0, most, 2·most …} Σ_{s < most, k + s < rows} x[k + s,i]·d[k + s,j]
 */

import {
  type Axis,
  axisIndex,
  indexAdd,
  linear,
  load,
  newAxis,
  rewrite,
  type Scalar,
} from "../scalar.ts";
import { axesIn, volumeOf } from "./axes.ts";

/** So many steps at a time, of as many terms as axes of the sum have places. */
export interface Part {
  /** Axes that are counted as one. */
  readonly axes: readonly Axis[];
  /** Counts the terms before this part: a loop around the tiles, which goes on by {@link Part.step}'s extent. */
  readonly from: Axis;
  /** Counts the steps of this part; the last one has fewer than its extent. */
  readonly step: Axis;
}

/** A sum with its axes told apart. */
export interface Parted {
  readonly body: Scalar;
  /** Loops around the tiles. */
  readonly blocks: readonly Axis[];
  /** What tiles have loops for; the first of them may be {@link Part.step}. */
  readonly steps: readonly Axis[];
  readonly part: Part | undefined;
}

/** Steps of a part, other axes of the sum inside of it counted: a panel of so many stays in the nearest cache. */
const longestPart = 256;

const isNamed = (axis: Axis): boolean => typeof axis.extent === "string";

/** The ways to take a sum over these axes, the best first. */
export function partingsOf(body: Scalar, summed: readonly Axis[]): readonly Parted[] {
  if (!summed.some(isNamed)) return [{ body, blocks: [], steps: summed, part: undefined }];
  const { axes, counted, value } = joined(body, summed);
  const last = axes.findLastIndex(isNamed);
  const blocks = axes.slice(0, last + 1);
  const behind = axes.slice(last + 1);
  const found: Parted[] = [];
  const most = Math.floor(longestPart / volumeOf(behind));
  if (most > 1) {
    const from = axes[last];
    const step = newAxis(most);
    const at = indexAdd(axisIndex(from), axisIndex(step));
    const moved = rewrite(value, (s) => (s.kind === "axis" && s.axis === from ? at : undefined));
    const part = { axes: counted.get(from) ?? [from], from, step };
    found.push({ body: moved, blocks, steps: [step, ...behind], part });
  }
  // Each place of a named size is a block of its own: an image with all its pixels.
  const whole = summed.slice(0, summed.length - behind.length);
  if (behind.length > 0) found.push({ body, blocks: whole, steps: behind, part: undefined });
  return found;
}

interface Joined {
  readonly axes: readonly Axis[];
  /** The axes that one of them stands for, if several. */
  readonly counted: ReadonlyMap<Axis, readonly Axis[]>;
  readonly value: Scalar;
}

/** Axes that run on in memory of all values as one, as the steps of a recurrence and its batch do. */
function joined(body: Scalar, summed: readonly Axis[]): Joined {
  const axes: Axis[] = [];
  const counted = new Map<Axis, readonly Axis[]>();
  let value = body;
  for (const axis of summed) {
    const before = axes.at(-1);
    const both = before && isNamed(axis) ? newAxis(axis.extent) : undefined;
    const together = both && before && joinedIn(value, before, axis, both);
    if (!together) {
      axes.push(axis);
      continue;
    }
    value = together;
    axes[axes.length - 1] = both;
    counted.set(both, [...(counted.get(before) ?? [before]), axis]);
  }
  return { axes, counted, value };
}

/** A value with one axis for two, of which each load has one behind the other; undefined where one has not. */
function joinedIn(value: Scalar, outer: Axis, inner: Axis, both: Axis): Scalar | undefined {
  const result = rewrite(value, (s) => {
    if (s.kind !== "load") return undefined;
    const at = s.index.findIndex((i) => i.kind === "axis" && i.axis === inner);
    if (at < 1 || s.node.shape[at] !== inner.extent) return undefined;
    const along = linear(s.index[at - 1], [outer]);
    if (along?.coefficients[0] !== 1) return undefined;
    // The index goes on beyond the extent of its dimension, into what the one before it counts.
    const index = s.index.map((i, d) =>
      d === at ? axisIndex(both) : d === at - 1 ? along.rest : i,
    );
    return load(s.node, index);
  });
  const left = axesIn([result]);
  return left.has(outer) || left.has(inner) ? undefined : result;
}
