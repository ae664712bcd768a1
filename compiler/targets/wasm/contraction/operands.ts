/** The operands of a tile: read in place, or copied together in the order of their use. */

import { runOf } from "../../../kernels/contraction/axes.ts";
import { linear } from "../../../kernels/scalar.ts";
import { type Code, get, i32, minus, noted, plus, times } from "../code.ts";
import { addressOf, bytesOf, scalar } from "../expression.ts";
import { dimCode } from "../names.ts";
import { copyName, leftPointers, tileName, tileParameters } from "../tiles.ts";
import { least, type Scope } from "./scope.ts";

export function rightOperand(scope: Scope): void {
  const body = scope.body;
  const { b, columns } = scope.c;
  if (b.place) {
    const found = linear(b.place.start, columns);
    if (!found) throw new Error("an offset that is read in place is linear");
    const { node } = b.place;
    const start = plus(body.base(node), bytesOf(node, found.rest, body));
    body.set("right", "i32", plus(start, times(get(scope.first), 4)));
    if (!scope.isCopied) return;
    copyRows(scope);
  } else copyElements(scope);
  body.set("right", "i32", ["global.get", "$scratch"]);
}

/** So many steps in a panel. */
const rowsOfPanel = (scope: Scope, rows: number): Code =>
  noted(
    i32(4 * scope.width * rows),
    `${rows === 1 ? "a row" : `${rows} rows`} of the panel, in bytes`,
  );

/** Copies rows of the right operand beside each other, vector by vector. */
function copyRows(scope: Scope): void {
  const body = scope.body;
  const { levels, tile } = scope.c;
  body.note("a panel of the right operand, row by row");
  const panel: Code = ["global.get", "$scratch"];
  const isOne = levels.length === 1;
  if (!isOne) body.set("to_panel", "i32", panel);
  const loops = (level: number): void => {
    const { extent, right } = levels[level];
    const inner = levels[level + 1];
    if (!inner) {
      const distance = noted(i32(4 * right), "right_step");
      const copy = body.helper(copyName(tile.vectors));
      const to = isOne ? panel : get("to_panel");
      const steps = noted(scope.levelCount(level), "steps");
      const operands = [get("right"), steps, distance, to];
      body.push(["call", copy, ...operands]);
      if (level > 0) body.set("to_panel", "i32", plus(get("to_panel"), rowsOfPanel(scope, extent)));
    } else {
      const counter = `step_${levels.length - 1 - level}`;
      body.set(counter, "i32", i32(0));
      body.loop(counter, 1, scope.levelCount(level), () => loops(level + 1));
    }
    if (level === 0) return;
    // What loops inside have moved it by is taken off; the copy does not move it.
    const by = levels[level - 1].right - (inner ? extent * right : 0);
    body.set("right", "i32", plus(get("right"), noted(i32(4 * by), "to the next steps, in bytes")));
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
  body.loop("at", inFours ? 4 : 1, scope.columnCount, () => {
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
      body.set("to_panel", "i32", plus(get("to_panel"), rowsOfPanel(scope, 1)));
    });
  });
}

/** Calls the register tile. */
export function callTile(scope: Scope, sums: Code): void {
  const { kind, levels } = scope;
  const left = leftOperand(scope);
  // A loop around moves operands on from where the one inside has left them.
  const step = (level: number, side: "left" | "right"): number => {
    const inner = levels[level + 1];
    return 4 * (levels[level][side] - (inner ? inner.extent * inner[side] : 0));
  };
  const numbers = new Map<string, Code>([
    ["right", get("right")],
    ...levels.flatMap((_, level): [string, Code][] => {
      const suffix = level === levels.length - 1 ? "" : `_${levels.length - 1 - level}`;
      return [
        [`steps${suffix}`, scope.levelCount(level)],
        [`left_step${suffix}`, i32(step(level, "left"))],
        [`right_step${suffix}`, i32(step(level, "right"))],
      ];
    }),
    ["sums", sums],
    ["more", get("more")],
  ]);
  const operands = tileParameters(kind)
    .slice(left.length)
    .map((name) => noted(numbers.get(name) as Code, name));
  const body = scope.body;
  body.push(["call", body.helper(tileName(kind)), ...left, ...operands]);
}

/** Where the left operand of a tile begins, row by row. Rows beyond the last one are the last one again. */
function leftOperand(scope: Scope): Code[] {
  const body = scope.body;
  const { a, rows, tile } = scope.c;
  if (!a) return [];
  if (!a.place) {
    copyLeft(scope);
    return [scope.scratchAt("left")];
  }
  const { node, start } = a.place;
  const stride = scope.rowStride;
  if (stride !== undefined) {
    const found = linear(start, rows);
    if (!found) throw new Error("an offset that is read in place is linear");
    const rest = bytesOf(node, found.rest, body);
    const row = times(scope.tileStart, 4 * stride, "from row to row of left, in bytes");
    const first = plus(plus(body.base(node), rest), row);
    if (scope.kind.transposed) return [first];
    body.set("left", "i32", first);
    return leftPointers(scope.kind).map((_, r) =>
      plus(get("left"), noted(i32(4 * stride * r), r === 1 ? "a row" : `${r} rows`)),
    );
  }
  const last = minus(dimCode(scope.rows), i32(1));
  body.note(`where rows of ${body.nameOf(node)} begin`);
  body.set("r", "i32", i32(0));
  body.loop("r", 1, i32(tile.rows), () => {
    scope.decode(rows, least(body, plus(get(scope.tileFirst), get("r")), last));
    const to = plus(scope.scratchAt("list"), times(get("r"), 4));
    body.push(["i32.store", to, plus(body.base(node), bytesOf(node, start, body))]);
  });
  body.set("left_rows", "i32", scope.scratchAt("list"));
  return leftPointers(scope.kind).map((_, r) => [
    "i32.load",
    ...(r === 0 ? [] : [`offset=${4 * r}`]),
    get("left_rows"),
  ]);
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
    body.set("to_left", "i32", plus(scope.scratchAt("left"), times(get("r"), 4)));
    scope.loops(steps, () => {
      body.push(["f32.store", get("to_left"), scalar(value, body)]);
      body.set(
        "to_left",
        "i32",
        plus(get("to_left"), noted(i32(4 * tile.rows), "a step, in bytes")),
      );
    });
  });
}
