/** Recurrences over batches whose size is only known at run time: states lie as steps × batch × units. */

import type { Node } from "../../compiler/graph/node.ts";
import * as l from "../../compiler/language/index.ts";
import { batchedDot, dot } from "../../compiler/ops/product.ts";
import { Cases } from "../support/native-cases.ts";
import { asTensor } from "./cases.ts";

type T = l.Tensor;

/** What a recurrence over its inputs comes to, with the gradients of a scalar of that. */
const trained =
  (make: (...inputs: T[]) => readonly T[]) =>
  (...inputs: Node[]): Node[] => {
    const results = make(...inputs.map(asTensor));
    const cost = results.map((r) => l.mean(l.square(r)) as T).reduce((a, b) => l.add(a, b));
    return [...results, ...l.grad(cost, inputs.map(asTensor))] as unknown as Node[];
  };

const elman = (goBackwards: boolean) =>
  trained((xs, h0, U, W) => [
    l.scan({
      fn: (x: T, h: T) => l.tanh(l.add(l.dot(x, U), l.dot(h, W))),
      sequences: xs,
      outputsInfo: h0,
      goBackwards,
    })[0],
  ]);

/** A gated recurrent unit, its last state alone, beside a second state that reads the first. */
const gated = trained((xs, h0, s0, U, W, V) => {
  const [[hs, ss]] = l.scan({
    fn: ((x: T, h: T, s: T) => {
      const z = l.sigmoid(l.add(l.dot(x, U), l.dot(h, W)));
      const r = l.sigmoid(l.dot(h, V));
      const next = l.tanh(l.add(l.dot(x, U), l.dot(l.mul(r, h), W)));
      const mixed = l.add(l.mul(z, h), l.mul(l.sub(1, z), next));
      return [mixed, l.tanh(l.add(l.dot(s, V), mixed))];
    }) as never,
    sequences: xs,
    outputsInfo: [h0, s0],
  }) as unknown as [[T, T]];
  return [l.at(hs, -1) as T, ss];
});

/** A long short-term memory: four gates of one product, states of which only the hidden one is a result. */
const memory = trained((xs, h0, c0, U, W) => {
  const [[hs]] = l.scan({
    fn: ((x: T, h: T, c: T) => {
      const gates = l.add(l.dot(x, U), l.dot(h, W));
      const gate = (n: number) => l.at(gates, l.span(), l.span(16 * n, 16 * (n + 1)));
      const [input, forget, output] = [0, 1, 2].map((n) => l.sigmoid(gate(n)));
      const next = l.add(l.mul(forget, c), l.mul(input, l.tanh(gate(3))));
      return [l.mul(output, l.tanh(next)), next];
    }) as never,
    sequences: xs,
    outputsInfo: [h0, c0],
  }) as unknown as [[T, T]];
  return [hs];
});

/** Attention of each sequence of a batch to itself. */
const attention = trained((x, Q, K, V) => {
  const [q, k, v] = [Q, K, V].map((W) => l.dot(x, W));
  const scores = l.batchedDot(q, l.dimshuffle(k, [0, 2, 1]));
  return [l.batchedDot(l.softmax(l.mul(0.25, scores)), v) as T];
});

export function batches(): Cases {
  const cases = new Cases(11);
  for (const batch of [1, 5, 33, 601]) {
    const steps = batch > 100 ? 2 : 5;
    const of = `a batch of ${batch}`;
    const [xs, state, inner] = [
      [steps, "batch", 3],
      ["batch", 16],
      [16, 16],
    ];
    for (const [name, back] of [
      ["Elman", false],
      ["Elman backwards", true],
    ] as const)
      cases.add(`${name}, ${of}`, [xs, state, [3, 16], inner], elman(back), { batch });
    cases.add(`gated, ${of}`, [xs, state, state, [3, 16], inner, inner], gated, { batch });
    cases.add(`LSTM, ${of}`, [xs, state, state, [3, 64], [16, 64]], memory, { batch });
    if (batch < 100)
      cases.add(`attention, ${of}`, [["batch", 12, 16], inner, inner, inner], attention, { batch });
    cases.add(`x·W, ${of}`, [[steps, "batch", 16], inner], (x, w) => [dot(x, w)], { batch });
    cases.add(`long x·W, ${of}`, [[9, "batch", 16], inner], (x, w) => [dot(x, w)], { batch });
    cases.add(
      `products in step, ${of}`,
      [
        [4, "batch", 16],
        [4, 16, 16],
        [4, "batch", 16],
      ],
      (x, w, y) => [l.add(asTensor(batchedDot(x, w)), asTensor(y)) as unknown as Node],
      { batch },
    );
  }
  return cases;
}
