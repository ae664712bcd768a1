// gpu.js target. Generated from models/lenet.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/lenet.ts

import { createGpuProgram, type GpuFunction, type GpuOptions } from "adjoint/gpu";
import { createState } from "./typescript.ts";

// h0_convolved[i,j,k,l] = Σ_mn x[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]
//   for i < 500, j < 20, k < 24, l < 24, m < 5, n < 5
// The same for validate, test.
const train_h0_convolved = `
function h0_convolved_kernel(trainX, index, layer0_W) {
  const l = this.thread.x - 24 * Math.floor(this.thread.x / (1 * 24));
  const k = Math.floor(this.thread.x / (24)) - 24 * Math.floor(this.thread.x / (24 * 24));
  const j = Math.floor(this.thread.x / (24 * 24)) - 20 * Math.floor(this.thread.x / (24 * 24 * 20));
  const i = Math.floor(this.thread.x / (24 * 24 * 20))
      - 500 * Math.floor(this.thread.x / (24 * 24 * 20 * 500));
  let h0_convolved_sum = 0;
  for (let m = 0; m < 5; m++) {
    for (let n = 0; n < 5; n++) {
      h0_convolved_sum = h0_convolved_sum
          + (trainX[(index * 500) + i][(((k * 28) + (m * 28)) + l) + n]
          * layer0_W[((j * 1 + 0) * 5 + (4 - m)) * 5 + (4 - n)]);
    }
  }
  return h0_convolved_sum;
}
`;

// h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
//   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
const train_h0_pooled = `
function h0_pooled_kernel(h0_convolved) {
  const l = this.thread.x - 12 * Math.floor(this.thread.x / (1 * 12));
  const k = Math.floor(this.thread.x / (12)) - 12 * Math.floor(this.thread.x / (12 * 12));
  const j = Math.floor(this.thread.x / (12 * 12)) - 20 * Math.floor(this.thread.x / (12 * 12 * 20));
  const i = Math.floor(this.thread.x / (12 * 12 * 20))
      - 500 * Math.floor(this.thread.x / (12 * 12 * 20 * 500));
  let h0_pooled_max = -3.4028234e38;
  for (let m = 0; m < 2; m++) {
    for (let n = 0; n < 2; n++) {
      h0_pooled_max = Math.max(h0_pooled_max,
          h0_convolved[((i * 20 + j) * 24 + ((k * 2) + m)) * 24 + ((l * 2) + n)]);
    }
  }
  return h0_pooled_max;
}
`;

// h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
//   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
//   for i < 500, j < 20, k < 12, l < 12
const train_h0 = `
function h0_kernel(h0_pooled, layer0_b) {
  const l = this.thread.x - 12 * Math.floor(this.thread.x / (1 * 12));
  const k = Math.floor(this.thread.x / (12)) - 12 * Math.floor(this.thread.x / (12 * 12));
  const j = Math.floor(this.thread.x / (12 * 12)) - 20 * Math.floor(this.thread.x / (12 * 12 * 20));
  const i = Math.floor(this.thread.x / (12 * 12 * 20))
      - 500 * Math.floor(this.thread.x / (12 * 12 * 20 * 500));
  return Math.tanh((h0_pooled[((i * 20 + j) * 12 + k) * 12 + l] + layer0_b[j]));
}
`;

// h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]
//   for i < 500, j < 50, k < 8, l < 8, m < 20, n < 5, q < 5
// The same for validate, test.
const train_h1_convolved = `
function h1_convolved_kernel(h0, layer1_W) {
  const l = this.thread.x - 8 * Math.floor(this.thread.x / (1 * 8));
  const k = Math.floor(this.thread.x / (8)) - 8 * Math.floor(this.thread.x / (8 * 8));
  const j = Math.floor(this.thread.x / (8 * 8)) - 50 * Math.floor(this.thread.x / (8 * 8 * 50));
  const i = Math.floor(this.thread.x / (8 * 8 * 50))
      - 500 * Math.floor(this.thread.x / (8 * 8 * 50 * 500));
  let h1_convolved_sum = 0;
  for (let m = 0; m < 20; m++) {
    for (let n = 0; n < 5; n++) {
      for (let q = 0; q < 5; q++) {
        h1_convolved_sum = h1_convolved_sum
            + (h0[((i * 20 + m) * 12 + (k + n)) * 12 + (l + q)]
            * layer1_W[((j * 20 + m) * 5 + (4 - n)) * 5 + (4 - q)]);
      }
    }
  }
  return h1_convolved_sum;
}
`;

// h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
//   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
const train_h1_pooled = `
function h1_pooled_kernel(h1_convolved) {
  const l = this.thread.x - 4 * Math.floor(this.thread.x / (1 * 4));
  const k = Math.floor(this.thread.x / (4)) - 4 * Math.floor(this.thread.x / (4 * 4));
  const j = Math.floor(this.thread.x / (4 * 4)) - 50 * Math.floor(this.thread.x / (4 * 4 * 50));
  const i = Math.floor(this.thread.x / (4 * 4 * 50))
      - 500 * Math.floor(this.thread.x / (4 * 4 * 50 * 500));
  let h1_pooled_max = -3.4028234e38;
  for (let m = 0; m < 2; m++) {
    for (let n = 0; n < 2; n++) {
      h1_pooled_max = Math.max(h1_pooled_max,
          h1_convolved[((i * 50 + j) * 8 + ((k * 2) + m)) * 8 + ((l * 2) + n)]);
    }
  }
  return h1_pooled_max;
}
`;

