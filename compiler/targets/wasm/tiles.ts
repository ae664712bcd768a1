/**
 * Register tiles in WebAssembly: the sums of a few rows and vectors of columns, written out. They are functions of a
 * shape, which all products of that shape call; where the operands lie is told by parameters, in bytes.
 */

import { type Code, get, i32, minus, plus, set } from "./code.ts";
import type { Helper } from "./helpers/helper.ts";
import { comment, textOf } from "./text.ts";

/** Numbers of float32 in a vector. */
export const lanes = 4;

export interface TileKind {
  /** 0 for sums of columns, without a left operand. */
  readonly rows: number;
  /** Vectors of columns. */
  readonly vectors: number;
  /** Whether rows of the left operand are adjacent in memory: it is transposed, or was copied together. */
  readonly transposed: boolean;
  /** Whether steps of the left operand are not adjacent in memory; those of adjacent rows never need to be. */
  readonly strided: boolean;
  /** Loops over the steps, one in another. */
  readonly levels: number;
  /** Whether sums may go on from earlier steps. */
  readonly goesOn: boolean;
}

/** `tile_6x2`, `tile_6x2_transposed`, `tile_5x2_2_loops`, `column_sums_4`, `tile_6x2_more` */
export function tileName({ rows, vectors, transposed, strided, levels, goesOn }: TileKind): string {
  const nested = `${levels > 1 ? `_${levels}_loops` : ""}${goesOn ? "_more" : ""}`;
  if (rows === 0) return `column_sums_${vectors}${nested}`;
  const layout = transposed ? "_transposed" : "";
  return `tile_${rows}x${vectors}${layout}${strided ? "_strided" : ""}${nested}`;
}

const names =
  /^(?:column_sums|tile_(?<rows>\d+)x)_?(?<vectors>\d+)(?<transposed>_transposed)?(?<strided>_strided)?(?:_(?<levels>\d)_loops)?(?<more>_more)?$/;

/** A function of this file by its name, which says all of it; undefined for other names. */
export function tileHelper(name: string): Helper | undefined {
  const copied = /^copy_rows_(\d+)$/.exec(name);
  if (copied) return copyHelper(name, Number(copied[1]));
  const listed = /^list_terms_(?:(\d+)x)?(\d+)$/.exec(name);
  if (listed) return listHelper(name, Number(listed[1] ?? 1), Number(listed[2]));
  const found = names.exec(name)?.groups;
  if (!found) return undefined;
  const { rows, vectors, transposed, strided, levels, more } = found;
  return {
    lines: linesOfTile(name, {
      rows: Number(rows ?? 0),
      vectors: Number(vectors),
      transposed: transposed !== undefined,
      strided: strided !== undefined,
      levels: Number(levels ?? 1),
      goesOn: more !== undefined,
    }),
  };
}

/** `copy_rows_2` */
export const copyName = (vectors: number): string => `copy_rows_${vectors}`;

/** The function that copies rows of so many vectors beside each other. */
function copyHelper(name: string, vectors: number): Helper {
  const rows = range(vectors).map(
    (v): Code => [
      "v128.store",
      ...at(16 * v),
      get("to"),
      ["v128.load", ...at(16 * v), get("from")],
    ],
  );
  const parameters = ["from", "rows", "distance", "to"];
  return {
    lines: [
      ...comment([
        `Copies rows of ${lanes * vectors} numbers, which are so many bytes apart, beside each other.`,
      ]),
      ...textOf(
        name,
        parameters.map((p): Code => ["param", `$${p}`, "i32"]),
        [],
        [
          [
            "loop",
            "$each_row",
            ...rows,
            set("from", plus(get("from"), get("distance"))),
            set("to", plus(get("to"), i32(16 * vectors))),
            ["br_if", "$each_row", ["local.tee", "$rows", minus(get("rows"), i32(1))]],
          ],
        ],
      ),
    ],
  };
}

/** The function of terms of lists, so many runs of so many vectors: `list_terms_8`, `list_terms_5x2` */
export const listName = (runs: number, vectors: number): string =>
  `list_terms_${runs > 1 ? `${runs}x` : ""}${vectors}`;

/** A list's entry: a number, and how many bytes behind the right operand's start its term is. */
export const entryBytes = 8;

