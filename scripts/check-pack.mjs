/** Packs the package, installs it into an empty project as a stranger would, compiles and trains a model there. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const project = mkdtempSync(path.join(tmpdir(), "adjoint-stranger-"));
const run = (command, args, cwd = project) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const [{ filename }] = JSON.parse(
  run("npm", ["pack", "--json", "--silent", "--pack-destination", project], process.cwd()),
);
writeFileSync(
  path.join(project, "package.json"),
  JSON.stringify({ name: "stranger", private: true, type: "module" }),
);
run("npm", [
  "install",
  "--silent",
  "--no-fund",
  "--no-audit",
  `./${filename}`,
  "tsx@4",
  "typescript@7",
  "@types/node@20",
]);

mkdirSync(path.join(project, "models"));
writeFileSync(
  path.join(project, "models", "line.ts"),
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
writeFileSync(
  path.join(project, "program.ts"),
  `import { pp, scalar } from "adjoint";
import { createLine } from "./generated/line/index.ts";

const line = createLine();
for (let i = 0; i < 500; i++) line.train([0, 1, 2], [1, 3, 5]);
const [slope, offset] = [line.slope.get()[0], line.offset.get()[0]];
if (Math.abs(slope - 2) > 1e-3 || Math.abs(offset - 1) > 1e-3) throw new Error(\`\${slope} \${offset}\`);

// Native code is compiled here where there is a compiler, from the C that the package carries.
const native = await createLine({ target: "auto", onTarget: (target) => console.log("target", target) });
for (let i = 0; i < 500; i++) native.train([0, 1, 2], [1, 3, 5]);
if (Math.abs(native.slope.get()[0] - slope) > 1e-5) throw new Error(\`\${native.slope.get()}\`);
console.log("slope", slope.toFixed(3), "offset", offset.toFixed(3), typeof pp, typeof scalar);
`,
);
writeFileSync(
  path.join(project, "tsconfig.json"),
  JSON.stringify({
    compilerOptions: {
      module: "nodenext",
      target: "es2022",
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      types: ["node"],
      lib: ["es2023", "dom"],
    },
    include: ["models", "generated", "program.ts"],
  }),
);
process.stdout.write(run("npx", ["adjoint", "codegen"]));
process.stdout.write(run("npx", ["adjoint", "codegen", "--check"]));
run("npx", ["tsc"]);
process.env.ADJOINT_CACHE = path.join(project, "cache");
const said = run("npx", ["tsx", "program.ts"]);
process.stdout.write(said);
const hasCompiler = spawnSync("cc", ["--version"]).status === 0;
if (hasCompiler && !said.includes("target native")) throw new Error("native code did not run");
if (!hasCompiler) console.log("Native code was left out: there is no cc.");
rmSync(project, { recursive: true });
console.log("The packed package works in an empty project.");
