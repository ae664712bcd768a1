/** A contraction while it is written: its extents, and the names of what its functions have. */

import type { Node } from "../../../graph/node.ts";
import type { Dim } from "../../../graph/types.ts";
import { extentOf, volumeOf } from "../../../kernels/contraction/axes.ts";
import { type Contraction, sumName } from "../../../kernels/contraction/contraction.ts";
import { offsetIn, strideOf } from "../../../kernels/contraction/operand.ts";
import type { Part } from "../../../kernels/contraction/parts.ts";
import type { Statement } from "../../../kernels/loops.ts";
import {
  type Axis,
  axisIndex,
  constant,
  element,
  indexDiv,
  indexMod,
  local,
  newAxis,
  rewrite,
  type Scalar,
} from "../../../kernels/scalar.ts";
import type { Body } from "../body.ts";
import { type Code, constOf, get, i32, minus, noted, plus, product, times } from "../code.ts";
import { dimCode } from "../names.ts";
import { lanes, type TileKind } from "../tiles.ts";
import { type Units, unitsOf } from "./units.ts";

export type Store = Extract<Statement, { kind: "store" }>;

/** A sum over elements of the result, or of what they replace, that is taken as they are written. */
export interface RidingSum {
  readonly name: string;
  /** The global of the address of its parts. */
  readonly parts: string;
  readonly term: Scalar;
  /** Whether the term is of what is there before an element is written. */
  readonly isBefore: boolean;
}

/** What is computed on the way of a product. */
export interface OnTheWay {
  readonly sums: readonly RidingSum[];
  /** What is done with each element at once, and whether it is needed in memory as well. */
  readonly follower:
    | { readonly statements: readonly Statement[]; readonly isKept: boolean }
    | undefined;
}

/** From this many rows on, a right operand whose steps are apart in memory is copied together. */
const worthCopying = 24;

/** What the functions of a contraction are written from. */
export class Scope {
  /** Of its function. */
  readonly body: Body;
  readonly c: Contraction;
  readonly units: Units;
  readonly width: number;
  /** Columns, with those that are thrown away. */
  readonly columns: number;
  readonly rows: Dim;
  /** One axis for all rows, and one for all columns. */
  readonly row: Axis;
  readonly column: Axis;
  /** Counts the columns of a panel. */
  readonly ownColumn: Axis;
  /** Whether a value is no memory, but a local. */
  readonly isNumber: (node: Node) => boolean;
  /** The name of the finished sum. */
  readonly sum: string;
  readonly onTheWay: OnTheWay;

  /**
   * @param name gives an axis its letter
   * @param numbers values that are locals of the function
   */
  constructor(
    body: Body,
    c: Contraction,
    name: (axis: Axis, letter: string) => void,
    numbers: readonly Node[],
    onTheWay: OnTheWay,
  ) {
    this.body = body;
    this.onTheWay = onTheWay;
    this.c = c;
    this.units = unitsOf(c);
    this.width = lanes * c.tile.vectors;
    this.columns = c.padded?.count ?? volumeOf(c.columns);
    this.rows = c.rows.length > 0 ? extentOf(c.rows) : 1;
    this.isNumber = (node) => numbers.includes(node);
    const taken = [
      ...numbers.map((node) => body.nameOf(node)),
      ...onTheWay.sums.map((s) => s.name),
      ...(onTheWay.follower?.statements ?? []).map((s) => (s.kind === "let" ? s.local.name : "")),
    ];
    this.sum = taken.includes(sumName) ? `${sumName}_` : sumName;
    const together = (axes: readonly Axis[], extent: Dim, other: string): Axis => {
      if (axes.length === 1) return axes[0];
      const axis = newAxis(extent);
      name(axis, axes.map((a) => body.letter(a)).join("") || other);
      return axis;
    };
    this.row = together(c.rows, this.rows, "row");
    this.column = together(c.columns, this.columns, "column");
    this.ownColumn = newAxis(Math.min(this.columns, this.width));
    name(this.ownColumn, "c");
  }

  get first(): string {
    return `${this.body.letter(this.column)}_first`;
  }

  get rowLetter(): string {
    return this.body.letter(this.row);
  }

  get from(): string {
    return `${this.rowLetter}_from`;
  }

  get to(): string {
    return `${this.rowLetter}_to`;
  }

  /** Behind the last row of a tile. */
  get end(): string {
    return `${this.rowLetter}_end`;
  }

  get tileFirst(): string {
    return `${this.rowLetter}_first`;
  }