// h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
//   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
//   for i < 500, j < 50, k < 4, l < 4
const train_h1 = `
function h1_kernel(h1_pooled, layer1_b) {
  const l = this.thread.x - 4 * Math.floor(this.thread.x / (1 * 4));
  const k = Math.floor(this.thread.x / (4)) - 4 * Math.floor(this.thread.x / (4 * 4));
  const j = Math.floor(this.thread.x / (4 * 4)) - 50 * Math.floor(this.thread.x / (4 * 4 * 50));
  const i = Math.floor(this.thread.x / (4 * 4 * 50))
      - 500 * Math.floor(this.thread.x / (4 * 4 * 50 * 500));
  return Math.tanh((h1_pooled[((i * 50 + j) * 4 + k) * 4 + l] + layer1_b[j]));
}
`;

// h2[i,j] = tanh(h2_linear[i,j])
//   where h2_linear[i,j] = Σ_k h1[i,k / 16,k / 4 mod 4,k mod 4]·hidden_W[k,j] + hidden_b[j]
//   for i < 500, j < 500, k < 800
// The same for validate, test.
const train_h2 = `
function h2_kernel(h1, hidden_W, hidden_b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let h2_sum = 0;
  for (let k = 0; k < 800; k++) {
    h2_sum = h2_sum
        + (h1[((i * 50 + Math.floor(k / 16)) * 4
        + (Math.floor(k / 4) - 4 * Math.floor(Math.floor(k / 4) / 4))) * 4
        + (k - 4 * Math.floor(k / 4))] * hidden_W[k][j]);
  }
  return Math.tanh((h2_sum + hidden_b[j]));
}
`;

// p_logits[i,j] = Σ_k h2[i,k]·output_W[k,j] + output_b[j]
//   for i < 500, j < 10, k < 500
// The same for validate, test.
const train_p_logits = `
function p_logits_kernel(h2, output_W, output_b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let p_logits_sum = 0;
  for (let k = 0; k < 500; k++) {
    p_logits_sum = p_logits_sum + (h2[i][k] * output_W[k][j]);
  }
  return p_logits_sum + output_b[j];
}
`;

// p_max[i] = max_j p_logits[i,j]
//   for i < 500, j < 10
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
//   for i < 500, j < 10
const train_p_exp = `
function p_exp_kernel(p_logits, p_max) {
  const i = this.thread.y;
  const j = this.thread.x;
  return Math.exp((p_logits[i][j] - p_max[i][0]));
}
`;

// p_sum[i] = Σ_j p_exp[i,j]
//   for i < 500, j < 10
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

// cost = −Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i])) / 500
//   for i < 500
const train_cost = `
function cost_kernel(p_logits, trainY, index, p_max, p_sum) {
  let cost_sum = 0;
  for (let i = 0; i < 500; i++) {
    cost_sum = cost_sum
        + ((p_logits[i][trainY[(index * 500) + i]] - p_max[i][0]) - Math.log(p_sum[i][0]));
  }
  return -(cost_sum / 500);
}
`;

// ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 500
//   where p[i,j] = p_exp[i,j] / p_sum[i]
//   for i < 500, j < 10
const train_d_p_logits = `
function d_p_logits_kernel(p_exp, p_sum, trainY, index) {
  const i = this.thread.y;
  const j = this.thread.x;
  return ((p_exp[i][j] / p_sum[i][0]) - ((j === trainY[(index * 500) + i]) ? 1 : 0)) / 500;
}
`;

// ∂cost/∂h2_linear ≡ d_h2_linear[i,j] = ∂cost/∂h2[i,j]·(1 − h2[i,j]·h2[i,j])
//   where ∂cost/∂h2[i,j] = Σ_k d_p_logits[i,k]·output_W[j,k]
//   for i < 500, j < 500, k < 10
const train_d_h2_linear = `
function d_h2_linear_kernel(d_p_logits, output_W, h2) {
  const i = this.thread.y;
  const j = this.thread.x;
  let d_h2_sum = 0;
  for (let k = 0; k < 10; k++) {
    d_h2_sum = d_h2_sum + (d_p_logits[i][k] * output_W[j][k]);
  }
  return d_h2_sum * (1 - (h2[i][j] * h2[i][j]));
}
`;

// ∂cost/∂h1_linear ≡ d_h1_linear[i,j,k,l] = ∂cost/∂h1[i,j,k,l]·(1 − h1[i,j,k,l]·h1[i,j,k,l])
//   where ∂cost/∂h1[i,j,k,l] = Σ_m d_h2_linear[i,m]·hidden_W[j·16 + k·4 + l,m]
//   for i < 500, j < 50, k < 4, l < 4, m < 500
const train_d_h1_linear = `
function d_h1_linear_kernel(d_h2_linear, hidden_W, h1) {
  const l = this.thread.x - 4 * Math.floor(this.thread.x / (1 * 4));
  const k = Math.floor(this.thread.x / (4)) - 4 * Math.floor(this.thread.x / (4 * 4));
  const j = Math.floor(this.thread.x / (4 * 4)) - 50 * Math.floor(this.thread.x / (4 * 4 * 50));
  const i = Math.floor(this.thread.x / (4 * 4 * 50))
      - 500 * Math.floor(this.thread.x / (4 * 4 * 50 * 500));
  let d_h1_sum = 0;
  for (let m = 0; m < 500; m++) {
    d_h1_sum = d_h1_sum + (d_h2_linear[i][m] * hidden_W[((j * 16) + (k * 4)) + l][m]);
  }
  return d_h1_sum * (1 - (h1[((i * 50 + j) * 4 + k) * 4 + l] * h1[((i * 50 + j) * 4 + k) * 4 + l]));
}
`;

