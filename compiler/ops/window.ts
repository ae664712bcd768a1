/** Where windows lie: padding, stride and dilation of convolutions and pooling as numbers an axis. */

import { fail } from "../diagnostics/error.ts";
import type { Node } from "../graph/node.ts";
import { formatShape } from "../graph/types.ts";
import { definitions } from "./elementwise.ts";

/** One number for all axes, or one an axis. */
export type PerAxis = number | readonly number[];

/**
 * What is added around the input. `"valid"`: nothing; `"same"`: so much that a stride of 1 keeps the size,
 * the odd place behind; `"half"`: half of the window on either side; `"full"`: every place where window
 * and input meet; a number: on all sides; a list: a number or a pair (before, after) an axis.
 */
export type Padding =
  | "valid"
  | "same"
  | "half"
  | "full"
  | number
  | readonly (number | readonly [number, number])[];

/** The windows along one axis. */
export interface Windows {
  /** Length of the input. */
  readonly length: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Places added in front of the input and behind it. */
  readonly before: number;
  readonly after: number;
  /** Places behind those, for windows that reach over the end. */
  readonly beyond: number;
  /** How many windows there are. */
  readonly count: number;
}

/** Places from the first to the last element of a window. */
export const reach = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/** One whole number an axis, none below `least`. @throws ADJ1008 */
export function perAxis(
  value: PerAxis,
  axes: number,
  least: number,
  what: string,
): readonly number[] {
  const list = typeof value === "number" ? new Array<number>(axes).fill(value) : value;
  if (list?.length !== axes || !list.every((n) => Number.isInteger(n) && n >= least)) {
    fail("ADJ1008", `${what}: ${JSON.stringify(value)} is not what it takes`, {
      hint: `${axes === 1 ? "a whole number" : `a whole number, or ${axes} of them`}, ${least} or more`,
    });
  }
  return list;
}

const named: Readonly<
  Record<string, (length: number, reached: number, stride: number) => readonly [number, number]>
> = {
  valid: () => [0, 0],
  half: (_, reached) => [Math.floor(reached / 2), Math.floor(reached / 2)],
  full: (_, reached) => [reached - 1, reached - 1],
  same: (length, reached, stride) => {
    const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + reached - length);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  },
};

/** The pair (before, after) of one axis. @throws ADJ1008 */
export function paddingOf(
  padding: Padding,
  axis: number,
  axes: number,
  [length, reached, stride]: readonly [number, number, number],
  what: string,
): readonly [number, number] {
  if (typeof padding === "string" && Object.hasOwn(named, padding))
    return named[padding](length, reached, stride);
  const one = typeof padding === "number" ? padding : padding?.[axis];
  const pair = typeof one === "number" ? [one, one] : one;
  const isList = typeof padding === "number" || padding?.length === axes;
  if (
    typeof padding === "string" ||
    !isList ||
    !Array.isArray(pair) ||
    pair.length !== 2 ||
    !pair.every((n) => Number.isInteger(n) && n >= 0)
  ) {
    return fail("ADJ1008", `${what}: there is no padding ${JSON.stringify(padding)}`, {
      hint: `"valid", "same", "half", "full", a whole number, or a list with one for each of ${axes} axes`,
    });
  }
  return pair as unknown as readonly [number, number];
}

export interface WindowOptions {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: Padding;
  /** Windows that reach over the end count as well, if they begin inside. */
  readonly overEnd?: boolean;
}

/**
 * The windows along the last axes of `x`.
 *
 * @throws ADJ1008 where an axis has no known length, ADJ1009 where no window fits
 */
export function windowsOf(
  x: Node,
  { size, stride, dilation, padding, overEnd = false }: WindowOptions,
  what: string,
): readonly Windows[] {
  const lead = x.shape.length - size.length;
  return size.map((own, n): Windows => {
    const length = x.shape[lead + n];
    if (typeof length !== "number") {
      return fail(
        "ADJ1008",
        `${what}: axis ${lead + n} of ${formatShape(x.shape)} has no known length`,
        { hint: "only the axes of the batch and of channels may be named" },
      );
    }
    const reached = reach(own, dilation[n]);
    const at = [length, reached, stride[n]] as const;
    const [before, after] = paddingOf(padding, n, size.length, at, what);
    const room = before + length + after - reached;
    if (room < 0) {
      fail(
        "ADJ1009",
        `${what}: a window of ${reached} does not fit into axis ${lead + n} of ${formatShape(x.shape)}${before + after > 0 ? `, which padding makes ${before + length + after} long` : ""}`,
        {
          hint: 'make the window smaller, or write padding: "same"',
          related: definitions(x),
        },
      );
    }
    const regular = Math.floor(room / stride[n]) + 1;
    const over = Math.ceil(room / stride[n]) + 1;
    const isInside = (over - 1) * stride[n] < before + length;
    const count = overEnd && isInside ? over : regular;
    const needed = (count - 1) * stride[n] + reached - before - length;
    return {
      length,
      size: own,
      stride: stride[n],
      dilation: dilation[n],
      before,
      after,
      beyond: overEnd ? Math.max(0, needed) : 0,
      count,
    };
  });
}
