/**
 * Functions that are defined by scalar instructions: one formula, which the interpreter evaluates and every
 * target can print, as a helper of its own or in place.
 */

import type { Definition } from "./definition.ts";
import { elementaryFunctions } from "./elementary.ts";
import { errorFunctions } from "./error-function.ts";
import { gammaFunctions } from "./gamma-function.ts";
import { reproducibleFunctions } from "./reproducible.ts";
import { type DefinedFn, local, rewrite, type Scalar, type ScalarFn, walk } from "./scalar.ts";

const definitions: Record<DefinedFn, Definition> = {
  ...elementaryFunctions,
  ...errorFunctions,
  ...gammaFunctions,
  ...reproducibleFunctions,
};

/** Names of all functions that have a definition. */
export const definedNames = Object.keys(definitions) as readonly DefinedFn[];

/** Whether a function has a definition, so that a target need not know it. */
export const isDefined = (fn: ScalarFn): fn is DefinedFn => fn in definitions;

/** A definition spelled out: parts by name, each of the ones before it, and the value of `x`. */
export interface Spelled {
  readonly about: string;
  readonly parts: readonly { readonly name: string; readonly value: Scalar }[];
  readonly result: Scalar;
}

/** The definition of a function of a local `x`, for a helper function. */
export function spelled(fn: DefinedFn): Spelled {
  const parts: { name: string; value: Scalar }[] = [];
  const { about, body } = definitions[fn];
  const result = body(local("x", "float64"), (name, value) => {
    parts.push({ name, value });
    return local(name, value.dtype);
  });
  return { about, parts, result };
}

/** A scalar with every defined function written out in instructions. */
export function expanded(root: Scalar): Scalar {
  return rewrite(root, (s) => {
    if (s.kind !== "call" || !isDefined(s.fn)) return undefined;
    return expanded(definitions[s.fn].body(expanded(s.args[0]), (_, value) => value));
  });
}

/** The defined functions that scalars call, each after those that it calls itself. */
export function definedIn(roots: Iterable<Scalar>): readonly DefinedFn[] {
  const found = new Set<DefinedFn>();
  const visit = (root: Scalar): void => {
    for (const s of walk(root)) {
      if (s.kind !== "call" || !isDefined(s.fn) || found.has(s.fn)) continue;
      const { parts, result } = spelled(s.fn);
      for (const value of [...parts.map((p) => p.value), result]) visit(value);
      found.add(s.fn);
    }
  };
  for (const root of roots) visit(root);
  return [...found];
}

/** What a helper is called in generated code: a value may be named like the function itself. */
export const helperName = (fn: DefinedFn): string => `${fn}Of`;
