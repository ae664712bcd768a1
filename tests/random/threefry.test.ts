/** The generator itself: published answers, in the reference, in generated code and in floats. */

import * as l from "adjoint";
import test from "ava";
import { ts } from "ts-morph";
import { randomAt, threefry2x32 } from "../../compiler/ops/threefry.ts";
import { randomFunctions } from "../../runtime/gpu-random.ts";
import { importText, textOf } from "../support/compile.ts";
import { Random } from "../support/random.ts";

/** kat_vectors of Random123: key, counter, answer. */
const vectors = [
  { key: [0, 0], counter: [0, 0], answer: [0x6b200159, 0x99ba4efe] },
  {
    key: [0xffffffff, 0xffffffff],
    counter: [0xffffffff, 0xffffffff],
    answer: [0x1cb996fc, 0xbb002be7],
  },
  {
    key: [0x13198a2e, 0x03707344],
    counter: [0x243f6a88, 0x85a308d3],
    answer: [0xc4923a9c, 0x483df7a0],
  },
] as const;

type Generator = (seed: number, stream: number, call: number, counter: number) => number;

/** The function that generated code carries along. */
async function generated(): Promise<Generator> {
  const text = textOf([["f", l.fn([], l.shared(l.uniform([2])))]]);
  const code = await importText(`${text}\nexport { random };`);
  return code.random as Generator;
}

/** The functions of devices; every operation rounded to float32, as a device does. */
function onDevice(precision: "float32" | "float64"): Record<string, (...x: number[]) => number> {
  const text = randomFunctions.map((f) => f.source).join("\n");
  const rounded: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
    const visit = (node: ts.Node): ts.Node => {
      const inner = ts.visitEachChild(node, visit, context);
      const isSum =
        ts.isBinaryExpression(inner) && ["+", "-", "*"].includes(inner.operatorToken.getText(file));
      if (!isSum) return inner;
      return context.factory.createCallExpression(
        context.factory.createIdentifier("Math.fround"),
        undefined,
        [inner],
      );
    };
    return ts.visitNode(file, visit) as ts.SourceFile;
  };
  const file = ts.createSourceFile("device.ts", text, ts.ScriptTarget.ES2022, true);
  const transformed = ts.transform(file, precision === "float32" ? [rounded] : []).transformed[0];
  const printed = ts.createPrinter().printFile(transformed);
  const names = ["random", "random_below"];
  return new Function(`${printed}\nreturn { ${names.join(", ")} };`)();
}

const halves = (word: number): [number, number] => [(word >>> 16) & 0xffff, word & 0xffff];

test("the published answers, from the reference, from generated code and from devices", async (t) => {
  const random = await generated();
  const device = onDevice("float64");
  for (const { key, counter, answer } of vectors) {
    t.deepEqual(threefry2x32(key, counter), [...answer]);
    const [seed, stream] = [key[0] | 0, key[1] | 0];
    for (const [which, word] of answer.entries()) {
      const expected = (word >>> 8) / 2 ** 24;
      // A block is counted in 31 bits: the vector of ones is out of a counter's reach.
      if (counter[0] > 2 ** 31) continue;
      const place = 2 * counter[0] + which;
      t.is(randomAt(seed, stream, counter[1], place), expected);
      t.is(random(seed, stream, counter[1], place), expected);
      t.is(device.random(...halves(seed), ...halves(stream), counter[1], place), expected);
    }
  }
});

test("generated code and devices have the bits of the reference, wherever a counter or a call is", async (t) => {
  const random = await generated();
  const device = onDevice("float32");
  const draws = new Random(1);
  const word = (): number => draws.int(-(2 ** 31), 2 ** 31);
  for (let n = 0; n < 3000; n++) {
    const [seed, stream, call, counter] = [word(), word(), word(), word()];
    t.is(random(seed, stream, call, counter), randomAt(seed, stream, call, counter));
    // Devices count in floats.
    const [few, place] = [draws.int(0, 2 ** 24), draws.int(0, 2 ** 24)];
    const expected = randomAt(seed, stream, few, place);
    t.is(device.random(...halves(seed), ...halves(stream), few, place), expected);
    t.is(Math.fround(expected), expected);
  }
});

test("whole numbers below n on devices: ⌊u·n⌋ without rounding", (t) => {
  const device = onDevice("float32");
  const draws = new Random(2);
  let rounded = 0;
  for (let i = 0; i < 100_000; i++) {
    const n = draws.int(1, 4097);
    // Numbers just below a boundary are those that a rounded product gets wrong.
    const boundary = Math.ceil((draws.int(1, n + 1) * 2 ** 24) / n) - 1 - draws.int(0, 2);
    const u = boundary / 2 ** 24;
    const expected = Math.floor(u * n);
    if (Math.floor(Math.fround(u * n)) !== expected) rounded++;
    if (device.random_below(u, n) !== expected) t.fail(`⌊${u}·${n}⌋`);
  }
  t.true(rounded > 1000);
});
