/** The function of a panel: columns that fill some vectors, tile by tile of rows. */

import type { Node } from "../../../graph/node.ts";
import { mayBeEmpty } from "../../../kernels/contraction/contraction.ts";
import { type Scalar, walk } from "../../../kernels/scalar.ts";
import { dimInC } from "../names.ts";
import { multiply, rightOperand } from "./operands.ts";
import { finish } from "./results.ts";
import type { Scope } from "./scope.ts";
import { factor, unitsOf } from "./units.ts";

/** Parameters of the function of a panel, behind the operands. */
export function panelParameters(scope: Scope): string[] {
  const { outer } = scope.c;
  return [
    ...outer.map((axis) => `int ${scope.names.letter(axis)}`),
    `int ${scope.first}`,
    `int ${scope.free("columns")}`,
    ...(scope.isCut ? [`int ${scope.row}_from`, `int ${scope.row}_to`] : []),
    ...scope.riding.map(({ sum }) => `double *${sum}_part`),
  ];
}

export function outerParameters(scope: Scope): string[] {
  return scope.c.outer.map((axis) => `int ${scope.names.letter(axis)}`);
}

const elementsIn = (s: Scalar): Node[] =>
  walk(s).flatMap((part) => (part.kind === "element" ? [part.node] : []));

/** The memory that a function of the contraction touches. */
export function nodesOf(scope: Scope, part: "panel" | "start" | "end"): Node[] {
  const { stage, scatter, a, b, result } = scope.c;
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
  const following = (scope.following?.statements ?? []).flatMap((s) =>
    s.kind === "store"
      ? [s.into, ...elementsIn(s.value)]
      : s.kind === "let"
        ? elementsIn(s.value)
        : [],
  );
  const written = scope.following?.isKept === false ? [] : [stage.into];
  return [...new Set([...all, ...written, ...following])].filter((node) => !scope.isNumber(node));
}

/** The body of a panel's function: columns that fill some vectors, all rows or those of a unit. */
export function writePanel(scope: Scope): void {
  const out = scope.out;
  // Each column has a sum of its own, so that they are taken in lanes.
  for (const { sum } of scope.riding)
    out.line(`_Alignas(64) float ${sum}_lanes[${scope.width}] = {0};`);
  panelBody(scope);
  if (scope.riding.length === 0) return;
  const at = scope.free("at");
  out.block(`for (int ${at} = 0; ${at} < ${scope.free("columns")}; ${at}++) {`, () => {
    for (const { sum } of scope.riding) out.line(`*${sum}_part += ${sum}_lanes[${at}];`);
  });
}

function panelBody(scope: Scope): void {
  const out = scope.out;
  const c = scope.c;
  const units = unitsOf(scope.c);
  const [first, count] = [scope.first, scope.free("columns")];
  const [from, to] = scope.isCut
    ? [`${scope.row}_from`, `${scope.row}_to`]
    : ["0", dimInC(scope.rowCount)];
  const blocked = c.blocks.length > 0;
  const sums = scope.free("sums");
  if (blocked) {
    const rows = typeof scope.rowCount === "number" ? (units.rows ?? scope.rowCount) : units.rows;
    const padded = Math.ceil((rows as number) / c.tile.rows) * c.tile.rows;
    out.line(`_Alignas(64) float ${sums}[${padded} * ${scope.width}];`);
    out.line(`bool ${scope.free("more")} = false;`);
    scope.loops(c.blocks, () => {
      const right = rightOperand(scope, first, count);
      tiles(scope, from, to, () =>
        multiply(
          scope,
          right,
          c.rows.length === 0
            ? sums
            : `${sums} + (${scope.tileStart} - ${from}) * ${factor(scope.width)}`,
          scope.free("more"),
        ),
      );
      out.line(`${scope.free("more")} = true;`);
    });
    if (mayBeEmpty(c)) out.line(`if (!${scope.free("more")}) memset(${sums}, 0, sizeof ${sums});`);
    finish(scope, from, to, sums, from, count, first);
    return;
  }
  const right = rightOperand(scope, first, count);
  tiles(scope, from, to, () => {
    const size = c.tile.rows === 1 ? scope.width : `${c.tile.rows} * ${scope.width}`;
    out.line(`_Alignas(64) float ${sums}[${size}];`);
    multiply(scope, right, sums, "false");
    const clamped = scope.isClamped
      ? `least(${scope.tileFirst} + ${c.tile.rows}, ${to})`
      : `${scope.tileFirst} + ${c.tile.rows}`;
    finish(scope, scope.tileFirst, clamped, sums, scope.tileStart, count, first);
  });
}

function tiles(scope: Scope, from: string, to: string, body: () => void): void {
  const c = scope.c;
  if (c.rows.length === 0) {
    body();
    return;
  }
  const i = scope.tileFirst;
  scope.out.block(`for (int ${i} = ${from}; ${i} < ${to}; ${i} += ${c.tile.rows}) {`, () => {
    if (scope.tileStart !== i) {
      scope.out.note(["Where the last whole tile begins, if this one would not be full."]);
      scope.out.line(
        `const int ${scope.tileStart} = least(${i}, ${dimInC(scope.rowCount)} - ${c.tile.rows});`,
      );
    }
    body();
  });
}
