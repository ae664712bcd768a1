/** Lifting: plain programs behave as in JavaScript, symbols build expressions, names and places are kept. */

import vm from "node:vm";
import * as language from "adjoint";
import test from "ava";
import { ts } from "ts-morph";
import { createDispatch } from "../../compiler/frontend/dispatch.ts";
import { dispatchName, lift } from "../../compiler/frontend/lift.ts";
import { leaveScope } from "../../compiler/graph/context.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { pp } from "../../compiler/graph/print.ts";
import { randomProgram } from "../support/programs.ts";
import { plainPrograms } from "./plain-programs.ts";

interface Outcome {
  readonly log: readonly string[];
  readonly result: string;
}

function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return `function ${value.name}`;
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null) return `{${Object.keys(value).join(",")}}`;
  return String(value);
}

/** Runs a program, lifted or not, and notes everything that can be seen of it. */
function run(source: string, lifted: boolean): Outcome {
  const { transformer, sites } = lift("program.ts");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    ...(lifted ? { transformers: { before: [transformer] } } : {}),
  });
  const log: string[] = [];
  const exports: Record<string, unknown> = {};
  const note = <T>(value: T, what = ""): T => {
    log.push(`${what}${show(value)}`);
    return value;
  };
  try {
    const body = vm.compileFunction(outputText, ["exports", "require", "note", dispatchName]);
    body(exports, () => language, note, createDispatch(sites));
    const rest = Object.keys(exports).map((name) => `${name}: ${show(exports[name])}`);
    return { log, result: [show(exports.result), ...rest].join("; ") };
  } catch (error) {
    return {
      log,
      result: `threw ${error instanceof Error ? error.constructor.name : show(error)}`,
    };
  }
}

const count = Number(process.env.PROGRAMS ?? 1500);
const seed = Number(process.env.SEED ?? 7);

test(`${count} random programs do the same lifted and not lifted`, (t) => {
  let thrown = 0;
  for (let i = 0; i < count; i++) {
    const program = randomProgram(seed + i);
    const [plain, lifted] = [run(program, false), run(program, true)];
    if (plain.result.startsWith("threw")) thrown++;
    if (JSON.stringify(plain) !== JSON.stringify(lifted)) {
      return t.fail(
        `seed ${seed + i}\n${program}\nplain:  ${JSON.stringify(plain)}\nlifted: ${JSON.stringify(lifted)}`,
      );
    }
  }
  t.log(`${count} programs from seed ${seed}, ${thrown} of them throw`);
  t.true(thrown < count / 2);
});

const plainCases: [string, string][] = [
  ["string concatenation", `export const result = 1 + "2" + 3;`],
  ["BigInt steps", `let n = 5n; n++; n += 2n; export const result = [n++, n, -n, n ** 2n];`],
  ["postfix of a string", `let s = "5"; const old = s++; export const result = [old, s];`],
  ["postfix of undefined", `let u; const old = u++; export const result = [old, u];`],
  [
    "getters once",
    `let reads = 0; const o = { get x() { reads++; return 1; }, set x(v) {} }; o.x += 2; o["x"]++; export const result = reads;`,
  ],
  [
    "short circuits",
    `const f = () => { throw new Error(); }; export const result = [false && f(), true || f(), null ?? 3, 0 || "x"];`,
  ],
  [
    "private members",
    `class A { #n = 1; inc() { this.#n += 2; this.#n++; return this.#n; } } export const result = new A().inc();`,
  ],
  [
    "super members",
    `class A { x = 1; } class B extends A { get y() { return 2; } m() { super.z = 3; return super.z + this.y; } } export const result = new B().m();`,
  ],
  [
    "generators in conditions",
    `function* g() { const a = (yield 1) && (yield 2); return a ? yield 3 : 4; } const i = g(); export const result = [i.next().value, i.next(5).value, i.next(6).value, i.next(7).value];`,
  ],
  [
    "this in closures",
    `const o = { v: 3, f() { return [1].map(() => this.v > 2 ? this.v * 2 : 0)[0]; } }; export const result = o.f();`,
  ],
  [
    "arguments",
    `function f() { return arguments.length > 1 && arguments[1] + 1; } export const result = f(1, 2);`,
  ],
  [
    "names of functions",
    `const f = () => 1; const g = class {}; const o = { h: function () {} }; export const result = [f.name, g.name, o.h.name];`,
  ],
  [
    "constants stay constant",
    `const c = 1; try { c++; } catch (e) { note(e.constructor.name); } try { c += 1; } catch (e) { note(e.constructor.name); } export const result = c;`,
  ],
  [
    "logical assignment",
    `const o = { get a() { note("get"); return 0; }, set a(v) { note(v, "set "); } }; o.a ||= 5; o.a &&= 6; let n = null; n ??= 4; export const result = n;`,
  ],
  [
    "Math as a value",
    `const { max } = Math; export const result = [[1, 4].map(Math.sqrt), max(1, 2), Math.max(), Math.PI > 3, Math.hypot(3, 4)];`,
  ],
  ["a local Math", `const r = ((Math) => Math.x + 1)({ x: 1 }); export const result = r;`],
  [
    "valueOf order",
    `const v = (n) => ({ valueOf() { note(n); return n; } }); export const result = [v(1) + v(2) * v(3), v(4) < v(5)];`,
  ],
  [
    "key evaluated once",
    `let k = 0; const a = [1, 2]; a[k++] += 5; const o = {}; o[{ toString() { note("key"); return "p"; } }] ??= 1; export const result = [a, k, o];`,
  ],
  [
    "destructuring defaults",
    `const { a = 1 + 1, ...rest } = { b: 2 }; const [x = note(3), y] = [undefined, 4]; export const result = [a, rest, x, y];`,
  ],
  [
    "labels and loops",
    `let s = 0; outer: for (let i = 0; i < 5; i++) { for (const j of [1, 2]) { if (j * i > 4) break outer; s += i * j; } } export const result = s;`,
  ],
  [
    "tagged templates",
    "const tag = (s, ...v) => s.raw.join('|') + v.join(); export const result = tag`a${1 + 1}b`;",
  ],
  [
    "comma and void",
    `export const result = [(1, 2 + 3), void 0, typeof (1 + 1), !"", +"3", -"4"];`,
  ],
];
for (const [name, source] of [...plainCases, ...plainPrograms]) {
  test(`plain JavaScript: ${name}`, (t) => {
    t.deepEqual(run(source, true), run(source, false));
    t.false(run(source, true).result.startsWith("threw"), run(source, true).result);
  });
}

