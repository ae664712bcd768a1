/** Operators: arithmetic, comparison, logic, choice, steps, and the assignments that contain one. */

import type { ts } from "ts-morph";
import { owner } from "./access.ts";
import { type Lifting, later, sequence } from "./lifting.ts";
import { liftAssignment } from "./names.ts";
import { isNamedFunctionLike, skipWrappers, suspends } from "./syntax.ts";
import { typescript } from "./typescript.ts";

const { factory: f, SyntaxKind } = typescript;

const binaryNames: Partial<Record<ts.SyntaxKind, string>> = {
  [SyntaxKind.PlusToken]: "add",
  [SyntaxKind.MinusToken]: "sub",
  [SyntaxKind.AsteriskToken]: "mul",
  [SyntaxKind.SlashToken]: "div",
  [SyntaxKind.PercentToken]: "mod",
  [SyntaxKind.AsteriskAsteriskToken]: "pow",
  [SyntaxKind.LessThanToken]: "lt",
  [SyntaxKind.LessThanEqualsToken]: "le",
  [SyntaxKind.GreaterThanToken]: "gt",
  [SyntaxKind.GreaterThanEqualsToken]: "ge",
  [SyntaxKind.EqualsEqualsToken]: "eq",
  [SyntaxKind.ExclamationEqualsToken]: "ne",
  [SyntaxKind.EqualsEqualsEqualsToken]: "same",
  [SyntaxKind.ExclamationEqualsEqualsToken]: "differ",
};

const compoundNames: Partial<Record<ts.SyntaxKind, string>> = {
  [SyntaxKind.PlusEqualsToken]: "add",
  [SyntaxKind.MinusEqualsToken]: "sub",
  [SyntaxKind.AsteriskEqualsToken]: "mul",
  [SyntaxKind.SlashEqualsToken]: "div",
  [SyntaxKind.PercentEqualsToken]: "mod",
  [SyntaxKind.AsteriskAsteriskEqualsToken]: "pow",
};

const unaryNames: Partial<Record<ts.SyntaxKind, string>> = {
  [SyntaxKind.MinusToken]: "neg",
  [SyntaxKind.PlusToken]: "plus",
  [SyntaxKind.ExclamationToken]: "not",
};

/** `&&` and `||`: who decides whether the right side is needed, and who joins the sides. */
const logic = {
  and: { stops: "andStops", finish: "finishAnd" },
  or: { stops: "orStops", finish: "finishOr" },
} as const;
type Logic = keyof typeof logic;

export function liftBinary(lifting: Lifting, node: ts.BinaryExpression): ts.Expression {
  const { left, right, operatorToken } = node;
  const name = binaryNames[operatorToken.kind];
  if (name) {
    if (typescript.isNumericLiteral(left) && typescript.isNumericLiteral(right)) return node;
    return lifting.call(
      name,
      lifting.site(node),
      lifting.expression(left),
      lifting.expression(right),
    );
  }
  switch (operatorToken.kind) {
    case SyntaxKind.AmpersandAmpersandToken:
      return liftLogical(lifting, node, "and");
    case SyntaxKind.BarBarToken:
      return liftLogical(lifting, node, "or");
    case SyntaxKind.EqualsToken:
      return liftAssignment(lifting, node);
    case SyntaxKind.AmpersandAmpersandEqualsToken:
      return liftLogicalAssignment(lifting, node, "and");
    case SyntaxKind.BarBarEqualsToken:
      return liftLogicalAssignment(lifting, node, "or");
  }
  const compound = compoundNames[operatorToken.kind];
  if (!compound) return lifting.children(node);
  return change(lifting, left, (old) =>
    lifting.call(compound, lifting.site(node), old, lifting.expression(right)),
  );
}

function liftLogical(lifting: Lifting, node: ts.BinaryExpression, name: Logic): ts.Expression {
  const [left, right] = [lifting.expression(node.left), lifting.expression(node.right)];
  if (!suspends(node.right)) return lifting.call(name, lifting.site(node), left, later(right));
  // A closure cannot wait: the left side is held instead.
  const held = lifting.temporary();
  const { stops, finish } = logic[name];
  return choice(
    lifting.call(stops, f.createAssignment(held, left)),
    held,
    lifting.call(finish, lifting.site(node), held, right),
  );
}

export function liftConditional(lifting: Lifting, node: ts.ConditionalExpression): ts.Expression {
  const [c, a, b] = [node.condition, node.whenTrue, node.whenFalse].map((e) =>
    lifting.expression(e),
  );
  if (!suspends(node.whenTrue) && !suspends(node.whenFalse)) {
    return lifting.call("choose", lifting.site(node), c, later(a), later(b));
  }
  const held = lifting.temporary();
  return choice(
    lifting.call("isSymbol", f.createAssignment(held, c)),
    lifting.call("where", lifting.site(node), held, a, b),
    choice(held, a, b),
  );
}

