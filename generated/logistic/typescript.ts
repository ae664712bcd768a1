// TypeScript target: the reference. Generated from models/logistic.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/logistic.ts
// @ts-nocheck: projects differ on whether array[i] may be undefined; Adjoint's tests check it

/** Memory of one trainer. */
export interface State {
  /** Shared variable float32[784, 10]. */
  W: Float32Array;
  /** Shared variable float32[10]. */
  b: Float32Array;
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
  /** p_logits of train: float32, 6000 elements. */
  train_p_logits: Float32Array;
  /** p_exp of train: float32, 10 elements. */
  train_p_exp: Float32Array;
  /** d_p_logits of train: float32, 6000 elements. */
  train_d_p_logits: Float32Array;
  /** p_logits of validate: float32, 6000 elements. */
  validate_p_logits: Float32Array;
  /** p_logits of test: float32, 6000 elements. */
  test_p_logits: Float32Array;
  /** scores_exp of probabilities: float32, 10 elements. */
  probabilities_scores_exp: Float32Array;
}

/** New memory, with the initial values. Temporaries of all functions share one arena a dtype. */
export function createState(_seed: number): State {
  const scratch_float32 = new Float32Array(12010);
  const state: State = {
    W: new Float32Array(7840),
    b: new Float32Array(10),
    trainX: new Float32Array(0),
    trainY: new Int32Array(0),
    validX: new Float32Array(0),
    validY: new Int32Array(0),
    testX: new Float32Array(0),
    testY: new Int32Array(0),
    sizes: { trainSamples: 0, validSamples: 0, testSamples: 0 },
    train_p_logits: scratch_float32.subarray(0, 6000),
    train_p_exp: scratch_float32.subarray(6000, 6010),
    train_d_p_logits: scratch_float32.subarray(6010, 12010),
    validate_p_logits: scratch_float32.subarray(0, 6000),
    test_p_logits: scratch_float32.subarray(0, 6000),
    probabilities_scores_exp: scratch_float32.subarray(0, 10),
  };
  return state;
}

/** train(index) → cost; updates W, b */
export function train(state: State, index: number): number {
  const {
    W,
    b,
    train_p_logits: p_logits,
    train_p_exp: p_exp,
    train_d_p_logits: d_p_logits,
  } = state;
  const x = state.trainX.subarray(index * 470400, index * 470400 + 470400);
  const y = state.trainY.subarray(index * 600, index * 600 + 600);
  train_p_logits(x, W, b, p_logits);
  const cost = train_cost_and_d_p_logits(p_logits, p_exp, y, d_p_logits);
  train_W(W, x, d_p_logits);
  train_b(b, d_p_logits);
  return cost;
}

/**
 * p_logits[i,j] = Σ_k x[i,k]·W[k,j] + b[j]
 *   for i < 600, j < 10, k < 784
 * The same for validate, test.
 */
