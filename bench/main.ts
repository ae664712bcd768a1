/**
 * `npm run bench -- logistic [--quick] [--json FILE]`: training steps beside other systems, interleaved in
 * one run. A system counts only if its parameters after ten steps are ours. Timings are ratios within
 * this run: machines differ and are noisy.
 */

import { writeFileSync } from "node:fs";
import { loadMnist } from "adjoint/train";
import { cac } from "cac";
import { logisticPeers } from "./logistic.ts";
import type { Peer, PeerFactory, Workload } from "./peers.ts";

interface Result {
  readonly workload: string;
  readonly system: string;
  readonly threads: number;
  /** Median, and the quartiles around it. */
  readonly examplesPerSecond: number;
  readonly low: number;
  readonly high: number;
}

const peersOf: Readonly<Record<string, readonly PeerFactory[]>> = { logistic: logisticPeers };

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let most = 0;
  for (const [i, values] of a.entries())
    for (const [k, v] of values.entries()) most = Math.max(most, Math.abs(v - b[i][k]));
  return most;
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** Steps in turn, so that all systems meet the same disturbances. */
function measure(peers: readonly Peer[], workload: Workload, seconds: number): Result[] {
  const batches = Math.floor(workload.labels.length / workload.batch);
  const rates = new Map(peers.map((peer) => [peer, [] as number[]]));
  const end = performance.now() + 1000 * seconds;
  for (let round = 0; performance.now() < end; round++) {
    for (const peer of peers) {
      const start = performance.now();
      let steps = 0;
      do peer.step((round + steps++) % batches);
      while (performance.now() - start < 100);
      rates.get(peer)?.push((1000 * steps * workload.batch) / (performance.now() - start));
    }
  }
  return peers.map((peer) => {
    const sorted = (rates.get(peer) as number[]).sort((a, b) => a - b);
    return {
      workload: workload.name,
      system: peer.system,
      threads: 1,
      examplesPerSecond: Math.round(quantile(sorted, 0.5)),
      low: Math.round(quantile(sorted, 0.25)),
      high: Math.round(quantile(sorted, 0.75)),
    };
  });
}

async function bench(
  model: string,
  given: { quick?: boolean; json?: string; seconds?: string },
): Promise<void> {
  const factories = peersOf[model];
  if (!factories)
    throw new Error(`there is no workload ${model}; there are: ${Object.keys(peersOf).join(", ")}`);
  const { train } = loadMnist();
  const workload: Workload = {
    name: "W1",
    batch: 600,
    images: train.images.subarray(0, 6000 * 784),
    labels: train.labels.subarray(0, 6000),
    rate: 0.13,
  };
  const peers: Peer[] = [];
  for (const factory of factories) {
    try {
      peers.push(await factory.create(workload));
    } catch (error) {
      console.log(`skipped ${factory.system}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  for (const peer of peers) for (let i = 0; i < 10; i++) peer.step(i % 10);
  const [ours] = peers;
  const expected = await ours.parameters();
  const equal: Peer[] = [];
  for (const peer of peers) {
    const difference = largestDifference(expected, await peer.parameters());
    const same = difference < 1e-4;
    if (same) equal.push(peer);
    if (peer !== ours)
      console.log(
        `${peer.system}: parameters after 10 steps differ by at most ${difference.toExponential(1)}${same ? "" : " – refused"}`,
      );
    if (!same) process.exitCode = 1;
  }
  const results = measure(equal, workload, given.quick ? 1 : Number(given.seconds ?? 10));
  const slowest = Math.min(...results.map((r) => r.examplesPerSecond));
  console.log(`\n${workload.name}: logistic regression, batch ${workload.batch}, one thread`);
  console.log("system              examples/s   (quartiles)              ratio");
  for (const r of results) {
    const rate = r.examplesPerSecond.toLocaleString("en-US").padStart(10);
    const spread = `${r.low.toLocaleString("en-US")} – ${r.high.toLocaleString("en-US")}`.padEnd(
      24,
    );
    console.log(
      `${r.system.padEnd(18)} ${rate}   ${spread} ${(r.examplesPerSecond / slowest).toFixed(1)}`,
    );
  }
  if (given.json) writeFileSync(given.json, `${JSON.stringify(results, null, 2)}\n`);
  for (const peer of peers) peer.dispose();
}

const cli = cac("npm run bench --");
cli
  .command("<model>", "Measure a model's training step beside other systems: logistic")
  .option("--quick", "One second: proves that the work is equal, measures roughly")
  .option("--seconds <n>", "How long to measure (default 10)")
  .option("--json <file>", "Write the results as JSON")
  .action(bench);
cli.help();
try {
  cli.parse(process.argv, { run: false });
  if (cli.options.help !== true) await cli.runMatchedCommand();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
