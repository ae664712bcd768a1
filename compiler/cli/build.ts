/** From a model file to the texts of its generated files, in memory. */

import { compileModel } from "../compile.ts";
import type { AdjointError } from "../diagnostics/error.ts";
import { loadModel } from "../frontend/load.ts";
import { resetGraph } from "../graph/node.ts";
import { resetScalars } from "../kernels/scalar.ts";
import type { CompiledModel } from "../model.ts";
import { resetLeaves } from "../ops/leaf.ts";
import { resetStreams } from "../ops/streams.ts";
import { checkRewrite } from "../simplify/check.ts";
import type { Rule, Tier } from "../simplify/rule.ts";
import { rules as ownRules } from "../simplify/rules.ts";
import { type Rewrite, simplifyWith } from "../simplify/simplify.ts";
import { emitModel } from "../targets/index.ts";
import type { Instrument } from "../targets/typescript/instrument.ts";
import { codegenCommand } from "./project.ts";

export interface BuildOptions {
  /** The project's folder: file names in errors and in generated code are relative to it. */
  readonly root: string;
  /** Targets besides the reference. */
  readonly targets: readonly string[];
  /** A target that cannot do the model is left out, and named; otherwise it is a mistake. */
  readonly whereAble?: boolean;
  /** Tiers of rules that may be used; all when left out. */
  readonly tiers?: readonly Tier[];
  /** Rules besides the compiler's own; tests plant a wrong one. */
  readonly rules?: readonly Rule[];
  /** Evaluate both sides of every rewrite. */
  readonly debug?: boolean;
  /** What the reference target does besides computing. */
  readonly instrument?: Instrument;
}

export interface BuiltModel {
  readonly name: string;
  /** The model file, relative to the project. */
  readonly file: string;
  /** Local files that it was made from, relative to the project. */
  readonly inputs: readonly string[];
  /** Generated texts by their place under the output folder: `logistic/index.ts`. */
  readonly files: ReadonlyMap<string, string>;
  readonly model: CompiledModel;
  /** What the model asked to be warned of. */
  readonly warnings: readonly AdjointError[];
  /** Targets that cannot do the model, each with the reason: `gpu: the gpu target has no …`. */
  readonly leftOut?: readonly string[];
  /** Rewrites that were made while the model was read: spellings that `grad` recognised. */
  readonly recognised: readonly Rewrite[];
  /** Time that it took, in ms. */
  readonly time: number;
}

/** Reads and compiles one model. @throws what is wrong with it */
export type Build = (file: string, options: BuildOptions) => Promise<BuiltModel>;

let before: Promise<unknown> = Promise.resolve();

/** The compiler's own. The graph is one for the whole process, so builds wait for each other. */
export const buildModel: Build = (file, options) => {
  const built = before.then(() => buildAlone(file, options));
  before = built.catch(() => undefined);
  return built;
};

async function buildAlone(
  file: string,
  { root, targets, whereAble = false, tiers, rules, debug = false, instrument }: BuildOptions,
): Promise<BuiltModel> {
  const start = performance.now();
  resetGraph();
  resetLeaves();
  resetStreams();
  resetScalars();
  const check = debug ? { watch: checkRewrite } : {};
  const recognised: Rewrite[] = [];
  const watch = (rewrite: Rewrite): void => {
    recognised.push(rewrite);
    check.watch?.(rewrite);
  };
  const chosen = tiers ? { tiers } : {};
  try {
    simplifyWith({ ...chosen, watch });
    const loaded = await loadModel(file, { cwd: root });
    simplifyWith({ ...chosen, ...check });
    const model = compileModel(loaded.name, loaded.file, loaded.exports, {
      ...chosen,
      apart: instrument === "nan",
      command: codegenCommand(root, [loaded.file]),
      ...(rules ? { rules: [...rules, ...ownRules] } : {}),
    });
    const leftOut: string[] = [];
    const note = (target: string, { message, site }: AdjointError): void => {
      leftOut.push(`${target}: ${message}${site ? ` (${site.file}:${site.line})` : ""}`);
    };
    const texts = await emitModel(model, targets, instrument, whereAble ? note : undefined);
    const files = [...texts].map(([name, text]) => [`${loaded.name}/${name}`, text] as const);
    return {
      name: loaded.name,
      file: loaded.file,
      inputs: loaded.files,
      files: new Map(files),
      model,
      warnings: loaded.warnings,
      leftOut,
      recognised,
      time: performance.now() - start,
    };
  } finally {
    simplifyWith();
  }
}