function train_p_logits(
  x: Float32Array,
  W: Float32Array,
  b: Float32Array,
  p_logits: Float32Array,
): void {
  for (let i = 0; i < 600; i += 6) {
    for (let j = 0; j < 10; j += 2) {
      let sum_i0_j0 = 0;
      let sum_i0_j1 = 0;
      let sum_i1_j0 = 0;
      let sum_i1_j1 = 0;
      let sum_i2_j0 = 0;
      let sum_i2_j1 = 0;
      let sum_i3_j0 = 0;
      let sum_i3_j1 = 0;
      let sum_i4_j0 = 0;
      let sum_i4_j1 = 0;
      let sum_i5_j0 = 0;
      let sum_i5_j1 = 0;
      const x_start = i * 784;
      for (let k = 0; k < 784; k++) {
        const x_i0 = x[k + x_start];
        const W_j0 = W[k * 10 + j];
        const W_j1 = W[k * 10 + j + 1];
        const x_i1 = x[k + x_start + 784];
        const x_i2 = x[k + x_start + 1568];
        const x_i3 = x[k + x_start + 2352];
        const x_i4 = x[k + x_start + 3136];
        const x_i5 = x[k + x_start + 3920];
        sum_i0_j0 += x_i0 * W_j0;
        sum_i0_j1 += x_i0 * W_j1;
        sum_i1_j0 += x_i1 * W_j0;
        sum_i1_j1 += x_i1 * W_j1;
        sum_i2_j0 += x_i2 * W_j0;
        sum_i2_j1 += x_i2 * W_j1;
        sum_i3_j0 += x_i3 * W_j0;
        sum_i3_j1 += x_i3 * W_j1;
        sum_i4_j0 += x_i4 * W_j0;
        sum_i4_j1 += x_i4 * W_j1;
        sum_i5_j0 += x_i5 * W_j0;
        sum_i5_j1 += x_i5 * W_j1;
      }
      p_logits[i * 10 + j] = sum_i0_j0 + b[j];
      p_logits[i * 10 + j + 1] = sum_i0_j1 + b[j + 1];
      p_logits[i * 10 + j + 10] = sum_i1_j0 + b[j];
      p_logits[i * 10 + j + 11] = sum_i1_j1 + b[j + 1];
      p_logits[i * 10 + j + 20] = sum_i2_j0 + b[j];
      p_logits[i * 10 + j + 21] = sum_i2_j1 + b[j + 1];
      p_logits[i * 10 + j + 30] = sum_i3_j0 + b[j];
      p_logits[i * 10 + j + 31] = sum_i3_j1 + b[j + 1];
      p_logits[i * 10 + j + 40] = sum_i4_j0 + b[j];
      p_logits[i * 10 + j + 41] = sum_i4_j1 + b[j + 1];
      p_logits[i * 10 + j + 50] = sum_i5_j0 + b[j];
      p_logits[i * 10 + j + 51] = sum_i5_j1 + b[j + 1];
    }
  }
}

/**
 * p_max[i] = max_j p_logits[i,j]
 *   for i < 600, j < 10
 * p_exp[i,j] = exp(p_logits[i,j] − p_max[i])
 *   for i < 600, j < 10
 * p_sum[i] = Σ_j p_exp[i,j]
 *   for i < 600, j < 10
 * cost = −Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i])) / 600
 *   for i < 600
 * ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 600
 *   where p[i,j] = p_exp[i,j] / p_sum[i]
 *   for i < 600, j < 10
 */
function train_cost_and_d_p_logits(
  p_logits: Float32Array,
  p_exp: Float32Array,
  y: Int32Array,
  d_p_logits: Float32Array,
): number {
  let cost_sum = 0;
  for (let i = 0; i < 600; i++) {
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
      d_p_logits[i * 10 + j] = (p - (j === y[i] ? 1 : 0)) / 600;
    }
  }
  const cost = -(cost_sum / 600);
  return cost;
}

/**
 * W[i,j] ← W[i,j] − 0.13·∂cost/∂W[i,j]
 *   where ∂cost/∂W[i,j] = Σ_k x[k,i]·d_p_logits[k,j]
 *   for i < 784, j < 10, k < 600
 */
function train_W(W: Float32Array, x: Float32Array, d_p_logits: Float32Array): void {
  const d_W_factor = 0.13;
  for (let i = 0; i < 784; i += 2) {
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
      for (let k = 0; k < 600; k++) {
        const x_i0 = x[k * 784 + i];
        const d_p_logits_j0 = d_p_logits[k * 10 + j];
        const d_p_logits_j1 = d_p_logits[k * 10 + j + 1];
        const d_p_logits_j2 = d_p_logits[k * 10 + j + 2];
        const d_p_logits_j3 = d_p_logits[k * 10 + j + 3];
        const d_p_logits_j4 = d_p_logits[k * 10 + j + 4];
        const x_i1 = x[k * 784 + i + 1];
        sum_i0_j0 += x_i0 * d_p_logits_j0;
        sum_i0_j1 += x_i0 * d_p_logits_j1;
        sum_i0_j2 += x_i0 * d_p_logits_j2;
        sum_i0_j3 += x_i0 * d_p_logits_j3;
        sum_i0_j4 += x_i0 * d_p_logits_j4;
        sum_i1_j0 += x_i1 * d_p_logits_j0;
        sum_i1_j1 += x_i1 * d_p_logits_j1;
        sum_i1_j2 += x_i1 * d_p_logits_j2;
        sum_i1_j3 += x_i1 * d_p_logits_j3;
        sum_i1_j4 += x_i1 * d_p_logits_j4;
      }
      W[i * 10 + j] -= d_W_factor * sum_i0_j0;
      W[i * 10 + j + 1] -= d_W_factor * sum_i0_j1;
      W[i * 10 + j + 2] -= d_W_factor * sum_i0_j2;
      W[i * 10 + j + 3] -= d_W_factor * sum_i0_j3;
      W[i * 10 + j + 4] -= d_W_factor * sum_i0_j4;
      W[i * 10 + j + 10] -= d_W_factor * sum_i1_j0;
      W[i * 10 + j + 11] -= d_W_factor * sum_i1_j1;
      W[i * 10 + j + 12] -= d_W_factor * sum_i1_j2;
      W[i * 10 + j + 13] -= d_W_factor * sum_i1_j3;
      W[i * 10 + j + 14] -= d_W_factor * sum_i1_j4;
    }
  }
}

