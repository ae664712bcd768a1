/** ONNX's operators with windows: convolutions and pooling, of one axis or two. */

import type { Operand, Tensor } from "adjoint";
import * as l from "adjoint";
import {
  type Call,
  integer,
  integers,
  keep,
  type Operator,
  rankOf,
  shapeOf,
  text,
} from "./call.ts";
import { Skip } from "./model.ts";

type Pair = readonly [number, number];

/** Attributes of windows, with one axis made two. */
interface Windows {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly Pair[];
}

/** An image of one axis gets a height of 1. */
const asImage = (x: Tensor): Tensor => {
  if (rankOf(x) > 4) throw new Skip("windows over three axes");
  return rankOf(x) === 3 ? l.expandDims(x, 2) : x;
};
const asBefore = (y: Tensor, x: Tensor): Tensor => (rankOf(x) === 3 ? l.squeeze(y, 2) : y);

function windowsOf(call: Call, kernel: readonly number[]): Windows {
  const lengths = shapeOf(call.x[0]).slice(2);
  const axes = lengths.length;
  const each = (name: string) => integers(call, name) ?? new Array<number>(axes).fill(1);
  const size = integers(call, "kernel_shape") ?? kernel;
  const [stride, dilation] = [each("strides"), each("dilations")];
  const pads = integers(call, "pads") ?? new Array<number>(2 * axes).fill(0);
  const mode = text(call, "auto_pad");
  const padding = lengths.map((length, i): Pair => {
    if (!mode.startsWith("SAME")) return [pads[i], pads[axes + i]];
    const reached = (size[i] - 1) * dilation[i] + 1;
    const total = Math.max(0, (Math.ceil(length / stride[i]) - 1) * stride[i] + reached - length);
    return sides(total, mode);
  });
  const lead = axes === 1;
  const two = <T>(list: readonly T[], one: T): readonly T[] => (lead ? [one, ...list] : list);
  return {
    size: two(size, 1),
    stride: two(stride, 1),
    dilation: two(dilation, 1),
    padding: two(padding, [0, 0]),
  };
}

/** SAME_UPPER has the odd place behind. */
const sides = (total: number, mode: string): Pair => {
  const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return mode === "SAME_LOWER" ? [more, less] : [less, more];
};

function withBias(call: Call, y: Tensor): Tensor {
  return call.has(2) ? l.add(y, l.dimshuffle(call.x[2], ["x", 0, "x", "x"])) : y;
}

const convolution =
  (prepare: (call: Call) => readonly [Tensor, Tensor]): Operator =>
  (call) => {
    const [x, w] = prepare(call);
    const image = asImage(x);
    const { stride, dilation, padding } = windowsOf(call, shapeOf(w).slice(2));
    const groups = integer(call, "group", 1);
    const y = l.conv2d(image, asImage(w), { stride, dilation, padding, groups });
    return asBefore(call.node.type === "Conv" ? withBias(call, y) : y, x);
  };

/** Padding of a transposed convolution, which `output_shape` or `auto_pad` may give. */
function transposed(call: Call, w: Windows) {
  const lengths = shapeOf(asImage(call.x[0])).slice(2);
  const one = rankOf(call.x[0]) === 3;
  const two = (list: readonly number[] | undefined, lead: number) =>
    list && (one ? [lead, ...list] : list);
  const extra = two(integers(call, "output_padding"), 0) ?? [0, 0];
  const mode = text(call, "auto_pad");
  const shape =
    two(integers(call, "output_shape"), 1) ??
    (mode.startsWith("SAME") ? lengths.map((n, i) => n * w.stride[i]) : undefined);
  if (!shape) return { padding: w.padding, outputPadding: extra };
  const totals = lengths.map(
    (n, i) => w.stride[i] * (n - 1) + extra[i] + (w.size[i] - 1) * w.dilation[i] + 1 - shape[i],
  );
  return {
    padding: totals.map((total) => sides(Math.max(0, total), mode)),
    outputPadding: extra.map((n, i) => n + Math.max(0, -totals[i])),
  };
}

const pool =
  (f: (x: Tensor, w: Windows, ignoreBorder: boolean) => Tensor): Operator =>
  (call) => {
    if (call.node.outputs.length > 1) throw new Skip("positions of maxima are not returned");
    const y = f(asImage(call.x[0]), windowsOf(call, []), integer(call, "ceil_mode", 0) === 0);
    return asBefore(y, call.x[0]);
  };

const overImage =
  (f: (x: Operand, axes: number[], options: { keepdims: boolean }) => Tensor): Operator =>
  ({ x }) =>
    f(
      x[0],
      shapeOf(x[0]).flatMap((_, i) => (i < 2 ? [] : [i])),
      keep,
    );

export const windowOperators: Readonly<Record<string, Operator>> = {
  AveragePool: (call) =>
    pool((x, { size, stride, padding, dilation }, ignoreBorder) => {
      if (dilation.some((d) => d !== 1)) throw new Skip("means of windows with gaps");
      const includePadding = integer(call, "count_include_pad", 0) === 1;
      return l.avgPool2d(x, size, { stride, padding, ignoreBorder, includePadding });
    })(call),
  Conv: convolution(({ x }) => [x[0], x[1]]),
  ConvInteger: convolution(({ x, has }) => {
    const centred = (input: number): Tensor => {
      const whole = l.cast(x[input], "int32");
      return has(input + 2) ? l.sub(whole, l.cast(x[input + 2], "int32")) : whole;
    };
    return [centred(0), centred(1)];
  }),
  ConvTranspose: (call) => {
    const [x, w] = call.x;
    const windows = windowsOf(call, shapeOf(w).slice(2));
    const y = l.convTranspose2d(asImage(x), asImage(w), {
      stride: windows.stride,
      dilation: windows.dilation,
      groups: integer(call, "group", 1),
      ...transposed(call, windows),
    });
    return asBefore(withBias(call, y), x);
  },
  GlobalAveragePool: overImage(l.mean),
  GlobalMaxPool: overImage(l.max),
  MaxPool: pool((x, { size, ...options }, ignoreBorder) =>
    l.maxPool2d(x, size, { ...options, ignoreBorder }),
  ),
};
