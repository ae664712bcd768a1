/** What the functions of a contraction have in common: its operands, its counters, its indices as C. */

import type { Node } from "../../../graph/node.ts";
import type { Dim } from "../../../graph/types.ts";
import { extentOf, volumeOf } from "../../../kernels/contraction/axes.ts";
import { type Contraction, sumName } from "../../../kernels/contraction/contraction.ts";
import { elementsOf, type Place } from "../../../kernels/contraction/operand.ts";
import type { Part } from "../../../kernels/contraction/parts.ts";
import type { Statement } from "../../../kernels/loops.ts";
import type { Program } from "../../../kernels/program.ts";
import {
  type Axis,
  constant,
  element,
  indexAdd,
  indexMul,
  linear,
  local,
  rewrite,
  type Scalar,
} from "../../../kernels/scalar.ts";
import type { Writer } from "../../writer.ts";
import { expression, type Names, offset as offsetText } from "../expression.ts";
import { dimInC } from "../names.ts";
import { tileOf } from "../tiles.ts";
import { lanes, unitsOf } from "./units.ts";

/** A sum over the elements of the result, or what they replace, that is taken as they are written. */
export interface RidingSum {
  /** Its name, and the array of its parts among the operands: one a unit. */
  readonly sum: string;
  readonly array: string;
  readonly term: Scalar;
  /** Whether the term is of what is there before an element is written. */
  readonly isBefore: boolean;
}

/** What counts the rows of a tile: no axis has this letter. */
export const rowOfTile = "r";

/** What is done with each element of the result at once. */
export interface Following {
  readonly statements: readonly Statement[];
  /** Whether the result itself is needed in memory as well. */
  readonly isKept: boolean;
}

/** Whether a value lies in memory: not where it is only for what follows it at once. */
export const isStored = (program: Program, node: Node): boolean =>
  program.temporaries.includes(node) ||
  program.memory.includes(node) ||
  program.outputs.includes(node);

