/** Products in C: loops over panels of columns and tiles of rows around a register tile. */

import type { Dim } from "../../graph/types.ts";
import { axesIn, extentOf, volumeOf } from "../../kernels/contraction/axes.ts";
import { type Contraction, sumName } from "../../kernels/contraction/contraction.ts";
import { offsetIn, type Place } from "../../kernels/contraction/operand.ts";
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
} from "../../kernels/scalar.ts";
import type { Writer } from "../writer.ts";
import { expression, type Names } from "./expression.ts";
import { dimInC } from "./names.ts";
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
  `((${columns - 1} + ${lanes(vectors)}) / (${lanes(vectors)}))`;

export function unitsOf(c: Contraction): Units {
  const columns = volumeOf(c.columns);
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

/** The tile functions that contractions call. */
export function tilesOf(c: Contraction): TileKind {
  const { rows, vectors } = c.tile;
  if (!c.a) return { rows: 0, vectors, spacing: "even", levels: 1 };
  const stride = c.a.place?.stride;
  const extent = extentOf(c.rows);
  const isEven = stride !== undefined && typeof extent === "number" && extent % rows === 0;
  return {
    rows,
    vectors,
    spacing: isEven ? "even" : "free",
    levels: c.a.place?.levels.length === 2 ? 2 : 1,
  };
}

/** Writes the body of a contraction's function: a loop over the units `from` to `to`. */
export class ContractionWriter {
  readonly #out: Writer;
  readonly #c: Contraction;
  readonly #names: Names;
  readonly #free: (name: string) => string;
  readonly #width: string;
  readonly #columns: number;
  readonly #rowCount: Dim;
  /** Names of the counters of rows and columns, which may be several axes in one. */
  readonly #row: string;
  readonly #column: string;

  /** @param free a name that nothing else in the function has */
  constructor(out: Writer, c: Contraction, names: Names, free: (name: string) => string) {
    this.#out = out;
    this.#c = c;
    this.#names = names;
    this.#free = free;
    this.#width = lanes(c.tile.vectors);
    this.#columns = volumeOf(c.columns);
    this.#rowCount = c.rows.length > 0 ? extentOf(c.rows) : 1;
    this.#row = c.rows.map((axis) => names.letter(axis)).join("") || free("row");
    this.#column = c.columns.map((axis) => names.letter(axis)).join("");
  }

  write(): void {
    const out = this.#out;
    const c = this.#c;
    const unit = this.#free("unit");
    out.block(`for (int ${unit} = from; ${unit} < to; ${unit}++) {`, () => {
      const units = unitsOf(c);
      const isOuter = volumeOf(c.outer) >= 8;
      const parts: { name: string; extent: string; scale: string }[] = c.outer.map((axis) => ({
        name: this.#names.letter(axis),
        extent: dimInC(axis.extent, true),
        scale: "",
      }));
      const first = `${this.#column}_first`;
      if (!isOuter) {
        const panels = panelsOf(this.#columns, c.tile.vectors);
        parts.push({ name: first, extent: panels, scale: ` * (${this.#width})` });
        if (units.rows !== undefined)
          parts.push({
            name: `${this.#row}_from`,
            extent:
              typeof this.#rowCount === "number"
                ? String(Math.ceil(this.#rowCount / units.rows))
                : "",
            scale: ` * ${units.rows}`,
          });
      }
      this.#divide(unit, parts, units);
      if (isOuter)
        out.block(
          `for (int ${first} = 0; ${first} < ${this.#columns}; ${first} += ${this.#width}) {`,
          () => this.#panel(units),
        );
      else this.#panel(units);
    });
  }

  /** What a unit's number stands for. */
  #divide(
    unit: string,
    parts: readonly { name: string; extent: string; scale: string }[],
    units: Units,
  ): void {
    let rest = unit;
    for (const [i, part] of [...parts].entries()) {
      const after = parts.slice(i + 1).map((p, n) =>
        // The number of row blocks of a named size is worked out when the function runs.
        p.extent === "" && i + 1 + n === parts.length - 1
          ? `((${dimInC(this.#rowCount)} + ${(units.rows as number) - 1}) / ${units.rows})`
          : p.extent,
      );
      const by = after.join(" * ");
      const head = by ? `${rest} / (${by})` : rest;
      const value = part.scale && by ? `(${head})` : head;
      const text = i === 0 ? `${value}${part.scale}` : `${value}${part.scale}`;
      this.#out.line(`const int ${part.name} = ${text};`);
      rest = by ? `${rest} % (${by})` : rest;
    }
  }

  #panel(units: Units): void {
    const out = this.#out;
    const c = this.#c;
    const [first, count] = [`${this.#column}_first`, this.#free("columns")];
    out.line(`const int ${count} = least(${this.#columns} - ${first}, ${this.#width});`);
    const isCut = units.rows !== undefined;
    const from = isCut ? `${this.#row}_from` : "0";
    const end = isCut
      ? `least(${dimInC(this.#rowCount)}, ${this.#row}_from + ${units.rows})`
      : dimInC(this.#rowCount);
    const to = isCut ? this.#free(`${this.#row}_to`) : end;
    if (isCut) out.line(`const int ${to} = ${end};`);
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
            `${sums} + (${this.#tileFirst} - ${from}) * (${this.#width})`,
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
      this.#finish(this.#tileFirst, clamped, sums, this.#tileFirst, count, first);
    });
  }

  get #tileFirst(): string {
    return `${this.#row}_first`;
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
    this.#out.block(`for (int ${i} = ${from}; ${i} < ${to}; ${i} += ${c.tile.rows}) {`, body);
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

  /** Where the right operand's panel is found: in place, or copied together. */
  #right(first: string, count: string): { at: string; step: string } {
    const out = this.#out;
    const { b, steps } = this.#c;
    const right = this.#free("right");
    const panel = this.#free("panel");
    const size = `${volumeOf(steps)} * ${this.#width}`;
    if (!b.place) {
      out.line(`_Alignas(64) float ${panel}[${size}];`);
      this.#copyPanel(panel, first, count);
      return { at: panel, step: this.#width };
    }
    const { node, start, levels } = b.place;
    const at = this.#index(start, this.#c.columns, first);
    const stride = levels[0]?.stride ?? 0;
    out.line(`const float *${right} = ${this.#names.nameOf(node)} + ${at};`);
    out.line(`long ${right}_step = ${stride};`);
    // A panel that is not full is copied, for vectors reach beyond it.
    out.line(`_Alignas(64) float ${panel}[${size}];`);
    out.block(`if (${count} < ${this.#width}) {`, () => {
      this.#copyPanel(panel, first, count);
      out.line(`${right} = ${panel};`);
      out.line(`${right}_step = ${this.#width};`);
    });
    return { at: right, step: `${right}_step` };
  }

  /** Copies columns of the right operand beside each other, zeros behind the last. */
  #copyPanel(panel: string, first: string, count: string): void {
    const out = this.#out;
    const { b, steps, columns } = this.#c;
    const step = this.#free("step");
    const at = this.#free("at");
    const run = this.#runOf();
    const inside = `${at} < ${count}`;
    const head = `for (int ${at} = 0; ${at} < ${this.#width}; ${next(at, run)}) {`;
    const declare = (): void =>
      this.#declareAxes(columns, `least(${first} + ${at}, ${this.#columns - Math.max(1, run)})`);
    if (columns.length === 1 && run > 0) {
      // Columns are neighbours in memory: so they are copied.
      out.line(`int ${step} = 0;`);
      this.#loops(steps, () => {
        out.block(`for (int ${at} = 0; ${at} < ${this.#width}; ${at}++) {`, () => {
          this.#declareAxes(columns, `${first} + ${at}`);
          const written = `${panel}[${step} * (${this.#width}) + ${at}]`;
          out.line(`${written} = ${inside} ? ${this.#value(b.value)} : 0.0f;`);
        });
        out.line(`${step}++;`);
      });
      return;
    }
    const lane = this.#free("lane");
    out.block(head, () => {
      declare();
      out.line(`int ${step} = 0;`);
      this.#loops(steps, () => {
        if (run > 1) {
          const last = columns.at(-1) as Axis;
          const moved = rewrite(b.value, (s) =>
            s.kind === "axis" && s.axis === last ? indexAdd(s, local(lane, "int32")) : undefined,
          );
          const written = `${panel}[${step} * (${this.#width}) + ${at} + ${lane}]`;
          out.line(`for (int ${lane} = 0; ${lane} < ${run}; ${lane}++)`);
          out.line(`  ${written} = ${inside} ? ${this.#value(moved)} : 0.0f;`);
        } else {
          const written = `${panel}[${step} * (${this.#width}) + ${at}]`;
          out.line(`${written} = ${inside} ? ${this.#value(b.value)} : 0.0f;`);
        }
        out.line(`${step}++;`);
      });
    });
  }

  /** How many columns are neighbours in memory wherever they begin: they are copied as one. 0 if none are. */
  #runOf(): number {
    const { b, columns } = this.#c;
    const last = columns.at(-1) as Axis;
    if (b.value.kind !== "load" || typeof last.extent !== "number") return 0;
    const offset = offsetIn(b.value.node.shape, b.value.index);
    const along = offset && linear(offset, [last]);
    if (along?.coefficients[0] !== 1) return 0;
    return last.extent % 4 === 0 ? 4 : 1;
  }

  // ── A tile ────────────────────────────────────────────────────────────────────────────────────

  #tile(right: { at: string; step: string }, sums: string, more: string): void {
    const out = this.#out;
    const c = this.#c;
    const kind = tilesOf(c);
    const tail = [right.at, right.step, sums, more];
    const steps = volumeOf(c.steps);
    if (!c.a) {
      out.list(`${tileName(kind)}(`, [String(steps), ...tail], ");", "", "");
      return;
    }
    const { place } = c.a;
    if (!place) {
      const left = this.#copyLeft();
      out.list(
        `${tileName(kind)}(`,
        [left, this.#free("rows"), String(steps), String(c.tile.rows), ...tail],
        ");",
        "",
        "",
      );
      return;
    }
    const [outer, inner] = place.levels.length === 2 ? place.levels : [undefined, place.levels[0]];
    const name = this.#names.nameOf(place.node);
    const loops = [
      ...(outer ? [String(outer.extent), String(outer.stride)] : []),
      String(inner?.extent ?? 1),
      String(inner?.stride ?? 0),
    ];
    if (kind.spacing === "even") {
      const at = this.#index(place.start, c.rows, this.#tileFirst);
      const args = [`${name} + ${at}`, String(place.stride), ...loops, ...tail];
      out.list(`${tileName(kind)}(`, args, ");", "", "");
      return;
    }
    this.#rowOffsets(place);
    out.list(`${tileName(kind)}(`, [name, this.#free("rows"), ...loops, ...tail], ");", "", "");
  }

  /** Where each row of a tile begins; rows beyond the last one are the last one again. */
  #rowOffsets({ start }: Place): void {
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
        out.line(`${rows}[${this.#free("r")}] = ${expression(start, this.#names).text};`);
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
    const last = c.stage.axes.filter((axis) => axis.extent !== 1).at(-1);
    const overRows = (body: () => void): void => {
      if (c.rows.length === 0) {
        body();
        return;
      }
      const i = this.#row;
      out.block(`for (int ${i} = ${from}; ${i} < ${to}; ${i}++) {`, body);
    };
    const overColumns = (body: () => void): void => {
      const j = this.#column;
      out.block(`for (int ${j} = ${first}; ${j} < ${first} + ${count}; ${j}++) {`, body);
    };
    const row = c.rows.length === 0 ? "" : `(${this.#row} - ${firstRow}) * (${this.#width}) + `;
    const body = (): void => {
      out.line(`const float ${this.#sum} = ${sums}[${row}${this.#column} - ${first}];`);
      this.#store();
    };
    if (c.columns.at(-1) === last || c.rows.length === 0) overRows(() => overColumns(body));
    else overColumns(() => overRows(body));
  }

  get #sum(): string {
    return this.#free(sumName);
  }

  #store(): void {
    const out = this.#out;
    const { stage, rows, columns, result } = this.#c;
    const split = [rows, columns].filter((group) => group.length > 1);
    const renamed = rewrite(result, (s) =>
      s.kind === "local" && s.name === sumName ? local(this.#sum, "float32") : undefined,
    );
    const value = this.#merge(this.#elements(renamed), rows, columns);
    const index = [
      ...stage.prefix,
      ...stage.axes.map((axis) => (axis.extent === 1 ? constant(0, "int32") : axisIndex(axis))),
    ];
    const offset = this.#merge(offsetIn(stage.into.shape, index) as Scalar, rows, columns);
    const left = axesIn([value, offset]);
    for (const group of split)
      if (group.some((axis) => left.has(axis)))
        this.#declareAxes(group, group === rows ? this.#row : this.#column);
    const place = `${this.#names.nameOf(stage.into)}[${expression(offset, this.#names).text}]`;
    out.line(`${place} = ${expression(value, this.#names).text};`);
  }

  // ── Indices ───────────────────────────────────────────────────────────────────────────────────

  /** Loads with their places in memory worked out. */
  #elements(s: Scalar): Scalar {
    return rewrite(s, (part) =>
      part.kind === "load"
        ? element(
            part.node,
            offsetIn(
              part.node.shape,
              part.index.map((i) => this.#elements(i)),
            ) as Scalar,
          )
        : undefined,
    );
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

  /** An offset with the group's counter at a given place, as text. */
  #index(offset: Scalar, group: readonly Axis[], at: string): string {
    const found = linear(offset, group);
    if (!found) throw new Error("an offset that is read in place is linear");
    const stride = found.coefficients.at(-1) as number;
    const sum = indexAdd(found.rest, indexMul(local(at, "int32"), constant(stride, "int32")));
    return expression(sum, this.#names).text;
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
      const extent = group[i].extent as number;
      const head = below === 1 ? counter : `${counter} / ${below}`;
      const text = i === 0 ? head : `${head} % ${extent}`;
      lines.unshift(`const int ${this.#names.letter(group[i])} = ${text};`);
      below *= extent;
    }
    for (const line of lines) this.#out.line(line);
  }
}
