/** Expressions with random values, computed in C and by the interpreter. */

import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import type { Dim } from "../../compiler/graph/types.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { type Case, close, runInterpreter } from "./compile.ts";
import { quick, runInThreads } from "./native.ts";
import { Random } from "./random.ts";

export interface NamedCase extends Case {
  readonly name: string;
}

/** Makes cases: symbols with values, and what is computed of them. */
export class Cases {
  readonly list: NamedCase[] = [];
  readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** @param sizes lengths of the named dimensions */
  add(
    name: string,
    shapes: readonly (readonly Dim[])[],
    make: (...inputs: Node[]) => Node[],
    sizes: Readonly<Record<string, number>> = {},
  ): void {
    const inputs = shapes.map((shape) => symbol("float32", shape));
    const bindings = new Map(
      inputs.map((x, i): [Node, NDArray] => [
        x,
        this.random.array(
          "float32",
          shapes[i].map((d) => (typeof d === "number" ? d : sizes[d])),
        ),
      ]),
    );
    this.list.push({ name, outputs: make(...inputs), bindings });
  }
}

/** Those that differ from the interpreter, and those that differ between numbers of threads. */
export async function wrongOf({ list }: Cases, options = quick): Promise<string[]> {
  const [single, ...others] = await runInThreads(list, [1, 2, 3], options);
  return list.flatMap(({ name }, i) => {
    const torn = others.some((results) =>
      results[i].some((row, k) => row.some((v, n) => !Object.is(v, single[i][k][n]))),
    );
    const differs = differencesOf(list[i], single[i]);
    return torn ? [...differs, `${name}: bits depend on the number of threads`] : differs;
  });
}

/** Where results differ from the interpreter's. */
export function differencesOf(
  { name, outputs, bindings }: NamedCase,
  results: readonly (readonly number[])[],
): string[] {
  const longest = Math.max(...[...bindings.values()].flatMap(({ shape }) => shape));
  return runInterpreter(outputs, bindings).flatMap((row, k) => {
    // A sum of n numbers in another order differs by the roundings of its parts, not of itself.
    const absolute = Math.max(3e-5, longest * 1e-7);
    if (close(results[k], row, 1e-5, absolute)) return [];
    const at = row.findIndex((v, n) => !close([v], [results[k][n]], 1e-5, absolute));
    return [`${name}: output ${k}, element ${at}: ${results[k][at]} and ${row[at]}`];
  });
}
