// gpu.js target. Generated from models/logistic.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/logistic.ts

import { createGpuProgram, type GpuFunction, type GpuOptions } from "adjoint/gpu";
import { createState } from "./typescript.ts";

// p_logits[i,j] = Σ_k x[i,k]·W[k,j] + b[j]
//   for i < 600, j < 10, k < 784
// The same for validate, test.
const train_p_logits = `
function p_logits_kernel(trainX, index, W, b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let p_logits_sum = 0;
  for (let k = 0; k < 784; k++) {
    p_logits_sum = p_logits_sum + (trainX[(index * 600) + i][k] * W[k][j]);
  }
  return p_logits_sum + b[j];
}
`;

// p_max[i] = max_j p_logits[i,j]
//   for i < 600, j < 10
const train_p_max = `
function p_max_kernel(p_logits) {
  const i = this.thread.y;
  let p_max = -3.4028234e38;
  for (let j = 0; j < 10; j++) {
    p_max = Math.max(p_max, p_logits[i][j]);
  }
  return p_max;
}
`;

// p_exp[i,j] = exp(p_logits[i,j] − p_max[i])
//   for i < 600, j < 10
const train_p_exp = `
function p_exp_kernel(p_logits, p_max) {
  const i = this.thread.y;
  const j = this.thread.x;
  return Math.exp((p_logits[i][j] - p_max[i][0]));
}
`;

// p_sum[i] = Σ_j p_exp[i,j]
//   for i < 600, j < 10
const train_p_sum = `
function p_sum_kernel(p_exp) {
  const i = this.thread.y;
  let p_sum = 0;
  for (let j = 0; j < 10; j++) {
    p_sum = p_sum + p_exp[i][j];
  }
  return p_sum;
}
`;

// cost = −Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i])) / 600
//   for i < 600
const train_cost = `
function cost_kernel(p_logits, trainY, index, p_max, p_sum) {
  let cost_sum = 0;
  for (let i = 0; i < 600; i++) {
    cost_sum = cost_sum
        + ((p_logits[i][trainY[(index * 600) + i]] - p_max[i][0]) - Math.log(p_sum[i][0]));
  }
  return -(cost_sum / 600);
}
`;

// ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 600
//   where p[i,j] = p_exp[i,j] / p_sum[i]
//   for i < 600, j < 10
const train_d_p_logits = `
function d_p_logits_kernel(p_exp, p_sum, trainY, index) {
  const i = this.thread.y;
  const j = this.thread.x;
  return ((p_exp[i][j] / p_sum[i][0]) - ((j === trainY[(index * 600) + i]) ? 1 : 0)) / 600;
}
`;

// W[i,j] ← W[i,j] − 0.13·∂cost/∂W[i,j]
//   where ∂cost/∂W[i,j] = Σ_k x[k,i]·d_p_logits[k,j]
//   for i < 784, j < 10, k < 600
const train_W = `
function W_kernel(W, trainX, index, d_p_logits) {
  const i = this.thread.y;
  const j = this.thread.x;
  let W_sum = 0;
  for (let k = 0; k < 600; k++) {
    W_sum = W_sum + (trainX[(index * 600) + k][i] * d_p_logits[k][j]);
  }
  return W[i][j] - (0.13 * W_sum);
}
`;

// b[i] ← b[i] − 0.13·∂cost/∂b[i]
//   where ∂cost/∂b[i] = Σ_j d_p_logits[j,i]
//   for i < 10, j < 600
const train_b = `
function b_kernel(b, d_p_logits) {
  const i = this.thread.x;
  let d_b_sum = 0;
  for (let j = 0; j < 600; j++) {
    d_b_sum = d_b_sum + d_p_logits[j][i];
  }
  return b[i] - (0.13 * d_b_sum);
}
`;

const train: GpuFunction = {
  kernels: [
    {
      result: "p_logits",
      shape: [600, 10],
      args: ["trainX", "index", "W", "b"],
      source: train_p_logits,
    },
    { result: "p_max", shape: [600, 1], args: ["p_logits"], source: train_p_max },
    { result: "p_exp", shape: [600, 10], args: ["p_logits", "p_max"], source: train_p_exp },
    { result: "p_sum", shape: [600, 1], args: ["p_exp"], source: train_p_sum },
    {
      result: "cost",
      shape: [1],
      args: ["p_logits", "trainY", "index", "p_max", "p_sum"],
      source: train_cost,
    },
    {
      result: "d_p_logits",
      shape: [600, 10],
      args: ["p_exp", "p_sum", "trainY", "index"],
      source: train_d_p_logits,
    },
    {
      result: "W",
      updates: true,
      shape: [784, 10],
      args: ["W", "trainX", "index", "d_p_logits"],
      source: train_W,
    },
    { result: "b", updates: true, shape: [10], args: ["b", "d_p_logits"], source: train_b },
  ],
  inputs: ["index"],
  inputShapes: {},
  outputs: [{ name: "cost", dtype: "float32", scalar: true }],
  single: true,
};

// errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 600
//   for i < 600, j < 10
// The same for test.
const validate_errors = `
function errors_kernel(p_logits, validY, index) {
  let errors_sum = 0;
  for (let i = 0; i < 600; i++) {
    let errors_argmax = 0;
    let errors_argmax_best = -3.4028234e38;
    for (let j = 0; j < 10; j++) {
      const errors_argmax_value = p_logits[i][j];
      if (errors_argmax_value > errors_argmax_best) {
        errors_argmax_best = errors_argmax_value;
        errors_argmax = j;
      }
    }
    errors_sum = errors_sum + ((errors_argmax !== validY[(index * 600) + i]) ? 1 : 0);
  }
  return errors_sum / 600;
}
`;

