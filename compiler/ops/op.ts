/** What an op is: one record that says everything the compiler needs to know about it. */

import type { NDArray } from "../graph/ndarray.ts";
import type { Attrs, Node } from "../graph/node.ts";
import type { DType, TensorType } from "../graph/types.ts";
import type { Axis, Scalar } from "../kernels/scalar.ts";
import type { IntRange } from "./index-range.ts";

/** A printed expression and how tightly it binds (higher binds tighter). */
export interface Printed {
  readonly text: string;
  readonly precedence: number;
  /** It is one number, however often it is repeated. */
  readonly isScalar?: boolean;
  /** What product it is at its outermost: of elements, or of matrices; one in the other has parentheses. */
  readonly product?: "elements" | "matrices";
  /** It is a part of something: its places along the axes, as they are written. */
  readonly part?: { readonly of: Shown; readonly places: readonly string[] };
  /** What it is written as without some axes of length 1. */
  readonly squeezed?: { readonly axes: readonly number[]; readonly printed: Printed };
  /** It is something with its axes in another order. */
  readonly permuted?: { readonly of: Shown; readonly order: readonly number[] };
  /** It is drawn from a distribution, which it is written as. */
  readonly law?: Law;
}

/** A distribution of offset + scale·z, whatever the two are. */
export interface Law {
  readonly offset: string;
  readonly scale: string;
  write(offset: string, scale: string): string;
}

/** An operand in TeX: an array, and its elements. */
export interface Shown extends Printed {
  /** It is written by its elements, `(x_{j,i})_{i,j}`. */
  readonly isByElement?: boolean;
  readonly type: TensorType;
  /** The element at an index. */
  at(index: readonly string[]): Printed;
}

/** A sign that formulas have, and what it means. */
export interface Sign {
  /** What is looked for in formulas, in TeX. */
  readonly mark: string | RegExp;
  /** How it is used, in TeX. */
  readonly example: string;
  readonly meaning: string;
}

export interface Notation<A extends Attrs = Attrs> {
  /** As in a model file: `x ** 2`, `softmax(z)`. */
  text(inputs: readonly Printed[], attrs: A): Printed;
  /** As in a textbook, in TeX; undefined where the elements say it. Elementwise ops are given elements too. */
  tex?(inputs: readonly Shown[], attrs: A): Printed | undefined;
  /** The element at an index, where it is not that of `tex`; arrays without `tex` are written by it. */
  element?(inputs: readonly Shown[], attrs: A, index: readonly string[]): Printed;
  /** Arrays are always written by their elements. */
  readonly byElement?: boolean;
  /** What readers of its formulas are told, where they have such a sign. */
  readonly signs?: readonly Sign[];
}

/**
 * Dtypes that an op computes in: `number` floats and integers, `float` floats, `bool` truth values;
 * `comparison` takes any and answers with truth values, `any` only moves or chooses.
 */
export type Domain = "number" | "float" | "bool" | "comparison" | "any";

/** What a gradient rule is given: the cotangent `dy` of the answer `y`, and the operands. */
export interface GradientArgs<A extends Attrs = Attrs> {
  readonly dy: Node;
  readonly y: Node;
  readonly inputs: readonly Node[];
  readonly attrs: A;
}

/**
 * The vector-Jacobian product, the textbook line: one cotangent an operand, undefined where the
 * answer does not depend on it in a differentiable way. Broadcast operands are summed by the sweep.
 */
export type GradientRule<A extends Attrs = Attrs> = (
  args: GradientArgs<A>,
) => readonly (Node | undefined)[];

/** What a forward rule is given: the operands' tangents, undefined for those that do not move. */
export interface PushforwardArgs<A extends Attrs = Attrs> {
  readonly tangents: readonly (Node | undefined)[];
  readonly y: Node;
  readonly inputs: readonly Node[];
  readonly attrs: A;
}

/** The Jacobian-vector product: how the answer moves; undefined where it does not. */
export type PushforwardRule<A extends Attrs = Attrs> = (
  args: PushforwardArgs<A>,
) => Node | undefined;

