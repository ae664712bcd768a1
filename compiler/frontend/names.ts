/** Names: what a model binds a value to is what generated code calls it. */

import type { ts } from "ts-morph";
import { liftRecord, plain } from "./access.ts";
import { type Lifting, sequence } from "./lifting.ts";
import { isReadable } from "./members.ts";
import {
  elementName,
  isExported,
  isInParameter,
  isNamedFunctionLike,
  isPlainLiteral,
  patternVariables,
  skipWrappers,
  suspends,
} from "./syntax.ts";
import { typescript } from "./typescript.ts";

const { factory: f } = typescript;

/** A value that the model binds to a name; functions and classes keep the name that JavaScript gives. */
function named(lifting: Lifting, name: string, value: ts.Expression): ts.Expression {
  const lifted = lifting.expression(value);
  if (isNamedFunctionLike(value) || isPlainLiteral(value)) return lifted;
  const text = f.createStringLiteral(name);
  // While the value waits others run, who must not find themselves in its scope.
  const depth = suspends(value) ? f.createVoidZero() : lifting.call("enter", text);
  return lifting.call("name", text, depth, lifted);
}

export function liftVariable(
  lifting: Lifting,
  node: ts.VariableDeclaration,
): ts.VariableDeclaration {
  if (!node.initializer) return lifting.children(node);
  if (typescript.isArrayBindingPattern(node.name)) return lifting.children(node);
  if (typescript.isObjectBindingPattern(node.name)) {
    const members = membersOf(node.name);
    // A rest would find all parts that a symbol has.
    const member = members.find((name) => !isReadable(name));
    if (member === undefined && members.length === node.name.elements.length)
      return lifting.children(node);
    return f.updateVariableDeclaration(
      node,
      lifting.children(node.name),
      node.exclamationToken,
      node.type,
      liftRecord(lifting, node.initializer, member),
    );
  }
  return f.updateVariableDeclaration(
    node,
    node.name,
    node.exclamationToken,
    node.type,
    named(lifting, node.name.text, node.initializer),
  );
}

/** What a pattern looks for by name. */
function membersOf({ elements }: ts.ObjectBindingPattern): string[] {
  return elements.flatMap(({ propertyName, name, dotDotDotToken }) => {
    const key = propertyName ?? name;
    return typescript.isIdentifier(key) && !dotDotDotToken ? [key.text] : [];
  });
}

/** Names from destructuring are given behind the statement. */
export function liftVariables(
  lifting: Lifting,
  node: ts.VariableStatement,
): ts.VisitResult<ts.Node> {
  const lifted = lifting.children(node);
  const names = destructured(node.declarationList);
  if (names.length === 0) return lifted;
  if (!isExported(node)) return [lifted, ...labels(lifting, names)];
  // TypeScript keeps what a module exports in `exports`, and what a namespace exports nowhere we can name.
  return typescript.isSourceFile(node.parent)
    ? [lifted, ...labels(lifting, names, "exports")]
    : lifted;
}

/** Statements that label what variables hold. */
export function labels(
  lifting: Lifting,
  names: readonly ts.Identifier[],
  holder?: string,
): ts.Statement[] {
  return names.map((name) => {
    const text = f.createStringLiteral(name.text);
    // TypeScript follows the original to the variable, which may be one that the module exports.
    const variable = typescript.setOriginalNode(f.createIdentifier(name.text), name);
    const value = holder
      ? f.createPropertyAccessExpression(f.createIdentifier(holder), name.text)
      : variable;
    return f.createExpressionStatement(lifting.call("label", text, value));
  });
}

function destructured(list: ts.VariableDeclarationList): ts.Identifier[] {
  return list.declarations.flatMap((d) =>
    typescript.isIdentifier(d.name) ? [] : patternVariables(d.name),
  );
}

