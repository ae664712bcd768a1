/** ONNX operators in the language's own functions. What has no counterpart is not listed. */

import type { IndexItem, Operand, Tensor } from "adjoint";
import * as l from "adjoint";
import { toNested } from "../../compiler/graph/ndarray.ts";
import { isFloat } from "../../compiler/graph/types.ts";
import {
  along,
  axisOf,
  columns,
  dtypeOfTensor,
  elementsAlong,
  float,
  indexOf,
  integer,
  integers,
  keep,
  numbers,
  type Operator,
  rankOf,
  shapeOf,
  text,
} from "./call.ts";
import { dtypeOf, readTensor, Skip } from "./model.ts";
import { networkOperators } from "./network-operators.ts";
import { windowOperators } from "./window-operators.ts";

const unary =
  (f: (x: Operand) => Tensor): Operator =>
  ({ x }) =>
    f(x[0]);
const binary =
  (f: (x: Operand, y: Operand) => Tensor): Operator =>
  ({ x }) =>
    f(x[0], x[1]);
const fold =
  (f: (x: Operand, y: Operand) => Tensor): Operator =>
  ({ x }) =>
    x.reduce((a, b) => f(a, b));

/** Axes of a reduction: an attribute in old versions, an input in new ones. */
function reduction(
  f: (x: Tensor, axes: number[], options: { keepdims: boolean }) => Tensor,
): Operator {
  return (call) => {
    const [x] = call.x;
    const keepdims = integer(call, "keepdims", 1) === 1;
    const given = call.has(1) ? numbers(call, 1) : integers(call, "axes");
    if (!given?.length && integer(call, "noop_with_empty_axes", 0) === 1) return x;
    const axes = given?.length ? [...given] : shapeOf(x).map((_, i) => i);
    return f(x, axes, { keepdims });
  };
}

const positional =
  (f: typeof l.argmax): Operator =>
  (call) => {
    if (integer(call, "select_last_index", 0) === 1)
      throw new Skip("the last of equal positions is not offered");
    const keepdims = integer(call, "keepdims", 1) === 1;
    return f(call.x[0], integer(call, "axis", 0), { keepdims });
  };

/** Softmax and what is like it: since version 13 along one axis, before over all from `axis` on. */
const alongAxis =
  (f: (x: Operand, axis?: number) => Tensor): Operator =>
  (call) => {
    if (call.version < 13) throw new Skip("softmax of flattened axes is that of old versions");
    return f(call.x[0], integer(call, "axis", -1));
  };

/** Products of the last two axes, broadcasting the others. */
function matmul(a: Tensor, b: Tensor): Tensor {
  const [s, t] = [shapeOf(a), shapeOf(b)];
  if (s.length <= 2 && t.length <= 2) return l.dot(a, b);
  const batch = s.slice(0, -2);
  if (batch.join() !== t.slice(0, -2).join()) throw new Skip("products of broadcast batches");
  const flat = (x: Tensor): Tensor => l.reshape(x, [-1, ...shapeOf(x).slice(-2)]);
  return l.reshape(l.batchedDot(flat(a), flat(b)), [...batch, s[s.length - 2], t[t.length - 1]]);
}

const scatterElements: Operator = (call) => {
  const mode = text(call, "reduction") || "none";
  if (mode !== "none" && mode !== "add") throw new Skip(`scattering by ${mode}`);
  const axis = axisOf(integer(call, "axis", 0), rankOf(call.x[0]));
  const write = mode === "add" ? l.incSubtensor : l.setSubtensor;
  return write(elementsAlong(call.x[0], indexOf(call, 1), axis), call.x[2]);
};