// d_h1_linear_share[i,j,k,l] = d_h1_linear[i,j,k,l] / d_h1_linear_ties[i,j,k,l]
//   where d_h1_linear_ties[i,j,k,l] = Σ_mn [h1_convolved[i,j,k·2 + m,l·2 + n] = h1_pooled[i,j,k,l]]
//   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
const train_d_h1_linear_share = `
function d_h1_linear_share_kernel(d_h1_linear, h1_convolved, h1_pooled) {
  const l = this.thread.x - 4 * Math.floor(this.thread.x / (1 * 4));
  const k = Math.floor(this.thread.x / (4)) - 4 * Math.floor(this.thread.x / (4 * 4));
  const j = Math.floor(this.thread.x / (4 * 4)) - 50 * Math.floor(this.thread.x / (4 * 4 * 50));
  const i = Math.floor(this.thread.x / (4 * 4 * 50))
      - 500 * Math.floor(this.thread.x / (4 * 4 * 50 * 500));
  let d_h1_linear_ties_sum = 0;
  for (let m = 0; m < 2; m++) {
    for (let n = 0; n < 2; n++) {
      d_h1_linear_ties_sum = d_h1_linear_ties_sum
          + ((h1_convolved[((i * 50 + j) * 8 + ((k * 2) + m)) * 8
          + ((l * 2) + n)] === h1_pooled[((i * 50 + j) * 4 + k) * 4 + l]) ? 1 : 0);
    }
  }
  return d_h1_linear[((i * 50 + j) * 4 + k) * 4 + l] / d_h1_linear_ties_sum;
}
`;

// ∂cost/∂h1_convolved ≡ d_h1_convolved[i,j,k,l] = d_h1_linear_share[i,j,k / 2,l / 2] if
//     h1_convolved[i,j,k,l] = h1_pooled[i,j,k / 2,l / 2] else 0
//   for i < 500, j < 50, k < 8, l < 8
const train_d_h1_convolved = `
function d_h1_convolved_kernel(h1_convolved, h1_pooled, d_h1_linear_share) {
  const l = this.thread.x - 8 * Math.floor(this.thread.x / (1 * 8));
  const k = Math.floor(this.thread.x / (8)) - 8 * Math.floor(this.thread.x / (8 * 8));
  const j = Math.floor(this.thread.x / (8 * 8)) - 50 * Math.floor(this.thread.x / (8 * 8 * 50));
  const i = Math.floor(this.thread.x / (8 * 8 * 50))
      - 500 * Math.floor(this.thread.x / (8 * 8 * 50 * 500));
  return (h1_convolved[((i * 50 + j) * 8 + k) * 8
      + l] === h1_pooled[((i * 50 + j) * 4 + Math.floor(k / 2)) * 4 + Math.floor(l / 2)])
      ? d_h1_linear_share[((i * 50 + j) * 4 + Math.floor(k / 2)) * 4 + Math.floor(l / 2)] : 0;
}
`;

// d_h1_convolved_padded[i,j,k,l] = d_h1_convolved[i,j,k − 4,l − 4] if k ≥ 4 ∧ k < 12 ∧ l ≥ 4 ∧ l <
//     12 else 0
//   for i < 500, j < 50, k < 16, l < 16
const train_d_h1_convolved_padded = `
function d_h1_convolved_padded_kernel(d_h1_convolved) {
  const l = this.thread.x - 16 * Math.floor(this.thread.x / (1 * 16));
  const k = Math.floor(this.thread.x / (16)) - 16 * Math.floor(this.thread.x / (16 * 16));
  const j = Math.floor(this.thread.x / (16 * 16)) - 50 * Math.floor(this.thread.x / (16 * 16 * 50));
  const i = Math.floor(this.thread.x / (16 * 16 * 50))
      - 500 * Math.floor(this.thread.x / (16 * 16 * 50 * 500));
  return ((((k >= 4) && (k < 12)) && (l >= 4)) && (l < 12))
      ? d_h1_convolved[((i * 50 + j) * 8 + (k - 4)) * 8 + (l - 4)] : 0;
}
`;

// ∂cost/∂h0_linear ≡ d_h0_linear[i,j,k,l] = ∂cost/∂h0[i,j,k,l]·(1 − h0[i,j,k,l]·h0[i,j,k,l])
//   where ∂cost/∂h0[i,j,k,l] = Σ_mnq d_h1_convolved_padded[i,m,k + n,l + q]·layer1_W[m,j,n,q]
//   for i < 500, j < 20, k < 12, l < 12, m < 50, n < 5, q < 5
const train_d_h0_linear = `
function d_h0_linear_kernel(d_h1_convolved_padded, layer1_W, h0) {
  const l = this.thread.x - 12 * Math.floor(this.thread.x / (1 * 12));
  const k = Math.floor(this.thread.x / (12)) - 12 * Math.floor(this.thread.x / (12 * 12));
  const j = Math.floor(this.thread.x / (12 * 12)) - 20 * Math.floor(this.thread.x / (12 * 12 * 20));
  const i = Math.floor(this.thread.x / (12 * 12 * 20))
      - 500 * Math.floor(this.thread.x / (12 * 12 * 20 * 500));
  let d_h0_sum = 0;
  for (let m = 0; m < 50; m++) {
    for (let n = 0; n < 5; n++) {
      for (let q = 0; q < 5; q++) {
        d_h0_sum = d_h0_sum
            + (d_h1_convolved_padded[((i * 50 + m) * 16 + (k + n)) * 16 + (l + q)]
            * layer1_W[((m * 20 + j) * 5 + n) * 5 + q]);
      }
    }
  }
  return d_h0_sum
      * (1 - (h0[((i * 20 + j) * 12 + k) * 12 + l] * h0[((i * 20 + j) * 12 + k) * 12 + l]));
}
`;

