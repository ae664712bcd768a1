/** Symbols: the inputs of functions. The prefix gives the dtype, as in Theano: b i l f d. */

import { fail } from "../diagnostics/error.ts";
import type { Dim, DType } from "../graph/types.ts";
import { floatX, formatShape, type Shape } from "../graph/types.ts";
import { symbol } from "../ops/leaf.ts";
import { said } from "./arguments.ts";
import { isRecord, signed } from "./signature.ts";
import type { Tensor } from "./types.ts";

/** A maker of symbols of one rank; a dimension is a number, or a name for a size known at run time. */
type Maker<N extends readonly unknown[]> = (...dims: N) => Tensor;

/** Places along an axis are numbers of 32 bits. */
const largestDim = 2 ** 31 - 1;

/** @throws ADJ1008 where a dimension is neither a name nor a whole number */
export function checkDims(dims: Shape, what: string): Shape {
  for (const dim of dims) {
    const good =
      typeof dim === "string"
        ? /^[A-Za-z_]\w*$/.test(dim)
        : Number.isInteger(dim) && dim >= 0 && dim <= largestDim;
    if (!good) {
      fail("ADJ1008", `${what}: ${said(dim)} in ${formatShape(dims)} is no dimension`, {
        hint: 'a dimension is a whole number or a name such as "rows"',
      });
    }
  }
  return dims;
}

/** Dtypes by the letters that makers' names begin with. */
const prefixes = { b: "bool", i: "int32", l: "int64", f: "float32", d: "float64" } as const;

/** @throws ADJ1008: the name of a maker says the dtype */
function refuseOptions(
  what: string,
  prefix: string,
  dims: Shape,
  options: Readonly<Record<string, unknown>>,
): never {
  const [letter] = Object.entries(prefixes).find(([, dtype]) => dtype === options.dtype) ?? [];
  const call = `${letter}${what.slice(prefix.length)}(${dims.map((dim) => JSON.stringify(dim)).join(", ")})`;
  return fail("ADJ1008", `${what} takes dimensions alone, and no options`, {
    hint: letter
      ? `write ${call}`
      : `the dtype is in the name, as in d${what.slice(prefix.length)}, or given to tensor([…], { dtype })`,
  });
}

const maker =
  (what: string, prefix: string, dtype: DType, rank: number, fixed?: (dims: Shape) => Shape) =>
  (...dims: Shape): Tensor => {
    const last: unknown = dims.at(-1);
    if (isRecord(last)) refuseOptions(what, prefix, dims.slice(0, -1), last);
    const wanted = fixed ? rank - 1 : rank;
    if (dims.length !== wanted) {
      fail(
        "ADJ1008",
        `${what} takes ${wanted} dimension${wanted === 1 ? "" : "s"}, got ${formatShape(dims)}`,
      );
    }
    return symbol(dtype, checkDims(fixed?.(dims) ?? dims, what)) as unknown as Tensor;
  };

type D = Dim;
interface Family {
  /** A single number. */
  scalar: Maker<[]>;
  /** One axis. */
  vector: Maker<[length: D]>;
  /** One row: shape [1, columns]. */
  row: Maker<[columns: D]>;
  /** One column: shape [rows, 1]. */
  col: Maker<[rows: D]>;
  /** Two axes. */
  matrix: Maker<[rows: D, columns: D]>;
  /** Three axes. */
  tensor3: Maker<[D, D, D]>;
  /** Four axes. */
  tensor4: Maker<[D, D, D, D]>;
}

const family = (prefix: string, dtype: DType): Family => ({
  scalar: maker(`${prefix}scalar`, prefix, dtype, 0) as Family["scalar"],
  vector: maker(`${prefix}vector`, prefix, dtype, 1) as Family["vector"],
  row: maker(`${prefix}row`, prefix, dtype, 2, (dims) => [1, ...dims]) as Family["row"],
  col: maker(`${prefix}col`, prefix, dtype, 2, (dims) => [...dims, 1]) as Family["col"],
  matrix: maker(`${prefix}matrix`, prefix, dtype, 2) as Family["matrix"],
  tensor3: maker(`${prefix}tensor3`, prefix, dtype, 3) as Family["tensor3"],
  tensor4: maker(`${prefix}tensor4`, prefix, dtype, 4) as Family["tensor4"],
});

/** A symbol of any rank and dtype: `tensor(["rows", 784], { dtype: "int32" })`. */
export const tensor = signed(
  "tensor(shape, { dtype })",
  (shape: readonly Dim[], { dtype = floatX }: { dtype?: DType } = {}): Tensor => {
    return symbol(dtype, checkDims(shape, "tensor")) as unknown as Tensor;
  },
);

export const { scalar, vector, row, col, matrix, tensor3, tensor4 } = family("", floatX);
export const {
  scalar: bscalar,
  vector: bvector,
  row: brow,
  col: bcol,
  matrix: bmatrix,
  tensor3: btensor3,
  tensor4: btensor4,
} = family("b", prefixes.b);
export const {
  scalar: iscalar,
  vector: ivector,
  row: irow,
  col: icol,
  matrix: imatrix,
  tensor3: itensor3,
  tensor4: itensor4,
} = family("i", prefixes.i);
export const {
  scalar: lscalar,
  vector: lvector,
  row: lrow,
  col: lcol,
  matrix: lmatrix,
  tensor3: ltensor3,
  tensor4: ltensor4,
} = family("l", prefixes.l);
export const {
  scalar: fscalar,
  vector: fvector,
  row: frow,
  col: fcol,
  matrix: fmatrix,
  tensor3: ftensor3,
  tensor4: ftensor4,
} = family("f", prefixes.f);
export const {
  scalar: dscalar,
  vector: dvector,
  row: drow,
  col: dcol,
  matrix: dmatrix,
  tensor3: dtensor3,
  tensor4: dtensor4,
} = family("d", prefixes.d);