/** A type with every named size known. */
export interface ConcreteType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** What a lowering can use: operands at an index, and new axes to reduce over. */
export interface Lowering<A extends Attrs = Attrs> {
  readonly attrs: A;
  readonly type: TensorType;
  readonly inputs: readonly TensorType[];
  /** Operand `input` at `index`; a broadcast operand may be read at the result's index. */
  read(input: number, index: readonly Scalar[]): Scalar;
  /** A new axis of the given extent, to reduce over. */
  axis(extent: TensorType["shape"][number]): Axis;
}

/** Computes values of a graph inside an op, from those of its formal symbols. */
export type RunBody = (
  results: readonly Node[],
  bindings: ReadonlyMap<Node, NDArray>,
) => readonly NDArray[];

/** An operand that is the same at all steps, or has one entry a step along a leading axis. */
export interface Stacked {
  readonly node: Node;
  readonly stacked: boolean;
}

/** Arguments that an op's tests use. */
export interface Sample<A extends Attrs = Attrs> {
  readonly inputs: readonly SampleInput[];
  readonly attrs?: A;
}

export interface SampleInput {
  readonly shape: readonly number[];
  /** float64 when left out. */
  readonly dtype?: DType;
  /** Values are drawn evenly from here; [-2, 2] when left out. Integers: lo ≤ value < hi. */
  readonly domain?: readonly [number, number];
  /** Added on the diagonal of the last two axes: enough makes a matrix positive definite. */
  readonly diagonal?: number;
}