// d_h0_linear_share[i,j,k,l] = d_h0_linear[i,j,k,l] / d_h0_linear_ties[i,j,k,l]
//   where d_h0_linear_ties[i,j,k,l] = Σ_mn [h0_convolved[i,j,k·2 + m,l·2 + n] = h0_pooled[i,j,k,l]]
//   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
const train_d_h0_linear_share = `
function d_h0_linear_share_kernel(d_h0_linear, h0_convolved, h0_pooled) {
  const l = this.thread.x - 12 * Math.floor(this.thread.x / (1 * 12));
  const k = Math.floor(this.thread.x / (12)) - 12 * Math.floor(this.thread.x / (12 * 12));
  const j = Math.floor(this.thread.x / (12 * 12)) - 20 * Math.floor(this.thread.x / (12 * 12 * 20));
  const i = Math.floor(this.thread.x / (12 * 12 * 20))
      - 500 * Math.floor(this.thread.x / (12 * 12 * 20 * 500));
  let d_h0_linear_ties_sum = 0;
  for (let m = 0; m < 2; m++) {
    for (let n = 0; n < 2; n++) {
      d_h0_linear_ties_sum = d_h0_linear_ties_sum
          + ((h0_convolved[((i * 20 + j) * 24 + ((k * 2) + m)) * 24
          + ((l * 2) + n)] === h0_pooled[((i * 20 + j) * 12 + k) * 12 + l]) ? 1 : 0);
    }
  }
  return d_h0_linear[((i * 20 + j) * 12 + k) * 12 + l] / d_h0_linear_ties_sum;
}
`;

// ∂cost/∂h0_convolved ≡ d_h0_convolved[i,j,k,l] = d_h0_linear_share[i,j,k / 2,l / 2] if
//     h0_convolved[i,j,k,l] = h0_pooled[i,j,k / 2,l / 2] else 0
//   for i < 500, j < 20, k < 24, l < 24
const train_d_h0_convolved = `
function d_h0_convolved_kernel(h0_convolved, h0_pooled, d_h0_linear_share) {
  const l = this.thread.x - 24 * Math.floor(this.thread.x / (1 * 24));
  const k = Math.floor(this.thread.x / (24)) - 24 * Math.floor(this.thread.x / (24 * 24));
  const j = Math.floor(this.thread.x / (24 * 24)) - 20 * Math.floor(this.thread.x / (24 * 24 * 20));
  const i = Math.floor(this.thread.x / (24 * 24 * 20))
      - 500 * Math.floor(this.thread.x / (24 * 24 * 20 * 500));
  return (h0_convolved[((i * 20 + j) * 24 + k) * 24
      + l] === h0_pooled[((i * 20 + j) * 12 + Math.floor(k / 2)) * 12 + Math.floor(l / 2)])
      ? d_h0_linear_share[((i * 20 + j) * 12 + Math.floor(k / 2)) * 12 + Math.floor(l / 2)] : 0;
}
`;

// layer0_W[i,j,k] ← layer0_W[i,j,k] − 0.1·∂cost/∂layer0_W[i,j,k]
//   where ∂cost/∂layer0_W[i,j,k] = Σ_lmn x[l,m·28 + n − j·28 − k + 116]·d_h0_convolved[l,i,m,n]
//   for i < 20, j < 5, k < 5, l < 500, m < 24, n < 24
const train_layer0_W = `
function layer0_W_kernel(layer0_W, trainX, index, d_h0_convolved) {
  const k = this.thread.x - 5 * Math.floor(this.thread.x / (1 * 5));
  const j = Math.floor(this.thread.x / (5)) - 5 * Math.floor(this.thread.x / (5 * 5));
  const i = Math.floor(this.thread.x / (5 * 5 * 1))
      - 20 * Math.floor(this.thread.x / (5 * 5 * 1 * 20));
  let layer0_W_sum = 0;
  for (let l = 0; l < 500; l++) {
    for (let m = 0; m < 24; m++) {
      for (let n = 0; n < 24; n++) {
        layer0_W_sum = layer0_W_sum
            + (trainX[(index * 500) + l][((((m * 28) + n) - (j * 28)) - k) + 116]
            * d_h0_convolved[((l * 20 + i) * 24 + m) * 24 + n]);
      }
    }
  }
  return layer0_W[((i * 1 + 0) * 5 + j) * 5 + k] - (0.1 * layer0_W_sum);
}
`;

// layer0_b[i] ← layer0_b[i] − 0.1·∂cost/∂layer0_b[i]
//   where ∂cost/∂layer0_b[i] = Σ_jkl d_h0_linear[j,i,k,l]
//   for i < 20, j < 500, k < 12, l < 12
const train_layer0_b = `
function layer0_b_kernel(layer0_b, d_h0_linear) {
  const i = this.thread.x;
  let d_layer0_b_sum = 0;
  for (let j = 0; j < 500; j++) {
    for (let k = 0; k < 12; k++) {
      for (let l = 0; l < 12; l++) {
        d_layer0_b_sum = d_layer0_b_sum + d_h0_linear[((j * 20 + i) * 12 + k) * 12 + l];
      }
    }
  }
  return layer0_b[i] - (0.1 * d_layer0_b_sum);
}
`;

// layer1_W[i,j,k,l] ← layer1_W[i,j,k,l] − 0.1·∂cost/∂layer1_W[i,j,k,l]
//   where ∂cost/∂layer1_W[i,j,k,l] = Σ_mnq h0[m,j,n − k + 4,q − l + 4]·d_h1_convolved[m,i,n,q]
//   for i < 50, j < 20, k < 5, l < 5, m < 500, n < 8, q < 8
const train_layer1_W = `
function layer1_W_kernel(layer1_W, h0, d_h1_convolved) {
  const l = this.thread.x - 5 * Math.floor(this.thread.x / (1 * 5));
  const k = Math.floor(this.thread.x / (5)) - 5 * Math.floor(this.thread.x / (5 * 5));
  const j = Math.floor(this.thread.x / (5 * 5)) - 20 * Math.floor(this.thread.x / (5 * 5 * 20));
  const i = Math.floor(this.thread.x / (5 * 5 * 20))
      - 50 * Math.floor(this.thread.x / (5 * 5 * 20 * 50));
  let d_layer1_W_sum = 0;
  for (let m = 0; m < 500; m++) {
    for (let n = 0; n < 8; n++) {
      for (let q = 0; q < 8; q++) {
        d_layer1_W_sum = d_layer1_W_sum
            + (h0[((m * 20 + j) * 12 + ((n - k) + 4)) * 12 + ((q - l) + 4)]
            * d_h1_convolved[((m * 50 + i) * 8 + n) * 8 + q]);
      }
    }
  }
  return layer1_W[((i * 20 + j) * 5 + k) * 5 + l] - (0.1 * d_layer1_W_sum);
}
`;

