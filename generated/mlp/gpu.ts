// gpu.js target. Generated from models/mlp.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/mlp.ts

import { createGpuProgram, type GpuFunction, type GpuOptions } from "adjoint/gpu";
import { createState } from "./typescript.ts";

// L2_sum_hidden_W = Σ_ij hidden_W[i,j]·hidden_W[i,j]
//   for i < 784, j < 500
const train_L2_sum_hidden_W = `
function L2_sum_hidden_W_kernel(hidden_W) {
  let L2_sum_hidden_W_sum = 0;
  for (let i = 0; i < 784; i++) {
    for (let j = 0; j < 500; j++) {
      L2_sum_hidden_W_sum = L2_sum_hidden_W_sum + (hidden_W[i][j] * hidden_W[i][j]);
    }
  }
  return L2_sum_hidden_W_sum;
}
`;

// L2_sum_output_W = Σ_ij output_W[i,j]·output_W[i,j]
//   for i < 500, j < 10
const train_L2_sum_output_W = `
function L2_sum_output_W_kernel(output_W) {
  let L2_sum_output_W_sum = 0;
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 10; j++) {
      L2_sum_output_W_sum = L2_sum_output_W_sum + (output_W[i][j] * output_W[i][j]);
    }
  }
  return L2_sum_output_W_sum;
}
`;

// h[i,j] = tanh(linear[i,j])
//   where linear[i,j] = Σ_k x[i,k]·hidden_W[k,j] + hidden_b[j]
//   for i < 20, j < 500, k < 784
// The same for validate, test.
const train_h = `
function h_kernel(trainX, index, hidden_W, hidden_b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let h_sum = 0;
  for (let k = 0; k < 784; k++) {
    h_sum = h_sum + (trainX[(index * 20) + i][k] * hidden_W[k][j]);
  }
  return Math.tanh((h_sum + hidden_b[j]));
}
`;

// p_logits[i,j] = Σ_k h[i,k]·output_W[k,j] + output_b[j]
//   for i < 20, j < 10, k < 500
// The same for validate, test.
const train_p_logits = `
function p_logits_kernel(h, output_W, output_b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let p_logits_sum = 0;
  for (let k = 0; k < 500; k++) {
    p_logits_sum = p_logits_sum + (h[i][k] * output_W[k][j]);
  }
  return p_logits_sum + output_b[j];
}
`;

// p_max[i] = max_j p_logits[i,j]
//   for i < 20, j < 10
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
//   for i < 20, j < 10
const train_p_exp = `
function p_exp_kernel(p_logits, p_max) {
  const i = this.thread.y;
  const j = this.thread.x;
  return Math.exp((p_logits[i][j] - p_max[i][0]));
}
`;

// p_sum[i] = Σ_j p_exp[i,j]
//   for i < 20, j < 10
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

// cost_sum = Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i]))
//   for i < 20
const train_cost_sum = `
function cost_sum_kernel(p_logits, trainY, index, p_max, p_sum) {
  let cost_sum = 0;
  for (let i = 0; i < 20; i++) {
    cost_sum = cost_sum
        + ((p_logits[i][trainY[(index * 20) + i]] - p_max[i][0]) - Math.log(p_sum[i][0]));
  }
  return cost_sum;
}
`;

// ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 20
//   where p[i,j] = p_exp[i,j] / p_sum[i]
//   for i < 20, j < 10
const train_d_p_logits = `
function d_p_logits_kernel(p_exp, p_sum, trainY, index) {
  const i = this.thread.y;
  const j = this.thread.x;
  return ((p_exp[i][j] / p_sum[i][0]) - ((j === trainY[(index * 20) + i]) ? 1 : 0)) / 20;
}
`;

// ∂cost/∂linear ≡ d_linear[i,j] = ∂cost/∂h[i,j]·(1 − h[i,j]·h[i,j])
//   where ∂cost/∂h[i,j] = Σ_k d_p_logits[i,k]·output_W[j,k]
//   for i < 20, j < 500, k < 10
const train_d_linear = `
function d_linear_kernel(d_p_logits, output_W, h) {
  const i = this.thread.y;
  const j = this.thread.x;
  let d_h_sum = 0;
  for (let k = 0; k < 10; k++) {
    d_h_sum = d_h_sum + (d_p_logits[i][k] * output_W[j][k]);
  }
  return d_h_sum * (1 - (h[i][j] * h[i][j]));
}
`;

