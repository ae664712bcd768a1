/** Line breaks of generated code: where a reader would put them. */

import test from "ava";
import { columns, Writer } from "../../compiler/targets/writer.ts";

const lines = (text: string): string[] => new Writer().line(text).toString().trimEnd().split("\n");
const long = (name: string): string => `${name}_with_a_name_that_takes_much_of_a_line[i * 10 + j]`;

test("a line is broken outside brackets, before the operator that binds least", (t) => {
  t.deepEqual(lines(`cost_sum += ${long("a")} * ${long("b")} - ${long("c")};`), [
    `cost_sum += ${long("a")}`,
    `    * ${long("b")}`,
    `    - ${long("c")};`,
  ]);
  t.deepEqual(lines(`y[i] = ${long("a")} * Math.exp(x[i] - m) + ${long("b")} * b;`), [
    `y[i] = ${long("a")} * Math.exp(x[i] - m)`,
    `    + ${long("b")} * b;`,
  ]);
  t.deepEqual(lines(`if (${long("a")} > a_max || (${long("a")} !== a && a_max === a_max)) {`), [
    `if (${long("a")} > a_max`,
    `    || (${long("a")} !== a && a_max === a_max)) {`,
  ]);
});

test("brackets are broken where nothing else can be, strings never", (t) => {
  const call = `const y = erf(${long("a")} + ${long("b")});`;
  t.deepEqual(lines(call), [`const y = erf(${long("a")}`, `    + ${long("b")});`]);
  const text = `throw new Error("${"word - ".repeat(20)}");`;
  t.deepEqual(lines(text), [text]);
});

test("lines that go on keep the indentation of the text", (t) => {
  const [first, second] = lines(`  y = ${long("a")} + ${long("b")};`);
  t.true(first.startsWith("  y") && second.startsWith("      + "));
  t.true(Math.max(first.length, second.length) <= columns);
});
