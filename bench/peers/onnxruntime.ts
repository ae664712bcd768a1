/**
 * onnxruntime-node, which only infers: the training step, with its gradient by hand, is a graph from the
 * parameters and a batch to the cost and the new parameters. Updates are in the products (`Gemm` with the weights
 * as its third operand). Results are written to arrays that are made once.
 */

import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Stored, Task } from "../workload.ts";
import { Graph, real } from "./onnx.ts";
import { type Load, type Parameters, type Peer, read, readFloats, versionOf } from "./peer.ts";

/** Names of values. */
type Names = Readonly<Record<string, string>>;

interface Built {
  readonly cost: string;
  /** New parameters. */
  readonly next: Names;
}

type Build = (g: Graph, p: Names, batch: Names, task: Task) => Built;

/** target − rate · gradient */
const descend = (g: Graph, target: string, rate: number, gradient: string): string =>
  g.op("Sub", [target, g.op("Mul", [gradient, g.number(rate)])]);

/** Sum over axes, which go. */
const sum = (g: Graph, value: string, ...axes: number[]): string =>
  g.op("ReduceSum", [value, g.integers(...axes)], { keepdims: 0 });

/** keep · target − rate · aᵀ·b */
const descendProduct = (
  g: Graph,
  target: string,
  rate: number,
  a: string,
  b: string,
  keep = 1,
): string => g.op("Gemm", [a, b, target], { transA: 1, alpha: real(-rate), beta: real(keep) });

/** Mean negative log-likelihood of `rows` one-hot labels, and its gradient by the logits. */
function likelihood(g: Graph, logits: string, labels: string, rows: number): [string, string] {
  const logp = g.op("LogSoftmax", [logits], { axis: 1 });
  const cost = g.op("Div", [sum(g, g.op("Mul", [logp, labels]), 0, 1), g.number(-rows)]);
  const d = g.op("Div", [g.op("Sub", [g.op("Exp", [logp]), labels]), g.number(rows)]);
  return [cost, d];
}

/** d · (1 − h²) */
const throughTanh = (g: Graph, d: string, h: string): string =>
  g.op("Mul", [d, g.op("Sub", [g.number(1), g.op("Mul", [h, h])])]);

/** d · h · (1 − h) */
const throughSigmoid = (g: Graph, d: string, h: string): string =>
  g.op("Mul", [d, g.op("Mul", [h, g.op("Sub", [g.number(1), h])])]);

const logistic: Build = (g, { W, b }, { images, labels }, { batch, rate }) => {
  const [cost, d] = likelihood(g, g.op("Gemm", [images, W, b]), labels, batch);
  return {
    cost,
    next: { W: descendProduct(g, W, rate, images, d), b: descend(g, b, rate, sum(g, d, 0)) },
  };
};

const mlp: Build = (g, { W1, b1, W2, b2 }, { images, labels }, { batch, rate }) => {
  const decay = 0.0001;
  const keep = 1 - 2 * rate * decay;
  const h = g.op("Tanh", [g.op("Gemm", [images, W1, b1])]);
  const [likely, d] = likelihood(g, g.op("Gemm", [h, W2, b2]), labels, batch);
  const squares = [W1, W2].map((W) => g.op("ReduceSumSquare", [W], { keepdims: 0 }));
  const penalty = g.op("Mul", [g.op("Add", squares), g.number(decay)]);
  const dh = throughTanh(g, g.op("Gemm", [d, W2], { transB: 1 }), h);
  return {
    cost: g.op("Add", [likely, penalty]),
    next: {
      W1: descendProduct(g, W1, rate, images, dh, keep),
      b1: descend(g, b1, rate, sum(g, dh, 0)),
      W2: descendProduct(g, W2, rate, h, d, keep),
      b2: descend(g, b2, rate, sum(g, d, 0)),
    },
  };
};

const autoencoder: Build = (g, { W, b, c }, { images, mask }, { batch, rate }) => {
  const noisy = g.op("Mul", [images, mask]);
  const h = g.op("Sigmoid", [g.op("Gemm", [noisy, W, b])]);
  const logits = g.op("Gemm", [h, W, c], { transB: 1 });
  // −x·log z − (1 − x)·log(1 − z) = softplus(logits) − x·logits
  const terms = g.op("Sub", [g.op("Softplus", [logits]), g.op("Mul", [images, logits])]);
  const dz = g.op("Div", [g.op("Sub", [g.op("Sigmoid", [logits]), images]), g.number(batch)]);
  const dh = throughSigmoid(g, g.op("MatMul", [dz, W]), h);
  const decoded = descendProduct(g, W, rate, dz, h);
  return {
    cost: g.op("Div", [sum(g, terms, 0, 1), g.number(batch)]),
    next: {
      W: descendProduct(g, decoded, rate, noisy, dh),
      b: descend(g, b, rate, sum(g, dh, 0)),
      c: descend(g, c, rate, sum(g, dz, 0)),
    },
  };
};

