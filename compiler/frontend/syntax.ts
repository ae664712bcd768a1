/** Questions about syntax that lifting asks. */

import { ts } from "ts-morph";

/** Every name that a declaration somewhere below `node` binds. */
export function bindingNames(node: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (n: ts.Node): void => {
    const declares =
      ts.isVariableDeclaration(n) ||
      ts.isParameter(n) ||
      ts.isBindingElement(n) ||
      ts.isFunctionDeclaration(n) ||
      ts.isClassDeclaration(n) ||
      ts.isFunctionExpression(n) ||
      ts.isClassExpression(n) ||
      ts.isImportSpecifier(n) ||
      ts.isNamespaceImport(n) ||
      ts.isImportClause(n);
    if (declares && n.name && ts.isIdentifier(n.name)) names.add(n.name.text);
    ts.forEachChild(n, visit);
  };
  visit(node);
  return names;
}

/** The names that a declaration's left side binds, in order. */
export function patternNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((e) => (ts.isBindingElement(e) ? patternNames(e.name) : []));
}

/** Whether evaluating the expression may wait or yield, so that it cannot be put into a closure. */
export function suspends(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) return true;
  if (ts.isFunctionLike(node)) return false;
  return ts.forEachChild(node, suspends) ?? false;
}

/** An anonymous function or class takes its name from what it is assigned to: it must stay in place. */
export function isNamedFunctionLike(e: ts.Expression): boolean {
  let inner = e;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner)
  )
    inner = inner.expression;
  return ts.isArrowFunction(inner) || ts.isFunctionExpression(inner) || ts.isClassExpression(inner);
}
