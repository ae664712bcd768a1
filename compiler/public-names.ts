/** Names of exports: for callers those of the model, in generated code words of every target. */

import { fail } from "./diagnostics/error.ts";
import type { Node } from "./graph/node.ts";
import type { Site } from "./graph/site.ts";
import { identifier } from "./kernels/names.ts";
import type { ModelFunction } from "./language/function.ts";

/** Identifiers of generated code for names of the model, in their order. */
export function namesApart(names: readonly string[]): string[] {
  const found = new Set<string>();
  for (const name of names) {
    let own = identifier(name);
    while (found.has(own)) own += "_";
    found.add(own);
  }
  return [...found];
}

/** What a trainer, its memory and modules of targets have of their own. */
const ownNames = {
  function: ["destroy", "then", "__proto__", "createState", "ownsMemory"],
  variable: ["destroy", "then", "__proto__", "sizes"],
};

/** @throws ADJ4009 where an export cannot have its name for callers, or has that of another one */
export function checkPublicNames(
  functions: readonly { readonly key: string; readonly fn: ModelFunction }[],
  exported: ReadonlyMap<Node, string>,
): void {
  const all = [
    ...functions.map(({ key, fn }) => ({ kind: "function" as const, key, site: fn.site })),
    ...[...exported].map(([{ site }, key]) => ({ kind: "variable" as const, key, site })),
  ];
  const before = new Map<string, Site | undefined>();
  for (const { kind, key, site } of all) {
    const isName = /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key);
    const why = before.has(key)
      ? "another export has this name"
      : !isName
        ? "it is no name of a property"
        : ownNames[kind].includes(key)
          ? "generated code has something of its own by this name"
          : undefined;
    const first = before.get(key);
    before.set(key, site);
    if (why === undefined) continue;
    const renamed = /^\w+$/.test(key) ? `${key.replace(/^_+/, "")}_` : "another name";
    fail("ADJ4009", `the exported ${kind} ${key} cannot be called that: ${why}`, {
      hint:
        kind === "function"
          ? `another name for callers: fn(…, { name: "${renamed}" })`
          : `export { ${key} as ${renamed} }`,
      ...(site && { site }),
      ...(first && { related: [{ message: `${key} is defined here as well`, site: first }] }),
    });
  }
}
