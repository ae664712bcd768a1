/** Steps of a loop that its gradient goes back through, and cotangents of its values at those steps. */

import { makeNode, type Node } from "../graph/node.ts";
import { type Dim, dimPlus } from "../graph/types.ts";
import { add, sub } from "./arithmetic.ts";
import { ge, gt, le, logicalOr, lt, where } from "./comparison.ts";
import { arange, zerosLike } from "./creation.ts";
import { affineOf } from "./index-range.ts";
import { constantValue, literal } from "./leaf.ts";
import type { ScanTools } from "./scan.tools.ts";
import type { Scan } from "./scan.ts";
import { dimshuffle, lengthOf, lengthOp } from "./shape.ts";
import { putSliceOp } from "./slicing.ts";

/** What reaches all values of a state from outside, taken apart. */
export interface Direct {
  /** Cotangents of the values after each step. */
  readonly each: Node[];
  /** Cotangents of the value after the last step. */
  readonly last: Node[];
  /** Cotangents of the value that it started with. */
  readonly first: Node[];
}

/** The steps of one loop. */
export class StepsBack {
  readonly #tools: ScanTools;
  readonly #node: Node;
  readonly #forward: Scan;

  constructor(tools: ScanTools, node: Node, forward: Scan) {
    this.#tools = tools;
    this.#node = node;
    this.#forward = forward;
  }

  /** Steps that the loop back makes: of a known number, only those that the gradient goes through. */
  get length(): Dim {
    const { steps, truncate } = this.#forward;
    return truncate !== undefined && typeof steps === "number" ? Math.min(truncate, steps) : steps;
  }

  /**
   * Of a number of steps that is not known: which of them the gradient goes back through, and at which of
   * them it goes on to the step before.
   */
  window(): { within: Node; onwards: Node } | undefined {
    const { steps, truncate, states, backwards } = this.#forward;
    if (truncate === undefined || typeof steps === "number") return undefined;
    const made =
      states.length > 0
        ? sub(lengthOf(this.#tools.states(this.#node, 0), 0), 1)
        : lengthOf(this.#tools.collected(this.#node, 0), 0);
    const t = arange(steps);
    const left = sub(made, truncate);
    const isWhole = le(left, 0);
    return backwards
      ? { within: lt(t, truncate), onwards: logicalOr(lt(t, truncate - 1), isWhole) }
      : { within: ge(t, left), onwards: logicalOr(gt(t, left), isWhole) };
  }

  /** Cuts entries of all steps down to those that the gradient goes back through. */
  rows(): (x: Node) => Node {
    const { steps, backwards } = this.#forward;
    const length = this.length;
    const first = typeof steps === "number" && !backwards ? steps - (length as number) : 0;
    return (x) => (length === steps ? x : this.#tools.entries(x, first, length));
  }

  /** Cotangents of a sequence's entries that no step was gone back through are zero. */
  padded(dx: Node, operand: Node): Node {
    const { steps, backwards, limit } = this.#forward;
    const length = this.length;
    if (length === steps && operand.shape[0] === steps) return dx;
    const first = typeof steps === "number" && !backwards ? steps - (length as number) : 0;
    return makeNode(putSliceOp, [zerosLike(operand), dx, literal(first, "int32")], {
      axis: 0,
      length,
      step: 1,
      mode: "add",
      ...(limit === undefined ? {} : { atMost: limit }),
    });
  }

  /** Takes the cotangent of a state at all times apart: most are of the last value, or of all but the first. */
  direct(part: Node, cotangent: Node): Direct {
    const { steps, backwards } = this.#forward;
    const direct: Direct = { each: [], last: [], first: [] };
    const row = (x: Node): Node =>
      dimshuffle(
        x,
        x.shape.slice(1).map((_, i) => i + 1),
      );
    /** Cotangents of the values after each step: often of the last of them alone. */
    const takeSteps = (dy: Node): void => {
      if (dy.op === add.op) {
        dy.inputs.forEach(takeSteps);
        return;
      }
      const [base, value, start] = dy.inputs;
      const isOne = dy.op === putSliceOp && dy.attrs.axis === 0 && dy.attrs.length === 1;
      const isLast =
        isOne &&
        dy.attrs.mode === "add" &&
        isZero(base) &&
        (backwards ? constantValue(start) === 0 : endOf(start, dy));
      if (isLast) direct.last.push(row(value));
      else direct.each.push(dy);
    };
    const take = (dy: Node): void => {
      if (dy.op === add.op) {
        dy.inputs.forEach(take);
        return;
      }
      const [base, value, start] = dy.inputs;
      const { axis, step, mode, length } = dy.attrs;
      const isPart = dy.op === putSliceOp && axis === 0 && step === 1 && mode === "add";
      if (isPart && isZero(base)) {
        const at = constantValue(start);
        const ends = endOf(start, part) ? "last" : at === 0 ? "first" : undefined;
        if (length === 1 && ends) {
          const isLast = (ends === "last") !== backwards;
          (isLast ? direct.last : direct.first).push(row(value));
          return;
        }
        if (length === steps && at === (backwards ? 0 : 1)) {
          takeSteps(value);
          return;
        }
      }
      const after = backwards ? 0 : 1;
      direct.each.push(this.#tools.entries(dy, after, steps));
      direct.first.push(this.#tools.entryAt(dy, backwards ? "last" : "first"));
    };
    take(cotangent);
    return direct;
  }
}

/** A cotangent of all steps, zero at the steps outside of a window. */
export function zeroOutside(window: Node, dy: Node): Node {
  const spread = dy.shape.slice(1).map(() => "x" as const);
  const isWithin = spread.length > 0 ? dimshuffle(window, [0, ...spread]) : window;
  return where(isWithin, dy, literal(0, dy.type.dtype));
}

/** Whether a slice that starts there is the last entry of `x`. */
function endOf(start: Node, x: Node): boolean {
  const { terms, constant } = affineOf(start);
  const [dim] = x.shape;
  if (typeof dim === "number") return terms.size === 0 && constant === dim - 1;
  const [[length, factor] = [undefined, 0], ...more] = terms;
  if (more.length > 0 || factor !== 1 || length?.op !== lengthOp) return false;
  return dimPlus(length.inputs[0].shape[length.attrs.axis as number], constant + 1) === dim;
}

function isZero(node: Node): boolean {
  let x = node;
  while (x.op.movement) [x] = x.inputs;
  return constantValue(x) === 0;
}
