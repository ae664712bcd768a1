/**
 * Lifting: the operators of a model file become calls that dispatch when the model is read. Names of
 * declarations and places of operators go along. One transformer pass, before TypeScript's own.
 */

import { ts } from "ts-morph";
import type { Site } from "../graph/site.ts";
import { bindingNames, isNamedFunctionLike, patternNames, suspends } from "./syntax.ts";

const { factory: f, SyntaxKind } = ts;

/** What lifted code calls the dispatch object. */
export const dispatchName = "$adjoint";

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
  const transformer: ts.TransformerFactory<ts.SourceFile> = (context) => (file) =>
    new Lifter(context, file, shownAs, sites).run();
  return { transformer, sites };
}

class Lifter {
  readonly #context: ts.TransformationContext;
  readonly #file: ts.SourceFile;
  readonly #shownAs: string;
  readonly #sites: Site[];
  readonly #imported = new Set<string>();
  readonly #namespaces = new Set<string>();
  readonly #ownMath: boolean;

  constructor(
    context: ts.TransformationContext,
    file: ts.SourceFile,
    shownAs: string,
    sites: Site[],
  ) {
    this.#context = context;
    this.#file = file;
    this.#shownAs = shownAs;
    this.#sites = sites;
    for (const statement of file.statements) this.#noteImport(statement);
    this.#ownMath = bindingNames(file).has("Math");
  }

