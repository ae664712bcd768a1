/** Writes source text: indentation, line breaks at 100 columns, comments. Targets write through it. */

/** Longest line of generated code. */
export const columns = 100;

export class Writer {
  readonly #lines: string[] = [];
  #depth = 0;

  /** One line; it is broken after a comma or an operator where it is longer than {@link columns}. */
  line(text = ""): this {
    const indent = "  ".repeat(this.#depth);
    if (text === "") this.#lines.push("");
    else {
      const own = /^ */.exec(text)?.[0] ?? "";
      this.#lines.push(...breakLine(`${indent}${text}`, `${indent}${own}    `));
    }
    return this;
  }

  /** A line for C's preprocessor: it goes on behind a backslash where it is longer. */
  directive(text: string): this {
    const indent = "  ".repeat(this.#depth);
    const lines = breakLine(`${indent}${text}`, `${indent}    `, columns - 2);
    this.#lines.push(...lines.map((line, i) => (i < lines.length - 1 ? `${line} \\` : line)));
    return this;
  }

  /** `open`, the body one step further in, `close`. */
  block(open: string, body: () => void, close = "}"): this {
    return this.line(open).indent(body).line(close);
  }

  /** The body one step further in. */
  indent(body: () => void): this {
    this.#depth++;
    body();
    this.#depth--;
    return this;
  }

  /** Declarations of what `body` uses by name, and the body. @returns the names that it uses */
  using(
    declarations: readonly (readonly [name: string, line: string])[],
    body: () => void,
  ): string[] {
    const start = this.#lines.length;
    body();
    const lines = this.#lines.splice(start);
    const text = lines.filter((line) => !line.trimStart().startsWith("//")).join("\n");
    const used = declarations.filter(([name]) =>
      new RegExp(`(?<![\\w.>])${name}(?!\\w)`).test(text),
    );
    for (const [, line] of used) this.line(line);
    this.#lines.push(...lines);
    return used.map(([name]) => name);
  }

  /** `open items close` on one line where it fits, else an item a line, each with a comma behind it. */
  list(open: string, items: readonly string[], close: string, space = "", last = ","): this {
    const flat = `${open}${space}${items.join(", ")}${space}${close}`;
    if (flat.length + 2 * this.#depth <= columns) return this.line(flat);
    return this.block(
      open,
      () => {
        for (const [i, item] of items.entries())
          this.line(`${item}${i < items.length - 1 ? "," : last}`);
      },
      close,
    );
  }

  /** A documentation comment; long lines are wrapped. */
  doc(lines: readonly string[]): this {
    const indent = "  ".repeat(this.#depth);
    const room = columns - indent.length - 3;
    const wrapped = lines
      .flatMap((line) => wrapText(line, room))
      .map((line) => line.replaceAll("*/", "* /"));
    if (wrapped.length === 1 && wrapped[0].length <= room - 4) this.line(`/** ${wrapped[0]} */`);
    else {
      this.line("/**");
      for (const line of wrapped) this.#lines.push(`${indent} * ${line}`.trimEnd());
      this.line(" */");
    }
    return this;
  }

  /** Lines of `//`; long ones are wrapped. */
  note(lines: readonly string[]): this {
    const indent = "  ".repeat(this.#depth);
    const room = columns - indent.length - 3;
    for (const line of lines.flatMap((text) => wrapText(text, room)))
      this.#lines.push(`${indent}// ${line}`.trimEnd());
    return this;
  }

  /** Lines that another writer has made, at the depth of this one. */
  text(text: string): this {
    const indent = "  ".repeat(this.#depth);
    for (const line of text.replace(/\n$/, "").split("\n"))
      this.#lines.push(line === "" ? "" : `${indent}${line}`);
    return this;
  }

  /** Lines that fit, one step further in. */
  lines(lines: readonly string[]): this {
    const indent = "  ".repeat(this.#depth + 1);
    for (const line of lines) this.#lines.push(`${indent}${line}`);
    return this;
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

/** Breaks a line of code before the margin, where the language lets it go on and a reader would. */
function breakLine(text: string, indent: string, room = columns): string[] {
  if (text.length <= room) return [text];
  const at = breakPoint(text, indent.length, room);
  if (at < 0) return [text];
  return [
    text.slice(0, at).trimEnd(),
    ...breakLine(`${indent}${text.slice(at).trimStart()}`, indent, room),
  ];
}

/** How loosely a place holds its line together; a comma binds as loosely as a choice. */
const bindings: ReadonlyMap<string, number> = new Map([
  ["?", 0],
  [":", 0],
  ["||", 1],
  ["&&", 2],
  ["+", 3],
  ["-", 3],
  ["*", 4],
  ["/", 4],
]);

/** The last of the places outside the most brackets, before the operator that binds least. */
function breakPoint(text: string, least: number, room: number): number {
  let best = -1;
  let lowest = Number.POSITIVE_INFINITY;
  let depth = 0;
  let quoted: string | undefined;
  for (let i = 0; i < Math.min(text.length, room); i++) {
    const c = text[i];
    if (quoted) {
      if (c === quoted) quoted = undefined;
      continue;
    }
    if (c === '"' || c === "`") quoted = c;
    else if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
    const operator = / ([-+*/?:]|\|\||&&) $/.exec(text.slice(i - 3, i + 1))?.[1];
    if (i <= least || (c !== "," && operator === undefined)) continue;
    const at = c === "," ? i + 1 : text.lastIndexOf(" ", i - 1);
    const binding = 10 * depth + (operator === undefined ? 0 : (bindings.get(operator) ?? 0));
    // A break within the indentation would leave the line as long as it was.
    if (binding > lowest || text.slice(least, at).trim() === "") continue;
    lowest = binding;
    best = at;
  }
  return best;
}

/** The last space that is in no index, if there is one in the second half of the line. */
function cutPoint(text: string, least: number, room: number): number {
  const last = text.lastIndexOf(" ", room);
  let depth = 0;
  let best = -1;
  for (let i = 0; i <= last; i++) {
    if (text[i] === "[") depth++;
    else if (text[i] === "]") depth--;
    else if (text[i] === " " && depth === 0) best = i;
  }
  return best > Math.max(least, room / 2) ? best : last;
}

function wrapText(text: string, room: number): string[] {
  if (text.length <= room) return [text];
  const indent = `${/^\s*/.exec(text)?.[0] ?? ""}    `;
  const cut = cutPoint(text, indent.length, room);
  if (cut <= indent.length) return [text];
  return [
    text.slice(0, cut).trimEnd(),
    ...wrapText(`${indent}${text.slice(cut).trimStart()}`, room),
  ];
}