export function liftForOf(lifting: Lifting, node: ts.ForOfStatement): ts.Node {
  const lifted = lifting.children(node);
  if (!typescript.isVariableDeclarationList(node.initializer)) {
    return f.updateForOfStatement(
      lifted,
      lifted.awaitModifier,
      liftTarget(lifting, node.initializer),
      lifted.expression,
      lifted.statement,
    );
  }
  const names = destructured(node.initializer);
  if (names.length === 0) return lifted;
  // The body stays a block of its own: it may declare the same names again.
  return f.updateForOfStatement(
    lifted,
    lifted.awaitModifier,
    lifted.initializer,
    lifted.expression,
    f.createBlock([...labels(lifting, names), lifted.statement], true),
  );
}

/** A default: of a parameter it runs in no function body, so its temporaries must not go to one. */
function liftDefault(
  lifting: Lifting,
  node: ts.ParameterDeclaration | ts.BindingElement,
): ts.Expression | undefined {
  const { name, initializer } = node;
  if (!initializer) return undefined;
  const lifted = (): ts.Expression =>
    typescript.isIdentifier(name)
      ? named(lifting, name.text, initializer)
      : lifting.expression(initializer);
  return isInParameter(node) ? lifting.isolated(lifted) : lifted();
}

export function liftParameter(
  lifting: Lifting,
  node: ts.ParameterDeclaration,
): ts.ParameterDeclaration {
  return f.updateParameterDeclaration(
    node,
    node.modifiers,
    node.dotDotDotToken,
    typescript.visitNode(node.name, lifting.visit, typescript.isBindingName) as ts.BindingName,
    node.questionToken,
    node.type,
    liftDefault(lifting, node),
  );
}

export function liftBindingElement(lifting: Lifting, node: ts.BindingElement): ts.BindingElement {
  const { propertyName } = node;
  const computed = propertyName && typescript.isComputedPropertyName(propertyName);
  const key = (): ts.Expression =>
    lifting.expression((propertyName as ts.ComputedPropertyName).expression);
  return f.updateBindingElement(
    node,
    node.dotDotDotToken,
    computed
      ? f.updateComputedPropertyName(
          propertyName,
          isInParameter(node) ? lifting.isolated(key) : key(),
        )
      : propertyName,
    typescript.visitNode(node.name, lifting.visit, typescript.isBindingName) as ts.BindingName,
    liftDefault(lifting, node),
  );
}

