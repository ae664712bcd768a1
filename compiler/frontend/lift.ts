/**
 * Lifting: the operators of a model file become calls that dispatch when the model is read. Names of
 * declarations and places of operators go along. One transformer pass, before TypeScript's own.
 */

import type { ts } from "ts-morph";
import type { Site } from "../graph/site.ts";
import {
  liftCall,
  liftElement,
  liftIdentifier,
  liftMember,
  liftRecord,
  liftTemplate,
} from "./access.ts";
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
import { typescript } from "./typescript.ts";

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
    return typescript.visitEachChild(file, lifting.visit, context);
  };
  return { transformer, sites };
}

function visit(lifting: Lifting, node: ts.Node): ts.VisitResult<ts.Node> {
  if (isErased(node)) return node;
  if (typescript.isBinaryExpression(node)) return liftBinary(lifting, node);
  if (typescript.isPrefixUnaryExpression(node)) return liftPrefix(lifting, node);
  if (typescript.isPostfixUnaryExpression(node)) return liftPostfix(lifting, node);
  if (typescript.isConditionalExpression(node)) return liftConditional(lifting, node);
  if (typescript.isCallExpression(node)) return liftCall(lifting, node);
  if (typescript.isIdentifier(node)) return liftIdentifier(lifting, node);
  if (typescript.isTemplateExpression(node)) return liftTemplate(lifting, node);
  if (typescript.isElementAccessExpression(node)) return liftElement(lifting, node);
  if (typescript.isPropertyAccessExpression(node)) return liftMember(lifting, node);
  if (typescript.isSpreadAssignment(node))
    return typescript.factory.updateSpreadAssignment(
      node,
      liftRecord(lifting, node.expression, undefined),
    );
  if (typescript.isShorthandPropertyAssignment(node)) return liftShorthand(lifting, node);
  if (typescript.isMetaProperty(node) && node.keywordToken === typescript.SyntaxKind.ImportKeyword)
    return lifting.member("meta");
  if (typescript.isPropertyAssignment(node)) return liftProperty(lifting, node);
  if (typescript.isPropertyDeclaration(node)) return liftField(lifting, node);
  if (typescript.isParameter(node)) return liftParameter(lifting, node);
  if (typescript.isBindingElement(node)) return liftBindingElement(lifting, node);
  if (typescript.isVariableStatement(node)) return liftVariables(lifting, node);
  if (typescript.isVariableDeclaration(node)) return liftVariable(lifting, node);
  if (typescript.isForOfStatement(node)) return liftForOf(lifting, node);
  return liftStatement(lifting, node) ?? lifting.children(node);
}

/** Types, and enums, whose members are constants that TypeScript itself works out. */
function isErased(node: ts.Node): boolean {
  return (
    (typescript.isTypeNode(node) && !typescript.isExpressionWithTypeArguments(node)) ||
    typescript.isInterfaceDeclaration(node) ||
    typescript.isTypeAliasDeclaration(node) ||
    typescript.isEnumDeclaration(node)
  );
}

/** `{ Math }` holds the Math of the model. */
function liftShorthand(lifting: Lifting, node: ts.ShorthandPropertyAssignment): ts.Node {
  const isMath = node.name.text === "Math" && !lifting.declares("Math");
  return isMath
    ? typescript.factory.createPropertyAssignment("Math", lifting.member("Math"))
    : lifting.children(node);
}
