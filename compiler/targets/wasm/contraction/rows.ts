/** Addresses at hand while results are written row by row. */

import type { Node } from "../../../graph/node.ts";
import { type Axis, linear, type Scalar, walk } from "../../../kernels/scalar.ts";
import type { Body, Pointers } from "../body.ts";
import { type Code, constOf, get, i32, noted, plus, times } from "../code.ts";
import { bytesOf } from "../expression.ts";
import { elementBytes } from "../names.ts";

/** Where rows begin, of values that the results of a tile are made of: each is set once and moves on with the rows. */
export class RowPointers implements Pointers {
  readonly #body: Body;
  readonly #row: Axis;
  readonly #from: Code;
  readonly #column: Axis;
  readonly #known = new Map<
    string,
    { readonly name: string; readonly start: Code; readonly step: Code }
  >();
  /** A column that is known; otherwise it is counted. */
  #at: number | undefined;

  /**
   * @param from the first row
   * @param column counts columns from where a row begins
   */
  constructor(body: Body, row: Axis, from: Code, column: Axis) {
    this.#body = body;
    this.#row = row;
    this.#from = from;
    this.#column = column;
  }

  /** A row that begins at an address, and moves on by so many bytes. */
  add(name: string, start: Code, step: Code): void {
    this.#known.set(name, { name, start, step });
  }

  /** While `write` runs, the column is known. */
  atColumn(column: number, write: () => void): void {
    this.#at = column;
    this.#body.axisAs(this.#column, i32(column), write);
    this.#at = undefined;
  }

  at(node: Node, offset: Scalar): { readonly code: Code; readonly bytes: number } | undefined {
    const found = linear(offset, [this.#row, this.#column]);
    if (!found || walk(found.rest).some((part) => part.kind === "element")) return undefined;
    const [perRow, perColumn] = found.coefficients;
    if (perRow === 0 && perColumn === 0) return undefined;
    const size = elementBytes[node.type.dtype];
    const own = this.#body.nameOf(node);
    const about = `a row of ${own}, in bytes`;
    const start = this.#body.outside(() =>
      plus(
        plus(this.#body.base(node), bytesOf(node, found.rest, this.#body)),
        times(this.#from, size * perRow, about),
      ),
    );
    const row = this.#nameOf(`${own}.row`, start, noted(i32(size * perRow), about));
    return this.#behind(row, size * perColumn);
  }

  /** An element of a row, so many bytes from column to column. */
  #behind(name: string, perColumn: number): { readonly code: Code; readonly bytes: number } {
    if (this.#at !== undefined) return { code: get(name), bytes: perColumn * this.#at };
    if (perColumn === 0) return { code: get(name), bytes: 0 };
    return { code: plus(get(name), times(this.#body.axis(this.#column), perColumn)), bytes: 0 };
  }

  /** An element of a row that was added. */
  in(name: string, perColumn: number): readonly Code[] {
    const { code, bytes } = this.#behind(name, perColumn);
    return bytes > 0 ? [`offset=${bytes}`, code] : [code];
  }

  #nameOf(wanted: string, start: Code, step: Code): string {
    const text = JSON.stringify([start, step]);
    const found = [...this.#known.values()].find((p) => JSON.stringify([p.start, p.step]) === text);
    if (found) return found.name;
    let name = wanted;
    while (this.#known.has(name)) name += "_";
    this.add(name, start, step);
    return name;
  }

  /** Sets all to where the first row begins. */
  start(): void {
    for (const { name, start } of this.#known.values()) this.#body.set(name, "i32", start);
  }

  /** Moves all on by a row. */
  next(): void {
    for (const { name, step } of this.#known.values())
      if (constOf(step) !== 0) this.#body.set(name, "i32", plus(get(name), step));
  }
}
