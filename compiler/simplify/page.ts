/** docs/rules.md: the rewrite rules as a table. */

import { tiers } from "./rule.ts";
import { rules } from "./rules.ts";

const meaning = {
  exact: "The numbers stay the same, but for the sign of a zero.",
  stabilising:
    "The same function with less rounding or overflow; removable singularities are filled.",
  reassociating: "Roundings come in another order, or values are taken to be finite.",
} as const;

export function rulePage(): string {
  const sections = tiers.map((tier) => {
    const rows = rules
      .filter((r) => r.tier === tier)
      .map((r) => `| ${r.name} | \`${r.statement.replaceAll("|", "\\|")}\` |`);
    return `## ${tier}\n\n${meaning[tier]}\n\n| rule | equation |\n| --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Rewrite rules\n\n${rules.length} named equations, used from left to right. This page is written from the rules themselves: \`npm run docs\`.\n\n${sections.join("\n")}`;
}
