/** The loop over the units of a contraction. */

import { areUnits } from "../../../kernels/contraction/contraction.ts";
import { dimInC } from "../names.ts";
import { scatterParts } from "./results.ts";
import type { Scope } from "./scope.ts";
import { factor, pieces, unitsOf } from "./units.ts";

/** A number that a unit stands for, how many there are of it, and what it is multiplied by. */
interface Part {
  readonly name: string;
  readonly extent: string;
  readonly scale: string;
}

/** The loop over units `from` to `to`, which calls the function of a panel. */
export function writeUnits(scope: Scope, name: string): void {
  const out = scope.out;
  const c = scope.c;
  const unit = scope.free("unit");
  const units = unitsOf(scope.c);
  const first = scope.first;
  const count = scope.free("columns");
  out.block(`for (int ${unit} = from; ${unit} < to; ${unit}++) {`, () => {
    const isOuter = areUnits(c);
    const numbers: Part[] = c.outer.map((axis) => ({
      name: scope.names.letter(axis),
      extent: dimInC(axis.extent, true),
      scale: "",
    }));
    if (!isOuter) {
      const panels = pieces(scope.columns, scope.width);
      numbers.push({ name: first, extent: panels, scale: ` * ${factor(scope.width)}` });
      if (units.rows !== undefined)
        numbers.push({
          name: `${scope.row}_from`,
          extent: pieces(scope.rowCount, units.rows),
          scale: ` * ${units.rows}`,
        });
    }
    const starts = [
      ...c.outer.map((axis) => scope.names.letter(axis)),
      ...(isOuter ? [] : [`the first of ${scope.width} ${scope.column}`]),
      ...(isOuter || units.rows === undefined ? [] : [`the first of ${units.rows} ${scope.row}`]),
    ];
    out.note([`What the unit's number stands for: ${starts.join(", ")}.`]);
    divide(scope, unit, numbers);
    const call = (): void => {
      out.line(`const int ${count} = least(${scope.columns} - ${first}, ${scope.width});`);
      if (scope.isCut)
        out.line(
          `const int ${scope.row}_to = least(${dimInC(scope.rowCount)}, ${scope.row}_from + ${units.rows});`,
        );
      const args = (columns: string): string =>
        [
          "operands",
          ...c.outer.map((axis) => scope.names.letter(axis)),
          first,
          columns,
          ...(scope.isCut ? [`${scope.row}_from`, `${scope.row}_to`] : []),
          ...scope.riding.map(({ sum }) => `${sum}_part`),
        ].join(", ");
      out.note(["A full panel is compiled for itself: its number of columns is a constant."]);
      out.line(`if (${count} == ${scope.width}) ${name}_panel(${args(scope.width)});`);
      out.line(`else ${name}_panel(${args(count)});`);
    };
    for (const { sum, array } of scope.riding) {
      out.line(`double *${sum}_part = operands->${array} + ${unit};`);
      out.line(`*${sum}_part = 0.0;`);
    }
    const parts = scatterParts(scope);
    const ofOuter = ["operands", ...c.outer.map((axis) => scope.names.letter(axis))].join(", ");
    if (parts.includes("start")) out.line(`${name}_start(${ofOuter});`);
    if (isOuter)
      out.block(
        `for (int ${first} = 0; ${first} < ${scope.columns}; ${first} += ${scope.width}) {`,
        call,
      );
    else call();
    if (parts.includes("end")) out.line(`${name}_end(${ofOuter});`);
  });
}

/** What a unit's number stands for. */
function divide(scope: Scope, unit: string, parts: readonly Part[]): void {
  let rest = unit;
  for (const [i, part] of [...parts].entries()) {
    const by = parts
      .slice(i + 1)
      .map(({ extent }) => extent)
      .join(" * ");
    const head = by ? `${rest} / ${factor(by)}` : rest;
    scope.out.line(`const int ${part.name} = ${head}${part.scale};`);
    rest = by ? `${rest} % ${factor(by)}` : rest;
  }
}
