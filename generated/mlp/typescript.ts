// TypeScript target: the reference. Generated from models/mlp.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/mlp.ts
// @ts-nocheck: projects differ on whether array[i] may be undefined; Adjoint's tests check it

/** Memory of one trainer. */
export interface State {
  /** Shared variable float32[784, 500]. */
  hidden_W: Float32Array;
  /** Shared variable float32[500]. */
  hidden_b: Float32Array;
  /** Shared variable float32[500, 10]. */
  output_W: Float32Array;
  /** Shared variable float32[10]. */
  output_b: Float32Array;
  /** Data float32[trainSamples, 784], empty until it is filled. */
  trainX: Float32Array;
  /** Data int32[trainSamples], empty until it is filled. */
  trainY: Int32Array;
  /** Data float32[validSamples, 784], empty until it is filled. */
  validX: Float32Array;
  /** Data int32[validSamples], empty until it is filled. */
  validY: Int32Array;
  /** Data float32[testSamples, 784], empty until it is filled. */
  testX: Float32Array;
  /** Data int32[testSamples], empty until it is filled. */
  testY: Int32Array;
  /** Lengths of the data, by name. */
  sizes: { trainSamples: number; validSamples: number; testSamples: number };
  /** h of train: float32, 10000 elements. */
  train_h: Float32Array;
  /** p_logits of train: float32, 200 elements. */
  train_p_logits: Float32Array;
  /** p_exp of train: float32, 10 elements. */
  train_p_exp: Float32Array;
  /** d_p_logits of train: float32, 200 elements. */
  train_d_p_logits: Float32Array;
  /** d_linear of train: float32, 10000 elements. */
  train_d_linear: Float32Array;
  /** h of validate: float32, 10000 elements. */
  validate_h: Float32Array;
  /** p_logits of validate: float32, 200 elements. */
  validate_p_logits: Float32Array;
  /** h of test: float32, 10000 elements. */
  test_h: Float32Array;
  /** p_logits of test: float32, 200 elements. */
  test_p_logits: Float32Array;
  /** scores_exp of probabilities: float32, 10 elements. */
  probabilities_scores_exp: Float32Array;
}

/** New memory, with the initial values. Temporaries of all functions share one arena a dtype. */
export function createState(seed: number): State {
  const scratch_float32 = new Float32Array(20410);
  const state: State = {
    hidden_W: new Float32Array(392000),
    hidden_b: new Float32Array(500),
    output_W: new Float32Array(5000),
    output_b: new Float32Array(10),
    trainX: new Float32Array(0),
    trainY: new Int32Array(0),
    validX: new Float32Array(0),
    validY: new Int32Array(0),
    testX: new Float32Array(0),
    testY: new Int32Array(0),
    sizes: { trainSamples: 0, validSamples: 0, testSamples: 0 },
    train_h: scratch_float32.subarray(0, 10000),
    train_p_logits: scratch_float32.subarray(10000, 10200),
    train_p_exp: scratch_float32.subarray(10200, 10210),
    train_d_p_logits: scratch_float32.subarray(10210, 10410),
    train_d_linear: scratch_float32.subarray(10410, 20410),
    validate_h: scratch_float32.subarray(0, 10000),
    validate_p_logits: scratch_float32.subarray(10000, 10200),
    test_h: scratch_float32.subarray(0, 10000),
    test_p_logits: scratch_float32.subarray(10000, 10200),
    probabilities_scores_exp: scratch_float32.subarray(0, 10),
  };
  initial_hidden_W(state, seed);
  return state;
}

/**
 * Number `counter` of a random stream at one of its calls, in [0, 1): 24 bits of Threefry-2x32-20
 * (Salmon et al., 2011) with the key (seed, stream) and the counter (⌊counter / 2⌋, call).
 */
function random(seed: number, stream: number, call: number, counter: number): number {
  const parity = seed ^ stream ^ 0x1bd11bda;
  let a = ((counter >>> 1) + seed) | 0;
  let b = (call + stream) | 0;
  for (let group = 1; group <= 5; group++) {
    const odd = group % 2 === 1;
    a = (a + b) | 0;
    b = (odd ? (b << 13) | (b >>> 19) : (b << 17) | (b >>> 15)) ^ a;
    a = (a + b) | 0;
    b = (odd ? (b << 15) | (b >>> 17) : (b << 29) | (b >>> 3)) ^ a;
    a = (a + b) | 0;
    b = (odd ? (b << 26) | (b >>> 6) : (b << 16) | (b >>> 16)) ^ a;
    a = (a + b) | 0;
    b = (odd ? (b << 6) | (b >>> 26) : (b << 24) | (b >>> 8)) ^ a;
    a = (a + (group % 3 === 0 ? seed : group % 3 === 1 ? stream : parity)) | 0;
    b = (b + (group % 3 === 0 ? stream : group % 3 === 1 ? parity : seed) + group) | 0;
  }
  return ((counter & 1 ? b : a) >>> 8) / 16777216;
}

