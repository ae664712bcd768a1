/** Recurrences of every kind, for the tests: symbols, and results over them. */

import type { Node } from "../../compiler/graph/node.ts";
import { isFloat } from "../../compiler/graph/types.ts";
import * as l from "../../compiler/language/index.ts";
import { named } from "../support/compile.ts";

export interface ScanCase {
  readonly results: readonly Node[];
  /** What a scalar made of the results is differentiated by; the float symbols when left out. */
  readonly wrt?: readonly Node[];
  /** Ranges of integer inputs. */
  readonly below?: number;
  /** The gradient is cut off on purpose. */
  readonly truncated?: boolean;
}

type T = l.Tensor;
const n = (x: unknown): Node => x as Node;
const nodes = (...xs: unknown[]): Node[] => xs as Node[];
const sym = (name: string, shape: readonly (number | string)[], dtype: l.DType = "float64"): T =>
  named(l.tensor(shape, { dtype }), name);

const elman = (xs: T, h0: T, U: T, W: T, b: T) =>
  l.scan({
    fn: (x: T, h: T) => l.tanh(l.add(l.add(l.dot(x, U), l.dot(h, W)), b)),
    sequences: xs,
    outputsInfo: h0,
    name: "h",
  })[0];

export const cases: Readonly<Record<string, () => ScanCase>> = {
  "Elman, all states": () => ({
    results: nodes(
      elman(sym("xs", [4, 3]), sym("h0", [2]), sym("U", [3, 2]), sym("W", [2, 2]), sym("b", [2])),
    ),
  }),
  "Elman, last state": () => {
    const h = elman(
      sym("xs", [5, 3]),
      sym("h0", [2]),
      sym("U", [3, 2]),
      sym("W", [2, 2]),
      sym("b", [2]),
    );
    return { results: nodes(l.at(h, -1)) };
  },
  "Elman, a batch": () => ({
    results: nodes(
      elman(
        sym("xs", [4, 3, 2]),
        sym("h0", [3, 2]),
        sym("U", [2, 2]),
        sym("W", [2, 2]),
        sym("b", [2]),
      ),
    ),
  }),
  "Elman, a named number of steps": () => ({
    results: nodes(
      l.sum(
        elman(
          sym("xs", ["steps", 3]),
          sym("h0", [2]),
          sym("U", [3, 2]),
          sym("W", [2, 2]),
          sym("b", [2]),
        ),
        0,
      ),
    ),
  }),
  "all states and the last": () => {
    const h = elman(
      sym("xs", [4, 3]),
      sym("h0", [2]),
      sym("U", [3, 2]),
      sym("W", [2, 2]),
      sym("b", [2]),
    );
    return { results: nodes(l.sum(l.square(h)), l.at(h, -1), l.at(h, 1)) };
  },
  LSTM: () => {
    const [xs, W, U, b] = [sym("xs", [3, 2, 2]), sym("W", [2, 8]), sym("U", [2, 8]), sym("b", [8])];
    const gate = (z: T, i: number) => l.at(z, l.span(), l.span(2 * i, 2 * i + 2)) as unknown as T;
    const step = (x: T, h: T, c: T) => {
      const z = l.add(l.add(l.dot(x, W), l.dot(h, U)), b) as unknown as T;
      const [i, f, o] = [0, 1, 2].map((k) => l.sigmoid(gate(z, k)));
      const next = l.add(l.mul(f, c), l.mul(i, l.tanh(gate(z, 3))));
      return [l.mul(o, l.tanh(next)), next];
    };
    const [[h]] = l.scan({
      fn: step as never,
      sequences: xs,
      outputsInfo: [sym("h0", [2, 2]), sym("c0", [2, 2])],
    });
    return { results: nodes(l.mean(h, 0)) };
  },
  "a power, the number of steps an input": () => {
    const A = sym("A", [3]);
    const [p] = l.scan({
      fn: (prior: T) => l.mul(prior, A),
      outputsInfo: l.onesLike(A),
      nSteps: sym("k", [], "int32"),
      name: "p",
    });
    return { results: nodes(l.at(p, -1)), below: 5 };
  },
  "a polynomial": () => {
    const x = sym("x", []);
    const [terms] = l.scan({
      fn: (c: T, power: T) => l.mul(c, l.pow(x, power)),
      sequences: [sym("coefficients", [3]), l.arange(3)],
    });
    return { results: nodes(l.sum(terms)) };
  },
  "until a bound": () => {
    const [v] = l.scan({
      fn: (x: T) => {
        const next = l.mul(x, 2);
        return { outputs: next, until: l.gt(next, 45) };
      },
      outputsInfo: sym("start", []),
      nSteps: 20,
      name: "v",
    });
    return { results: nodes(l.sum(v), l.at(v, -1)) };
  },
  "until a bound, with sequences and outputs": () => {
    const xs = sym("xs", [6]);
    const [[total, square, entry]] = l.scan({
      fn: ((x: T, s: T) => {
        const next = l.add(s, l.square(x));
        return { outputs: [next, l.square(x), x], until: l.gt(next, 0.5) };
      }) as never,
      sequences: xs,
      outputsInfo: [sym("start", []), null, null],
      name: "total",
    });
    return { results: nodes(total, square, entry, l.at(total, -1)) };
  },
  "until a bound, of a named length": () => {
    const [v] = l.scan({
      fn: (x: T) => {
        const next = l.mul(x, 2);
        return { outputs: next, until: l.gt(l.sum(l.square(next)), 45) };
      },
      outputsInfo: sym("start", ["samples"]),
      nSteps: 20,
      name: "v",
    });
    return { results: nodes(v, l.sum(v), l.at(v, -1), v) };
  },
  "one step": () => {
    const W = sym("W", [2, 2]);
    const [[h, y]] = l.scan({
      fn: ((x: T, h: T) => [l.tanh(l.add(x, l.dot(h, W))), l.square(h)]) as never,
      sequences: sym("xs", [1, 2]),
      outputsInfo: [sym("h0", [2]), null],
    });
    return { results: nodes(h, y, l.at(h, -1)) };
  },
  "two steps back": () => {
    const [a] = [sym("a", [2])];
    const [x] = l.scan({
      fn: (older: T, newer: T) => l.add(l.mul(l.at(a, 0), older), l.mul(l.at(a, 1), l.sin(newer))),
      outputsInfo: { initial: sym("start", [2, 3]), taps: [-2, -1] },
      nSteps: 4,
    });
    return { results: nodes(x) };
  },
  "entries around each": () => {
    const [y] = l.scan({
      fn: (before: T, now: T, after: T) => l.mul(l.mul(before, now), l.sin(after)),
      sequences: { input: sym("xs", [6, 2]), taps: [-1, 0, 1] },
    });
    return { results: nodes(y) };
  },
  backwards: () => {
    const [y] = l.scan({
      fn: (x: T, s: T) => l.add(l.mul(0.5, s), l.square(x)),
      sequences: sym("xs", [5, 2]),
      outputsInfo: sym("s0", [2]),
      goBackwards: true,
    });
    return { results: nodes(y) };
  },
  "entries around each, backwards": () => {
    const [y] = l.scan({
      fn: (before: T, now: T, s: T) => l.add(l.mul(before, s), l.sin(now)),
      sequences: { input: sym("xs", [5, 2]), taps: [-1, 0] },
      outputsInfo: sym("s0", [2]),
      goBackwards: true,
    });
    return { results: nodes(y) };
  },
  "a scan in a scan": () => {
    const W = sym("W", [2, 2]);
    const inner = (row: T, s: T) =>
      l.at(
        l.scan({
          fn: (x: T, h: T) => l.tanh(l.add(l.dot(h, W), x)),
          sequences: row,
          outputsInfo: s,
          name: "inner",
        })[0],
        -1,
      );
    const [y] = l.scan({
      fn: inner as never,
      sequences: sym("xs", [3, 4, 2]),
      outputsInfo: sym("s0", [2]),
      name: "outer",
    });
    return { results: nodes(y) };
  },
  "an entry of the outer sequence in each inner step": () => {
    const W = sym("W", [2, 2]);
    const inner = (entry: T, s: T) =>
      l.at(
        l.scan({
          fn: (r: T) => l.mul(l.tanh(l.dot(r, W)), entry),
          outputsInfo: s,
          nSteps: 3,
        })[0],
        -1,
      );
    const [y] = l.scan({
      fn: inner as never,
      sequences: sym("xs", [4]),
      outputsInfo: sym("s0", [2]),
    });
    return { results: nodes(y) };
  },
  "embeddings looked up in the loop": () => {
    const [E, W] = [sym("E", [5, 2]), sym("W", [2, 2])];
    const [h] = l.scan({
      fn: (word: T, h: T) => l.tanh(l.add(l.at(E, word), l.dot(h, W))),
      sequences: sym("words", [4], "int32"),
      outputsInfo: sym("h0", [2]),
    });
    return { results: nodes(h), below: 5 };
  },
  "outputs with products of their own": () => {
    const [W, V] = [sym("W", [2, 2]), sym("V", [2, 3])];
    const [[h, y]] = l.scan({
      fn: ((x: T, s: T) => {
        const next = l.tanh(l.add(x, l.dot(s, W))) as unknown as T;
        return [next, l.softmax(l.dot(next, V))];
      }) as never,
      sequences: sym("xs", [4, 2]),
      outputsInfo: [sym("h0", [2]), null],
    });
    return { results: nodes(y, l.at(h, -1)) };
  },
  "several states, one of them unused": () => {
    const [[a, b]] = l.scan({
      fn: ((x: T, p: T, q: T) => [l.add(l.sin(q), x), l.mul(p, 0.5), l.add(p, q)]) as never,
      sequences: sym("xs", [4, 2]),
      outputsInfo: [sym("a0", [2]), sym("b0", [2]), null],
    });
    return { results: nodes(a, l.at(b, -1)) };
  },
  "states that swap": () => {
    const [[a, b]] = l.scan({
      fn: ((p: T, q: T) => [q, l.mul(2, p)]) as never,
      outputsInfo: [sym("a0", [2]), sym("b0", [2])],
      nSteps: 3,
    });
    return { results: nodes(l.at(a, -1), l.at(b, -1)) };
  },
  "a gradient cut off": () => {
    const W = sym("W", [2, 2]);
    const [h] = l.scan({
      fn: (x: T, h: T) => l.tanh(l.add(x, l.dot(h, W))),
      sequences: sym("xs", [5, 2]),
      outputsInfo: sym("h0", [2]),
      truncateGradient: 2,
    });
    return { results: nodes(l.at(h, -1)), truncated: true };
  },
  "a gradient in each step": () => {
    const target = sym("target", [3]);
    const [w] = l.scan({
      fn: (w: T) => {
        const cost = l.sum(l.square(l.sub(l.sin(w), target)));
        return l.sub(w, l.mul(0.1, l.grad(cost, w)));
      },
      outputsInfo: sym("w0", [3]),
      nSteps: 4,
    });
    return { results: nodes(l.at(w, -1)) };
  },
  "a running product of matrices": () => {
    const [p] = l.scan({
      fn: (M: T, p: T) => l.dot(p, M),
      sequences: sym("Ms", [3, 2, 2]),
      outputsInfo: sym("p0", [2, 2]),
    });
    return { results: nodes(l.at(p, -1)) };
  },
  map: () => ({ results: nodes(l.map((x: T) => l.exp(l.sum(x)), sym("xs", [4, 3]))) }),
  foldl: () => ({
    results: nodes(
      l.foldl((x: T, total: T) => l.add(l.mul(0.5, total), x), sym("xs", [4]), sym("s0", [])),
    ),
  }),
  foldr: () => ({
    results: nodes(
      l.foldr((x: T, total: T) => l.add(l.mul(0.5, total), x), sym("xs", [4]), sym("s0", [])),
    ),
  }),
};

export const floats = (symbols: readonly Node[]): Node[] =>
  symbols.filter((s) => isFloat(s.type.dtype));

export const asTensor = (x: Node): T => x as unknown as T;
export const asNodes = n;
