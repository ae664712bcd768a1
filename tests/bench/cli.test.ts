/** The command of the bench: its help and its exit codes. */

import { spawnSync } from "node:child_process";
import test from "ava";

const command = (file: string, ...given: string[]) =>
  spawnSync(process.execPath, ["--import=tsx", "--conditions=source", `bench/${file}`, ...given], {
    cwd: new URL("../..", import.meta.url).pathname,
    encoding: "utf8",
  });
const bench = (...given: string[]) => command("main.ts", ...given);

test("--help names workloads, options and exit codes", (t) => {
  const { status, stdout } = bench("--help");
  t.is(status, 0);
  for (const part of ["W3-500", "elman", "--quick", "--threads", "Exit codes", "pip install"])
    t.true(stdout.includes(part), part);
});

test("mistakes in the command end with 2 and say what there is", (t) => {
  for (const [given, said] of [
    [["W9"], /There is no workload W9; there are: W1, /],
    [["W1", "--systems", "numpyy"], /There is no system numpyy; there are: adjoint-typescript, /],
    [["W1", "--seconds=-1"], /--seconds takes a number above 0/],
    [["W1", "--nope"], /Unknown option --nope\.\n/],
    [["--hepl"], /Unknown option --hepl; did you mean --help\?/],
    [["W1", "--json", "no/such/folder/x.json"], /--json: there is no folder no\/such\/folder\n/],
  ] as const) {
    const { status, stderr } = bench(...given);
    t.is(status, 2, given.join(" "));
    t.regex(stderr, said);
  }
});

for (const [file, name] of [
  ["threads.ts", "lenet500"],
  ["named.ts", "elman"],
]) {
  test(`${file} has a help, and says what it does not know`, (t) => {
    const { status, stdout } = command(file, "--help");
    t.is(status, 0);
    for (const part of [name, "--target", "--seconds"]) t.true(stdout.includes(part), part);
    for (const [given, said] of [
      [["nope"], /There is no \w+ nope; there are: .*elman/],
      [["--target", "gpu"], /--target is one of native, wasm/],
      [["--seconds", "0"], /--seconds takes a number above 0/],
      [["--wasm"], /Unknown option --wasm/],
    ] as const) {
      const { status, stderr } = command(file, ...given);
      t.is(status, 2, given.join(" "));
      t.regex(stderr, said);
    }
  });
}
