/**
 * Packs the package, installs it into an empty project as a stranger would, compiles and trains models there: one of
 * its own, and what docs/models.md and docs/projects.md show.
 */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const project = mkdtempSync(path.join(tmpdir(), "adjoint-stranger-"));
const run = (command, args, cwd = project) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
/** Runs the type checker, whose complaints are on stdout. */
const check = (...args) => {
  const { status, stdout } = spawnSync("npx", ["tsc", ...args], { cwd: project, encoding: "utf8" });
  if (status !== 0) throw new Error(`tsc ${args.join(" ")}\n${stdout}`);
};
const write = (file, text) => writeFileSync(path.join(project, file), text);
/** The fenced blocks of a page in one language. */
const blocks = (page, language) =>
  [...readFileSync(page, "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text);

const [{ filename }] = JSON.parse(
  run("npm", ["pack", "--json", "--silent", "--pack-destination", project], process.cwd()),
);
write("package.json", JSON.stringify({ name: "stranger", private: true, type: "module" }));
run("npm", [
  "install",
  "--silent",
  "--no-fund",
  "--no-audit",
  `./${filename}`,
  "tsx@4",
  "typescript@7",
  "@types/node@20",
  "mnist@1",
]);

mkdirSync(path.join(project, "models"));
write(
  "models/line.ts",
  `import { fn, grad, mean, shared, vector } from "adjoint";

const x = vector("points");
const y = vector("points");
export const slope = shared(0);
export const offset = shared(0);
const cost = mean((x * slope + offset - y) ** 2);
export const train = fn([x, y], cost, {
  updates: [slope, offset].map((w) => [w, w - 0.1 * grad(cost, w)] as const),
});
`,
);
write(
  "program.ts",
  `import { pp, scalar } from "adjoint";
import { createLine } from "./generated/line/index.ts";

const line = createLine();
for (let i = 0; i < 500; i++) line.train([0, 1, 2], [1, 3, 5]);
const [slope = Number.NaN] = line.slope.get();
const [offset = Number.NaN] = line.offset.get();
if (!(Math.abs(slope - 2) < 1e-3 && Math.abs(offset - 1) < 1e-3)) throw new Error(\`\${slope} \${offset}\`);

// Native code is compiled here where there is a compiler, from the C that the package carries.
const native = await createLine({ target: "auto", onTarget: (target) => console.log("target", target) });
for (let i = 0; i < 500; i++) native.train([0, 1, 2], [1, 3, 5]);
const [same = Number.NaN] = native.slope.get();
if (!(Math.abs(same - slope) < 1e-5)) throw new Error(\`\${native.slope.get()}\`);
console.log("slope", slope.toFixed(3), "offset", offset.toFixed(3), typeof pp, typeof scalar);
`,
);
const [digits, program, momentum] = blocks("docs/models.md", "ts");
const [types, weights] = blocks("docs/projects.md", "ts");
write("models/digits.ts", digits);
write("digits.ts", program);
write("momentum.ts", momentum);
write("mnist.d.ts", types);
write("weights.ts", weights);
process.stdout.write(run("npx", ["adjoint", "codegen"]));
process.stdout.write(run("npx", ["adjoint", "codegen", "--check"]));
// What TypeScript itself proposes is stricter than what the page does.
run("npx", ["tsc", "--init"]);
check("--noEmit", "--allowImportingTsExtensions", "--types", "node");
const [config] = blocks("docs/projects.md", "json");
write("tsconfig.json", config);
check();
process.env.ADJOINT_CACHE = path.join(project, "cache");
const said = run("npx", ["tsx", "program.ts"]);
process.stdout.write(said);
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;
if (hasCompiler && !said.includes("target native")) throw new Error("native code did not run");
if (!hasCompiler) console.log("Native code was left out: there is no cc.");
if (run("npx", ["tsx", "weights.ts"]) !== "true\n") throw new Error("weights did not come back");
process.stdout.write(run("npx", ["tsx", "digits.ts"]));
rmSync(project, { recursive: true });
console.log("The packed package works in an empty project.");
