/** Derivatives as a model file calls them. */

import { collecting, fail } from "../diagnostics/error.ts";
import { hessianTimes, pushedForward } from "../gradient/directional.ts";
import { gradients, pullBack } from "../gradient/grad.ts";
import { hessians, jacobians } from "../gradient/jacobian.ts";
import { isNode, isPoison, type Node, poison } from "../graph/node.ts";
import { add } from "../ops/arithmetic.ts";
import { asNode } from "../ops/leaf.ts";
import { said } from "./arguments.ts";
import type { Pairs } from "./function.ts";
import { signed } from "./signature.ts";
import type { Operand, Tensor } from "./types.ts";

/** One value, a list of them, or a record by names. */
export type Several<T> = T | readonly T[] | { readonly [name: string]: T };

/** A tensor for each value: one for one, a tuple for a tuple, a record with the same keys for a record. */
export type TensorsLike<V> = V extends number
  ? Tensor
  : V extends readonly unknown[]
    ? { -readonly [K in keyof V]: Tensor }
    : { [K in keyof V]: Tensor };

type Variables = Several<Tensor | number>;

/**
 * What happens where a value does not depend on a variable: `"raise"` an error, `"warn"` and give zeros,
 * or `"ignore"` and give zeros.
 */
export type Disconnected = "raise" | "warn" | "ignore";

export interface JacobianOptions {
  /** Values that are held constant: the derivative does not pass through them. */
  readonly considerConstant?: Operand | readonly Operand[];
  /** Where the value does not depend on a variable; `"raise"` when left out. */
  readonly disconnectedInputs?: Disconnected;
}

export interface GradOptions extends JacobianOptions {
  /**
   * Pairs of a value and its gradient, which is taken as given: the sweep goes on from there. With it the
   * cost may be `null`.
   */
  readonly knownGrads?: Pairs;
}

export interface RopOptions {
  /** Where an output depends on no variable; `"raise"` when left out. */
  readonly disconnectedOutputs?: Disconnected;
}

/**
 * Symbolic gradient of a scalar cost, ∂cost/∂x of the shape of x: `grad(cost, W)`, of several as
 * `const [dW, db] = grad(cost, [W, b])` or `const d = grad(cost, { W, b })`. The result is an expression
 * like any other, so it can be differentiated again.
 *
 * @throws ADJ2001 when the cost is not a float scalar, ADJ2002 when it does not depend on a variable,
 *   ADJ2003 when an op on the way has no derivative, ADJ2004 when a known gradient does not fit
 */
export const grad = signed(
  "grad(cost, wrt, { considerConstant, knownGrads, disconnectedInputs })",
  <const W extends Variables>(
    cost: Operand | null,
    wrt: W,
    { considerConstant = [], knownGrads = [], disconnectedInputs = "raise" }: GradOptions = {},
  ): TensorsLike<W> => {
    const known = new Map(
      knownGrads.map(([value, given]) => {
        const node = asNode(value);
        return [node, asNode(given, node.type.dtype)];
      }),
    );
    const c = cost === null ? undefined : asNode(cost);
    return derive(wrt, [...(c ? [c] : []), ...known.values()], (variables) =>
      gradients(c, variables, {
        considerConstant: held(considerConstant),
        knownGrads: known,
        disconnectedInputs,
      }),
    );
  },
);

/**
 * The R-operator: the Jacobian of `f` times a direction, Σ ∂f/∂x·v – how `f` moves when each x of `wrt`
 * moves along its v of `points`. `f` may be one value, a list or a record; so may `wrt`, and `points` is
 * like it. One sweep forward: it costs about as much as `f` itself, and no matrix is made.
 *
 * @throws ADJ2002 when `f` depends on no variable, ADJ2003 when an op on the way has no derivative,
 *   ADJ2004 when a direction does not fit its variable
 */
export const Rop = signed(
  "Rop(f, wrt, points, { disconnectedOutputs })",
  <const F extends Several<Operand>>(
    f: F,
    wrt: Variables,
    points: Several<Operand>,
    options: RopOptions = {},
  ): TensorsLike<F> => {
    return derive(f, nodesOf(wrt), (outputs) => {
      const variables = nodesOf(wrt);
      return pushedForward(outputs, variables, pointsFor("Rop", wrt, points), options);
    });
  },
);

