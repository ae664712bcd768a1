/** Convolutions as models write them: padding, strides, groups, and their transpose. */

import { fail } from "../diagnostics/error.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { formatShape, promote } from "../graph/types.ts";
import { type CorrelateAttrs, correlateOp, ones, withFront } from "./correlation.ts";
import { castTo, definitions, together } from "./elementwise.ts";
import type { Operand } from "./leaf.ts";
import { spread } from "./padding.ts";
import { reshape } from "./shape.ts";
import { type Padding, type PerAxis, paddingOf, perAxis, reach, windowsOf } from "./window.ts";

export interface ConvOptions {
  /** From one window to the next; 1 when left out. */
  readonly stride?: PerAxis;
  /** What is added around the input; "valid" when left out. */
  readonly padding?: Padding;
  /** From one element of a filter to the next; 1 when left out. */
  readonly dilation?: PerAxis;
  /** Channels fall into so many groups, each with filters of its own. */
  readonly groups?: number;
  /** A convolution in the mathematical sense, as Theano's: filters run backwards. */
  readonly flip?: boolean;
}

const nameOf = (x: Node, otherwise: string): string => x.label?.name ?? otherwise;

/** The axes of operands, by name. */
const layout = (first: string, axes: number): string =>
  `[${[first, "channels", ...["height", "width"].slice(2 - axes)].join(", ")}]`;

/** Both operands in one dtype, of the rank that `axes` need. @throws ADJ1004 */
function operands(x: Operand, w: Operand, axes: number, what: string): [Node, Node] {
  const [a, b] = together(x, w);
  const check = (node: Node, role: string, expected: string, hint: string): void => {
    if (node.shape.length === 2 + axes) return;
    const got = `${nameOf(node, "a tensor")} ${formatShape(node.shape)}`;
    fail("ADJ1004", `${what}: expected ${role} ${expected}, got ${got}`, {
      hint,
      related: definitions(node),
    });
  };
  const kept = Array.from({ length: axes }, (_, i) => i + 1).join(", ");
  const inserted = `without channels, there is one: dimshuffle(x, [0, "x", ${kept}])`;
  check(a, "input", layout("batch", axes), inserted);
  check(
    b,
    "filters",
    layout("filters", axes),
    `filters have ${2 + axes} axes, one of length 1 too`,
  );
  const joint = promote(a.type.dtype, b.type.dtype);
  const dtype = joint === "bool" ? "int32" : joint;
  return [castTo(a, dtype), castTo(b, dtype)];
}

/** How the channels of input and filters go together. @throws ADJ1003, ADJ1008 */
function checkChannels(
  { x, w, groups, what }: { x: Node; w: Node; groups: number; what: string },
  transposed: boolean,
): void {
  const [channels, filters] = [x.shape[1], w.shape[0]];
  if (!Number.isInteger(groups) || groups < 1)
    fail("ADJ1008", `${what}: ${groups} is no number of groups`, {
      hint: "a whole number, 1 or more, that divides the channels",
    });
  const split = transposed ? channels : filters;
  if (groups > 1 && !(typeof split === "number" && split % groups === 0)) {
    fail(
      "ADJ1008",
      `${what}: ${split} ${transposed ? "channels" : "filters"} do not fall into ${groups} groups`,
    );
  }
  const wanted = transposed
    ? filters
    : typeof w.shape[1] === "number"
      ? w.shape[1] * groups
      : w.shape[1];
  if (channels === wanted) return;
  fail(
    "ADJ1003",
    `${what}(${nameOf(x, "…")}, ${nameOf(w, "…")}): ${nameOf(x, "the input")} ${formatShape(x.shape)} has ${channels} channels, ${nameOf(w, "the filters")} ${formatShape(w.shape)} ${groups > 1 ? `in ${groups} groups ` : ""}take ${wanted}`,
    {
      hint: transposed
        ? "filters are [channels, results / groups, …]: axis 0 is as long as axis 1 of the input"
        : "filters are [filters, channels / groups, …]: axis 1 of both, but for groups, is equally long",
      related: definitions(x, w),
    },
  );
}

/** An axis of channels as two: groups, and channels of each. */
function grouped(x: Node, axis: number, groups: number): Node {
  const dim = x.shape[axis] as number;
  return reshape(x, [...x.shape.slice(0, axis), groups, dim / groups, ...x.shape.slice(axis + 1)]);
}

/** The contraction of padded operands, group by group. */
function correlate(x: Node, w: Node, groups: number, attrs: Omit<CorrelateAttrs, "grouped">): Node {
  if (groups === 1) return makeNode(correlateOp, [x, w], { ...attrs, grouped: false });
  const y = makeNode(correlateOp, [grouped(x, 1, groups), grouped(w, 0, groups)], {
    ...attrs,
    grouped: true,
  });
  const [batch, , each, ...rest] = y.shape;
  return reshape(y, [batch, groups * (each as number), ...rest]);
}

