/** Several tensors as one. */

import { fail } from "../diagnostics/error.ts";
import { broadcastGet, build, type NDArray } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import { type Dim, formatShape, normaliseAxis, promote } from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { castTo } from "./elementwise.ts";
import * as indexing from "./indexing.ts";
import { span } from "./indexing.ts";
import { asNode, literal, type Operand } from "./leaf.ts";
import { precedence, word } from "./notation.ts";
import { op } from "./op.ts";
import { expandDims, repeated } from "./shape.ts";
import { sliceOp } from "./slicing.ts";
import { axisSign } from "./subscripts.ts";

type JoinAttrs = { axis: number };

export const concatenateOp = op<JoinAttrs>({
  name: "concatenate",
  linear: true,
  cost: 1,
  vectorise: (parts, { axis }) => {
    const steps = parts.find((part) => part.stacked)?.node.shape[0] as Dim;
    return concatenate(
      parts.map((part) => repeated(part, steps)),
      axis + 1,
    );
  },
  infer: (types, { axis }) => {
    const [first] = types;
    for (const t of types) {
      const agrees =
        t.shape.length === first.shape.length &&
        t.shape.every((dim, i) => i === axis || dim === first.shape[i]);
      if (!agrees || typeof t.shape[axis] !== "number") {
        fail(
          "ADJ1003",
          `concatenate: ${types.map((x) => formatShape(x.shape)).join(" and ")} do not join along axis ${axis}`,
          {
            hint: "all other axes must be equal, and the joined one of known length",
          },
        );
      }
    }
    const length = types.reduce((n, t) => n + (t.shape[axis] as number), 0);
    return {
      dtype: first.dtype,
      shape: first.shape.map((dim, i): Dim => (i === axis ? length : dim)),
    };
  },
  evaluate: (inputs, { axis }, { dtype, shape }) =>
    build(dtype, shape, (index) => {
      let at = index[axis];
      const part = inputs.find((x) => {
        if (at < x.shape[axis]) return true;
        at -= x.shape[axis];
        return false;
      }) as NDArray;
      return broadcastGet(
        part,
        index.map((i, n) => (n === axis ? at : i)),
      );
    }),
  lower: ({ attrs: { axis }, inputs, read }, index) => {
    const starts = inputs.map((_, n) =>
      inputs.slice(0, n).reduce((sum, t) => sum + (t.shape[axis] as number), 0),
    );
    const int = (value: number) => scalar.constant(value, "int32");
    const part = (n: number) =>
      read(
        n,
        index.map((i, k) => (k === axis ? scalar.indexSub(i, int(starts[n])) : i)),
      );
    let value = part(inputs.length - 1);
    for (let n = inputs.length - 2; n >= 0; n--) {
      value = scalar.call(
        "where",
        scalar.call("lt", index[axis], int(starts[n + 1])),
        part(n),
        value,
      );
    }
    return value;
  },
  gradient: ({ dy, inputs, attrs: { axis } }) => {
    let start = 0;
    return inputs.map((x) => {
      const length = x.shape[axis] as number;
      const part = makeNode(sliceOp, [dy, literal(start, "int32")], { axis, length, step: 1 });
      start += length;
      return part;
    });
  },
  notation: {
    text: (inputs, { axis }) => ({
      text: `concatenate([${inputs.map((p) => p.text).join(", ")}], ${axis})`,
      precedence: precedence.atom,
    }),
    // Blocks of a matrix; vectors are columns.
    tex: (inputs, { axis }) => {
      const texts = inputs.map((p) => p.text);
      const text =
        inputs[0].type.shape.length <= 2
          ? `\\begin{bmatrix} ${texts.join(axis === 0 ? " \\\\ " : " & ")} \\end{bmatrix}`
          : `${word("concat")}_{\\text{axis }${axis}}\\left(${texts.join(",\\, ")}\\right)`;
      return { text, precedence: precedence.atom };
    },
    signs: [axisSign],
  },
  samples: [
    { inputs: [{ shape: [2, 3] }, { shape: [1, 3] }], attrs: { axis: 0 } },
    { inputs: [{ shape: [2, 1] }, { shape: [2, 2] }, { shape: [2, 3] }], attrs: { axis: 1 } },
    { inputs: [{ shape: [2] }], attrs: { axis: 0 } },
  ],
});

/** Tensors one after the other along an axis. @throws ADJ1003 where other axes differ */
export function concatenate(list: readonly Operand[], axis = 0): Node {
  if (list.length === 0) fail("ADJ1008", "concatenate: nothing to join");
  const nodes = list.map((x) => asNode(x));
  const dtype = nodes.map((n) => n.type.dtype).reduce(promote);
  const place = normaliseAxis(
    axis,
    nodes[0].shape.length,
    `concatenate of ${formatShape(nodes[0].shape)}`,
  );
  return makeNode(
    concatenateOp,
    nodes.map((n) => castTo(n, dtype)),
    { axis: place },
  );
}

/** Tensors of one shape along a new axis. */
export function stack(list: readonly Operand[], axis = 0): Node {
  return concatenate(
    list.map((x) => expandDims(x, axis)),
    axis,
  );
}

/** Parts of an axis: equal ones by their number, or of the given lengths. @throws ADJ1008 when they do not add up */
export function split(x: Operand, parts: number | readonly number[], axis = 0): Node[] {
  const node = asNode(x);
  const place = normaliseAxis(axis, node.shape.length, `split of ${formatShape(node.shape)}`);
  const dim = node.shape[place];
  const lengths =
    typeof parts === "number" ? Array.from({ length: parts }, () => Number(dim) / parts) : parts;
  if (
    typeof dim !== "number" ||
    !Array.isArray(lengths) ||
    lengths.some((n) => !Number.isInteger(n) || n < 0) ||
    lengths.reduce((a, b) => a + b, 0) !== dim
  ) {
    return fail(
      "ADJ1008",
      `split: axis ${place} of ${formatShape(node.shape)} does not split into ${typeof parts === "number" ? `${parts} equal parts` : `[${[parts].flat().join(", ")}]`}`,
      { hint: "so many equal parts, or the length of each: split(x, [2, 1])" },
    );
  }
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return indexing.at(
      node,
      ...Array.from({ length: place }, () => span()),
      span(start - length, start),
    );
  });
}
