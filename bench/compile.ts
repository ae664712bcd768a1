/** Our side of the bench: models are compiled into a folder of their own, and the trainers' sizes measured. */

import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { codegen } from "../compiler/cli/codegen.ts";
import { costsOf } from "../compiler/kernels/cost.ts";
import { targetNames } from "../compiler/targets/names.ts";
import { generated, root } from "./folders.ts";

export interface Compiled {
  /** Milliseconds from the model file to the text of all targets. */
  readonly time: number;
  /** Floating-point operations of a training step, and bytes that its kernels touch. */
  readonly flops: number;
  readonly bytes: number;
  /** Bytes of trainer and runtime as a browser loads them, minified and gzipped. */
  readonly size: number;
}

/** Compiles a model of `bench/models` for all targets that run on the CPU. @throws its errors as the compiler shows them */
export async function compile(model: string): Promise<Compiled> {
  const said: string[] = [];
  const output = { log: () => {}, error: (text: string) => void said.push(text), colour: false };
  const options = {
    check: false,
    out: path.relative(root, generated),
    targets: targetNames.filter((name) => name !== "gpu"),
    dump: undefined,
    cwd: root,
  };
  const { built } = await codegen([`bench/models/${model}.ts`], options, output);
  if (built.length === 0) throw new Error(said.join("\n").trim());
  const [{ time, model: compiled }] = built;
  const train = compiled.functions.find((fn) => fn.program.name === "train");
  const costs = train ? costsOf(train.calls) : [];
  return {
    time,
    flops: costs.reduce((sum, cost) => sum + cost.runs * cost.flops, 0),
    bytes: costs.reduce((sum, cost) => sum + cost.runs * cost.bytes, 0),
    size: await sizeOf(path.join(generated, model, "index.ts")),
  };
}

async function sizeOf(entry: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    splitting: true,
    outdir: "out",
    platform: "browser",
    conditions: ["source"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
}
