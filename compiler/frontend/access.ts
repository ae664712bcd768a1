/** Reading: calls, `Math`, template strings, elements. */

import type { ts } from "ts-morph";
import type { Lifting } from "./lifting.ts";
import { elementName, isNamedFunctionLike, isPlainLiteral, suspends } from "./syntax.ts";
import { typescript } from "./typescript.ts";

const { factory: f, SyntaxKind } = typescript;

/** Calls of adjoint's functions and of `Math`'s carry their place; pushing on an array names. */
export function liftCall(lifting: Lifting, node: ts.CallExpression): ts.Expression {
  if (typescript.isOptionalChain(node)) return lifting.children(node);
  const { expression: callee } = node;
  if (isBoolean(lifting, node)) {
    const [value, ...rest] = node.arguments;
    return f.updateCallExpression(node, callee, undefined, [
      plain(lifting, value, "Boolean"),
      ...rest.map((e) => lifting.expression(e)),
    ]);
  }
  const ours = typescript.isIdentifier(callee)
    ? lifting.imported.has(callee.text)
    : typescript.isPropertyAccessExpression(callee) && isLibrary(lifting, callee);
  if (!ours) return liftPush(lifting, node) ?? lifting.children(node);
  const args = node.arguments.map((a) => lifting.expression(a));
  return lifting.call("call", lifting.site(node), lifting.expression(callee), ...args);
}

/** JavaScript's `Boolean(x)`, which takes every object for true. */
function isBoolean(lifting: Lifting, { expression, arguments: args }: ts.CallExpression): boolean {
  if (!typescript.isIdentifier(expression) || expression.text !== "Boolean") return false;
  return !lifting.declares("Boolean") && args.length > 0 && !typescript.isSpreadElement(args[0]);
}

/**
 * `object.name`: of a symbol only its shape can be read, and calls of a random stream's methods carry
 * their place. The object alone is looked at, so that all else is as JavaScript has it.
 */
export function liftMember(
  lifting: Lifting,
  node: ts.PropertyAccessExpression,
): ts.PropertyAccessExpression {
  if (!typescript.isIdentifier(node.name) || isKnownObject(lifting, node.expression))
    return lifting.children(node);
  const from = owner(lifting, node) as ts.LeftHandSideExpression;
  return typescript.isPropertyAccessChain(node)
    ? f.updatePropertyAccessChain(node, from, node.questionDotToken, node.name)
    : f.updatePropertyAccessExpression(node, from, node.name);
}

/** The object of `object.name`. */
export function owner(lifting: Lifting, node: ts.PropertyAccessExpression): ts.Expression {
  const { expression: object, name, parent } = node;
  if (!typescript.isIdentifier(name) || isKnownObject(lifting, object))
    return lifting.expression(object);
  const isCallee =
    (typescript.isCallExpression(parent) && parent.expression === node) ||
    (typescript.isTaggedTemplateExpression(parent) && parent.tag === node);
  return lifting.call(
    isCallee ? "method" : "owner",
    lifting.site(isCallee ? parent : node),
    lifting.expression(object),
    f.createStringLiteral(name.text),
  );
}

/** Objects that are no symbols, and chains, in which what follows `?.` must stay. */
function isKnownObject(lifting: Lifting, object: ts.Expression): boolean {
  return (
    object.kind === SyntaxKind.SuperKeyword ||
    object.kind === SyntaxKind.ThisKeyword ||
    typescript.isOptionalChain(object) ||
    typescript.isMetaProperty(object) ||
    (typescript.isIdentifier(object) &&
      (lifting.namespaces.has(object.text) || object.text === "Math"))
  );
}

/** `{ ...x }` and `const { W } = x`, which would find a symbol's own parts. */
export function liftRecord(
  lifting: Lifting,
  value: ts.Expression,
  member: string | undefined,
): ts.Expression {
  const name = member === undefined ? [] : [f.createStringLiteral(member)];
  return lifting.call("record", lifting.site(value), lifting.expression(value), ...name);
}

