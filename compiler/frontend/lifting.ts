/** What the parts of lifting share: the file's places, its imports from adjoint, calls to the dispatch object. */

import type { ts } from "ts-morph";
import type { Site } from "../graph/site.ts";
import { bindingNames } from "./syntax.ts";
import { typescript } from "./typescript.ts";

const { factory: f } = typescript;

/** What lifted code calls the dispatch object. */
export const dispatchName = "$adjoint";

/** The lifting of one file. */
export class Lifting {
  readonly context: ts.TransformationContext;
  /** Lifts any node. */
  readonly visit: (node: ts.Node) => ts.VisitResult<ts.Node>;
  /** Names that the file imports from adjoint. */
  readonly imported = new Set<string>();
  /** Names of `import * as name from "adjoint"`. */
  readonly namespaces = new Set<string>();
  readonly #declared: ReadonlySet<string>;
  readonly #file: ts.SourceFile;
  readonly #shownAs: string;
  readonly #sites: Site[];

  constructor(
    context: ts.TransformationContext,
    file: ts.SourceFile,
    shownAs: string,
    sites: Site[],
    visit: (node: ts.Node) => ts.VisitResult<ts.Node>,
  ) {
    this.context = context;
    this.visit = visit;
    this.#file = file;
    this.#shownAs = shownAs;
    this.#sites = sites;
    for (const statement of file.statements) this.#noteImport(statement);
    this.#declared = bindingNames(file);
  }

  /** Whether the file has a variable of this name, which may hide JavaScript's own. */
  declares(name: string): boolean {
    return this.#declared.has(name);
  }

  #noteImport(statement: ts.Statement): void {
    if (
      !typescript.isImportDeclaration(statement) ||
      !typescript.isStringLiteral(statement.moduleSpecifier)
    )
      return;
    if (statement.moduleSpecifier.text !== "adjoint") return;
    const bindings = statement.importClause?.namedBindings;
    if (bindings && typescript.isNamespaceImport(bindings)) this.namespaces.add(bindings.name.text);
    else if (bindings)
      for (const element of bindings.elements) this.imported.add(element.name.text);
  }

  /** The number of a place: where `node` starts. */
  site(node: ts.Node): ts.Expression {
    const start = node.getStart(this.#file);
    const { line, character } = this.#file.getLineAndCharacterOfPosition(start);
    const end = this.#file.getLineAndCharacterOfPosition(node.getEnd());
    const length = end.line === line ? end.character - character : 1;
    this.#sites.push({ file: this.#shownAs, line: line + 1, column: character + 1, length });
    return f.createNumericLiteral(this.#sites.length - 1);
  }

  /** A member of the dispatch object. */
  member(name: string): ts.Expression {
    return f.createPropertyAccessExpression(f.createIdentifier(dispatchName), name);
  }

  /** A call of the dispatch object. */
  call(name: string, ...args: ts.Expression[]): ts.Expression {
    return f.createCallExpression(this.member(name), undefined, args);
  }

  expression(node: ts.Expression): ts.Expression {
    return typescript.visitNode(node, this.visit, typescript.isExpression) as ts.Expression;
  }

  /** A statement in a place that holds one: if lifting makes several of it, they become a block. */
  statement<S extends ts.Statement | undefined>(node: S): S {
    return typescript.visitNode(node, this.visit, typescript.isStatement, (nodes) =>
      f.createBlock(nodes as readonly ts.Statement[]),
    ) as S;
  }

  /** The node with its children lifted. */
  children<N extends ts.Node>(node: N): N {
    return typescript.visitEachChild(node, this.visit, this.context);
  }

  /** A variable of the enclosing function. */
  temporary(): ts.Identifier {
    return f.createTempVariable(this.context.hoistVariableDeclaration);
  }

  /**
   * An expression that has no function body around it to hold its temporaries: a default of a
   * parameter, the value of a field. Where it needs some they live in an arrow function of its own.
   */
  isolated(body: () => ts.Expression): ts.Expression {
    this.context.startLexicalEnvironment();
    const value = body();
    const temporaries = this.context.endLexicalEnvironment();
    if (!temporaries?.length) return value;
    const block = f.createBlock([...temporaries, f.createReturnStatement(value)]);
    const arrow = f.createArrowFunction(undefined, undefined, [], undefined, undefined, block);
    return f.createCallExpression(f.createParenthesizedExpression(arrow), undefined, []);
  }
}

/** `() => body` */
export function later(body: ts.Expression): ts.Expression {
  return f.createArrowFunction(undefined, undefined, [], undefined, undefined, grouped(body));
}

/** `(first, …, last)` */
export function sequence(...expressions: ts.Expression[]): ts.Expression {
  return f.createParenthesizedExpression(expressions.reduce((a, b) => f.createComma(a, b)));
}

function grouped(e: ts.Expression): ts.Expression {
  const isComma =
    typescript.isBinaryExpression(e) && e.operatorToken.kind === typescript.SyntaxKind.CommaToken;
  return typescript.isObjectLiteralExpression(e) || isComma
    ? f.createParenthesizedExpression(e)
    : e;
}
