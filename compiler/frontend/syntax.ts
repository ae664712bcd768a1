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

/** The variables that a declaration's left side binds, in order. */
export function patternVariables(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((e) => (ts.isBindingElement(e) ? patternVariables(e.name) : []));
}

/** The names that it binds. */
export const patternNames = (name: ts.BindingName): string[] =>
  patternVariables(name).map((variable) => variable.text);

/** Whether evaluating the expression may wait or yield, so that it cannot be put into a closure. */
export function suspends(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) return true;
  if (ts.isFunctionLike(node)) return false;
  return ts.forEachChild(node, suspends) ?? false;
}

/** The expression inside parentheses, `!`, `as` and `satisfies`, which leave no trace when the model runs. */
export function skipWrappers(e: ts.Expression): ts.Expression {
  let inner = e;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isTypeAssertionExpression(inner)
  )
    inner = inner.expression;
  return inner;
}

/** An anonymous function or class takes its name from what it is assigned to: it must stay in place. */
export function isNamedFunctionLike(e: ts.Expression): boolean {
  const inner = skipWrappers(e);
  return ts.isArrowFunction(inner) || ts.isFunctionExpression(inner) || ts.isClassExpression(inner);
}

/** Numbers, strings and the like carry no name. */
export function isPlainLiteral(e: ts.Expression): boolean {
  return (
    ts.isLiteralExpression(e) ||
    e.kind === ts.SyntaxKind.TrueKeyword ||
    e.kind === ts.SyntaxKind.FalseKeyword ||
    e.kind === ts.SyntaxKind.NullKeyword
  );
}

/** What elements of a list are called after: the variable or the property that holds the list. */
export function elementName(list: ts.Expression): string | undefined {
  const inner = skipWrappers(list);
  if (ts.isOptionalChain(inner)) return undefined;
  if (ts.isIdentifier(inner)) return inner.text;
  const isMember = ts.isPropertyAccessExpression(inner);
  return isMember && inner.expression.kind !== ts.SyntaxKind.SuperKeyword
    ? inner.name.text.replace(/^#/, "")
    : undefined;
}

/** Whether a node is part of a function's parameter list, and not of a function inside it. */
export function isInParameter(node: ts.Node): boolean {
  let n = node;
  while (ts.isBindingElement(n) || ts.isObjectBindingPattern(n) || ts.isArrayBindingPattern(n))
    n = n.parent;
  return ts.isParameter(n);
}

/** Whether the function around a node may wait or yield in the middle. */
export function inSuspendingFunction(node: ts.Node): boolean {
  const around = ts.findAncestor(node, ts.isFunctionLike);
  if (!around) return false;
  const isGenerator = "asteriskToken" in around && around.asteriskToken !== undefined;
  const modifiers = ts.canHaveModifiers(around) ? ts.getModifiers(around) : undefined;
  return isGenerator || (modifiers ?? []).some((m) => m.kind === ts.SyntaxKind.AsyncKeyword);
}

export function isExported(node: ts.VariableStatement): boolean {
  return (node.modifiers ?? []).some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
}
