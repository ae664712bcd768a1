/** Register tiles in C: the sums of a few rows and vectors of columns, written out. */

import type { Writer } from "../writer.ts";

export interface TileKind {
  /** 0 for sums of columns, without a left operand. */
  readonly rows: number;
  readonly vectors: number;
  /** Where its rows begin: evenly spaced, or at offsets of their own. */
  readonly spacing: "even" | "free";
  /** Whether the steps are two loops for the left operand. */
  readonly levels: 1 | 2;
}

/** `tile_6x2`, `tile_6x2_free_nested`, `column_sums_4` */
export function tileName({ rows, vectors, spacing, levels }: TileKind): string {
  if (rows === 0) return `column_sums_${vectors}`;
  const suffix = `${spacing === "free" ? "_free" : ""}${levels === 2 ? "_nested" : ""}`;
  return `tile_${rows}x${vectors}${suffix}`;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Writes the function of a tile. */
export function writeTile(out: Writer, kind: TileKind): void {
  const { rows, vectors, spacing, levels } = kind;
  const sums = rows === 0 ? [0] : range(rows);
  const about =
    rows === 0
      ? `sums[c] += Σ_steps right[step, c] for ${vectors}·LANES columns.`
      : `sums[r, c] += Σ_steps left[r, step]·right[step, c] for ${rows} rows and ${vectors}·LANES columns, kept in registers.`;
  out.doc([about, "`more` is false for the first steps: the sums then start from 0."]);
  const left =
    rows === 0
      ? []
      : [
          "const float *left",
          spacing === "even" ? "long left_row" : "const long *left_rows",
          ...(levels === 2 ? ["int outer_steps", "long left_outer_step"] : []),
        ];
  const parameters = [
    ...left,
    "int steps",
    ...(rows === 0 ? [] : ["long left_step"]),
    "const float *right",
    "long right_step",
    "float *sums",
    "bool more",
  ];
  out.line("static always_inline void");
  out.list(`${tileName(kind)}(`, parameters, ") {", "", "");
  out.indent(() => {
    for (const r of sums) {
      for (const c of range(vectors)) {
        const at = `sums + ${r * vectors + c || 0} * LANES`;
        out.line(`f32v sum_${r}_${c} = more ? f32v_load(${at}) : f32v_splat(0);`);
      }
    }
    if (rows > 0 && spacing === "free")
      for (const r of sums) out.line(`const float *left_${r} = left + left_rows[${r}];`);
    const inner = (step: string): void => {
      for (const c of range(vectors))
        out.line(`const f32v right_${c} = f32v_load(right + ${c} * LANES);`);
      for (const r of sums) {
        if (rows > 0) {
          const at = spacing === "even" ? `left[${step} + ${r} * left_row]` : `left_${r}[${step}]`;
          out.line(`const f32v x_${r} = f32v_splat(${at});`);
        }
        for (const c of range(vectors))
          out.line(`sum_${r}_${c} += ${rows > 0 ? `x_${r} * ` : ""}right_${c};`);
      }
      out.line("right += right_step;");
    };
    const steps = (from: string): void => {
      out.block("for (int step = 0; step < steps; step++) {", () =>
        inner(`${from}step * left_step`),
      );
    };
    if (levels === 2 && rows > 0)
      out.block("for (int outer = 0; outer < outer_steps; outer++) {", () =>
        steps("outer * left_outer_step + "),
      );
    else steps("");
    for (const r of sums)
      for (const c of range(vectors))
        out.line(`f32v_store(sums + ${r * vectors + c} * LANES, sum_${r}_${c});`);
  });
  out.line("}");
  out.line();
}
