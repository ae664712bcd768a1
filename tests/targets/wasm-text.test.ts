/** What a reviewer of generated WebAssembly need not look for: locals and parameters that nothing reads, lines too long. */

import { readdirSync, readFileSync } from "node:fs";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { emitWasm } from "../../compiler/targets/wasm/index.ts";
import { functionOf } from "../support/compile.ts";
import { opTable } from "../support/op-table.ts";

/** The functions of a module as text, by name. */
function functionsIn(wat: string): Map<string, string> {
  const starts = [...wat.matchAll(/^ {2}\(func \$(\S+)/gm)];
  return new Map(
    starts.map((found, i) => [
      found[1],
      wat.slice(found.index, starts[i + 1]?.index ?? wat.length),
    ]),
  );
}

/** Locals and parameters that are declared and not read, locals that are declared twice. */
function unreadIn(wat: string): string[] {
  return [...functionsIn(wat)].flatMap(([name, text]) => {
    const code = text.replaceAll(/;;.*|\(;.*?;\)/g, "");
    const declared = [...code.matchAll(/\((?:param|local) \$(\S+)/g)].map((found) => found[1]);
    const read = new Set(
      [...code.matchAll(/\(local\.(?:get|tee) \$([^\s)]+)/g)].map((found) => found[1]),
    );
    const isTwice = (local: string, i: number): boolean => declared.indexOf(local) !== i;
    return declared
      .filter((local, i) => !read.has(local) || isTwice(local, i))
      .map((local) => `${name}: ${local}`);
  });
}

/** Tiles that are spelled out more than once: what differs between products is a parameter. */
const spelledOut = (wat: string): string[] =>
  [...functionsIn(wat)]
    .filter(([name, text]) => /\$sum11/.test(text) && !/^(tile|list_terms)_/.test(name))
    .map(([name]) => name);

const generated = new URL("../../generated/", import.meta.url);
const models = readdirSync(generated).filter((name) => !name.includes("."));

for (const model of models)
  test(`${model}: nothing is declared for nobody, tiles are shared, lines fit`, (t) => {
    const wat = readFileSync(new URL(`${model}/wasm.wat`, generated), "utf8");
    t.true(functionsIn(wat).size > 10);
    t.deepEqual(unreadIn(wat), []);
    t.deepEqual(spelledOut(wat), []);
    t.deepEqual(
      wat.split("\n").filter((line) => [...line].length > 100),
      [],
    );
  });

test("the checks see what is declared for nobody", (t) => {
  const wat =
    "  (func $f (param $a i32) (param $b i32)\n (local $c i32) ;; (local.get $b)\n (local.set $c (local.get $a)))";
  t.deepEqual(unreadIn(wat), ["f: b", "f: c"]);
});

for (const precision of ["float32", "float64"] as const)
  test(`every op: nothing is declared for nobody, ${precision}`, async (t) => {
    const functions = opTable(precision).map(
      ({ outputs }, i) => [`f${i}`, functionOf(outputs, `f${i}`)] as const,
    );
    const files = await emitWasm(compileModel("m", "models/m.ts", [...functions]));
    t.deepEqual(unreadIn(files.get("wasm.wat") as string), []);
  });
