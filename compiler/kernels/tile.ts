/**
 * The schedule of products: a tile of the result is accumulated in registers, so each element that is
 * loaded is used several times. The generator writes the tile out, for no engine unrolls it by itself.
 */

import type { Dim } from "../graph/types.ts";
import type { PathStage, Step } from "./nest.ts";
import { usesAxis } from "./nest.ts";
import type { NestBuilder } from "./nest-builder.ts";
import {
  addedTo,
  axisIndex,
  constant,
  indexAdd,
  indexSub,
  operandsOf,
  rewrite,
  type Scalar,
  walk,
} from "./scalar.ts";

type Reduce = Extract<Scalar, { kind: "reduce" }>;
type Local = Extract<Scalar, { kind: "local" }>;
type Element = Extract<Scalar, { kind: "element" }>;

/** Accumulators that fit the registers of common machines beside the operands. */
const mostAccumulators = 12;

const divisors = (dim: Dim): number[] =>
  typeof dim === "number" ? [1, 2, 3, 4, 5, 6].filter((n) => dim % n === 0) : [1];

/** The tile with the most uses per load, of sizes that divide the extents: there are no edges to mend. */
function chooseTile(rows: Dim, columns: Dim): { rows: number; columns: number } {
  let best = { rows: 1, columns: 1 };
  let most = 0;
  for (const r of divisors(rows)) {
    for (const c of divisors(columns)) {
      const uses = (r * c) / (r + c);
      if (r * c <= mostAccumulators && uses > most) {
        best = { rows: r, columns: c };
        most = uses;
      }
    }
  }
  return best;
}

/** Writes the loops of one product. */
export function tileProduct(nest: NestBuilder, stage: PathStage): void {
  const reduce = stage.reduce as Reduce;
  const spatial = stage.path.filter((step) => step.dim !== undefined);
  const inner = stage.path.filter((step) => step.dim === undefined);
  const [rows, columns] = tiledAxes(spatial, reduce);
  const tile = chooseTile(rows.axis.extent, columns.axis.extent);
  const stepOf = (step: Step): number =>
    step === rows ? tile.rows : step === columns ? tile.columns : 1;
  const cells = Array.from({ length: tile.rows * tile.columns }, (_, n) => ({
    row: Math.floor(n / tile.columns),
    column: n % tile.columns,
  }));
  const suffix = (parts: readonly [Step, number, number][]): string =>
    parts
      .filter(([, , size]) => size > 1)
      .map(([step, at]) => `_${nest.letter(step.axis)}${at}`)
      .join("");
  const moved = (s: Scalar, row: number, column: number): Scalar =>
    rewrite(s, (part) => {
      if (part.kind !== "axis") return undefined;
      const by = part.axis === rows.axis ? row : part.axis === columns.axis ? column : 0;
      return by === 0 ? undefined : indexAdd(part, constant(by, "int32"));
    });

  // A constant of the model is written once, however many cells the tile has.
  const factors = new Map<Scalar, Scalar>();
  for (const s of walk(stage.body)) {
    if (
      cells.length === 1 ||
      s.kind !== "const" ||
      !s.dtype.startsWith("float") ||
      Number.isInteger(s.value)
    )
      continue;
    const held = nest.newLocal(`${scaledBy(s, stage, nest)}_factor`, s.dtype);
    nest.block.push({ kind: "let", local: held, value: s });
    factors.set(s, held);
  }

  const body = (): void => {
    const sums = cells.map(({ row, column }) => {
      const name = `sum${suffix([
        [rows, row, tile.rows],
        [columns, column, tile.columns],
      ])}`;
      const sum = nest.newLocal(name, reduce.dtype);
      nest.block.push({ kind: "declare", local: sum, fn: "add" });
      return sum;
    });
    const outside = nest.block;
    loops(
      nest,
      inner,
      () => 1,
      () => accumulate(outside, sums),
    );
    for (const [n, { row, column }] of cells.entries()) {
      const result = moved(
        rewrite(stage.body, (s) => (s === reduce ? sums[n] : factors.get(s))),
        row,
        column,
      );
      const index = stage.axes.map((axis) =>
        axis.extent === 1 ? constant(0, "int32") : moved(axisIndex(axis), row, column),
      );
      nest.put(stage, nest.value(result, stage), index);
    }
  };

  const accumulate = (outside: NestBuilder["block"], sums: readonly Local[]): void => {
    const values = cells.map(({ row, column }) =>
      nest.value(moved(reduce.body, row, column), stage),
    );
    const uses = new Map<Scalar, number>();
    for (const value of values)
      for (const s of walk(value))
        for (const o of operandsOf(s)) uses.set(o, (uses.get(o) ?? 0) + 1);
    const held = new Map<Scalar, Scalar>();
    const bases = new Map<Scalar, Scalar>();
    // An element is called after the cell of the tile that needs it first: x_i1, W_j3.
    const first = new Map<Element, (typeof cells)[number]>();
    for (const [n, value] of values.entries()) {
      for (const s of walk(value))
        if (s.kind === "element" && !first.has(s)) first.set(s, cells[n]);
    }
    for (const [s, cell] of first) {
      const name = `${nest.nameOf(s.node)}${suffix([
        [rows, cell.row, usesAxis(s, rows.axis) ? tile.rows : 1],
        [columns, cell.column, usesAxis(s, columns.axis) ? tile.columns : 1],
      ])}`;
      const based = withBase(s, outside, bases);
      const load = rewrite(s, (part) => (part === s.offset ? based : undefined));
      if ((uses.get(s) ?? 0) < 2) {
        held.set(s, load);
        continue;
      }
      // In a tile of one row it is called after the step of the reduction: images_k.
      const isPlain = name === nest.nameOf(s.node);
      const at = isPlain ? inner.map((step) => `_${nest.letter(step.axis)}`).join("") : "";
      const variable = nest.newLocal(`${name}${at}`, s.dtype);
      nest.block.push({ kind: "let", local: variable, value: load });
      held.set(s, variable);
    }
    for (const [n, value] of values.entries()) {
      nest.block.push({
        kind: "accumulate",
        local: sums[n],
        fn: "add",
        value: rewrite(value, (s) => held.get(s)),
      });
    }
  };

  /**
   * The offset with what the reduction loops do not change worked out in front of them: where the first
   * element lies. Others are a number of places from there.
   */
  const withBase = (
    { node, offset }: Element,
    outside: NestBuilder["block"],
    bases: Map<Scalar, Scalar>,
  ): Scalar => {
    const steps = inner.map((step) => axisIndex(step.axis));
    const first = rewrite(offset, (s) => (steps.includes(s) ? constant(0, "int32") : undefined));
    const start = indexSub(first, constant(addedTo(first), "int32"));
    if (!walk(start).some((s) => s.kind === "call" && s.fn === "mul")) return offset;
    const base = bases.get(start) ?? nest.newLocal(`${nest.nameOf(node)}_start`, "int32");
    if (!bases.has(start)) {
      bases.set(start, base);
      outside.push({ kind: "let", local: base as Local, value: start });
    }
    return indexAdd(indexSub(offset, start), base);
  };

  loops(nest, spatial, stepOf, body);
}