const validate: GpuFunction = {
  kernels: [
    {
      result: "p_logits",
      shape: [600, 10],
      args: ["validX", "index", "W", "b"],
      source: train_p_logits,
    },
    {
      result: "errors",
      shape: [1],
      args: ["p_logits", "validY", "index"],
      source: validate_errors,
    },
  ],
  inputs: ["index"],
  inputShapes: {},
  outputs: [{ name: "errors", dtype: "float32", scalar: true }],
  single: true,
};

const test: GpuFunction = {
  kernels: [
    {
      result: "p_logits",
      shape: [600, 10],
      args: ["testX", "index", "W", "b"],
      source: train_p_logits,
    },
    { result: "errors", shape: [1], args: ["p_logits", "testY", "index"], source: validate_errors },
  ],
  inputs: ["index"],
  inputShapes: {},
  outputs: [{ name: "errors", dtype: "float32", scalar: true }],
  single: true,
};

// scores_logits[i,j] = Σ_k images[i,k]·W[k,j] + b[j]
//   for i < rows, j < 10, k < 784
// The same for predict.
const probabilities_scores_logits = `
function scores_logits_kernel(images, W, b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let scores_logits_sum = 0;
  for (let k = 0; k < 784; k++) {
    scores_logits_sum = scores_logits_sum + (images[i][k] * W[k][j]);
  }
  return scores_logits_sum + b[j];
}
`;

// scores_max[i] = max_j scores_logits[i,j]
//   for i < rows, j < 10
const probabilities_scores_max = `
function scores_max_kernel(scores_logits) {
  const i = this.thread.y;
  let scores_max = -3.4028234e38;
  for (let j = 0; j < 10; j++) {
    scores_max = Math.max(scores_max, scores_logits[i][j]);
  }
  return scores_max;
}
`;

// scores_exp[i,j] = exp(scores_logits[i,j] − scores_max[i])
//   for i < rows, j < 10
const probabilities_scores_exp = `
function scores_exp_kernel(scores_logits, scores_max) {
  const i = this.thread.y;
  const j = this.thread.x;
  return Math.exp((scores_logits[i][j] - scores_max[i][0]));
}
`;

// scores_sum[i] = Σ_j scores_exp[i,j]
//   for i < rows, j < 10
const probabilities_scores_sum = `
function scores_sum_kernel(scores_exp) {
  const i = this.thread.y;
  let scores_sum = 0;
  for (let j = 0; j < 10; j++) {
    scores_sum = scores_sum + scores_exp[i][j];
  }
  return scores_sum;
}
`;

// scores[i,j] = scores_exp[i,j] / scores_sum[i]
//   for i < rows, j < 10
const probabilities_scores = `
function scores_kernel(scores_exp, scores_sum) {
  const i = this.thread.y;
  const j = this.thread.x;
  return scores_exp[i][j] / scores_sum[i][0];
}
`;

const probabilities: GpuFunction = {
  kernels: [
    {
      result: "scores_logits",
      shape: ["rows", 10],
      args: ["images", "W", "b"],
      source: probabilities_scores_logits,
    },
    {
      result: "scores_max",
      shape: ["rows", 1],
      args: ["scores_logits"],
      source: probabilities_scores_max,
    },
    {
      result: "scores_exp",
      shape: ["rows", 10],
      args: ["scores_logits", "scores_max"],
      source: probabilities_scores_exp,
    },
    {
      result: "scores_sum",
      shape: ["rows", 1],
      args: ["scores_exp"],
      source: probabilities_scores_sum,
    },
    {
      result: "scores",
      shape: ["rows", 10],
      args: ["scores_exp", "scores_sum"],
      source: probabilities_scores,
    },
  ],
  inputs: ["images"],
  inputShapes: { images: ["rows", 784] },
  outputs: [{ name: "scores", dtype: "float32", scalar: false }],
  single: true,
};

// argmax[i] = argmax_j scores_logits[i,j]
//   for i < rows, j < 10
const predict_argmax = `
function argmax_kernel(scores_logits) {
  const i = this.thread.x;
  let argmax = 0;
  let argmax_best = -3.4028234e38;
  for (let j = 0; j < 10; j++) {
    const argmax_value = scores_logits[i][j];
    if (argmax_value > argmax_best) {
      argmax_best = argmax_value;
      argmax = j;
    }
  }
  return argmax;
}
`;

const predict: GpuFunction = {
  kernels: [
    {
      result: "scores_logits",
      shape: ["rows", 10],
      args: ["images", "W", "b"],
      source: probabilities_scores_logits,
    },
    { result: "argmax", shape: ["rows"], args: ["scores_logits"], source: predict_argmax },
  ],
  inputs: ["images"],
  inputShapes: { images: ["rows", 784] },
  outputs: [{ name: "argmax", dtype: "int32", scalar: false }],
  single: true,
};

/**
 * A trainer's program on the device. Kernels are source texts, so that minifiers leave them alone.
 */
export function createProgram(options: GpuOptions) {
  const state = createState(options.seed ?? 0);
  const shared = {
    W: { dtype: "float32", shape: [784, 10], initial: state.W },
    b: { dtype: "float32", shape: [10], initial: state.b },
    trainX: { dtype: "float32", shape: ["trainSamples", 784] },
    trainY: { dtype: "int32", shape: ["trainSamples"] },
    validX: { dtype: "float32", shape: ["validSamples", 784] },
    validY: { dtype: "int32", shape: ["validSamples"] },
    testX: { dtype: "float32", shape: ["testSamples", 784] },
    testY: { dtype: "int32", shape: ["testSamples"] },
  } as const;
  return createGpuProgram({
    shared,
    functions: { train, validate, test, probabilities, predict },
  }, options);
}
