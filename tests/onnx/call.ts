/** What ONNX operators are given, and how they read it. */

import type { IndexItem, Tensor } from "adjoint";
import * as l from "adjoint";
import { type NDArray, toNested } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import type { OnnxNode } from "./model.ts";

/** What an operator is called with. */
export interface Call {
  readonly node: OnnxNode;
  readonly version: number;
  /** Inputs in order; undefined for optional ones that are left out. */
  readonly x: readonly Tensor[];
  readonly has: (input: number) => boolean;
  /** An input that must be known when the model is compiled: axes, shapes, counts. */
  readonly known: (input: number) => NDArray;
  /** What the graph of an attribute makes. */
  readonly inner: (attribute: string) => Tensor[];
}

export type Operator = (call: Call) => Tensor | readonly Tensor[];

export const shapeOf = (x: Tensor): number[] => [...(x as unknown as Node).shape] as number[];
export const dtypeOfTensor = (x: Tensor) => (x as unknown as Node).type.dtype;
export const rankOf = (x: Tensor): number => shapeOf(x).length;

export const integer = ({ node }: Call, name: string, otherwise: number): number =>
  node.attributes.get(name)?.integer ?? otherwise;
export const float = ({ node }: Call, name: string, otherwise: number): number =>
  node.attributes.get(name)?.float ?? otherwise;
export const integers = ({ node }: Call, name: string): readonly number[] | undefined =>
  node.attributes.get(name)?.integers;
export const text = ({ node }: Call, name: string): string => node.attributes.get(name)?.text ?? "";
export const numbers = (call: Call, input: number): number[] => Array.from(call.known(input).data);
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** `index` along an axis, its own place along all others: NumPy's take_along_axis as index arrays. */
export function elementsAlong(x: Tensor, index: Tensor, axis: number): Tensor {
  const shape = shapeOf(index);
  return l.at(
    x,
    ...shape.map(
      (n, i): IndexItem =>
        i === axis
          ? (index as IndexItem)
          : l.dimshuffle(
              l.arange(n),
              shape.map((_, k) => (k === i ? 0 : ("x" as const))),
            ),
    ),
  );
}

/** Index inputs with negative numbers are taken as constants, which are counted from the end. */
export function indexOf(call: Call, input: number): Tensor {
  const value = call.known(input);
  return value.data.some((v) => v < 0) ? l.constant(toNested(value) as number) : call.x[input];
}

export const along = (axis: number, item: IndexItem): IndexItem[] => [
  ...Array.from({ length: axis }, () => l.span()),
  item,
];

/** The parts of an index tuple: x[…, k] for each k of the last axis. */
export function columns(call: Call, input: number): Tensor[] {
  const value = call.known(input);
  const last = value.shape[value.shape.length - 1];
  return Array.from({ length: last }, (_, k) => l.at(indexOf(call, input), l.ellipsis, k));
}

export const keep = { keepdims: true };
