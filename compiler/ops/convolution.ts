/**
 * Convolutions. All of them, and their gradients of every order, are one contraction over windows
 * that lie inside its operand; margins and gaps are written out before, so that its loops need no guards.
 */

import { fail } from "../diagnostics/error.ts";
import { build, offsetOf, sizeOf, unravel } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { type Dim, formatShape, promote, roughVolume, type TensorType } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { flip as reversed } from "./arranging.ts";
import { castTo, definitions, together } from "./elementwise.ts";
import type { Operand } from "./leaf.ts";
import { precedence, wrap } from "./notation.ts";
import { op } from "./op.ts";
import { spread } from "./padding.ts";
import { dimshuffle, repeated, reshape } from "./shape.ts";
import { type Padding, type PerAxis, paddingOf, perAxis, reach, windowsOf } from "./window.ts";

export type CorrelateAttrs = {
  /** From one window to the next, and from one element of a window to the next. */
  stride: readonly number[];
  dilation: readonly number[];
  /** How many windows: no more than fit. */
  size: readonly number[];
  /** The filters run backwards: a convolution in the mathematical sense. */
  flip: boolean;
  /** Both operands have an axis of groups, after the batch and in front; each group has filters of its own. */
  grouped: boolean;
};

/**
 * out[n,f,y] = Σ_c,k x[n, c, stride·y + dilation·k] · w[f, c, k], with any number of axes y and k;
 * `flip` reads w[f, c, K − 1 − k]. With groups it is x[n, g, c, …], w[g, f, c, …], out[n, g, f, …].
 */
export const correlateOp = op<CorrelateAttrs>({
  name: "correlate",
  called: "conv",
  cost: 1000,
  reduces: "product",
  multilinear: true,
  // An element of x meets each filter about size/stride times; a weight meets every window.
  reads: ([x, w], { stride, size, grouped }, input) => {
    const lead = Number(grouped);
    if (input === 1) return roughVolume([x.shape[0], ...size]);
    const kernel = roughVolume(w.shape.slice(2 + lead));
    return (roughVolume([w.shape[lead]]) * kernel) / roughVolume(stride);
  },
  infer: ([x, w], { size, grouped }) => ({
    dtype: x.dtype,
    shape: [...x.shape.slice(0, grouped ? 2 : 1), w.shape[Number(grouped)], ...size],
  }),
  evaluate: ([x, w], attrs, { dtype, shape }) => {
    const { stride, dilation, flip, grouped } = attrs;
    const lead = Number(grouped);
    const inner = w.shape.slice(1 + lead);
    const steps = Array.from({ length: sizeOf(inner) }, (_, k) => unravel(k, inner));
    return build(dtype, shape, (index) => {
      const [n, ...rest] = index;
      const group = rest.slice(0, lead);
      const [f, ...y] = rest.slice(lead);
      let total = 0;
      for (const [c, ...k] of steps) {
        const place = y.map((i, axis) => i * stride[axis] + k[axis] * dilation[axis]);
        const own = flip ? k.map((i, axis) => inner[1 + axis] - 1 - i) : k;
        const a = x.data[offsetOf([n, ...group, c, ...place], x.shape)];
        total += a * w.data[offsetOf([...group, f, c, ...own], w.shape)];
      }
      return total;
    });
  },
  lower: ({ attrs, inputs: [, w], read, axis }, index) => {
    const { stride, dilation, flip, grouped } = attrs;
    const lead = Number(grouped);
    const int = (n: number) => scalar.constant(n, "int32");
    const inner = w.shape.slice(1 + lead).map((dim) => axis(dim));
    const [c, ...k] = inner.map((a) => (a.extent === 1 ? int(0) : scalar.axisIndex(a)));
    const [n, ...rest] = index;
    const group = rest.slice(0, lead);
    const [f, ...y] = rest.slice(lead);
    const place = y.map((i, axis) =>
      scalar.indexAdd(
        scalar.indexMul(i, int(stride[axis])),
        scalar.indexMul(k[axis], int(dilation[axis])),
      ),
    );
    const last = (axis: number) => scalar.indexSub(scalar.extent(w.shape[2 + lead + axis]), int(1));
    const own = flip ? k.map((i, axis) => scalar.indexSub(last(axis), i)) : k;
    const product = scalar.call(
      "mul",
      read(0, [n, ...group, c, ...place]),
      read(1, [...group, f, c, ...own]),
    );
    return scalar.reduce("add", inner, product);
  },
  gradient: ({ dy, inputs: [x, w], attrs }) => [
    byInput(dy, x.type, w, attrs),
    byFilters(dy, x, w, attrs),
  ],
  vectorise: ([x, w], attrs, node) => {
    if (attrs.grouped) return undefined;
    if (!w.stacked && typeof x.node.shape[0] === "number" && typeof x.node.shape[1] === "number") {
      const [steps, batch, ...rest] = x.node.shape as readonly [number, number, ...Dim[]];
      const flat = makeNode(
        correlateOp,
        [reshape(x.node, [steps * batch, ...rest]), w.node],
        attrs,
      );
      return reshape(flat, [steps, batch, ...flat.shape.slice(1)]);
    }
    // Each step is a group.
    const [steps] = (x.stacked ? x : w).node.shape;
    const swapped = (rank: number) => [1, 0, ...Array.from({ length: rank - 1 }, (_, i) => i + 2)];
    const batchFirst = dimshuffle(repeated(x, steps), swapped(node.inputs[0].shape.length));
    const made = makeNode(correlateOp, [batchFirst, repeated(w, steps)], {
      ...attrs,
      grouped: true,
    });
    return dimshuffle(made, swapped(node.shape.length));
  },
  notation: {
    text: ([x, w], { stride, dilation, size, flip, grouped }) => {
      const options = [
        ...(stride.some((s) => s !== 1) ? [`stride: ${formatShape(stride)}`] : []),
        ...(dilation.some((d) => d !== 1) ? [`dilation: ${formatShape(dilation)}`] : []),
        `size: ${formatShape(size)}`,
        ...(flip ? ["flip"] : []),
        ...(grouped ? ["grouped"] : []),
      ];
      return {
        text: `correlate(${x.text}, ${w.text}, { ${options.join(", ")} })`,
        precedence: precedence.atom,
      };
    },
    tex: ([x, w], { stride, dilation, flip }) => {
      const mark = (sign: string, list: readonly number[]) =>
        list.every((n) => n === 1)
          ? []
          : [`${sign}${list.every((n) => n === list[0]) ? list[0] : list.join("\\times ")}`];
      const marks = [...mark("\\downarrow ", stride), ...mark("d = ", dilation)].join(",\\,");
      const sign = flip ? "\\ast" : "\\star";
      return {
        text: `${wrap(x, precedence.mul, true)} ${sign}${marks ? `_{${marks}}` : ""} ${wrap(w, precedence.unary, true)}`,
        precedence: precedence.mul,
      };
    },
  },
  samples: [
    {
      inputs: [{ shape: [2, 2, 4, 5] }, { shape: [3, 2, 2, 3] }],
      attrs: { stride: [1, 1], dilation: [1, 1], size: [3, 3], flip: true, grouped: false },
    },
    {
      inputs: [{ shape: [1, 2, 6, 5] }, { shape: [2, 2, 2, 2] }],
      attrs: { stride: [2, 1], dilation: [1, 2], size: [2, 3], flip: false, grouped: false },
    },
    {
      inputs: [{ shape: [2, 3, 7] }, { shape: [2, 3, 3] }],
      attrs: { stride: [2], dilation: [1], size: [3], flip: false, grouped: false },
    },
    {
      inputs: [{ shape: [2, 2, 1, 4] }, { shape: [2, 3, 1, 3] }],
      attrs: { stride: [1], dilation: [1], size: [2], flip: true, grouped: true },
    },
    {
      inputs: [{ shape: [2, 2, 5, 5] }, { shape: [2, 2, 2, 2] }],
      attrs: { stride: [2, 2], dilation: [2, 2], size: [2, 2], flip: true, grouped: false },
    },
  ],
});