/** Rop under its other name: a Jacobian times a vector. */
export { Rop as jacobianVector };

/**
 * The L-operator: cotangents times the Jacobian of `f`, uᵀ·∂f/∂x for each x of `wrt` and summed over
 * several f; `points` has a u for each f. With u = 1 of a scalar it is `grad`.
 *
 * @throws ADJ2002 when `f` does not depend on a variable, ADJ2003 when an op on the way has no
 *   derivative, ADJ2004 when a cotangent does not fit its value
 */
export const Lop = signed(
  "Lop(f, wrt, points, { considerConstant, disconnectedInputs })",
  <const W extends Variables>(
    f: Several<Operand>,
    wrt: W,
    points: Several<Operand>,
    { considerConstant = [], disconnectedInputs = "raise" }: JacobianOptions = {},
  ): TensorsLike<W> => {
    return derive(wrt, nodesOf(f), (variables) =>
      pullBack(nodesOf(f), variables, pointsFor("Lop", f, points), {
        considerConstant: held(considerConstant),
        disconnectedInputs,
      }),
    );
  },
);

/** Lop under its other name: a vector times a Jacobian. */
export { Lop as vectorJacobian };

/**
 * The whole Jacobian, J[…i, …j] = ∂y[…i]/∂x[…j] of shape [...y, ...x], for each x of `wrt`. Of elementwise
 * maths it is computed as its diagonal alone. Rop and Lop multiply by it without making it.
 *
 * @throws ADJ2002 when `y` does not depend on a variable, ADJ2003 when an op on the way has no derivative
 */
export const jacobian = signed(
  "jacobian(y, wrt, { considerConstant, disconnectedInputs })",
  <const W extends Variables>(
    y: Operand,
    wrt: W,
    { considerConstant = [], disconnectedInputs = "raise" }: JacobianOptions = {},
  ): TensorsLike<W> => {
    const value = asNode(y);
    return derive(wrt, [value], (variables) =>
      jacobians(value, variables, {
        considerConstant: held(considerConstant),
        disconnectedInputs,
      }),
    );
  },
);

/**
 * Second derivatives of a scalar cost, H[…i, …j] = ∂²cost/∂x[…i]∂x[…j] of shape [...x, ...x], for each x of
 * `wrt` by itself. `hessianVector` multiplies by it without making it.
 *
 * @throws as `grad`
 */
export const hessian = signed(
  "hessian(cost, wrt, { disconnectedInputs })",
  <const W extends Variables>(
    cost: Operand,
    wrt: W,
    { disconnectedInputs = "raise" }: Pick<JacobianOptions, "disconnectedInputs"> = {},
  ): TensorsLike<W> => {
    const c = asNode(cost);
    return derive(wrt, [c], (variables) => hessians(c, variables, disconnectedInputs));
  },
);

/**
 * The Hessian of a scalar cost over all of `wrt` times a direction, by differentiating the gradient along
 * it: a result for each variable, at a small multiple of the gradient's cost (Pearlmutter, 1994).
 *
 * @throws as `grad` and `Rop`
 */
export const hessianVector = signed(
  "hessianVector(cost, wrt, points, { disconnectedInputs })",
  <const W extends Variables>(
    cost: Operand,
    wrt: W,
    points: Several<Operand>,
    { disconnectedInputs = "raise" }: Pick<JacobianOptions, "disconnectedInputs"> = {},
  ): TensorsLike<W> => {
    const c = asNode(cost);
    return derive(wrt, [c], (variables) =>
      hessianTimes(c, variables, pointsFor("hessianVector", wrt, points), disconnectedInputs),
    );
  },
);

/** hessianVector under PyTensor's name. */
export { hessianVector as hessianVectorProduct };

export interface SubgraphOptions {
  /** Pairs of a value and its gradient, from which the sweep starts. */
  readonly start?: Pairs;
  /** A scalar from which it starts as well. */
  readonly cost?: Operand;
}

/**
 * Gradients of a part of a graph (Theano's `subgraph_grad`): from `start` and `cost` back to the values
 * `end`, at which it stops. Returns the gradients of `wrt`, which lie between, and those of `end`, with
 * which the next part can start.
 *
 * @throws as `grad`; ADJ2001 when there is neither a start nor a cost
 */