// hidden_W[i,j] ← hidden_W[i,j] − 0.01·∂cost/∂hidden_W[i,j]
//   where ∂cost/∂hidden_W[i,j] = 0.0002·hidden_W[i,j] + Σ_k x[k,i]·d_linear[k,j]
//   for i < 784, j < 500, k < 20
const train_hidden_W = `
function hidden_W_kernel(hidden_W, trainX, index, d_linear) {
  const i = this.thread.y;
  const j = this.thread.x;
  let hidden_W_sum = 0;
  for (let k = 0; k < 20; k++) {
    hidden_W_sum = hidden_W_sum + (trainX[(index * 20) + k][i] * d_linear[k][j]);
  }
  return hidden_W[i][j] - (0.01 * ((0.0002 * hidden_W[i][j]) + hidden_W_sum));
}
`;

// hidden_b[i] ← hidden_b[i] − 0.01·∂cost/∂hidden_b[i]
//   where ∂cost/∂hidden_b[i] = Σ_j d_linear[j,i]
//   for i < 500, j < 20
const train_hidden_b = `
function hidden_b_kernel(hidden_b, d_linear) {
  const i = this.thread.x;
  let d_hidden_b_sum = 0;
  for (let j = 0; j < 20; j++) {
    d_hidden_b_sum = d_hidden_b_sum + d_linear[j][i];
  }
  return hidden_b[i] - (0.01 * d_hidden_b_sum);
}
`;

// output_W[i,j] ← output_W[i,j] − 0.01·∂cost/∂output_W[i,j]
//   where ∂cost/∂output_W[i,j] = 0.0002·output_W[i,j] + Σ_k h[k,i]·d_p_logits[k,j]
//   for i < 500, j < 10, k < 20
const train_output_W = `
function output_W_kernel(output_W, h, d_p_logits) {
  const i = this.thread.y;
  const j = this.thread.x;
  let output_W_sum = 0;
  for (let k = 0; k < 20; k++) {
    output_W_sum = output_W_sum + (h[k][i] * d_p_logits[k][j]);
  }
  return output_W[i][j] - (0.01 * ((0.0002 * output_W[i][j]) + output_W_sum));
}
`;

// output_b[i] ← output_b[i] − 0.01·∂cost/∂output_b[i]
//   where ∂cost/∂output_b[i] = Σ_j d_p_logits[j,i]
//   for i < 10, j < 20
const train_output_b = `
function output_b_kernel(output_b, d_p_logits) {
  const i = this.thread.x;
  let d_output_b_sum = 0;
  for (let j = 0; j < 20; j++) {
    d_output_b_sum = d_output_b_sum + d_p_logits[j][i];
  }
  return output_b[i] - (0.01 * d_output_b_sum);
}
`;

// cost = 0.0001·L2 − cost_sum / 20
//   where L2 = L2_sum_hidden_W + L2_sum_output_W
const train_cost = `
function cost_kernel(L2_sum_hidden_W, L2_sum_output_W, cost_sum) {
  return (0.0001 * (L2_sum_hidden_W[0] + L2_sum_output_W[0])) - (cost_sum[0] / 20);
}
`;

const train: GpuFunction = {
  kernels: [
    { result: "L2_sum_hidden_W", shape: [1], args: ["hidden_W"], source: train_L2_sum_hidden_W },
    { result: "L2_sum_output_W", shape: [1], args: ["output_W"], source: train_L2_sum_output_W },
    {
      result: "h",
      shape: [20, 500],
      args: ["trainX", "index", "hidden_W", "hidden_b"],
      source: train_h,
    },
    {
      result: "p_logits",
      shape: [20, 10],
      args: ["h", "output_W", "output_b"],
      source: train_p_logits,
    },
    { result: "p_max", shape: [20, 1], args: ["p_logits"], source: train_p_max },
    { result: "p_exp", shape: [20, 10], args: ["p_logits", "p_max"], source: train_p_exp },
    { result: "p_sum", shape: [20, 1], args: ["p_exp"], source: train_p_sum },
    {
      result: "cost_sum",
      shape: [1],
      args: ["p_logits", "trainY", "index", "p_max", "p_sum"],
      source: train_cost_sum,
    },
    {
      result: "d_p_logits",
      shape: [20, 10],
      args: ["p_exp", "p_sum", "trainY", "index"],
      source: train_d_p_logits,
    },
    {
      result: "d_linear",
      shape: [20, 500],
      args: ["d_p_logits", "output_W", "h"],
      source: train_d_linear,
    },
    {
      result: "hidden_W",
      updates: true,
      shape: [784, 500],
      args: ["hidden_W", "trainX", "index", "d_linear"],
      source: train_hidden_W,
    },
    {
      result: "hidden_b",
      updates: true,
      shape: [500],
      args: ["hidden_b", "d_linear"],
      source: train_hidden_b,
    },
    {
      result: "output_W",
      updates: true,
      shape: [500, 10],
      args: ["output_W", "h", "d_p_logits"],
      source: train_output_W,
    },
    {
      result: "output_b",
      updates: true,
      shape: [10],
      args: ["output_b", "d_p_logits"],
      source: train_output_b,
    },
    {
      result: "cost",
      shape: [1],
      args: ["L2_sum_hidden_W", "L2_sum_output_W", "cost_sum"],
      source: train_cost,
    },
  ],
  inputs: ["index"],
  inputShapes: {},
  outputs: [{ name: "cost", dtype: "float32", scalar: true }],
  single: true,
};

// errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 20
//   for i < 20, j < 10
// The same for test.
const validate_errors = `
function errors_kernel(p_logits, validY, index) {
  let errors_sum = 0;
  for (let i = 0; i < 20; i++) {
    let errors_argmax = 0;
    let errors_argmax_best = -3.4028234e38;
    for (let j = 0; j < 10; j++) {
      const errors_argmax_value = p_logits[i][j];
      if (errors_argmax_value > errors_argmax_best) {
        errors_argmax_best = errors_argmax_value;
        errors_argmax = j;
      }
    }
    errors_sum = errors_sum + ((errors_argmax !== validY[(index * 20) + i]) ? 1 : 0);
  }
  return errors_sum / 20;
}
`;

const validate: GpuFunction = {
  kernels: [
    {
      result: "h",
      shape: [20, 500],
      args: ["validX", "index", "hidden_W", "hidden_b"],
      source: train_h,
    },
    {
      result: "p_logits",
      shape: [20, 10],
      args: ["h", "output_W", "output_b"],
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
      result: "h",
      shape: [20, 500],
      args: ["testX", "index", "hidden_W", "hidden_b"],
      source: train_h,
    },
    {
      result: "p_logits",
      shape: [20, 10],
      args: ["h", "output_W", "output_b"],
      source: train_p_logits,
    },
    { result: "errors", shape: [1], args: ["p_logits", "testY", "index"], source: validate_errors },
  ],
  inputs: ["index"],
  inputShapes: {},
  outputs: [{ name: "errors", dtype: "float32", scalar: true }],
  single: true,
};

// features[i,j] = tanh(linear[i,j])
//   where linear[i,j] = Σ_k images[i,k]·hidden_W[k,j] + hidden_b[j]
//   for i < rows, j < 500, k < 784
// The same for predict.
const probabilities_features = `
function features_kernel(images, hidden_W, hidden_b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let features_sum = 0;
  for (let k = 0; k < 784; k++) {
    features_sum = features_sum + (images[i][k] * hidden_W[k][j]);
  }
  return Math.tanh((features_sum + hidden_b[j]));
}
`;

// scores_logits[i,j] = Σ_k features[i,k]·output_W[k,j] + output_b[j]
//   for i < rows, j < 10, k < 500
// The same for predict.
const probabilities_scores_logits = `
function scores_logits_kernel(features, output_W, output_b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let scores_logits_sum = 0;
  for (let k = 0; k < 500; k++) {
    scores_logits_sum = scores_logits_sum + (features[i][k] * output_W[k][j]);
  }
  return scores_logits_sum + output_b[j];
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
      result: "features",
      shape: ["rows", 500],
      args: ["images", "hidden_W", "hidden_b"],
      source: probabilities_features,
    },
    {
      result: "scores_logits",
      shape: ["rows", 10],
      args: ["features", "output_W", "output_b"],
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
      result: "features",
      shape: ["rows", 500],
      args: ["images", "hidden_W", "hidden_b"],
      source: probabilities_features,
    },
    {
      result: "scores_logits",
      shape: ["rows", 10],
      args: ["features", "output_W", "output_b"],
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
    hidden_W: { dtype: "float32", shape: [784, 500], initial: state.hidden_W },
    hidden_b: { dtype: "float32", shape: [500], initial: state.hidden_b },
    output_W: { dtype: "float32", shape: [500, 10], initial: state.output_W },
    output_b: { dtype: "float32", shape: [10], initial: state.output_b },
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
