/** A contraction while it is written: its extents, and the names of what its functions have. */

import type { Node } from "../../../graph/node.ts";
import type { Dim } from "../../../graph/types.ts";
import { extentOf, volumeOf } from "../../../kernels/contraction/axes.ts";
import { type Contraction, sumName } from "../../../kernels/contraction/contraction.ts";
import { offsetIn, strideOf } from "../../../kernels/contraction/operand.ts";
import type { Statement } from "../../../kernels/loops.ts";
import {
  type Axis,
  axisIndex,
  constant,
  element,
  indexDiv,
  indexMod,
  linear,
  local,
  newAxis,
  rewrite,
  type Scalar,
} from "../../../kernels/scalar.ts";
import type { Body } from "../body.ts";
import { type Code, constOf, get, i32 } from "../code.ts";
import { type Loop, runsInLanes } from "../lanes.ts";
import { dimCode } from "../names.ts";
import { lanes, type TileShape } from "../tiles.ts";
import { type Units, unitsOf } from "./units.ts";

export type Store = Extract<Statement, { kind: "store" }>;

/** From this many rows on, a right operand whose steps are apart in memory is copied together. */
const worthCopying = 24;

/** What the functions of a contraction are written from. */
export class Scope {
  /** Of the function that is being written. */
  body: Body;
  readonly c: Contraction;
  readonly units: Units;
  readonly width: number;
  /** Columns, with those that are thrown away. */
  readonly columns: number;
  readonly rows: Dim;
  /** One axis for all rows, and one for all columns. */
  readonly row: Axis;
  readonly column: Axis;
  /** What its functions are named after: that of a tile, and that of a tile at an edge. */
  readonly name: string;
  /** Whether a value is no memory, but a local. */
  readonly isNumber: (node: Node) => boolean;
  /** The name of the finished sum. */
  readonly sum: string;

