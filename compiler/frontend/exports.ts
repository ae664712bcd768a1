/** The names that a module exports, in the order of its source. */

import { ts } from "ts-morph";
import { patternNames } from "./syntax.ts";

/** @param namesOf names of another module, for `export * from` */
export function exportedNames(
  file: ts.SourceFile,
  namesOf: (specifier: string) => readonly string[],
): string[] {
  const names = file.statements.flatMap((statement): readonly string[] => {
    if (ts.isExportAssignment(statement)) return ["default"];
    if (ts.isExportDeclaration(statement)) {
      if (statement.isTypeOnly) return [];
      const { exportClause, moduleSpecifier } = statement;
      if (!exportClause) {
        return moduleSpecifier && ts.isStringLiteral(moduleSpecifier)
          ? namesOf(moduleSpecifier.text)
          : [];
      }
      if (ts.isNamespaceExport(exportClause)) return [exportClause.name.text];
      return exportClause.elements.filter((e) => !e.isTypeOnly).map((e) => e.name.text);
    }
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (modifiers.some((m) => m.kind === ts.SyntaxKind.DefaultKeyword)) return ["default"];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap((d) => patternNames(d.name));
    if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name)
      return [statement.name.text];
    return [];
  });
  return [...new Set(names)];
}