/** A contraction while its functions are written. */
export class Scope {
  readonly out: Writer;
  readonly c: Contraction;
  readonly names: Names;
  readonly free: (name: string) => string;
  readonly isOwn: (node: Node) => boolean;
  readonly isNumber: (node: Node) => boolean;
  readonly riding: readonly RidingSum[];
  readonly following: Following | undefined;
  readonly width: string;
  readonly columns: number;
  readonly rowCount: Dim;
  /** Names of the counters of rows and columns, which may be several axes in one. */
  readonly row: string;
  readonly column: string;

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
    following?: Following,
  ) {
    this.out = out;
    this.c = c;
    this.names = names;
    this.free = free;
    this.isOwn = isOwn;
    this.isNumber = isNumber;
    this.riding = riding;
    this.following = following;
    this.width = lanes(c.tile.vectors);
    this.columns = c.padded?.count ?? volumeOf(c.columns);
    this.rowCount = c.rows.length > 0 ? extentOf(c.rows) : 1;
    this.row = c.rows.map((axis) => names.letter(axis)).join("") || free("row");
    this.column = c.columns.map((axis) => names.letter(axis)).join("");
  }

  get first(): string {
    return `${this.column}_first`;
  }

  /** Whether a unit has only some of the rows. */
  get isCut(): boolean {
    return unitsOf(this.c).rows !== undefined;
  }

  get tileFirst(): string {
    return `${this.row}_first`;
  }

  /** The first row that a tile computes: rows that an earlier one has are computed again. */
  get tileStart(): string {
    const early = this.isClamped && this.c.a && tileOf(this.c).spacing === "even";
    return early ? `${this.row}_tile` : this.tileFirst;
  }

  /** Whether the last tile has rows that are none. */
  get isClamped(): boolean {
    return typeof this.rowCount !== "number" || this.rowCount % this.c.tile.rows !== 0;
  }

  get sum(): string {
    return this.free(sumName);
  }

  loops(axes: readonly Axis[], body: () => void): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      body();
      return;
    }
    const i = this.names.letter(axis);
    const { part } = this.c;
    if (part?.from === axis) {
      const most = part.step.extent;
      this.out.block(`for (int ${i} = 0; ${i} < ${this.partedCount}; ${i} += ${most}) {`, () => {
        this.out.line(`const int ${this.partCount} = least(${most}, ${this.partedCount} - ${i});`);
        this.loops(rest, body);
      });
      return;
    }
    const end = part?.step === axis ? this.partCount : dimInC(axis.extent);
    this.out.block(`for (int ${i} = 0; ${i} < ${end}; ${i}++) {`, () => this.loops(rest, body));
  }

  /** Steps of the part at hand, of the axes that are counted in parts. */
  get partCount(): string {
    return `${this.names.letter(this.part.step)}_count`;
  }

  /** Places of the axes that are counted in parts, all together. */
  get partedCount(): string {
    const { axes } = this.part;
    return axes.map(({ extent }) => dimInC(extent, axes.length > 1)).join(" * ");
  }

  get part(): Part {
    if (!this.c.part) throw new Error("this sum is not taken in parts");
    return this.c.part;
  }

  /** Steps of a tile's loop. */
  levelCount(level: number): string {
    const { extent } = this.c.levels[level];
    if (!this.c.part || level > 0) return String(extent);
    const each = extent / volumeOf([this.c.part.step]);
    return each === 1 ? this.partCount : `${each} * ${this.partCount}`;
  }

  /** Steps between two blocks: rows of what is copied. */
  get stepCount(): string {
    const [first, ...behind] = this.c.steps;
    if (this.c.part?.step !== first) return String(volumeOf(this.c.steps));
    const each = volumeOf(behind);
    return each === 1 ? this.partCount : `${each} * ${this.partCount}`;
  }

  /** Loads with their places in memory worked out; numbers of the call by name. */
  elements(s: Scalar): Scalar {
    const named = rewrite(s, (part) =>
      part.kind === "load" && this.isNumber(part.node)
        ? local(this.names.nameOf(part.node), part.dtype)
        : undefined,
    );
    return elementsOf(named);
  }

  value(s: Scalar): string {
    return expression(this.elements(s), this.names).text;
  }

  /** Offsets in which the axes of a group run on become offsets in the group's own counter. */
  merge(s: Scalar, ...groups: readonly (readonly Axis[])[]): Scalar {
    const counters = [this.row, this.column];
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
  index({ node, start }: Place, group: readonly Axis[], at: string, stride: number): string {
    const found = linear(start, group);
    if (!found) throw new Error("an offset that is read in place is linear");
    const sum = indexAdd(found.rest, indexMul(local(at, "int32"), constant(stride, "int32")));
    return offsetText(sum, this.names, node).text;
  }

  /** Declares the axes of a group from the number that counts them all. */
  declareAxes(group: readonly Axis[], value: string): void {
    const [only] = group;
    if (group.length === 1) {
      const name = this.names.letter(only);
      if (name !== value) this.out.line(`const int ${name} = ${value};`);
      return;
    }
    const whole = this.free(`${group.map((axis) => this.names.letter(axis)).join("")}_at`);
    if (!/^\w+$/.test(value)) this.out.line(`const int ${whole} = ${value};`);
    const counter = /^\w+$/.test(value) ? value : whole;
    let below = 1;
    const lines: string[] = [];
    for (let i = group.length - 1; i >= 0; i--) {
      const own = group[i].extent as number;
      const isLast = i === group.length - 1;
      const extent = isLast && group === this.c.columns ? (this.c.padded?.row ?? own) : own;
      const head = below === 1 ? counter : `${counter} / ${below}`;
      const text = i === 0 ? head : `${head} % ${extent}`;
      lines.unshift(`const int ${this.names.letter(group[i])} = ${text};`);
      below *= extent;
    }
    for (const line of lines) this.out.line(line);
  }
}
