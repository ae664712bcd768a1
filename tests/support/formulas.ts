/** Formulas of `maths.md`, read as KaTeX reads them. */

import katex from "katex";

/** The formulas in blocks. */
export const blocksOf = (page: string): string[] =>
  [...page.matchAll(/```math\n([\s\S]*?)\n```/g)].map(([, text]) => text);

/** The formulas of a page: in blocks, in the legend, in tables. */
export const formulasOf = (page: string): string[] => [
  ...blocksOf(page),
  ...[...page.matchAll(/\$`([^`]*)`\$/g)].map(([, text]) => text),
];

/** What is wrong with a formula where GitHub shows it. */
export function faultsOf(formula: string): string[] {
  const faults: string[] = [];
  try {
    katex.renderToString(formula, { displayMode: true, throwOnError: true, strict: "ignore" });
  } catch (error) {
    faults.push(String(error));
  }
  for (const word of ["\\operatorname", "\\square", "undefined", "NaN"])
    if (formula.includes(word)) faults.push(word);
  return faults;
}