/** Convolution, maximum of 2×2, then bias and tanh; `where` says from which element each maximum is. */
function layer(g: Graph, x: string, W: string, b: string, filters: number) {
  const maps = g.op("Conv", [x, W]);
  const [pooled, where] = g.many(2, "MaxPool", [maps], { kernel_shape: [2, 2], strides: [2, 2] });
  const bias = g.op("Reshape", [b, g.integers(1, filters, 1, 1)]);
  return { h: g.op("Tanh", [g.op("Add", [pooled, bias])]), where };
}

/** Gradients of a layer: by the maps before pooling, and of the filters as a convolution over the batch. */
function throughLayer(g: Graph, dh: string, x: string, { h, where }: { h: string; where: string }) {
  const dsum = throughTanh(g, dh, h);
  const dmaps = g.op("MaxUnpool", [dsum, where], { kernel_shape: [2, 2], strides: [2, 2] });
  const swapped = { perm: [1, 0, 2, 3] };
  const dW = g.op("Conv", [g.op("Transpose", [x], swapped), g.op("Transpose", [dmaps], swapped)]);
  return { dW: g.op("Transpose", [dW], swapped), db: sum(g, dsum, 0, 2, 3), dmaps };
}

const lenet: Build = (g, p, { images, labels }, { batch, rate }) => {
  const x = g.op("Reshape", [images, g.integers(batch, 1, 28, 28)]);
  const first = layer(g, x, p.W1, p.b1, 20);
  const second = layer(g, first.h, p.W2, p.b2, 50);
  const flat = g.op("Reshape", [second.h, g.integers(batch, 800)]);
  const h = g.op("Tanh", [g.op("Gemm", [flat, p.W3, p.b3])]);
  const [cost, d] = likelihood(g, g.op("Gemm", [h, p.W4, p.b4]), labels, batch);
  const dh = throughTanh(g, g.op("Gemm", [d, p.W4], { transB: 1 }), h);
  const dflat = g.op("Gemm", [dh, p.W3], { transB: 1 });
  const dmaps = g.op("Reshape", [dflat, g.integers(batch, 50, 4, 4)]);
  const back2 = throughLayer(g, dmaps, first.h, second);
  const back1 = throughLayer(g, g.op("ConvTranspose", [back2.dmaps, p.W2]), x, first);
  return {
    cost,
    next: {
      W1: descend(g, p.W1, rate, back1.dW),
      b1: descend(g, p.b1, rate, back1.db),
      W2: descend(g, p.W2, rate, back2.dW),
      b2: descend(g, p.b2, rate, back2.db),
      W3: descendProduct(g, p.W3, rate, flat, dh),
      b3: descend(g, p.b3, rate, sum(g, dh, 0)),
      W4: descendProduct(g, p.W4, rate, h, d),
      b4: descend(g, p.b4, rate, sum(g, d, 0)),
    },
  };
};

const elman: Build = (g, { Wx, Wh, bh, h0, Wy, by }, { sequences, labels }, task) => {
  const [, steps, width] = task.data.sequences.shape;
  const [hidden] = task.parameters.h0.shape;
  const x = g.op("Reshape", [sequences, g.integers(steps, width)]);
  const y = g.op("Reshape", [labels, g.integers(steps, 10)]);
  const inputs = g.op("Gemm", [x, Wx, bh]);

  const forward = new Graph("f");
  const before = forward.input("f_before", [hidden]);
  const row = forward.input("f_row", [hidden]);
  const state = forward.op("Sigmoid", [
    forward.op("Add", [row, forward.op("MatMul", [before, Wh])]),
  ]);
  forward.output(state, "f_last", [hidden]);
  forward.output(before, "f_befores", [hidden]);
  forward.output(state, "f_states", [hidden]);
  const [, befores, h] = g.many(3, "Scan", [h0, inputs], { num_scan_inputs: 1, body: forward });

  const [cost, d] = likelihood(g, g.op("Gemm", [h, Wy, by]), y, steps);
  const slopes = g.op("Mul", [h, g.op("Sub", [g.number(1), h])]);
  const backward = new Graph("b");
  const after = backward.input("b_after", [hidden]);
  const slope = backward.input("b_slope", [hidden]);
  const fromOutput = backward.input("b_output", [hidden]);
  const dsum = backward.op("Mul", [backward.op("Add", [fromOutput, after]), slope]);
  backward.output(backward.op("MatMul", [Wh, dsum]), "b_first", [hidden]);
  backward.output(dsum, "b_sums", [hidden]);
  const zero = g.constant(new Array(hidden).fill(0), [hidden], "float32");
  const [dh0, dsums] = g.many(2, "Scan", [zero, slopes, g.op("Gemm", [d, Wy], { transB: 1 })], {
    num_scan_inputs: 2,
    body: backward,
    scan_input_directions: [1, 1],
    scan_output_directions: [1],
  });
  return {
    cost,
    next: {
      Wx: descendProduct(g, Wx, task.rate, x, dsums),
      Wh: descendProduct(g, Wh, task.rate, befores, dsums),
      bh: descend(g, bh, task.rate, sum(g, dsums, 0)),
      h0: descend(g, h0, task.rate, dh0),
      Wy: descendProduct(g, Wy, task.rate, h, d),
      by: descend(g, by, task.rate, sum(g, d, 0)),
    },
  };
};

