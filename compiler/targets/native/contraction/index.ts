/** Products in C: loops over panels of columns and tiles of rows around a register tile. */

import type { Node } from "../../../graph/node.ts";
import { nodesOf, outerParameters, panelParameters, writePanel } from "./panel.ts";
import { scatterParts, writeScatterPart } from "./results.ts";
import type { Scope } from "./scope.ts";
import { writeUnits } from "./unit-loop.ts";

/** What the functions of a contraction take from a call. */
export interface Calling {
  /** Name of the contraction's own function. */
  readonly name: string;
  /** Type of its operands. */
  readonly type: string;
  /** Writes a body, and before it what it uses of sizes and numbers among the operands, and of some memory. */
  readonly using: (memory: readonly Node[], body: () => void) => void;
}

/** Writes the functions of a contraction: of a panel of columns, and of the units that threads share. */
export function writeContraction(scope: Scope, { name, type, using }: Calling): void {
  const { out } = scope;
  out.line("static always_inline void");
  out.list(`${name}_panel(`, [`const ${type} *operands`, ...panelParameters(scope)], ") {", "", "");
  out.indent(() => {
    using(nodesOf(scope, "panel"), () => writePanel(scope));
  });
  out.line("}").line();
  for (const part of scatterParts(scope)) {
    const parameters = [`const ${type} *operands`, ...outerParameters(scope)];
    out.list(`static void ${name}_${part}(`, parameters, ") {", "", "");
    out.indent(() => {
      using(nodesOf(scope, part), () => writeScatterPart(scope, part));
    });
    out.line("}").line();
  }
  out.block(`static void ${name}(void *on, int from, int to) {`, () => {
    out.line(`const ${type} *operands = on;`);
    using([], () => writeUnits(scope, name));
  });
}
