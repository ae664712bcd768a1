/** Register tiles in WebAssembly: the sums of a few rows and vectors of columns, written out. */

import type { Contraction } from "../../kernels/contraction/contraction.ts";
import { type Code, get, i32, plus, set } from "./code.ts";

/** Numbers of float32 in a vector. */
export const lanes = 4;

/** Where the operands of a tile lie; distances are in elements. */
export interface TileShape {
  readonly rows: number;
  /** Vectors of columns. */
  readonly vectors: number;
  /** From row to row of the left operand; undefined where each row has an address of its own. */
  readonly rowStride: number | undefined;
  /** Whether there is a left operand at all. */
  readonly hasLeft: boolean;
  /** Loops over the steps, outermost first: how many, and how far apart they are on both sides. */
  readonly levels: Contraction["levels"];
  /** Whether sums of earlier steps are added to. */
  readonly goesOn: boolean;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** What a tile does with its sums while they are in registers. */
export interface TileResults {
  /** Counters that the results depend on: of loops outside, the tile's first row and column. */
  readonly counters: readonly string[];
  /** Whether there are tiles that are not full: their sums are stored. */
  readonly hasEdges: boolean;
  readonly locals: readonly Code[];
  readonly code: readonly Code[];
}

/** Rows with addresses of their own have one parameter each. */
export function leftNames({ hasLeft, rowStride, rows }: TileShape): string[] {
  if (!hasLeft) return [];
  return rowStride === undefined ? range(rows).map((r) => `left_${r}`) : ["left"];
}

/** Parameters of a tile's function, in order: addresses, counters, and two truths, `more` and `whole`. */
export const tileParameters = (shape: TileShape, results: TileResults | undefined): string[] => [
  ...leftNames(shape),
  "right",
  ...(!results || results.hasEdges ? ["sums"] : []),
  ...(results?.counters ?? []),
  ...(shape.goesOn ? ["more"] : []),
  ...(results?.hasEdges ? ["whole"] : []),
];

/** The local that holds the sums of a vector of columns in a row. */
export const sumOf = (row: number, vector: number): string => `sum_${row}_${vector}`;

/** The local of a number of the left operand; no value of a model has a dot in its name. */
const leftInLanes = "left.lanes";

const at = (bytes: number): Code[] => (bytes === 0 ? [] : [`offset=${bytes}`]);

/** Above a tile's function. */
export function aboutTile(
  { rows, vectors, hasLeft, goesOn }: TileShape,
  results: TileResults | undefined,
): string {
  const columns = `${4 * vectors} columns`;
  const about = hasLeft
    ? `sums[r, c] = Σ_steps left[r, step]·right[step, c] for ${rows} rows and ${columns}`
    : `sums[c] = Σ_steps right[step, c] for ${columns}`;
  const then = !results ? "" : `, then ${results.hasEdges ? "of a whole tile " : ""}the result`;
  return `${about}${goesOn ? "; with `more` they go on from what they are" : ""}${then}.`;
}

/** The function of a tile: its parameters, its locals, what it does. */
export function tileFunction(
  shape: TileShape,
  results: TileResults | undefined,
): readonly [Code[], Code[], Code[]] {
  const { rows, vectors, hasLeft, rowStride, levels, goesOn } = shape;
  const sums = range(rows).flatMap((r) => range(vectors).map((c) => ({ r, c, name: sumOf(r, c) })));
  const pointers = [...leftNames(shape), "right"];
  const place = ({ r, c }: { r: number; c: number }): Code[] => at(16 * (r * vectors + c));
  const start: Code[] = goesOn
    ? [
        [
          "if",
          get("more"),
          ["then", ...sums.map((s) => set(s.name, ["v128.load", ...place(s), get("sums")]))],
        ],
      ]
    : [];
  const multiply: Code[] = [
    ...range(vectors).map((c) => set(`right_${c}`, ["v128.load", ...at(16 * c), get("right")])),
    ...range(rows).flatMap((r): Code[] => {
      if (!hasLeft)
        return range(vectors).map((c) =>
          set(sumOf(r, c), ["f32x4.add", get(sumOf(r, c)), get(`right_${c}`)]),
        );
      const address: Code[] =
        rowStride === undefined ? [get(`left_${r}`)] : [...at(4 * r * rowStride), get("left")];
      return [
        set(leftInLanes, ["v128.load32_splat", ...address]),
        ...range(vectors).map((c) =>
          set(sumOf(r, c), [
            "f32x4.relaxed_madd",
            get(leftInLanes),
            get(`right_${c}`),
            get(sumOf(r, c)),
          ]),
        ),
      ];
    }),
  ];
  /** Moves the addresses on; what inner loops moved them by is taken off. */
  const move = (level: number): Code[] => {
    const inner = levels[level + 1];
    const by = (side: "left" | "right"): number =>
      4 * (levels[level][side] - (inner ? inner.extent * inner[side] : 0));
    return pointers.flatMap((p): Code[] => {
      const bytes = by(p === "right" ? "right" : "left");
      return bytes === 0 ? [] : [set(p, plus(get(p), i32(bytes)))];
    });
  };
  const counter = (level: number): string =>
    level === levels.length - 1 ? "steps" : `steps_${levels.length - 1 - level}`;
  const innermost = levels.length - 1;
  // Two steps share what a loop costs.
  const steps = levels[innermost].extent % 2 === 0 ? 2 : 1;
  const several = range(steps).flatMap((n) => [...(n > 0 ? move(innermost) : []), ...multiply]);
  const loops = (level: number): Code[] => {
    const name = counter(level);
    const by = level === innermost ? steps : 1;
    const left: Code = ["local.tee", `$${name}`, ["i32.sub", get(name), i32(by)]];
    return [
      set(name, i32(levels[level].extent)),
      [
        "loop",
        `$each_of_${name}`,
        ...(level === innermost ? several : loops(level + 1)),
        ...move(level),
        ["br_if", `$each_of_${name}`, left],
      ],
    ];
  };
  const stored = sums.map((s): Code => ["v128.store", ...place(s), get("sums"), get(s.name)]);
  const end: readonly Code[] = !results
    ? stored
    : results.hasEdges
      ? [["if", get("whole"), ["then", ...results.code], ["else", ...stored]]]
      : results.code;
  return [
    tileParameters(shape, results).map((p): Code => ["param", `$${p}`, "i32"]),
    [
      ...levels.map((_, i): Code => ["local", `$${counter(i)}`, "i32"]),
      ...(hasLeft ? [["local", `$${leftInLanes}`, "v128"] as const] : []),
      ...range(vectors).map((c): Code => ["local", `$right_${c}`, "v128"]),
      ...sums.map((s): Code => ["local", `$${s.name}`, "v128"]),
      ...(results?.locals ?? []),
    ],
    [...start, ...loops(0), ...end],
  ];
}
