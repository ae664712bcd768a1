/** Pooling as models write it: sizes, strides, padding, what happens at the border. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { floatX, formatShape, isFloat } from "../graph/types.ts";
import { add, div, like, mul, sub } from "./arithmetic.ts";
import { maximum, minimum } from "./comparison.ts";
import { arange } from "./creation.ts";
import { castTo, definitions } from "./elementwise.ts";
import { asNode, type Operand } from "./leaf.ts";
import type { AnyOp } from "./op.ts";
import { lowest, spread } from "./padding.ts";
import { poolMaxOp, poolSumOp } from "./pools.ts";
import { expandDims } from "./shape.ts";
import { type Padding, type PerAxis, perAxis, reach, type Windows, windowsOf } from "./window.ts";

export interface PoolOptions {
  /** From one window to the next; the size of a window when left out. */
  readonly stride?: PerAxis;
  /** What is added around the input; "valid" when left out. */
  readonly padding?: Padding;
  /** What no whole window covers at the end is ignored (true when left out), or has a window of its own. */
  readonly ignoreBorder?: boolean;
}

export interface MaxPoolOptions extends PoolOptions {
  /** From one element of a window to the next; 1 when left out. */
  readonly dilation?: PerAxis;
}

export interface AvgPoolOptions extends PoolOptions {
  /** Padding counts as elements that are 0 (true when left out), or not at all. */
  readonly includePadding?: boolean;
}

function windows(
  x: Node,
  size: PerAxis,
  { stride = size, padding = "valid", ignoreBorder = true, dilation = 1 }: MaxPoolOptions,
  what: string,
): readonly Windows[] {
  const list = windowsOf(
    x,
    {
      size: perAxis(size, 2, 1, `${what}: size`),
      stride: perAxis(stride, 2, 1, `${what}: stride`),
      dilation: perAxis(dilation, 2, 1, `${what}: dilation`),
      padding,
      overEnd: !ignoreBorder,
    },
    what,
  );
  for (const { before, after, size: own, dilation: apart } of list)
    if (Math.max(before, after) >= reach(own, apart))
      fail(
        "ADJ1009",
        `${what}: windows of ${own} would lie in the padding of ${Math.max(before, after)} alone`,
        {
          hint: "the padding is less than the window",
        },
      );
  return list;
}

/** The pooling of `x` with `value` beyond its border. */
function pool(record: AnyOp, x: Node, list: readonly Windows[], value: number): Node {
  const padded = spread(
    x,
    list.map((w) => [w.before, w.after + w.beyond]),
    { value },
  );
  const length = padded.shape.slice(padded.shape.length - list.length) as number[];
  return makeNode(record, [padded], {
    size: list.map((w) => w.size),
    stride: list.map((w) => w.stride),
    dilation: list.map((w) => w.dilation),
    count: list.map((w) => w.count),
    length,
  });
}

/** At least the two axes of an image. @throws ADJ1004 */
function image(x: Operand, what: string): Node {
  const node = asNode(x);
  if (node.shape.length < 2) {
    fail("ADJ1004", `${what}: expected […, height, width], got ${formatShape(node.shape)}`, {
      hint: "the last two axes are pooled",
      related: definitions(node),
    });
  }
  return node;
}

/**
 * The largest element of each window over the last two axes: [batch, channels, height, width] or any
 * other axes in front. Windows do not overlap unless the stride is smaller. `ignoreBorder: false` is PyTorch's
 * `ceil_mode`. Elements that tie share the gradient; padding never wins.
 *
 * @throws ADJ1004 for fewer than 2 axes, ADJ1008 for options that are none, ADJ1009 when no window fits
 */
export function maxPool2d(x: Operand, size: PerAxis, options: MaxPoolOptions = {}): Node {
  const node = image(x, "maxPool2d");
  return pool(poolMaxOp, node, windows(node, size, options, "maxPool2d"), lowest(node.type.dtype));
}

/**
 * The mean of each window over the last two axes. Places that padding adds count as 0 unless
 * `includePadding: false`; places beyond those never count. Integers give floatX.
 *
 * @throws ADJ1004, ADJ1008, ADJ1009 as maxPool2d
 */
export function avgPool2d(x: Operand, size: PerAxis, options: AvgPoolOptions = {}): Node {
  const given = image(x, "avgPool2d");
  const node = castTo(given, isFloat(given.type.dtype) ? given.type.dtype : floatX);
  const list = windows(node, size, options, "avgPool2d");
  const sum = pool(poolSumOp, node, list, 0);
  return div(sum, countsOf(list, options.includePadding ?? true, node));
}

/** How many elements each window has, in the dtype of `x`: one number where all have the same. */
function countsOf(list: readonly Windows[], includePadding: boolean, x: Node): Node {
  const bounds = list.map(({ before, length, after }) =>
    includePadding ? [-before, length + after] : [0, length],
  );
  const isWhole = list.every(
    ({ before, stride, size, count }, n) =>
      -before >= bounds[n][0] && (count - 1) * stride + size - before <= bounds[n][1],
  );
  if (isWhole)
    return like(
      list.reduce((n, w) => n * w.size, 1),
      x,
    );
  const counts = list.map(({ before, stride, size, count }, n) => {
    const start = sub(mul(arange(count), stride), before);
    return sub(minimum(add(start, size), bounds[n][1]), maximum(start, bounds[n][0]));
  });
  return castTo(
    counts.reduce((product, own) => mul(expandDims(product, -1), own)),
    x.type.dtype,
  );
}
