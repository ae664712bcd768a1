/** Results of whole tiles, written out: from sums in registers, or in memory where functions are called. */

import type { Axis, Scalar } from "../../../kernels/scalar.ts";
import type { Body } from "../body.ts";
import { type Code, get, i32 } from "../code.ts";
import type { Loop } from "../lanes.ts";
import { movedBy, writeFour } from "../statements.ts";
import { lanes, sumOf, type TileResults } from "../tiles.ts";
import { writeResult } from "./results.ts";
import type { Scope, Store } from "./scope.ts";

export function edgeParameters(scope: Scope): readonly string[] {
  const hasRows = scope.c.rows.length > 0;
  return [
    "sums",
    ...scope.c.outer.map((axis) => scope.body.letter(axis)),
    ...(hasRows ? [scope.tileFirst, scope.to] : []),
    ...(scope.beginsEarly ? [`${scope.rowLetter}_tile`] : []),
    scope.first,
    "columns",
  ];
}

/**
 * The result of a tile at an edge, whose sums are in memory; undefined where there is none.
 *
 * @param body of its function
 * @param prepare sets the locals of the memory and the numbers that `body` has used
 * @returns the parameters
 */
export function edgeResult(
  scope: Scope,
  body: Body,
  prepare: () => void,
): readonly string[] | undefined {
  if (!scope.endsInRegisters || !scope.hasEdges) return undefined;
  const outside = scope.body;
  scope.body = body;
  const parameters = edgeParameters(scope);
  const [from, to] =
    scope.c.rows.length === 0 ? [i32(0), i32(1)] : [get(scope.tileFirst), get(scope.to)];
  const code = body.inside(() => writeResult(scope, from, to, scope.tileStart));
  prepare();
  body.push(...code);
  scope.body = outside;
  return parameters;
}

export function isWhole(scope: Scope, end: Code, to: Code): Code {
  const hasAll: Code = ["i32.eq", get("columns"), i32(scope.width)];
  if (scope.c.rows.length === 0 || !scope.isClamped) return hasAll;
  const isFull: Code = ["i32.le_s", end, to];
  return scope.columns % scope.width === 0 ? isFull : ["i32.and", hasAll, isFull];
}

/** Counters that the results of a tile depend on, as its function has them and as they are outside. */
export function countersOf(
  scope: Scope,
): readonly { readonly name: string; readonly value: Code }[] {
  const c = scope.c;
  const letter = (axis: Axis): string => scope.body.letter(axis);
  return [
    ...c.outer.map((axis) => ({ name: letter(axis), value: get(letter(axis)) })),
    ...(c.rows.length > 0 ? [{ name: scope.rowLetter, value: get(scope.tileFirst) }] : []),
    { name: letter(scope.column), value: get(scope.first) },
  ];
}

/** The result of a whole tile, written out. */
function wholeTile(scope: Scope, body: Body, sumAt: (row: number, vector: number) => Code): Code[] {
  const { rows, vectors } = scope.tile;
  const store = scope.store;
  return body.inside(() => {
    for (let r = 0; r < rows; r++) {
      for (let v = 0; v < vectors; v++) {
        const moved = (s: Scalar): Scalar => movedBy(s, [scope.row, r], [scope.column, lanes * v]);
        const own: Store = { ...store, offset: moved(store.offset), value: moved(store.value) };
        const loop: Loop = { kind: "loop", axis: scope.column, step: 1, body: [own] };
        // The sums of the tile are in no other form than that of vectors.
        body.withSum(scope.sum, sumAt(r, v), () => writeFour(body, loop));
      }
    }
  });
}

/** Whether functions are called for the result: registers would be saved around them, in each step before. */
export function callsFunctions(scope: Scope): boolean {
  if (!scope.endsInRegisters) return false;
  return wholeTile(scope, scope.body.other(), () => get(scope.sum)).some(hasCall);
}

/**
 * What the function of the tile does with its sums; undefined where it stores them.
 *
 * @param body of that function
 * @param prepare sets the locals of the memory and the numbers that `body` has used
 */
export function resultsOf(scope: Scope, body: Body, prepare: () => void): TileResults | undefined {
  if (!scope.endsInRegisters || callsFunctions(scope)) return undefined;
  const counters = countersOf(scope).map(({ name }) => name);
  const code = wholeTile(scope, body, (r, v) => get(sumOf(r, v)));
  const start = body.inside(prepare);
  return {
    counters,
    hasEdges: scope.hasEdges,
    locals: body.declarations(counters),
    code: [...start, ...code],
  };
}

/** The result of a whole tile whose sums are in memory; undefined where the tile computes it. @returns the parameters */
export function wholeResult(
  scope: Scope,
  body: Body,
  prepare: () => void,
): readonly string[] | undefined {
  if (!callsFunctions(scope)) return undefined;
  const { vectors } = scope.tile;
  const code = wholeTile(scope, body, (r, v) => {
    const offset = 4 * lanes * (r * vectors + v);
    return ["v128.load", ...(offset > 0 ? [`offset=${offset}`] : []), get("sums")];
  });
  prepare();
  body.push(...code);
  return ["sums", ...countersOf(scope).map(({ name }) => name)];
}

const hasCall = (code: Code): boolean =>
  typeof code !== "string" && (code[0] === "call" || code.some(hasCall));