  /**
   * @param name gives an axis its letter
   * @param functionName what its functions are named after
   * @param numbers values that are locals of the function
   */
  constructor(
    body: Body,
    c: Contraction,
    name: (axis: Axis, letter: string) => void,
    functionName: string,
    numbers: readonly Node[],
  ) {
    this.body = body;
    this.c = c;
    this.units = unitsOf(c);
    this.width = lanes * c.tile.vectors;
    this.columns = c.padded?.count ?? volumeOf(c.columns);
    this.rows = c.rows.length > 0 ? extentOf(c.rows) : 1;
    this.name = functionName;
    this.isNumber = (node) => numbers.includes(node);
    this.sum = numbers.some((node) => body.nameOf(node) === sumName) ? `${sumName}_` : sumName;
    const together = (axes: readonly Axis[], extent: Dim, other: string): Axis => {
      if (axes.length === 1) return axes[0];
      const axis = newAxis(extent);
      name(axis, axes.map((a) => body.letter(a)).join("") || other);
      return axis;
    };
    this.row = together(c.rows, this.rows, "row");
    this.column = together(c.columns, this.columns, "column");
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

  get tileFirst(): string {
    return `${this.rowLetter}_first`;
  }

  /** Places in the memory of a thread: the panel, copied rows, sums. */
  get scratch(): { readonly left: number; readonly sums: number; readonly size: number } {
    const { a, steps, tile, blocks } = this.c;
    const panel = this.isCopied ? volumeOf(steps) * this.width : 0;
    const left = a && !a.place ? volumeOf(steps) * tile.rows : 0;
    const all = this.units.rows ?? (typeof this.rows === "number" ? this.rows : tile.rows);
    const rows = blocks.length > 0 ? Math.ceil(all / tile.rows) * tile.rows : tile.rows;
    const aligned = (n: number): number => Math.ceil(n / 16) * 16;
    return {
      left: 4 * aligned(panel),
      sums: 4 * (aligned(panel) + aligned(left)),
      size: 4 * (aligned(panel) + aligned(left) + aligned(rows * this.width)),
    };
  }

  /** Bytes of memory that a thread needs for it. */
  get scratchBytes(): number {
    return this.scratch.size;
  }

  /** Whether the right operand is copied together, panel by panel. */
  get isCopied(): boolean {
    const { b, levels } = this.c;
    if (!b.place) return true;
    const { rows } = this.units;
    const count = rows ?? (typeof this.rows === "number" ? this.rows : worthCopying);
    return count >= worthCopying && levels.at(-1)?.right !== this.width;
  }

  get rowsOfUnit(): readonly [from: Code, to: Code] {
    const { rows } = this.units;
    return rows === undefined ? [i32(0), dimCode(this.rows)] : [get(this.from), get(this.to)];
  }

  /** The function of a tile. */
  get tileName(): string {
    return `${this.name}.tile`;
  }

  /** The function of a whole tile's result. */
  get wholeName(): string {
    return `${this.name}.whole`;
  }

  /** The function of a tile's result where not all of its rows and columns are some. */
  get edgeName(): string {
    return `${this.name}.edge`;
  }

  /** Whether a full tile computes its results itself: they are vectors side by side. */
  get endsInRegisters(): boolean {
    const c = this.c;
    const last = c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
    if (c.blocks.length > 0 || c.padded || c.columns.at(-1) !== last) return false;
    if (this.columns < this.width) return false;
    const store = this.store;
    const own: Loop = { kind: "loop", axis: this.column, step: 1, body: [store] };
    return runsInLanes(own) && linear(store.offset, [this.row, this.column]) !== undefined;
  }

  /** Whether there are tiles that have rows or columns which are none. */
  get hasEdges(): boolean {
    return (this.c.rows.length > 0 && this.isClamped) || this.columns % this.width !== 0;
  }

  /** The first row that a tile computes: rows that an earlier one has are computed again. */
  get tileStart(): Code {
    if (this.c.rows.length === 0) return i32(0);
    return get(this.beginsEarly ? `${this.rowLetter}_tile` : this.tileFirst);
  }

  get beginsEarly(): boolean {
    return this.isClamped && this.tile.rowStride !== undefined && this.c.a?.place !== undefined;
  }

  /** Whether the last tile has rows that are none. */
  get isClamped(): boolean {
    return typeof this.rows !== "number" || this.rows % this.c.tile.rows !== 0;
  }

  /** Loops over axes that have static extents. */
  loops(axes: readonly Axis[], write: () => void): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      write();
      return;
    }
    const i = this.body.letter(axis);
    this.body.set(i, "i32", i32(0));
    this.body.loop(i, 1, dimCode(axis.extent), () => this.loops(rest, write));
  }

  /** The register tile. */
  get tile(): TileShape {
    const { a, tile, blocks, levels, rows: axes } = this.c;
    const copied = this.isCopied;
    let behind = 1;
    const own = levels.map((level) => level);
    for (let i = levels.length - 1; i >= 0; i--) {
      own[i] = {
        extent: levels[i].extent,
        left: !a ? 0 : a.place ? levels[i].left : behind * tile.rows,
        right: copied ? behind * this.width : levels[i].right,
      };
      behind *= levels[i].extent;
    }
    const stride = a?.place ? strideOf(axes, a.place.along) : 1;
    // The last tile begins early where it would not be full.
    const isEven =
      a !== undefined &&
      stride !== undefined &&
      stride >= 0 &&
      (!a.place || (typeof this.rows === "number" && this.rows >= tile.rows));
    return {
      rows: a ? tile.rows : 1,
      vectors: tile.vectors,
      rowStride: isEven ? stride : undefined,
      hasLeft: a !== undefined,
      levels: own,
      goesOn: blocks.length > 0,
    };
  }

  /** The store of an element of the result, over one axis for all rows and one for all columns. */
  get store(): Store {
    const { stage, rows, columns, result, padded } = this.c;
    const index = [
      ...stage.prefix,
      ...stage.axes.map((axis) => (axis.extent === 1 ? constant(0, "int32") : axisIndex(axis))),
    ];
    const named = rewrite(result, (s) =>
      s.kind === "local" && s.name === sumName ? local(this.sum, s.dtype) : undefined,
    );
    const merged = (s: Scalar): Scalar => {
      const overRows = together(s, rows, this.row);
      return padded ? overRows : together(overRows, columns, this.column);
    };
    return {
      kind: "store",
      into: stage.into,
      offset: merged(offsetIn(stage.into.shape, index)),
      value: merged(this.elements(named)),
    };
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
