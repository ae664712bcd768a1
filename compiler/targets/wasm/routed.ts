/** Sparse sums in WebAssembly: lists of what is not 0, and the terms of a list in registers. */

import type { Node } from "../../graph/node.ts";
import { roughVolume } from "../../graph/types.ts";
import { extentOf, volumeOf } from "../../kernels/contraction/axes.ts";
import { choiceOf, stepsOf } from "../../kernels/contraction/lists.ts";
import type { Routed } from "../../kernels/contraction/routed.ts";
import {
  type Axis,
  axisIndex,
  constant,
  extent,
  indexAdd,
  indexMul,
  type Scalar,
} from "../../kernels/scalar.ts";
import type { Body } from "./body.ts";
import { type Code, get, i32, noted, plus, product, times } from "./code.ts";
import { bytesOf, scalar } from "./expression.ts";
import { dimCode } from "./names.ts";
import { entryBytes, lanes, listName } from "./tiles.ts";

/** Rows are shared by this many units. */
const rowUnits = 4;
/** Sums that engines keep in registers beside what is multiplied. */
const mostVectors = 12;

/** Vectors of a run, in parts that fit the registers. */
function partsOf(vectors: number): number[] {
  const count = Math.ceil(vectors / mostVectors);
  return Array.from({ length: count }, (_, i) => Math.ceil((vectors - i) / count));
}

/** Whether this target computes it: what is added to in memory has to be whole vectors. */
export const isRun = ({ isSpread, run }: Pick<Routed, "isSpread" | "run">): boolean =>
  !isSpread || run % lanes === 0;

/** Writes the function of a sparse sum. */
export class RoutedWriter {
  readonly #body: Body;
  readonly #routed: Routed;
  readonly #into: Node;

  constructor(body: Body, into: Node, routed: Routed) {
    this.#body = body;
    this.#routed = routed;
    this.#into = into;
  }