export const subgraphGrad = signed(
  "subgraphGrad(wrt, end, { start, cost })",
  <const W extends Variables, const E extends Variables>(
    wrt: W,
    end: E,
    { start = [], cost }: SubgraphOptions,
  ): [wrt: TensorsLike<W>, end: TensorsLike<E>] => {
    const c = cost === undefined ? undefined : asNode(cost);
    const starts = start.map(([value]) => asNode(value));
    // What reaches a start from the cost comes on top of what is known of it.
    const own = attempt(starts, c ? [c] : [], (from) =>
      c ? gradients(c, from, { disconnectedInputs: "ignore" }) : [],
    );
    const known = new Map(
      start.map(([, given], i) => {
        const point = asNode(given, starts[i].type.dtype);
        return [starts[i], c ? add(point, own[i]) : point];
      }),
    );
    const [inner, ends] = [nodesOf(wrt), nodesOf(end)];
    const all = attempt([...inner, ...ends], [...known.values()], (variables) =>
      gradients(c, variables, { knownGrads: known, ends, disconnectedInputs: "ignore" }),
    );
    return [shapedLike(wrt, all.slice(0, inner.length)), shapedLike(end, all.slice(inner.length))];
  },
);

// ── One, a list, or a record ──────────────────────────────────────────────────────────────────────

/** Values that are held constant. @throws ADJ1008 for what has none */
function held(values: Several<Operand>): Node[] {
  if (typeof values === "object") return nodesOf(values);
  return fail("ADJ1008", `considerConstant is a list of symbols, got ${said(values)}`);
}

function nodesOf(values: Several<Operand>): Node[] {
  if (isNode(values)) return [values];
  if (Array.isArray(values)) return values.map((value) => asNode(value));
  if (typeof values !== "object") return [asNode(values)];
  return Object.values(values).map((value) => asNode(value));
}

function shapedLike<V>(values: V, results: readonly Node[]): TensorsLike<V> {
  let shaped: unknown = results[0];
  if (Array.isArray(values)) shaped = results;
  else if (!isNode(values) && typeof values === "object") {
    const keys = Object.keys(values as object);
    shaped = Object.fromEntries(keys.map((key, i) => [key, results[i]]));
  }
  return shaped as TensorsLike<V>;
}

/** Directions for values: in the same form, by the same keys. @throws ADJ2004 where they do not fit */
function pointsFor(who: string, values: Several<Operand>, points: Several<Operand>): Node[] {
  const nodes = nodesOf(values);
  const isRecord = (v: unknown): v is Record<string, Operand> =>
    typeof v === "object" && v !== null && !isNode(v) && !Array.isArray(v);
  const list = isRecord(values)
    ? Object.keys(values).map((key) => (points as Record<string, Operand>)[key])
    : isNode(values) || !Array.isArray(values)
      ? [points as Operand]
      : (points as readonly Operand[]);
  const isComplete =
    isRecord(values) === isRecord(points) &&
    Array.isArray(list) &&
    list.length === nodes.length &&
    list.every((point) => point !== undefined);
  if (!isComplete) {
    fail("ADJ2004", `${who}: there must be one direction for each of ${nodes.length} values`, {
      hint: "give a value for a value, a list for a list, a record with the same keys for a record",
    });
  }
  return list.map((point, i) => asNode(point, nodes[i].type.dtype));
}

/** Results in the form of `values`. */
const derive = <V extends Several<Operand>>(
  values: V,
  others: readonly Node[],
  body: (nodes: readonly Node[]) => readonly Node[],
): TensorsLike<V> => shapedLike(values, attempt(nodesOf(values), others, body));

/** A result for each node; a mistake is collected, and what follows from an earlier one is silent. */
function attempt(
  nodes: readonly Node[],
  others: readonly Node[],
  body: (nodes: readonly Node[]) => readonly Node[],
): readonly Node[] {
  const spoilt = [...nodes, ...others].find(isPoison);
  if (spoilt) return nodes.map(() => spoilt);
  return collecting(
    () => body(nodes),
    () => nodes.map(() => poison()),
  );
}