/** initial_hidden_W(seed); updates hidden_W */
function initial_hidden_W(state: State, seed: number): void {
  const { hidden_W } = state;
  initial_hidden_W_values(hidden_W, seed);
}

/**
 * hidden_W[i,j] ← 0.13671719·random(hidden.W, i·500 + j) − 0.06835859
 *   for i < 784, j < 500
 */
function initial_hidden_W_values(hidden_W: Float32Array, seed: number): void {
  for (let i = 0; i < 784; i++) {
    for (let j = 0; j < 500; j++) {
      hidden_W[i * 500
          + j] = Math.fround(0.13671718537807465 * random(seed, -1815431459, 0, i * 500 + j))
          - 0.06835859268903732;
    }
  }
}

/** train(index) → cost; updates hidden_W, hidden_b, output_W, output_b */
export function train(state: State, index: number): number {
  const {
    hidden_W,
    hidden_b,
    output_W,
    output_b,
    train_h: h,
    train_p_logits: p_logits,
    train_p_exp: p_exp,
    train_d_p_logits: d_p_logits,
    train_d_linear: d_linear,
  } = state;
  const x = state.trainX.subarray(index * 15680, index * 15680 + 15680);
  const y = state.trainY.subarray(index * 20, index * 20 + 20);
  const L2_sum_hidden_W = train_L2_sum_hidden_W(hidden_W);
  const L2_sum_output_W = train_L2_sum_output_W(output_W);
  train_h(x, hidden_W, hidden_b, h);
  train_p_logits(h, output_W, output_b, p_logits);
  const cost_sum = train_cost_sum_and_d_p_logits(p_logits, p_exp, y, d_p_logits);
  train_d_linear(d_p_logits, output_W, h, d_linear);
  train_hidden_W(hidden_W, x, d_linear);
  train_hidden_b(hidden_b, d_linear);
  train_output_W(output_W, h, d_p_logits);
  train_output_b(output_b, d_p_logits);
  const cost = train_cost(L2_sum_hidden_W, L2_sum_output_W, cost_sum);
  return cost;
}

/**
 * L2_sum_hidden_W = Σ_ij hidden_W[i,j]·hidden_W[i,j]
 *   for i < 784, j < 500
 */
function train_L2_sum_hidden_W(hidden_W: Float32Array): number {
  let L2_sum_hidden_W = 0;
  for (let i = 0; i < 784; i++) {
    for (let j = 0; j < 500; j++) {
      L2_sum_hidden_W += hidden_W[i * 500 + j] * hidden_W[i * 500 + j];
    }
  }
  return L2_sum_hidden_W;
}

/**
 * L2_sum_output_W = Σ_ij output_W[i,j]·output_W[i,j]
 *   for i < 500, j < 10
 */
function train_L2_sum_output_W(output_W: Float32Array): number {
  let L2_sum_output_W = 0;
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 10; j++) {
      L2_sum_output_W += output_W[i * 10 + j] * output_W[i * 10 + j];
    }
  }
  return L2_sum_output_W;
}

/**
 * h[i,j] = tanh(linear[i,j])
 *   where linear[i,j] = Σ_k x[i,k]·hidden_W[k,j] + hidden_b[j]
 *   for i < 20, j < 500, k < 784
 * The same for validate, test.
 */