export interface Op<A extends Attrs = Attrs> {
  readonly name: string;
  /** Result type. `operands` is there for rules that must look at constants. */
  infer(types: readonly TensorType[], attrs: A, operands: readonly Node[]): TensorType;
  /**
   * The reference meaning, in float64; the interpreter rounds to the result's dtype. `run` computes
   * values of a graph inside the op.
   */
  evaluate(inputs: readonly NDArray[], attrs: A, type: ConcreteType, run: RunBody): NDArray;
  /** The rule, or why there is none. */
  readonly gradient: GradientRule<A> | { readonly none: string };
  /**
   * The forward rule, where `gradient/forward.ts` cannot derive it: elementwise ops have it from their
   * gradient, movement, linear and multilinear ones from themselves.
   */
  readonly pushforward?: PushforwardRule<A>;
  /** The result is one of several of its operand, which is a {@link Op.tuple}. */
  readonly part?: boolean;
  /** It has several results, which ops that are parts read; their cotangents arrive together. */
  readonly tuple?: {
    /** Whether the length of its results is only known when it has run. */
    makesSize(node: Node): boolean;
    /** Between which numbers that size is. */
    sizeRange(node: Node): { readonly least: number; readonly most: number };
    /** @param wanted whether the cotangent of an operand will be used */
    gradient(
      node: Node,
      cotangents: ReadonlyMap<Node, Node>,
      wanted: (operand: Node) => boolean,
    ): readonly (Node | undefined)[];
    /** The tangents of its parts, from those of the operands. */
    pushforward(
      node: Node,
      tangents: readonly (Node | undefined)[],
    ): (part: Node) => Node | undefined;
  };
  /**
   * The op applied to operands of which some have a leading axis more, one entry a step; undefined
   * where it is not known how. By default elementwise ops broadcast.
   */
  vectorise?(operands: readonly Stacked[], attrs: A, node: Node): Node | undefined;
  /** The same, summed over that axis, where it can be done in one go: products and scatters. */
  vectoriseSum?(operands: readonly Stacked[], attrs: A, node: Node): Node | undefined;
  /** What the operands may be, where it is more than floats; movement takes all there is. */
  readonly domain?: Domain;
  /** Why the gradient is meant to differ from the derivative, where it is: tests compare them otherwise. */
  readonly surrogate?: string;
  /** Why the reference value may differ from others' where operands are infinite or NaN. */
  readonly onlyFinite?: string;
  /** One element of the result, as an indexed expression. Every op has this or `expand`. */
  lower?(args: Lowering<A>, index: readonly Scalar[]): Scalar;
  /** The same value written with simpler ops; intermediates are labelled by their role. */
  expand?(inputs: readonly Node[], attrs: A): Node;
  /** The same without loops over time, for targets that have none. @throws ADJ5001 for too many steps */
  unrolled?(inputs: readonly Node[], attrs: A): Node;
  /**
   * What the gpu target does instead of what the others do, or why it refuses the op: a sentence's part.
   * docs/targets.md lists it.
   */
  readonly onDevice?: { readonly instead: string } | { readonly refused: string };
  /** Operand 0 says which of the other two is its value; what only the other one needs is not computed. */
  readonly lazy?: boolean;
  /** Its value always lies in memory. */
  readonly stored?: boolean;
  /** What a model may say instead, and why, of such operands: `explain` tells it. */
  advice?(inputs: readonly Node[]): string | undefined;
  readonly notation: Notation<A>;
  readonly samples: readonly Sample<A>[];
  /**
   * Samples with axes of length 0 and 1, where tests cannot make them of the others: attributes hold
   * lengths, or operands are places in others.
   */
  readonly edges?: readonly Sample<A>[];
  /**
   * Cost of one element, in additions; 0 for what is free to recompute (movement). 1 when left out.
   * Fusion keeps the value of a costly op that is read more than once.
   */
  readonly cost?: number;
  /** The result is a rearrangement of the operand's elements. */
  readonly movement?: boolean;
  /** Each element of the result depends only on the operands' elements at the same index. */
  readonly elementwise?: boolean;
  /** It combines elements along axes; "product" if it multiplies two operands on the way. */
  readonly reduces?: "elements" | "product";
  /**
   * How often each element of an operand is read for one whole computation; by default the result's
   * number of elements divided by the operand's.
   */
  reads?(types: readonly TensorType[], attrs: A, input: number): number;
  /** For whole numbers: what every element is sure to lie between, where that can be told. */
  bounds?(types: readonly TensorType[], attrs: A): IntRange | undefined;
  /** Each element is an element of an operand, or its negative: nothing is rounded. */
  readonly chooses?: boolean;
  /**
   * Operands of which elements are looked for again, bit for bit. They are read from memory: a target may
   * compute with more digits than it stores.
   */
  readonly compares?: readonly number[];
  /** Only the operands' shapes matter, not their elements. */
  readonly shapeOnly?: boolean;
  /** The result is the operand from the places `before` on, from element to element by `step`; a value is around it and between. */
  margins?(attrs: A): {
    readonly before: readonly number[];
    readonly step: readonly number[];
    readonly value: number;
  };
  /** The share of its elements that are not 0, where most are: sums of products with it may skip the others. */
  density?(attrs: A): number;
  /** The result is consecutive rows (axis 0) of operand 0, from operand 1 on: it needs no copy. */
  isRows?(attrs: A): boolean;
  /** What people call it, to name what the model left unnamed; its name when left out. */
  readonly called?: string;
  /** Names of operands' roles, to name what the model left unnamed: softmax's operand is `logits`. */
  readonly roles?: readonly string[];
  /** A sum of results is the result for the sums of operands: addition, reductions by adding, casts. */
  readonly linear?: boolean;
  /** It is linear in each of its operands while the others stay as they are. */
  readonly multilinear?: boolean;
  /** The operands may be exchanged. */
  readonly commutative?: boolean;
  /** A random draw: textbooks write x ∼ D instead of x = …. */
  readonly drawn?: boolean;
  /** Inputs, shared variables and constants, which have no operands. */
  readonly leaf?: boolean;
}

// Ops of every attribute type live in one graph; methods of Op are bivariant, which makes this sound
// in use: an op is only ever called with the attributes that its own builder made.
export type AnyOp = Op<Attrs>;

/** Fixes an op's attribute type while keeping the record literal's own names. */
export function op<A extends Attrs = Attrs>(record: Op<A>): AnyOp {
  return record as unknown as AnyOp;
}