function convolve(axes: number, what: string) {
  return (
    input: Operand,
    filters: Operand,
    { stride = 1, padding = "valid", dilation = 1, groups = 1, flip = false }: ConvOptions = {},
  ): Node => {
    const [x, w] = operands(input, filters, axes, what);
    checkChannels({ x, w, groups, what }, false);
    const size = perAxis(w.shape.slice(2) as number[], axes, 1, `${what}: filters`);
    const windows = windowsOf(
      x,
      {
        size,
        stride: perAxis(stride, axes, 1, `${what}: stride`),
        dilation: perAxis(dilation, axes, 1, `${what}: dilation`),
        padding,
      },
      what,
    );
    const padded = spread(
      x,
      windows.map(({ before, after }) => [before, after]),
    );
    return correlate(padded, w, groups, {
      stride: windows.map((a) => a.stride),
      dilation: windows.map((a) => a.dilation),
      size: windows.map((a) => a.count),
      flip,
    });
  };
}

/**
 * Cross-correlation of images [batch, channels, height, width] with filters [filters, channels / groups,
 * height, width]: out[n,f,y,x] = Σ_c,k,l in[n, c, y·s + k·d, x·s + l·d]·w[f, c, k, l]. With `flip: true`
 * the filters run backwards, which is the convolution of mathematics and of Theano. Float32 with an
 * integer stays float32; integers stay integers.
 *
 * @throws ADJ1003 when channels differ, ADJ1004 for other ranks than 4, ADJ1008 for options that are none,
 * ADJ1009 when a filter is larger than the padded image
 */
export const conv2d = convolve(2, "conv2d");

/** The same along one axis: input [batch, channels, length], filters [filters, channels / groups, length]. */
export const conv1d = convolve(1, "conv1d");

export interface ConvTransposeOptions extends ConvOptions {
  /** Places added behind the result, for the sizes that several inputs of a convolution share. */
  readonly outputPadding?: PerAxis;
}

/**
 * The gradient of {@link conv2d} by its input, as PyTorch's `conv_transpose2d`: input [batch, channels, height,
 * width], filters [channels, results / groups, height, width]; a stride s makes the result s times as large.
 * Stride, padding, dilation, groups and flip are those of the convolution; with "same" the result has
 * stride times the size.
 *
 * @throws ADJ1003, ADJ1004, ADJ1008 as conv2d; ADJ1009 when padding leaves nothing
 */
export function convTranspose2d(
  input: Operand,
  filters: Operand,
  options: ConvTransposeOptions = {},
): Node {
  const what = "convTranspose2d";
  const { padding = "valid", groups = 1, flip = false } = options;
  const [x, w] = operands(input, filters, 2, what);
  checkChannels({ x, w, groups, what }, true);
  const each = (value: PerAxis | undefined, otherwise: number, least: number, name: string) =>
    perAxis(value ?? otherwise, 2, least, `${what}: ${name}`);
  const stride = each(options.stride, 1, 1, "stride");
  const dilation = each(options.dilation, 1, 1, "dilation");
  const extra = each(options.outputPadding, 0, 0, "outputPadding");
  const lengths = x.shape
    .slice(2)
    .map((dim, n) =>
      typeof dim === "number"
        ? dim
        : fail("ADJ1008", `${what}: axis ${2 + n} of ${formatShape(x.shape)} has no known length`),
    );
  const margins = lengths.map((length, n): readonly [number, number] => {
    const reached = reach(w.shape[2 + n] as number, dilation[n]);
    const whole = length * stride[n];
    const [before, after] =
      padding === "same"
        ? sameTransposed(reached, stride[n])
        : paddingOf(padding, n, 2, [whole, reached, stride[n]], what);
    const result = reach(length, stride[n]) + reached - 1 - before - after + extra[n];
    if (result < 1) {
      fail("ADJ1009", `${what}: padding [${before}, ${after}] leaves nothing of axis ${2 + n}`, {
        hint: "padding takes places away from the result",
        related: definitions(x),
      });
    }
    return [reached - 1 - before, reached - 1 - after + extra[n]];
  });
  const wide = spread(x, margins, { step: stride });
  const size = wide.shape
    .slice(2)
    .map((dim, n) => (dim as number) - reach(w.shape[2 + n] as number, dilation[n]) + 1);
  const attrs = { stride: ones(2), dilation, size, flip: !flip };
  if (groups === 1) return correlate(wide, withFront(w, [1, 0]), 1, attrs);
  // [groups · channels, results] → [groups · results, channels]
  const own = withFront(grouped(w, 0, groups), [0, 2, 1]);
  const [, results, channels, ...rest] = own.shape as number[];
  return correlate(wide, reshape(own, [groups * results, channels, ...rest]), groups, attrs);
}

/** What is taken away so that `stride` times the length is left; below 0, what is added. */
const sameTransposed = (reached: number, stride: number): readonly [number, number] => {
  const total = reached - stride;
  const before = Math.max(0, Math.floor(total / 2));
  return [before, total - before];
};