function loops(
  nest: NestBuilder,
  steps: readonly Step[],
  stepOf: (step: Step) => number,
  body: () => void,
): void {
  const [first, ...rest] = steps;
  if (!first) body();
  else nest.loop(first.axis, stepOf(first), () => loops(nest, rest, stepOf, body));
}

/**
 * The two spatial axes to tile: an operand that lacks the one has the other, so that rows meet columns.
 * Of several the pair whose tile has the most uses, the innermost one of equals.
 */
function tiledAxes(spatial: readonly Step[], reduce: Reduce): readonly [Step, Step] {
  const loads = walk(reduce.body).filter((s) => s.kind === "load");
  const lacking = new Map(
    spatial.map((step) => [
      step,
      loads.filter((load) => !load.index.some((i) => usesAxis(i, step.axis))),
    ]),
  );
  const differ = (a: Step, b: Step): boolean =>
    lacking.get(a)?.some((load) => !lacking.get(b)?.includes(load)) === true;
  let [best, most] = [spatial.slice(-2), 0];
  for (const [n, column] of [...spatial.entries()].reverse()) {
    for (const row of spatial.slice(0, n).reverse()) {
      if (!differ(row, column) || !differ(column, row)) continue;
      const { rows, columns } = chooseTile(row.axis.extent, column.axis.extent);
      const uses = (rows * columns) / (rows + columns);
      if (uses > most) [best, most] = [[row, column], uses];
    }
  }
  return [best[0], best[1]];
}

/** What a constant multiplies, by its name; the result where that has none. */
function scaledBy(constant_: Scalar, stage: PathStage, nest: NestBuilder): string {
  const user = walk(stage.body).find(
    (s) => s.kind === "call" && s.fn === "mul" && s.args.includes(constant_),
  );
  const other = user?.kind === "call" ? user.args.find((s) => s !== constant_) : undefined;
  const node = other?.kind === "load" ? other.node : other && nest.program.lowerer.nodeOf(other);
  return nest.nameOf(node && nest.program.names.has(node) ? node : stage.into);
}