const ones = (axes: number): readonly number[] => new Array<number>(axes).fill(1);

/** Axes in a new order in front, the rest as they are. */
const withFront = (x: Node, front: readonly number[]): Node =>
  dimshuffle(x, [...front, ...x.shape.slice(front.length).map((_, i) => front.length + i)]);

/** ∂/∂x: every place where dy, spread by the stride, meets the filters, which run the other way. */
function byInput(dy: Node, x: TensorType, w: Node, attrs: CorrelateAttrs): Node {
  const { stride, dilation, size, flip, grouped } = attrs;
  const lead = 2 + Number(grouped);
  const lengths = x.shape.slice(lead) as number[];
  const margins = lengths.map((length, axis): readonly [number, number] => {
    const before = reach(w.shape[lead + axis] as number, dilation[axis]) - 1;
    return [before, length - reach(size[axis], stride[axis])];
  });
  const filters = withFront(w, grouped ? [0, 2, 1] : [1, 0]);
  return makeNode(correlateOp, [spread(dy, margins, { step: stride }), filters], {
    stride: ones(stride.length),
    dilation,
    size: lengths,
    flip: !flip,
    grouped,
  });
}

/** ∂/∂w: x in the windows of dy. Stride and dilation change places, batch and channels too. */
function byFilters(dy: Node, x: Node, w: Node, attrs: CorrelateAttrs): Node {
  const { stride, dilation, flip, grouped } = attrs;
  const lead = 2 + Number(grouped);
  const channelsFirst = withFront(x, grouped ? [2, 1, 0] : [1, 0]);
  const filters = withFront(dy, grouped ? [1, 2, 0] : [1, 0]);
  const all = makeNode(correlateOp, [channelsFirst, filters], {
    stride: dilation,
    dilation: stride,
    size: w.shape.slice(lead) as number[],
    flip: false,
    grouped,
  });
  const dw = withFront(all, grouped ? [1, 2, 0] : [1, 0]);
  const spatial = stride.map((_, axis) => lead + axis);
  return flip ? reversed(dw, spatial) : dw;
}

// ── Builders ────────────────────────────────────────────────────────────────────────────────────

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
    fail("ADJ1008", `${what}: ${groups} is no number of groups`);
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
