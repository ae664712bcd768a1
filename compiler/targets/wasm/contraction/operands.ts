/** The operands of a tile: read in place, or copied together in the order of their use. */

import { runOf } from "../../../kernels/contraction/axes.ts";
import { linear } from "../../../kernels/scalar.ts";
import { type Code, get, i32, minus, plus, times } from "../code.ts";
import { addressOf, scalar } from "../expression.ts";
import { dimCode } from "../names.ts";
import { leftNames } from "../tiles.ts";
import { least, type Scope } from "./scope.ts";
import { callsFunctions, countersOf } from "./whole.ts";

export function rightOperand(scope: Scope): void {
  const body = scope.body;
  const { b, columns } = scope.c;
  if (b.place) {
    const found = linear(b.place.start, columns);
    if (!found) throw new Error("an offset that is read in place is linear");
    const start = scalar(found.rest, body);
    const offset = times(plus(start, get(scope.first)), 4);
    body.set("right", "i32", plus(body.base(b.place.node), offset));
    if (!scope.isCopied) return;
    copyRows(scope);
  } else copyElements(scope);
  body.set("right", "i32", ["global.get", "$scratch"]);
}

/** Copies rows of the right operand beside each other, vector by vector. */
function copyRows(scope: Scope): void {
  const body = scope.body;
  const { levels, tile } = scope.c;
  body.note("a panel of the right operand, row by row");
  body.set("to_panel", "i32", ["global.get", "$scratch"]);
  const loops = (level: number): void => {
    const { extent, right } = levels[level];
    const inner = levels[level + 1];
    const counter = level === levels.length - 1 ? "step" : `step_${levels.length - 1 - level}`;
    body.set(counter, "i32", i32(0));
    body.loop(counter, 1, i32(extent), () => {
      if (inner) loops(level + 1);
      else {
        for (let v = 0; v < tile.vectors; v++) {
          const at = v === 0 ? [] : [`offset=${16 * v}`];
          body.push(["v128.store", ...at, get("to_panel"), ["v128.load", ...at, get("right")]]);
        }
        body.set("to_panel", "i32", plus(get("to_panel"), i32(4 * scope.width)));
      }
      const by = right - (inner ? inner.extent * inner.right : 0);
      if (by !== 0) body.set("right", "i32", plus(get("right"), i32(4 * by)));
    });
  };
  loops(0);
}

/** Copies elements of the right operand beside each other; those behind the last column are none. */
function copyElements(scope: Scope): void {
  const body = scope.body;
  const { b, steps, columns } = scope.c;
  const runs = runOf(b.value, columns);
  const own = scope.elements(b.value);
  // What is behind the last column may be anything: its sums are thrown away.
  const inFours = own.kind === "element" && (runs === 4 || (columns.length === 1 && runs > 1));
  body.note("a panel of the right operand, column by column");
  body.set("at", "i32", i32(0));
  body.loop("at", inFours ? 4 : 1, get("columns"), () => {
    scope.decode(columns, plus(get(scope.first), get("at")));
    body.set("to_panel", "i32", plus(["global.get", "$scratch"], times(get("at"), 4)));
    scope.loops(steps, () => {
      if (inFours)
        body.push([
          "v128.store",
          get("to_panel"),
          ["v128.load", ...addressOf(own.node, own.offset, body)],
        ]);
      else body.push(["f32.store", get("to_panel"), scalar(own, body)]);
      body.set("to_panel", "i32", plus(get("to_panel"), i32(4 * scope.width)));
    });
  });
}

export function callTile(scope: Scope, sums: Code): void {
  const body = scope.body;
  const more = scope.c.blocks.length > 0 ? [get("more")] : [];
  const left = leftOperand(scope);
  const operands =
    scope.endsInRegisters && !callsFunctions(scope)
      ? [
          ...(scope.hasEdges ? [sums] : []),
          ...countersOf(scope).map(({ value }) => value),
          ...(scope.hasEdges ? [get("whole")] : []),
        ]
      : [sums, ...more];
  body.push(["call", `$${scope.tileName}`, ...left, get("right"), ...operands]);
}

/** Addresses of the rows of a tile; rows beyond the last one are the last one again. */
function leftOperand(scope: Scope): Code[] {
  const body = scope.body;
  const { a, rows } = scope.c;
  if (!a) return [];
  if (!a.place) {
    copyLeft(scope);
    return [plus(["global.get", "$scratch"], i32(scope.scratch.left))];
  }
  const { node, start } = a.place;
  if (scope.tile.rowStride !== undefined) {
    const found = linear(start, rows);
    if (!found) throw new Error("an offset that is read in place is linear");
    const rest = scalar(found.rest, body);
    const at = plus(rest, times(scope.tileStart, scope.tile.rowStride));
    return [plus(body.base(node), times(at, 4))];
  }
  const last = minus(dimCode(scope.rows), i32(1));
  const names = leftNames(scope.tile);
  for (const [r, name] of names.entries()) {
    scope.decode(rows, least(body, plus(get(scope.tileFirst), i32(r)), last));
    body.set(name, "i32", plus(body.base(node), times(scalar(start, body), 4)));
  }
  return names.map(get);
}

/** Copies the rows of a tile step by step. */
function copyLeft(scope: Scope): void {
  const body = scope.body;
  const { a, rows, steps, tile } = scope.c;
  const value = scope.elements((a as NonNullable<typeof a>).value);
  const last = minus(dimCode(scope.rows), i32(1));
  body.note("the rows of the left operand, step by step");
  body.set("r", "i32", i32(0));
  body.loop("r", 1, i32(tile.rows), () => {
    scope.decode(rows, least(body, plus(get(scope.tileFirst), get("r")), last));
    const start = plus(["global.get", "$scratch"], i32(scope.scratch.left));
    body.set("to_left", "i32", plus(start, times(get("r"), 4)));
    scope.loops(steps, () => {
      body.push(["f32.store", get("to_left"), scalar(value, body)]);
      body.set("to_left", "i32", plus(get("to_left"), i32(4 * tile.rows)));
    });
  });
}
