/** Register tiles in C: the sums of a few rows and vectors of columns, written out. */

import { extentOf } from "../../kernels/contraction/axes.ts";
import type { Contraction } from "../../kernels/contraction/contraction.ts";
import { strideOf } from "../../kernels/contraction/operand.ts";
import { isTall, longVectors } from "../../kernels/contraction/tile.ts";
import type { Writer } from "../writer.ts";

export interface TileKind {
  /** 0 for sums of columns, without a left operand. */
  readonly rows: number;
  readonly vectors: number;
  /** Where its rows begin: evenly spaced, or at offsets of their own. */
  readonly spacing: "even" | "free";
  /** Loops over the steps, one in another. */
  readonly levels: number;
  /** Whether sums may go on from earlier steps. */
  readonly goesOn: boolean;
}

/** The tile function that a contraction calls. */
export function tileOf(c: Contraction): TileKind {
  const { rows, vectors } = c.tile;
  const levels = c.levels.length;
  const goesOn = c.blocks.length > 0;
  if (!c.a) return { rows: 0, vectors, spacing: "even", levels, goesOn };
  const extent = extentOf(c.rows);
  // The last tile begins early where it would not be full; where sums go on, rows would be added twice.
  const isEven =
    strideOf(c.rows, c.a.place?.along) !== undefined &&
    typeof extent === "number" &&
    (goesOn ? extent % rows === 0 : extent >= rows);
  return { rows, vectors, spacing: isEven ? "even" : "free", levels, goesOn };
}

/** `tile_6x2`, `tile_6x2_free_nested`, `column_sums_4`, `tile_6x2_more`: rows × vectors, and what it can besides. */
export function tileName({ rows, vectors, spacing, levels, goesOn }: TileKind): string {
  const nested = `${levels > 1 ? `_nested${levels > 2 ? levels : ""}` : ""}${goesOn ? "_more" : ""}`;
  if (rows === 0) return `column_sums_${vectors}${nested}`;
  return `tile_${rows}x${vectors}${spacing === "free" ? "_free" : ""}${nested}`;
}

/** The tile that is one half of a tall one, for processors with 16 registers. */
export const halfOf = (kind: TileKind): TileKind | undefined =>
  isTall(kind) ? { ...kind, rows: kind.rows / 2 } : undefined;

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Names of what belongs to a loop over steps; the innermost has plain ones. */
const levelNames = (levels: number): string[] =>
  range(levels).map((level) => (level === levels - 1 ? "" : `_${levels - 1 - level}`));

/** Writes the function of a tile. */
export function writeTile(out: Writer, kind: TileKind): void {
  const { rows, vectors, spacing, levels, goesOn } = kind;
  const sums = rows === 0 ? [0] : range(rows);
  const about =
    rows === 0
      ? `sums[c] = Σ_steps right[step, c] for ${vectors}·LANES columns.`
      : `sums[r, c] = Σ_steps left[r, step]·right[step, c] for ${rows} rows and ${vectors}·LANES columns, kept in registers.`;
  const nested = levels > 1 ? ["Steps are counted by loops in loops, the outermost first."] : [];
  const offsets =
    rows > 0 && spacing === "free"
      ? ["Row r of the left operand begins at left + left_rows[r]: rows need not be evenly spaced."]
      : [];
  out.doc([
    about,
    ...offsets,
    ...nested,
    ...(goesOn ? ["With `more`, sums go on from what they are."] : []),
  ]);
  const suffixes = levelNames(levels);
  const half = halfOf(kind);
  const parameters = [
    ...(rows === 0
      ? []
      : ["const float *left", spacing === "even" ? "long left_row" : "const long *left_rows"]),
    "const float *right",
    ...suffixes.flatMap((s) => [
      `int steps${s}`,
      ...(rows === 0 ? [] : [`long left_step${s}`]),
      `long right_step${s}`,
    ]),
    "float *sums",
    ...(goesOn ? ["bool more"] : []),
  ];
  out.line("static always_inline void");
  out.list(`${tileName(kind)}(`, parameters, ") {", "", "");
  out.indent(() => {
    if (half) {
      out.line(`#if LANES < ${longVectors}`);
      writeHalves(out, half, parameters);
      out.line("#else");
    }
    for (const r of sums) {
      for (const c of range(vectors)) {
        const at = `sums + ${r * vectors + c} * LANES`;
        const start = goesOn ? `more ? f32v_load(${at}) : f32v_splat(0)` : "f32v_splat(0)";
        out.line(`f32v sum_${r}_${c} = ${start};`);
      }
    }
    if (rows > 0 && spacing === "free")
      for (const r of sums) out.line(`const float *left_${r} = left + left_rows[${r}];`);
    const at = (side: "left" | "right"): string =>
      suffixes.map((s) => `step${s} * ${side}_step${s}`).join(" + ");
    const loops = ([suffix, ...rest]: readonly string[]): void => {
      out.block(
        `for (int step${suffix} = 0; step${suffix} < steps${suffix}; step${suffix}++) {`,
        () => {
          if (rest.length > 0) loops(rest);
          else multiply();
        },
      );
    };
    const multiply = (): void => {
      out.line(`const float *right_at = right + ${at("right")};`);
      if (rows > 0) out.line(`const long left_at = ${at("left")};`);
      for (const c of range(vectors))
        out.line(`const f32v right_${c} = f32v_load(right_at + ${c} * LANES);`);
      for (const r of sums) {
        if (rows > 0) {
          const from =
            spacing === "even" ? `left[left_at + ${r} * left_row]` : `left_${r}[left_at]`;
          out.line(`const f32v x_${r} = f32v_splat(${from});`);
        }
        for (const c of range(vectors))
          out.line(`sum_${r}_${c} += ${rows > 0 ? `x_${r} * ` : ""}right_${c};`);
      }
    };
    loops(suffixes);
    for (const r of sums)
      for (const c of range(vectors))
        out.line(`f32v_store(sums + ${r * vectors + c} * LANES, sum_${r}_${c});`);
    if (half) out.line("#endif");
  });
  out.line("}");
  out.line();
}

/** Calls the tile that is half of one, for its upper and its lower rows. */
function writeHalves(out: Writer, half: TileKind, parameters: readonly string[]): void {
  const { rows, vectors, spacing } = half;
  const names = parameters.map((parameter) => /\w+$/.exec(parameter)?.[0] as string);
  const below: Readonly<Record<string, string>> = {
    ...(spacing === "even"
      ? { left: `left + ${rows} * left_row` }
      : { left_rows: `left_rows + ${rows}` }),
    sums: `sums + ${rows * vectors} * LANES`,
  };
  out.note(["Fewer registers: two halves."]);
  out.list(`${tileName(half)}(`, names, ");", "", "");
  out.list(
    `${tileName(half)}(`,
    names.map((name) => below[name] ?? name),
    ");",
    "",
    "",
  );
}
