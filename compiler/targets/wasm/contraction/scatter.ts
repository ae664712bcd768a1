/** Terms of a result that are added one by one where they belong: what lies in gaps of zeros has none. */

import { sumName } from "../../../kernels/contraction/contraction.ts";
import { offsetIn } from "../../../kernels/contraction/operand.ts";
import type { Scatter } from "../../../kernels/contraction/scatter.ts";
import type { Statement } from "../../../kernels/loops.ts";
import {
  type Axis,
  axisIndex,
  constant,
  element,
  rewrite,
  type Scalar,
} from "../../../kernels/scalar.ts";
import { type Code, get, i32, minus, noted, plus, times } from "../code.ts";
import { bytesOf, scalar } from "../expression.ts";
import { dimCode } from "../names.ts";
import { writeStatements } from "../statements.ts";
import { overRows } from "./results.ts";
import { least, type Scope } from "./scope.ts";

/** Where an element of the result lies, over the axes of the result or what stands for them. */
function offsetOfResult({ c }: Scope, replaced: ReadonlyMap<Axis, Scalar> = new Map()): Scalar {
  const { stage } = c;
  const index = stage.axes.map((axis) =>
    axis.extent === 1 ? constant(0, "int32") : (replaced.get(axis) ?? axisIndex(axis)),
  );
  return offsetIn(stage.into.shape, [...stage.prefix, ...index]);
}

/** Sets the result of one place of the outer axes to 0, before, or finishes it. */
export function writeWhole(scope: Scope, part: "start" | "end"): void {
  const { stage, outer, result } = scope.c;
  // The sums are the result.
  if (part === "end" && result.kind === "local") return;
  const inner = stage.axes.filter((axis) => axis.extent !== 1 && !outer.includes(axis));
  const offset = offsetOfResult(scope);
  const finished = rewrite(result, (s) =>
    s.kind === "local" && s.name === sumName ? element(stage.into, offset) : undefined,
  );
  const value = part === "start" ? constant(0, "float32") : scope.elements(finished);
  const store: Statement = { kind: "store", into: stage.into, offset, value };
  const loops = inner.reduceRight<Statement>(
    (body, axis) => ({ kind: "loop", axis, step: 1, body: [body] }),
    store,
  );
  scope.body.note(part === "start" ? "the result begins at 0" : "the result of finished sums");
  writeStatements(scope.body, [loops]);
}

/** Adds the sums of rows of a tile to where they belong. */
export function writeScattered(scope: Scope, from: Code, to: Code, firstRow: Code): void {
  const { body, c } = scope;
  const { index, guarded } = c.scatter as Scatter;
  const offset = offsetOfResult(scope, index);
  const first = get(scope.first);
  body.note("sums are added where they belong");
  overRows(scope, from, to, () => {
    if (c.rows.length > 1) scope.decode(c.rows, get(scope.rowLetter));
    const row = minus(get(scope.rowLetter), firstRow);
    const begin = plus(get("sums"), times(row, 4 * scope.width, "a row of sums, in bytes"));
    body.set("sums.row", "i32", minus(begin, times(first, 4)));
    overColumns(scope, (column) => {
      const add = (): void => {
        const place = plus(body.base(c.stage.into), bytesOf(c.stage.into, offset, body));
        body.set("term.to", "i32", place);
        const sum: Code = ["f32.load", plus(get("sums.row"), times(column, 4))];
        body.push(["f32.store", get("term.to"), ["f32.add", ["f32.load", get("term.to")], sum]]);
      };
      // Below 0 is beyond any extent for numbers without a sign.
      const inside = guarded.map(
        (axis): Code => ["i32.lt_u", scalar(index.get(axis) as Scalar, body), dimCode(axis.extent)],
      );
      if (inside.length === 0) add();
      else
        body.when(
          inside.reduce((a, b) => ["i32.and", a, b]),
          add,
        );
    });
  });
}

/** Loops over the columns of a panel, whose number among all is told. */
function overColumns(scope: Scope, write: (column: Code) => void): void {
  const { body } = scope;
  const [k, l] = scope.c.columns.map((axis) => body.letter(axis));
  const first = get(scope.first);
  const end = plus(first, scope.columnCount);
  if (!l) {
    body.set(k, "i32", first);
    body.loop(k, 1, end, () => write(get(k)));
    return;
  }
  const row = scope.c.columns[1].extent as number;
  const over = (code: Code): Code => ["i32.div_u", code, noted(i32(row), `${l} of a ${k}`)];
  body.set(`${k}_to`, "i32", plus(over(minus(end, i32(1))), i32(1)));
  body.set(k, "i32", over(first));
  body.loop(k, 1, get(`${k}_to`), () => {
    const own = times(get(k), row);
    const before = minus(first, own);
    body.set(`${l}_to`, "i32", least(body, i32(row), minus(end, own)));
    body.set(l, "i32", ["select", before, i32(0), ["i32.gt_s", before, i32(0)]]);
    body.loop(l, 1, get(`${l}_to`), () => write(plus(own, get(l))));
  });
}
