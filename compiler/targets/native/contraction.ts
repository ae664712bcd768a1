/** Products in C: loops over panels of columns and tiles of rows around a register tile. */

import type { Node } from "../../graph/node.ts";
import type { Dim } from "../../graph/types.ts";
import { axesIn, extentOf, runOf, volumeOf } from "../../kernels/contraction/axes.ts";
import { type Contraction, sumName } from "../../kernels/contraction/contraction.ts";
import { elementsOf, offsetIn, type Place, strideOf } from "../../kernels/contraction/operand.ts";
import {
  type Axis,
  axisIndex,
  constant,
  element,
  indexAdd,
  indexMul,
  linear,
  local,
  rewrite,
  type Scalar,
  walk,
} from "../../kernels/scalar.ts";
import type { Writer } from "../writer.ts";
import { expression, type Names, offset as offsetText } from "./expression.ts";
import { dimInC } from "./names.ts";
import { assignment } from "./statements.ts";
import { type TileKind, tileName } from "./tiles.ts";

/** Units of work are not cut smaller than about this many multiply-adds. */
const smallestUnit = 1 << 17;
/** Rows that a unit has at least, for its copy of the right operand to be worth it. */
const fewestRows = 144;

/** How a contraction is cut into units that may run at the same time. */
export interface Units {
  /** Rows of a unit; all if it is none of several. */
  readonly rows: number | undefined;
  /** Number of units, as an expression. */
  readonly count: string;
}

const next = (counter: string, by: number): string =>
  by > 1 ? `${counter} += ${by}` : `${counter}++`;

const lanes = (vectors: number): string => (vectors === 1 ? "LANES" : `${vectors} * LANES`);

/** The panels that a number of columns makes. */
const panelsOf = (columns: number, vectors: number): string =>
  `((${columns - 1} + ${lanes(vectors)}) / ${factor(lanes(vectors))})`;

