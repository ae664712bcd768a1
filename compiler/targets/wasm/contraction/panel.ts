/** A panel of columns: its right operand, then tiles of rows. */

import { type Code, get, i32, minus, plus, times } from "../code.ts";
import { dimCode } from "../names.ts";
import { callTile, rightOperand } from "./operands.ts";
import { writeResult } from "./results.ts";
import { least, type Scope } from "./scope.ts";
import { callsFunctions, countersOf, edgeParameters, isWhole } from "./whole.ts";

export function writePanel(scope: Scope): void {
  const body = scope.body;
  const c = scope.c;
  const first = get(scope.first);
  body.set("columns", "i32", least(body, minus(i32(scope.columns), first), i32(scope.width)));
  if (scope.units.rows !== undefined)
    body.set(
      scope.to,
      "i32",
      least(body, dimCode(scope.rows), plus(get(scope.from), i32(scope.units.rows))),
    );
  const [from, to] = scope.rowsOfUnit;
  if (!scope.endsInRegisters || scope.hasEdges || callsFunctions(scope))
    body.set("sums", "i32", plus(["global.get", "$scratch"], i32(scope.scratch.sums)));
  if (c.blocks.length > 0) {
    body.set("more", "i32", i32(0));
    scope.loops(c.blocks, () => {
      rightOperand(scope);
      overTiles(scope, from, to, () => {
        const behind = minus(scope.tileStart, from);
        callTile(scope, plus(get("sums"), times(behind, 4 * scope.width)));
      });
      body.set("more", "i32", i32(1));
    });
    writeResult(scope, from, to, from);
    return;
  }
  rightOperand(scope);
  overTiles(scope, from, to, () => {
    const end = plus(get(scope.tileFirst), i32(c.tile.rows));
    const last = c.rows.length === 0 ? i32(1) : scope.isClamped ? least(body, end, to) : end;
    if (!scope.endsInRegisters) {
      callTile(scope, get("sums"));
      writeResult(
        scope,
        c.rows.length === 0 ? i32(0) : get(scope.tileFirst),
        last,
        scope.tileStart,
      );
      return;
    }
    const given = edgeParameters(scope).map((name) => (name === scope.to ? last : get(name)));
    const edge: Code = ["call", `$${scope.edgeName}`, ...given];
    if (callsFunctions(scope)) {
      callTile(scope, get("sums"));
      const counters = countersOf(scope).map(({ value }) => value);
      const whole: Code = ["call", `$${scope.wholeName}`, get("sums"), ...counters];
      body.push(
        scope.hasEdges ? ["if", isWhole(scope, end, to), ["then", whole], ["else", edge]] : whole,
      );
      return;
    }
    if (scope.hasEdges) body.set("whole", "i32", isWhole(scope, end, to));
    callTile(scope, get("sums"));
    if (scope.hasEdges) body.when(["i32.eqz", get("whole")], () => body.push(edge));
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
          least(body, get(i), minus(dimCode(scope.rows), i32(c.tile.rows))),
        );
      write();
    });
  if (typeof scope.rows === "number") each();
  else body.when(["i32.lt_s", get(i), to], each);
}
