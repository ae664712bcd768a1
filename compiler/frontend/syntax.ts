/** Questions about syntax that lifting asks. */

import type { ts } from "ts-morph";
import { typescript } from "./typescript.ts";

/** Every name that a declaration somewhere below `node` binds. */
export function bindingNames(node: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (n: ts.Node): void => {
    const declares =
      typescript.isVariableDeclaration(n) ||
      typescript.isParameter(n) ||
      typescript.isBindingElement(n) ||
      typescript.isFunctionDeclaration(n) ||
      typescript.isClassDeclaration(n) ||
      typescript.isFunctionExpression(n) ||
      typescript.isClassExpression(n) ||
      typescript.isImportSpecifier(n) ||
      typescript.isNamespaceImport(n) ||
      typescript.isImportClause(n);
    if (declares && n.name && typescript.isIdentifier(n.name)) names.add(n.name.text);
    typescript.forEachChild(n, visit);
  };
  visit(node);
  return names;
}

/** The variables that a declaration's left side binds, in order. */
export function patternVariables(name: ts.BindingName): ts.Identifier[] {
  if (typescript.isIdentifier(name)) return [name];
  return name.elements.flatMap((e) =>
    typescript.isBindingElement(e) ? patternVariables(e.name) : [],
  );
}

/** The names that it binds. */
export const patternNames = (name: ts.BindingName): string[] =>
  patternVariables(name).map((variable) => variable.text);

/** Whether evaluating the expression may wait or yield, so that it cannot be put into a closure. */
export function suspends(node: ts.Node): boolean {
  if (typescript.isAwaitExpression(node) || typescript.isYieldExpression(node)) return true;
  if (typescript.isFunctionLike(node)) return false;
  return typescript.forEachChild(node, suspends) ?? false;
}

/** The expression inside parentheses, `!`, `as` and `satisfies`, which leave no trace when the model runs. */
export function skipWrappers(e: ts.Expression): ts.Expression {
  let inner = e;
  while (
    typescript.isParenthesizedExpression(inner) ||
    typescript.isNonNullExpression(inner) ||
    typescript.isAsExpression(inner) ||
    typescript.isSatisfiesExpression(inner) ||
    typescript.isTypeAssertionExpression(inner)
  )
    inner = inner.expression;
  return inner;
}

/** An anonymous function or class takes its name from what it is assigned to: it must stay in place. */
export function isNamedFunctionLike(e: ts.Expression): boolean {
  const inner = skipWrappers(e);
  return (
    typescript.isArrowFunction(inner) ||
    typescript.isFunctionExpression(inner) ||
    typescript.isClassExpression(inner)
  );
}

/** Numbers, strings and the like carry no name. */
export function isPlainLiteral(e: ts.Expression): boolean {
  return (
    typescript.isLiteralExpression(e) ||
    e.kind === typescript.SyntaxKind.TrueKeyword ||
    e.kind === typescript.SyntaxKind.FalseKeyword ||
    e.kind === typescript.SyntaxKind.NullKeyword
  );
}

/** What elements of a list are called after: the variable or the property that holds the list. */
export function elementName(list: ts.Expression): string | undefined {
  const inner = skipWrappers(list);
  if (typescript.isOptionalChain(inner)) return undefined;
  if (typescript.isIdentifier(inner)) return inner.text;
  const isMember = typescript.isPropertyAccessExpression(inner);
  return isMember && inner.expression.kind !== typescript.SyntaxKind.SuperKeyword
    ? inner.name.text.replace(/^#/, "")
    : undefined;
}

/** Whether a node is part of a function's parameter list, and not of a function inside it. */
export function isInParameter(node: ts.Node): boolean {
  let n = node;
  while (
    typescript.isBindingElement(n) ||
    typescript.isObjectBindingPattern(n) ||
    typescript.isArrayBindingPattern(n)
  )
    n = n.parent;
  return typescript.isParameter(n);
}

/** Whether the function around a node may wait or yield in the middle. */
export function inSuspendingFunction(node: ts.Node): boolean {
  const around = typescript.findAncestor(node, typescript.isFunctionLike);
  if (!around) return false;
  const isGenerator = "asteriskToken" in around && around.asteriskToken !== undefined;
  const modifiers = typescript.canHaveModifiers(around)
    ? typescript.getModifiers(around)
    : undefined;
  return (
    isGenerator || (modifiers ?? []).some((m) => m.kind === typescript.SyntaxKind.AsyncKeyword)
  );
}

export function isExported(node: ts.VariableStatement): boolean {
  return (node.modifiers ?? []).some((m) => m.kind === typescript.SyntaxKind.ExportKeyword);
}
