/** Functions that generated code carries along: what it calls and JavaScript does not have. */

import { definedIn, helperName, spelled } from "../../kernels/functions.ts";
import type { Scalar } from "../../kernels/scalar.ts";
import type { Writer } from "../writer.ts";
import { expression, needsHelper } from "./expression.ts";

const names = { nameOf: () => "", letter: () => "" };

/** Writes a helper for each defined function that the expressions call. */
export function writeHelpers(out: Writer, bodies: Iterable<Scalar>): void {
  for (const fn of definedIn(bodies)) {
    if (!needsHelper(fn)) continue;
    const { about, parts, result } = spelled(fn);
    out.doc([about]);
    out.block(`function ${helperName(fn)}(x: number): number {`, () => {
      for (const { name, value } of parts)
        out.line(`const ${name} = ${expression(value, names).text};`);
      out.line(`return ${expression(result, names).text};`);
    });
    out.line();
  }
}
