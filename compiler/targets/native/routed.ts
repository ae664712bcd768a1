/** Sparse sums in C: lists of what is not 0, and the terms of a list in registers. */

import type { Node } from "../../graph/node.ts";
import { roughVolume } from "../../graph/types.ts";
import { extentOf, volumeOf } from "../../kernels/contraction/axes.ts";
import { choiceOf, stepsOf } from "../../kernels/contraction/lists.ts";
import type { Routed } from "../../kernels/contraction/routed.ts";
import {
  type Axis,
  axisIndex,
  constant,
  extent,
  indexAdd,
  indexMul,
  type Scalar,
  walk,
} from "../../kernels/scalar.ts";
import type { Writer } from "../writer.ts";
import { pieces } from "./contraction/units.ts";
import { expression, type Names, offset } from "./expression.ts";
import { dimInC } from "./names.ts";

/** Rows are shared by this many units, or by more if their sums would not fit the stack. */
const rowUnits = 8;
const mostSums = 1 << 16;

/** Sums of short runs side by side, at most. */
const mostRuns = 6;
/** Runs that are not longer are short: a vector or two. */
const shortRun = 16;

/** The terms of a list: so many runs of so many columns. */
export interface ListKind {
  readonly runs: number;
  readonly run: number;
}

/** `list_sums_100`: a run of 100 columns; `list_sums_5x28`: five of 28. */
export const listName = ({ runs, run }: ListKind): string =>
  `list_sums_${runs === 1 ? "" : `${runs}x`}${run}`;

/** How many runs the terms of a list fill at a time. */
export function listOf({ runs, run }: Routed): ListKind {
  const [only, ...more] = runs;
  const extent = only && more.length === 0 ? (only.axis.extent as number) : 1;
  return { runs: run <= shortRun && extent <= mostRuns ? extent : 1, run };
}

/** Writes the function that adds up the terms of a list. */
export function writeList(out: Writer, kind: ListKind): void {
  const { runs, run } = kind;
  out.doc([
    runs === 1
      ? `sums[c] += Σ_t values[t]·right[at[t] + c] for a run of ${run} columns, kept in registers.`
      : `sums[r, c] += Σ_t values[t]·right[at[t] + r·gap + c] for ${runs} runs of ${run} columns, kept in registers.`,
    "`more` is false for the first terms: the sums then start from 0. Vectors read past the last column: there is room.",
  ]);
  const parameters = [
    "const float *values",
    "const int *at",
    "int count",
    "const float *right",
    ...(runs === 1 ? [] : ["long gap"]),
    "float *sums",
    "bool more",
  ];
  const eachVector = (line: string): void => {
    out.line("#pragma GCC unroll 64");
    out.line(`for (int v = 0; v < ${vectors}; v++) ${line}`);
  };
  const vectors = runs === 1 ? "vectors" : `${runs} * vectors`;
  const from = runs === 1 ? "v * LANES" : "v / vectors * gap + v % vectors * LANES";
  out.line("static always_inline void");
  out.list(`${listName(kind)}(`, parameters, ") {", "", "");
  out.indent(() => {
    out.line(`enum { vectors = WHOLE(${run}) / LANES };`);
    out.line(`f32v sum[${vectors}];`);
    eachVector("sum[v] = more ? f32v_load(sums + v * LANES) : f32v_splat(0);");
    out.block("for (int t = 0; t < count; t++) {", () => {
      out.line("const f32v value = f32v_splat(values[t]);");
      out.line("const float *right_at = right + at[t];");
      eachVector(`sum[v] += value * f32v_load(right_at + ${from});`);
    });
    eachVector("f32v_store(sums + v * LANES, sum[v]);");
  });
  out.line("}").line();
}

/** Writes the function of a sparse sum. */
export class RoutedWriter {
  readonly #out: Writer;
  readonly #routed: Routed;
  readonly #into: Node;
  readonly #names: Names;
  readonly #free: (name: string) => string;
  readonly #kind: ListKind;

  /** @param free a name that nothing else in the function has */
  constructor(
    out: Writer,
    into: Node,
    routed: Routed,
    names: Names,
    free: (name: string) => string,
  ) {
    this.#out = out;
    this.#into = into;
    this.#routed = routed;
    this.#names = names;
    this.#free = free;
    this.#kind = listOf(routed);
  }