  /** Places in the memory of a thread: the panel, copied rows, a list of rows, sums. */
  get #scratch(): Readonly<Record<"left" | "list" | "sums" | "size", number>> {
    const { a, steps, tile } = this.c;
    const panel = this.isCopied ? volumeOf(steps) * this.width : 0;
    const left = a && !a.place ? volumeOf(steps) * tile.rows : 0;
    const list = this.isListed ? tile.rows : 0;
    const ends: number[] = [];
    for (const size of [panel, left, list, this.#sumRows * this.width])
      ends.push((ends.at(-1) ?? 0) + 4 * Math.ceil(size / 16) * 16);
    return { left: ends[0], list: ends[1], sums: ends[2], size: ends[3] };
  }

  /** Rows whose sums are in memory: of a tile, or of a unit between blocks. */
  get #sumRows(): number {
    const { tile, blocks } = this.c;
    if (blocks.length === 0) return tile.rows;
    const all = this.units.rows ?? (typeof this.rows === "number" ? this.rows : tile.rows);
    return Math.ceil(all / tile.rows) * tile.rows;
  }

  get sumBytes(): number {
    return 4 * this.#sumRows * this.width;
  }

  /** Where a place in the memory of a thread begins. */
  scratchAt(place: "left" | "list" | "sums"): Code {
    const about = {
      left: "rows that are copied, behind the panel",
      list: "where rows begin, behind what is copied",
      sums: this.isListed ? "sums, behind the list of rows" : "sums, behind what is copied",
    };
    return plus(["global.get", "$scratch"], noted(i32(this.#scratch[place]), about[place]));
  }

  /** Bytes of memory that a thread needs for it. */
  get scratchBytes(): number {
    return this.#scratch.size;
  }

  /** Whether the right operand is copied together, panel by panel. */
  get isCopied(): boolean {
    const { b, levels } = this.c;
    if (!b.place) return true;
    const { rows } = this.units;
    const count = rows ?? (typeof this.rows === "number" ? this.rows : worthCopying);
    return count >= worthCopying && levels.at(-1)?.right !== this.width;
  }

  /** Columns of a panel: the last one may have fewer. */
  get columnCount(): Code {
    if (this.columns <= this.width) return i32(this.columns);
    return this.columns % this.width === 0 ? i32(this.width) : get("columns");
  }

  get rowsOfUnit(): readonly [from: Code, to: Code] {
    const { rows } = this.units;
    return rows === undefined ? [i32(0), dimCode(this.rows)] : [get(this.from), get(this.to)];
  }

  /** The first row that a tile computes: rows that an earlier one has are computed again. */
  get tileStart(): Code {
    if (this.c.rows.length === 0) return i32(0);
    return get(this.beginsEarly ? `${this.rowLetter}_tile` : this.tileFirst);
  }

  get beginsEarly(): boolean {
    return this.isClamped && !this.isListed && this.c.a?.place !== undefined;
  }

  /** Whether the last tile has rows that are none. */
  get isClamped(): boolean {
    return typeof this.rows !== "number" || this.rows % this.c.tile.rows !== 0;
  }

  /** Loops over blocks, or over the steps of a tile. */
  loops(axes: readonly Axis[], write: () => void): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      write();
      return;
    }
    const { body } = this;
    const { part } = this.c;
    const i = body.letter(axis);
    body.set(i, "i32", i32(0));
    if (part?.from === axis) {
      const most = volumeOf([part.step]);
      body.when(["i32.lt_s", get(i), this.#partedCount(part)], () =>
        body.loop(i, most, this.#partedCount(part), () => {
          const left = minus(this.#partedCount(part), get(i));
          body.set(this.#partCount(part), "i32", least(body, i32(most), left));
          this.loops(rest, write);
        }),
      );
      return;
    }
    const end = part?.step === axis ? get(this.#partCount(part)) : dimCode(axis.extent);
    const each = (): void => body.loop(i, 1, end, () => this.loops(rest, write));
    if (typeof axis.extent === "number") each();
    else body.when(["i32.lt_s", get(i), end], each);
  }

  /** Steps of the part at hand, of the axes that are counted in parts. */
  #partCount({ step }: Part): string {
    return `${this.body.letter(step)}_count`;
  }

  /** Places of the axes that are counted in parts, all together. */
  #partedCount({ axes }: Part): Code {
    return axes.reduce<Code>((n, { extent }) => product(n, dimCode(extent)), i32(1));
  }

  /** Steps of a tile's loop. */
  levelCount(level: number): Code {
    const { extent } = this.c.levels[level];
    const { part } = this.c;
    if (!part || level > 0) return i32(extent);
    return times(get(this.#partCount(part)), extent / volumeOf([part.step]));
  }

  /** The loops over the steps of a tile, outermost first; distances are in elements. */
  get levels(): Contraction["levels"] {
    const { a, tile, levels } = this.c;
    let behind = volumeOf(this.c.steps);
    return levels.map(({ extent, left, right }) => {
      behind /= extent;
      return {
        extent,
        left: !a ? 0 : a.place ? left : behind * tile.rows,
        right: this.isCopied ? behind * this.width : right,
      };
    });
  }

  /** Elements from row to row of the left operand; undefined where each row is somewhere else. */
  get rowStride(): number | undefined {
    const { a, tile, rows: axes } = this.c;
    if (!a?.place) return 1;
    // The last tile begins early where it would not be full; where sums go on, rows would be added twice.
    if (typeof this.rows !== "number" || this.rows < tile.rows) return undefined;
    if (this.c.blocks.length > 0 && this.isClamped) return undefined;
    return strideOf(axes, a.place.along);
  }

  /** Whether where rows of the left operand begin is worked out for each tile, and listed. */
  get isListed(): boolean {
    return this.c.a?.place !== undefined && this.rowStride === undefined;
  }

  /** The register tile. */
  get kind(): TileKind {
    const { a, tile, blocks } = this.c;
    const levels = this.levels;
    const transposed = a !== undefined && this.rowStride === 1;
    return {
      rows: a ? tile.rows : 0,
      vectors: tile.vectors,
      transposed,
      strided: a !== undefined && !transposed && levels.at(-1)?.left !== 1,
      levels: levels.length,
      goesOn: blocks.length > 0,
    };
  }

  /** The store of an element of the result, over one axis for all rows and one for all columns. */
  get store(): Store {
    const { stage, result } = this.c;
    const index = [
      ...stage.prefix,
      ...stage.axes.map((axis) => (axis.extent === 1 ? constant(0, "int32") : axisIndex(axis))),
    ];
    const named = rewrite(result, (s) =>
      s.kind === "local" && s.name === sumName ? local(this.sum, s.dtype) : undefined,
    );
    return {
      kind: "store",
      into: stage.into,
      offset: this.merged(offsetIn(stage.into.shape, index)),
      value: this.merged(this.elements(named)),
    };
  }

  /** A scalar of an element in terms of one axis for all rows and one for all columns. */
  merged(s: Scalar): Scalar {
    const { rows, columns, padded } = this.c;
    const overRows = together(s, rows, this.row);
    return padded ? overRows : together(overRows, columns, this.column);
  }

  /** Loads with their places in memory worked out. */
  elements(s: Scalar): Scalar {
    return rewrite(s, (part) => {
      if (part.kind !== "load") return undefined;
      if (this.isNumber(part.node)) return local(this.body.nameOf(part.node), part.node.type.dtype);
      const index = part.index.map((i) => this.elements(i));
      return element(part.node, offsetIn(part.node.shape, index));
    });
  }

  /** Sets the counters of a group of axes from the number that counts them all. */
  decode(group: readonly Axis[], value: Code): void {
    const body = this.body;
    if (group.length === 1) {
      body.set(body.letter(group[0]), "i32", value);
      return;
    }
    const counter =
      group === this.c.rows ? `${this.rowLetter}_at` : `${body.letter(this.column)}_at`;
    body.set(counter, "i32", value);
    let below = 1;
    for (let i = group.length - 1; i >= 0; i--) {
      const own = group[i].extent as number;
      const isLast = i === group.length - 1;
      const extent = isLast && group === this.c.columns ? (this.c.padded?.row ?? own) : own;
      const head: Code = below === 1 ? get(counter) : ["i32.div_u", get(counter), i32(below)];
      const code: Code = i === 0 ? head : ["i32.rem_u", head, i32(extent)];
      body.set(body.letter(group[i]), "i32", code);
      below *= extent;
    }
  }
}

/** A scalar over the one axis that counts a group of axes. */
function together(s: Scalar, group: readonly Axis[], axis: Axis): Scalar {
  if (group.length < 2) return s;
  const counter = axisIndex(axis);
  const values = new Map<Axis, Scalar>();
  let below = 1;
  for (let i = group.length - 1; i >= 0; i--) {
    const extent = group[i].extent as number;
    const head = indexDiv(counter, constant(below, "int32"));
    values.set(group[i], i === 0 ? head : indexMod(head, constant(extent, "int32")));
    below *= extent;
  }
  return rewrite(s, (part) => (part.kind === "axis" ? values.get(part.axis) : undefined));
}

/** min(a, b) of numbers that are not negative. */
export function least(body: Body, a: Code, b: Code): Code {
  const [x, y] = [constOf(a), constOf(b)];
  if (x !== undefined && y !== undefined) return i32(Math.min(x, y));
  return ["call", body.helper("i32_min"), a, b];
}
