/**
 * Backpropagation through time: the gradient of a scan is a scan in the other direction. Its states
 * are the cotangents of the states; what the forward loop computed is kept where computing it again
 * would cost more; cotangents of what stays the same are summed in one product over all steps.
 */

import { sweep } from "../gradient/sweep.ts";
import { bodyOf, makeNode, type Node, sizeMakers, topological } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { type Dim, dimPlus, isFloat, roughVolume } from "../graph/types.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { onOneSide } from "./choice.ts";
import { ge, gt, le, logicalOr, lt, where } from "./comparison.ts";
import { arange, zerosLike } from "./creation.ts";
import { affineOf } from "./index-range.ts";
import { constantValue, literal, symbol } from "./leaf.ts";
import type { Stacked } from "./op.ts";
import { sum } from "./reduction.ts";
import type { Bound, Scan, ScanState } from "./scan.ts";
import { broadcastTo, dimshuffle, lengthOf, lengthOp } from "./shape.ts";
import { putSliceOp } from "./slicing.ts";
import { dependents, vectoriseNode } from "./vectorise.ts";

/** How scans are made and read; given, because the record of the op needs the gradient and this needs it. */
export interface ScanTools {
  make(scan: Scan): Node;
  open(node: Node): Scan;
  states(scan: Node, index: number): Node;
  collected(scan: Node, index: number): Node;
  after(scan: Node, index: number): Node;
  before(scan: Node, index: number): Node;
  entries(x: Node, start: number, length: Dim, atMost?: number): Node;
  entryAt(x: Node, which: "first" | "last"): Node;
}

/** Computing an element again for this many additions is cheaper than keeping it for each step. */
const recomputeLimit = 4;

export function scanGradient(
  tools: ScanTools,
  node: Node,
  cotangents: ReadonlyMap<Node, Node>,
  wanted: (operand: Node) => boolean,
): readonly (Node | undefined)[] {
  // A loop that only one side of a choice needs goes back only on that side.
  const chosen = onOneSide([...cotangents.values()]);
  if (chosen) {
    const there = new Map([...cotangents.keys()].map((part, i) => [part, chosen.values[i]]));
    const given = scanGradient(tools, node, there, wanted);
    return given.map((cotangent) => cotangent && chosen.otherwiseZero(cotangent));
  }
  return new Reversal(tools, node, cotangents, wanted).operands();
}

/**
 * Symbols of the ways back, by scan and by what they stand for: gradients that are asked for one after
 * the other go back through the same loop, which is recognised by its symbols.
 */
const symbols = new WeakMap<Node, Map<string, Node>>();

/** What reaches all values of a state from outside, taken apart. */
interface Direct {
  /** Cotangents of the values after each step. */
  readonly each: Node[];
  /** Cotangents of the value after the last step. */
  readonly last: Node[];
  /** Cotangents of the value that it started with. */
  readonly first: Node[];
}

class Reversal {
  readonly #tools: ScanTools;
  readonly #forward: Scan;
  readonly #node: Node;
  readonly #wanted: (operand: Node) => boolean;
  /** Cotangents of states at all times and of outputs at all steps, by position. */
  readonly #ofStates = new Map<number, Direct>();
  readonly #ofOutputs = new Map<number, Node>();
  /** States whose cotangent is carried back. */
  readonly #carried: number[] = [];
  readonly #carry = new Map<number, Node>();
  readonly #sequences: Bound[] = [];
  readonly #invariants: Bound[] = [];
  /** What stands in for values of the forward step in the backward step. */
  readonly #available = new Map<Node, Node>();
  /** Values of the backward step at all steps, as symbols until its scan is made. */
  readonly #emitted = new Map<Node, Node>();
  /** What is differentiated, for names. */
  readonly #of: Node | undefined;
  readonly #sums: { readonly value: Node; readonly total: Node; readonly by: Node }[] = [];
  readonly #stacked = new Map<Node, Node>();
  #saved: Node[] = [];
  #varying = new Set<Node>();

