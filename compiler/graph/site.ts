/** A place in a model's source: 1-based line and column, file relative to the working directory. */
export interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters to underline. */
  readonly length?: number;
}

/** `models/mlp.ts:14:20` */
export function formatSite(site: Site): string {
  return `${site.file}:${site.line}:${site.column}`;
}
