/**
 * The types of generated files. `typescript.ts` tells the type checker of a project to leave it alone; here it is
 * checked without that line, and the other files with it under every flag that a project may set.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { buildModel } from "../../compiler/cli/build.ts";
import type { Instrument } from "../../compiler/targets/typescript/instrument.ts";

const tsc = createRequire(import.meta.url).resolve("typescript/package.json");

/** What `tsc --init` sets, and flags that it leaves to the project. */
const strictest = {
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitReturns: true,
  noUncheckedSideEffectImports: true,
  isolatedModules: true,
  moduleDetection: "force",
};

/** Loops, choices, draws, named and found sizes, scatters, integers and truth values. */
const various = `import {
  at, bvector, cumsum, dot, fn, grad, ifelse, ivector, lscalar, matrix, maxPool2d, mean, randomStream, scalar,
  scan, shared, sort, sum, tanh, tensor4, vector, where, zeros,
} from "adjoint";
const rng = randomStream(7);
const xs = matrix("steps", 3);
export const U = shared(zeros(3, 4));
export const W = shared(zeros(4, 4));
const [h] = scan({ fn: (x: number, h: number) => tanh(dot(x, U) + dot(h, W)), sequences: xs, outputsInfo: zeros(4) });
const cost = mean((h + rng.normal(h)) ** 2);
export const train = fn([xs], cost, { updates: [U, W].map((w) => [w, w - 0.1 * grad(cost, w)] as const) });
const v = vector("n");
const which = ivector("m");
const truths = bvector("n");
export const several = fn([v, which, truths], {
  sorted: sort(v), sums: cumsum(v), picked: at(v, which), gradient: grad(sum(at(v, which) ** 2), v),
  kept: where(truths, v, 0), is: v > 0,
});
const c = scalar();
export const chosen = fn([c, v], ifelse(c > 0, sum(v), mean(v)));
const images = tensor4("rows", 1, 8, 8);
export const pooled = fn([images], maxPool2d(images, 2));
const steps = lscalar();
const [powers] = scan({ fn: (y: number) => ({ outputs: y * c, until: y > 100 }), outputsInfo: 1, nSteps: 20 });
export const power = fn([steps, c], [powers, steps * 2]);
`;

const folder = (t: ExecutionContext): string => {
  mkdirSync("report", { recursive: true });
  const root = mkdtempSync(path.resolve("report/test-"));
  t.teardown(() => rmSync(root, { recursive: true }));
  return root;
};

/** Files of generated/, and of models that the repository does not keep the code of. */
async function generated(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const file of readdirSync("generated", { recursive: true, encoding: "utf8" }))
    if (file.endsWith(".ts")) files.set(file, readFileSync(path.join("generated", file), "utf8"));
  const build = async (model: string, as: string, instrument?: Instrument): Promise<void> => {
    const targets = instrument ? [] : ["gpu", "wasm", "native"];
    const options = { targets, whereAble: true, ...(instrument && { instrument }) };
    const built = await buildModel(model, { root, ...options });
    for (const [file, text] of built.files)
      if (file.endsWith(".ts")) files.set(`${as}/${path.basename(file)}`, text);
  };
  mkdirSync(path.join(root, "models"));
  writeFileSync(path.join(root, "models/various.ts"), various);
  const [digits] = [
    ...readFileSync("docs/models.md", "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm),
  ];
  writeFileSync(path.join(root, "models/digits.ts"), digits[1]);
  for (const name of ["various", "digits"]) {
    await build(`models/${name}.ts`, name);
    for (const instrument of ["nan", "profile"] as const)
      await build(`models/${name}.ts`, `${name}-${instrument}`, instrument);
  }
  return files;
}

/** What the type checker says of files of a folder, not of what they import. */
function complaints(root: string, compilerOptions: object): string[] {
  const config = { extends: path.resolve("tsconfig.json"), compilerOptions, include: ["code"] };
  writeFileSync(path.join(root, "tsconfig.json"), JSON.stringify(config));
  try {
    execFileSync(
      process.execPath,
      [path.resolve(tsc, "../bin/tsc"), "-p", root, "--pretty", "false"],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    return [];
  } catch (error) {
    const said = (error as { stdout: string }).stdout.split("\n");
    return said.filter((line) => line.startsWith("code/") || /^error/.test(line));
  }
}

test("generated files have no type errors, whatever flags a project sets", async (t) => {
  const root = folder(t);
  const files = await generated(root);
  const write = (textOf: (text: string) => string): void => {
    for (const [file, text] of files) {
      const place = path.join(root, "code", file);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, textOf(text));
    }
  };
  write((text) => text);
  t.deepEqual(complaints(root, strictest), []);
  const line = /^\/\/ @ts-nocheck: .*\n/m;
  for (const [file, text] of files) t.is(line.test(text), file.endsWith("/typescript.ts"), file);
  write((text) => text.replace(line, ""));
  t.deepEqual(complaints(root, {}), []);
  t.true(complaints(root, strictest).length > 100, "without the line there is what it is for");
});
