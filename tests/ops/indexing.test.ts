/** The examples of NumPy's guides to indexing and broadcasting: interpreted, simplified, generated. */

import type { IndexItem, Tensor } from "adjoint";
import * as l from "adjoint";
import test from "ava";
import { gradients } from "../../compiler/gradient/grad.ts";
import { arrayOf, evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { simplifyNodes } from "../../compiler/simplify/simplify.ts";
import { runGenerated } from "../support/compile.ts";
import { fixture, type Plain } from "../support/fixtures.ts";

type Item =
  | { newaxis: true }
  | { ellipsis: true }
  | { span: [number | null, number | null, number] }
  | { index: never };
interface Case {
  readonly text: string;
  readonly x: Plain;
  readonly items: readonly Item[];
}

const examples = fixture<{
  reading: (Case & { result: Plain })[];
  writing: (Case & { value: Plain; add: boolean; result: Plain })[];
  refused: Case[];
  broadcasting: { text: string; a: Plain; b: Plain; op: "+" | "*" | "-"; result: Plain }[];
  mismatched: { text: string; a: Plain; b: Plain }[];
}>("indexing");

// Destructured, as a model may do: the marks keep their types.
const { at, span, newaxis, ellipsis } = l;

function itemOf(item: Item): IndexItem {
  if ("newaxis" in item) return newaxis;
  if ("ellipsis" in item) return ellipsis;
  if ("index" in item) return item.index;
  const [start, stop, step] = item.span;
  return span(start ?? undefined, stop ?? undefined, step);
}

/** A float64 symbol for an array. */
function bind(array: Plain, values: Map<Node, NDArray>): Tensor {
  const node = symbol("float64", array.shape);
  values.set(node, arrayOf("float64", array.shape, array.data));
  return node as unknown as Tensor;
}

/** What a value is by the interpreter, simplified and generated: all three must agree. */
async function computed(result: Tensor, values: Map<Node, NDArray>): Promise<Plain> {
  const node = result as unknown as Node;
  const { roots } = simplifyNodes([node]);
  const [plain, simplified] = evaluateNodes([node, ...roots], values);
  const [generated] = await runGenerated([node], values);
  const data = Array.from(plain.data);
  if (simplified.data.join() !== data.join()) throw new Error(`simplified: ${simplified.data}`);
  if (generated.join() !== data.join()) throw new Error(`generated: ${generated}`);
  return { shape: [...plain.shape], data };
}

test(`reading: NumPy's ${examples.reading.length} examples`, async (t) => {
  for (const { text, x, items, result } of examples.reading) {
    const values = new Map<Node, NDArray>();
    const part = at(bind(x, values), ...items.map(itemOf));
    t.deepEqual(await computed(part, values), result, text);
  }
});

test(`writing: NumPy's ${examples.writing.length} examples, repeated indices add up`, async (t) => {
  for (const { text, x, items, value, add, result } of examples.writing) {
    const values = new Map<Node, NDArray>();
    const part = at(bind(x, values), ...items.map(itemOf));
    const write = add ? l.incSubtensor : l.setSubtensor;
    t.deepEqual(await computed(write(part, bind(value, values)), values), result, text);
  }
});

test("the gradient of a part adds up at each place that it was read from", (t) => {
  for (const { text, x, items } of examples.reading) {
    const values = new Map<Node, NDArray>();
    const base = bind(x, values);
    const part = at(base, ...items.map(itemOf));
    const [dx] = gradients(l.sum(part) as unknown as Node, [base as unknown as Node]);
    const [value] = evaluateNodes([dx], values);
    // How often a place is read: what incrementing zeros by one there gives.
    const counted = l.incSubtensor(at(l.zerosLike(base), ...items.map(itemOf)), 1);
    const [expected] = evaluateNodes([counted as unknown as Node], values);
    t.deepEqual(Array.from(value.data), Array.from(expected.data), text);
  }
});

test("what NumPy refuses is refused when the model is read", (t) => {
  for (const { text, x, items } of examples.refused) {
    t.throws(() => at(bind(x, new Map()), ...items.map(itemOf)), { message: /^at: / }, text);
  }
  for (const { text, a, b } of examples.mismatched) {
    const values = new Map<Node, NDArray>();
    t.throws(() => l.add(bind(a, values), bind(b, values)), { message: /do not broadcast/ }, text);
  }
});

test(`broadcasting: NumPy's ${examples.broadcasting.length} examples`, async (t) => {
  for (const { text, a, b, op, result } of examples.broadcasting) {
    const values = new Map<Node, NDArray>();
    const apply = { "+": l.add, "*": l.mul, "-": l.sub }[op];
    const value = apply(bind(a, values), bind(b, values));
    t.deepEqual(await computed(value, values), result, text);
  }
});

test("masks and indices that no shape can be told from are errors that say what to write", (t) => {
  const x = l.dvector(3);
  const error = t.throws(() => at(x, l.gt(x, 0)));
  t.regex(error.message, /a mask that depends on symbols/);
  t.regex((error as { hint?: string }).hint ?? "", /where\(mask, x, 0\)/);
  t.throws(() => at(x, 0.5), { message: /must be a whole number/ });
  t.throws(() => at(x, true), { message: /bool/ });
  t.throws(() => at(x, ellipsis, ellipsis), { message: /only one ellipsis/ });
  t.throws(() => l.setSubtensor(x, 1), { message: /must be at\(x/ });
});

test("the remainder of data is an index that is not negative", async (t) => {
  const [x, i] = [symbol("float64", [4]), symbol("int32", [3])];
  const values = new Map([
    [x, arrayOf("float64", [4], [10, 11, 12, 13])],
    [i, arrayOf("int32", [3], [-1, 5, -6])],
  ]);
  const place = l.mod(i as unknown as number, 4);
  const results = [l.at(x as unknown as number, place), l.mul(place, place), l.oneHot(place, 4)];
  const nodes = results as unknown as Node[];
  const expected = evaluateNodes(nodes, values).map((a) => Array.from(a.data));
  t.deepEqual(expected.slice(0, 2), [
    [13, 11, 12],
    [9, 1, 4],
  ]);
  t.deepEqual(await runGenerated(nodes, values), expected);
});