// layer1_b[i] ← layer1_b[i] − 0.1·∂cost/∂layer1_b[i]
//   where ∂cost/∂layer1_b[i] = Σ_jkl d_h1_linear[j,i,k,l]
//   for i < 50, j < 500, k < 4, l < 4
const train_layer1_b = `
function layer1_b_kernel(layer1_b, d_h1_linear) {
  const i = this.thread.x;
  let d_layer1_b_sum = 0;
  for (let j = 0; j < 500; j++) {
    for (let k = 0; k < 4; k++) {
      for (let l = 0; l < 4; l++) {
        d_layer1_b_sum = d_layer1_b_sum + d_h1_linear[((j * 50 + i) * 4 + k) * 4 + l];
      }
    }
  }
  return layer1_b[i] - (0.1 * d_layer1_b_sum);
}
`;

// hidden_W[i,j] ← hidden_W[i,j] − 0.1·∂cost/∂hidden_W[i,j]
//   where ∂cost/∂hidden_W[i,j] = Σ_k h1[k,i / 16,i / 4 mod 4,i mod 4]·d_h2_linear[k,j]
//   for i < 800, j < 500, k < 500
const train_hidden_W = `
function hidden_W_kernel(hidden_W, h1, d_h2_linear) {
  const i = this.thread.y;
  const j = this.thread.x;
  let d_hidden_W_sum = 0;
  for (let k = 0; k < 500; k++) {
    d_hidden_W_sum = d_hidden_W_sum
        + (h1[((k * 50 + Math.floor(i / 16)) * 4
        + (Math.floor(i / 4) - 4 * Math.floor(Math.floor(i / 4) / 4))) * 4
        + (i - 4 * Math.floor(i / 4))] * d_h2_linear[k][j]);
  }
  return hidden_W[i][j] - (0.1 * d_hidden_W_sum);
}
`;

// hidden_b[i] ← hidden_b[i] − 0.1·∂cost/∂hidden_b[i]
//   where ∂cost/∂hidden_b[i] = Σ_j d_h2_linear[j,i]
//   for i < 500, j < 500
const train_hidden_b = `
function hidden_b_kernel(hidden_b, d_h2_linear) {
  const i = this.thread.x;
  let d_hidden_b_sum = 0;
  for (let j = 0; j < 500; j++) {
    d_hidden_b_sum = d_hidden_b_sum + d_h2_linear[j][i];
  }
  return hidden_b[i] - (0.1 * d_hidden_b_sum);
}
`;

// output_W[i,j] ← output_W[i,j] − 0.1·∂cost/∂output_W[i,j]
//   where ∂cost/∂output_W[i,j] = Σ_k h2[k,i]·d_p_logits[k,j]
//   for i < 500, j < 10, k < 500
const train_output_W = `
function output_W_kernel(output_W, h2, d_p_logits) {
  const i = this.thread.y;
  const j = this.thread.x;
  let d_output_W_sum = 0;
  for (let k = 0; k < 500; k++) {
    d_output_W_sum = d_output_W_sum + (h2[k][i] * d_p_logits[k][j]);
  }
  return output_W[i][j] - (0.1 * d_output_W_sum);
}
`;

// output_b[i] ← output_b[i] − 0.1·∂cost/∂output_b[i]
//   where ∂cost/∂output_b[i] = Σ_j d_p_logits[j,i]
//   for i < 10, j < 500
const train_output_b = `
function output_b_kernel(output_b, d_p_logits) {
  const i = this.thread.x;
  let d_output_b_sum = 0;
  for (let j = 0; j < 500; j++) {
    d_output_b_sum = d_output_b_sum + d_p_logits[j][i];
  }
  return output_b[i] - (0.1 * d_output_b_sum);
}
`;