  run(): ts.SourceFile {
    return ts.visitEachChild(this.#file, this.#visit, this.#context);
  }

  #noteImport(statement: ts.Statement): void {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier))
      return;
    if (statement.moduleSpecifier.text !== "adjoint") return;
    const bindings = statement.importClause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) this.#namespaces.add(bindings.name.text);
    else if (bindings)
      for (const element of bindings.elements) this.#imported.add(element.name.text);
  }

  // ── Small pieces ──────────────────────────────────────────────────────────────────────────────

  /** The number of a place: where `node` starts. */
  #site(node: ts.Node): ts.Expression {
    const start = node.getStart(this.#file);
    const { line, character } = this.#file.getLineAndCharacterOfPosition(start);
    const end = this.#file.getLineAndCharacterOfPosition(node.getEnd());
    const length = end.line === line ? end.character - character : 1;
    this.#sites.push({ file: this.#shownAs, line: line + 1, column: character + 1, length });
    return f.createNumericLiteral(this.#sites.length - 1);
  }

  #call(name: string, ...args: ts.Expression[]): ts.Expression {
    return f.createCallExpression(
      f.createPropertyAccessExpression(f.createIdentifier(dispatchName), name),
      undefined,
      args,
    );
  }

  #expression(node: ts.Expression): ts.Expression {
    return ts.visitNode(node, this.#visit, ts.isExpression) as ts.Expression;
  }

  #later(body: ts.Expression): ts.Expression {
    const safe =
      ts.isObjectLiteralExpression(body) || isComma(body)
        ? f.createParenthesizedExpression(body)
        : body;
    return f.createArrowFunction(undefined, undefined, [], undefined, undefined, safe);
  }

  #temporary(): ts.Identifier {
    return f.createTempVariable(this.#context.hoistVariableDeclaration);
  }

  // ── The visitor ───────────────────────────────────────────────────────────────────────────────

  readonly #visit = (node: ts.Node): ts.VisitResult<ts.Node> => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return node;
    if (ts.isBinaryExpression(node)) return this.#binary(node);
    if (ts.isPrefixUnaryExpression(node)) return this.#prefix(node);
    if (ts.isPostfixUnaryExpression(node))
      return this.#step(node, node.operand, node.operator, true);
    if (ts.isConditionalExpression(node)) return this.#conditional(node);
    if (ts.isCallExpression(node)) return this.#callExpression(node);
    if (ts.isIdentifier(node)) return this.#identifier(node);
    if (ts.isTemplateExpression(node)) return this.#template(node);
    if (ts.isElementAccessExpression(node)) return this.#element(node);
    if (ts.isPropertyAssignment(node)) return this.#property(node);
    if (ts.isPropertyDeclaration(node)) return this.#field(node);
    if (ts.isVariableStatement(node)) return this.#variables(node);
    if (ts.isVariableDeclaration(node)) return this.#variable(node);
    if (ts.isForOfStatement(node)) return this.#forOf(node);
    return this.#condition(node) ?? ts.visitEachChild(node, this.#visit, this.#context);
  };

  #condition(node: ts.Node): ts.Node | undefined {
    const test = (e: ts.Expression): ts.Expression =>
      this.#call("truth", this.#site(e), this.#expression(e));
    const body = (s: ts.Statement): ts.Statement =>
      ts.visitIterationBody(s, this.#visit, this.#context);
    if (ts.isIfStatement(node)) {
      return f.updateIfStatement(
        node,
        test(node.expression),
        ts.visitNode(node.thenStatement, this.#visit, ts.isStatement) as ts.Statement,
        ts.visitNode(node.elseStatement, this.#visit, ts.isStatement),
      );
    }
    if (ts.isWhileStatement(node))
      return f.updateWhileStatement(node, test(node.expression), body(node.statement));
    if (ts.isDoStatement(node))
      return f.updateDoStatement(node, body(node.statement), test(node.expression));
    if (ts.isForStatement(node) && node.condition) {
      return f.updateForStatement(
        node,
        ts.visitNode(node.initializer, this.#visit, ts.isForInitializer),
        test(node.condition),
        node.incrementor && this.#unused(node.incrementor),
        body(node.statement),
      );
    }
    if (ts.isExpressionStatement(node))
      return f.updateExpressionStatement(node, this.#unused(node.expression));
    if (ts.isSwitchStatement(node)) {
      const value = this.#call(
        "plain",
        this.#site(node.expression),
        this.#expression(node.expression),
        f.createStringLiteral("a switch"),
      );
      return f.updateSwitchStatement(
        node,
        value,
        ts.visitNode(node.caseBlock, this.#visit, ts.isCaseBlock) as ts.CaseBlock,
      );
    }
    return undefined;
  }

  /** An expression whose value nobody looks at: `i++` needs no old value. */
  #unused(e: ts.Expression): ts.Expression {
    if (ts.isPostfixUnaryExpression(e)) return this.#step(e, e.operand, e.operator, false);
    return this.#expression(e);
  }

  #binary(node: ts.BinaryExpression): ts.Expression {
    const { left, right, operatorToken } = node;
    const name = binaryNames[operatorToken.kind];
    if (name) {
      if (ts.isNumericLiteral(left) && ts.isNumericLiteral(right)) return node;
      if (ts.isPrivateIdentifier(left)) return ts.visitEachChild(node, this.#visit, this.#context);
      return this.#call(name, this.#site(node), this.#expression(left), this.#expression(right));
    }
    switch (operatorToken.kind) {
      case SyntaxKind.AmpersandAmpersandToken:
        return this.#logical(node, "and");
      case SyntaxKind.BarBarToken:
        return this.#logical(node, "or");
      case SyntaxKind.EqualsToken:
        return this.#assignment(node);
      case SyntaxKind.AmpersandAmpersandEqualsToken:
        return this.#logicalAssignment(node, "and");
      case SyntaxKind.BarBarEqualsToken:
        return this.#logicalAssignment(node, "or");
    }
    const compound = compoundNames[operatorToken.kind];
    if (compound) {
      return this.#change(
        node.left,
        (old) => this.#call(compound, this.#site(node), old, this.#expression(right)),
        suspends(right),
      );
    }
    return ts.visitEachChild(node, this.#visit, this.#context);
  }

  #logical(node: ts.BinaryExpression, name: "and" | "or"): ts.Expression {
    const [left, right] = [this.#expression(node.left), this.#expression(node.right)];
    if (!suspends(node.right)) return this.#call(name, this.#site(node), left, this.#later(right));
    const held = this.#temporary();
    const finish = this.#call(
      name === "and" ? "finishAnd" : "finishOr",
      this.#site(node),
      held,
      right,
    );
    return f.createParenthesizedExpression(
      f.createConditionalExpression(
        this.#call(`${name}Stops`, f.createAssignment(held, left)),
        undefined,
        held,
        undefined,
        finish,
      ),
    );
  }

  #conditional(node: ts.ConditionalExpression): ts.Expression {
    const [c, a, b] = [node.condition, node.whenTrue, node.whenFalse].map((e) =>
      this.#expression(e),
    );
    if (!suspends(node.whenTrue) && !suspends(node.whenFalse)) {
      return this.#call("choose", this.#site(node), c, this.#later(a), this.#later(b));
    }
    const held = this.#temporary();
    return f.createParenthesizedExpression(
      f.createConditionalExpression(
        this.#call("isSymbol", f.createAssignment(held, c)),
        undefined,
        this.#call("where", this.#site(node), held, a, b),
        undefined,
        f.createConditionalExpression(held, undefined, a, undefined, b),
      ),
    );
  }

  #prefix(node: ts.PrefixUnaryExpression): ts.Expression {
    const name = unaryNames[node.operator];
    if (name) {
      if (ts.isNumericLiteral(node.operand) || ts.isBigIntLiteral(node.operand)) return node;
      return this.#call(name, this.#site(node), this.#expression(node.operand));
    }
    if (
      node.operator === SyntaxKind.PlusPlusToken ||
      node.operator === SyntaxKind.MinusMinusToken
    ) {
      return this.#step(node, node.operand, node.operator, false);
    }
    return ts.visitEachChild(node, this.#visit, this.#context);
  }

  /** ++ and −−; `old` asks for the value from before. */
  #step(
    node: ts.Expression,
    operand: ts.Expression,
    operator: ts.SyntaxKind,
    old: boolean,
  ): ts.Expression {
    const name = operator === SyntaxKind.PlusPlusToken ? "inc" : "dec";
    if (!old)
      return this.#change(operand, (value) => this.#call(name, this.#site(node), value), false);
    const held = this.#temporary();
    const change = this.#change(
      operand,
      (value) =>
        this.#call(
          name,
          this.#site(node),
          f.createParenthesizedExpression(f.createAssignment(held, this.#call("numeric", value))),
        ),
      true,
    );
    return f.createParenthesizedExpression(f.createComma(change, held));
  }

  /** `target = compute(target)`, with the parts of the target evaluated once. */
  #change(
    target: ts.Expression,
    compute: (old: ts.Expression) => ts.Expression,
    open: boolean,
  ): ts.Expression {
    const inner = skipParentheses(target);
    if (ts.isPropertyAccessExpression(inner)) {
      const simple =
        inner.expression.kind === SyntaxKind.ThisKeyword ||
        inner.expression.kind === SyntaxKind.SuperKeyword;
      if (simple) return f.createParenthesizedExpression(f.createAssignment(inner, compute(inner)));
      const held = this.#temporary();
      const place = f.updatePropertyAccessExpression(inner, held, inner.name);
      const hold = f.createAssignment(held, this.#expression(inner.expression));
      return f.createParenthesizedExpression(
        f.createComma(hold, f.createAssignment(place, compute(place))),
      );
    }
    if (ts.isElementAccessExpression(inner)) {
      const [object, key] = [this.#temporary(), this.#temporary()];
      const place = f.createElementAccessExpression(object, key);
      const keyed = this.#call("key", object, this.#expression(inner.argumentExpression));
      const first = f.createAssignment(object, this.#expression(inner.expression));
      return f.createParenthesizedExpression(
        f.createComma(
          f.createComma(first, f.createAssignment(key, keyed)),
          f.createAssignment(place, compute(place)),
        ),
      );
    }
    void open;
    return f.createParenthesizedExpression(
      f.createAssignment(inner, compute(this.#expression(inner))),
    );
  }

  /** `x ||= y` assigns only where y is evaluated. */
  #logicalAssignment(node: ts.BinaryExpression, name: "and" | "or"): ts.Expression {
    const target = skipParentheses(node.left);
    const right = this.#expression(node.right);
    const build = (place: ts.Expression, before: ts.Expression[]): ts.Expression => {
      const held = this.#temporary();
      const whole = f.createConditionalExpression(
        this.#call(`${name}Stops`, f.createAssignment(held, place)),
        undefined,
        held,
        undefined,
        f.createParenthesizedExpression(
          f.createAssignment(
            place,
            this.#call(name === "and" ? "finishAnd" : "finishOr", this.#site(node), held, right),
          ),
        ),
      );
      return f.createParenthesizedExpression(
        [...before, whole].reduce((a, b) => f.createComma(a, b)),
      );
    };
    if (
      ts.isPropertyAccessExpression(target) &&
      target.expression.kind !== SyntaxKind.SuperKeyword
    ) {
      const object = this.#temporary();
      return build(f.updatePropertyAccessExpression(target, object, target.name), [
        f.createAssignment(object, this.#expression(target.expression)),
      ]);
    }
    if (ts.isElementAccessExpression(target)) {
      const [object, key] = [this.#temporary(), this.#temporary()];
      return build(f.createElementAccessExpression(object, key), [
        f.createAssignment(object, this.#expression(target.expression)),
        f.createAssignment(
          key,
          this.#call("key", object, this.#expression(target.argumentExpression)),
        ),
      ]);
    }
    return build(target, []);
  }

  #callExpression(node: ts.CallExpression): ts.Expression {
    const { expression: callee } = node;
    const fromNamespace =
      ts.isPropertyAccessExpression(callee) &&
      ts.isIdentifier(callee.expression) &&
      this.#namespaces.has(callee.expression.text);
    const ours = (ts.isIdentifier(callee) && this.#imported.has(callee.text)) || fromNamespace;
    if (!ours || node.questionDotToken) return ts.visitEachChild(node, this.#visit, this.#context);
    const args = node.arguments.map((a) => this.#expression(a));
    return this.#call("call", this.#site(node), callee, ...args);
  }

  /** `Math` where it is the global one. */
  #identifier(node: ts.Identifier): ts.Node {
    if (node.text !== "Math" || this.#ownMath) return node;
    const { parent } = node;
    const isName =
      (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
      (ts.isPropertyAssignment(parent) && parent.name === node) ||
      ts.isShorthandPropertyAssignment(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isImportSpecifier(parent) ||
      ts.isExportSpecifier(parent) ||
      ts.isTypeNode(parent);
    return isName
      ? node
      : f.createPropertyAccessExpression(f.createIdentifier(dispatchName), "Math");
  }

  #template(node: ts.TemplateExpression): ts.Expression {
    return f.updateTemplateExpression(
      node,
      node.head,
      node.templateSpans.map((span) => {
        const value = this.#call(
          "plain",
          this.#site(span.expression),
          this.#expression(span.expression),
          f.createStringLiteral("a template string"),
        );
        return f.updateTemplateSpan(span, value, span.literal);
      }),
    );
  }

  #element(node: ts.ElementAccessExpression): ts.Expression {
    const { argumentExpression: key, expression: object } = node;
    const literal = ts.isStringLiteral(key) || ts.isNumericLiteral(key);
    const plainKey = literal
      ? key
      : this.#call(
          "plain",
          this.#site(key),
          this.#expression(key),
          f.createStringLiteral("a property key"),
        );
    const isSuper = object.kind === SyntaxKind.SuperKeyword;
    const from =
      isSuper || node.questionDotToken
        ? isSuper
          ? object
          : this.#expression(object)
        : this.#call("indexed", this.#site(node), this.#expression(object));
    return node.questionDotToken
      ? f.updateElementAccessChain(
          node as ts.ElementAccessChain,
          from,
          node.questionDotToken,
          plainKey,
        )
      : f.updateElementAccessExpression(node, from as ts.LeftHandSideExpression, plainKey);
  }

  // ── Names ─────────────────────────────────────────────────────────────────────────────────────

  /** A value that the model binds to a name; functions and classes keep the name that JavaScript gives. */
  #named(name: string, value: ts.Expression): ts.Expression {
    const lifted = this.#expression(value);
    if (isNamedFunctionLike(value) || isPlainLiteral(value)) return lifted;
    const text = f.createStringLiteral(name);
    return this.#call("name", text, this.#call("enter", text), lifted);
  }

  #variable(node: ts.VariableDeclaration): ts.VariableDeclaration {
    if (!ts.isIdentifier(node.name) || !node.initializer)
      return ts.visitEachChild(node, this.#visit, this.#context);
    return f.updateVariableDeclaration(
      node,
      node.name,
      node.exclamationToken,
      node.type,
      this.#named(node.name.text, node.initializer),
    );
  }

  /** Names from destructuring are given behind the statement. */
  #variables(node: ts.VariableStatement): ts.VisitResult<ts.Node> {
    const lifted = ts.visitEachChild(node, this.#visit, this.#context);
    const names = node.declarationList.declarations.flatMap((d) =>
      ts.isIdentifier(d.name) ? [] : patternNames(d.name),
    );
    return names.length === 0 ? lifted : [lifted, ...this.#labels(names)];
  }

  #labels(names: readonly string[]): ts.Statement[] {
    return names.map((name) =>
      f.createExpressionStatement(
        this.#call("label", f.createStringLiteral(name), f.createIdentifier(name)),
      ),
    );
  }

  #forOf(node: ts.ForOfStatement): ts.Node {
    const lifted = ts.visitEachChild(node, this.#visit, this.#context);
    if (!ts.isVariableDeclarationList(node.initializer)) return lifted;
    const names = node.initializer.declarations.flatMap((d) =>
      ts.isIdentifier(d.name) ? [] : patternNames(d.name),
    );
    if (names.length === 0) return lifted;
    const body = ts.isBlock(lifted.statement) ? lifted.statement.statements : [lifted.statement];
    return f.updateForOfStatement(
      lifted,
      lifted.awaitModifier,
      lifted.initializer,
      lifted.expression,
      f.createBlock([...this.#labels(names), ...body], true),
    );
  }

  #assignment(node: ts.BinaryExpression): ts.Expression {
    const target = skipParentheses(node.left);
    const name = ts.isIdentifier(target)
      ? target.text
      : ts.isPropertyAccessExpression(target)
        ? target.name.text
        : undefined;
    if (name === undefined) return ts.visitEachChild(node, this.#visit, this.#context);
    return f.updateBinaryExpression(
      node,
      this.#expression(node.left),
      node.operatorToken,
      this.#named(name.replace(/^#/, ""), node.right),
    );
  }

  #property(node: ts.PropertyAssignment): ts.Node {
    const { name } = node;
    if (!ts.isIdentifier(name) && !ts.isStringLiteral(name))
      return ts.visitEachChild(node, this.#visit, this.#context);
    return f.updatePropertyAssignment(
      node,
      name,
      name.text === "__proto__"
        ? this.#expression(node.initializer)
        : this.#named(name.text, node.initializer),
    );
  }

  #field(node: ts.PropertyDeclaration): ts.Node {
    const { name, initializer } = node;
    if (!initializer || !(ts.isIdentifier(name) || ts.isPrivateIdentifier(name)))
      return ts.visitEachChild(node, this.#visit, this.#context);
    return f.updatePropertyDeclaration(
      node,
      node.modifiers,
      name,
      node.questionToken ?? node.exclamationToken,
      node.type,
      this.#named(name.text.replace(/^#/, ""), initializer),
    );
  }
}

function skipParentheses(e: ts.Expression): ts.Expression {
  let inner = e;
  while (ts.isParenthesizedExpression(inner) || ts.isNonNullExpression(inner))
    inner = inner.expression;
  return inner;
}

function isComma(e: ts.Expression): boolean {
  return ts.isBinaryExpression(e) && e.operatorToken.kind === SyntaxKind.CommaToken;
}

/** Numbers, strings and the like carry no name. */
function isPlainLiteral(e: ts.Expression): boolean {
  return (
    ts.isLiteralExpression(e) ||
    e.kind === SyntaxKind.TrueKeyword ||
    e.kind === SyntaxKind.FalseKeyword ||
    e.kind === SyntaxKind.NullKeyword
  );
}