/** An expression as a factor. */
const factor = (text: string): string => (/^\w+$|^\(/.test(text) ? text : `(${text})`);

export function unitsOf(c: Contraction): Units {
  const columns = c.padded?.count ?? volumeOf(c.columns);
  const rows = c.rows.length > 0 ? extentOf(c.rows) : 1;
  const outer = c.outer.map((axis) => dimInC(axis.extent, true)).join(" * ");
  if (volumeOf(c.outer) >= 8) return { rows: undefined, count: outer };
  const perRow = 32 * volumeOf([...c.steps, ...c.blocks]);
  const isCopied = !c.b.place || columns < 32;
  const least = Math.max(smallestUnit / perRow, isCopied ? fewestRows : 0);
  const wanted = Math.ceil(Math.max(least, c.tile.rows) / c.tile.rows) * c.tile.rows;
  const panels = panelsOf(columns, c.tile.vectors);
  const isCut = typeof rows !== "number" || rows >= 2 * wanted;
  const cut = isCut
    ? typeof rows === "number"
      ? [String(Math.ceil(rows / wanted))]
      : [`((${dimInC(rows)} + ${wanted - 1}) / ${wanted})`]
    : [];
  const parts = [...(outer ? [outer] : []), panels, ...cut];
  return { rows: isCut ? wanted : undefined, count: parts.join(" * ") };
}

/** The tile function that a contraction calls. */
export function tileOf(c: Contraction): TileKind {
  const { rows, vectors } = c.tile;
  const levels = c.levels.length;
  if (!c.a) return { rows: 0, vectors, spacing: "even", levels };
  const extent = extentOf(c.rows);
  // The last tile begins early where it would not be full.
  const isEven =
    strideOf(c.rows, c.a.place?.along) !== undefined &&
    typeof extent === "number" &&
    extent >= rows;
  return { rows, vectors, spacing: isEven ? "even" : "free", levels };
}

/** A number that a unit stands for, how many there are of it, and what it is multiplied by. */
interface Part {
  readonly name: string;
  readonly extent: string;
  readonly scale: string;
}

/** A sum over the elements of the result, or what they replace, that is taken as they are written. */
export interface RidingSum {
  /** Its name, and the array of its parts in the call's memory: one a unit. */
  readonly sum: string;
  readonly array: string;
  readonly term: Scalar;
  /** Whether the term is of what is there before an element is written. */
  readonly isBefore: boolean;
}

/** Where a panel of the right operand begins, and for each loop over steps how far they are apart. */
interface Right {
  readonly at: string;
  readonly steps: readonly string[];
}

/** Writes the functions of a contraction: of a panel of columns, and of the units that threads share. */
export class ContractionWriter {
  readonly #out: Writer;
  readonly #c: Contraction;
  readonly #names: Names;
  readonly #free: (name: string) => string;
  readonly #isOwn: (node: Node) => boolean;
  readonly #isNumber: (node: Node) => boolean;
  readonly #riding: readonly RidingSum[];
  readonly #width: string;
  readonly #columns: number;
  readonly #rowCount: Dim;
  /** Names of the counters of rows and columns, which may be several axes in one. */
  readonly #row: string;
  readonly #column: string;

  /**
   * @param free a name that nothing else in the function has
   * @param isOwn whether memory is the code's own, with room behind it: vectors may reach beyond its end
   * @param isNumber what is no memory but a number of the call
   */
  constructor(
    out: Writer,
    c: Contraction,
    names: Names,
    free: (name: string) => string,
    isOwn: (node: Node) => boolean,
    isNumber: (node: Node) => boolean,
    riding: readonly RidingSum[] = [],
  ) {
    this.#out = out;
    this.#c = c;
    this.#names = names;
    this.#free = free;
    this.#isOwn = isOwn;
    this.#isNumber = isNumber;
    this.#riding = riding;
    this.#width = lanes(c.tile.vectors);
    this.#columns = c.padded?.count ?? volumeOf(c.columns);
    this.#rowCount = c.rows.length > 0 ? extentOf(c.rows) : 1;
    this.#row = c.rows.map((axis) => names.letter(axis)).join("") || free("row");
    this.#column = c.columns.map((axis) => names.letter(axis)).join("");
  }

  /** Parameters of the function of a panel, behind the call's memory. */
  get panelParameters(): string[] {
    const { outer } = this.#c;
    return [
      ...outer.map((axis) => `int ${this.#names.letter(axis)}`),
      `int ${this.#first}`,
      `int ${this.#free("columns")}`,
      ...(this.#isCut ? [`int ${this.#row}_from`, `int ${this.#row}_to`] : []),
      ...this.#riding.map(({ sum }) => `double *${sum}_part`),
    ];
  }

  get outerParameters(): string[] {
    return this.#c.outer.map((axis) => `int ${this.#names.letter(axis)}`);
  }

  /** What is done before and after terms are added to a result: it is set to 0, and then finished. */
  get scatterParts(): readonly ("start" | "end")[] {
    const { scatter, result } = this.#c;
    if (!scatter) return [];
    return result.kind === "local" ? ["start"] : ["start", "end"];
  }

  /** The memory that a function of the contraction touches. */
  nodesOf(part: "panel" | "start" | "end"): Node[] {
    const { stage, scatter, a, b, result } = this.#c;
    const loads = (s: Scalar | undefined): Node[] =>
      s ? walk(s).flatMap((p) => (p.kind === "load" ? [p.node] : [])) : [];
    const operands = [...loads(a?.value), ...loads(b.value)];
    const all =
      part === "start"
        ? []
        : part === "end"
          ? loads(result)
          : scatter
            ? operands
            : [...operands, ...loads(result)];
    return [...new Set([...all, stage.into])].filter((node) => !this.#isNumber(node));
  }

  /** Sets the result of one place of the outer axes to 0, or finishes it. */
  writeScatterPart(part: "start" | "end"): void {
    const out = this.#out;
    const { stage, outer, result } = this.#c;
    const inner = stage.axes.filter((axis) => axis.extent !== 1 && !outer.includes(axis));
    this.#loops(inner, () => {
      const place = `${this.#names.nameOf(stage.into)}[${offsetText(this.#intoOffset(), this.#names, stage.into).text}]`;
      if (part === "start") {
        out.line(`${place} = 0.0f;`);
        return;
      }
      out.line(`const float ${this.#sum} = ${place};`);
      out.line(`${place} = ${this.#value(this.#renamed(result))};`);
    });
  }

  /** Where an element of the result lies, over the axes of the result. */
  #intoOffset(replaced: ReadonlyMap<Axis, Scalar> = new Map()): Scalar {
    const { stage } = this.#c;
    const index = [
      ...stage.prefix,
      ...stage.axes.map((axis) =>
        axis.extent === 1 ? constant(0, "int32") : (replaced.get(axis) ?? axisIndex(axis)),
      ),
    ];
    return offsetIn(stage.into.shape, index) as Scalar;
  }

  #renamed(result: Scalar): Scalar {
    return rewrite(result, (s) =>
      s.kind === "local" && s.name === sumName ? local(this.#sum, "float32") : undefined,
    );
  }

  /** The loop over units `from` to `to`, which calls the function of a panel. */
  writeUnits(name: string): void {
    const out = this.#out;
    const c = this.#c;
    const unit = this.#free("unit");
    const units = this.#units;
    const first = this.#first;
    const count = this.#free("columns");
    out.block(`for (int ${unit} = from; ${unit} < to; ${unit}++) {`, () => {
      const isOuter = volumeOf(c.outer) >= 8;
      const numbers: Part[] = c.outer.map((axis) => ({
        name: this.#names.letter(axis),
        extent: dimInC(axis.extent, true),
        scale: "",
      }));
      if (!isOuter) {
        const panels = panelsOf(this.#columns, c.tile.vectors);
        numbers.push({ name: first, extent: panels, scale: ` * ${factor(this.#width)}` });
        if (units.rows !== undefined)
          numbers.push({
            name: `${this.#row}_from`,
            extent:
              typeof this.#rowCount === "number"
                ? String(Math.ceil(this.#rowCount / units.rows))
                : "",
            scale: ` * ${units.rows}`,
          });
      }
      const starts = [
        ...c.outer.map((axis) => this.#names.letter(axis)),
        ...(isOuter ? [] : [`the first of ${this.#width} ${this.#column}`]),
        ...(isOuter || units.rows === undefined ? [] : [`the first of ${units.rows} ${this.#row}`]),
      ];
      out.note([`What the unit's number stands for: ${starts.join(", ")}.`]);
      this.#divide(unit, numbers, units);
      const call = (): void => {
        out.line(`const int ${count} = least(${this.#columns} - ${first}, ${this.#width});`);
        if (this.#isCut)
          out.line(
            `const int ${this.#row}_to = least(${dimInC(this.#rowCount)}, ${this.#row}_from + ${units.rows});`,
          );
        const args = (columns: string): string =>
          [
            "call",
            ...c.outer.map((axis) => this.#names.letter(axis)),
            first,
            columns,
            ...(this.#isCut ? [`${this.#row}_from`, `${this.#row}_to`] : []),
            ...this.#riding.map(({ sum }) => `${sum}_part`),
          ].join(", ");
        // A full panel is compiled for itself.
        out.line(`if (${count} == ${this.#width}) ${name}_panel(${args(this.#width)});`);
        out.line(`else ${name}_panel(${args(count)});`);
      };
      for (const { sum, array } of this.#riding) {
        out.line(`double *${sum}_part = &call->${array}[${unit}];`);
        out.line(`*${sum}_part = 0.0;`);
      }
      const parts = this.scatterParts;
      const ofOuter = ["call", ...c.outer.map((axis) => this.#names.letter(axis))].join(", ");
      if (parts.includes("start")) out.line(`${name}_start(${ofOuter});`);
      if (isOuter)
        out.block(
          `for (int ${first} = 0; ${first} < ${this.#columns}; ${first} += ${this.#width}) {`,
          call,
        );
      else call();
      if (parts.includes("end")) out.line(`${name}_end(${ofOuter});`);
    });
  }

  get #first(): string {
    return `${this.#column}_first`;
  }

  get #units(): Units {
    return unitsOf(this.#c);
  }

  /** Whether a unit has only some of the rows. */
  get #isCut(): boolean {
    return this.#units.rows !== undefined;
  }

  /** What a unit's number stands for. */
  #divide(unit: string, parts: readonly Part[], units: Units): void {
    let rest = unit;
    for (const [i, part] of [...parts].entries()) {
      const after = parts.slice(i + 1).map((p, n) =>
        // The number of row blocks of a named size is worked out when the function runs.
        p.extent === "" && i + 1 + n === parts.length - 1
          ? `((${dimInC(this.#rowCount)} + ${(units.rows as number) - 1}) / ${units.rows})`
          : p.extent,
      );
      const by = after.join(" * ");
      const head = by ? `${rest} / ${factor(by)}` : rest;
      this.#out.line(`const int ${part.name} = ${head}${part.scale};`);
      rest = by ? `${rest} % ${factor(by)}` : rest;
    }
  }

  /** The body of a panel's function: columns that fill some vectors, all rows or those of a unit. */
  writePanel(): void {
    const out = this.#out;
    // Each column has a sum of its own, so that they are taken in lanes.
    for (const { sum } of this.#riding)
      out.line(`_Alignas(64) float ${sum}_lanes[${this.#width}] = {0};`);
    this.#writePanel();
    if (this.#riding.length === 0) return;
    const at = this.#free("at");
    out.block(`for (int ${at} = 0; ${at} < ${this.#free("columns")}; ${at}++) {`, () => {
      for (const { sum } of this.#riding) out.line(`*${sum}_part += ${sum}_lanes[${at}];`);
    });
  }

  #writePanel(): void {
    const out = this.#out;
    const c = this.#c;
    const units = this.#units;
    const [first, count] = [this.#first, this.#free("columns")];
    const [from, to] = this.#isCut
      ? [`${this.#row}_from`, `${this.#row}_to`]
      : ["0", dimInC(this.#rowCount)];
    const blocked = c.blocks.length > 0;
    const sums = this.#free("sums");
    if (blocked) {
      const rows = typeof this.#rowCount === "number" ? (units.rows ?? this.#rowCount) : units.rows;
      const padded = Math.ceil((rows as number) / c.tile.rows) * c.tile.rows;
      out.line(`_Alignas(64) float ${sums}[${padded} * ${this.#width}];`);
      out.line(`bool ${this.#free("more")} = false;`);
      this.#loops(c.blocks, () => {
        const right = this.#right(first, count);
        this.#tiles(from, to, () =>
          this.#tile(
            right,
            `${sums} + (${this.#tileStart} - ${from}) * ${factor(this.#width)}`,
            this.#free("more"),
          ),
        );
        out.line(`${this.#free("more")} = true;`);
      });
      this.#finish(from, to, sums, from, count, first);
      return;
    }
    const right = this.#right(first, count);
    this.#tiles(from, to, () => {
      out.line(`_Alignas(64) float ${sums}[${c.tile.rows} * ${this.#width}];`);
      this.#tile(right, sums, "false");
      const clamped = this.#isClamped
        ? `least(${this.#tileFirst} + ${c.tile.rows}, ${to})`
        : `${this.#tileFirst} + ${c.tile.rows}`;
      this.#finish(this.#tileFirst, clamped, sums, this.#tileStart, count, first);
    });
  }

  get #tileFirst(): string {
    return `${this.#row}_first`;
  }

  /** The first row that a tile computes: rows that an earlier one has are computed again. */
  get #tileStart(): string {
    const early = this.#isClamped && this.#c.a && tileOf(this.#c).spacing === "even";
    return early ? `${this.#row}_tile` : this.#tileFirst;
  }

  /** Whether the last tile has rows that are none. */
  get #isClamped(): boolean {
    return typeof this.#rowCount !== "number" || this.#rowCount % this.#c.tile.rows !== 0;
  }

  #tiles(from: string, to: string, body: () => void): void {
    const c = this.#c;
    if (c.rows.length === 0) {
      body();
      return;
    }
    const i = this.#tileFirst;
    this.#out.block(`for (int ${i} = ${from}; ${i} < ${to}; ${i} += ${c.tile.rows}) {`, () => {
      if (this.#tileStart !== i)
        this.#out.line(
          `const int ${this.#tileStart} = least(${i}, ${dimInC(this.#rowCount)} - ${c.tile.rows});`,
        );
      body();
    });
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

  // ── The right operand ─────────────────────────────────────────────────────────────────────────

  /** Where the right operand's panel is found, and how far its rows are apart. */
  #right(first: string, count: string): Right {
    const out = this.#out;
    const { b, steps, levels } = this.#c;
    const right = this.#free("right");
    const panel = this.#free("panel");
    const size = `${volumeOf(steps)} * ${this.#width}`;
    const copied = levels.map((_, i) => {
      const behind = levels.slice(i + 1).reduce((n, level) => n * level.extent, 1);
      return behind === 1 ? this.#width : `${behind} * ${this.#width}`;
    });
    if (!b.place) {
      out.line(`_Alignas(64) float ${panel}[${size}];`);
      this.#copyPanel(panel, first, count);
      return { at: panel, steps: copied };
    }
    const at = this.#index(b.place, this.#c.columns, first, 1);
    out.line(`const float *${right} = ${this.#names.nameOf(b.place.node)} + ${at};`);
    if (this.#isOwn(b.place.node))
      return { at: right, steps: levels.map((level) => String(level.right)) };
    const strides = levels.map(
      (_, i) => `${right}_step${i === levels.length - 1 ? "" : `_${levels.length - 1 - i}`}`,
    );
    for (const [i, name] of strides.entries()) out.line(`long ${name} = ${levels[i].right};`);
    // A panel that is not full is copied, for vectors reach beyond it.
    out.line(`_Alignas(64) float ${panel}[${size}];`);
    out.block(`if (${count} < ${this.#width}) {`, () => {
      this.#copyPanel(panel, first, count);
      out.line(`${right} = ${panel};`);
      for (const [i, name] of strides.entries()) out.line(`${name} = ${copied[i]};`);
    });
    return { at: right, steps: strides };
  }

  /** Copies columns of the right operand beside each other, zeros behind the last. */
  #copyPanel(panel: string, first: string, count: string): void {
    const out = this.#out;
    const { b, steps, columns, padded } = this.#c;
    const step = this.#free("step");
    const at = this.#free("at");
    const lane = this.#free("lane");
    const run = padded ? 1 : runOf(b.value, columns);
    const last = columns.at(-1) as Axis;
    const written = (column: string): string =>
      `${panel}[${step} * ${factor(this.#width)} + ${column}]`;
    const rest = `for (int ${at} = ${count}; ${at} < ${this.#width}; ${at}++) ${written(at)} = 0.0f;`;
    if (columns.length === 1 && run > 1) {
      // A row of columns is one in memory.
      out.line(`int ${step} = 0;`);
      this.#loops(steps, () => {
        out.block(`for (int ${at} = 0; ${at} < ${count}; ${at}++) {`, () => {
          this.#declareAxes(columns, `${first} + ${at}`);
          out.line(`${written(at)} = ${this.#value(b.value)};`);
        });
        out.line(rest);
        out.line(`${step}++;`);
      });
      return;
    }
    out.block(`for (int ${at} = 0; ${at} < ${count}; ${next(at, run)}) {`, () => {
      this.#declareAxes(columns, `${first} + ${at}`);
      out.line(`int ${step} = 0;`);
      this.#loops(steps, () => {
        if (run > 1) {
          const moved = rewrite(b.value, (s) =>
            s.kind === "axis" && s.axis === last ? indexAdd(s, local(lane, "int32")) : undefined,
          );
          out.line(`for (int ${lane} = 0; ${lane} < ${run}; ${lane}++)`);
          out.line(`  ${written(`${at} + ${lane}`)} = ${this.#value(moved)};`);
        } else if (padded) {
          const inside = `${this.#names.letter(last)} < ${dimInC(last.extent)}`;
          out.line(`${written(at)} = ${inside} ? ${this.#value(b.value)} : 0.0f;`);
        } else out.line(`${written(at)} = ${this.#value(b.value)};`);
        out.line(`${step}++;`);
      });
    });
    out.line(`for (int ${step} = 0; ${step} < ${volumeOf(steps)}; ${step}++)`);
    out.line(`  ${rest}`);
  }

  // ── A tile ────────────────────────────────────────────────────────────────────────────────────

  #tile(right: Right, sums: string, more: string): void {
    const out = this.#out;
    const c = this.#c;
    const kind = tileOf(c);
    const steps = c.levels.flatMap(({ extent, left }, i) => {
      const ofLeft = !c.a ? [] : [c.a.place ? String(left) : String(left * c.tile.rows)];
      return [String(extent), ...ofLeft, right.steps[i]];
    });
    const tail = [right.at, ...steps, sums, more];
    if (!c.a) {
      out.list(`${tileName(kind)}(`, tail, ");", "", "");
      return;
    }
    const { place } = c.a;
    if (!place) {
      out.list(`${tileName(kind)}(`, [this.#copyLeft(), this.#free("rows"), ...tail], ");", "", "");
      return;
    }
    const name = this.#names.nameOf(place.node);
    if (kind.spacing === "even") {
      const stride = strideOf(c.rows, place.along) as number;
      const at = this.#index(place, c.rows, this.#tileStart, stride);
      out.list(`${tileName(kind)}(`, [`${name} + ${at}`, String(stride), ...tail], ");", "", "");
      return;
    }
    this.#rowOffsets(place);
    out.list(`${tileName(kind)}(`, [name, this.#free("rows"), ...tail], ");", "", "");
  }

  /** Where each row of a tile begins; rows beyond the last one are the last one again. */
  #rowOffsets({ node, start }: Place): void {
    const out = this.#out;
    const c = this.#c;
    const rows = this.#free("rows");
    out.line(`long ${rows}[${c.tile.rows}];`);
    out.block(
      `for (int ${this.#free("r")} = 0; ${this.#free("r")} < ${c.tile.rows}; ${this.#free("r")}++) {`,
      () => {
        this.#declareAxes(
          c.rows,
          `least(${this.#tileFirst} + ${this.#free("r")}, ${dimInC(this.#rowCount)} - 1)`,
        );
        out.line(`${rows}[${this.#free("r")}] = ${offsetText(start, this.#names, node).text};`);
      },
    );
  }

  /** Copies the rows of a tile step by step. */
  #copyLeft(): string {
    const out = this.#out;
    const c = this.#c;
    const [left, rows, step] = ["left", "rows", "step"].map(this.#free);
    out.line(`float ${left}[${volumeOf(c.steps)} * ${c.tile.rows}];`);
    out.line(`long ${rows}[${c.tile.rows}];`);
    out.block(
      `for (int ${this.#free("r")} = 0; ${this.#free("r")} < ${c.tile.rows}; ${this.#free("r")}++) {`,
      () => {
        out.line(`${rows}[${this.#free("r")}] = r;`);
        this.#declareAxes(
          c.rows,
          `least(${this.#tileFirst} + ${this.#free("r")}, ${dimInC(this.#rowCount)} - 1)`,
        );
        out.line(`int ${step} = 0;`);
        this.#loops(c.steps, () => {
          const value = this.#value((c.a as NonNullable<typeof c.a>).value);
          out.line(`${left}[${step} * ${c.tile.rows} + ${this.#free("r")}] = ${value};`);
          out.line(`${step}++;`);
        });
      },
    );
    return left;
  }

  // ── The result ────────────────────────────────────────────────────────────────────────────────

  /** Computes the result of finished sums. Neighbours in memory are neighbours in the inner loop. */
  #finish(
    from: string,
    to: string,
    sums: string,
    firstRow: string,
    count: string,
    first: string,
  ): void {
    const out = this.#out;
    const c = this.#c;
    const last = c.scatter
      ? c.columns.at(-1)
      : c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
    const overRows = (body: () => void): void => {
      if (c.rows.length === 0) {
        body();
        return;
      }
      const i = this.#row;
      out.block(`for (int ${i} = ${from}; ${i} < ${to}; ${i}++) {`, body);
    };
    const overColumns = (body: () => void): void => {
      if (c.padded || (c.scatter && c.columns.length === 2)) {
        this.#columnRows(first, count, body);
        return;
      }
      const j = this.#column;
      out.block(`for (int ${j} = ${first}; ${j} < ${first} + ${count}; ${j}++) {`, body);
    };
    const row =
      c.rows.length === 0 ? "" : `(${this.#row} - ${firstRow}) * ${factor(this.#width)} + `;
    const body = (): void => {
      out.line(`const float ${this.#sum} = ${sums}[${row}${this.#column} - ${first}];`);
      this.#store();
    };
    if (c.columns.at(-1) === last || c.rows.length === 0) overRows(() => overColumns(body));
    else overColumns(() => overRows(body));
  }

  /** Loops over the columns of a panel that are kept, row by row. */
  #columnRows(first: string, count: string, body: () => void): void {
    const out = this.#out;
    const [axis, inner] = this.#c.columns;
    const [k, l] = [axis, inner].map((a) => this.#names.letter(a));
    const row = this.#c.padded?.row ?? (inner.extent as number);
    const length = dimInC(inner.extent);
    // Vectors have at least 4 lanes: panels of rows that divide them hold whole rows.
    if (!this.#c.padded && (4 * this.#c.tile.vectors) % row === 0) {
      const head = `for (int ${k} = ${first} / ${row}; ${k} < (${first} + ${count}) / ${row}; ${k}++) {`;
      out.block(head, () =>
        out.block(`for (int ${l} = 0; ${l} < ${row}; ${l}++) {`, () => {
          out.line(`const int ${this.#column} = ${k} * ${row} + ${l};`);
          body();
        }),
      );
      return;
    }
    const end = `(${first} + ${count} - 1) / ${row}`;
    out.block(`for (int ${k} = ${first} / ${row}; ${k} <= ${end}; ${k}++) {`, () => {
      const from = `${k} * ${row} < ${first} ? ${first} - ${k} * ${row} : 0`;
      out.line(`const int ${l}_to = least(${length}, ${first} + ${count} - ${k} * ${row});`);
      out.block(`for (int ${l} = ${from}; ${l} < ${l}_to; ${l}++) {`, () => {
        out.line(`const int ${this.#column} = ${k} * ${row} + ${l};`);
        body();
      });
    });
  }

  get #sum(): string {
    return this.#free(sumName);
  }

  #store(): void {
    const out = this.#out;
    const { stage, rows, columns, result, scatter, padded } = this.#c;
    const groups = padded || scatter ? [rows] : [rows, columns];
    const offset = this.#intoOffset(scatter?.index);
    if (scatter) {
      const into = this.#names.nameOf(stage.into);
      if (rows.length > 1) this.#declareAxes(rows, this.#row);
      out.line(`${into}[${offsetText(offset, this.#names, stage.into).text}] += ${this.#sum};`);
      return;
    }
    const value = this.#merge(this.#elements(this.#renamed(result)), ...groups);
    const merged = this.#merge(offset, ...groups);
    const left = axesIn([
      value,
      merged,
      ...this.#riding.map(({ term }) => this.#merge(this.#elements(term), ...groups)),
    ]);
    for (const group of groups)
      if (group.length > 1 && group.some((axis) => left.has(axis)))
        this.#declareAxes(group, group === rows ? this.#row : this.#column);
    const [before, behind] = [true, false].map((isBefore) =>
      this.#riding.filter((sum) => sum.isBefore === isBefore),
    );
    this.#addRiding(before, groups);
    out.line(assignment({ into: stage.into, offset: merged, value }, this.#names));
    this.#addRiding(behind, groups);
  }

  /** Adds the element at hand to sums that ride along. */
  #addRiding(sums: readonly RidingSum[], groups: readonly (readonly Axis[])[]): void {
    for (const { sum, term } of sums) {
      const value = this.#merge(this.#elements(term), ...groups);
      this.#out.line(
        `${sum}_lanes[${this.#column} - ${this.#first}] += ${expression(value, this.#names).text};`,
      );
    }
  }

  // ── Indices ───────────────────────────────────────────────────────────────────────────────────

  /** Loads with their places in memory worked out; numbers of the call by name. */
  #elements(s: Scalar): Scalar {
    const named = rewrite(s, (part) =>
      part.kind === "load" && this.#isNumber(part.node)
        ? local(this.#names.nameOf(part.node), part.dtype)
        : undefined,
    );
    return elementsOf(named);
  }

  #value(s: Scalar): string {
    return expression(this.#elements(s), this.#names).text;
  }

  /** Offsets in which the axes of a group run on become offsets in the group's own counter. */
  #merge(s: Scalar, ...groups: readonly (readonly Axis[])[]): Scalar {
    const counters = [this.#row, this.#column];
    const mergeOne = (offset: Scalar): Scalar =>
      groups.reduce((at, group, g) => {
        if (group.length < 2) return at;
        const found = linear(at, group);
        if (!found) return at;
        const stride = found.coefficients.at(-1) as number;
        let expected = stride;
        for (let i = group.length - 1; i >= 0; i--) {
          if (found.coefficients[i] !== expected) return at;
          expected *= group[i].extent as number;
        }
        if (stride === 0) return at;
        const counter = local(counters[g], "int32");
        return indexAdd(found.rest, indexMul(counter, constant(stride, "int32")));
      }, offset);
    if (s.dtype === "int32" && s.kind === "call") return mergeOne(s);
    return rewrite(s, (part) =>
      part.kind === "element" ? element(part.node, mergeOne(part.offset)) : undefined,
    );
  }

  /** Where a place begins with the group's counter at a given number, as text. */
  #index({ node, start }: Place, group: readonly Axis[], at: string, stride: number): string {
    const found = linear(start, group);
    if (!found) throw new Error("an offset that is read in place is linear");
    const sum = indexAdd(found.rest, indexMul(local(at, "int32"), constant(stride, "int32")));
    return offsetText(sum, this.#names, node).text;
  }

  /** Declares the axes of a group from the number that counts them all. */
  #declareAxes(group: readonly Axis[], value: string): void {
    const [only] = group;
    if (group.length === 1) {
      const name = this.#names.letter(only);
      if (name !== value) this.#out.line(`const int ${name} = ${value};`);
      return;
    }
    const whole = this.#free(`${group.map((axis) => this.#names.letter(axis)).join("")}_at`);
    if (!/^\w+$/.test(value)) this.#out.line(`const int ${whole} = ${value};`);
    const counter = /^\w+$/.test(value) ? value : whole;
    let below = 1;
    const lines: string[] = [];
    for (let i = group.length - 1; i >= 0; i--) {
      const own = group[i].extent as number;
      const isLast = i === group.length - 1;
      const extent = isLast && group === this.#c.columns ? (this.#c.padded?.row ?? own) : own;
      const head = below === 1 ? counter : `${counter} / ${below}`;
      const text = i === 0 ? head : `${head} % ${extent}`;
      lines.unshift(`const int ${this.#names.letter(group[i])} = ${text};`);
      below *= extent;
    }
    for (const line of lines) this.#out.line(line);
  }
}
