/** The systems that are measured, and how the process of each is started. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { targetNames } from "../compiler/targets/names.ts";
import { peers } from "./folders.ts";
import type { Kind } from "./workload.ts";

export interface System {
  readonly name: string;
  readonly isOurs: boolean;
  /** Compiles for long before its first step: a quick run leaves it out. */
  readonly isSlowToStart?: boolean;
  /** What a step takes seconds of: a quick run leaves these out. */
  readonly slow?: readonly Kind[];
  readonly command: string;
  readonly arguments: readonly string[];
}

/** Relaxed SIMD is behind a flag in Node 20, and on its own where the flag is gone. */
const relaxedSimd = "--experimental-wasm-relaxed-simd";
const major = Number(process.versions.node.split(".")[0]);
const nodeFlags = major < 22 ? [relaxedSimd] : [];

/** Python of the environment that is active, of the project's, or of the machine. */
export function findPython(): string | undefined {
  const folders = [process.env.VIRTUAL_ENV, path.join(peers, ".venv")];
  const candidates = [
    process.env.PYTHON,
    ...folders.map((folder) => folder && path.join(folder, "bin", "python3")),
    "python3",
  ];
  return candidates.find(
    (python) =>
      python &&
      (python === "python3" || existsSync(python)) &&
      spawnSync(python, ["--version"]).status === 0,
  );
}

const inNode = (name: string, isOurs = false, slow: readonly Kind[] = []): System => ({
  name,
  isOurs,
  slow,
  command: process.execPath,
  arguments: [
    ...nodeFlags,
    "--import=tsx",
    "--conditions=source",
    path.join(peers, "host.ts"),
    name,
  ],
});

const inPython = (name: string, isSlowToStart = false): System => ({
  name,
  isOurs: false,
  isSlowToStart,
  command: findPython() ?? "python3",
  arguments: ["-u", path.join(peers, "peers.py"), name],
});

/** Ours first: the others' parameters are compared with those of the reference target. gpu is not for the CPU. */
export function systems(): readonly System[] {
  return [
    ...targetNames
      .filter((target) => target !== "gpu")
      .map((target) => inNode(`adjoint-${target}`, true)),
    inNode("tfjs-cpu", false, ["lenet"]),
    inNode("tfjs-wasm"),
    inNode("jax-js-wasm", false, ["lenet", "elman"]),
    inNode("onnxruntime-node"),
    inPython("numpy"),
    inPython("torch-eager"),
    inPython("torch-fused"),
    inPython("torch-compile", true),
    inPython("jax"),
  ];
}

/** The environment of a system's process: so many threads, and no settings of BLAS that a machine came with. */
export function environment(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, OPENBLAS_VERBOSE, ...inherited } = process.env;
  const count = String(threads);
  return {
    ...inherited,
    OMP_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    VECLIB_MAXIMUM_THREADS: count,
    // XLA's pool of threads on the CPU.
    NPROC: count,
    PJRT_NPROC: count,
    JAX_PLATFORMS: "cpu",
    PYTHONDONTWRITEBYTECODE: "1",
  };
}