/** `adjoint.dot` of a namespace import, `Math.exp`. */
function isLibrary(lifting: Lifting, { expression, name }: ts.PropertyAccessExpression): boolean {
  if (!typescript.isIdentifier(expression)) return false;
  if (lifting.namespaces.has(expression.text)) return true;
  return expression.text === "Math" && !lifting.declares("Math") && Object.hasOwn(Math, name.text);
}

/** `layers.push(new Layer())` names what it pushes: `layers_0`. */
function liftPush(lifting: Lifting, node: ts.CallExpression): ts.Expression | undefined {
  const { expression: callee, arguments: args } = node;
  if (!typescript.isPropertyAccessExpression(callee) || callee.name.text !== "push")
    return undefined;
  const [value] = args;
  const name = elementName(callee.expression);
  if (args.length !== 1 || !name || typescript.isSpreadElement(value)) return undefined;
  if (isNamedFunctionLike(value) || isPlainLiteral(value) || suspends(value)) return undefined;
  const list = lifting.temporary();
  const text = f.createStringLiteral(name);
  const object = f.createParenthesizedExpression(
    f.createAssignment(list, lifting.expression(callee.expression)),
  );
  const entered = lifting.call("enterNext", text, list);
  return f.createCallExpression(f.createPropertyAccessExpression(object, callee.name), undefined, [
    lifting.call("element", text, entered, lifting.expression(value)),
  ]);
}

/** `Math` where it is the global one. */
export function liftIdentifier(lifting: Lifting, node: ts.Identifier): ts.Node {
  if (node.text !== "Math" || lifting.declares("Math") || isNameOnly(node)) return node;
  return lifting.member("Math");
}

/** Whether an identifier only names a member or an import, and reads no variable. */
export function isNameOnly(node: ts.Identifier): boolean {
  const { parent } = node;
  if (typescript.isBindingElement(parent)) return parent.initializer !== node;
  if (typescript.isImportSpecifier(parent) || typescript.isExportSpecifier(parent)) return true;
  if (typescript.isLabeledStatement(parent) || typescript.isBreakOrContinueStatement(parent))
    return true;
  if (typescript.isShorthandPropertyAssignment(parent)) return false;
  return "name" in parent && parent.name === node;
}

/** A template string; a tag gets its values as they are. */
export function liftTemplate(lifting: Lifting, node: ts.TemplateExpression): ts.Expression {
  if (typescript.isTaggedTemplateExpression(node.parent)) return lifting.children(node);
  return f.updateTemplateExpression(
    node,
    node.head,
    node.templateSpans.map((span) =>
      f.updateTemplateSpan(
        span,
        plain(lifting, span.expression, "a template string"),
        span.literal,
      ),
    ),
  );
}

/** `object[key]`: the key must be plain, and the object may not be a symbol. */
export function liftElement(
  lifting: Lifting,
  node: ts.ElementAccessExpression,
): ts.ElementAccessExpression {
  const { argumentExpression: key, expression: object } = node;
  const plainKey = isPlainLiteral(key) ? key : plain(lifting, key, "a property key");
  // What follows `?.` must stay in one chain with it.
  const asItIs = object.kind === SyntaxKind.SuperKeyword || typescript.isOptionalChain(object);
  const from = asItIs
    ? lifting.expression(object)
    : lifting.call("indexed", lifting.site(node), lifting.expression(object));
  return typescript.isElementAccessChain(node)
    ? f.updateElementAccessChain(node, from, node.questionDotToken, plainKey)
    : f.updateElementAccessExpression(node, from as ts.LeftHandSideExpression, plainKey);
}

/** A place that needs a plain value. */
export function plain(lifting: Lifting, value: ts.Expression, what: string): ts.Expression {
  return lifting.call(
    "plain",
    lifting.site(value),
    lifting.expression(value),
    f.createStringLiteral(what),
  );
}
