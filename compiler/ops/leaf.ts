/** Values without operands: symbols, shared variables, constants. */

import { fail } from "../diagnostics/error.ts";
import { flattenNested, nestedShape, unravel } from "../graph/ndarray.ts";
import { isNode, makeNode, type Node } from "../graph/node.ts";
import {
  type DType,
  decimal,
  floatX,
  isFloat,
  isInteger,
  type Shape,
  type TensorType,
} from "../graph/types.ts";
import * as scalar from "../kernels/scalar.ts";
import { precedence } from "./notation.ts";
import { op, type Printed } from "./op.ts";
import { subscripted } from "./subscripts.ts";

/** What an op's builder accepts: a value of the graph, or plain numbers. */
export type Operand = Node | number | boolean | readonly NestedNumbers[] | ArrayLike<number>;
type NestedNumbers = number | boolean | readonly NestedNumbers[];

type LeafAttrs = { id: number; dtype: DType; shape: Shape };

const leafType = (_: readonly TensorType[], attrs: LeafAttrs): TensorType => ({
  dtype: attrs.dtype,
  shape: attrs.shape,
});

/** A symbol that a function takes as input. */
export const symbolOp = op<LeafAttrs>({
  name: "symbol",
  leaf: true,
  infer: leafType,
  evaluate: () => fail("ADJ3004", "an input has no value"),
  gradient: () => [],
  notation: { text: () => atom("symbol"), tex: () => atom("symbol") },
  samples: [],
});

/** Memory that outlives calls: a parameter, or data that the caller fills. */
export const sharedOp = op<LeafAttrs>({
  name: "shared",
  leaf: true,
  infer: leafType,
  evaluate: () => fail("ADJ3004", "a shared variable has no value"),
  gradient: () => [],
  notation: { text: () => atom("shared"), tex: () => atom("shared") },
  samples: [],
});

type ConstantAttrs = { value: number | readonly number[]; dtype: DType; shape: Shape };

/** A number, or an array of numbers that the model writes out. */
export const constantOp = op<ConstantAttrs>({
  name: "constant",
  leaf: true,
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  evaluate: (_, { value }, { dtype, shape }) => ({
    dtype,
    shape,
    data: Float64Array.from(typeof value === "number" ? [value] : value),
  }),
  gradient: () => [],
  lower({ attrs }, index) {
    const { value, dtype, shape } = attrs;
    if (typeof value === "number") return scalar.constant(value, dtype);
    // A short array needs no memory: it is a chain of choices on the flat index.
    let flat: scalar.Scalar = scalar.constant(0, "int32");
    for (const [axis, i] of index.entries()) {
      flat = scalar.indexAdd(scalar.indexMul(flat, scalar.extent(shape[axis])), i);
    }
    return value.reduceRight<scalar.Scalar>(
      (rest, element, i) =>
        i === value.length - 1
          ? scalar.constant(element, dtype)
          : scalar.call(
              "where",
              scalar.call("eq", flat, scalar.constant(i, "int32")),
              scalar.constant(element, dtype),
              rest,
            ),
      scalar.constant(0, dtype),
    );
  },
  notation: {
    text: (_, a) => atom(formatConstant(a)),
    tex: (_, a) => texConstant(a),
    element: (_, a, index) => texElement(a, index),
  },
  samples: [],
  cost: 0,
});

/** So many numbers are choices in a formula. */
const fewNumbers = 8;

/** More numbers than a source file should hold. */
const mostNumbers = 1e6;

/** The numbers of a literal array; undefined for everything else. */
export function literalValues(node: Node): readonly number[] | undefined {
  return node.op === constantOp && typeof node.attrs.value !== "number"
    ? (node.attrs.value as readonly number[])
    : undefined;
}

/** A literal array that lies in memory: its numbers are data of the generated code. */
export const isTable = (node: Node): boolean => (literalValues(node)?.length ?? 0) > fewNumbers;

const atom = (text: string) => ({ text, precedence: 99 });

/** `-10^{30}` and `1.5 \\cdot 10^{-7}` in place of what JavaScript writes. */
function texConstant(attrs: ConstantAttrs): Printed {
  const { value, dtype } = attrs;
  const isRounded = dtype === "float32" && typeof value === "number";
  const text = formatConstant(isRounded ? { ...attrs, value: Math.fround(value) } : attrs);
  const spelled = text.replace(/([\d.]+)e\+?(-?\d+)/g, (_, mantissa, exponent) =>
    mantissa === "1" ? `10^{${exponent}}` : `${mantissa} \\cdot 10^{${exponent}}`,
  );
  if (text.endsWith("∞")) return atom(text.replace("∞", "\\infty"));
  if (spelled === text || text.startsWith("[")) return atom(spelled);
  return { text: spelled, precedence: /^-?1e/.test(text) ? precedence.power : precedence.mul };
}

/** An element of an array of constants: itself where its place is known. */
function texElement(attrs: ConstantAttrs, index: readonly string[]): Printed {
  const { value, shape } = attrs;
  if (typeof value === "number") return texConstant(attrs);
  const places = index.map(Number);
  if (places.some(Number.isNaN)) return subscripted(texConstant(attrs), index);
  const flat = places.reduce((sum, at, axis) => sum * (shape[axis] as number) + at, 0);
  return texConstant({ ...attrs, value: value[flat], shape: [] });
}