/**
 * b[i] ← b[i] − 0.13·∂cost/∂b[i]
 *   where ∂cost/∂b[i] = Σ_j d_p_logits[j,i]
 *   for i < 10, j < 600
 */
function train_b(b: Float32Array, d_p_logits: Float32Array): void {
  for (let i = 0; i < 10; i++) {
    let d_b = 0;
    for (let j = 0; j < 600; j++) {
      d_b += d_p_logits[j * 10 + i];
    }
    b[i] -= 0.13 * d_b;
  }
}

/** validate(index) → errors */
export function validate(state: State, index: number): number {
  const { W, b, validate_p_logits: p_logits } = state;
  const x = state.validX.subarray(index * 470400, index * 470400 + 470400);
  const y = state.validY.subarray(index * 600, index * 600 + 600);
  train_p_logits(x, W, b, p_logits);
  const errors = validate_errors(p_logits, y);
  return errors;
}

/**
 * errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 600
 *   for i < 600, j < 10
 * The same for test.
 */
function validate_errors(p_logits: Float32Array, y: Int32Array): number {
  let errors_sum = 0;
  for (let i = 0; i < 600; i++) {
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
  const errors = errors_sum / 600;
  return errors;
}

/** test(index) → errors */
export function test(state: State, index: number): number {
  const { W, b, test_p_logits: p_logits } = state;
  const x = state.testX.subarray(index * 470400, index * 470400 + 470400);
  const y = state.testY.subarray(index * 600, index * 600 + 600);
  train_p_logits(x, W, b, p_logits);
  const errors = validate_errors(p_logits, y);
  return errors;
}

/**
 * probabilities(images) → scores
 *   images: float32[rows, 784]
 */
export function probabilities(state: State, images: Float32Array, rows: number): Float32Array {
  const { W, b, probabilities_scores_exp: scores_exp } = state;
  const scores_logits = new Float32Array(rows * 10);
  const scores = new Float32Array(rows * 10);
  probabilities_scores_logits(images, W, b, scores_logits, rows);
  probabilities_scores(scores_logits, scores_exp, scores, rows);
  return scores;
}

/**
 * scores_logits[i,j] = Σ_k images[i,k]·W[k,j] + b[j]
 *   for i < rows, j < 10, k < 784
 * The same for predict.
 */
function probabilities_scores_logits(
  images: Float32Array,
  W: Float32Array,
  b: Float32Array,
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
      const images_start = i * 784;
      for (let k = 0; k < 784; k++) {
        const images_k = images[k + images_start];
        sum_j0 += images_k * W[k * 10 + j];
        sum_j1 += images_k * W[k * 10 + j + 1];
        sum_j2 += images_k * W[k * 10 + j + 2];
        sum_j3 += images_k * W[k * 10 + j + 3];
        sum_j4 += images_k * W[k * 10 + j + 4];
      }
      scores_logits[i * 10 + j] = sum_j0 + b[j];
      scores_logits[i * 10 + j + 1] = sum_j1 + b[j + 1];
      scores_logits[i * 10 + j + 2] = sum_j2 + b[j + 2];
      scores_logits[i * 10 + j + 3] = sum_j3 + b[j + 3];
      scores_logits[i * 10 + j + 4] = sum_j4 + b[j + 4];
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
  const { W, b } = state;
  const scores_logits = new Float32Array(rows * 10);
  const argmax = new Int32Array(rows);
  probabilities_scores_logits(images, W, b, scores_logits, rows);
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

