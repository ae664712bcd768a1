/** A function that a module may carry along. */

export interface Helper {
  /** Helpers that it calls itself. */
  readonly needs?: readonly string[];
  readonly lines: readonly string[];
}
