/** The names that a module exports, in the order of its source. */

import { ts } from "ts-morph";

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
      return statement.declarationList.declarations.flatMap((d) => boundNames(d.name));
    if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name)
      return [statement.name.text];
    return [];
  });
  return [...new Set(names)];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((e) => (ts.isBindingElement(e) ? boundNames(e.name) : []));
}
