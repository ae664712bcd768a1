/** Derivatives of one direction: gradients of a scalar cost, and cotangents pulled back. */

import { fail, warn } from "../diagnostics/error.ts";
import { type Node, topological } from "../graph/node.ts";
import { formatShape, formatType, isFloat, sameShape } from "../graph/types.ts";
import { add } from "../ops/arithmetic.ts";
import { zerosLike } from "../ops/creation.ts";
import { castTo } from "../ops/elementwise.ts";
import { literal } from "../ops/leaf.ts";
import { fill } from "../ops/shape.ts";
import { beforeDerivatives, spellings } from "../simplify/rules.ts";
import { simplifyNodes } from "../simplify/simplify.ts";
import { sweep } from "./sweep.ts";

/** What happens where a value does not depend on a variable: an error, a warning and zeros, or zeros. */
export type Disconnected = "raise" | "warn" | "ignore";

export interface GradOptions {
  /** Values through which the gradient does not pass: they are held constant. */
  readonly considerConstant?: readonly Node[];
  /** Cotangents that are known already: the gradient goes on from there. */
  readonly knownGrads?: ReadonlyMap<Node, Node>;
  readonly disconnectedInputs?: Disconnected;
  /** Values that get a cotangent and pass nothing on. */
  readonly ends?: readonly Node[];
}

/**
 * ∂cost/∂x for each x of `wrt`. Spellings that overflow, such as eˣ/Σeˣ, are recognised first: their
 * derivatives as written would overflow as well.
 *
 * @param cost left out where `knownGrads` says what the gradient starts from
 * @throws ADJ2001 when the cost is not a float scalar, ADJ2002 when it does not depend on an x,
 *   ADJ2003 when an op on the way has no gradient, ADJ2004 for a known one of another shape
 */
export function gradients(
  cost: Node | undefined,
  wrt: readonly Node[],
  {
    considerConstant = [],
    knownGrads = new Map(),
    disconnectedInputs = "raise",
    ends = [],
  }: GradOptions = {},
): Node[] {
  if (!cost && knownGrads.size === 0) {
    fail("ADJ2001", "grad: without a cost, knownGrads must say what the gradient starts from");
  }
  if (cost) checkCost(cost, wrt);
  checkFloats("grad", wrt);
  const known = [...knownGrads].map(
    ([node, given]) => [node, direction("grad", node, given)] as const,
  );
  const keep = [...wrt, ...considerConstant, ...ends, ...knownGrads.keys()];
  const seeds = new Map<Node, Node>();
  if (cost && !knownGrads.has(cost)) {
    const [stable] = recognised([cost], keep);
    seeds.set(stable, fill(stable, literal(1, cost.type.dtype)));
  }
  for (const [node, given] of known) {
    const [stable] = recognised(
      [node],
      keep.filter((kept) => kept !== node || wrt.includes(node)),
    );
    seeds.set(stable, given);
  }
  const cotangents = sweep(seeds, wrt, {
    constants: considerConstant,
    sealed: [...knownGrads.keys()],
    ends,
    ...(cost && { of: cost }),
  });
  const what = cost ? called(cost, "the cost") : "what is known";
  return wrt.map(
    (x) =>
      cotangents.get(x) ??
      disconnected("grad", disconnectedInputs, {
        what,
        by: [x],
        zero: zerosLike(x),
        cut: cutBetween(seeds, x, cotangents, considerConstant),
      }),
  );
}

/**
 * uᵀ·∂f/∂x for each x of `wrt`, summed over several f: the cotangents `points` pulled back.
 *
 * @throws ADJ2002, ADJ2003 as for `gradients`, ADJ2004 when a cotangent does not fit its f
 */
export function pullBack(
  outputs: readonly Node[],
  wrt: readonly Node[],
  points: readonly Node[],
  {
    considerConstant = [],
    disconnectedInputs = "raise",
  }: Pick<GradOptions, "considerConstant" | "disconnectedInputs"> = {},
): Node[] {
  checkFloats("Lop", [...outputs, ...wrt]);
  const seeds = new Map<Node, Node>();
  for (const [i, stable] of recognised(outputs, [...wrt, ...considerConstant]).entries()) {
    const given = direction("Lop", outputs[i], points[i]);
    const before = seeds.get(stable);
    seeds.set(stable, before ? add(before, given) : given);
  }
  const cotangents = sweep(seeds, wrt, { constants: considerConstant });
  const what = outputs.map((f) => called(f, "the value")).join(", ");
  return wrt.map(
    (x) =>
      cotangents.get(x) ??
      disconnected("Lop", disconnectedInputs, { what, by: [x], zero: zerosLike(x) }),
  );
}

