/** The names that a module exports, in the order of its source. */

import type { ts } from "ts-morph";
import { patternNames } from "./syntax.ts";
import { typescript } from "./typescript.ts";

/** @param namesOf names of another module, for `export * from` */
export function exportedNames(
  file: ts.SourceFile,
  namesOf: (specifier: string) => readonly string[],
): string[] {
  const names = file.statements.flatMap((statement): readonly string[] => {
    if (typescript.isExportAssignment(statement)) return ["default"];
    if (typescript.isExportDeclaration(statement)) {
      if (statement.isTypeOnly) return [];
      const { exportClause, moduleSpecifier } = statement;
      if (!exportClause) {
        return moduleSpecifier && typescript.isStringLiteral(moduleSpecifier)
          ? namesOf(moduleSpecifier.text)
          : [];
      }
      if (typescript.isNamespaceExport(exportClause)) return [exportClause.name.text];
      return exportClause.elements.filter((e) => !e.isTypeOnly).map((e) => e.name.text);
    }
    const modifiers = typescript.canHaveModifiers(statement)
      ? typescript.getModifiers(statement)
      : undefined;
    if (!modifiers?.some((m) => m.kind === typescript.SyntaxKind.ExportKeyword)) return [];
    if (modifiers.some((m) => m.kind === typescript.SyntaxKind.DefaultKeyword)) return ["default"];
    if (typescript.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap((d) => patternNames(d.name));
    if (
      (typescript.isFunctionDeclaration(statement) || typescript.isClassDeclaration(statement)) &&
      statement.name
    )
      return [statement.name.text];
    return [];
  });
  return [...new Set(names)];
}
