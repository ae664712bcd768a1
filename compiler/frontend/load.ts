/** Reading a model file: it and the local modules that it imports are lifted and run, nothing is written. */

import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire, SourceMap } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
import type { ts } from "ts-morph";
import { AdjointError, Diagnostics, fail, withDiagnostics } from "../diagnostics/error.ts";
import { closest } from "../diagnostics/suggest.ts";
import { leaveScope } from "../graph/context.ts";
import type { Site } from "../graph/site.ts";
import * as language from "../language/index.ts";
import { isNameOnly } from "./access.ts";
import { warnOfChance } from "./chance.ts";
import { createDispatch } from "./dispatch.ts";
import { exportedNames } from "./exports.ts";
import { dispatchName, lift } from "./lift.ts";
import { typescript } from "./typescript.ts";

export interface LoadedModel {
  /** The file's name without its extension: `logistic`. */
  readonly name: string;
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  /** What it exports, in the order of the source. */
  readonly exports: readonly (readonly [name: string, value: unknown])[];
  /** What it asked to be warned of. */
  readonly warnings: readonly AdjointError[];
  /** Every local file that was read, relative to the working directory. */
  readonly files: readonly string[];
  /** Source texts by those names, for code frames. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface LoadOptions {
  /** What file names in errors are relative to; the process's directory when left out. */
  readonly cwd?: string;
}

interface Module {
  readonly file: string;
  readonly shownAs: string;
  readonly source: ts.SourceFile;
  readonly code: string;
  readonly map: SourceMap | undefined;
  readonly sites: readonly Site[];
  readonly imports: readonly { specifier: string; site: Site }[];
  readonly exports: Record<string, unknown>;
  ran: boolean;
}

/** Names that are types only: a model may import them without `import type`. */
const typeNames = new Set([
  "Tensor",
  "Operand",
  "Dim",
  "DType",
  "Shape",
  "NestedNumbers",
  "Bindings",
  "DataOptions",
  "SharedOptions",
  "FunctionOptions",
  "GradOptions",
  "JacobianOptions",
  "RopOptions",
  "SubgraphOptions",
  "Disconnected",
  "TensorsLike",
  "Outputs",
  "Pairs",
  "Span",
]);

/**
 * Loads and stages a model.
 *
 * @throws AdjointError or AdjointErrors with everything that is wrong: syntax (ADJ4004), imports
 *   (ADJ4003), and what the model's own expressions get wrong
 */
export async function loadModel(
  file: string,
  { cwd = process.cwd() }: LoadOptions = {},
): Promise<LoadedModel> {
  // An exception of an earlier model may have left scopes open.
  leaveScope(0);
  const loader = new Loader(cwd);
  const diagnostics = new Diagnostics();
  const entry = path.resolve(cwd, file);
  const main = loader.read(entry, diagnostics);
  diagnostics.throwIfAny();
  await loader.importPackages();
  withDiagnostics(diagnostics, () => {
    try {
      loader.run(main);
    } catch (error) {
      if (error instanceof AdjointError) diagnostics.report(loader.placed(error));
      else if (!diagnostics.hasErrors) diagnostics.report(loader.describe(error));
    }
  });
  diagnostics.throwIfAny();
  return {
    name: path.basename(file).replace(/\.[cm]?[jt]s$/, ""),
    file: main.shownAs,
    exports: exportedNames(main.source, (specifier) => loader.exportsOf(main, specifier)).map(
      (name) => [name, main.exports[name]],
    ),
    warnings: diagnostics.warnings,
    files: loader.files,
    sources: loader.sources,
  };
}

