/** Mistakes in a model: one error class, and a collector that lets several be shown at once. */

import { currentSite } from "../graph/context.ts";
import type { Site } from "../graph/site.ts";
import type { Code } from "./codes.ts";

/** Something the reader of an error wants to see besides the place itself. */
export interface Related {
  readonly message: string;
  readonly site?: Site;
}

/** What an error can carry besides its code and message. */
export interface Details {
  /** What to write instead. */
  readonly hint?: string;
  /** Where; the place being staged when it is left out. */
  readonly site?: Site;
  readonly related?: readonly Related[];
}

/** A mistake in a model file, with its documented code and the place in the source. */
export class AdjointError extends Error {
  override readonly name = "AdjointError";
  readonly code: Code;
  readonly site: Site | undefined;
  readonly hint: string | undefined;
  readonly related: readonly Related[];

  constructor(code: Code, message: string, details: Details = {}) {
    super(message);
    this.code = code;
    this.site = details.site ?? currentSite();
    this.hint = details.hint;
    this.related = details.related ?? [];
  }
}

/** Several mistakes found in one run. */
export class AdjointErrors extends Error {
  override readonly name = "AdjointErrors";
  readonly errors: readonly AdjointError[];

  constructor(errors: readonly AdjointError[]) {
    super(errors.map((e) => `${e.code}: ${e.message}`).join("\n"));
    this.errors = errors;
  }
}

/** Throws an {@link AdjointError}. */
export function fail(code: Code, message: string, details: Details = {}): never {
  throw new AdjointError(code, message, details);
}

/** Collects mistakes so that one run shows all of them. */
export class Diagnostics {
  readonly errors: AdjointError[] = [];
  /** What is worth knowing and stops nothing. */
  readonly warnings: AdjointError[] = [];

  report(error: AdjointError): void {
    this.errors.push(error);
  }

  get hasErrors(): boolean {
    return this.errors.length > 0;
  }

  /** Throws what was reported: the error itself if there is one, an {@link AdjointErrors} if several. */
  throwIfAny(): void {
    if (this.errors.length === 1) throw this.errors[0];
    if (this.errors.length > 1) throw new AdjointErrors(this.errors);
  }
}

/** Says what may be a mistake, and goes on: with the others of the model, or as Node's own warnings. */
export function warn(code: Code, message: string, details: Details = {}): void {
  if (active) active.warnings.push(new AdjointError(code, message, details));
  else process.emitWarning(message, { type: "AdjointWarning", code });
}

/** The collector in force, if any. Without one a mistake throws at once. */
let active: Diagnostics | undefined;

/** What `body` returns; where mistakes are collected, a mistake in it is, and `instead` takes its place. */
export function collecting<T>(body: () => T, instead: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!active || !(error instanceof AdjointError)) throw error;
    active.report(error);
    return instead();
  }
}

/** Runs `body` with mistakes collected in `diagnostics`. */
export function withDiagnostics<T>(diagnostics: Diagnostics, body: () => T): T {
  const before = active;
  active = diagnostics;
  try {
    return body();
  } finally {
    active = before;
  }
}