/** `2`, `0.13`, `[1, 2, 3]`, `true`; of many numbers the first. */
export function formatConstant({ value, dtype }: ConstantAttrs): string {
  const one = (v: number) =>
    dtype === "bool"
      ? String(v !== 0)
      : Object.is(v, -0)
        ? "-0"
        : decimal(v, dtype).replace("Infinity", "∞");
  if (typeof value === "number") return one(value);
  const shown = value.slice(0, value.length > fewNumbers ? 3 : undefined).map(one);
  return `[${[...shown, ...(shown.length < value.length ? ["…"] : [])].join(", ")}]`;
}

let leaves = 0;

/** Starts numbering anew: with the graph, at the start of a compilation. */
export function resetLeaves(): void {
  leaves = 0;
}

/** A fresh symbol. */
export function symbol(dtype: DType, shape: Shape): Node {
  return makeNode(symbolOp, [], { id: leaves++, dtype, shape });
}

/** Fresh shared memory. */
export function sharedNode(dtype: DType, shape: Shape): Node {
  return makeNode(sharedOp, [], { id: leaves++, dtype, shape });
}

/** A scalar constant of the given dtype. */
export function literal(value: number, dtype: DType): Node {
  return makeNode(constantOp, [], { value, dtype, shape: [] });
}

/** The value of a scalar constant; undefined for everything else. */
export function constantValue(node: Node): number | undefined {
  return node.op === constantOp && typeof node.attrs.value === "number"
    ? node.attrs.value
    : undefined;
}

/**
 * A plain number takes the dtype of what it meets, and never widens it: `x * 0.5` stays float32. Only
 * a fraction that meets integers makes floatX of them.
 */
export function literalType(value: number | boolean, partner: DType | undefined): DType {
  if (typeof value === "boolean") return "bool";
  if (partner === undefined || isFloat(partner)) return partner ?? floatX;
  if (!Number.isInteger(value)) return floatX;
  return isInteger(partner) ? partner : "int32";
}

const [leastInteger, mostInteger] = [-(2 ** 31), 2 ** 31 - 1];

/**
 * @param shape of the array that the numbers make
 * @throws ADJ1010 for a fraction, or a number of more than 32 bits, which is what targets hold of any integer
 */
export function checkIntegers(
  numbers: readonly number[],
  shape: readonly number[],
  dtype: DType,
): void {
  const place = numbers.findIndex(
    (n) => !Number.isInteger(n) || n < leastInteger || n > mostInteger,
  );
  if (place === -1) return;
  const value = numbers[place];
  const where = shape.length === 0 ? "" : ` at [${unravel(place, shape).join(", ")}]`;
  if (!Number.isInteger(value))
    fail("ADJ1010", `the number ${value}${where} is no whole number, as ${dtype} needs`, {
      hint: 'Math.round(…) makes one of it; { dtype: "float32" } keeps fractions',
    });
  fail("ADJ1010", `the number ${value}${where} does not fit ${dtype}`, {
    hint: `integers, int64 as well, have 32 bits: ${leastInteger} to ${mostInteger}; { dtype: "float64" } holds whole numbers to 2 ** 53`,
  });
}

/** Lists that functions of the language return, which are no values themselves. */
const returned = new WeakMap<object, { readonly message: string; readonly hint: string }>();

/** Notes what to say where a list that a function returns is taken for one value. */
export function noteList<T extends object>(list: T, message: string, hint: string): T {
  returned.set(list, { message, hint });
  return list;
}

/** Whether a value of the model is such a list. */
export const isReturned = (value: unknown): value is object =>
  typeof value === "object" && value !== null && returned.has(value);

/** @throws ADJ4007 for a list that a function returned */
export function refuseList(value: object): void {
  const known = returned.get(value);
  if (known) fail("ADJ4007", known.message, { hint: known.hint });
}

/** An operand as a node; `partner` is the dtype that plain numbers adapt to. */
export function asNode(value: Operand, partner?: DType): Node {
  if (isNode(value)) return value;
  if (typeof value === "number" || typeof value === "boolean") {
    const dtype = literalType(value, partner);
    if (isInteger(dtype)) checkIntegers([Number(value)], [], dtype);
    return literal(Number(value), dtype);
  }
  if (value === null || typeof value !== "object" || typeof value.length !== "number") {
    return fail(
      "ADJ4007",
      `expected a symbol, a number or an array of numbers, got ${describe(value)}`,
    );
  }
  refuseList(value);
  const shape = nestedShape(value);
  if (!shape) return fail("ADJ4007", "the rows of an array must have the same length");
  const count = shape.reduce((n, d) => n * d, 1);
  if (count > mostNumbers)
    fail(
      "ADJ1008",
      `an array of ${count.toLocaleString("en-US")} numbers is too large to be written into generated code`,
      {
        hint: `data(${shape.join(", ")}) is filled by the program that runs it`,
      },
    );
  const numbers = flattenNested(value);
  const odd = numbers.find((n: unknown) => typeof n !== "number");
  if (odd !== undefined) {
    return fail(
      "ADJ4007",
      isNode(odd)
        ? "an array of symbols is no tensor; write stack([…]) or concatenate([…])"
        : `an array of numbers has ${describe(odd)} among them`,
      isNode(odd)
        ? {}
        : { hint: "numbers and truth values only; Number(text) makes one of a text" },
    );
  }
  const integers =
    numbers.every(Number.isInteger) &&
    (partner === undefined || isInteger(partner) || partner === "bool");
  const dtype = partner !== undefined && isFloat(partner) ? partner : integers ? "int32" : floatX;
  if (dtype === "int32") checkIntegers(numbers, shape, partner ?? dtype);
  return makeNode(constantOp, [], { value: numbers, dtype, shape });
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === "string"
    ? JSON.stringify(value)
    : `${typeof value === "object" ? "an" : "a"} ${typeof value}`;
}