/** `roots` with the spellings recognised whose derivatives would overflow. */
export function recognised(roots: readonly Node[], keep: readonly Node[]): readonly Node[] {
  return simplifyNodes(roots, { rules: spellings, keep: new Set(keep) }).roots;
}

/**
 * `roots` in their simplest form: terms that cancel, as they do in gradients, are not differentiated one
 * by one once more.
 */
export function simplest(roots: readonly Node[], keep: readonly Node[]): readonly Node[] {
  return simplifyNodes(roots, { rules: beforeDerivatives, keep: new Set(keep) }).roots;
}

/** A direction or cotangent for `of`, in its dtype. @throws ADJ2004 when it does not fit */
export function direction(who: string, of: Node, given: Node): Node {
  if (!sameShape(of.shape, given.shape) || !isFloat(given.type.dtype)) {
    fail(
      "ADJ2004",
      `${who}: ${called(of, "the value")} is ${formatType(of.type)}, but ${called(given, "its direction")} is ${formatType(given.type)}`,
      { hint: "both must be floats of the same shape", related: definition(of) },
    );
  }
  return castTo(given, of.type.dtype);
}

/** @throws ADJ2003 where one is not a float */
export function checkFloats(who: string, nodes: readonly Node[]): void {
  for (const x of nodes) {
    if (isFloat(x.type.dtype)) continue;
    fail("ADJ2003", `${who}: ${nameOf(x)} is ${x.type.dtype}; only floats can be differentiated`);
  }
}

/** The first op on the way from x that has a cotangent and passes none on; undefined where there is no way. */
function cutBetween(
  seeds: ReadonlyMap<Node, Node>,
  x: Node,
  cotangents: ReadonlyMap<Node, Node>,
  constants: readonly Node[],
): Node | undefined {
  const reached = new Set([x]);
  const from = (node: Node): Node[] => node.inputs.filter((input) => reached.has(input));
  const order = topological([...seeds.keys()]);
  for (const node of order)
    if (!constants.includes(node) && from(node).length > 0) reached.add(node);
  let cut = order.find(
    (node) =>
      node !== x &&
      cotangents.has(node) &&
      !node.op.part &&
      from(node).length > 0 &&
      !from(node).some((input) => cotangents.has(input)),
  );
  // Integers have no cotangent: the path ends where they come from.
  for (let next = cut; next; next = from(next).find((input) => !isFloat(input.type.dtype)))
    cut = next;
  return cut;
}

/**
 * `zero`, for `what` does not depend on `by`: unless that is a mistake.
 *
 * @throws ADJ2002
 */
export function disconnected(
  who: string,
  how: Disconnected,
  {
    what,
    by,
    zero,
    cut,
  }: {
    readonly what: string;
    readonly by: readonly Node[];
    readonly zero: Node;
    /** Where the path ends, if there is one. */
    readonly cut?: Node | undefined;
  },
): Node {
  const message = `${who}: ${what} does not depend on ${by.map(nameOf).join(", ")}`;
  const details = {
    hint: cut
      ? `no gradient goes through ${cut.op.name}`
      : "check that it is used, and that no comparison, integer or considerConstant stands between",
    related: [
      ...by.flatMap(definition),
      ...(cut?.site ? [{ message: `${cut.op.name} ends the path`, site: cut.site }] : []),
    ],
  };
  if (how === "raise") return fail("ADJ2002", message, details);
  if (how === "warn") warn("ADJ2002", message, details);
  return zero;
}

function checkCost(cost: Node, [first, ...more]: readonly Node[]): void {
  const what = called(cost, "the cost");
  if (cost.shape.length > 0) {
    const isExchanged = first?.shape.length === 0 && more.length === 0 && !first.op.leaf;
    fail("ADJ2001", `grad: ${what} must be a scalar, but it is ${formatShape(cost.shape)}`, {
      hint: isExchanged
        ? `the cost comes first: grad(${called(first, "cost")}, ${called(cost, "…")})`
        : `take ${cost.label ? `mean(${what}) or sum(${what})` : "its mean(…) or sum(…)"}`,
    });
  }
  if (!isFloat(cost.type.dtype)) {
    fail("ADJ2001", `grad: ${what} is ${cost.type.dtype}; only floats have a gradient`);
  }
}

export const called = (x: Node, otherwise: string): string => x.label?.name ?? otherwise;

const nameOf = (x: Node): string => called(x, `an expression of shape ${formatShape(x.shape)}`);

const definition = (x: Node) =>
  x.site && x.label ? [{ message: `${nameOf(x)} is defined here`, site: x.site }] : [];
