/** The program of a page that the test opens: it trains in WebAssembly on one thread and on two, and reports. */

import { pool } from "../../compiler/targets/wasm/layout.ts";
import { createMlp, type Mlp } from "../../generated/mlp/index.ts";

/** What a page reports. */
export interface Report {
  readonly isIsolated: boolean;
  /** What was said on the console. */
  readonly said: readonly string[];
  /** How workers were started: by a file or by a blob. */
  readonly workers: readonly string[];
  /** How many of them work on the memory of a trainer. */
  readonly serving: number;
  /** Whether two threads came to the bits of one. */
  readonly hasSameBits: boolean;
  /** The largest difference from the reference target. */
  readonly difference: number;
  readonly error?: string;
}

const said: string[] = [];
console.info = (line: string) => void said.push(line);

const workers: string[] = [];
const memories = new Set<WebAssembly.Memory>();
const Plain = Worker;
globalThis.Worker = class extends Plain {
  constructor(url: string | URL, options?: WorkerOptions) {
    workers.push(String(url).startsWith("blob:") ? "blob" : "file");
    super(url, options);
  }
  override postMessage(handed: { memory: WebAssembly.Memory }): void {
    memories.add(handed.memory);
    super.postMessage(handed);
  }
};

const images = Float32Array.from({ length: 100 * 784 }, (_, i) => ((i * 7919) % 256) / 256);
const labels = Int32Array.from({ length: 100 }, (_, i) => (i * 31) % 10);

/** Weights after some steps. */
function trained(trainer: Mlp): Float32Array {
  trainer.trainX.set(images);
  trainer.trainY.set(labels);
  for (let step = 0; step < 5; step++) trainer.train(step);
  return trainer.hidden_W.get();
}

/** The same on two threads, after both have had time to begin. */
async function trainedByTwo(): Promise<Float32Array> {
  const trainer = await createMlp({ seed: 1, target: "wasm", threads: 2 });
  // A worker that has found nothing to do sleeps; one that is refused is given up before long.
  const end = performance.now() + (crossOriginIsolated ? 1500 : 0);
  while (performance.now() < end && servingNow() === 0) await pause(20);
  return trained(trainer);
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((done) => setTimeout(done, milliseconds));

const sleeping = pool.find(({ global }) => global === "pool.sleeping")?.address ?? 0;
function servingNow(): number {
  let count = 0;
  for (const memory of memories) count += Atomics.load(new Int32Array(memory.buffer), sleeping / 4);
  return count;
}

async function report(): Promise<Report> {
  const reference = trained(createMlp({ seed: 1, target: "typescript" }));
  const one = trained(await createMlp({ seed: 1, target: "wasm", threads: 1 }));
  const two = await trainedByTwo();
  await pause(100);
  return {
    isIsolated: crossOriginIsolated,
    said,
    workers,
    serving: servingNow(),
    hasSameBits: two.every((w, i) => w === one[i]),
    difference: one.reduce((most, w, i) => Math.max(most, Math.abs(w - reference[i])), 0),
  };
}

const found = await report().catch((error) => ({ error: String(error?.stack ?? error) }));
const next = await fetch("report", { method: "POST", body: JSON.stringify(found) });
location.href = await next.text();
