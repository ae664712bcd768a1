/** Statements that need a plain value, and those around which scopes of names are kept in order. */

import type { ts } from "ts-morph";
import { plain } from "./access.ts";
import type { Lifting } from "./lifting.ts";
import { assignedNames, labels } from "./names.ts";
import { liftUnused } from "./operators.ts";
import { inSuspendingFunction } from "./syntax.ts";
import { typescript } from "./typescript.ts";

const { factory: f } = typescript;

/** The lifted statement; undefined where only its children matter. */
export function liftStatement(
  lifting: Lifting,
  node: ts.Node,
): ts.VisitResult<ts.Node> | undefined {
  if (typescript.isIfStatement(node)) {
    return f.updateIfStatement(
      node,
      condition(lifting, node.expression),
      lifting.statement(node.thenStatement),
      lifting.statement(node.elseStatement),
    );
  }
  if (typescript.isWhileStatement(node)) {
    return f.updateWhileStatement(
      node,
      condition(lifting, node.expression, "again"),
      body(lifting, node.statement),
    );
  }
  if (typescript.isDoStatement(node)) {
    return f.updateDoStatement(
      node,
      body(lifting, node.statement),
      condition(lifting, node.expression, "again"),
    );
  }
  if (typescript.isForStatement(node)) return liftFor(lifting, node);
  if (typescript.isExpressionStatement(node)) return liftExpressionStatement(lifting, node);
  if (typescript.isSwitchStatement(node)) {
    return f.updateSwitchStatement(
      node,
      plain(lifting, node.expression, "a switch"),
      typescript.visitNode(node.caseBlock, lifting.visit, typescript.isCaseBlock) as ts.CaseBlock,
    );
  }
  if (typescript.isTryStatement(node)) return liftTry(lifting, node);
  return undefined;
}

function condition(lifting: Lifting, e: ts.Expression, of = "truth"): ts.Expression {
  return lifting.call(of, lifting.site(e), lifting.expression(e));
}

function body(lifting: Lifting, statement: ts.Statement): ts.Statement {
  return typescript.visitIterationBody(statement, lifting.visit, lifting.context);
}

function liftFor(lifting: Lifting, node: ts.ForStatement): ts.Node {
  return f.updateForStatement(
    node,
    typescript.visitNode(node.initializer, lifting.visit, typescript.isForInitializer),
    node.condition && condition(lifting, node.condition, "again"),
    node.incrementor && liftUnused(lifting, node.incrementor),
    body(lifting, node.statement),
  );
}

/** `[a, b] = split(x)` names what it assigns, as a declaration does. */
function liftExpressionStatement(
  lifting: Lifting,
  node: ts.ExpressionStatement,
): ts.VisitResult<ts.Node> {
  const lifted = f.updateExpressionStatement(node, liftUnused(lifting, node.expression));
  const names = assignedNames(node.expression);
  return names.length === 0 ? lifted : [lifted, ...labels(lifting, names)];
}

/** An exception leaves the names half-given that were under construction; `catch` and `finally` close them. */
function liftTry(lifting: Lifting, node: ts.TryStatement): ts.Node {
  if (inSuspendingFunction(node)) return lifting.children(node);
  const depth = lifting.temporary();
  const enter = f.createExpressionStatement(f.createAssignment(depth, lifting.call("depth")));
  const leave = (): ts.Statement => f.createExpressionStatement(lifting.call("leave", depth));
  const begun = (block: ts.Block, first: ts.Statement): ts.Block =>
    f.updateBlock(block, [first, ...lifting.children(block).statements]);
  const { tryBlock, catchClause, finallyBlock } = node;
  return f.updateTryStatement(
    node,
    begun(tryBlock, enter),
    catchClause &&
      f.updateCatchClause(
        catchClause,
        catchClause.variableDeclaration && lifting.children(catchClause.variableDeclaration),
        begun(catchClause.block, leave()),
      ),
    finallyBlock && begun(finallyBlock, leave()),
  );
}
