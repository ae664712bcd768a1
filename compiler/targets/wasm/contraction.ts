/** Products in WebAssembly: loops over panels of columns and tiles of rows around a register tile. */

import type { Node } from "../../graph/node.ts";
import type { Dim } from "../../graph/types.ts";
import { extentOf, runOf, volumeOf } from "../../kernels/contraction/axes.ts";
import { type Contraction, sumName } from "../../kernels/contraction/contraction.ts";
import { offsetIn, strideOf } from "../../kernels/contraction/operand.ts";
import type { Statement } from "../../kernels/loops.ts";
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
} from "../../kernels/scalar.ts";
import type { Body } from "./body.ts";
import { type Code, constOf, get, i32, minus, plus, product, times } from "./code.ts";
import { addressOf, scalar } from "./expression.ts";
import { type Loop, runsInLanes } from "./lanes.ts";
import { dimCode } from "./names.ts";
import { movedBy, writeFour, writeLoop } from "./statements.ts";
import { leftNames, sumOf, type TileResults, type TileShape } from "./tiles.ts";

export const lanes = 4;

/** Units of work are not cut smaller than about this many multiply-adds. */
const smallestUnit = 1 << 17;
/** Rows that a unit has at least, for its copy of the right operand to be worth it. */
const fewestRows = 144;
/** From this many rows on, a right operand whose steps are apart in memory is copied together. */
const worthCopying = 24;

/** How a contraction is cut into units that may run at the same time. */
interface Units {
  /** Rows of a unit; all if it is none of several. */
  readonly rows: number | undefined;
  /** Whether a unit has all columns of its place in the outer loops. */
  readonly areOuter: boolean;
}

function unitsOf(c: Contraction): Units {
  if (volumeOf(c.outer) >= 8) return { rows: undefined, areOuter: true };
  const rows = c.rows.length > 0 ? extentOf(c.rows) : 1;
  const width = lanes * c.tile.vectors;
  const least = Math.max(smallestUnit / (width * volumeOf([...c.steps, ...c.blocks])), fewestRows);
  const wanted = Math.ceil(Math.max(least, c.tile.rows) / c.tile.rows) * c.tile.rows;
  const isCut = typeof rows !== "number" || rows >= 2 * wanted;
  return { rows: isCut ? wanted : undefined, areOuter: false };
}

/** min(a, b) of numbers that are not negative. */
function least(body: Body, a: Code, b: Code): Code {
  const [x, y] = [constOf(a), constOf(b)];
  if (x !== undefined && y !== undefined) return i32(Math.min(x, y));
  return ["call", body.helper("i32_min"), a, b];
}

export class ContractionWriter {
  /** Of the function that is being written. */
  #body: Body;
  readonly #c: Contraction;
  readonly #units: Units;
  readonly #width: number;
  /** Columns, with those that are thrown away. */
  readonly #columns: number;
  readonly #rows: Dim;
  /** One axis for all rows, and one for all columns. */
  readonly #row: Axis;
  readonly #column: Axis;
  /** What its functions are named after: that of a tile, and that of a tile at an edge. */
  readonly #name: string;
  /** Whether a value is no memory, but a local. */
  readonly #isNumber: (node: Node) => boolean;
  /** The name of the finished sum. */
  readonly #sum: string;

  /**
   * @param letters gives an axis its name
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
    this.#body = body;
    this.#c = c;
    this.#units = unitsOf(c);
    this.#width = lanes * c.tile.vectors;
    this.#columns = c.padded?.count ?? volumeOf(c.columns);
    this.#rows = c.rows.length > 0 ? extentOf(c.rows) : 1;
    this.#name = functionName;
    this.#isNumber = (node) => numbers.includes(node);
    this.#sum = numbers.some((node) => body.nameOf(node) === sumName) ? `${sumName}_` : sumName;
    const together = (axes: readonly Axis[], extent: Dim, other: string): Axis => {
      if (axes.length === 1) return axes[0];
      const axis = newAxis(extent);
      name(axis, axes.map((a) => body.letter(a)).join("") || other);
      return axis;
    };
    this.#row = together(c.rows, this.#rows, "row");
    this.#column = together(c.columns, this.#columns, "column");
  }

  // ── Units ─────────────────────────────────────────────────────────────────────────────────────

  /** How many units there are. */
  get unitCount(): Code {
    return this.#parts.reduce<Code>((n, part) => product(n, part.count), i32(1));
  }

