/** A workload from start to end, on systems that are programs of a few lines. */

import test from "ava";
import { run } from "../../bench/run.ts";
import type { System } from "../../bench/systems.ts";
import type { Workload } from "../../bench/workload.ts";

/** A system whose only parameter is a number to which each step adds `gain`; it obeys the protocol. */
const system = (name: string, gain: number, first = "undefined"): System => ({
  name,
  isOurs: false,
  command: process.execPath,
  arguments: [
    "-e",
    `let w = 0;
    const answers = {
      load: () => (${first} ?? { version: "1", threads: 1, seconds: 0 }),
      run: ({ steps }) => { w += ${gain} * steps; return { seconds: 0.05, cpuSeconds: 0.05, cost: 1 }; },
      parameters: ({ folder }) => {
        require("fs").writeFileSync(folder + "/w", Float32Array.of(w));
        return { written: 1 };
      },
      memory: () => ({ before: 0, now: 1 }),
    };
    require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const request = JSON.parse(line);
      console.log(JSON.stringify(answers[request.command](request)));
    });`,
  ],
});

const workload: Workload = {
  name: "W1",
  title: "a number",
  kind: "logistic",
  batch: 10,
  batches: 3,
  rate: 1,
  model: "none",
  data: {},
  parameters: { w: { shape: [1], values: Float32Array.of(0) } },
};

async function outcome(...systems: readonly System[]) {
  const lines: string[] = [];
  const options = { threads: 1, seconds: 0.01, turns: 2, patience: 60 };
  const result = await run(workload, systems, { ...options, log: (line) => void lines.push(line) });
  return { ...result, said: lines.join("\n") };
}

test("systems that did the same work are measured", async (t) => {
  const { rows, hasFailed } = await outcome(system("one", 0.01), system("two", 0.01));
  t.false(hasFailed);
  t.deepEqual(
    rows.map((row) => row.system.name),
    ["one", "two"],
  );
  for (const { rates } of rows) {
    t.true(rates.turns >= 2);
    t.true(rates.median >= 10 / 0.05);
    t.is(rates.cores, 1);
  }
});

test("a system that did other work has no row, and that is a failure", async (t) => {
  const { rows, hasFailed, said } = await outcome(system("one", 0.01), system("lazy", 0));
  t.true(hasFailed);
  t.is(rows.length, 1);
  t.regex(said, /refused lazy: not the work of one: w differs by 1\.0e-1/);
});

test("a system that is not there is left out by name, and that is none", async (t) => {
  const absent = { ...system("absent", 0), command: "/nowhere/python" };
  const declined = system("declined", 0, '{ skipped: "it has no convolution" }');
  const { rows, hasFailed, said } = await outcome(system("one", 0.01), absent, declined);
  t.false(hasFailed);
  t.is(rows.length, 1);
  t.regex(said, /skipped absent: there is no \/nowhere\/python/);
  t.regex(said, /skipped declined: it has no convolution/);
});

test("a system that breaks down is a failure, with what it said", async (t) => {
  const broken = {
    ...system("broken", 0),
    arguments: ["-e", "console.error('no!'); process.exit(3)"],
  };
  const { rows, hasFailed, said } = await outcome(system("one", 0.01), broken);
  t.true(hasFailed);
  t.is(rows.length, 1);
  t.regex(said, /failed broken: /);
  t.regex(said, /no!/);
});
