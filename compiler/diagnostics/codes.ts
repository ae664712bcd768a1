/** Every error a model can cause: the table behind the messages and behind docs/errors.md. */

export interface CodeEntry {
  readonly title: string;
  readonly explanation: string;
  /** A line of a model that causes it. */
  readonly wrong: string;
  /** The same line, mended. */
  readonly right: string;
}

export const codes = {
  ADJ1001: { title: "Narrowing needs a cast", explanation: "", wrong: "", right: "" },
  ADJ1003: { title: "Shapes do not agree", explanation: "", wrong: "", right: "" },
  ADJ1004: { title: "No such axis", explanation: "", wrong: "", right: "" },
  ADJ1005: { title: "Bad index", explanation: "", wrong: "", right: "" },
  ADJ1006: { title: "The length of a slice must be known", explanation: "", wrong: "", right: "" },
  ADJ1007: { title: "An index may leave its range", explanation: "", wrong: "", right: "" },
  ADJ1008: { title: "Invalid argument", explanation: "", wrong: "", right: "" },
  ADJ2001: { title: "The cost must be a scalar", explanation: "", wrong: "", right: "" },
  ADJ2002: { title: "The cost does not depend on it", explanation: "", wrong: "", right: "" },
  ADJ2003: { title: "No gradient", explanation: "", wrong: "", right: "" },
  ADJ3001: { title: "Two updates of one variable", explanation: "", wrong: "", right: "" },
  ADJ3002: { title: "An update must keep shape and dtype", explanation: "", wrong: "", right: "" },
  ADJ3003: { title: "An input is not used", explanation: "", wrong: "", right: "" },
  ADJ3004: { title: "An input is missing", explanation: "", wrong: "", right: "" },
  ADJ3005: { title: "A given must keep shape and dtype", explanation: "", wrong: "", right: "" },
  ADJ3006: { title: "Bad given", explanation: "", wrong: "", right: "" },
  ADJ3007: { title: "Only shared variables can be updated", explanation: "", wrong: "", right: "" },
  ADJ4001: { title: "A condition cannot be a symbol", explanation: "", wrong: "", right: "" },
  ADJ4002: { title: "A symbol has no value yet", explanation: "", wrong: "", right: "" },
  ADJ4003: { title: "Unknown import", explanation: "", wrong: "", right: "" },
  ADJ4004: { title: "Syntax error", explanation: "", wrong: "", right: "" },
  ADJ4005: { title: "The model exports nothing", explanation: "", wrong: "", right: "" },
  ADJ4006: { title: "Two models of one name", explanation: "", wrong: "", right: "" },
  ADJ4007: { title: "Not a symbol", explanation: "", wrong: "", right: "" },
  ADJ4008: { title: "The model threw an exception", explanation: "", wrong: "", right: "" },
  ADJ5001: { title: "Not available on this target", explanation: "", wrong: "", right: "" },
  ADJ9001: { title: "Internal error", explanation: "", wrong: "", right: "" },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codes;
