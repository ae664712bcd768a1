/** `index.ts`: what its doc comments tell callers. */

import * as l from "adjoint";
import test from "ava";
import { compileModel } from "../../compiler/compile.ts";
import { emitEntry } from "../../compiler/targets/entry.ts";
import { named } from "../support/compile.ts";

const entryOf = (exports: Record<string, unknown>): string =>
  emitEntry(compileModel("m", "models/m.ts", Object.entries(exports)), []);

test("doc comments have the model's names, shapes, dtypes, rows, updates and errors, and nothing else", (t) => {
  const images = named(l.data("samples", 784), "images");
  const W = named(l.shared(l.zeros(784, 10)), "W");
  const y = named(l.ivector(20), "y");
  const index = named(l.lscalar(), "index");
  const x = l.slice(images, l.mul(index, 20), l.mul(l.add(index, 1), 20));
  const p = l.softmax(l.dot(x, W));
  const cost = named(l.neg(l.mean(l.log(l.at(p, l.arange(20), y)))), "cost");
  const text = entryOf({
    images,
    train: l.fn([index, y], cost, { updates: [[W, l.sub(W, l.mul(0.1, l.grad(cost, W)))]] }),
    predict: l.fn([], l.argmax(l.dot(images, W), 1)),
  });
  t.true(
    text.includes(`  /**
   * Updates W.
   * Reads rows 20·index to 20·index + 19 of images.
   *
   * @param index int64
   * @param y int32[20], 0 ≤ each < 10
   * @returns cost: float32
   * @throws InputError for arguments that do not fit, missing rows and missing data
   */
  train(index: number, y: TensorLike): number;
`),
    text,
  );
  t.true(text.includes("   * @returns int32[samples]\n"), text);
  t.true(text.includes("  /** float32[samples, 784], to be filled by the caller */\n"), text);
  t.notRegex(text, /logits|∂|Σ/);
});