function train_h(
  x: Float32Array,
  hidden_W: Float32Array,
  hidden_b: Float32Array,
  h: Float32Array,
): void {
  for (let i = 0; i < 20; i += 2) {
    for (let j = 0; j < 500; j += 5) {
      let sum_i0_j0 = 0;
      let sum_i0_j1 = 0;
      let sum_i0_j2 = 0;
      let sum_i0_j3 = 0;
      let sum_i0_j4 = 0;
      let sum_i1_j0 = 0;
      let sum_i1_j1 = 0;
      let sum_i1_j2 = 0;
      let sum_i1_j3 = 0;
      let sum_i1_j4 = 0;
      const x_start = i * 784;
      for (let k = 0; k < 784; k++) {
        const x_i0 = x[k + x_start];
        const hidden_W_j0 = hidden_W[k * 500 + j];
        const hidden_W_j1 = hidden_W[k * 500 + j + 1];
        const hidden_W_j2 = hidden_W[k * 500 + j + 2];
        const hidden_W_j3 = hidden_W[k * 500 + j + 3];
        const hidden_W_j4 = hidden_W[k * 500 + j + 4];
        const x_i1 = x[k + x_start + 784];
        sum_i0_j0 += x_i0 * hidden_W_j0;
        sum_i0_j1 += x_i0 * hidden_W_j1;
        sum_i0_j2 += x_i0 * hidden_W_j2;
        sum_i0_j3 += x_i0 * hidden_W_j3;
        sum_i0_j4 += x_i0 * hidden_W_j4;
        sum_i1_j0 += x_i1 * hidden_W_j0;
        sum_i1_j1 += x_i1 * hidden_W_j1;
        sum_i1_j2 += x_i1 * hidden_W_j2;
        sum_i1_j3 += x_i1 * hidden_W_j3;
        sum_i1_j4 += x_i1 * hidden_W_j4;
      }
      h[i * 500 + j] = Math.tanh(sum_i0_j0 + hidden_b[j]);
      h[i * 500 + j + 1] = Math.tanh(sum_i0_j1 + hidden_b[j + 1]);
      h[i * 500 + j + 2] = Math.tanh(sum_i0_j2 + hidden_b[j + 2]);
      h[i * 500 + j + 3] = Math.tanh(sum_i0_j3 + hidden_b[j + 3]);
      h[i * 500 + j + 4] = Math.tanh(sum_i0_j4 + hidden_b[j + 4]);
      h[i * 500 + j + 500] = Math.tanh(sum_i1_j0 + hidden_b[j]);
      h[i * 500 + j + 501] = Math.tanh(sum_i1_j1 + hidden_b[j + 1]);
      h[i * 500 + j + 502] = Math.tanh(sum_i1_j2 + hidden_b[j + 2]);
      h[i * 500 + j + 503] = Math.tanh(sum_i1_j3 + hidden_b[j + 3]);
      h[i * 500 + j + 504] = Math.tanh(sum_i1_j4 + hidden_b[j + 4]);
    }
  }
}

/**
 * p_logits[i,j] = Σ_k h[i,k]·output_W[k,j] + output_b[j]
 *   for i < 20, j < 10, k < 500
 * The same for validate, test.
 */
function train_p_logits(
  h: Float32Array,
  output_W: Float32Array,
  output_b: Float32Array,
  p_logits: Float32Array,
): void {
  for (let i = 0; i < 20; i += 2) {
    for (let j = 0; j < 10; j += 5) {
      let sum_i0_j0 = 0;
      let sum_i0_j1 = 0;
      let sum_i0_j2 = 0;
      let sum_i0_j3 = 0;
      let sum_i0_j4 = 0;
      let sum_i1_j0 = 0;
      let sum_i1_j1 = 0;
      let sum_i1_j2 = 0;
      let sum_i1_j3 = 0;
      let sum_i1_j4 = 0;
      const h_start = i * 500;
      for (let k = 0; k < 500; k++) {
        const h_i0 = h[k + h_start];
        const output_W_j0 = output_W[k * 10 + j];
        const output_W_j1 = output_W[k * 10 + j + 1];
        const output_W_j2 = output_W[k * 10 + j + 2];
        const output_W_j3 = output_W[k * 10 + j + 3];
        const output_W_j4 = output_W[k * 10 + j + 4];
        const h_i1 = h[k + h_start + 500];
        sum_i0_j0 += h_i0 * output_W_j0;
        sum_i0_j1 += h_i0 * output_W_j1;
        sum_i0_j2 += h_i0 * output_W_j2;
        sum_i0_j3 += h_i0 * output_W_j3;
        sum_i0_j4 += h_i0 * output_W_j4;
        sum_i1_j0 += h_i1 * output_W_j0;
        sum_i1_j1 += h_i1 * output_W_j1;
        sum_i1_j2 += h_i1 * output_W_j2;
        sum_i1_j3 += h_i1 * output_W_j3;
        sum_i1_j4 += h_i1 * output_W_j4;
      }
      p_logits[i * 10 + j] = sum_i0_j0 + output_b[j];
      p_logits[i * 10 + j + 1] = sum_i0_j1 + output_b[j + 1];
      p_logits[i * 10 + j + 2] = sum_i0_j2 + output_b[j + 2];
      p_logits[i * 10 + j + 3] = sum_i0_j3 + output_b[j + 3];
      p_logits[i * 10 + j + 4] = sum_i0_j4 + output_b[j + 4];
      p_logits[i * 10 + j + 10] = sum_i1_j0 + output_b[j];
      p_logits[i * 10 + j + 11] = sum_i1_j1 + output_b[j + 1];
      p_logits[i * 10 + j + 12] = sum_i1_j2 + output_b[j + 2];
      p_logits[i * 10 + j + 13] = sum_i1_j3 + output_b[j + 3];
      p_logits[i * 10 + j + 14] = sum_i1_j4 + output_b[j + 4];
    }
  }
}