  /** What a unit's number stands for, outermost first. */
  get #parts(): readonly { readonly name: string; readonly count: Code; readonly scale: number }[] {
    const c = this.#c;
    const { rows, areOuter } = this.#units;
    const outer = c.outer.map((axis) => ({
      name: this.#body.letter(axis),
      count: dimCode(axis.extent),
      scale: 1,
    }));
    if (areOuter) return outer;
    const panels = Math.ceil(this.#columns / this.#width);
    const blocks =
      rows === undefined
        ? []
        : [
            {
              name: this.#from,
              count:
                typeof this.#rows === "number"
                  ? i32(Math.ceil(this.#rows / rows))
                  : (["i32.div_u", plus(dimCode(this.#rows), i32(rows - 1)), i32(rows)] as const),
              scale: rows,
            },
          ];
    return [...outer, { name: this.#first, count: i32(panels), scale: this.#width }, ...blocks];
  }

  get #first(): string {
    return `${this.#body.letter(this.#column)}_first`;
  }
  get #rowLetter(): string {
    return this.#body.letter(this.#row);
  }
  get #from(): string {
    return `${this.#rowLetter}_from`;
  }
  get #to(): string {
    return `${this.#rowLetter}_to`;
  }
  get #tileFirst(): string {
    return `${this.#rowLetter}_first`;
  }

  /** The body of the function of the units `from` to `to`. */
  write(): void {
    const body = this.#body;
    body.set("unit", "i32", get("from"));
    body.when(["i32.lt_s", get("unit"), get("to")], () =>
      body.loop("unit", 1, get("to"), () => this.#unit()),
    );
  }

  #unit(): void {
    const body = this.#body;
    const parts = this.#parts;
    body.note("what the unit's number stands for");
    let rest: Code = get("unit");
    for (const [i, part] of parts.entries()) {
      const behind = parts.slice(i + 1).reduce<Code>((n, p) => product(n, p.count), i32(1));
      const one = constOf(behind) === 1;
      const own: Code = one ? rest : ["i32.div_u", rest, behind];
      body.set(part.name, "i32", times(own, part.scale));
      rest = one ? i32(0) : ["i32.rem_u", rest, behind];
    }
    if (this.#units.areOuter) {
      body.set(this.#first, "i32", i32(0));
      body.loop(this.#first, this.#width, i32(this.#columns), () => this.#panel());
    } else this.#panel();
  }

  // ── A panel of columns ────────────────────────────────────────────────────────────────────────

  /** Places in the memory of a thread: the panel, copied rows, sums. */
  get #scratch(): { readonly left: number; readonly sums: number; readonly size: number } {
    const { a, steps, tile, blocks } = this.#c;
    const panel = this.#isCopied ? volumeOf(steps) * this.#width : 0;
    const left = a && !a.place ? volumeOf(steps) * tile.rows : 0;
    const all = this.#units.rows ?? (typeof this.#rows === "number" ? this.#rows : tile.rows);
    const rows = blocks.length > 0 ? Math.ceil(all / tile.rows) * tile.rows : tile.rows;
    const aligned = (n: number): number => Math.ceil(n / 16) * 16;
    return {
      left: 4 * aligned(panel),
      sums: 4 * (aligned(panel) + aligned(left)),
      size: 4 * (aligned(panel) + aligned(left) + aligned(rows * this.#width)),
    };
  }

  /** Bytes of memory that a thread needs for it. */
  get scratchBytes(): number {
    return this.#scratch.size;
  }

  /** Whether the right operand is copied together, panel by panel. */
  get #isCopied(): boolean {
    const { b, levels } = this.#c;
    if (!b.place) return true;
    const { rows } = this.#units;
    const count = rows ?? (typeof this.#rows === "number" ? this.#rows : worthCopying);
    return count >= worthCopying && levels.at(-1)?.right !== this.#width;
  }

  get #rowsOfUnit(): readonly [from: Code, to: Code] {
    const { rows } = this.#units;
    return rows === undefined ? [i32(0), dimCode(this.#rows)] : [get(this.#from), get(this.#to)];
  }

  #panel(): void {
    const body = this.#body;
    const c = this.#c;
    const first = get(this.#first);
    body.set("columns", "i32", least(body, minus(i32(this.#columns), first), i32(this.#width)));
    if (this.#units.rows !== undefined)
      body.set(
        this.#to,
        "i32",
        least(body, dimCode(this.#rows), plus(get(this.#from), i32(this.#units.rows))),
      );
    const [from, to] = this.#rowsOfUnit;
    if (!this.#endsInRegisters || this.#hasEdges || this.#calls)
      body.set("sums", "i32", plus(["global.get", "$scratch"], i32(this.#scratch.sums)));
    if (c.blocks.length > 0) {
      body.set("more", "i32", i32(0));
      this.#loops(c.blocks, () => {
        this.#right();
        this.#tiles(from, to, () => {
          const behind = minus(this.#tileStart, from);
          this.#tile(plus(get("sums"), times(behind, 4 * this.#width)));
        });
        body.set("more", "i32", i32(1));
      });
      this.#finish(from, to, from);
      return;
    }
    this.#right();
    this.#tiles(from, to, () => {
      const end = plus(get(this.#tileFirst), i32(c.tile.rows));
      const last = c.rows.length === 0 ? i32(1) : this.#isClamped ? least(body, end, to) : end;
      if (!this.#endsInRegisters) {
        this.#tile(get("sums"));
        this.#finish(c.rows.length === 0 ? i32(0) : get(this.#tileFirst), last, this.#tileStart);
        return;
      }
      const given = this.#edgeParameters.map((name) => (name === this.#to ? last : get(name)));
      const edge: Code = ["call", `$${this.edgeName}`, ...given];
      if (this.#calls) {
        this.#tile(get("sums"));
        const counters = this.#counters.map(({ value }) => value);
        const whole: Code = ["call", `$${this.wholeName}`, get("sums"), ...counters];
        body.push(
          this.#hasEdges ? ["if", this.#isWhole(end, to), ["then", whole], ["else", edge]] : whole,
        );
        return;
      }
      if (this.#hasEdges) body.set("whole", "i32", this.#isWhole(end, to));
      this.#tile(get("sums"));
      if (this.#hasEdges) body.when(["i32.eqz", get("whole")], () => body.push(edge));
    });
  }

  /** The function of a tile. */
  get tileName(): string {
    return `${this.#name}.tile`;
  }
  /** The function of a whole tile's result. */
  get wholeName(): string {
    return `${this.#name}.whole`;
  }
  /** The function of a tile's result where not all of its rows and columns are some. */
  get edgeName(): string {
    return `${this.#name}.edge`;
  }

  // ── Results of sums in registers ──────────────────────────────────────────────────────────────

  /** Whether a full tile computes its results itself: they are vectors side by side. */
  get #endsInRegisters(): boolean {
    const c = this.#c;
    const last = c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
    if (c.blocks.length > 0 || c.padded || c.columns.at(-1) !== last) return false;
    if (this.#columns < this.#width) return false;
    const store = this.#store;
    const own: Loop = { kind: "loop", axis: this.#column, step: 1, body: [store] };
    return runsInLanes(own) && linear(store.offset, [this.#row, this.#column]) !== undefined;
  }

  /** Whether there are tiles that have rows or columns which are none. */
  get #hasEdges(): boolean {
    return (this.#c.rows.length > 0 && this.#isClamped) || this.#columns % this.#width !== 0;
  }

  get #edgeParameters(): readonly string[] {
    const hasRows = this.#c.rows.length > 0;
    return [
      "sums",
      ...this.#c.outer.map((axis) => this.#body.letter(axis)),
      ...(hasRows ? [this.#tileFirst, this.#to] : []),
      ...(this.#beginsEarly ? [`${this.#rowLetter}_tile`] : []),
      this.#first,
      "columns",
    ];
  }

  /**
   * The result of a tile at an edge, whose sums are in memory; undefined where there is none.
   *
   * @param body of its function
   * @param prepare sets the locals of the memory and the numbers that `body` has used
   * @returns the parameters
   */
  edge(body: Body, prepare: () => void): readonly string[] | undefined {
    if (!this.#endsInRegisters || !this.#hasEdges) return undefined;
    const outside = this.#body;
    this.#body = body;
    const parameters = this.#edgeParameters;
    const [from, to] =
      this.#c.rows.length === 0 ? [i32(0), i32(1)] : [get(this.#tileFirst), get(this.#to)];
    const code = body.inside(() => this.#finish(from, to, this.#tileStart));
    prepare();
    body.push(...code);
    this.#body = outside;
    return parameters;
  }

  #isWhole(end: Code, to: Code): Code {
    const hasAll: Code = ["i32.eq", get("columns"), i32(this.#width)];
    if (this.#c.rows.length === 0 || !this.#isClamped) return hasAll;
    const isFull: Code = ["i32.le_s", end, to];
    return this.#columns % this.#width === 0 ? isFull : ["i32.and", hasAll, isFull];
  }

  /** Counters that the results of a tile depend on, as its function has them and as they are outside. */
  get #counters(): readonly { readonly name: string; readonly value: Code }[] {
    const c = this.#c;
    const letter = (axis: Axis): string => this.#body.letter(axis);
    return [
      ...c.outer.map((axis) => ({ name: letter(axis), value: get(letter(axis)) })),
      ...(c.rows.length > 0 ? [{ name: this.#rowLetter, value: get(this.#tileFirst) }] : []),
      { name: letter(this.#column), value: get(this.#first) },
    ];
  }

  /** The result of a whole tile, written out. */
  #whole(body: Body, sumAt: (row: number, vector: number) => Code): Code[] {
    const { rows, vectors } = this.tile;
    const store = this.#store;
    return body.inside(() => {
      for (let r = 0; r < rows; r++) {
        for (let v = 0; v < vectors; v++) {
          const moved = (s: Scalar): Scalar =>
            movedBy(s, [this.#row, r], [this.#column, lanes * v]);
          const own: Store = { ...store, offset: moved(store.offset), value: moved(store.value) };
          const loop: Loop = { kind: "loop", axis: this.#column, step: 1, body: [own] };
          // The sums of the tile are in no other form than that of vectors.
          body.withSum(this.#sum, sumAt(r, v), () => writeFour(body, loop));
        }
      }
    });
  }

  /** Whether functions are called for the result: registers would be saved around them, in each step before. */
  get #calls(): boolean {
    if (!this.#endsInRegisters) return false;
    return this.#whole(this.#body.other(), () => get(this.#sum)).some(hasCall);
  }

  /**
   * What the function of the tile does with its sums; undefined where it stores them.
   *
   * @param body of that function
   * @param prepare sets the locals of the memory and the numbers that `body` has used
   */
  results(body: Body, prepare: () => void): TileResults | undefined {
    if (!this.#endsInRegisters || this.#calls) return undefined;
    const counters = this.#counters.map(({ name }) => name);
    const code = this.#whole(body, (r, v) => get(sumOf(r, v)));
    const start = body.inside(prepare);
    return {
      counters,
      hasEdges: this.#hasEdges,
      locals: body.declarations(counters),
      code: [...start, ...code],
    };
  }

  /** The result of a whole tile whose sums are in memory; undefined where the tile computes it. @returns the parameters */
  whole(body: Body, prepare: () => void): readonly string[] | undefined {
    if (!this.#calls) return undefined;
    const { vectors } = this.tile;
    const code = this.#whole(body, (r, v) => {
      const offset = 4 * lanes * (r * vectors + v);
      return ["v128.load", ...(offset > 0 ? [`offset=${offset}`] : []), get("sums")];
    });
    prepare();
    body.push(...code);
    return ["sums", ...this.#counters.map(({ name }) => name)];
  }

  /** The first row that a tile computes: rows that an earlier one has are computed again. */
  get #tileStart(): Code {
    if (this.#c.rows.length === 0) return i32(0);
    return get(this.#beginsEarly ? `${this.#rowLetter}_tile` : this.#tileFirst);
  }

  get #beginsEarly(): boolean {
    return this.#isClamped && this.tile.rowStride !== undefined && this.#c.a?.place !== undefined;
  }

  /** Whether the last tile has rows that are none. */
  get #isClamped(): boolean {
    return typeof this.#rows !== "number" || this.#rows % this.#c.tile.rows !== 0;
  }

  #tiles(from: Code, to: Code, write: () => void): void {
    const body = this.#body;
    const c = this.#c;
    if (c.rows.length === 0) {
      write();
      return;
    }
    const i = this.#tileFirst;
    body.note(`tiles of ${c.tile.rows} ${this.#rowLetter}`);
    body.set(i, "i32", from);
    const each = (): void =>
      body.loop(i, c.tile.rows, to, () => {
        if (this.#beginsEarly)
          body.set(
            `${this.#rowLetter}_tile`,
            "i32",
            least(body, get(i), minus(dimCode(this.#rows), i32(c.tile.rows))),
          );
        write();
      });
    if (typeof this.#rows === "number") each();
    else body.when(["i32.lt_s", get(i), to], each);
  }

  /** Loops over axes that have static extents. */
  #loops(axes: readonly Axis[], write: () => void): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      write();
      return;
    }
    const i = this.#body.letter(axis);
    this.#body.set(i, "i32", i32(0));
    this.#body.loop(i, 1, dimCode(axis.extent), () => this.#loops(rest, write));
  }

  // ── The right operand ─────────────────────────────────────────────────────────────────────────

  #right(): void {
    const body = this.#body;
    const { b, columns } = this.#c;
    if (b.place) {
      const found = linear(b.place.start, columns);
      if (!found) throw new Error("an offset that is read in place is linear");
      const start = scalar(found.rest, body);
      const offset = times(plus(start, get(this.#first)), 4);
      body.set("right", "i32", plus(body.base(b.place.node), offset));
      if (!this.#isCopied) return;
      this.#copyRows();
    } else this.#copyElements();
    body.set("right", "i32", ["global.get", "$scratch"]);
  }

  /** Copies rows of the right operand beside each other, vector by vector. */
  #copyRows(): void {
    const body = this.#body;
    const { levels, tile } = this.#c;
    body.note("a panel of the right operand, row by row");
    body.set("to_panel", "i32", ["global.get", "$scratch"]);
    const loops = (level: number): void => {
      const { extent, right } = levels[level];
      const inner = levels[level + 1];
      const counter = level === levels.length - 1 ? "step" : `step_${levels.length - 1 - level}`;
      body.set(counter, "i32", i32(0));
      body.loop(counter, 1, i32(extent), () => {
        if (inner) loops(level + 1);
        else {
          for (let v = 0; v < tile.vectors; v++) {
            const at = v === 0 ? [] : [`offset=${16 * v}`];
            body.push(["v128.store", ...at, get("to_panel"), ["v128.load", ...at, get("right")]]);
          }
          body.set("to_panel", "i32", plus(get("to_panel"), i32(4 * this.#width)));
        }
        const by = right - (inner ? inner.extent * inner.right : 0);
        if (by !== 0) body.set("right", "i32", plus(get("right"), i32(4 * by)));
      });
    };
    loops(0);
  }

  /** Copies elements of the right operand beside each other; those behind the last column are none. */
  #copyElements(): void {
    const body = this.#body;
    const { b, steps, columns } = this.#c;
    const runs = runOf(b.value, columns);
    const own = this.#elements(b.value);
    // What is behind the last column may be anything: its sums are thrown away.
    const inFours = own.kind === "element" && (runs === 4 || (columns.length === 1 && runs > 1));
    body.note("a panel of the right operand, column by column");
    body.set("at", "i32", i32(0));
    body.loop("at", inFours ? 4 : 1, get("columns"), () => {
      this.#decode(columns, plus(get(this.#first), get("at")));
      body.set("to_panel", "i32", plus(["global.get", "$scratch"], times(get("at"), 4)));
      this.#loops(steps, () => {
        if (inFours)
          body.push([
            "v128.store",
            get("to_panel"),
            ["v128.load", ...addressOf(own.node, own.offset, body)],
          ]);
        else body.push(["f32.store", get("to_panel"), scalar(own, body)]);
        body.set("to_panel", "i32", plus(get("to_panel"), i32(4 * this.#width)));
      });
    });
  }

  // ── A tile ────────────────────────────────────────────────────────────────────────────────────

  /** The register tile. */
  get tile(): TileShape {
    const { a, tile, blocks, levels, rows: axes } = this.#c;
    const copied = this.#isCopied;
    let behind = 1;
    const own = levels.map((level) => level);
    for (let i = levels.length - 1; i >= 0; i--) {
      own[i] = {
        extent: levels[i].extent,
        left: !a ? 0 : a.place ? levels[i].left : behind * tile.rows,
        right: copied ? behind * this.#width : levels[i].right,
      };
      behind *= levels[i].extent;
    }
    const stride = a?.place ? strideOf(axes, a.place.along) : 1;
    // The last tile begins early where it would not be full.
    const isEven =
      a !== undefined &&
      stride !== undefined &&
      stride >= 0 &&
      (!a.place || (typeof this.#rows === "number" && this.#rows >= tile.rows));
    return {
      rows: a ? tile.rows : 1,
      vectors: tile.vectors,
      rowStride: isEven ? stride : undefined,
      hasLeft: a !== undefined,
      levels: own,
      goesOn: blocks.length > 0,
    };
  }

  #tile(sums: Code): void {
    const body = this.#body;
    const more = this.#c.blocks.length > 0 ? [get("more")] : [];
    const left = this.#left();
    const operands =
      this.#endsInRegisters && !this.#calls
        ? [
            ...(this.#hasEdges ? [sums] : []),
            ...this.#counters.map(({ value }) => value),
            ...(this.#hasEdges ? [get("whole")] : []),
          ]
        : [sums, ...more];
    body.push(["call", `$${this.tileName}`, ...left, get("right"), ...operands]);
  }

  /** Addresses of the rows of a tile; rows beyond the last one are the last one again. */
  #left(): Code[] {
    const body = this.#body;
    const { a, rows } = this.#c;
    if (!a) return [];
    if (!a.place) {
      this.#copyLeft();
      return [plus(["global.get", "$scratch"], i32(this.#scratch.left))];
    }
    const { node, start } = a.place;
    if (this.tile.rowStride !== undefined) {
      const found = linear(start, rows);
      if (!found) throw new Error("an offset that is read in place is linear");
      const rest = scalar(found.rest, body);
      const at = plus(rest, times(this.#tileStart, this.tile.rowStride));
      return [plus(body.base(node), times(at, 4))];
    }
    const last = minus(dimCode(this.#rows), i32(1));
    const names = leftNames(this.tile);
    for (const [r, name] of names.entries()) {
      this.#decode(rows, least(body, plus(get(this.#tileFirst), i32(r)), last));
      body.set(name, "i32", plus(body.base(node), times(scalar(start, body), 4)));
    }
    return names.map(get);
  }

  /** Copies the rows of a tile step by step. */
  #copyLeft(): void {
    const body = this.#body;
    const { a, rows, steps, tile } = this.#c;
    const value = this.#elements((a as NonNullable<typeof a>).value);
    const last = minus(dimCode(this.#rows), i32(1));
    body.note("the rows of the left operand, step by step");
    body.set("r", "i32", i32(0));
    body.loop("r", 1, i32(tile.rows), () => {
      this.#decode(rows, least(body, plus(get(this.#tileFirst), get("r")), last));
      const start = plus(["global.get", "$scratch"], i32(this.#scratch.left));
      body.set("to_left", "i32", plus(start, times(get("r"), 4)));
      this.#loops(steps, () => {
        body.push(["f32.store", get("to_left"), scalar(value, body)]);
        body.set("to_left", "i32", plus(get("to_left"), i32(4 * tile.rows)));
      });
    });
  }

  // ── The result ────────────────────────────────────────────────────────────────────────────────

  /** Computes the result of finished sums. Neighbours in memory are neighbours in the inner loop. */
  #finish(from: Code, to: Code, firstRow: Code): void {
    const body = this.#body;
    const c = this.#c;
    const last = c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
    const first = get(this.#first);
    const [row, column] = [this.#row, this.#column];
    const [i, j] = [this.#rowLetter, body.letter(column)];
    const width = 4 * this.#width;
    const endColumn = plus(first, get("columns"));
    const store = this.#store;
    body.note("the result of finished sums");
    if (c.padded) {
      this.#overRows(from, to, () => {
        const behind = c.rows.length === 0 ? i32(0) : times(minus(get(i), firstRow), width);
        body.set("sums_of_row", "i32", minus(plus(get("sums"), behind), times(first, 4)));
        this.#paddedColumns(first, store);
      });
    } else if (c.columns.at(-1) === last || c.rows.length === 0) {
      this.#overRows(from, to, () => {
        const behind = c.rows.length === 0 ? i32(0) : times(minus(get(i), firstRow), width);
        body.set("sums_of_row", "i32", minus(plus(get("sums"), behind), times(first, 4)));
        const at = plus(get("sums_of_row"), times(get(j), 4));
        this.#sumIs(["f32.load", at], ["v128.load", at], () =>
          this.#columnsOfRow(first, endColumn, store),
        );
      });
    } else {
      body.set(j, "i32", first);
      body.loop(j, 1, endColumn, () => {
        const start = plus(get("sums"), times(minus(get(j), first), 4));
        body.set("sums_of_column", "i32", minus(start, times(firstRow, width)));
        const at = plus(get("sums_of_column"), times(get(i), width));
        const four = [1, 2, 3].reduce<Code>(
          (code, lane) => ["v128.load32_lane", `offset=${lane * width}`, String(lane), at, code],
          ["v128.load32_zero", at],
        );
        this.#sumIs(["f32.load", at], four, () => this.#loop(row, from, to, store));
      });
    }
  }

  /** The columns of a panel: written out where it is full, for most are. */
  #columnsOfRow(from: Code, to: Code, store: Store): void {
    const body = this.#body;
    const column = this.#column;
    const loop: Loop = { kind: "loop", axis: column, step: 1, body: [store] };
    const others = (): void => this.#loop(column, from, to, store);
    if (this.#endsInRegisters || this.#columns < this.#width || !runsInLanes(loop)) {
      others();
      return;
    }
    const full = body.inside(() => {
      for (let v = 0; v < this.#c.tile.vectors; v++) {
        body.set(body.letter(column), "i32", plus(from, i32(lanes * v)));
        writeFour(body, loop);
      }
    });
    if (this.#columns % this.#width === 0) {
      body.push(...full);
      return;
    }
    const isFull: Code = ["i32.eq", get("columns"), i32(this.#width)];
    body.push(["if", isFull, ["then", ...full], ["else", ...body.inside(others)]]);
  }

  #overRows(from: Code, to: Code, write: () => void): void {
    const body = this.#body;
    if (this.#c.rows.length === 0) {
      write();
      return;
    }
    body.set(this.#rowLetter, "i32", from);
    body.loop(this.#rowLetter, 1, to, write);
  }

  #sumIs(one: Code, four: Code, write: () => void): void {
    this.#body.as(this.#sum, { one, four }, write);
  }

  #loop(axis: Axis, from: Code, to: Code, store: Store): void {
    const loop: Loop = { kind: "loop", axis, step: 1, body: [store] };
    const extent = axis.extent === 1 ? 4 : axis.extent;
    const inLanes = runsInLanes({ ...loop, axis: { ...axis, extent } }) || runsInLanes(loop);
    writeLoop(this.#body, loop, from, to, inLanes && axis.extent !== 1);
  }

  /** Loops over the columns of a panel that are kept, row by row. */
  #paddedColumns(first: Code, store: Store): void {
    const body = this.#body;
    const [axis, inner] = this.#c.columns;
    const [k, l] = [axis, inner].map((a) => body.letter(a));
    const { row } = this.#c.padded as NonNullable<Contraction["padded"]>;
    const end = plus(first, get("columns"));
    const lastRow: Code = ["i32.div_u", minus(end, i32(1)), i32(row)];
    body.set(`${k}_to`, "i32", plus(lastRow, i32(1)));
    body.set(k, "i32", ["i32.div_u", first, i32(row)]);
    body.loop(k, 1, get(`${k}_to`), () => {
      const own = times(get(k), row);
      const before = minus(first, own);
      body.set(`${l}_to`, "i32", least(body, dimCode(inner.extent), minus(end, own)));
      const from: Code = ["select", before, i32(0), ["i32.gt_s", before, i32(0)]];
      const at = plus(get("sums_of_row"), times(plus(own, get(l)), 4));
      this.#sumIs(["f32.load", at], ["v128.load", at], () =>
        this.#loop(inner, from, get(`${l}_to`), store),
      );
    });
  }

  /** The store of an element of the result, over one axis for all rows and one for all columns. */
  get #store(): Store {
    const { stage, rows, columns, result, padded } = this.#c;
    const index = [
      ...stage.prefix,
      ...stage.axes.map((axis) => (axis.extent === 1 ? constant(0, "int32") : axisIndex(axis))),
    ];
    const named = rewrite(result, (s) =>
      s.kind === "local" && s.name === sumName ? local(this.#sum, s.dtype) : undefined,
    );
    const merged = (s: Scalar): Scalar => {
      const overRows = together(s, rows, this.#row);
      return padded ? overRows : together(overRows, columns, this.#column);
    };
    return {
      kind: "store",
      into: stage.into,
      offset: merged(offsetIn(stage.into.shape, index) as Scalar),
      value: merged(this.#elements(named)),
    };
  }

  // ── Indices ───────────────────────────────────────────────────────────────────────────────────

  /** Loads with their places in memory worked out. */
  #elements(s: Scalar): Scalar {
    return rewrite(s, (part) => {
      if (part.kind !== "load") return undefined;
      if (this.#isNumber(part.node))
        return local(this.#body.nameOf(part.node), part.node.type.dtype);
      const index = part.index.map((i) => this.#elements(i));
      return element(part.node, offsetIn(part.node.shape, index) as Scalar);
    });
  }

  /** Sets the counters of a group of axes from the number that counts them all. */
  #decode(group: readonly Axis[], value: Code): void {
    const body = this.#body;
    if (group.length === 1) {
      body.set(body.letter(group[0]), "i32", value);
      return;
    }
    const counter =
      group === this.#c.rows ? `${this.#rowLetter}_at` : `${body.letter(this.#column)}_at`;
    body.set(counter, "i32", value);
    let below = 1;
    for (let i = group.length - 1; i >= 0; i--) {
      const own = group[i].extent as number;
      const isLast = i === group.length - 1;
      const extent = isLast && group === this.#c.columns ? (this.#c.padded?.row ?? own) : own;
      const head: Code = below === 1 ? get(counter) : ["i32.div_u", get(counter), i32(below)];
      const code: Code = i === 0 ? head : ["i32.rem_u", head, i32(extent)];
      body.set(body.letter(group[i]), "i32", code);
      below *= extent;
    }
  }
}

type Store = Extract<Statement, { kind: "store" }>;

const hasCall = (code: Code): boolean =>
  typeof code !== "string" && (code[0] === "call" || code.some(hasCall));

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
