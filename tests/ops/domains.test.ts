/**
 * Every op over the whole of its domain: each dtype, axes of length 0 and 1, broadcasting, values that are
 * not finite. Generated code computes what the interpreter does; what is left out says why.
 */

import test from "ava";
import { AdjointError } from "../../compiler/diagnostics/error.ts";
import { gradients } from "../../compiler/gradient/grad.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import { makeNode, type Node } from "../../compiler/graph/node.ts";
import type { DType } from "../../compiler/graph/types.ts";
import { allOps } from "../../compiler/ops/index.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import type { AnyOp, Domain, Sample, SampleInput } from "../../compiler/ops/op.ts";
import { sum } from "../../compiler/ops/reduction.ts";
import { type Case, close, runAllGenerated, runInterpreter } from "../support/compile.ts";
import { Random } from "../support/random.ts";

const seed = Number(process.env.SEED ?? 1);
const ops = [...allOps.values()].filter((op) => op.samples.length > 0);

interface Titled extends Case {
  readonly title: string;
}

const isReal = ({ dtype = "float64" }: SampleInput): boolean => dtype === "float64";

/** A sample as a case; undefined operands are drawn. */
function caseOf(
  op: AnyOp,
  { inputs, attrs = {} }: Sample,
  title: string,
  draw: (input: SampleInput, i: number) => NDArray | undefined = () => undefined,
): Titled {
  const random = new Random(seed + 900);
  const symbols = inputs.map(({ shape, dtype = "float64" }) => symbol(dtype, shape));
  const bindings = new Map(
    symbols.map((x, i): [Node, NDArray] => [
      x,
      draw(inputs[i], i) ?? random.sample(inputs[i], x.type.dtype),
    ]),
  );
  return { outputs: [makeNode(op, symbols, attrs)], bindings, title: `${op.name}, ${title}` };
}

/** What differs between generated code and the interpreter, one message a case. */
async function differences(cases: readonly Titled[]): Promise<string[]> {
  const found: string[] = [];
  for (let from = 0; from < cases.length; from += 100) {
    const some = cases.slice(from, from + 100);
    const generated = await runAllGenerated(some);
    for (const [i, { outputs, bindings, title }] of some.entries()) {
      const [expected] = runInterpreter(outputs, bindings);
      const isSingle = outputs[0].type.dtype !== "float64";
      if (!close(generated[i][0], expected, isSingle ? 1e-6 : 1e-9))
        found.push(`${title}: ${generated[i][0]} and ${expected}`);
    }
  }
  return found;
}

const byDomain: Readonly<Record<Domain, readonly DType[]>> = {
  number: ["float32", "float64", "int32"],
  float: ["float32", "float64"],
  bool: ["bool"],
  comparison: ["float32", "float64", "int32", "bool"],
  any: ["float32", "float64", "int32", "bool"],
};

/** The dtypes that an op's real operands may have. */
function dtypesOf(op: AnyOp): readonly DType[] {
  if (op.domain) return byDomain[op.domain];
  return op.movement ? byDomain.any : byDomain.float;
}

test("each dtype that an op's domain admits", async (t) => {
  const cases: Titled[] = [];
  for (const op of ops) {
    for (const dtype of dtypesOf(op)) {
      for (const [n, sample] of op.samples.entries()) {
        const isFloat = dtype.startsWith("float");
        const inputs = sample.inputs.map((input): SampleInput => {
          if (!isReal(input)) return input;
          // Divisors and exponents of whole numbers are positive.
          return isFloat
            ? { ...input, dtype }
            : { shape: input.shape, dtype, domain: dtype === "bool" ? [0, 2] : [1, 4] };
        });
        const attrs = Object.fromEntries(
          Object.entries(sample.attrs ?? {}).map(([k, v]) => [
            k,
            v === "float64" && isFloat ? dtype : v,
          ]),
        );
        cases.push(caseOf(op, { inputs, attrs }, `sample ${n} in ${dtype}`));
      }
    }
  }
  t.deepEqual(await differences(cases), []);
  t.log(`${cases.length} kernels of ${ops.length} ops`);
  t.true(cases.length > 700);
});

