/** Where native code is built: the cache, compilers that are missing or fail, several processes at once. */

import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { buildAddon } from "../../runtime/native/build.ts";
import { findCompiler } from "../../runtime/native/compiler.ts";
import { UnavailableError } from "../../runtime/unavailable.ts";
import { inEnvironment, missingCompiler } from "../support/native.ts";

const missing = missingCompiler();
const run = missing ? test.skip : test.serial;
if (missing) test(`skipped: ${missing}`, (t) => t.pass());

const entry = new URL("../../generated/logistic/index.ts", import.meta.url).href;
/** Creates trainers on a target, and prints the first number that `predict` gives for a blank image. */
const script = (target: string): string => `
  import { createLogistic } from ${JSON.stringify(entry)};
  for (let i = 0; i < 2; i++) {
    const trainer = await createLogistic({ target: ${JSON.stringify(target)} });
    console.log("digit", trainer.predict(new Float32Array(784))[0]);
  }`;
const command = (target: string): string[] => [
  ...["--import=tsx", "--conditions=source", "--input-type=module", "-e", script(target)],
];

function create(target: string, env: Readonly<Record<string, string | undefined>>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, command(target), {
    env: { ...process.env, CFLAGS: "-O0", ...env },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const folders: string[] = [];
function folder(name = "adjoint-cache-"): string {
  const made = mkdtempSync(path.join(tmpdir(), name));
  folders.push(made);
  return made;
}
test.after.always(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

run("built once, with a line that says so; a folder's name may have spaces", (t) => {
  const ADJOINT_CACHE = path.join(folder("adjoint cache "), "not there yet");
  const first = create("native", { ADJOINT_CACHE });
  t.is(first.stdout, "digit 0\ndigit 0\n");
  t.regex(first.stderr, /^Compiling logistic for this machine \(\w+\), once … [\d.]+ s\n$/);
  const again = create("native", { ADJOINT_CACHE });
  t.deepEqual(again, { ...first, stderr: "" });
  t.is(readdirSync(ADJOINT_CACHE).length, 1, "nothing is left behind");
  create("native", { ADJOINT_CACHE, CFLAGS: "-O0 -g" });
  t.is(readdirSync(ADJOINT_CACHE).length, 2, "other flags are another addon");
});

run("two processes at once do not disturb each other", async (t) => {
  const ADJOINT_CACHE = folder();
  const start = (): Promise<string> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, command("native"), {
        env: { ...process.env, CFLAGS: "-O0", ADJOINT_CACHE },
        stdio: ["ignore", "pipe", "ignore"],
      });
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
      });
      child.on("close", () => resolve(said));
    });
  t.deepEqual(await Promise.all([start(), start()]), Array(2).fill("digit 0\ndigit 0\n"));
  t.is(readdirSync(ADJOINT_CACHE).length, 1);
});

run("a cache that cannot be written: built for the process, with the reason", (t) => {
  // A file where the folder should be stops root as well.
  const parent = folder();
  const ADJOINT_CACHE = path.join(parent, "file", "cache");
  writeFileSync(path.join(parent, "file"), "");
  const { stdout, stderr } = create("native", { ADJOINT_CACHE });
  t.is(stdout, "digit 0\ndigit 0\n");
  t.regex(
    stderr,
    /^Compiling logistic .*, for this process only: .*cache is not writable \(\w+\) … /,
  );
  t.is(stderr.match(/Compiling/g)?.length, 1);
});

run("a file of the cache that is damaged is built anew", (t) => {
  const ADJOINT_CACHE = folder();
  create("native", { ADJOINT_CACHE });
  const [name] = readdirSync(ADJOINT_CACHE);
  const file = path.join(ADJOINT_CACHE, name);
  for (const text of ["", "no addon at all", "\x7fELF and no more"]) {
    writeFileSync(file, text);
    const { stdout, stderr } = create("native", { ADJOINT_CACHE });
    t.is(stdout, "digit 0\ndigit 0\n", text);
    t.regex(stderr, /^Compiling .*, anew, for the kept file is damaged … [\d.]+ s\n$/);
    t.is(create("native", { ADJOINT_CACHE }).stderr, "");
  }
  t.deepEqual(readdirSync(ADJOINT_CACHE), [name]);
});

run("a compiler that hangs is given up", async (t) => {
  const ADJOINT_CACHE = folder();
  const CC = path.join(ADJOINT_CACHE, "slow");
  const { command } = findCompiler();
  const last = `exec ${command.map((part) => `'${part}'`).join(" ")} "$@"`;
  writeFileSync(CC, `#!/bin/sh\ncase "$*" in *-shared*) sleep 30;; esac\n${last}\n`);
  chmodSync(CC, 0o755);
  const source = fileURLToPath(new URL("native.c", entry));
  await inEnvironment({ ADJOINT_CACHE, CC }, () =>
    t.throwsAsync(buildAddon(source, "logistic", { limit: 300 }), {
      instanceOf: UnavailableError,
      message: `${CC} did not come to an end in 0.3 s`,
    }),
  );
  t.deepEqual(readdirSync(ADJOINT_CACHE), ["slow"]);
});

run("$CC is a compiler, with arguments or not; one that is none is named", (t) => {
  const ADJOINT_CACHE = folder();
  const [compiler] = findCompiler().command;
  const spaced = path.join(folder("adjoint cc "), "my cc");
  writeFileSync(spaced, `#!/bin/sh\nexec ${compiler} "$@"\n`);
  chmodSync(spaced, 0o755);
  for (const CC of [`${compiler} -DUNUSED=1`, spaced])
    t.is(create("native", { ADJOINT_CACHE, CC }).stdout, "digit 0\ndigit 0\n", CC);
  const { status, stderr } = create("native", { CC: "/no/such/cc" });
  t.is(status, 1);
  t.regex(stderr, /UnavailableError: CC=\/no\/such\/cc is no C compiler that runs/);
});

run("a compiler that fails: its command and what it said; auto goes on without", (t) => {
  const env = { ADJOINT_CACHE: folder(), CFLAGS: "-O0 -include /no/such/header.h" };
  const { status, stderr } = create("native", env);
  t.is(status, 1);
  t.regex(stderr, /failed \(1\) to compile the native code:\n.*cc.* -O3 .*native\.c/);
  t.regex(stderr, /no\/such\/header\.h: No such file/);
  const auto = create("auto", env);
  t.regex(
    auto.stdout,
    /^Target (wasm|typescript); not native: \S+ failed \(1\) to compile the native code\n?/,
  );
  t.is(auto.stdout.match(/digit 0/g)?.length, 2);
});

test.serial("without a compiler, auto takes the next target and says why once", (t) => {
  const PATH = folder();
  for (const name of ["node", "npm"]) {
    const from = path.join(path.dirname(process.execPath), name);
    if (existsSync(from)) symlinkSync(from, path.join(PATH, name));
  }
  mkdirSync(path.join(PATH, "empty"));
  const env = { PATH, CC: undefined, ADJOINT_CACHE: path.join(PATH, "empty") };
  const auto = create("auto", env);
  t.is(auto.status, 0);
  t.regex(
    auto.stdout,
    /^Target (wasm|typescript); not native: native code needs a C compiler \(cc, gcc, clang\): .*install/,
  );
  t.is(auto.stdout.match(/Target/g)?.length, 1);
  t.is(auto.stdout.match(/digit 0/g)?.length, 2);
  t.is(auto.stderr, "");
  const native = create("native", env);
  t.is(native.status, 1);
  t.regex(
    native.stderr,
    /UnavailableError: native code needs a C compiler \(cc, gcc, clang\): .*install/,
  );
});