/**
 * p_max[i] = max_j p_logits[i,j]
 *   for i < 20, j < 10
 * p_exp[i,j] = exp(p_logits[i,j] − p_max[i])
 *   for i < 20, j < 10
 * p_sum[i] = Σ_j p_exp[i,j]
 *   for i < 20, j < 10
 * cost_sum = Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i]))
 *   for i < 20
 * ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 20
 *   where p[i,j] = p_exp[i,j] / p_sum[i]
 *   for i < 20, j < 10
 */
function train_cost_sum_and_d_p_logits(
  p_logits: Float32Array,
  p_exp: Float32Array,
  y: Int32Array,
  d_p_logits: Float32Array,
): number {
  let cost_sum = 0;
  for (let i = 0; i < 20; i++) {
    let p_max = -Infinity;
    for (let j = 0; j < 10; j++) {
      p_max = Math.max(p_max, p_logits[i * 10 + j]);
    }
    let p_sum = 0;
    for (let j = 0; j < 10; j++) {
      p_exp[j] = Math.exp(p_logits[i * 10 + j] - p_max);
      p_sum += p_exp[j];
    }
    cost_sum += p_logits[i * 10 + y[i]] - p_max - Math.log(p_sum);
    for (let j = 0; j < 10; j++) {
      const p = p_exp[j] / p_sum;
      d_p_logits[i * 10 + j] = (p - (j === y[i] ? 1 : 0)) / 20;
    }
  }
  return cost_sum;
}

/**
 * ∂cost/∂linear ≡ d_linear[i,j] = ∂cost/∂h[i,j]·(1 − h[i,j]·h[i,j])
 *   where ∂cost/∂h[i,j] = Σ_k d_p_logits[i,k]·output_W[j,k]
 *   for i < 20, j < 500, k < 10
 */