  constructor(
    tools: ScanTools,
    node: Node,
    cotangents: ReadonlyMap<Node, Node>,
    wanted: (operand: Node) => boolean,
  ) {
    this.#tools = tools;
    this.#node = node;
    this.#wanted = wanted;
    this.#forward = tools.open(node);
    const count = this.#forward.states.length;
    this.#of = [...cotangents.values()].find((dy) => dy.derivative)?.derivative?.of;
    for (const [part, dy] of cotangents) {
      const index = part.attrs.index as number;
      if (index < count) this.#ofStates.set(index, this.#direct(part, dy));
      else this.#ofOutputs.set(index - count, dy);
    }
  }

  /** Cotangents of the scan's operands, in order. */
  operands(): (Node | undefined)[] {
    const { sequences, states, outputs, invariants, steps, backwards } = this.#forward;
    const rows = this.#rows();
    const seeds = new Map<Node, Node>();
    const seed = (at: Node, dy: Node): void => {
      const before = seeds.get(at);
      seeds.set(at, before ? add(before, dy) : dy);
    };
    const window = this.#window();
    const within = (dy: Node): Node => rows(window ? zeroOutside(window.within, dy) : dy);
    for (const [i, dy] of this.#ofOutputs)
      seed(outputs[i], this.#sequence(`dy ${dy.id}`, within(dy), dy));
    for (const [i, { each }] of this.#ofStates)
      for (const dy of each) seed(states[i].result, this.#sequence(`dy ${dy.id}`, within(dy), dy));
    const derivatives = this.#sweep(seed, seeds);

    // One step of the way back.
    const next = new Map<number, Node>();
    const goesOn = window && this.#sequence("goes on", window.onwards);
    for (const i of this.#carried) {
      const { formal } = states[i];
      const carried = derivatives.get(formal) ?? zerosLike(formal);
      next.set(i, goesOn ? where(goesOn, carried, literal(0, carried.type.dtype)) : carried);
    }
    const outer = (b: Bound): Node | undefined =>
      this.#wanted(b.operand) ? derivatives.get(b.formal) : undefined;
    this.#varying = dependents(
      [...next.values(), ...derivatives.values()],
      [
        ...sequences.map((s) => s.formal),
        ...states.map((s) => s.formal),
        ...this.#carry.values(),
        ...this.#sequences.map((s) => s.formal),
      ],
    );
    const needed = [
      ...next.values(),
      ...[...sequences, ...invariants].flatMap((b) => outer(b) ?? []),
    ];
    this.#keep(needed);

    const ofSequences = sequences.map((s) => {
      const dx = outer(s);
      return dx && this.#padded(this.#atAllSteps(dx), s.operand);
    });
    // The largest first: what their products keep of all steps, others can add up.
    const ofInvariants: (Node | undefined)[] = [];
    const bySize = invariants.map((c, i) => ({
      dc: outer(c),
      i,
      size: roughVolume(c.formal.shape),
    }));
    for (const { dc, i } of bySize.sort((a, b) => b.size - a.size))
      ofInvariants[i] = dc && this.#total(dc, invariants[i].operand);
    const scan = this.#scan(next);
    const all = [...ofSequences, ...ofInvariants];
    const placed = substitute(
      all.filter((n) => n !== undefined),
      this.#replacements(scan),
    ).mapped;
    const final = (n: Node | undefined): Node | undefined => n && (placed.get(n) ?? n);
    return [
      ...ofSequences.map(final),
      ...states.map((_, i) => {
        const at = this.#carried.indexOf(i);
        const isCut = this.#length !== steps;
        const end = backwards ? "last" : "first";
        const through =
          at < 0
            ? []
            : isCut
              ? [zerosLike(states[i].initial)]
              : [this.#tools.entryAt(this.#tools.states(scan, at), end)];
        const parts = [...through, ...(this.#ofStates.get(i)?.first ?? [])];
        return parts.length > 0 ? parts.reduce((x, y) => add(x, y)) : undefined;
      }),
      ...invariants.map((_, i) => final(ofInvariants[i])),
      ...(this.#forward.count ? [undefined] : []),
    ];
  }

  // ── Which steps ───────────────────────────────────────────────────────────────────────────────

  /** Steps that the loop back makes: of a known number, only those that the gradient goes through. */
  get #length(): Dim {
    const { steps, truncate } = this.#forward;
    return truncate !== undefined && typeof steps === "number" ? Math.min(truncate, steps) : steps;
  }

  /**
   * Of a number of steps that is not known: which of them the gradient goes back through, and at which of
   * them it goes on to the step before.
   */
  #window(): { within: Node; onwards: Node } | undefined {
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
  #rows(): (x: Node) => Node {
    const { steps, backwards } = this.#forward;
    const length = this.#length;
    const first = typeof steps === "number" && !backwards ? steps - (length as number) : 0;
    return (x) => (length === steps ? x : this.#tools.entries(x, first, length));
  }

  /** Cotangents of a sequence's entries that no step was gone back through are zero. */
  #padded(dx: Node, operand: Node): Node {
    const { steps, backwards, limit } = this.#forward;
    const length = this.#length;
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
  #direct(part: Node, cotangent: Node): Direct {
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

  // ── One step back ─────────────────────────────────────────────────────────────────────────────

  /** Cotangents of everything in the step, from those of its results. */
  #sweep(seed: (at: Node, dy: Node) => void, seeds: Map<Node, Node>): Map<Node, Node> {
    const { states, sequences, invariants } = this.#forward;
    const formals = [...sequences, ...states, ...invariants].map((b) => b.formal);
    const floats = formals.filter((f) => isFloat(f.type.dtype));
    const carry = (i: number): void => {
      const of = [...(this.#ofStates.get(i)?.each ?? []), ...(this.#ofStates.get(i)?.last ?? [])];
      const key = `carry ${i} ${of.map((n) => n.id).join(",")} ${[...this.#ofOutputs.values()].map((n) => n.id).join(",")}`;
      const formal = this.#symbol(key, states[i].result);
      this.#carried.push(i);
      this.#carry.set(i, formal);
      seed(states[i].result, formal);
    };
    for (const i of this.#ofStates.keys()) carry(i);
    // A state matters as soon as a value that matters depends on it.
    for (;;) {
      const derivatives = sweep(seeds, floats, this.#of ? { of: this.#of } : {});
      const more = states.findIndex(
        ({ formal }, i) => !this.#carry.has(i) && derivatives.has(formal),
      );
      if (more < 0) {
        this.#carried.sort((a, b) => a - b);
        return derivatives;
      }
      carry(more);
    }
  }

  #symbol(key: string, { type }: Pick<Node, "type">): Node {
    const known = symbols.get(this.#node) ?? new Map<string, Node>();
    symbols.set(this.#node, known);
    const formal = known.get(key) ?? symbol(type.dtype, type.shape);
    known.set(key, formal);
    return formal;
  }

  /** A sequence of the way back; its symbol. */
  #sequence(key: string, operand: Node, label?: Node): Node {
    const { dtype, shape } = operand.type;
    const formal = this.#symbol(key, { type: { dtype, shape: shape.slice(1) } });
    formal.derivative ??= label?.derivative;
    if (!this.#sequences.some((s) => s.formal === formal))
      this.#sequences.push({ formal, operand });
    return formal;
  }

  /** Makes every value of the forward step that `needed` reads available to the way back. */
  #keep(needed: readonly Node[]): void {
    const { sequences, states, invariants, outputs } = this.#forward;
    const rows = this.#rows();
    const forward = new Set(
      topological([...states.map((s) => s.result), ...outputs]).filter((n) => this.#isOfStep(n)),
    );
    for (const b of [...sequences, ...states, ...invariants]) forward.add(b.formal);
    const results = [...states.map((s) => s.result), ...outputs];
    const reached = new Set<Node>();
    const kept: Node[] = [];
    const visit = (n: Node): void => {
      if (reached.has(n)) return;
      reached.add(n);
      if (!forward.has(n)) n.inputs.forEach(visit);
      else if (results.includes(n) || n.op.leaf || !isCheap(n)) kept.push(n);
      else n.inputs.forEach(visit);
    };
    needed.forEach(visit);
    const isNew = (n: Node): boolean => !results.includes(n) && !n.op.leaf;
    this.#saved = kept.filter(isNew);
    const extended =
      this.#saved.length > 0
        ? this.#tools.make({ ...this.#forward, outputs: [...outputs, ...this.#saved] })
        : this.#node;
    for (const n of kept) {
      const sequence = sequences.find((s) => s.formal === n);
      const invariant = invariants.find((s) => s.formal === n);
      const state = states.findIndex((s) => s.formal === n);
      const result = states.findIndex((s: ScanState) => s.result === n);
      if (invariant) {
        const formal = this.#symbol(`same ${n.id}`, n);
        formal.label ??= n.label;
        this.#invariants.push({ formal, operand: invariant.operand });
        this.#available.set(n, formal);
        continue;
      }
      const all = sequence
        ? sequence.operand
        : state >= 0
          ? this.#tools.before(extended, state)
          : result >= 0
            ? this.#tools.after(extended, result)
            : this.#tools.collected(extended, [...outputs, ...this.#saved].indexOf(n));
      const { steps, limit } = this.#forward;
      const cut = rows(this.#tools.entries(all, 0, steps, limit));
      this.#available.set(n, this.#sequence(`each ${n.id}`, cut));
      this.#stacked.set(n, cut);
    }
    for (const { formal, operand } of this.#sequences) this.#stacked.set(formal, operand);
  }

  /** Whether a node's value may differ from step to step, or is a formal. */
  #isOfStep(n: Node): boolean {
    return n.op.leaf !== true || this.#varying.has(n);
  }

  // ── All steps at once ─────────────────────────────────────────────────────────────────────────

  /** A value of the step that is the same at all steps, outside of the loop. */
  #fixed(n: Node): Node {
    const bound = new Map(this.#forward.invariants.map((c) => [c.formal, c.operand]));
    return substitute([n], bound).roots[0];
  }

  #operand(n: Node): Stacked {
    return this.#varying.has(n)
      ? { node: this.#atAllSteps(n), stacked: true }
      : { node: this.#fixed(n), stacked: false };
  }

  /** The value at each step, along a leading axis. */
  #atAllSteps(n: Node): Node {
    if (!this.#varying.has(n)) {
      const fixed = this.#fixed(n);
      return broadcastTo(fixed, [this.#length, ...fixed.shape]);
    }
    const known = this.#stacked.get(n);
    if (known) return known;
    // A product of the step's values with what stays the same is one product outside of the loop.
    const one = n.inputs.filter((input) => this.#varying.has(input)).length === 1;
    const made =
      n.op.movement || (one && n.op.reduces === "product")
        ? vectoriseNode(
            n,
            n.inputs.map((input) => this.#operand(input)),
          )
        : undefined;
    const value = made ?? this.#emit(n);
    value.derivative ??= n.derivative;
    this.#stacked.set(n, value);
    return value;
  }

  /** A symbol for a value of the way back at all steps. */
  #emit(n: Node): Node {
    const all = symbol(n.type.dtype, [this.#length, ...n.shape]);
    this.#emitted.set(n, all);
    return all;
  }

  /** The sum of a value over all steps, outside of the loop where that can be. */
  #total(n: Node, by: Node): Node {
    if (!this.#varying.has(n)) {
      const fixed = this.#fixed(n);
      const [some] = this.#stacked.values();
      const count = some ? lengthOf(some, 0) : literal(this.#length as number, "int32");
      return mul(fixed, count);
    }
    const known = this.#stacked.get(n);
    if (known) return sum(known, 0);
    const varying = n.inputs.filter((input) => this.#varying.has(input));
    if (n.op.vectoriseSum && (varying.length > 1 || !n.op.multilinear)) {
      const operands = n.inputs.map((input) => this.#operand(input));
      const made = n.op.vectoriseSum(operands, n.attrs, n);
      if (made) return made;
    }
    const isLinear =
      n.op.linear ||
      (n.op.multilinear && varying.length === 1) ||
      (n.op.movement && varying.length === 1 && varying[0] === n.inputs[0]);
    const isTotalled = (input: Node): boolean =>
      isFloat(input.type.dtype) && (n.op.linear === true || this.#varying.has(input));
    if (isLinear && varying.every(isTotalled)) {
      const parts = n.inputs.map((input) =>
        isTotalled(input) ? this.#total(input, by) : this.#fixed(input),
      );
      return makeNode(n.op, parts, n.attrs);
    }
    const total = symbol(n.type.dtype, n.shape);
    this.#sums.push({ value: n, total, by });
    return total;
  }

  // ── The loop ──────────────────────────────────────────────────────────────────────────────────

  /** The scan of the way back. Its states: carried cotangents, then sums. */
  #scan(next: ReadonlyMap<number, Node>): Node {
    this.#count();
    const { backwards } = this.#forward;
    const sumFormals = this.#sums.map(({ value }) => this.#symbol(`sum ${value.id}`, value));
    const values = [
      ...this.#carried.map((i) => next.get(i) as Node),
      ...this.#sums.map(({ value }, n) => add(sumFormals[n], value)),
      ...this.#emitted.keys(),
    ];
    const results = substitute(values, this.#available).roots;
    for (const [n, { by }] of this.#sums.entries())
      if (this.#of) results[this.#carried.length + n].derivative ??= { of: this.#of, by };
    const states: ScanState[] = [
      ...this.#carried.map((i, n) => {
        const last = this.#ofStates.get(i)?.last ?? [];
        const initial =
          last.length > 0
            ? last.reduce((x, y) => add(x, y))
            : zerosLike(this.#forward.states[i].initial);
        return { formal: this.#carry.get(i) as Node, initial, result: results[n] };
      }),
      ...this.#sums.map((_, n) => ({
        formal: sumFormals[n],
        initial: zerosLike(sumFormals[n]),
        result: results[this.#carried.length + n],
      })),
    ];
    return this.#tools.make({
      sequences: this.#sequences,
      states,
      invariants: this.#invariants,
      outputs: results.slice(states.length),
      steps: this.#length,
      backwards: !backwards,
    });
  }

  /**
   * Something has to say how many steps a named size stands for, also where a step reads nothing: what the
   * loop ahead made, if only that tells it.
   */
  #count(): void {
    const { sequences, steps, states } = this.#forward;
    if (typeof this.#length !== "string") return;
    const isMade = this.#node.op.tuple?.makesSize(this.#node) === true;
    const tells = ({ operand }: Bound): boolean =>
      !isMade ||
      sizeMakers([operand]).some(({ inputs: [loop] }) => this.#tools.open(loop).steps === steps);
    if (this.#sequences.some(tells)) return;
    const made = states[0] ? this.#tools.after(this.#node, 0) : undefined;
    const all = isMade ? made : (sequences[0]?.operand ?? made);
    if (!all) return;
    this.#sequence("count", this.#rows()(this.#tools.entries(all, 0, steps)));
    // First of all: a pass that keeps one sequence for its length keeps this one.
    this.#sequences.unshift(this.#sequences.pop() as Bound);
  }

  #replacements(scan: Node): Map<Node, Node> {
    const replaced = new Map<Node, Node>();
    let index = 0;
    for (const all of this.#emitted.values())
      replaced.set(all, this.#tools.collected(scan, index++));
    for (const [n, { total }] of this.#sums.entries()) {
      const states = this.#tools.states(scan, this.#carried.length + n);
      replaced.set(total, this.#tools.entryAt(states, this.#forward.backwards ? "last" : "first"));
    }
    return replaced;
  }
}

/** A cotangent of all steps, zero at the steps outside of a window. */
function zeroOutside(window: Node, dy: Node): Node {
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

/** Cheap to compute again in the way back. */
function isCheap(n: Node): boolean {
  if (n.op.reduces || n.op.part || bodyOf(n)) return false;
  return (n.op.cost ?? 1) <= recomputeLimit;
}