export const operators: Readonly<Record<string, Operator>> = {
  ...networkOperators,
  ...windowOperators,
  Abs: unary(l.abs),
  Acos: unary(l.acos),
  Acosh: unary(l.acosh),
  Add: binary(l.add),
  And: binary(l.logicalAnd),
  ArgMax: positional(l.argmax),
  ArgMin: positional(l.argmin),
  Asin: unary(l.asin),
  Asinh: unary(l.asinh),
  Atan: unary(l.atan),
  Atanh: unary(l.atanh),
  Cast: (call) => l.cast(call.x[0], dtypeOf(integer(call, "to", 1))),
  CastLike: ({ x }) => l.cast(x[0], dtypeOfTensor(x[1])),
  Ceil: unary(l.ceil),
  Celu: (call) => {
    const alpha = float(call, "alpha", 1);
    return l.mul(l.elu(l.div(call.x[0], alpha)), alpha);
  },
  Clip: ({ x, has }) => {
    const lower = has(1) ? l.maximum(x[0], x[1]) : x[0];
    return has(2) ? l.minimum(lower, x[2]) : lower;
  },
  Compress: (call) => {
    const mask = numbers(call, 1).map((v) => v !== 0);
    const axis = call.node.attributes.get("axis")?.integer;
    const x = axis === undefined ? l.flatten(call.x[0]) : call.x[0];
    const place = axisOf(axis ?? 0, rankOf(x));
    const whole = [...mask, ...new Array<boolean>(shapeOf(x)[place] - mask.length).fill(false)];
    return l.at(x, ...along(place, whole));
  },
  Concat: (call) => l.concatenate(call.x, integer(call, "axis", 0)),
  Constant: ({ node }) => {
    const [[name, a]] = node.attributes;
    if (name === "value" && a.tensor) {
      const value = readTensor(a.tensor);
      return l.constant(toNested(value) as number, { dtype: value.dtype });
    }
    if (name === "value_float") return l.constant(a.float, { dtype: "float32" });
    if (name === "value_floats") return l.constant([...a.floats], { dtype: "float32" });
    if (name === "value_int") return l.constant(a.integer, { dtype: "int32" });
    if (name === "value_ints") return l.constant([...a.integers], { dtype: "int32" });
    throw new Skip(`a constant of ${name}`);
  },
  ConstantOfShape: (call) => {
    const tensor = call.node.attributes.get("value")?.tensor;
    const value = tensor ? readTensor(tensor) : undefined;
    return l.full(numbers(call, 0), value?.data[0] ?? 0, { dtype: value?.dtype ?? "float32" });
  },
  Cos: unary(l.cos),
  Cosh: unary(l.cosh),
  CumSum: (call) =>
    l.cumsum(call.x[0], numbers(call, 1)[0], {
      exclusive: integer(call, "exclusive", 0) === 1,
      reverse: integer(call, "reverse", 0) === 1,
    }),
  Det: unary(l.det),
  Div: ({ x }) =>
    isFloat(dtypeOfTensor(x[0])) ? l.div(x[0], x[1]) : l.cast(l.trunc(l.div(x[0], x[1])), "int32"),
  Dropout: (call) => {
    if (call.has(2) && numbers(call, 2)[0] !== 0) throw new Skip("random bits differ");
    const ones = l.eq(l.zerosLike(call.x[0]), 0);
    return call.node.outputs.length > 1 ? [call.x[0], ones] : call.x[0];
  },
  Elu: (call) => l.elu(call.x[0], float(call, "alpha", 1)),
  Equal: binary(l.eq),
  Erf: unary(l.erf),
  Exp: unary(l.exp),
  Expand: (call) => {
    const shape = numbers(call, 1);
    return l.mul(call.x[0], l.full(shape, 1, { dtype: dtypeOfTensor(call.x[0]) }));
  },
  EyeLike: (call) => {
    const [rows, cols] = shapeOf(call.x[0]);
    const given = call.node.attributes.get("dtype")?.integer;
    const dtype = given === undefined ? dtypeOfTensor(call.x[0]) : dtypeOf(given);
    return l.eye(rows, cols, integer(call, "k", 0), { dtype });
  },
  Flatten: (call) => {
    const shape = shapeOf(call.x[0]);
    const axis = axisOf(integer(call, "axis", 1), shape.length);
    return l.reshape(call.x[0], [shape.slice(0, axis).reduce((a, b) => a * b, 1), -1]);
  },
  Floor: unary(l.floor),
  Gather: (call) =>
    l.at(
      call.x[0],
      ...along(axisOf(integer(call, "axis", 0), rankOf(call.x[0])), indexOf(call, 1) as IndexItem),
    ),
  GatherElements: (call) =>
    elementsAlong(call.x[0], indexOf(call, 1), axisOf(integer(call, "axis", 0), rankOf(call.x[0]))),
  GatherND: (call) => {
    if (integer(call, "batch_dims", 0) !== 0) throw new Skip("batched index tuples");
    return l.at(call.x[0], ...(columns(call, 1) as IndexItem[]));
  },
  Gemm: (call) => {
    const turned = (x: Tensor, name: string) => (integer(call, name, 0) === 1 ? l.transpose(x) : x);
    const product = l.dot(turned(call.x[0], "transA"), turned(call.x[1], "transB"));
    const scaled = l.mul(product, float(call, "alpha", 1));
    return call.has(2) ? l.add(scaled, l.mul(call.x[2], float(call, "beta", 1))) : scaled;
  },
  GlobalAveragePool: ({ x }) =>
    l.mean(
      x[0],
      shapeOf(x[0])
        .map((_, i) => i)
        .slice(2),
      keep,
    ),
  GlobalMaxPool: ({ x }) =>
    l.max(
      x[0],
      shapeOf(x[0])
        .map((_, i) => i)
        .slice(2),
      keep,
    ),
  Greater: binary(l.gt),
  GreaterOrEqual: binary(l.ge),
  HardSigmoid: (call) => {
    const [alpha, beta] = [float(call, "alpha", 0.2), float(call, "beta", 0.5)];
    if (call.node.attributes.size === 0) return l.hardSigmoid(call.x[0]);
    return l.clip(l.add(l.mul(call.x[0], alpha), beta), 0, 1);
  },
  HardSwish: ({ x }) => l.mul(x[0], l.clip(l.add(l.div(x[0], 6), 0.5), 0, 1)),
  Hardmax: (call) => {
    const [x] = call.x;
    const axis = axisOf(integer(call, "axis", -1), rankOf(x));
    const places = l.dimshuffle(
      l.arange(shapeOf(x)[axis]),
      shapeOf(x).map((_, i) => (i === axis ? 0 : ("x" as const))),
    );
    return l.cast(l.eq(l.argmax(x, axis, keep), places), dtypeOfTensor(x));
  },
  If: (call) => l.ifelse(call.x[0], call.inner("then_branch"), call.inner("else_branch")),
  Identity: ({ x }) => l.stopGradient(x[0]),
  IsInf: (call) => {
    const both =
      integer(call, "detect_negative", 1) === 1 && integer(call, "detect_positive", 1) === 1;
    const sign = integer(call, "detect_negative", 1) === 1 ? l.lt : l.gt;
    return both ? l.isinf(call.x[0]) : l.logicalAnd(l.isinf(call.x[0]), sign(call.x[0], 0));
  },
  IsNaN: unary(l.isnan),
  LeakyRelu: (call) =>
    l.where(l.ge(call.x[0], 0), call.x[0], l.mul(call.x[0], float(call, "alpha", 0.01))),
  Less: binary(l.lt),
  LessOrEqual: binary(l.le),
  Log: unary(l.log),
  LogSoftmax: alongAxis(l.logSoftmax),
  MatMul: ({ x }) => matmul(x[0], x[1]),
  Max: fold(l.maximum),
  Mean: ({ x }) =>
    l.div(
      x.reduce((a, b) => l.add(a, b)),
      x.length,
    ),
  Min: fold(l.minimum),
  Mod: (call) => {
    if (integer(call, "fmod", 0) === 1) throw new Skip("a remainder with the dividend's sign");
    return l.mod(call.x[0], call.x[1]);
  },
  Mul: binary(l.mul),
  Neg: unary(l.neg),
  Not: unary(l.logicalNot),
  OneHot: (call) => {
    const depth = numbers(call, 1)[0];
    const [off, on] = numbers(call, 2);
    const axis = axisOf(integer(call, "axis", -1), rankOf(call.x[0]) + 1);
    const labels = l.mod(l.cast(call.x[0], "int32"), depth);
    const hot = l.oneHot(labels, depth);
    const order = Array.from({ length: rankOf(call.x[0]) }, (_, i) => i);
    order.splice(axis, 0, order.length);
    return l.where(l.eq(l.transpose(hot, order), 1), on, off);
  },
  Or: binary(l.logicalOr),
  Pad: (call) => {
    const mode = text(call, "mode") || "constant";
    if (mode !== "constant" && mode !== "edge" && mode !== "reflect")
      throw new Skip(`mode ${mode} of pad`);
    const widths = numbers(call, 1);
    const rank = rankOf(call.x[0]);
    const pairs = Array.from({ length: rank }, (_, i): [number, number] => [
      widths[i],
      widths[i + rank],
    ]);
    return l.pad(call.x[0], pairs, { mode, ...(call.has(2) ? { value: call.x[2] } : {}) });
  },
  Pow: ({ x }) => {
    const result = l.pow(x[0], x[1]);
    return isFloat(dtypeOfTensor(x[0]))
      ? result
      : l.cast(l.pow(l.cast(x[0], "float64"), x[1]), "int32");
  },
  PRelu: ({ x }) => l.where(l.ge(x[0], 0), x[0], l.mul(x[0], x[1])),
  Range: (call) => {
    const [start, stop, step] = [0, 1, 2].map((i) => numbers(call, i)[0]);
    return l.cast(l.arange(start, stop, step), dtypeOfTensor(call.x[0]));
  },
  Reciprocal: ({ x }) => l.div(1, x[0]),
  ReduceL1: reduction((x, axes, o) => l.norm(x, axes, { p: 1, ...o })),
  ReduceL2: reduction((x, axes, o) => l.norm(x, axes, o)),
  ReduceLogSum: reduction((x, axes, o) => l.log(l.sum(x, axes, o))),
  ReduceLogSumExp: reduction((x, axes, o) => l.logsumexp(x, axes, o)),
  ReduceMax: reduction((x, axes, o) => l.max(x, axes, o)),
  ReduceMean: reduction((x, axes, o) => l.mean(x, axes, o)),
  ReduceMin: reduction((x, axes, o) => l.min(x, axes, o)),
  ReduceProd: reduction((x, axes, o) => l.prod(x, axes, o)),
  ReduceSum: reduction((x, axes, o) => l.sum(x, axes, o)),
  ReduceSumSquare: reduction((x, axes, o) => l.sum(l.square(x), axes, o)),
  Relu: unary(l.relu),
  Reshape: (call) => {
    const from = shapeOf(call.x[0]);
    const zero = integer(call, "allowzero", 0) === 1;
    return l.reshape(
      call.x[0],
      numbers(call, 1).map((d, i) => (d === 0 && !zero ? from[i] : d)),
    );
  },
  Round: unary(l.round),
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: (call) => {
    const mode = text(call, "reduction") || "none";
    if (mode !== "none" && mode !== "add") throw new Skip(`scattering by ${mode}`);
    const write = mode === "add" ? l.incSubtensor : l.setSubtensor;
    return write(l.at(call.x[0], ...(columns(call, 1) as IndexItem[])), call.x[2]);
  },
  Selu: (call) => {
    const gamma = float(call, "gamma", 1.0507009873554805);
    return l.mul(l.elu(call.x[0], float(call, "alpha", 1.6732632423543772)), gamma);
  },
  Shape: (call) => {
    const shape = shapeOf(call.x[0]);
    const end = call.node.attributes.get("end")?.integer;
    return l.constant(shape.slice(integer(call, "start", 0), end), { dtype: "int32" });
  },
  Shrink: (call) => {
    const [bias, lambd] = [float(call, "bias", 0), float(call, "lambd", 0.5)];
    const [x] = call.x;
    const shrunk = l.where(l.gt(x, lambd), l.sub(x, bias), 0);
    return l.where(l.lt(x, -lambd), l.add(x, bias), shrunk);
  },
  Sigmoid: unary(l.sigmoid),
  Sign: unary(l.sign),
  Sin: unary(l.sin),
  Sinh: unary(l.sinh),
  Size: ({ x }) =>
    l.constant(
      shapeOf(x[0]).reduce((a, b) => a * b, 1),
      { dtype: "int32" },
    ),
  Slice: (call) => {
    const [starts, ends] = [numbers(call, 1), numbers(call, 2)];
    const rank = rankOf(call.x[0]);
    const axes = call.has(3) ? numbers(call, 3) : starts.map((_, i) => i);
    const steps = call.has(4) ? numbers(call, 4) : starts.map(() => 1);
    const items = Array.from({ length: rank }, () => l.span());
    const far = 2 ** 31 - 2;
    axes.forEach((axis, n) => {
      const bound = (v: number) => (Math.abs(v) >= far ? Math.sign(v) * 1e6 : v);
      items[axisOf(axis, rank)] = l.span(bound(starts[n]), bound(ends[n]), steps[n]);
    });
    return l.at(call.x[0], ...items);
  },
  Softmax: alongAxis(l.softmax),
  Softplus: unary(l.softplus),
  Softsign: ({ x }) => l.div(x[0], l.add(1, l.abs(x[0]))),
  Split: (call) => {
    const axis = integer(call, "axis", 0);
    const sizes = call.has(1) ? numbers(call, 1) : integers(call, "split");
    return l.split(call.x[0], sizes?.length ? sizes : call.node.outputs.length, axis);
  },
  Sqrt: unary(l.sqrt),
  Squeeze: (call) => l.squeeze(call.x[0], call.has(1) ? numbers(call, 1) : integers(call, "axes")),
  Sub: binary(l.sub),
  Sum: fold(l.add),
  Tan: unary(l.tan),
  Tanh: unary(l.tanh),
  ThresholdedRelu: (call) => l.where(l.gt(call.x[0], float(call, "alpha", 1)), call.x[0], 0),
  Tile: (call) => l.tile(call.x[0], numbers(call, 1)),
  TopK: (call) => {
    const smallest = integer(call, "largest", 1) === 0;
    return l.topk(call.x[0], numbers(call, 1)[0], integer(call, "axis", -1), { smallest });
  },
  Transpose: (call) => l.transpose(call.x[0], integers(call, "perm")),
  Trilu: (call) => {
    const offset = call.has(1) ? numbers(call, 1)[0] : 0;
    return integer(call, "upper", 1) === 1 ? l.triu(call.x[0], offset) : l.tril(call.x[0], offset);
  },
  Unsqueeze: (call) =>
    l.expandDims(call.x[0], call.has(1) ? numbers(call, 1) : (integers(call, "axes") ?? [])),
  Where: ({ x }) => l.where(x[0], x[1], x[2]),
  Xor: binary(l.neq),
};