function train_d_linear(
  d_p_logits: Float32Array,
  output_W: Float32Array,
  h: Float32Array,
  d_linear: Float32Array,
): void {
  for (let i = 0; i < 20; i += 2) {
    for (let j = 0; j < 500; j += 5) {
      let sum_i0_j0 = 0;
      let sum_i0_j1 = 0;
      let sum_i0_j2 = 0;
      let sum_i0_j3 = 0;
      let sum_i0_j4 = 0;
      let sum_i1_j0 = 0;
      let sum_i1_j1 = 0;
      let sum_i1_j2 = 0;
      let sum_i1_j3 = 0;
      let sum_i1_j4 = 0;
      const d_p_logits_start = i * 10;
      const output_W_start = j * 10;
      for (let k = 0; k < 10; k++) {
        const d_p_logits_i0 = d_p_logits[k + d_p_logits_start];
        const output_W_j0 = output_W[k + output_W_start];
        const output_W_j1 = output_W[k + output_W_start + 10];
        const output_W_j2 = output_W[k + output_W_start + 20];
        const output_W_j3 = output_W[k + output_W_start + 30];
        const output_W_j4 = output_W[k + output_W_start + 40];
        const d_p_logits_i1 = d_p_logits[k + d_p_logits_start + 10];
        sum_i0_j0 += d_p_logits_i0 * output_W_j0;
        sum_i0_j1 += d_p_logits_i0 * output_W_j1;
        sum_i0_j2 += d_p_logits_i0 * output_W_j2;
        sum_i0_j3 += d_p_logits_i0 * output_W_j3;
        sum_i0_j4 += d_p_logits_i0 * output_W_j4;
        sum_i1_j0 += d_p_logits_i1 * output_W_j0;
        sum_i1_j1 += d_p_logits_i1 * output_W_j1;
        sum_i1_j2 += d_p_logits_i1 * output_W_j2;
        sum_i1_j3 += d_p_logits_i1 * output_W_j3;
        sum_i1_j4 += d_p_logits_i1 * output_W_j4;
      }
      d_linear[i * 500 + j] = sum_i0_j0 * (1 - h[i * 500 + j] * h[i * 500 + j]);
      d_linear[i * 500 + j + 1] = sum_i0_j1 * (1 - h[i * 500 + j + 1] * h[i * 500 + j + 1]);
      d_linear[i * 500 + j + 2] = sum_i0_j2 * (1 - h[i * 500 + j + 2] * h[i * 500 + j + 2]);
      d_linear[i * 500 + j + 3] = sum_i0_j3 * (1 - h[i * 500 + j + 3] * h[i * 500 + j + 3]);
      d_linear[i * 500 + j + 4] = sum_i0_j4 * (1 - h[i * 500 + j + 4] * h[i * 500 + j + 4]);
      d_linear[i * 500 + j + 500] = sum_i1_j0 * (1 - h[i * 500 + j + 500] * h[i * 500 + j + 500]);
      d_linear[i * 500 + j + 501] = sum_i1_j1 * (1 - h[i * 500 + j + 501] * h[i * 500 + j + 501]);
      d_linear[i * 500 + j + 502] = sum_i1_j2 * (1 - h[i * 500 + j + 502] * h[i * 500 + j + 502]);
      d_linear[i * 500 + j + 503] = sum_i1_j3 * (1 - h[i * 500 + j + 503] * h[i * 500 + j + 503]);
      d_linear[i * 500 + j + 504] = sum_i1_j4 * (1 - h[i * 500 + j + 504] * h[i * 500 + j + 504]);
    }
  }
}

/**
 * hidden_W[i,j] ← hidden_W[i,j] − 0.01·∂cost/∂hidden_W[i,j]
 *   where ∂cost/∂hidden_W[i,j] = 0.0002·hidden_W[i,j] + Σ_k x[k,i]·d_linear[k,j]
 *   for i < 784, j < 500, k < 20
 */
function train_hidden_W(hidden_W: Float32Array, x: Float32Array, d_linear: Float32Array): void {
  const d_hidden_W_factor = 0.01;
  const hidden_W_factor = 0.0002;
  for (let i = 0; i < 784; i += 2) {
    for (let j = 0; j < 500; j += 5) {
      let sum_i0_j0 = 0;
      let sum_i0_j1 = 0;
      let sum_i0_j2 = 0;
      let sum_i0_j3 = 0;
      let sum_i0_j4 = 0;
      let sum_i1_j0 = 0;
      let sum_i1_j1 = 0;
      let sum_i1_j2 = 0;
      let sum_i1_j3 = 0;
      let sum_i1_j4 = 0;
      for (let k = 0; k < 20; k++) {
        const x_i0 = x[k * 784 + i];
        const d_linear_j0 = d_linear[k * 500 + j];
        const d_linear_j1 = d_linear[k * 500 + j + 1];
        const d_linear_j2 = d_linear[k * 500 + j + 2];
        const d_linear_j3 = d_linear[k * 500 + j + 3];
        const d_linear_j4 = d_linear[k * 500 + j + 4];
        const x_i1 = x[k * 784 + i + 1];
        sum_i0_j0 += x_i0 * d_linear_j0;
        sum_i0_j1 += x_i0 * d_linear_j1;
        sum_i0_j2 += x_i0 * d_linear_j2;
        sum_i0_j3 += x_i0 * d_linear_j3;
        sum_i0_j4 += x_i0 * d_linear_j4;
        sum_i1_j0 += x_i1 * d_linear_j0;
        sum_i1_j1 += x_i1 * d_linear_j1;
        sum_i1_j2 += x_i1 * d_linear_j2;
        sum_i1_j3 += x_i1 * d_linear_j3;
        sum_i1_j4 += x_i1 * d_linear_j4;
      }
      hidden_W[i * 500 + j] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j] + sum_i0_j0);
      hidden_W[i * 500 + j + 1] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 1] + sum_i0_j1);
      hidden_W[i * 500 + j + 2] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 2] + sum_i0_j2);
      hidden_W[i * 500 + j + 3] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 3] + sum_i0_j3);
      hidden_W[i * 500 + j + 4] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 4] + sum_i0_j4);
      hidden_W[i * 500 + j + 500] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 500] + sum_i1_j0);
      hidden_W[i * 500 + j + 501] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 501] + sum_i1_j1);
      hidden_W[i * 500 + j + 502] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 502] + sum_i1_j2);
      hidden_W[i * 500 + j + 503] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 503] + sum_i1_j3);
      hidden_W[i * 500 + j + 504] -= d_hidden_W_factor
          * (hidden_W_factor * hidden_W[i * 500 + j + 504] + sum_i1_j4);
    }
  }
}