const train: GpuFunction = {
  kernels: [
    {
      result: "h0_convolved",
      shape: ["500*20*24*24"],
      args: ["trainX", "index", "layer0_W"],
      source: train_h0_convolved,
    },
    {
      result: "h0_pooled",
      shape: ["500*20*12*12"],
      args: ["h0_convolved"],
      source: train_h0_pooled,
    },
    { result: "h0", shape: ["500*20*12*12"], args: ["h0_pooled", "layer0_b"], source: train_h0 },
    {
      result: "h1_convolved",
      shape: ["500*50*8*8"],
      args: ["h0", "layer1_W"],
      source: train_h1_convolved,
    },
    { result: "h1_pooled", shape: ["500*50*4*4"], args: ["h1_convolved"], source: train_h1_pooled },
    { result: "h1", shape: ["500*50*4*4"], args: ["h1_pooled", "layer1_b"], source: train_h1 },
    { result: "h2", shape: [500, 500], args: ["h1", "hidden_W", "hidden_b"], source: train_h2 },
    {
      result: "p_logits",
      shape: [500, 10],
      args: ["h2", "output_W", "output_b"],
      source: train_p_logits,
    },
    { result: "p_max", shape: [500, 1], args: ["p_logits"], source: train_p_max },
    { result: "p_exp", shape: [500, 10], args: ["p_logits", "p_max"], source: train_p_exp },
    { result: "p_sum", shape: [500, 1], args: ["p_exp"], source: train_p_sum },
    {
      result: "cost",
      shape: [1],
      args: ["p_logits", "trainY", "index", "p_max", "p_sum"],
      source: train_cost,
    },
    {
      result: "d_p_logits",
      shape: [500, 10],
      args: ["p_exp", "p_sum", "trainY", "index"],
      source: train_d_p_logits,
    },
    {
      result: "d_h2_linear",
      shape: [500, 500],
      args: ["d_p_logits", "output_W", "h2"],
      source: train_d_h2_linear,
    },
    {
      result: "d_h1_linear",
      shape: ["500*50*4*4"],
      args: ["d_h2_linear", "hidden_W", "h1"],
      source: train_d_h1_linear,
    },
    {
      result: "d_h1_linear_share",
      shape: ["500*50*4*4"],
      args: ["d_h1_linear", "h1_convolved", "h1_pooled"],
      source: train_d_h1_linear_share,
    },
    {
      result: "d_h1_convolved",
      shape: ["500*50*8*8"],
      args: ["h1_convolved", "h1_pooled", "d_h1_linear_share"],
      source: train_d_h1_convolved,
    },
    {
      result: "d_h1_convolved_padded",
      shape: ["500*50*16*16"],
      args: ["d_h1_convolved"],
      source: train_d_h1_convolved_padded,
    },
    {
      result: "d_h0_linear",
      shape: ["500*20*12*12"],
      args: ["d_h1_convolved_padded", "layer1_W", "h0"],
      source: train_d_h0_linear,
    },
    {
      result: "d_h0_linear_share",
      shape: ["500*20*12*12"],
      args: ["d_h0_linear", "h0_convolved", "h0_pooled"],
      source: train_d_h0_linear_share,
    },
    {
      result: "d_h0_convolved",
      shape: ["500*20*24*24"],
      args: ["h0_convolved", "h0_pooled", "d_h0_linear_share"],
      source: train_d_h0_convolved,
    },
    {
      result: "layer0_W",
      updates: true,
      shape: ["20*1*5*5"],
      args: ["layer0_W", "trainX", "index", "d_h0_convolved"],
      source: train_layer0_W,
    },
    {
      result: "layer0_b",
      updates: true,
      shape: [20],
      args: ["layer0_b", "d_h0_linear"],
      source: train_layer0_b,
    },
    {
      result: "layer1_W",
      updates: true,
      shape: ["50*20*5*5"],
      args: ["layer1_W", "h0", "d_h1_convolved"],
      source: train_layer1_W,
    },
    {
      result: "layer1_b",
      updates: true,
      shape: [50],
      args: ["layer1_b", "d_h1_linear"],
      source: train_layer1_b,
    },
    {
      result: "hidden_W",
      updates: true,
      shape: [800, 500],
      args: ["hidden_W", "h1", "d_h2_linear"],
      source: train_hidden_W,
    },
    {
      result: "hidden_b",
      updates: true,
      shape: [500],
      args: ["hidden_b", "d_h2_linear"],
      source: train_hidden_b,
    },
    {
      result: "output_W",
      updates: true,
      shape: [500, 10],
      args: ["output_W", "h2", "d_p_logits"],
      source: train_output_W,
    },
    {
      result: "output_b",
      updates: true,
      shape: [10],
      args: ["output_b", "d_p_logits"],
      source: train_output_b,
    },
  ],
  inputs: ["index"],
  inputShapes: {},
  outputs: [{ name: "cost", dtype: "float32", scalar: true }],
  single: true,
};

// h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
//   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
//   where h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
//   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
// The same for test.
const validate_h0 = `
function h0_kernel(h0_convolved, layer0_b) {
  const l = this.thread.x - 12 * Math.floor(this.thread.x / (1 * 12));
  const k = Math.floor(this.thread.x / (12)) - 12 * Math.floor(this.thread.x / (12 * 12));
  const j = Math.floor(this.thread.x / (12 * 12)) - 20 * Math.floor(this.thread.x / (12 * 12 * 20));
  const i = Math.floor(this.thread.x / (12 * 12 * 20))
      - 500 * Math.floor(this.thread.x / (12 * 12 * 20 * 500));
  let h0_pooled_max = -3.4028234e38;
  for (let m = 0; m < 2; m++) {
    for (let n = 0; n < 2; n++) {
      h0_pooled_max = Math.max(h0_pooled_max,
          h0_convolved[((i * 20 + j) * 24 + ((k * 2) + m)) * 24 + ((l * 2) + n)]);
    }
  }
  return Math.tanh((h0_pooled_max + layer0_b[j]));
}
`;

// h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
//   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
//   where h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
//   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
// The same for test.
const validate_h1 = `
function h1_kernel(h1_convolved, layer1_b) {
  const l = this.thread.x - 4 * Math.floor(this.thread.x / (1 * 4));
  const k = Math.floor(this.thread.x / (4)) - 4 * Math.floor(this.thread.x / (4 * 4));
  const j = Math.floor(this.thread.x / (4 * 4)) - 50 * Math.floor(this.thread.x / (4 * 4 * 50));
  const i = Math.floor(this.thread.x / (4 * 4 * 50))
      - 500 * Math.floor(this.thread.x / (4 * 4 * 50 * 500));
  let h1_pooled_max = -3.4028234e38;
  for (let m = 0; m < 2; m++) {
    for (let n = 0; n < 2; n++) {
      h1_pooled_max = Math.max(h1_pooled_max,
          h1_convolved[((i * 50 + j) * 8 + ((k * 2) + m)) * 8 + ((l * 2) + n)]);
    }
  }
  return Math.tanh((h1_pooled_max + layer1_b[j]));
}
`;

// errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 500
//   for i < 500, j < 10
// The same for test.
const validate_errors = `
function errors_kernel(p_logits, validY, index) {
  let errors_sum = 0;
  for (let i = 0; i < 500; i++) {
    let errors_argmax = 0;
    let errors_argmax_best = -3.4028234e38;
    for (let j = 0; j < 10; j++) {
      const errors_argmax_value = p_logits[i][j];
      if (errors_argmax_value > errors_argmax_best) {
        errors_argmax_best = errors_argmax_value;
        errors_argmax = j;
      }
    }
    errors_sum = errors_sum + ((errors_argmax !== validY[(index * 500) + i]) ? 1 : 0);
  }
  return errors_sum / 500;
}
`;

const validate: GpuFunction = {
  kernels: [
    {
      result: "h0_convolved",
      shape: ["500*20*24*24"],
      args: ["validX", "index", "layer0_W"],
      source: train_h0_convolved,
    },
    {
      result: "h0",
      shape: ["500*20*12*12"],
      args: ["h0_convolved", "layer0_b"],
      source: validate_h0,
    },
    {
      result: "h1_convolved",
      shape: ["500*50*8*8"],
      args: ["h0", "layer1_W"],
      source: train_h1_convolved,
    },
    {
      result: "h1",
      shape: ["500*50*4*4"],
      args: ["h1_convolved", "layer1_b"],
      source: validate_h1,
    },
    { result: "h2", shape: [500, 500], args: ["h1", "hidden_W", "hidden_b"], source: train_h2 },
    {
      result: "p_logits",
      shape: [500, 10],
      args: ["h2", "output_W", "output_b"],
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
      result: "h0_convolved",
      shape: ["500*20*24*24"],
      args: ["testX", "index", "layer0_W"],
      source: train_h0_convolved,
    },
    {
      result: "h0",
      shape: ["500*20*12*12"],
      args: ["h0_convolved", "layer0_b"],
      source: validate_h0,
    },
    {
      result: "h1_convolved",
      shape: ["500*50*8*8"],
      args: ["h0", "layer1_W"],
      source: train_h1_convolved,
    },
    {
      result: "h1",
      shape: ["500*50*4*4"],
      args: ["h1_convolved", "layer1_b"],
      source: validate_h1,
    },
    { result: "h2", shape: [500, 500], args: ["h1", "hidden_W", "hidden_b"], source: train_h2 },
    {
      result: "p_logits",
      shape: [500, 10],
      args: ["h2", "output_W", "output_b"],
      source: train_p_logits,
    },
    { result: "errors", shape: [1], args: ["p_logits", "testY", "index"], source: validate_errors },
  ],
  inputs: ["index"],
  inputShapes: {},
  outputs: [{ name: "errors", dtype: "float32", scalar: true }],
  single: true,
};

// h0_convolved[i,j,k,l] = Σ_mn images[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]
//   for i < rows, j < 20, k < 24, l < 24, m < 5, n < 5
// The same for predict.
const probabilities_h0_convolved = `
function h0_convolved_kernel(images, layer0_W) {
  const l = this.thread.x - 24 * Math.floor(this.thread.x / (1 * 24));
  const k = Math.floor(this.thread.x / (24)) - 24 * Math.floor(this.thread.x / (24 * 24));
  const j = Math.floor(this.thread.x / (24 * 24)) - 20 * Math.floor(this.thread.x / (24 * 24 * 20));
  const i = Math.floor(this.thread.x / (24 * 24 * 20))
      - this.constants.rows * Math.floor(this.thread.x / (24 * 24 * 20 * this.constants.rows));
  let h0_convolved_sum = 0;
  for (let m = 0; m < 5; m++) {
    for (let n = 0; n < 5; n++) {
      h0_convolved_sum = h0_convolved_sum
          + (images[i][(((k * 28) + (m * 28)) + l) + n]
          * layer0_W[((j * 1 + 0) * 5 + (4 - m)) * 5 + (4 - n)]);
    }
  }
  return h0_convolved_sum;
}
`;

// h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
//   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
//   where h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
//   for i < rows, j < 20, k < 12, l < 12, m < 2, n < 2
// The same for predict.
const probabilities_h0 = `
function h0_kernel(h0_convolved, layer0_b) {
  const l = this.thread.x - 12 * Math.floor(this.thread.x / (1 * 12));
  const k = Math.floor(this.thread.x / (12)) - 12 * Math.floor(this.thread.x / (12 * 12));
  const j = Math.floor(this.thread.x / (12 * 12)) - 20 * Math.floor(this.thread.x / (12 * 12 * 20));
  const i = Math.floor(this.thread.x / (12 * 12 * 20))
      - this.constants.rows * Math.floor(this.thread.x / (12 * 12 * 20 * this.constants.rows));
  let h0_pooled_max = -3.4028234e38;
  for (let m = 0; m < 2; m++) {
    for (let n = 0; n < 2; n++) {
      h0_pooled_max = Math.max(h0_pooled_max,
          h0_convolved[((i * 20 + j) * 24 + ((k * 2) + m)) * 24 + ((l * 2) + n)]);
    }
  }
  return Math.tanh((h0_pooled_max + layer0_b[j]));
}
`;

