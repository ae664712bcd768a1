/** The function of a contraction: what a number of its units stands for, and what is done for it. */

import { type Code, constOf, dividedUp, get, i32, noted, plus, product, times } from "../code.ts";
import { dimCode } from "../names.ts";
import { writePanel } from "./panel.ts";
import { hasOnlyVectors, hasWholeRows, wholeOf, zeros } from "./results.ts";
import { writeWhole } from "./scatter.ts";
import type { Scope } from "./scope.ts";

/** How many units there are. */
export function unitCount(scope: Scope): Code {
  return partsOf(scope).reduce<Code>((n, part) => product(n, part.count), i32(1));
}

/** What a unit's number stands for, outermost first. */
function partsOf(scope: Scope): readonly {
  readonly name: string;
  readonly count: Code;
  readonly scale: number;
  readonly about?: string;
}[] {
  const c = scope.c;
  const { rows, areOuter } = scope.units;
  const outer = c.outer.map((axis) => ({
    name: scope.body.letter(axis),
    count: dimCode(axis.extent),
    scale: 1,
  }));
  if (areOuter) return outer;
  const panels = Math.ceil(scope.columns / scope.width);
  const blocks =
    rows === undefined
      ? []
      : [
          {
            name: scope.from,
            count:
              typeof scope.rows === "number"
                ? noted(i32(Math.ceil(scope.rows / rows)), `parts of ${rows} ${scope.rowLetter}`)
                : dividedUp(dimCode(scope.rows), rows, `${scope.rowLetter} of a part`),
            scale: rows,
            about: `${scope.rowLetter} of a part`,
          },
        ];
  return [
    ...outer,
    {
      name: scope.first,
      count: noted(i32(panels), "panels"),
      scale: scope.width,
      about: `${scope.body.letter(scope.column)} of a panel`,
    },
    ...blocks,
  ];
}

/** The body of the function of the units `from` to `to`. */
export function writeUnits(scope: Scope): void {
  const body = scope.body;
  body.set("unit", "i32", get("from"));
  body.when(["i32.lt_s", get("unit"), get("to")], () =>
    body.loop("unit", 1, get("to"), () => writeUnit(scope)),
  );
}

function writeUnit(scope: Scope): void {
  const body = scope.body;
  const parts = partsOf(scope);
  body.note("what the unit's number stands for");
  let rest: Code = get("unit");
  for (const [i, part] of parts.entries()) {
    const behind = parts.slice(i + 1).reduce<Code>((n, p) => product(n, p.count), i32(1));
    const one = constOf(behind) === 1;
    const own: Code = one ? rest : ["i32.div_u", rest, behind];
    body.set(part.name, "i32", times(own, part.scale, part.about));
    rest = one ? i32(0) : ["i32.rem_u", rest, behind];
  }
  const { sums } = scope.onTheWay;
  const hasWhole = sums.length > 0 && hasWholeRows(scope);
  const hasOthers = !hasOnlyVectors(scope);
  for (const { name } of sums) {
    if (hasOthers) {
      body.hold(name, "f64");
      body.set(name, "f64", ["f64.const", "0"]);
    }
    if (hasWhole) body.set(wholeOf(name), "v128", zeros);
  }
  if (scope.units.areOuter) {
    if (scope.c.scatter) writeWhole(scope, "start");
    body.set(scope.first, "i32", i32(0));
    body.loop(scope.first, scope.width, i32(scope.columns), () => writePanel(scope));
    if (scope.c.scatter) writeWhole(scope, "end");
  } else writePanel(scope);
  for (const { name, parts } of sums) {
    const lanesOf: Code = ["call", body.helper("f32x4_sum"), get(wholeOf(name))];
    const ofRows: Code = ["f64.promote_f32", lanesOf];
    const all: Code = hasOthers ? ["f64.add", get(name), ofRows] : ofRows;
    const sum = hasWhole ? all : get(name);
    body.push(["f64.store", plus(["global.get", `$${parts}`], times(get("unit"), 8)), sum]);
  }
}