/**
 * hidden_b[i] ← hidden_b[i] − 0.01·∂cost/∂hidden_b[i]
 *   where ∂cost/∂hidden_b[i] = Σ_j d_linear[j,i]
 *   for i < 500, j < 20
 */
function train_hidden_b(hidden_b: Float32Array, d_linear: Float32Array): void {
  for (let i = 0; i < 500; i++) {
    let d_hidden_b = 0;
    for (let j = 0; j < 20; j++) {
      d_hidden_b += d_linear[j * 500 + i];
    }
    hidden_b[i] -= 0.01 * d_hidden_b;
  }
}

/**
 * output_W[i,j] ← output_W[i,j] − 0.01·∂cost/∂output_W[i,j]
 *   where ∂cost/∂output_W[i,j] = 0.0002·output_W[i,j] + Σ_k h[k,i]·d_p_logits[k,j]
 *   for i < 500, j < 10, k < 20
 */
function train_output_W(output_W: Float32Array, h: Float32Array, d_p_logits: Float32Array): void {
  const d_output_W_factor = 0.01;
  const output_W_factor = 0.0002;
  for (let i = 0; i < 500; i += 2) {
    for (let j = 0; j < 10; j += 5) {
      let sum_i0_j0 = 0;
      let sum_i0_j1 = 0;
      let sum_i0_j2 = 0;
      let sum_i0_j3 = 0;
      let sum_i0_j4 = 0;
      let sum_i1_j0 = 0;
      let sum_i1_j1 = 0;
      let sum_i1_j2 = 0;
      let sum_i1_j3 = 0;
      let sum_i1_j4 = 0;
      for (let k = 0; k < 20; k++) {
        const h_i0 = h[k * 500 + i];
        const d_p_logits_j0 = d_p_logits[k * 10 + j];
        const d_p_logits_j1 = d_p_logits[k * 10 + j + 1];
        const d_p_logits_j2 = d_p_logits[k * 10 + j + 2];
        const d_p_logits_j3 = d_p_logits[k * 10 + j + 3];
        const d_p_logits_j4 = d_p_logits[k * 10 + j + 4];
        const h_i1 = h[k * 500 + i + 1];
        sum_i0_j0 += h_i0 * d_p_logits_j0;
        sum_i0_j1 += h_i0 * d_p_logits_j1;
        sum_i0_j2 += h_i0 * d_p_logits_j2;
        sum_i0_j3 += h_i0 * d_p_logits_j3;
        sum_i0_j4 += h_i0 * d_p_logits_j4;
        sum_i1_j0 += h_i1 * d_p_logits_j0;
        sum_i1_j1 += h_i1 * d_p_logits_j1;
        sum_i1_j2 += h_i1 * d_p_logits_j2;
        sum_i1_j3 += h_i1 * d_p_logits_j3;
        sum_i1_j4 += h_i1 * d_p_logits_j4;
      }
      output_W[i * 10 + j] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j] + sum_i0_j0);
      output_W[i * 10 + j + 1] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 1] + sum_i0_j1);
      output_W[i * 10 + j + 2] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 2] + sum_i0_j2);
      output_W[i * 10 + j + 3] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 3] + sum_i0_j3);
      output_W[i * 10 + j + 4] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 4] + sum_i0_j4);
      output_W[i * 10 + j + 10] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 10] + sum_i1_j0);
      output_W[i * 10 + j + 11] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 11] + sum_i1_j1);
      output_W[i * 10 + j + 12] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 12] + sum_i1_j2);
      output_W[i * 10 + j + 13] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 13] + sum_i1_j3);
      output_W[i * 10 + j + 14] -= d_output_W_factor
          * (output_W_factor * output_W[i * 10 + j + 14] + sum_i1_j4);
    }
  }
}

