/** The gpu.js target on its own fallbacks: every op beside the interpreter, and programs with state. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { AdjointError } from "../../compiler/diagnostics/error.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { makeNode, type Node } from "../../compiler/graph/node.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { emitGpu } from "../../compiler/targets/gpu/index.ts";
import { gpuKernel } from "../../compiler/targets/gpu/kernel.ts";
import { close, functionOf, named, runInterpreter } from "../support/compile.ts";
import { gpuProgram } from "../support/gpu.ts";
import { Random } from "../support/random.ts";

test.serial("every op computes on the device what the interpreter computes", async (t) => {
  let checked = 0;
  const refused: string[] = [];
  for (const op of allOps.values()) {
    for (const [n, sample] of op.samples.entries()) {
      const random = new Random(500 + n);
      const single = (dtype = "float64") => (dtype === "float64" ? "float32" : dtype) as "float32";
      const inputs = sample.inputs.map(({ shape, dtype }) => symbol(single(dtype), shape));
      const attrs = Object.fromEntries(
        Object.entries(sample.attrs ?? {}).map(([k, v]) => [k, v === "float64" ? "float32" : v]),
      );
      const values = new Map(
        inputs.map((x, i): [Node, NDArray] => [x, random.sample(sample.inputs[i], x.type.dtype)]),
      );
      const fn = functionOf([makeNode(op, inputs, attrs)]);
      let program: Awaited<ReturnType<typeof gpuProgram>>;
      try {
        program = await gpuProgram([["f", fn]]);
      } catch (error) {
        if (!(error instanceof AdjointError) || error.code !== "ADJ5001") throw error;
        refused.push(`${op.name}: ${error.message}`);
        continue;
      }
      const args = fn.inputs.map((x) => {
        const { data } = values.get(x) as NDArray;
        return x.shape.length === 0
          ? data[0]
          : x.type.dtype === "float32"
            ? Float32Array.from(data)
            : Int32Array.from(data);
      });
      const [result] = (await program.call("f", args, {})) as [number | ArrayLike<number>];
      const actual = typeof result === "number" ? [result] : Array.from(result);
      const [expected] = runInterpreter(fn.outputs, values);
      t.true(
        close(actual.map(Number), expected, 2e-5, 1e-6),
        `${op.name}, sample ${n}: ${actual} and ${expected}`,
      );
      program.destroy();
      checked++;
    }
  }
  t.log(`${checked} kernels; refused: ${[...new Set(refused)].join("; ")}`);
  t.true(checked > 200);
});

test.serial("variables that swap, and outputs from before the call", async (t) => {
  const [a, b] = [named(l.shared(1), "a"), named(l.shared([[2, 3]]), "b")];
  const c = named(l.shared([[5, 6]]), "c");
  const swap = l.fn([], [b, c, a], {
    updates: [
      [b, c],
      [c, b],
      [a, l.add(a, 1)],
    ],
  });
  const program = await gpuProgram([["swap", swap]]);
  const first = (await program.call("swap", [], {})) as ArrayLike<number>[];
  t.deepEqual(
    first.map((x) => (typeof x === "number" ? x : Array.from(x))),
    [[2, 3], [5, 6], 1],
  );
  t.deepEqual(Array.from(await program.get("b")), [5, 6]);
  t.deepEqual(Array.from(await program.get("c")), [2, 3]);
  t.deepEqual(Array.from(await program.get("a")), [2]);
  program.destroy();
});

test.serial("named sizes: one code for any number of rows, a kernel for each", async (t) => {
  const x = named(l.matrix("rows", 3), "x");
  const program = await gpuProgram([["f", l.fn([x], [l.sum(x, 1), l.mean(x)])]]);
  for (const rows of [1, 2, 5, 2]) {
    const data = Float32Array.from({ length: rows * 3 }, (_, i) => i);
    const [sums, mean] = (await program.call("f", [data], { rows })) as [Float32Array, number];
    t.deepEqual(
      Array.from(sums),
      Array.from({ length: rows }, (_, i) => 9 * i + 3),
    );
    t.is(mean, (3 * rows - 1) / 2);
  }
  program.destroy();
});

test.serial("a loop of too many steps, and a scan, are refused by the op's name", (t) => {
  const emitted = (y: unknown): string =>
    emitGpu(compileModel("m", "models/m.ts", [["f", l.fn([x], y as l.Tensor)]]));
  const x = named(l.matrix(17, 17), "x");
  t.throws(() => emitted(l.cholesky(x)), {
    message: /cholesky: without loops, 17 steps would be as many copies/,
  });
  t.throws(() => emitted(l.inv(x)), { message: /inv: without loops, 17 steps/ });
  const [sums] = l.scan({
    fn: (row: l.Tensor, so: l.Tensor) => l.add(row, so),
    sequences: x,
    outputsInfo: l.zeros(17),
  });
  t.throws(() => emitted(sums), { message: /no loops over time, which scan needs/ });
  t.notThrows(() => emitted(l.det(l.at(x, l.span(0, 16), l.span(0, 16)))));
});

test.serial("what the device cannot do exactly is refused by name", (t) => {
  const x = named(l.imatrix(2, 2), "x");
  const model = compileModel("m", "models/m.ts", [["f", l.fn([x], l.mul(x, x))]]);
  const [{ program }] = model.functions;
  t.throws(() => gpuKernel(program.stages[0], program, () => "i"), {
    message: /holds integers as floats/,
  });
});