  /** The memory that the function touches. */
  get nodes(): Node[] {
    const { value, dense } = this.#routed;
    const loads = walk(value).flatMap((s) => (s.kind === "load" ? [s.node] : []));
    return [...new Set([dense.node, ...loads, this.#into])];
  }

  /** The number of units, as an expression. */
  static units(routed: Routed): string {
    const axes = routed.outer.map((axis) => dimInC(axis.extent, true));
    const rows = extentOf(routed.rows) as number;
    if (!routed.isSpread) axes.push(pieces(rows, rowsOf(routed)));
    return axes.join(" * ") || "1";
  }

  /** The loop over units `from` to `to`. */
  write(): void {
    const { outer, isSpread } = this.#routed;
    const unit = this.#free("unit");
    this.#out.block(`for (int ${unit} = from; ${unit} < to; ${unit}++) {`, () => {
      if (isSpread) {
        this.#declare(outer, unit);
        this.#spread();
        return;
      }
      const [row] = this.#routed.rows;
      const i = this.#names.letter(row);
      const extent = row.extent as number;
      const size = rowsOf(this.#routed);
      const cuts = pieces(extent, size);
      if (outer.length > 0) this.#declare(outer, `${unit} / ${cuts}`);
      const cut = outer.length > 0 ? `${unit} % ${cuts}` : unit;
      this.#out.line(`const int ${i}_from = ${cut} * ${size};`);
      this.#out.line(`const int ${i}_to = least(${extent}, ${i}_from + ${size});`);
      this.#gather(i, size);
    });
  }

  /** Rows of the result, each from the lists of all blocks. */
  #gather(i: string, size: number): void {
    const out = this.#out;
    const { blocks, run, runs, start } = this.#routed;
    const [sums, more] = [this.#free("sums"), this.#free("more")];
    const count = volumeOf(runs.map((r) => r.axis));
    out.line(`_Alignas(64) float ${sums}[${size}][${count}][WHOLE(${run})];`);
    if (blocks.length > 0) out.line(`bool ${more} = false;`);
    this.#loops(blocks, () => {
      out.block(`for (int ${i} = ${i}_from; ${i} < ${i}_to; ${i}++) {`, () => {
        const [values, at, number] = ["values", "at", "count"].map(this.#free);
        out.line(`float ${values}[${volumeOf(this.#routed.steps)}];`);
        out.line(`int ${at}[${volumeOf(this.#routed.steps)}];`);
        this.#list(values, at, number);
        this.#eachRun((index) =>
          this.#add(
            values,
            at,
            number,
            `${sums}[${i} - ${i}_from][${index}]`,
            blocks.length > 0 ? more : "false",
          ),
        );
      });
      if (blocks.length > 0) out.line(`${more} = true;`);
    });
    // There may be no blocks of a named size.
    if (!blocks.every((axis) => typeof axis.extent === "number"))
      out.line(`if (!${more}) memset(${sums}, 0, sizeof ${sums});`);
    out.block(`for (int ${i} = ${i}_from; ${i} < ${i}_to; ${i}++) {`, () =>
      this.#loops(
        runs.map((r) => r.axis),
        () => {
          const c = this.#free("c");
          const to = runs.reduce(
            (sum, r) => indexAdd(sum, indexMul(axisIndex(r.axis), constant(r.result, "int32"))),
            start,
          );
          const into = this.#names.nameOf(this.#into);
          out.line(
            `for (int ${c} = 0; ${c} < ${run}; ${c}++) ${into}[${this.#offset(to, this.#into)} + ${c}] = ${sums}[${i} - ${i}_from][${this.#runIndex()}][${c}];`,
          );
        },
      ),
    );
  }

  /** Results of one place of the outer axes, which the rows' terms are added to. */
  #spread(): void {
    const out = this.#out;
    const { rows, steps, run, runs, start, outer } = this.#routed;
    const [values, at, counts, number, row, c, sums, k] = [
      "values",
      "at",
      "counts",
      "count",
      "row",
      "c",
      "sums",
      "element",
    ].map(this.#free);
    const into = this.#names.nameOf(this.#into);
    const [rowCount, stepCount] = [rows, steps].map(volumeOf);
    out.line(`float ${values}[${rowCount}][${stepCount}];`);
    out.line(`int ${at}[${rowCount}][${stepCount}];`);
    out.line(`int ${counts}[${rowCount}];`);
    let isDeclared = false;
    const each = (body: () => void): void => {
      out.line(`${isDeclared ? "" : "int "}${row} = 0;`);
      isDeclared = true;
      this.#loops(rows, () => {
        body();
        out.line(`${row}++;`);
      });
    };
    each(() => {
      this.#list(`${values}[${row}]`, `${at}[${row}]`, number);
      out.line(`${counts}[${row}] = ${number};`);
    });
    const size = roughVolume(this.#into.shape.slice(outer.length));
    const first = outer.reduce<Scalar>(
      (sum, axis) => indexAdd(indexMul(sum, extent(axis.extent)), axisIndex(axis)),
      constant(0, "int32"),
    );
    const begin = this.#offset(indexMul(first, constant(size, "int32")), this.#into);
    const place = (from: string): string => (begin === "0" ? from : `${begin} + ${from}`);
    out.line(`for (int ${k} = 0; ${k} < ${size}; ${k}++) ${into}[${place(k)}] = 0.0f;`);
    this.#eachRun(() => {
      each(() => {
        const count = this.#kind.runs;
        const each = count === 1 ? "" : `[${count}]`;
        out.line(`_Alignas(64) float ${sums}${each}[WHOLE(${run})];`);
        const begin = count === 1 ? sums : `${sums}[0]`;
        this.#add(`${values}[${row}]`, `${at}[${row}]`, `${counts}[${row}]`, begin, "false");
        const to = runs.reduce(
          (sum, r) =>
            count > 1
              ? sum
              : indexAdd(sum, indexMul(axisIndex(r.axis), constant(r.result, "int32"))),
          start,
        );
        const add = (of: string, gap: string): void => {
          out.line(
            `for (int ${c} = 0; ${c} < ${run}; ${c}++) ${into}[${this.#offset(to, this.#into)}${gap} + ${c}] += ${sums}${of}[${c}];`,
          );
        };
        if (count === 1) add("", "");
        else {
          const n = this.#free("n");
          out.block(`for (int ${n} = 0; ${n} < ${count}; ${n}++) {`, () =>
            add(`[${n}]`, ` + ${n} * ${runs[0].result}`),
          );
        }
      });
    });
  }

  /** Lists the steps at which the value of a row is not 0: what it is, and where the other operand lies. */
  #list(values: string, at: string, count: string): void {
    const out = this.#out;
    const steps = stepsOf(this.#routed);
    const text = (s: Scalar): string => expression(s, this.#names).text;
    const [condition, element] = choiceOf(steps.value);
    const value = this.#free("value");
    out.line(`int ${count} = 0;`);
    this.#loops(steps.axes, () => {
      // Listed or not, it is written: a branch would be guessed wrong again and again.
      if (!condition) out.line(`const float ${value} = ${text(element)};`);
      out.line(`${values}[${count}] = ${condition ? text(element) : value};`);
      out.line(`${at}[${count}] = ${this.#offset(steps.at, this.#routed.dense.node)};`);
      out.line(`${count} += ${condition ? text(condition) : `${value} != 0.0f`};`);
    });
  }

  /** The loops over runs that are summed one by one. */
  #eachRun(body: (index: string) => void): void {
    if (this.#kind.runs > 1) {
      body("0");
      return;
    }
    this.#loops(
      this.#routed.runs.map((r) => r.axis),
      () => body(this.#runIndex()),
    );
  }

  /** The number of a run among all. */
  #runIndex(): string {
    const index = this.#routed.runs.reduce<Scalar>(
      (sum, { axis }) => indexAdd(indexMul(sum, extent(axis.extent)), axisIndex(axis)),
      constant(0, "int32"),
    );
    return expression(index, this.#names).text;
  }

  #add(values: string, at: string, count: string, sums: string, more: string): void {
    const { dense, runs } = this.#routed;
    const [gap] = this.#kind.runs > 1 ? runs : [];
    const base = gap
      ? dense.base
      : runs.reduce(
          (sum, r) => indexAdd(sum, indexMul(axisIndex(r.axis), constant(r.dense, "int32"))),
          dense.base,
        );
    const text = this.#offset(base, dense.node);
    const name = this.#names.nameOf(dense.node);
    const right = text === "0" ? name : `${name} + ${text}`;
    const args = [values, at, count, right, ...(gap ? [String(gap.dense)] : []), sums, more];
    this.#out.list(`${listName(this.#kind)}(`, args, ");", "", "");
  }

  #offset(s: Scalar, node: Node): string {
    return offset(s, this.#names, node).text;
  }

  #loops(axes: readonly Axis[], body: () => void): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      body();
      return;
    }
    const i = this.#names.letter(axis);
    this.#out.block(`for (int ${i} = 0; ${i} < ${dimInC(axis.extent)}; ${i}++) {`, () =>
      this.#loops(rest, body),
    );
  }

  /** Declares axes from the number that counts them all. */
  #declare(axes: readonly Axis[], count: string): void {
    let rest = count;
    for (const [n, axis] of axes.entries()) {
      const behind = axes.slice(n + 1).map((a) => dimInC(a.extent, true));
      const by = behind.length > 1 ? `(${behind.join(" * ")})` : behind.join("");
      this.#out.line(`const int ${this.#names.letter(axis)} = ${by ? `${rest} / ${by}` : rest};`);
      rest = by ? `${rest} % ${by}` : rest;
    }
  }
}

/** Rows of a unit. */
function rowsOf({ rows, runs, run }: Routed): number {
  const perRow = volumeOf(runs.map((r) => r.axis)) * run;
  const shared = Math.ceil((extentOf(rows) as number) / rowUnits);
  return Math.max(1, Math.min(shared, Math.floor(mostSums / perRow)));
}