/**
 * output_b[i] ← output_b[i] − 0.01·∂cost/∂output_b[i]
 *   where ∂cost/∂output_b[i] = Σ_j d_p_logits[j,i]
 *   for i < 10, j < 20
 */
function train_output_b(output_b: Float32Array, d_p_logits: Float32Array): void {
  for (let i = 0; i < 10; i++) {
    let d_output_b = 0;
    for (let j = 0; j < 20; j++) {
      d_output_b += d_p_logits[j * 10 + i];
    }
    output_b[i] -= 0.01 * d_output_b;
  }
}

/**
 * cost = 0.0001·L2 − cost_sum / 20
 *   where L2 = L2_sum_hidden_W + L2_sum_output_W
 */
function train_cost(L2_sum_hidden_W: number, L2_sum_output_W: number, cost_sum: number): number {
  const L2 = L2_sum_hidden_W + L2_sum_output_W;
  const cost = 0.0001 * L2 - cost_sum / 20;
  return cost;
}

/** validate(index) → errors */
export function validate(state: State, index: number): number {
  const {
    hidden_W,
    hidden_b,
    output_W,
    output_b,
    validate_h: h,
    validate_p_logits: p_logits,
  } = state;
  const x = state.validX.subarray(index * 15680, index * 15680 + 15680);
  const y = state.validY.subarray(index * 20, index * 20 + 20);
  train_h(x, hidden_W, hidden_b, h);
  train_p_logits(h, output_W, output_b, p_logits);
  const errors = validate_errors(p_logits, y);
  return errors;
}

/**
 * errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 20
 *   for i < 20, j < 10
 * The same for test.
 */
function validate_errors(p_logits: Float32Array, y: Int32Array): number {
  let errors_sum = 0;
  for (let i = 0; i < 20; i++) {
    let errors_argmax = 0;
    let p_logits_max = -Infinity;
    for (let j = 0; j < 10; j++) {
      const p_logits_j = p_logits[i * 10 + j];
      if (p_logits_j > p_logits_max
          || (p_logits_j !== p_logits_j && p_logits_max === p_logits_max)) {
        p_logits_max = p_logits_j;
        errors_argmax = j;
      }
    }
    errors_sum += errors_argmax !== y[i] ? 1 : 0;
  }
  const errors = errors_sum / 20;
  return errors;
}

/** test(index) → errors */
export function test(state: State, index: number): number {
  const { hidden_W, hidden_b, output_W, output_b, test_h: h, test_p_logits: p_logits } = state;
  const x = state.testX.subarray(index * 15680, index * 15680 + 15680);
  const y = state.testY.subarray(index * 20, index * 20 + 20);
  train_h(x, hidden_W, hidden_b, h);
  train_p_logits(h, output_W, output_b, p_logits);
  const errors = validate_errors(p_logits, y);
  return errors;
}

/**
 * probabilities(images) → scores
 *   images: float32[rows, 784]
 */
export function probabilities(state: State, images: Float32Array, rows: number): Float32Array {
  const { hidden_W, hidden_b, output_W, output_b, probabilities_scores_exp: scores_exp } = state;
  const features = new Float32Array(rows * 500);
  const scores_logits = new Float32Array(rows * 10);
  const scores = new Float32Array(rows * 10);
  probabilities_features(images, hidden_W, hidden_b, features, rows);
  probabilities_scores_logits(features, output_W, output_b, scores_logits, rows);
  probabilities_scores(scores_logits, scores_exp, scores, rows);
  return scores;
}

/**
 * features[i,j] = tanh(linear[i,j])
 *   where linear[i,j] = Σ_k images[i,k]·hidden_W[k,j] + hidden_b[j]
 *   for i < rows, j < 500, k < 784
 * The same for predict.
 */
function probabilities_features(
  images: Float32Array,
  hidden_W: Float32Array,
  hidden_b: Float32Array,
  features: Float32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 500; j += 5) {
      let sum_j0 = 0;
      let sum_j1 = 0;
      let sum_j2 = 0;
      let sum_j3 = 0;
      let sum_j4 = 0;
      const images_start = i * 784;
      for (let k = 0; k < 784; k++) {
        const images_k = images[k + images_start];
        sum_j0 += images_k * hidden_W[k * 500 + j];
        sum_j1 += images_k * hidden_W[k * 500 + j + 1];
        sum_j2 += images_k * hidden_W[k * 500 + j + 2];
        sum_j3 += images_k * hidden_W[k * 500 + j + 3];
        sum_j4 += images_k * hidden_W[k * 500 + j + 4];
      }
      features[i * 500 + j] = Math.tanh(sum_j0 + hidden_b[j]);
      features[i * 500 + j + 1] = Math.tanh(sum_j1 + hidden_b[j + 1]);
      features[i * 500 + j + 2] = Math.tanh(sum_j2 + hidden_b[j + 2]);
      features[i * 500 + j + 3] = Math.tanh(sum_j3 + hidden_b[j + 3]);
      features[i * 500 + j + 4] = Math.tanh(sum_j4 + hidden_b[j + 4]);
    }
  }
}

