/** Memory that outlives calls: parameters with an initial value, and data that the caller fills. */

import { fail } from "../diagnostics/error.ts";
import { isNode, isPoison, type Node, topological } from "../graph/node.ts";
import { type Dim, type DType, floatX, isFloat, isInteger, staticSize } from "../graph/types.ts";
import { add } from "../ops/arithmetic.ts";
import { castTo } from "../ops/elementwise.ts";
import { asNode, checkIntegers, literal, sharedNode } from "../ops/leaf.ts";
import { seed } from "../ops/random.ts";
import { refuseNaN } from "./arguments.ts";
import { signed } from "./signature.ts";
import { checkDims } from "./symbols.ts";
import type { Operand, Tensor } from "./types.ts";

/** What is known of a shared variable besides its type: how it starts. Data has no initial value. */
export interface SharedInfo {
  readonly initial: Node | undefined;
  /** Its new value after each call of a function that uses it, unless the function gives another. */
  readonly next?: Node;
}

const known = new WeakMap<Node, SharedInfo>();

/** How a shared variable starts; undefined for a node that is not one. */
export function sharedInfo(node: Node): SharedInfo | undefined {
  return known.get(node);
}

export interface SharedOptions {
  /** floatX (float32) when left out and the value is plain numbers. */
  readonly dtype?: DType;
}

/**
 * A parameter. `value` is an initial value *expression* – zeros, a seeded draw, a formula – whose
 * computation is generated too, or an array of numbers; it may not depend on inputs.
 *
 * @throws ADJ1008 when the value depends on an input or has a named dimension, ADJ1010 for numbers that integers
 *   do not hold
 */
export const shared = signed(
  "shared(value, { dtype })",
  (value: Operand, { dtype }: SharedOptions = {}): Tensor => {
    if (Number.isNaN(value)) refuseNaN("shared: the initial value");
    const plain = !isNode(value);
    const given = asNode(value, plain ? (dtype ?? floatX) : undefined);
    if (isPoison(given)) return given as unknown as Tensor;
    if (plain && dtype) checkNumbers(given, dtype);
    const wanted = dtype ?? (plain ? floatX : given.type.dtype);
    if (dtype && isFloat(given.type.dtype) && !isFloat(dtype) && !plain) {
      fail("ADJ1001", `shared: the value is ${given.type.dtype}, which ${dtype} cannot hold`, {
        hint: `write shared(cast(…, "${dtype}"))`,
      });
    }
    const initial = castTo(given, wanted);
    const input = topological([initial]).find(
      (n) => n.op.leaf && n.op.name !== "constant" && n !== seed(),
    );
    if (input) {
      fail(
        "ADJ1008",
        `shared: an initial value cannot depend on ${input.label?.name ?? "an input"}`,
        sharedInfo(input)?.next
          ? {
              hint: "a stream draws at each call; uniform(shape, …) and normal(shape, …) draw once",
            }
          : { hint: `its shape is known: shared(zerosLike(${input.label?.name ?? "x"}))` },
      );
    }
    if (staticSize(initial.shape) === undefined) {
      fail(
        "ADJ1008",
        `shared: an initial value needs known dimensions, got [${initial.shape.join(", ")}]`,
      );
    }
    const node = sharedNode(wanted, initial.shape);
    known.set(node, { initial });
    return node as unknown as Tensor;
  },
);

/** A count of calls: an int32 scalar that starts at 0, and that functions which use it count up. */
export function callCounter(name: string): Node {
  const node = sharedNode("int32", []);
  node.label = { name, scope: [] };
  known.set(node, { initial: literal(0, "int32"), next: add(node, literal(1, "int32")) });
  return node;
}

export interface DataOptions {
  /** floatX (float32) when left out. */
  readonly dtype?: DType;
}

/** A data set that the caller must fill: `data("samples", 784)`, `data("samples", { dtype: "int32" })`. */
export const data = signed(
  "data(...dims, { dtype })",
  (...args: readonly (Dim | DataOptions)[]): Tensor => {
    const last = args.at(-1);
    const options = typeof last === "object" ? last : {};
    const dims = (typeof last === "object" ? args.slice(0, -1) : args) as Dim[];
    const node = sharedNode(options.dtype ?? floatX, checkDims(dims, "data"));
    known.set(node, { initial: undefined });
    return node as unknown as Tensor;
  },
);

/** @throws ADJ1010 for numbers of the model that integers do not hold */
function checkNumbers({ attrs, shape }: Node, dtype: DType): void {
  const values = [attrs.value].flat() as readonly number[];
  if (isInteger(dtype)) checkIntegers(values, shape as readonly number[], dtype);
}

/** A constant tensor: numbers written in the model. */
export const constant = signed(
  "constant(value, { dtype })",
  (value: Operand, { dtype }: { dtype?: DType } = {}): Tensor => {
    const node = asNode(value, dtype ?? (typeof value === "object" ? undefined : floatX));
    if (dtype && !isNode(value)) checkNumbers(node, dtype);
    return (dtype ? castTo(node, dtype) : node) as unknown as Tensor;
  },
);