export function liftPrefix(lifting: Lifting, node: ts.PrefixUnaryExpression): ts.Expression {
  const name = unaryNames[node.operator];
  if (name) {
    if (typescript.isNumericLiteral(node.operand) || typescript.isBigIntLiteral(node.operand))
      return node;
    return lifting.call(name, lifting.site(node), lifting.expression(node.operand));
  }
  return isStep(node.operator) ? step(lifting, node) : lifting.children(node);
}

/** `x++` has the old value. */
export function liftPostfix(lifting: Lifting, node: ts.PostfixUnaryExpression): ts.Expression {
  const held = lifting.temporary();
  const changed = step(lifting, node, (value) =>
    f.createParenthesizedExpression(f.createAssignment(held, lifting.call("numeric", value))),
  );
  return sequence(changed, held);
}

/** An expression whose value nobody looks at: `i++` needs no old value. */
export function liftUnused(lifting: Lifting, e: ts.Expression): ts.Expression {
  return typescript.isPostfixUnaryExpression(e) ? step(lifting, e) : lifting.expression(e);
}

function isStep(operator: ts.SyntaxKind): boolean {
  return operator === SyntaxKind.PlusPlusToken || operator === SyntaxKind.MinusMinusToken;
}

function step(
  lifting: Lifting,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  keep: (old: ts.Expression) => ts.Expression = (old) => old,
): ts.Expression {
  const name = node.operator === SyntaxKind.PlusPlusToken ? "inc" : "dec";
  return change(lifting, node.operand, (old) => lifting.call(name, lifting.site(node), keep(old)));
}

/** `target = compute(target)`, with the parts of the target evaluated once. */
function change(
  lifting: Lifting,
  target: ts.Expression,
  compute: (old: ts.Expression) => ts.Expression,
): ts.Expression {
  const { before, place } = held(lifting, target);
  return sequence(...before, f.createAssignment(place, compute(place)));
}

/** `x ||= y` assigns only where y is evaluated. */
function liftLogicalAssignment(
  lifting: Lifting,
  node: ts.BinaryExpression,
  name: Logic,
): ts.Expression {
  // A function takes its name from the assignment, and is never a symbol.
  if (isNamedFunctionLike(node.right)) return lifting.children(node);
  const { before, place } = held(lifting, node.left);
  const old = lifting.temporary();
  const { stops, finish } = logic[name];
  const right = lifting.expression(node.right);
  const assigned = f.createAssignment(place, lifting.call(finish, lifting.site(node), old, right));
  return sequence(
    ...before,
    choice(lifting.call(stops, f.createAssignment(old, place)), old, assigned),
  );
}

/** A target that is read and then written: its object and key are held, so that they are evaluated once. */
function held(
  lifting: Lifting,
  target: ts.Expression,
): { before: ts.Expression[]; place: ts.Expression } {
  const inner = skipWrappers(target);
  if (typescript.isPropertyAccessExpression(inner)) {
    if (isSelf(inner.expression)) return { before: [], place: inner };
    const object = lifting.temporary();
    return {
      before: [f.createAssignment(object, owner(lifting, inner))],
      place: f.createPropertyAccessExpression(object, inner.name),
    };
  }
  if (typescript.isElementAccessExpression(inner)) {
    const { expression, argumentExpression } = inner;
    const key = lifting.temporary();
    const keyOf = (object: ts.Expression): ts.Expression =>
      f.createAssignment(
        key,
        lifting.call("key", lifting.site(inner), object, lifting.expression(argumentExpression)),
      );
    if (isSelf(expression)) {
      return {
        before: [keyOf(f.createThis())],
        place: f.createElementAccessExpression(expression, key),
      };
    }
    const object = lifting.temporary();
    return {
      before: [f.createAssignment(object, lifting.expression(expression)), keyOf(object)],
      place: f.createElementAccessExpression(object, key),
    };
  }
  return { before: [], place: inner };
}

function isSelf(e: ts.Expression): boolean {
  return e.kind === SyntaxKind.ThisKeyword || e.kind === SyntaxKind.SuperKeyword;
}

function choice(c: ts.Expression, a: ts.Expression, b: ts.Expression): ts.Expression {
  const branch = typescript.isBinaryExpression(b) ? f.createParenthesizedExpression(b) : b;
  return f.createParenthesizedExpression(
    f.createConditionalExpression(c, undefined, a, undefined, branch),
  );
}
