/** Random plain-JavaScript programs: every construct that lifting touches, with its side effects noted. */

import { Random } from "./random.ts";

/** The source of a program that exports `result`. `note(v)` logs and returns its argument. */
export function randomProgram(seed: number): string {
  return new ProgramWriter(new Random(seed)).program();
}

const values = [
  "0",
  "1",
  "-1",
  "2.5",
  "NaN",
  "-0",
  "Infinity",
  '"a"',
  '""',
  '"7"',
  "true",
  "false",
  "null",
  "undefined",
  "3n",
  "10n",
  "[1, 2]",
  "{ valueOf() { return note(4); } }",
  '{ toString() { return note("t"); } }',
];
const binaries = [
  "+",
  "-",
  "*",
  "/",
  "%",
  "**",
  "<",
  "<=",
  ">",
  ">=",
  "==",
  "!=",
  "===",
  "!==",
  "&&",
  "||",
  "??",
  ",",
  "&",
  "|",
  "<<",
  "instanceof Object && ",
];
const compounds = ["+=", "-=", "*=", "/=", "%=", "**=", "&&=", "||=", "??=", "<<="];

class ProgramWriter {
  readonly #random: Random;
  readonly #names: string[] = [];
  #count = 0;
  #inGenerator = false;

  constructor(random: Random) {
    this.#random = random;
  }

  program(): string {
    const lines = [
      `let a = ${this.#value()}, b = ${this.#value()};`,
      "const o = { p: 1, get g() { return note(2); }, set g(v) { note(v); }, list: [1, 2, 3] };",
    ];
    this.#names.push("a", "b");
    for (let i = this.#random.int(3, 9); i > 0; i--) lines.push(this.#statement(2));
    lines.push(`export const result = [${[...this.#names, "o.p", "o.list"].join(", ")}];`);
    return lines.join("\n");
  }

  #value(): string {
    const value = this.#random.pick(values);
    return value.startsWith("{") ? `(${value})` : value;
  }

  #fresh(prefix: string): string {
    return `${prefix}${this.#count++}`;
  }

  #target(): string {
    return this.#random.pick([...this.#names, "o.p", "o.g", "o.list[1]", "o[note('p')]", "(o).p"]);
  }

  #expression(depth: number): string {
    if (depth <= 0)
      return this.#random.pick([
        ...this.#names,
        "o.p",
        "o.g",
        "o.list[0]",
        this.#value(),
        this.#value(),
      ]);
    const inner = (): string => this.#expression(depth - 1);
    switch (this.#random.int(0, 14)) {
      case 0:
      case 1:
      case 2: {
        const sign = this.#random.pick(binaries);
        return sign === "??"
          ? `((${inner()}) ?? (${inner()}))`
          : `((${inner()}) ${sign} (${inner()}))`;
      }
      case 3:
        return `((${inner()}) ? note(${inner()}) : (${inner()}))`;
      case 4:
        return this.#random.pick([
          `(-(${inner()}))`,
          `(!(${inner()}))`,
          `(+(${inner()}))`,
          `(typeof (${inner()}))`,
        ]);
      case 5:
        return `(${this.#target()} ${this.#random.pick(compounds)} (${inner()}))`;
      case 6:
        return this.#random.pick([
          `(${this.#target()}++)`,
          `(--${this.#target()})`,
          `(${this.#target()}--)`,
        ]);
      case 7:
        return `((x, y = ${inner()}) => ((x) + (y)))(${inner()})`;
      case 8:
        return `[${inner()}, ...[${inner()}]]`;
      case 9:
        return `\`\${${inner()}}-\${${inner()}}\``;
      case 10:
        return `Math.${this.#random.pick(["max", "min", "abs", "floor", "sqrt", "pow", "sign"])}(${inner()}, ${inner()})`;
      case 11:
        return `(o?.${this.#random.pick(["p", "missing"])} ?? (${inner()}))`;
      case 12:
        return this.#inGenerator ? `(yield ${inner()})` : `note(${inner()})`;
      default:
        return `({ k: ${inner()}, [${this.#random.pick(['"m"', "note('m')"])}]: ${inner()} }).k`;
    }
  }

  #block(depth: number): string {
    const names = this.#names.length;
    const body = Array.from({ length: this.#random.int(1, 3) }, () => this.#statement(depth)).join(
      " ",
    );
    this.#names.length = names;
    return `{ ${body} }`;
  }

  #statement(depth: number): string {
    const e = (): string => this.#expression(depth);
    if (depth <= 0) return `note(${e()});`;
    switch (this.#random.int(0, 13)) {
      case 0: {
        const initial = e();
        const name = this.#fresh("v");
        this.#names.push(name);
        return `let ${name} = ${initial};`;
      }
      case 1: {
        const initial = `[${e()}, ${e()}]`;
        const [x, y] = [this.#fresh("d"), this.#fresh("d")];
        const text = `let [${x}, ${y} = ${e()}] = ${initial};`;
        this.#names.push(x, y);
        return text;
      }
      case 2:
        return `if (${e()}) ${this.#block(depth - 1)} else ${this.#block(depth - 1)}`;
      case 3: {
        const i = this.#fresh("i");
        return `for (let ${i} = 0; ${i} < ${this.#random.int(1, 4)}; ${i}++) { note(${i}); ${this.#statement(depth - 1)} }`
          .replace(/let (v|d)\d+/g, "var $&")
          .replaceAll("var let", "var");
      }
      case 4:
        return `try { ${this.#expressionStatement(depth)} throw new RangeError("x"); } catch (error) { note(error instanceof RangeError); } finally { note("f"); }`;
      case 5: {
        const cls = this.#fresh("C");
        return `class ${cls} { #q = ${this.#expression(1)}; static s = ${this.#expression(1)}; r = this.#q; get v() { return note(this.#q); } set v(x) { this.#q = x; } m(k = ${this.#expression(1)}) { this.v += k; this.#q ||= 3; return this.r; } } note(new ${cls}().m(${this.#expression(1)})); note(${cls}.s);`;
      }
      case 6: {
        const g = this.#fresh("g");
        this.#inGenerator = true;
        const body = `${this.#expressionStatement(depth - 1)} return ${this.#expression(depth - 1)};`;
        this.#inGenerator = false;
        return `function* ${g}() { ${body} } { const it = ${g}(); note(it.next().value); note(it.next(${this.#expression(1)}).value); }`;
      }
      case 7:
        return `switch (${e()}) { case ${this.#value()}: note("c"); break; default: ${this.#expressionStatement(depth - 1)} }`;
      case 8: {
        const x = this.#fresh("x");
        return `for (const [${x}, z] of [[1, ${e()}], [2, 3]]) { note(${x} + z); }`;
      }
      case 9: {
        const n = this.#fresh("n");
        return `{ let ${n} = 3; while (${n}-- > 0) { note(${n}); } do { ${n}++; } while (${n} < 2); }`;
      }
      case 10: {
        const f = this.#fresh("f");
        return `const ${f} = function () { return arguments.length > 0 ? arguments[0] : this; }; note(typeof ${f}(${e()}));`;
      }
      default:
        return this.#expressionStatement(depth);
    }
  }

  #expressionStatement(depth: number): string {
    return `note(${this.#expression(depth)});`;
  }
}