const builders: Readonly<Record<Task["kind"], Build>> = {
  logistic,
  mlp,
  lenet,
  elman,
  autoencoder,
};

/** Filters come flipped, ONNX's convolution does not flip: they are kept as it wants them. */
function flipped(values: Float32Array, shape: readonly number[]): Float32Array {
  if (shape.length !== 4) return values;
  const area = shape[2] * shape[3];
  return values.map((_, i) => values[i - (i % area) + area - 1 - (i % area)]);
}

/** Each batch as tensors: views of the data, labels one-hot. */
function batchesOf(task: Task): Record<string, Tensor>[] {
  const batches: Record<string, Tensor>[] = Array.from({ length: task.batches }, () => ({}));
  for (const [name, stored] of Object.entries(task.data)) {
    const isLabels = name === "labels";
    const all = isLabels ? oneHot(stored) : readFloats(stored);
    const shape = batchShape(task, name);
    const length = shape.reduce((a, b) => a * b, 1);
    for (const [i, batch] of batches.entries())
      batch[name] = new Tensor("float32", all.subarray(i * length, (i + 1) * length), shape);
  }
  return batches;
}

const batchShape = (task: Task, name: string): number[] => [
  task.batch,
  ...task.data[name].shape.slice(1),
  ...(name === "labels" ? [10] : []),
];

function oneHot(stored: Stored): Float32Array {
  const labels = read(stored);
  const values = new Float32Array(10 * labels.length);
  for (const [i, label] of labels.entries()) values[10 * i + label] = 1;
  return values;
}

function modelOf(task: Task): Uint8Array {
  const g = new Graph();
  const named = (values: Readonly<Record<string, Stored>>, shape: (name: string) => number[]) =>
    Object.fromEntries(Object.keys(values).map((name) => [name, g.input(name, shape(name))]));
  const parameters = named(task.parameters, (name) => task.parameters[name].shape.slice());
  const batch = named(task.data, (name) => batchShape(task, name));
  const { cost, next } = builders[task.kind](g, parameters, batch, task);
  g.output(cost, "cost", []);
  for (const [name, value] of Object.entries(next))
    g.output(value, `next_${name}`, task.parameters[name].shape);
  return g.model();
}

async function create(task: Task): Promise<Peer> {
  const session = await InferenceSession.create(modelOf(task), {
    executionProviders: ["cpu"],
    intraOpNumThreads: task.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const names = Object.keys(task.parameters);
  const tensors = () =>
    names.map((name) => {
      const { shape } = task.parameters[name];
      return new Tensor("float32", flipped(readFloats(task.parameters[name]), shape), shape);
    });
  // Parameters are read from the one and written to the other, in turn.
  let [now, next] = [tensors(), tensors()];
  const cost = new Tensor("float32", new Float32Array(1), []);
  const batches = batchesOf(task);
  return {
    async step(index) {
      const feeds: Record<string, Tensor> = { ...batches[index] };
      const fetches: Record<string, Tensor> = { cost };
      for (const [i, name] of names.entries()) {
        feeds[name] = now[i];
        fetches[`next_${name}`] = next[i];
      }
      await session.run(feeds, fetches);
      [now, next] = [next, now];
      return (cost.data as Float32Array)[0];
    },
    parameters(): Parameters {
      return Object.fromEntries(
        names.map((name, i) => [
          name,
          flipped(now[i].data as Float32Array, task.parameters[name].shape),
        ]),
      );
    },
  };
}

export const load: Load = async () => ({
  version: versionOf("onnxruntime-node"),
  threads: (offered) => offered,
  create,
});