test("axes of length 0 and 1", async (t) => {
  const cases: Titled[] = [];
  let written = 0;
  let refused = 0;
  for (const op of ops) {
    const before = cases.length;
    for (const [n, sample] of (op.edges ?? []).entries()) {
      cases.push(caseOf(op, sample, `edge ${n}`));
      written++;
    }
    for (const [n, sample] of op.edges ? [] : op.samples.entries()) {
      const lengths = new Set(sample.inputs.flatMap((input) => input.shape));
      for (const length of lengths) {
        for (const to of [0, 1]) {
          if (length === to) continue;
          const inputs = sample.inputs.map((input) => ({
            ...input,
            shape: input.shape.map((d) => (d === length ? to : d)),
          }));
          try {
            cases.push(caseOf(op, { ...sample, inputs }, `sample ${n}, ${length} → ${to}`));
          } catch (error) {
            if (!(error instanceof AdjointError)) throw error;
            refused++; // Other operands had that length by chance.
          }
        }
      }
    }
    t.true(
      cases.length > before,
      `${op.name} has no operands with axes, and no edges in its record`,
    );
  }
  t.deepEqual(await differences(cases), []);
  t.log(
    `${cases.length} kernels of ${ops.length} ops, ${written} of them written in records; ${refused} refused by the shape rule`,
  );
  t.true(cases.length > 900);
});

test("broadcasting of elementwise ops, and gradients in the operands' shapes", async (t) => {
  const shapes = [
    [[2, 1], [1, 3], [3], [2, 3]],
    [[], [2, 3], [2, 1], [1]],
    [[3], [], [4, 1, 3], [1, 1]],
    [[1, 1], [2], [], [2]],
  ];
  const cases: Titled[] = [];
  let gradientsMade = 0;
  for (const op of ops) {
    const [sample] = op.samples;
    const arity = sample.inputs.length;
    if (!op.elementwise || arity < 2) continue;
    for (const [n, list] of shapes.entries()) {
      const inputs = sample.inputs.map((input, i) => ({ ...input, shape: list[i] }));
      const made = caseOf(op, { ...sample, inputs }, `shapes ${n}`);
      cases.push(made);
      const [y] = made.outputs;
      for (const x of made.bindings.keys()) {
        if (x.type.dtype !== "float64" || y.type.dtype !== "float64") continue;
        let gradient: Node;
        try {
          [gradient] = gradients(sum(y), [x]);
        } catch {
          continue; // The op has no derivative in this operand.
        }
        const [value] = evaluateNodes([gradient], made.bindings);
        t.deepEqual(value.shape, x.shape as number[], made.title);
        gradientsMade++;
      }
    }
  }
  t.deepEqual(await differences(cases), []);
  t.log(`${cases.length} kernels, ${gradientsMade} gradients`);
  t.true(cases.length > 80 && gradientsMade > 80);
});

const special = [Number.NaN, Number.POSITIVE_INFINITY, 1, -0, Number.NEGATIVE_INFINITY, 0, -1, 2.5];

test("NaN, ±∞ and −0 in every op of floats", async (t) => {
  const cases: Titled[] = [];
  const left = new Map<string, string>();
  for (const op of ops) {
    if (!op.samples.some((sample) => sample.inputs.some(isReal))) {
      left.set(op.name, "it has no operands that are floats");
      continue;
    }
    if (op.onlyFinite) {
      left.set(op.name, op.onlyFinite);
      continue;
    }
    for (const [n, sample] of op.samples.entries()) {
      for (let shift = 0; shift < special.length; shift++) {
        const draw = (input: SampleInput, i: number): NDArray | undefined => {
          if (!isReal(input)) return undefined;
          const size = input.shape.reduce((total, d) => total * d, 1);
          const data = Float64Array.from(
            { length: size },
            (_, k) => special[(k * (i + 1) + shift + 3 * i) % special.length],
          );
          return { dtype: "float64", shape: input.shape, data };
        };
        cases.push(caseOf(op, sample, `sample ${n}, special ${shift}`, draw));
      }
    }
  }
  t.deepEqual(await differences(cases), []);
  t.log(
    `${cases.length} kernels; left out: ${[...left].map(([name, why]) => `${name} (${why})`).join("; ")}`,
  );
  t.true(cases.length > 1500);
});
