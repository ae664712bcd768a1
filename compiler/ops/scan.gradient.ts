/**
 * Backpropagation through time: the gradient of a scan is a scan in the other direction. Its states
 * are the cotangents of the states; what the forward loop computed is kept where computing it again
 * would cost more; cotangents of what stays the same are summed in one product over all steps.
 */

import { sweep } from "../gradient/sweep.ts";
import { bodyOf, type Node, sizeMakers, topological } from "../graph/node.ts";
import { substitute } from "../graph/substitute.ts";
import { isFloat, roughVolume } from "../graph/types.ts";
import { add } from "./arithmetic.ts";
import { onOneSide } from "./choice.ts";
import { where } from "./comparison.ts";
import { zerosLike } from "./creation.ts";
import { literal, symbol } from "./leaf.ts";
import { AllSteps } from "./scan.all-steps.ts";
import { type Direct, StepsBack, zeroOutside } from "./scan.steps.ts";
import { type ScanTools, shapedLike } from "./scan.tools.ts";
import type { Bound, Scan, ScanState } from "./scan.ts";
import { dependents } from "./vectorise.ts";

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
  /** What is differentiated, for names. */
  readonly #of: Node | undefined;
  readonly #steps: StepsBack;
  readonly #all: AllSteps;
  #saved: Node[] = [];

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
    this.#steps = new StepsBack(tools, node, this.#forward);
    this.#all = new AllSteps(this.#forward, this.#steps.length);
    const count = this.#forward.states.length;
    this.#of = [...cotangents.values()].find((dy) => dy.derivative)?.derivative?.of;
    for (const [part, dy] of cotangents) {
      const index = part.attrs.index as number;
      if (index < count) this.#ofStates.set(index, this.#steps.direct(part, dy));
      else this.#ofOutputs.set(index - count, dy);
    }
  }

  /** Cotangents of the scan's operands, in order. */
  operands(): (Node | undefined)[] {
    const { sequences, states, outputs, invariants, steps, backwards } = this.#forward;
    const rows = this.#steps.rows();
    const seeds = new Map<Node, Node>();
    const seed = (at: Node, dy: Node): void => {
      const before = seeds.get(at);
      seeds.set(at, before ? add(before, dy) : dy);
    };
    const window = this.#steps.window();
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
    this.#all.varying = dependents(
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
      return dx && this.#steps.padded(this.#all.atAllSteps(dx), s.operand);
    });
    // The largest first: what their products keep of all steps, others can add up.
    const ofInvariants: (Node | undefined)[] = [];
    const bySize = invariants.map((c, i) => ({
      dc: outer(c),
      i,
      size: roughVolume(c.formal.shape),
    }));
    for (const { dc, i } of bySize.sort((a, b) => b.size - a.size))
      ofInvariants[i] = dc && this.#all.total(dc, invariants[i].operand);
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
        const isCut = this.#steps.length !== steps;
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
      const found = sweep(seeds, floats);
      const more = states.findIndex(({ formal }, i) => !this.#carry.has(i) && found.has(formal));
      // Only now are they derivatives: before, parts were missing.
      if (more < 0) {
        this.#carried.sort((a, b) => a - b);
        return this.#of ? sweep(seeds, floats, { of: this.#of }) : found;
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
    const rows = this.#steps.rows();
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
      this.#all.stacked.set(n, cut);
    }
    for (const { formal, operand } of this.#sequences) this.#all.stacked.set(formal, operand);
  }

  /** Whether a node's value may differ from step to step, or is a formal. */
  #isOfStep(n: Node): boolean {
    return n.op.leaf !== true || this.#all.varying.has(n);
  }

  // ── The loop ──────────────────────────────────────────────────────────────────────────────────

  /** The scan of the way back. Its states: carried cotangents, then sums. */
  #scan(next: ReadonlyMap<number, Node>): Node {
    this.#count();
    const { backwards } = this.#forward;
    const sumFormals = this.#all.sums.map(({ value }) => this.#symbol(`sum ${value.id}`, value));
    const values = [
      ...this.#carried.map((i) => next.get(i) as Node),
      ...this.#all.sums.map(({ value }, n) => add(sumFormals[n], value)),
      ...this.#all.emitted.keys(),
    ];
    const results = substitute(values, this.#available).roots;
    for (const [n, { by }] of this.#all.sums.entries())
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
      ...this.#all.sums.map((_, n) => ({
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
      steps: this.#steps.length,
      backwards: !backwards,
    });
  }

  /**
   * Something has to say how many steps a named size stands for, also where a step reads nothing: what the
   * loop ahead made, if only that tells it.
   */
  #count(): void {
    const { sequences, steps, states } = this.#forward;
    if (typeof this.#steps.length !== "string") return;
    const isMade = this.#node.op.tuple?.makesSize(this.#node) === true;
    const tells = ({ operand }: Bound): boolean =>
      !isMade ||
      sizeMakers([operand], shapedLike).some(
        ({ inputs: [loop] }) => this.#tools.open(loop).steps === steps,
      );
    if (this.#sequences.some(tells)) return;
    const made = states[0] ? this.#tools.after(this.#node, 0) : undefined;
    const all = isMade ? made : (sequences[0]?.operand ?? made);
    if (!all) return;
    this.#sequence("count", this.#steps.rows()(this.#tools.entries(all, 0, steps)));
    // First of all: a pass that keeps one sequence for its length keeps this one.
    this.#sequences.unshift(this.#sequences.pop() as Bound);
  }

  #replacements(scan: Node): Map<Node, Node> {
    const replaced = new Map<Node, Node>();
    let index = 0;
    for (const all of this.#all.emitted.values())
      replaced.set(all, this.#tools.collected(scan, index++));
    for (const [n, { total }] of this.#all.sums.entries()) {
      const states = this.#tools.states(scan, this.#carried.length + n);
      replaced.set(total, this.#tools.entryAt(states, this.#forward.backwards ? "last" : "first"));
    }
    return replaced;
  }
}

/** Cheap to compute again in the way back. */
function isCheap(n: Node): boolean {
  if (n.op.reduces || n.op.part || bodyOf(n)) return false;
  return (n.op.cost ?? 1) <= recomputeLimit;
}