class Loader {
  readonly #cwd: string;
  readonly #modules = new Map<string, Module>();
  readonly #packages = new Map<string, unknown>();
  /** JSON files that were imported. */
  readonly #data = new Set<string>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  get files(): string[] {
    const modules = [...this.#modules.values()].map((m) => m.shownAs);
    return [...modules, ...this.#data].sort();
  }

  get sources(): Map<string, string> {
    return new Map([...this.#modules.values()].map((m) => [m.shownAs, m.source.text]));
  }

  /** Parses and lifts a file and, through its imports, all local files that it needs. */
  read(file: string, diagnostics: Diagnostics): Module {
    const known = this.#modules.get(file);
    if (known) return known;
    const shownAs = path.relative(this.#cwd, file).split(path.sep).join("/");
    if (!existsSync(file)) fail("ADJ4003", `there is no file ${shownAs}`);
    const text = readFileSync(file, "utf8");
    const source = typescript.createSourceFile(
      file,
      text,
      typescript.ScriptTarget.ES2022,
      true,
      typescript.ScriptKind.TS,
    );
    const lifted = lift(shownAs);
    const output = typescript.transpileModule(text, {
      // The module runs as it is put here, whatever its extension says to Node.
      fileName: file.replace(/\.[cm]([jt]s)$/, ".$1"),
      reportDiagnostics: true,
      compilerOptions: {
        module: typescript.ModuleKind.CommonJS,
        target: typescript.ScriptTarget.ES2022,
        sourceMap: true,
        esModuleInterop: true,
        strict: true,
      },
      transformers: { before: [lifted.transformer] },
    });
    for (const d of output.diagnostics ?? []) {
      if (d.category !== typescript.DiagnosticCategory.Error) continue;
      const message = typescript.flattenDiagnosticMessageText(d.messageText, "\n");
      diagnostics.report(
        new AdjointError("ADJ4004", message, {
          site: siteAt(source, shownAs, d.start ?? 0, d.length ?? 1),
        }),
      );
    }
    reportTopLevelAwait(source, shownAs, diagnostics);
    const module: Module = {
      file,
      shownAs,
      source,
      code: output.outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"),
      map: output.sourceMapText ? new SourceMap(JSON.parse(output.sourceMapText)) : undefined,
      sites: lifted.sites,
      imports: importsOf(source, shownAs),
      exports: {},
      ran: false,
    };
    this.#modules.set(file, module);
    checkNames(source, shownAs, diagnostics);
    const siteOf = (node: ts.Node): Site =>
      siteAt(source, shownAs, node.getStart(source), node.getWidth(source));
    warnOfChance(source, siteOf, diagnostics);
    for (const { specifier, site } of module.imports) {
      if (!specifier.startsWith(".")) continue;
      const target = resolveLocal(path.dirname(file), specifier);
      if (!target) {
        diagnostics.report(
          new AdjointError("ADJ4003", `cannot find "${specifier}"`, {
            site,
            hint:
              generatedFrom(
                path.relative(this.#cwd, path.resolve(path.dirname(file), specifier)),
              ) ?? "the path is relative to this file",
          }),
        );
      } else if (!target.endsWith(".json")) this.read(target, diagnostics);
    }
    return module;
  }

  /** Packages are imported by Node itself, before the model runs. */
  async importPackages(): Promise<void> {
    for (const module of this.#modules.values()) {
      for (const { specifier, site } of module.imports) {
        if (specifier.startsWith(".") || specifier === "adjoint" || this.#packages.has(specifier))
          continue;
        try {
          this.#packages.set(specifier, await importFrom(module.file, specifier));
        } catch (error) {
          const { code, message } = error as NodeJS.ErrnoException;
          const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
          const isMissing = code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`);
          if (!isMissing)
            fail("ADJ4003", `cannot import "${specifier}": ${message.split("\n")[0]}`, { site });
          const guess = closest(name, ["adjoint", ...packagesOf(module.file)]);
          fail("ADJ4003", `there is no package "${name}"`, {
            site,
            hint: guess ? `did you mean "${guess}"?` : `npm install ${name}`,
          });
        }
      }
    }
  }

  run(module: Module): Record<string, unknown> {
    if (module.ran) return module.exports;
    module.ran = true;
    const parameters = ["exports", "require", "module", "__filename", "__dirname", dispatchName];
    const body = vm.compileFunction(module.code, parameters, { filename: module.file });
    const require = (specifier: string): unknown => this.#require(module, specifier);
    body(
      module.exports,
      require,
      { exports: module.exports },
      module.file,
      path.dirname(module.file),
      createDispatch(module.sites),
    );
    return module.exports;
  }

  #require(from: Module, specifier: string): unknown {
    if (specifier === "adjoint") return language;
    if (!specifier.startsWith(".")) return this.#packages.get(specifier);
    const target = resolveLocal(path.dirname(from.file), specifier) as string;
    if (target.endsWith(".json")) {
      this.#data.add(path.relative(this.#cwd, target).split(path.sep).join("/"));
      return JSON.parse(readFileSync(target, "utf8"));
    }
    return this.run(this.#modules.get(target) as Module);
  }

  exportsOf(module: Module, specifier: string): readonly string[] {
    const exports = this.#require(module, specifier);
    return Object.keys(exports as object).filter((key) => key !== "default");
  }

  /** A mistake that no lifted call stands around – a symbol given to `Number`, `x << 2` – at its place. */
  placed(error: AdjointError): AdjointError {
    const site = error.site ?? this.#place(error.stack ?? "");
    const { code, message, hint, related } = error;
    return site && !error.site
      ? new AdjointError(code, message, { site, related, ...(hint ? { hint } : {}) })
      : error;
  }

  /** An exception of the user's own code, at its place in the source. */
  describe(error: unknown): AdjointError {
    const place = error instanceof Error ? this.#place(error.stack ?? "") : undefined;
    const site = place && error instanceof ReferenceError ? this.#ofName(error, place) : place;
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const message = this.#asWritten(said, site);
    const hint = hintFor(message);
    return new AdjointError("ADJ4008", message, { ...(site && { site }), ...(hint && { hint }) });
  }

  /** Where a name stands that an engine does not know: it knows the place of an expression around it. */
  #ofName({ message }: ReferenceError, place: Site): Site {
    const name = /^(?:Cannot access ')?([\w$]+)/.exec(message)?.[1];
    const module = [...this.#modules.values()].find(({ shownAs }) => shownAs === place.file);
    if (!name || !module) return place;
    const start = nameAfter(module.source, place, name);
    return start === undefined ? place : siteAt(module.source, place.file, start, name.length);
  }

  /** What an engine says of `$adjoint.method(...).run`, with what stands in the model there. */
  #asWritten(message: string, site: Site | undefined): string {
    const module = [...this.#modules.values()].find(({ shownAs }) => shownAs === site?.file);
    return message.replace(/\$adjoint\.\w+(?:\(\.\.\.\))?\.(\w+)/g, (lifted, name: string) =>
      module && site ? (memberNear(module.source, site, name) ?? lifted) : lifted,
    );
  }

  #place(stack: string): Site | undefined {
    for (const [, file, line, column] of stack.matchAll(
      /\(?((?:\/|[A-Za-z]:\\)[^():]+):(\d+):(\d+)\)?/g,
    )) {
      const module = this.#modules.get(file);
      const entry = module?.map?.findEntry(Number(line) - 1, Number(column) - 1);
      if (module && entry && "originalLine" in entry) {
        return {
          file: module.shownAs,
          line: entry.originalLine + 1,
          column: entry.originalColumn + 1,
        };
      }
    }
    return undefined;
  }
}

/** What to write where the model calls a function of Adjoint that it has not got hold of. */
function hintFor(message: string): string | undefined {
  const missing = /^ReferenceError: (\w+) is not defined$/.exec(message)?.[1];
  if (missing && Object.hasOwn(language, missing)) return `import { ${missing} } from "adjoint"`;
  if (message === "TypeError: Assignment to constant variable.")
    return "a shared variable changes in a call: fn(…, { updates: [[W, W - …]] }); what the model file itself changes is declared by let";
  const [, value, method] = /^TypeError: ([\w.]+)\.(\w+) is not a function$/.exec(message) ?? [];
  if (method && Object.hasOwn(language, method))
    return `symbols have no methods: ${method}(${value}, …)`;
  return undefined;
}

/** Where a variable is read next, from a place on; before it where there is none. */
function nameAfter(source: ts.SourceFile, place: Site, name: string): number | undefined {
  const from = source.getPositionOfLineAndCharacter(place.line - 1, place.column - 1);
  const starts: number[] = [];
  const visit = (node: ts.Node): void => {
    if (typescript.isIdentifier(node) && node.text === name && !isNameOnly(node))
      starts.push(node.getStart(source));
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return starts.find((start) => start >= from) ?? starts.at(-1);
}

/** The text of `object.name` next to a place. */
function memberNear(source: ts.SourceFile, place: Site, name: string): string | undefined {
  const at = source.getPositionOfLineAndCharacter(place.line - 1, place.column - 1);
  let near: ts.PropertyAccessExpression | undefined;
  const distance = (node: ts.PropertyAccessExpression): number =>
    Math.abs(node.name.getStart(source) - at);
  const visit = (node: ts.Node): void => {
    const isNamed = typescript.isPropertyAccessExpression(node) && node.name.text === name;
    if (isNamed && !(near && distance(near) <= distance(node))) near = node;
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return near?.getText(source);
}

/** Why a file of generated code is not there. */
function generatedFrom(shownAs: string): string | undefined {
  const name = /(?:^|[\\/])generated[\\/]([^\\/]+)[\\/]/.exec(shownAs)?.[1];
  return name && `codegen writes it: run it for the model ${name} before this one is read`;
}

/** Names of packages that the project of a file lists. */
function packagesOf(file: string): string[] {
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    const list = path.join(at, "package.json");
    if (existsSync(list)) {
      try {
        const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(list, "utf8"));
        return Object.keys({ ...dependencies, ...devDependencies });
      } catch {
        return [];
      }
    }
    if (at === path.dirname(at)) return [];
  }
}

async function importFrom(file: string, specifier: string): Promise<unknown> {
  if (specifier.startsWith("node:")) return import(specifier);
  try {
    return await import(pathToFileURL(createRequire(file).resolve(specifier)).href);
  } catch {
    return import(specifier);
  }
}

function siteAt(source: ts.SourceFile, file: string, start: number, length: number): Site {
  const { line, character } = source.getLineAndCharacterOfPosition(start);
  return { file, line: line + 1, column: character + 1, length: Math.max(1, length) };
}

/** Every module that the file needs when it runs; imports of types alone do not count. */
function importsOf(source: ts.SourceFile, shownAs: string): { specifier: string; site: Site }[] {
  return source.statements.flatMap((statement) => {
    const isImport =
      typescript.isImportDeclaration(statement) && !statement.importClause?.isTypeOnly;
    const isExport = typescript.isExportDeclaration(statement) && !statement.isTypeOnly;
    if (!isImport && !isExport) return [];
    const { moduleSpecifier: m } = statement;
    return m && typescript.isStringLiteral(m)
      ? [
          {
            specifier: m.text,
            site: siteAt(source, shownAs, m.getStart(source), m.getWidth(source)),
          },
        ]
      : [];
  });
}

/** Names imported from "adjoint" that it does not have. */
function checkNames(source: ts.SourceFile, shownAs: string, diagnostics: Diagnostics): void {
  for (const statement of source.statements) {
    if (!typescript.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) continue;
    if (
      !typescript.isStringLiteral(statement.moduleSpecifier) ||
      statement.moduleSpecifier.text !== "adjoint"
    )
      continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !typescript.isNamedImports(bindings)) continue;
    for (const element of bindings.elements) {
      const name = (element.propertyName ?? element.name).text;
      if (element.isTypeOnly || name in language || typeNames.has(name)) continue;
      const guess = closest(name, Object.keys(language));
      diagnostics.report(
        new AdjointError("ADJ4003", `"adjoint" has no ${name}`, {
          site: siteAt(source, shownAs, element.getStart(source), element.getWidth(source)),
          ...(guess ? { hint: `did you mean ${guess}?` } : {}),
        }),
      );
    }
  }
}

function reportTopLevelAwait(
  source: ts.SourceFile,
  shownAs: string,
  diagnostics: Diagnostics,
): void {
  const visit = (node: ts.Node): void => {
    if (typescript.isFunctionLike(node)) return;
    if (
      typescript.isAwaitExpression(node) ||
      (typescript.isForOfStatement(node) && node.awaitModifier)
    ) {
      const site = siteAt(source, shownAs, node.getStart(source), 5);
      diagnostics.report(
        new AdjointError("ADJ4004", "a model file cannot await: it is read in one go", { site }),
      );
      return;
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
}

/** The file that a relative import means; a `.js` may stand for the `.ts` that it is compiled from. */
function resolveLocal(folder: string, specifier: string): string | undefined {
  const base = path.resolve(folder, specifier);
  const swapped = base.replace(/\.([cm]?)js$/, ".$1ts");
  const candidates = [
    base,
    swapped,
    `${base}.ts`,
    `${base}.mts`,
    `${base}.js`,
    `${base}.mjs`,
    path.join(base, "index.ts"),
    path.join(base, "index.js"),
  ];
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}
