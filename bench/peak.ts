/** What the machine can do at best, measured: the roof that our rates are held against. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import type { System } from "./systems.ts";

export interface Peaks {
  /** GFLOP/s of one thread of WebAssembly, and whether it has multiply-adds in one instruction. */
  readonly wasm?: { readonly rate: number; readonly isFused: boolean };
  /** GFLOP/s of one thread by the vectors that are used, the widest last; empty without a C compiler. */
  readonly native: ReadonlyMap<string, number>;
  /** GB/s of one thread. */
  readonly memory?: number;
}

/** A loop of multiply-adds on 12 vectors that do not wait for each other. */
function loopText(isFused: boolean): string {
  const sums = Array.from({ length: 12 }, (_, i) => `$sum${i}`);
  const step = (sum: string): string =>
    isFused
      ? `(local.set ${sum} (f32x4.relaxed_madd (local.get ${sum}) (local.get $a) (local.get $b)))`
      : `(local.set ${sum} (f32x4.add (f32x4.mul (local.get ${sum}) (local.get $a)) (local.get $b)))`;
  return `(module (func (export "run") (param $steps i32) (result f32)
    (local $a v128) (local $b v128) ${sums.map((sum) => `(local ${sum} v128)`).join(" ")}
    (local.set $a (f32x4.splat (f32.const 0.999)))
    (local.set $b (f32x4.splat (f32.const 0.001)))
    (loop $next
      ${sums.map(step).join("\n      ")}
      (br_if $next (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))
    (f32x4.extract_lane 0 ${sums.slice(1).reduce((all, sum) => `(f32x4.add ${all} (local.get ${sum}))`, `(local.get ${sums[0]})`)})))`;
}

/** The part of wabt that is used: it is a package of the peers, which need not be installed. */
type Wabt = () => Promise<{
  parseWat(
    name: string,
    text: string,
    features: Readonly<Record<string, boolean>>,
  ): { toBinary(options: object): { buffer: Uint8Array } };
}>;

async function wasmPeak(): Promise<Peaks["wasm"]> {
  let wabt: Wabt;
  try {
    wabt = createRequire(new URL("./peers/package.json", import.meta.url))("wabt") as Wabt;
  } catch {
    return undefined;
  }
  const { parseWat } = await wabt();
  // Node 20 has relaxed SIMD behind a flag; later ones do not know it any more.
  if (Number(process.versions.node.split(".")[0]) < 22)
    setFlagsFromString("--experimental-wasm-relaxed-simd");
  for (const isFused of [true, false]) {
    const features = { simd: true, relaxed_simd: true };
    const parsed = parseWat("peak.wat", loopText(isFused), features);
    const binary = Uint8Array.from(parsed.toBinary({}).buffer);
    if (!WebAssembly.validate(binary)) continue;
    const { instance } = await WebAssembly.instantiate(binary);
    const run = instance.exports.run as (steps: number) => number;
    const steps = 1 << 20;
    let best = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      const start = performance.now();
      run(steps);
      best = Math.max(best, (2 * 12 * 4 * steps) / (performance.now() - start) / 1e6);
    }
    return { rate: best, isFused };
  }
  return undefined;
}

function nativePeaks(): Record<string, number> {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-peak-"));
  try {
    const program = path.join(folder, "peak");
    const source = fileURLToPath(new URL("./peak.c", import.meta.url));
    const flags = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=fast"];
    // A compiler that does not know the flag for wide vectors does without it.
    for (const chosen of [flags, flags.filter((flag) => !flag.startsWith("-mprefer"))]) {
      if (spawnSync("cc", [...chosen, source, "-o", program]).status !== 0) continue;
      const { status, stdout } = spawnSync(program, { encoding: "utf8" });
      if (status === 0) return JSON.parse(stdout) as Record<string, number>;
    }
    return {};
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Measures for about two seconds. */
export async function measurePeaks(): Promise<Peaks> {
  const { memory, ...native } = nativePeaks();
  return { wasm: await wasmPeak(), native: new Map(Object.entries(native)), memory };
}

export function peaksLine({ wasm, native, memory }: Peaks): string {
  const parts = [...native].map(([name, rate]) => `${name} ${rate.toFixed(0)} GFLOP/s`);
  if (wasm)
    parts.unshift(
      `wasm 128-bit${wasm.isFused ? ", fused" : ", not fused"} ${wasm.rate.toFixed(0)} GFLOP/s`,
    );
  if (memory !== undefined) parts.push(`memory ${memory.toFixed(1)} GB/s`);
  return parts.length > 0 ? `One thread of this machine at best: ${parts.join("; ")}` : "";
}

/** The rate that a system of ours could reach with one thread, in GFLOP/s. */
function roofOf(system: System, { wasm, native }: Peaks): number | undefined {
  if (system.name === "adjoint-native" && native.size > 0) return Math.max(...native.values());
  return system.name === "adjoint-wasm" ? wasm?.rate : undefined;
}

/**
 * How near a system of ours is to what the machine can do: arithmetic at its peak, or every byte that
 * kernels touch from memory, whichever takes longer. Bytes that stay in a cache make it look further away.
 *
 * @param seconds of a step
 */
export function rooflineLine(
  system: System,
  peaks: Peaks,
  step: { readonly flops: number; readonly bytes: number },
  seconds: number,
  threads: number,
): string {
  const rate = step.flops / seconds / 1e9;
  const text = `  ${system.name}: ${rate.toPrecision(3)} GFLOP/s`;
  const roof = roofOf(system, peaks);
  if (roof === undefined) return text;
  const part = (time: number): string => `${((100 * time) / seconds).toFixed(0)} %`;
  const arithmetic = step.flops / (roof * threads * 1e9);
  const traffic = peaks.memory ? step.bytes / (peaks.memory * 1e9) : 0;
  return `${text}, ${part(arithmetic)} of the peak of its vectors; its bytes from memory would take ${part(traffic)} of its time`;
}
