/** A panel of columns: its right operand, then tiles of rows. */

import { mayBeEmpty } from "../../../kernels/contraction/contraction.ts";
import { type Code, constOf, get, i32, minus, noted, plus, times } from "../code.ts";
import { dimCode } from "../names.ts";
import { callTile, rightOperand } from "./operands.ts";
import { writeResult } from "./results.ts";
import { writeScattered } from "./scatter.ts";
import { least, type Scope } from "./scope.ts";

export function writePanel(scope: Scope): void {
  const body = scope.body;
  const c = scope.c;
  const first = get(scope.first);
  if (constOf(scope.columnCount) === undefined)
    body.set("columns", "i32", least(body, minus(i32(scope.columns), first), i32(scope.width)));
  if (scope.units.rows !== undefined) {
    const end = plus(get(scope.from), noted(i32(scope.units.rows), `${scope.rowLetter} of a part`));
    body.set(scope.to, "i32", least(body, dimCode(scope.rows), end));
  }
  const [from, to] = scope.rowsOfUnit;
  body.atStart("sums", "i32", scope.scratchAt("sums"));
  if (c.blocks.length > 0) {
    body.set("more", "i32", i32(0));
    scope.loops(c.blocks, () => {
      rightOperand(scope);
      overTiles(scope, from, to, () => {
        const behind = minus(scope.tileStart, from);
        const rows = times(behind, 4 * scope.width, "a row of sums, in bytes");
        callTile(scope, plus(get("sums"), rows));
      });
      body.set("more", "i32", i32(1));
    });
    if (mayBeEmpty(c))
      body.when(["i32.eqz", get("more")], () =>
        body.push(["memory.fill", get("sums"), i32(0), noted(i32(scope.sumBytes), "all sums")]),
      );
    writeResult(scope, from, to, from);
    return;
  }
  rightOperand(scope);
  overTiles(scope, from, to, () => {
    callTile(scope, get("sums"));
    if (c.rows.length === 0) {
      writeResult(scope, i32(0), i32(1), i32(0));
      return;
    }
    const end = plus(get(scope.tileFirst), i32(c.tile.rows));
    body.set(scope.end, "i32", scope.isClamped ? least(body, end, to) : end);
    const write = c.scatter ? writeScattered : writeResult;
    write(scope, get(scope.tileFirst), get(scope.end), scope.tileStart);
  });
}

function overTiles(scope: Scope, from: Code, to: Code, write: () => void): void {
  const body = scope.body;
  const c = scope.c;
  if (c.rows.length === 0) {
    write();
    return;
  }
  const i = scope.tileFirst;
  body.note(`tiles of ${c.tile.rows} ${scope.rowLetter}`);
  body.set(i, "i32", from);
  const each = (): void =>
    body.loop(i, c.tile.rows, to, () => {
      if (scope.beginsEarly)
        body.set(
          `${scope.rowLetter}_tile`,
          "i32",
          least(
            body,
            get(i),
            noted(minus(dimCode(scope.rows), i32(c.tile.rows)), "where the last whole tile begins"),
          ),
        );
      write();
    });
  if (typeof scope.rows === "number") each();
  else body.when(["i32.lt_s", get(i), to], each);
}