/**
 * scores_logits[i,j] = Σ_k features[i,k]·output_W[k,j] + output_b[j]
 *   for i < rows, j < 10, k < 500
 * The same for predict.
 */
function probabilities_scores_logits(
  features: Float32Array,
  output_W: Float32Array,
  output_b: Float32Array,
  scores_logits: Float32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 10; j += 5) {
      let sum_j0 = 0;
      let sum_j1 = 0;
      let sum_j2 = 0;
      let sum_j3 = 0;
      let sum_j4 = 0;
      const features_start = i * 500;
      for (let k = 0; k < 500; k++) {
        const features_k = features[k + features_start];
        sum_j0 += features_k * output_W[k * 10 + j];
        sum_j1 += features_k * output_W[k * 10 + j + 1];
        sum_j2 += features_k * output_W[k * 10 + j + 2];
        sum_j3 += features_k * output_W[k * 10 + j + 3];
        sum_j4 += features_k * output_W[k * 10 + j + 4];
      }
      scores_logits[i * 10 + j] = sum_j0 + output_b[j];
      scores_logits[i * 10 + j + 1] = sum_j1 + output_b[j + 1];
      scores_logits[i * 10 + j + 2] = sum_j2 + output_b[j + 2];
      scores_logits[i * 10 + j + 3] = sum_j3 + output_b[j + 3];
      scores_logits[i * 10 + j + 4] = sum_j4 + output_b[j + 4];
    }
  }
}

/**
 * scores_max[i] = max_j scores_logits[i,j]
 *   for i < rows, j < 10
 * scores_exp[i,j] = exp(scores_logits[i,j] − scores_max[i])
 *   for i < rows, j < 10
 * scores_sum[i] = Σ_j scores_exp[i,j]
 *   for i < rows, j < 10
 * scores[i,j] = scores_exp[i,j] / scores_sum[i]
 *   for i < rows, j < 10
 */
function probabilities_scores(
  scores_logits: Float32Array,
  scores_exp: Float32Array,
  scores: Float32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    let scores_max = -Infinity;
    for (let j = 0; j < 10; j++) {
      scores_max = Math.max(scores_max, scores_logits[i * 10 + j]);
    }
    let scores_sum = 0;
    for (let j = 0; j < 10; j++) {
      scores_exp[j] = Math.exp(scores_logits[i * 10 + j] - scores_max);
      scores_sum += scores_exp[j];
    }
    for (let j = 0; j < 10; j++) {
      scores[i * 10 + j] = scores_exp[j] / scores_sum;
    }
  }
}

/**
 * predict(images) → argmax
 *   images: float32[rows, 784]
 */
export function predict(state: State, images: Float32Array, rows: number): Int32Array {
  const { hidden_W, hidden_b, output_W, output_b } = state;
  const features = new Float32Array(rows * 500);
  const scores_logits = new Float32Array(rows * 10);
  const argmax = new Int32Array(rows);
  probabilities_features(images, hidden_W, hidden_b, features, rows);
  probabilities_scores_logits(features, output_W, output_b, scores_logits, rows);
  predict_argmax(scores_logits, argmax, rows);
  return argmax;
}

/**
 * argmax[i] = argmax_j scores_logits[i,j]
 *   for i < rows, j < 10
 */
function predict_argmax(scores_logits: Float32Array, argmax: Int32Array, rows: number): void {
  for (let i = 0; i < rows; i++) {
    let argmax_i = 0;
    let scores_logits_max = -Infinity;
    for (let j = 0; j < 10; j++) {
      const scores_logits_j = scores_logits[i * 10 + j];
      if (scores_logits_j > scores_logits_max
          || (scores_logits_j !== scores_logits_j && scores_logits_max === scores_logits_max)) {
        scores_logits_max = scores_logits_j;
        argmax_i = j;
      }
    }
    argmax[i] = argmax_i;
  }
}