// h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]
//   for i < rows, j < 50, k < 8, l < 8, m < 20, n < 5, q < 5
// The same for predict.
const probabilities_h1_convolved = `
function h1_convolved_kernel(h0, layer1_W) {
  const l = this.thread.x - 8 * Math.floor(this.thread.x / (1 * 8));
  const k = Math.floor(this.thread.x / (8)) - 8 * Math.floor(this.thread.x / (8 * 8));
  const j = Math.floor(this.thread.x / (8 * 8)) - 50 * Math.floor(this.thread.x / (8 * 8 * 50));
  const i = Math.floor(this.thread.x / (8 * 8 * 50))
      - this.constants.rows * Math.floor(this.thread.x / (8 * 8 * 50 * this.constants.rows));
  let h1_convolved_sum = 0;
  for (let m = 0; m < 20; m++) {
    for (let n = 0; n < 5; n++) {
      for (let q = 0; q < 5; q++) {
        h1_convolved_sum = h1_convolved_sum
            + (h0[((i * 20 + m) * 12 + (k + n)) * 12 + (l + q)]
            * layer1_W[((j * 20 + m) * 5 + (4 - n)) * 5 + (4 - q)]);
      }
    }
  }
  return h1_convolved_sum;
}
`;

// h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
//   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
//   where h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
//   for i < rows, j < 50, k < 4, l < 4, m < 2, n < 2
// The same for predict.
const probabilities_h1 = `
function h1_kernel(h1_convolved, layer1_b) {
  const l = this.thread.x - 4 * Math.floor(this.thread.x / (1 * 4));
  const k = Math.floor(this.thread.x / (4)) - 4 * Math.floor(this.thread.x / (4 * 4));
  const j = Math.floor(this.thread.x / (4 * 4)) - 50 * Math.floor(this.thread.x / (4 * 4 * 50));
  const i = Math.floor(this.thread.x / (4 * 4 * 50))
      - this.constants.rows * Math.floor(this.thread.x / (4 * 4 * 50 * this.constants.rows));
  let h1_pooled_max = -3.4028234e38;
  for (let m = 0; m < 2; m++) {
    for (let n = 0; n < 2; n++) {
      h1_pooled_max = Math.max(h1_pooled_max,
          h1_convolved[((i * 50 + j) * 8 + ((k * 2) + m)) * 8 + ((l * 2) + n)]);
    }
  }
  return Math.tanh((h1_pooled_max + layer1_b[j]));
}
`;

// h2[i,j] = tanh(h2_linear[i,j])
//   where h2_linear[i,j] = Σ_k h1[i,k / 16,k / 4 mod 4,k mod 4]·hidden_W[k,j] + hidden_b[j]
//   for i < rows, j < 500, k < 800
// The same for predict.
const probabilities_h2 = `
function h2_kernel(h1, hidden_W, hidden_b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let h2_sum = 0;
  for (let k = 0; k < 800; k++) {
    h2_sum = h2_sum
        + (h1[((i * 50 + Math.floor(k / 16)) * 4
        + (Math.floor(k / 4) - 4 * Math.floor(Math.floor(k / 4) / 4))) * 4
        + (k - 4 * Math.floor(k / 4))] * hidden_W[k][j]);
  }
  return Math.tanh((h2_sum + hidden_b[j]));
}
`;

// scores_logits[i,j] = Σ_k h2[i,k]·output_W[k,j] + output_b[j]
//   for i < rows, j < 10, k < 500
// The same for predict.
const probabilities_scores_logits = `
function scores_logits_kernel(h2, output_W, output_b) {
  const i = this.thread.y;
  const j = this.thread.x;
  let scores_logits_sum = 0;
  for (let k = 0; k < 500; k++) {
    scores_logits_sum = scores_logits_sum + (h2[i][k] * output_W[k][j]);
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
      result: "h0_convolved",
      shape: ["rows*20*24*24"],
      args: ["images", "layer0_W"],
      sizes: ["rows"],
      source: probabilities_h0_convolved,
    },
    {
      result: "h0",
      shape: ["rows*20*12*12"],
      args: ["h0_convolved", "layer0_b"],
      sizes: ["rows"],
      source: probabilities_h0,
    },
    {
      result: "h1_convolved",
      shape: ["rows*50*8*8"],
      args: ["h0", "layer1_W"],
      sizes: ["rows"],
      source: probabilities_h1_convolved,
    },
    {
      result: "h1",
      shape: ["rows*50*4*4"],
      args: ["h1_convolved", "layer1_b"],
      sizes: ["rows"],
      source: probabilities_h1,
    },
    {
      result: "h2",
      shape: ["rows", 500],
      args: ["h1", "hidden_W", "hidden_b"],
      source: probabilities_h2,
    },
    {
      result: "scores_logits",
      shape: ["rows", 10],
      args: ["h2", "output_W", "output_b"],
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
      result: "h0_convolved",
      shape: ["rows*20*24*24"],
      args: ["images", "layer0_W"],
      sizes: ["rows"],
      source: probabilities_h0_convolved,
    },
    {
      result: "h0",
      shape: ["rows*20*12*12"],
      args: ["h0_convolved", "layer0_b"],
      sizes: ["rows"],
      source: probabilities_h0,
    },
    {
      result: "h1_convolved",
      shape: ["rows*50*8*8"],
      args: ["h0", "layer1_W"],
      sizes: ["rows"],
      source: probabilities_h1_convolved,
    },
    {
      result: "h1",
      shape: ["rows*50*4*4"],
      args: ["h1_convolved", "layer1_b"],
      sizes: ["rows"],
      source: probabilities_h1,
    },
    {
      result: "h2",
      shape: ["rows", 500],
      args: ["h1", "hidden_W", "hidden_b"],
      source: probabilities_h2,
    },
    {
      result: "scores_logits",
      shape: ["rows", 10],
      args: ["h2", "output_W", "output_b"],
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
    layer0_W: { dtype: "float32", shape: ["20*1*5*5"], initial: state.layer0_W },
    layer0_b: { dtype: "float32", shape: [20], initial: state.layer0_b },
    layer1_W: { dtype: "float32", shape: ["50*20*5*5"], initial: state.layer1_W },
    layer1_b: { dtype: "float32", shape: [50], initial: state.layer1_b },
    hidden_W: { dtype: "float32", shape: [800, 500], initial: state.hidden_W },
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