/** Exports of lifted code that imports from adjoint. */
function stage(source: string): Record<string, Node> {
  leaveScope(0);
  const { transformer, sites } = lift("models/m.ts");
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    transformers: { before: [transformer] },
  });
  const exports: Record<string, Node> = {};
  vm.compileFunction(outputText, ["exports", "require", dispatchName])(
    exports,
    () => language,
    createDispatch(sites),
  );
  return exports;
}

const symbolic: [string, string, string][] = [
  ["arithmetic", "-x + 2 * y / x - x % y", "-x + 2 * y / x - x % y"],
  ["power binds tighter", "(-x) ** 2 + x ** y", "(-x) ** 2 + x ** y"],
  ["comparison and choice", "x > 0 ? x : -x", "where(x > 0, x, -x)"],
  ["logic", "x > 0 && !(y === 1) || x !== y", "x > 0 && !(y === 1) || x !== y"],
  [
    "Math",
    "Math.exp(x) + Math.max(x, y, 1) + Math.abs(Math.tanh(y))",
    "exp(x) + maximum(maximum(x, y), 1) + abs(tanh(y))",
  ],
  ["plain condition", "1 > 2 ? x : y", "y"],
  ["nullish", "(undefined ?? x) + 1", "x + 1"],
  ["shape", "x + matrix('rows', 3).shape[1] + x?.shape.length", "x + 3 + 0"],
];
for (const [name, expression, expected] of symbolic) {
  test(`symbols: ${name}`, (t) => {
    const { e } = stage(
      `import { dscalar, matrix } from "adjoint"; const x = dscalar(), y = dscalar(); export const e = ${expression};`,
    );
    t.is(pp(e), expected);
  });
}

test("compound assignment and steps build expressions", (t) => {
  const { e } = stage(
    `import { dscalar } from "adjoint"; const x = dscalar(); let s = x; s += 1; s *= s; s++; const o = { v: s }; o.v -= x; export const e = o.v;`,
  );
  t.is(pp(e), "(x + 1) * (x + 1) + 1 - x");
});

test("names come from declarations, properties, fields and destructuring", (t) => {
  const out = stage(`
    import { dscalar, exp, shared, zeros, grad } from "adjoint";
    const x = dscalar();
    class Layer { W = shared(zeros(2)); constructor() { this.b = shared(zeros(3)); } }
    const hidden = new Layer(), output = new Layer();
    const [first, second] = [exp(x), x + 1];
    const { deep: { inner } } = { deep: { inner: x * 2 } };
    const layers = [1, 2].map(() => new Layer());
    export const list = [x, hidden.W, hidden.b, output.W, first, second, inner, layers[1].W];`) as unknown as {
    list: Node[];
  };
  const full = out.list.map((n) => [...(n.label?.scope ?? []), n.label?.name].join("."));
  t.deepEqual(full, [
    "x",
    "hidden.W",
    "hidden.b",
    "output.W",
    "first",
    "second",
    "deep.inner",
    "layers.1.W",
  ]);
});

test("places are those of the operators and calls", (t) => {
  const { e } = stage(
    `import { dscalar, exp } from "adjoint";\nconst x = dscalar();\nexport const e =\n  x + exp(x);`,
  );
  t.deepEqual(
    [e.site, e.inputs[1].site].map((s) => s && `${s.file}:${s.line}:${s.column}`),
    ["models/m.ts:4:3", "models/m.ts:4:7"],
  );
});