/** `target = value` */
export function liftAssignment(lifting: Lifting, node: ts.BinaryExpression): ts.Expression {
  const target = skipWrappers(node.left);
  const element = elementAssignment(lifting, target, node.right);
  if (element) return element;
  const name = typescript.isIdentifier(target)
    ? target.text
    : typescript.isPropertyAccessExpression(target)
      ? target.name.text.replace(/^#/, "")
      : undefined;
  return f.updateBinaryExpression(
    node,
    liftTarget(lifting, node.left),
    node.operatorToken,
    name === undefined ? lifting.expression(node.right) : named(lifting, name, node.right),
  );
}

/** `layers[i] = new Layer()` names what it stores: `layers_0`. */
function elementAssignment(
  lifting: Lifting,
  target: ts.Expression,
  value: ts.Expression,
): ts.Expression | undefined {
  if (!typescript.isElementAccessExpression(target)) return undefined;
  const name = elementName(target.expression);
  if (!name || isNamedFunctionLike(value) || isPlainLiteral(value) || suspends(value)) {
    return undefined;
  }
  const [object, key] = [lifting.temporary(), lifting.temporary()];
  const text = f.createStringLiteral(name);
  return sequence(
    f.createAssignment(
      object,
      lifting.call("indexed", lifting.site(target), lifting.expression(target.expression)),
    ),
    f.createAssignment(key, plain(lifting, target.argumentExpression, "a property key")),
    f.createAssignment(
      f.createElementAccessExpression(object, key),
      lifting.call(
        "element",
        text,
        lifting.call("enterElement", text, key),
        lifting.expression(value),
      ),
    ),
  );
}

/** What is assigned to: in patterns the properties are targets again, not values with names. */
function liftTarget<E extends ts.Node>(lifting: Lifting, target: E): E {
  const visit = (node: ts.Node): ts.VisitResult<ts.Node> => {
    if (typescript.isArrayLiteralExpression(node) || typescript.isObjectLiteralExpression(node)) {
      return typescript.visitEachChild(node, visit, lifting.context);
    }
    if (typescript.isSpreadElement(node) || typescript.isSpreadAssignment(node)) {
      return typescript.visitEachChild(node, visit, lifting.context);
    }
    if (typescript.isPropertyAssignment(node)) {
      return f.updatePropertyAssignment(
        node,
        typescript.visitNode(
          node.name,
          lifting.visit,
          typescript.isPropertyName,
        ) as ts.PropertyName,
        liftTarget(lifting, node.initializer),
      );
    }
    if (typescript.isShorthandPropertyAssignment(node)) {
      const { name, objectAssignmentInitializer: initial } = node;
      return f.updateShorthandPropertyAssignment(
        node,
        name,
        initial && named(lifting, name.text, initial),
      );
    }
    // A target with a default.
    if (typescript.isBinaryExpression(node)) return liftDefaultTarget(lifting, node);
    return lifting.visit(node);
  };
  return typescript.visitNode(target, visit) as E;
}

function liftDefaultTarget(lifting: Lifting, node: ts.BinaryExpression): ts.Expression {
  const target = skipWrappers(node.left);
  return f.updateBinaryExpression(
    node,
    liftTarget(lifting, node.left),
    node.operatorToken,
    typescript.isIdentifier(target)
      ? named(lifting, target.text, node.right)
      : lifting.expression(node.right),
  );
}

/** Variables that a destructuring assignment sets. */
export function assignedNames(e: ts.Expression): ts.Identifier[] {
  const inner = skipWrappers(e);
  if (
    !typescript.isBinaryExpression(inner) ||
    inner.operatorToken.kind !== typescript.SyntaxKind.EqualsToken
  ) {
    return [];
  }
  const pattern = skipWrappers(inner.left);
  return typescript.isIdentifier(pattern) ? [] : targetNames(pattern);
}

function targetNames(e: ts.Expression): ts.Identifier[] {
  const inner = skipWrappers(e);
  if (typescript.isIdentifier(inner)) return [inner];
  if (typescript.isSpreadElement(inner)) return targetNames(inner.expression);
  if (typescript.isBinaryExpression(inner)) return targetNames(inner.left);
  if (typescript.isArrayLiteralExpression(inner)) return inner.elements.flatMap(targetNames);
  if (!typescript.isObjectLiteralExpression(inner)) return [];
  return inner.properties.flatMap((p) => {
    if (typescript.isShorthandPropertyAssignment(p)) return [p.name];
    return typescript.isPropertyAssignment(p) ? targetNames(p.initializer) : [];
  });
}

export function liftProperty(lifting: Lifting, node: ts.PropertyAssignment): ts.Node {
  const { name, initializer } = node;
  const isNamed = typescript.isIdentifier(name) || typescript.isStringLiteral(name);
  if (!isNamed || name.text === "__proto__") {
    return f.updatePropertyAssignment(
      node,
      typescript.visitNode(name, lifting.visit, typescript.isPropertyName) as ts.PropertyName,
      lifting.expression(initializer),
    );
  }
  return f.updatePropertyAssignment(node, name, named(lifting, name.text, initializer));
}

export function liftField(lifting: Lifting, node: ts.PropertyDeclaration): ts.Node {
  const { name, initializer } = node;
  const value = (): ts.Expression => {
    const given = initializer as ts.Expression;
    return typescript.isIdentifier(name) || typescript.isPrivateIdentifier(name)
      ? named(lifting, name.text.replace(/^#/, ""), given)
      : lifting.expression(given);
  };
  return f.updatePropertyDeclaration(
    node,
    node.modifiers,
    typescript.visitNode(name, lifting.visit, typescript.isPropertyName) as ts.PropertyName,
    node.questionToken ?? node.exclamationToken,
    node.type,
    initializer && lifting.isolated(value),
  );
}
