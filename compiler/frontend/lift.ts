/**
 * Lifting: the operators of a model file become calls that dispatch when the model is read. Names of
 * declarations and places of operators go along. One transformer pass, before TypeScript's own.
 */

import { ts } from "ts-morph";
import type { Site } from "../graph/site.ts";
import { liftCall, liftElement, liftIdentifier, liftTemplate } from "./access.ts";
import { Lifting } from "./lifting.ts";
import {
  liftBindingElement,
  liftField,
  liftForOf,
  liftParameter,
  liftProperty,
  liftVariable,
  liftVariables,
} from "./names.ts";
import { liftBinary, liftConditional, liftPostfix, liftPrefix } from "./operators.ts";
import { liftStatement } from "./statements.ts";

export { dispatchName } from "./lifting.ts";

/** What lifting a file gives besides its code: the places that its calls refer to by number. */
export interface Lifted {
  readonly transformer: ts.TransformerFactory<ts.SourceFile>;
  readonly sites: readonly Site[];
}

/**
 * A transformer that lifts one file.
 *
 * @param shownAs the file's name in errors
 */
export function lift(shownAs: string): Lifted {
  const sites: Site[] = [];
  const transformer: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
    const lifting = new Lifting(context, file, shownAs, sites, (node) => visit(lifting, node));
    return ts.visitEachChild(file, lifting.visit, context);
  };
  return { transformer, sites };
}

function visit(lifting: Lifting, node: ts.Node): ts.VisitResult<ts.Node> {
  if (isErased(node)) return node;
  if (ts.isBinaryExpression(node)) return liftBinary(lifting, node);
  if (ts.isPrefixUnaryExpression(node)) return liftPrefix(lifting, node);
  if (ts.isPostfixUnaryExpression(node)) return liftPostfix(lifting, node);
  if (ts.isConditionalExpression(node)) return liftConditional(lifting, node);
  if (ts.isCallExpression(node)) return liftCall(lifting, node);
  if (ts.isIdentifier(node)) return liftIdentifier(lifting, node);
  if (ts.isTemplateExpression(node)) return liftTemplate(lifting, node);
  if (ts.isElementAccessExpression(node)) return liftElement(lifting, node);
  if (ts.isShorthandPropertyAssignment(node)) return liftShorthand(lifting, node);
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
    return lifting.member("meta");
  if (ts.isPropertyAssignment(node)) return liftProperty(lifting, node);
  if (ts.isPropertyDeclaration(node)) return liftField(lifting, node);
  if (ts.isParameter(node)) return liftParameter(lifting, node);
  if (ts.isBindingElement(node)) return liftBindingElement(lifting, node);
  if (ts.isVariableStatement(node)) return liftVariables(lifting, node);
  if (ts.isVariableDeclaration(node)) return liftVariable(lifting, node);
  if (ts.isForOfStatement(node)) return liftForOf(lifting, node);
  return liftStatement(lifting, node) ?? lifting.children(node);
}

/** Types, and enums, whose members are constants that TypeScript itself works out. */
function isErased(node: ts.Node): boolean {
  return (
    (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node)
  );
}

/** `{ Math }` holds the Math of the model. */
function liftShorthand(lifting: Lifting, node: ts.ShorthandPropertyAssignment): ts.Node {
  const isMath = node.name.text === "Math" && !lifting.ownMath;
  return isMath
    ? ts.factory.createPropertyAssignment("Math", lifting.member("Math"))
    : lifting.children(node);
}