  /** Runs that are summed at a time: short ones side by side. */
  get #runsAtOnce(): number {
    const { runs, run } = this.#routed;
    const [only, ...more] = runs;
    if (!only || more.length > 0) return 1;
    const extent = only.axis.extent as number;
    return extent * Math.ceil(run / lanes) <= mostVectors ? extent : 1;
  }

  /** Vectors of a run in memory. */
  get #vectors(): number {
    return Math.ceil(this.#routed.run / lanes);
  }

  get unitCount(): Code {
    const { outer, rows, isSpread } = this.#routed;
    const counts = outer.map((axis) => dimCode(axis.extent));
    if (!isSpread) counts.push(i32(Math.ceil((extentOf(rows) as number) / this.#rowsOfUnit)));
    return counts.reduce<Code>((n, count) => product(n, count), i32(1));
  }

  get #rowsOfUnit(): number {
    return Math.ceil((extentOf(this.#routed.rows) as number) / rowUnits);
  }

  /** Places in the memory of a thread: where lists end, the lists, sums. */
  get #scratch(): { readonly lists: number; readonly sums: number; readonly size: number } {
    const { rows, steps, runs, isSpread } = this.#routed;
    const aligned = (n: number): number => Math.ceil(n / 64) * 64;
    const lists = isSpread ? aligned(4 * volumeOf(rows)) : 0;
    // An entry is written before it is known whether it stays.
    const entries = (isSpread ? volumeOf(rows) : 1) * volumeOf(steps) + 1;
    const sums = lists + aligned(entryBytes * entries);
    const perRow = volumeOf(runs.map((r) => r.axis)) * this.#vectors * 16;
    return { lists, sums, size: sums + (isSpread ? 0 : aligned(this.#rowsOfUnit * perRow)) };
  }

  /** Bytes of memory that a thread needs for it. */
  get scratchBytes(): number {
    return this.#scratch.size;
  }

  /** The body of the function of the units `from` to `to`. */
  write(): void {
    const body = this.#body;
    const { outer, isSpread } = this.#routed;
    body.set("unit", "i32", get("from"));
    body.when(["i32.lt_s", get("unit"), get("to")], () =>
      body.loop("unit", 1, get("to"), () => {
        if (isSpread) {
          this.#decode(outer, get("unit"));
          this.#spread();
          return;
        }
        const cuts = Math.ceil((extentOf(this.#routed.rows) as number) / this.#rowsOfUnit);
        const parts = noted(i32(cuts), "parts of the rows");
        if (outer.length > 0) this.#decode(outer, ["i32.div_u", get("unit"), parts]);
        const cut: Code = outer.length > 0 ? ["i32.rem_u", get("unit"), parts] : get("unit");
        this.#gather(cut);
      }),
    );
  }

  /** Rows of the result, each from the lists of all blocks. */
  #gather(cut: Code): void {
    const body = this.#body;
    const { blocks, rows, runs, run, start } = this.#routed;
    const [row] = rows;
    const i = body.letter(row);
    const extent = row.extent as number;
    const size = this.#rowsOfUnit;
    const [from, to] = [`${i}_from`, `${i}_to`];
    body.set(from, "i32", times(cut, size, "rows of a part"));
    const end = plus(get(from), noted(i32(size), "rows of a part"));
    body.set(
      to,
      "i32",
      extent % size === 0 ? end : ["call", body.helper("i32_min"), end, i32(extent)],
    );
    const perRun = 16 * this.#vectors;
    const perRow = perRun * volumeOf(runs.map((r) => r.axis));
    const sums = this.#at("sums");
    body.set("sums", "i32", sums);
    body.push(["memory.fill", sums, i32(0), noted(i32(size * perRow), "bytes of sums")]);
    const list = this.#at("lists");
    this.#loops(blocks, () => {
      body.set("sums", "i32", sums);
      body.set(i, "i32", get(from));
      body.loop(i, 1, get(to), () => {
        body.set("list", "i32", list);
        this.#list();
        this.#eachRun(() => this.#add(list, get("list")));
      });
    });
    body.note("the result of finished sums");
    body.set("sums", "i32", sums);
    body.set(i, "i32", get(from));
    body.loop(i, 1, get(to), () =>
      this.#loops(
        runs.map((r) => r.axis),
        () => {
          const begin = runs.reduce(
            (sum, r) => indexAdd(sum, indexMul(axisIndex(r.axis), constant(r.result, "int32"))),
            start,
          );
          const into = plus(body.base(this.#into), bytesOf(this.#into, begin, body));
          body.push(["memory.copy", into, get("sums"), noted(i32(4 * run), "bytes of a run")]);
          const about = "a run of sums, in vectors";
          body.set("sums", "i32", plus(get("sums"), noted(i32(perRun), about)));
        },
      ),
    );
  }

  /** Results of one place of the outer axes, which the rows' terms are added to. */
  #spread(): void {
    const body = this.#body;
    const { rows, steps, start, outer } = this.#routed;
    const each = (write: () => void): void => {
      body.set("row_bytes", "i32", i32(0));
      this.#loops(rows, () => {
        write();
        body.set("row_bytes", "i32", plus(get("row_bytes"), i32(4)));
      });
    };
    const listBytes = entryBytes * volumeOf(steps);
    const list = plus(
      this.#at("lists"),
      times(get("row_bytes"), listBytes / 4, "a list's bytes by a number's"),
    );
    const end = plus(["global.get", "$scratch"], get("row_bytes"));
    each(() => {
      body.set("list", "i32", list);
      this.#list();
      body.push(["i32.store", end, get("list")]);
    });
    const size = roughVolume(this.#into.shape.slice(outer.length));
    const first = outer.reduce<Scalar>(
      (sum, axis) => indexAdd(indexMul(sum, extent(axis.extent)), axisIndex(axis)),
      constant(0, "int32"),
    );
    const begin = indexMul(first, constant(size, "int32"));
    const bytes = noted(i32(4 * size), "bytes of what terms are added to");
    body.push([
      "memory.fill",
      plus(body.base(this.#into), bytesOf(this.#into, begin, body)),
      i32(0),
      bytes,
    ]);
    this.#eachRun(() =>
      each(() => {
        const at = this.#runsAtOnce > 1 ? start : this.#runAt(start, "result");
        body.set("sums", "i32", plus(body.base(this.#into), bytesOf(this.#into, at, body)));
        this.#add(list, ["i32.load", end]);
      }),
    );
  }

  /** Lists the steps at which the value of a row is not 0, from `list` on. */
  #list(): void {
    const body = this.#body;
    const steps = stepsOf(this.#routed);
    const [condition, element] = choiceOf(steps.value);
    this.#loops(steps.axes, () => {
      const value = scalar(element, body);
      const isListed: Code = condition
        ? scalar(condition, body)
        : ["f32.ne", ["f32.load", get("list")], ["f32.const", "0"]];
      body.push(
        ["f32.store", get("list"), value],
        ["i32.store", "offset=4", get("list"), bytesOf(this.#routed.dense.node, steps.at, body)],
      );
      body.set("list", "i32", plus(get("list"), times(isListed, entryBytes)));
    });
  }

  /** Adds the terms of a list to sums, part by part. */
  #add(list: Code, end: Code): void {
    const body = this.#body;
    const { dense } = this.#routed;
    const base = this.#runsAtOnce > 1 ? dense.base : this.#runAt(dense.base, "dense");
    const right = plus(body.base(dense.node), bytesOf(dense.node, base, body));
    body.set("right", "i32", right);
    let done = 0;
    const runs = this.#runsAtOnce;
    const gap = runs > 1 ? [noted(i32(4 * this.#routed.runs[0].dense), "run")] : [];
    for (const vectors of partsOf(this.#vectors)) {
      const [right, sums] = ["right", "sums"].map((side) =>
        plus(get(side), noted(i32(16 * done), `behind ${lanes * done} columns`)),
      );
      body.push(["call", body.helper(listName(runs, vectors)), list, end, right, ...gap, sums]);
      done += vectors;
    }
    if (!this.#routed.isSpread)
      body.set(
        "sums",
        "i32",
        plus(get("sums"), noted(i32(16 * this.#vectors * runs), "bytes of sums")),
      );
  }

  /** Where a run begins, from where the first one does. */
  #runAt(first: Scalar, side: "dense" | "result"): Scalar {
    return this.#routed.runs.reduce(
      (sum, r) => indexAdd(sum, indexMul(axisIndex(r.axis), constant(r[side], "int32"))),
      first,
    );
  }

  /** The loop over runs that are summed one by one. */
  #eachRun(write: () => void): void {
    if (this.#runsAtOnce > 1) write();
    else
      this.#loops(
        this.#routed.runs.map((r) => r.axis),
        write,
      );
  }

  #at(place: "lists" | "sums"): Code {
    const about = { lists: "lists, behind where they end", sums: "sums, behind the lists" };
    return plus(["global.get", "$scratch"], noted(i32(this.#scratch[place]), about[place]));
  }

  #loops(axes: readonly Axis[], write: () => void): void {
    const [axis, ...rest] = axes;
    if (!axis) {
      write();
      return;
    }
    const i = this.#body.letter(axis);
    const end = dimCode(axis.extent);
    const each = (): void => this.#body.loop(i, 1, end, () => this.#loops(rest, write));
    this.#body.set(i, "i32", i32(0));
    if (typeof axis.extent === "number") each();
    else this.#body.when(["i32.lt_s", get(i), end], each);
  }

  /** Sets axes from the number that counts them all. */
  #decode(axes: readonly Axis[], count: Code): void {
    const body = this.#body;
    let rest = count;
    for (const [n, axis] of axes.entries()) {
      const behind = axes
        .slice(n + 1)
        .reduce<Code>((all, a) => product(all, dimCode(a.extent)), i32(1));
      const isLast = n === axes.length - 1;
      body.set(body.letter(axis), "i32", isLast ? rest : ["i32.div_u", rest, behind]);
      rest = ["i32.rem_u", rest, behind];
    }
  }
}