/** The function that adds the terms of a list to sums. */
function listHelper(name: string, runs: number, vectors: number): Helper {
  const sums = range(runs).flatMap((r) =>
    range(vectors).map((v) => ({
      name: `sum${r}${v}`,
      right: ["v128.load", ...at(16 * v), get(`term_${r}`)] as const,
      place: at(16 * (r * vectors + v)),
    })),
  );
  const columns = lanes * vectors;
  const about =
    runs === 1
      ? [
          `sums[c] += Σ_t value_t·right[at_t + c] over the entries of a list, for ${columns} columns.`,
        ]
      : [
          `sums[r, c] += Σ_t value_t·right[at_t + r·run + c] over the entries of a list, for ${runs} runs of`,
          `${columns} columns.`,
        ];
  const parameters = ["list", "end", "right", ...(runs > 1 ? ["run"] : []), "sums"];
  const next: Code = ["local.tee", "$list", plus(get("list"), i32(entryBytes))];
  return {
    lines: [
      ...comment([about.join(" "), "An entry is a value and its place in right, in bytes."]),
      ...textOf(
        name,
        parameters.map((p): Code => ["param", `$${p}`, "i32"]),
        [
          ...range(runs).map((r): Code => ["local", `$term_${r}`, "i32"]),
          ["local", "$x", "v128"],
          ...sums.map((s): Code => ["local", `$${s.name}`, "v128"]),
        ],
        [
          ["if", ["i32.eq", get("list"), get("end")], ["then", ["return"]]],
          ...sums.map((s) => set(s.name, ["v128.load", ...s.place, get("sums")])),
          [
            "loop",
            "$each_entry",
            set("x", ["v128.load32_splat", get("list")]),
            set("term_0", plus(get("right"), ["i32.load", "offset=4", get("list")])),
            ...range(runs - 1).map((r) => set(`term_${r + 1}`, plus(get(`term_${r}`), get("run")))),
            ...sums.map((s) => set(s.name, ["f32x4.relaxed_madd", get("x"), s.right, get(s.name)])),
            ["br_if", "$each_entry", ["i32.lt_u", next, get("end")]],
          ],
          ...sums.map((s): Code => ["v128.store", ...s.place, get("sums"), get(s.name)]),
        ],
      ),
    ],
  };
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const at = (bytes: number): Code[] => (bytes === 0 ? [] : [`offset=${bytes}`]);

/** What belongs to a loop over steps is numbered from the innermost on, which has plain names. */
const levelNames = (levels: number): string[] =>
  range(levels).map((level) => (level === levels - 1 ? "" : `_${levels - 1 - level}`));

/**
 * The parameters of a tile's function, in order: where the left operand begins, row by row, and the right one; for each
 * loop over steps, outermost first, how many and how far apart they are, of a loop around from the end of the one
 * inside; sums.
 */
export function tileParameters(kind: TileKind): string[] {
  const { levels, goesOn } = kind;
  return [
    ...leftPointers(kind),
    "right",
    ...levelNames(levels).flatMap((suffix) => [
      `steps${suffix}`,
      ...(movesLeft(kind, suffix) ? [`left_step${suffix}`] : []),
      `right_step${suffix}`,
    ]),
    "sums",
    ...(goesOn ? ["more"] : []),
  ];
}

/** Where the left operand is read: a place for each row, but of adjacent ones. */
export function leftPointers({ rows, transposed }: TileKind): string[] {
  if (rows === 0) return [];
  return transposed ? ["left"] : range(rows).map((r) => `left_${r}`);
}

/** Whether a loop over steps is told how far to move the left operand: adjacent steps are moved by what is known. */
const movesLeft = ({ rows, transposed, strided }: TileKind, suffix: string): boolean =>
  rows > 0 && (suffix !== "" || strided || transposed);

/** Above a tile's function. */
function aboutTile({ rows, vectors, transposed, strided, levels, goesOn }: TileKind): string[] {
  const columns = `${lanes * vectors} columns`;
  const lines =
    rows === 0
      ? [`sums[c] = Σ_step right[step, c] for ${columns}.`]
      : [`sums[r, c] = Σ_step left[r, step]·right[step, c] for ${rows} rows and ${columns}.`];
  if (transposed) lines.push("The rows of left are adjacent in memory: it is transposed.");
  else if (rows > 0) {
    const apart = strided ? "left_step bytes" : "4 bytes";
    lines.push(`The rows of left begin anywhere, its steps are ${apart} apart.`);
  }
  if (levels > 1)
    lines.push(
      "Steps are counted by loops in loops; steps of a loop around begin where the one inside has ended.",
    );
  if (goesOn) lines.push("With `more`, sums go on from what they are.");
  return lines;
}

function linesOfTile(name: string, kind: TileKind): string[] {
  const { rows, vectors, transposed, strided, levels, goesOn } = kind;
  const sums = range(Math.max(1, rows)).flatMap((r) =>
    range(vectors).map((c) => ({ name: `sum${r}${c}`, place: at(16 * (r * vectors + c)) })),
  );
  const suffixes = levelNames(levels);
  const own = leftPointers(kind);
  /** One of the steps that a turn of the innermost loop takes. */
  const step = (n: number): Code[] => [
    ...range(vectors).map((c) => set(`y${c}`, ["v128.load", ...at(16 * c), get("right")])),
    ...(rows === 0
      ? sums.map((s, c) => set(s.name, ["f32x4.add", get(s.name), get(`y${c}`)]))
      : range(rows).flatMap((r): Code[] => [
          set("x", [
            "v128.load32_splat",
            ...(transposed
              ? [...at(4 * r), get("left")]
              : [...at(strided ? 0 : 4 * n), get(own[r])]),
          ]),
          ...range(vectors).map((c) =>
            set(`sum${r}${c}`, ["f32x4.relaxed_madd", get("x"), get(`y${c}`), get(`sum${r}${c}`)]),
          ),
        ])),
  ];
  const move = (pointer: string, by: Code): Code => set(pointer, plus(get(pointer), by));
  /** To the next step, of those that are not adjacent. */
  const next: Code[] = [
    move("right", get("right_step")),
    ...(transposed || strided ? own.map((p) => move(p, get("left_step"))) : []),
  ];
  /** Over adjacent steps. */
  const over = (steps: number): Code[] =>
    transposed || strided ? [] : own.map((p) => move(p, i32(4 * steps)));
  const countDown = (counter: string, by: number): Code => [
    "local.tee",
    `$${counter}`,
    minus(get(counter), i32(by)),
  ];
  // A pointer for each row takes more to move on: four steps share it.
  const unrolled = rows > 0 && !transposed && !strided ? 4 : 2;
  const innermost: Code[] = [
    `;; ${unrolled === 4 ? "four" : "two"} steps a turn`,
    set("turns", ["i32.shr_u", get("steps"), i32(Math.log2(unrolled))]),
    [
      "if",
      get("turns"),
      [
        "then",
        [
          "loop",
          "$each_turn",
          ...range(unrolled).flatMap((n) => [...step(n), ...next]),
          ...over(unrolled),
          ["br_if", "$each_turn", countDown("turns", 1)],
        ],
      ],
    ],
    ...(unrolled === 2
      ? [
          ";; the last of an odd number of steps",
          [
            "if",
            ["i32.and", get("steps"), i32(1)],
            ["then", ...step(0), ...(levels > 1 ? [...next, ...over(1)] : [])],
          ] as const,
        ]
      : [
          ";; the rest of the steps",
          set("turns", ["i32.and", get("steps"), i32(3)]),
          [
            "if",
            get("turns"),
            [
              "then",
              [
                "loop",
                "$each_other",
                ...step(0),
                ...next,
                ...over(1),
                ["br_if", "$each_other", countDown("turns", 1)],
              ],
            ],
          ] as const,
        ]),
  ];
  const loops = ([suffix, ...inner]: readonly string[]): Code[] => {
    if (inner.length === 0) return innermost;
    const counter = `rest${suffix}`;
    const around: Code[] = [
      ...loops(inner),
      ...own.map((p) => move(p, get(`left_step${suffix}`))),
      move("right", get(`right_step${suffix}`)),
      ["br_if", `$each_of_steps${suffix}`, countDown(counter, 1)],
    ];
    return [set(counter, get(`steps${suffix}`)), ["loop", `$each_of_steps${suffix}`, ...around]];
  };
  const code: Code[] = [
    ...(goesOn
      ? [
          [
            "if",
            get("more"),
            ["then", ...sums.map((s) => set(s.name, ["v128.load", ...s.place, get("sums")]))],
          ] as const,
        ]
      : []),
    ...loops(suffixes),
    ...sums.map((s): Code => ["v128.store", ...s.place, get("sums"), get(s.name)]),
  ];
  const local =
    (type: "i32" | "v128") =>
    (local: string): Code => ["local", `$${local}`, type];
  const counters = suffixes.slice(0, -1).map((suffix) => `rest${suffix}`);
  return [
    ...comment(aboutTile(kind)),
    ...textOf(
      name,
      tileParameters(kind).map((p): Code => ["param", `$${p}`, "i32"]),
      [
        ...[...counters, "turns"].map(local("i32")),
        ...[...(rows > 0 ? ["x"] : []), ...range(vectors).map((c) => `y${c}`)].map(local("v128")),
        ...sums.map((s) => s.name).map(local("v128")),
      ],
      code,
    ),
  ];
}
