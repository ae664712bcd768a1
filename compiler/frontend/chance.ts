/** Calls whose value is another one each time that the model is read, and would be written into generated code. */

import type { ts } from "ts-morph";
import type { Diagnostics } from "../diagnostics/error.ts";
import { AdjointError } from "../diagnostics/error.ts";
import type { Site } from "../graph/site.ts";
import { bindingNames } from "./syntax.ts";
import { typescript } from "./typescript.ts";

const draws =
  "uniform(shape) and normal(shape) draw initial values from the trainer's seed, randomStream(1234) draws at each call";
const clock = "write the number itself, or make it an input of the function";

/** Functions of JavaScript and of Node, by their objects, and what to write instead. */
const changing: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Math: { random: draws },
  Date: { now: clock },
  performance: { now: clock },
  process: { hrtime: clock, uptime: clock },
  crypto: {
    getRandomValues: draws,
    randomUUID: draws,
    randomBytes: draws,
    randomInt: draws,
    randomFillSync: draws,
  },
};

/** Modules that have such functions, by the objects that they are above. */
const modules: Readonly<Record<string, string>> = {
  crypto: "crypto",
  "node:crypto": "crypto",
  perf_hooks: "performance",
  "node:perf_hooks": "performance",
};

/** Warns of each call of such a function. */
export function warnOfChance(
  source: ts.SourceFile,
  siteOf: (node: ts.Node) => Site,
  diagnostics: Diagnostics,
): void {
  const imports = importsOf(source);
  const declared = bindingNames(source);
  const objectOf = (e: ts.Expression): string | undefined => {
    if (typescript.isPropertyAccessExpression(e))
      return typescript.isIdentifier(e.expression) && e.expression.text === "globalThis"
        ? e.name.text
        : undefined;
    if (!typescript.isIdentifier(e)) return undefined;
    return imports.get(e.text)?.object ?? (declared.has(e.text) ? undefined : e.text);
  };
  /** What to write in place of a call, if it is one of those. */
  const insteadOf = (node: ts.Node): string | undefined => {
    const isNew = typescript.isNewExpression(node);
    if (!isNew && !typescript.isCallExpression(node)) return undefined;
    const { expression: callee, arguments: args } = node;
    // With arguments it is the date that they tell; without `new` it is a text of now.
    if (objectOf(callee) === "Date") return isNew && args?.length ? undefined : clock;
    if (isNew) return undefined;
    const [object, name] = typescript.isPropertyAccessExpression(callee)
      ? [objectOf(callee.expression), callee.name.text]
      : typescript.isIdentifier(callee) && imports.get(callee.text)?.name
        ? [imports.get(callee.text)?.object, imports.get(callee.text)?.name]
        : [];
    if (!object || !name || !Object.hasOwn(changing, object)) return undefined;
    return Object.hasOwn(changing[object], name) ? changing[object][name] : undefined;
  };
  const visit = (node: ts.Node): void => {
    const hint = insteadOf(node);
    if (hint !== undefined) {
      const text = node.getText(source).replace(/\((.|\n)*\)$/, "()");
      const message = `${text} gives another value each time that the model is read: generated code never stays the same`;
      diagnostics.warnings.push(new AdjointError("ADJ4010", message, { site: siteOf(node), hint }));
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
}

/** Names that a file imports from those modules: of what object, and of which function where it is one. */
function importsOf(source: ts.SourceFile): Map<string, { object: string; name?: string }> {
  const found = new Map<string, { object: string; name?: string }>();
  for (const statement of source.statements) {
    if (!typescript.isImportDeclaration(statement)) continue;
    const { moduleSpecifier: m, importClause } = statement;
    if (!typescript.isStringLiteral(m) || !Object.hasOwn(modules, m.text)) continue;
    const object = modules[m.text];
    if (importClause?.name) found.set(importClause.name.text, { object });
    const bindings = importClause?.namedBindings;
    if (!bindings) continue;
    if (typescript.isNamespaceImport(bindings)) found.set(bindings.name.text, { object });
    else
      for (const { name, propertyName } of bindings.elements) {
        const imported = (propertyName ?? name).text;
        const isObject = Object.hasOwn(changing, imported);
        found.set(name.text, isObject ? { object: imported } : { object, name: imported });
      }
  }
  return found;
}
