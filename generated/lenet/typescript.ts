// TypeScript target: the reference. Generated from models/lenet.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/lenet.ts
// @ts-nocheck: projects differ on whether array[i] may be undefined; Adjoint's tests check it

/** Memory of one trainer. */
export interface State {
  /** Shared variable float32[20, 1, 5, 5]. */
  layer0_W: Float32Array;
  /** Shared variable float32[20]. */
  layer0_b: Float32Array;
  /** Shared variable float32[50, 20, 5, 5]. */
  layer1_W: Float32Array;
  /** Shared variable float32[50]. */
  layer1_b: Float32Array;
  /** Shared variable float32[800, 500]. */
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
  /** h0_convolved of train: float32, 5760000 elements. */
  train_h0_convolved: Float32Array;
  /** h0_pooled of train: float32, 1440000 elements. */
  train_h0_pooled: Float32Array;
  /** h0 of train: float32, 1440000 elements. */
  train_h0: Float32Array;
  /** h1_convolved of train: float32, 1600000 elements. */
  train_h1_convolved: Float32Array;
  /** h1_pooled of train: float32, 400000 elements. */
  train_h1_pooled: Float32Array;
  /** h1 of train: float32, 400000 elements. */
  train_h1: Float32Array;
  /** h2 of train: float32, 250000 elements. */
  train_h2: Float32Array;
  /** p_logits of train: float32, 5000 elements. */
  train_p_logits: Float32Array;
  /** p_exp of train: float32, 10 elements. */
  train_p_exp: Float32Array;
  /** d_p_logits of train: float32, 5000 elements. */
  train_d_p_logits: Float32Array;
  /** d_h2_linear of train: float32, 250000 elements. */
  train_d_h2_linear: Float32Array;
  /** d_h1_linear of train: float32, 400000 elements. */
  train_d_h1_linear: Float32Array;
  /** d_h1_linear_share of train: float32, 16 elements. */
  train_d_h1_linear_share: Float32Array;
  /** d_h1_convolved of train: float32, 1600000 elements. */
  train_d_h1_convolved: Float32Array;
  /** d_h1_convolved_padded of train: float32, 6400000 elements. */
  train_d_h1_convolved_padded: Float32Array;
  /** d_h0_linear of train: float32, 1440000 elements. */
  train_d_h0_linear: Float32Array;
  /** d_h0_linear_share of train: float32, 144 elements. */
  train_d_h0_linear_share: Float32Array;
  /** d_h0_convolved of train: float32, 5760000 elements. */
  train_d_h0_convolved: Float32Array;
  /** h0_convolved of validate: float32, 5760000 elements. */
  validate_h0_convolved: Float32Array;
  /** h0 of validate: float32, 1440000 elements. */
  validate_h0: Float32Array;
  /** h1_convolved of validate: float32, 1600000 elements. */
  validate_h1_convolved: Float32Array;
  /** h1 of validate: float32, 400000 elements. */
  validate_h1: Float32Array;
  /** h2 of validate: float32, 250000 elements. */
  validate_h2: Float32Array;
  /** p_logits of validate: float32, 5000 elements. */
  validate_p_logits: Float32Array;
  /** h0_convolved of test: float32, 5760000 elements. */
  test_h0_convolved: Float32Array;
  /** h0 of test: float32, 1440000 elements. */
  test_h0: Float32Array;
  /** h1_convolved of test: float32, 1600000 elements. */
  test_h1_convolved: Float32Array;
  /** h1 of test: float32, 400000 elements. */
  test_h1: Float32Array;
  /** h2 of test: float32, 250000 elements. */
  test_h2: Float32Array;
  /** p_logits of test: float32, 5000 elements. */
  test_p_logits: Float32Array;
  /** scores_exp of probabilities: float32, 10 elements. */
  probabilities_scores_exp: Float32Array;
}

/** New memory, with the initial values. Temporaries of all functions share one arena a dtype. */
export function createState(seed: number): State {
  const scratch_float32 = new Float32Array(19950010);
  const state: State = {
    layer0_W: new Float32Array(500),
    layer0_b: new Float32Array(20),
    layer1_W: new Float32Array(25000),
    layer1_b: new Float32Array(50),
    hidden_W: new Float32Array(400000),
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
    train_h0_convolved: scratch_float32.subarray(0, 5760000),
    train_h0_pooled: scratch_float32.subarray(5760000, 7200000),
    train_h0: scratch_float32.subarray(7200000, 8640000),
    train_h1_convolved: scratch_float32.subarray(8640000, 10240000),
    train_h1_pooled: scratch_float32.subarray(10240000, 10640000),
    train_h1: scratch_float32.subarray(10640000, 11040000),
    train_h2: scratch_float32.subarray(11040000, 11290000),
    train_p_logits: scratch_float32.subarray(11290000, 11295000),
    train_p_exp: scratch_float32.subarray(11295000, 11295010),
    train_d_p_logits: scratch_float32.subarray(11295010, 11300010),
    train_d_h2_linear: scratch_float32.subarray(11300010, 11550010),
    train_d_h1_linear: scratch_float32.subarray(11550010, 11950010),
    train_d_h1_linear_share: scratch_float32.subarray(11290000, 11290016),
    train_d_h1_convolved: scratch_float32.subarray(11950010, 13550010),
    train_d_h1_convolved_padded: scratch_float32.subarray(13550010, 19950010),
    train_d_h0_linear: scratch_float32.subarray(8640000, 10080000),
    train_d_h0_linear_share: scratch_float32.subarray(10080000, 10080144),
    train_d_h0_convolved: scratch_float32.subarray(13550010, 19310010),
    validate_h0_convolved: scratch_float32.subarray(0, 5760000),
    validate_h0: scratch_float32.subarray(5760000, 7200000),
    validate_h1_convolved: scratch_float32.subarray(0, 1600000),
    validate_h1: scratch_float32.subarray(1600000, 2000000),
    validate_h2: scratch_float32.subarray(0, 250000),
    validate_p_logits: scratch_float32.subarray(250000, 255000),
    test_h0_convolved: scratch_float32.subarray(0, 5760000),
    test_h0: scratch_float32.subarray(5760000, 7200000),
    test_h1_convolved: scratch_float32.subarray(0, 1600000),
    test_h1: scratch_float32.subarray(1600000, 2000000),
    test_h2: scratch_float32.subarray(0, 250000),
    test_p_logits: scratch_float32.subarray(250000, 255000),
    probabilities_scores_exp: scratch_float32.subarray(0, 10),
  };
  initial_layer0_W(state, seed);
  initial_layer1_W(state, seed);
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

/** initial_layer0_W(seed); updates layer0_W */
function initial_layer0_W(state: State, seed: number): void {
  const { layer0_W } = state;
  initial_layer0_W_values(layer0_W, seed);
}

/**
 * layer0_W[i,j,k] ← 0.4·random(layer0.W, i·25 + j·5 + k) − 0.2
 *   for i < 20, j < 5, k < 5
 */
function initial_layer0_W_values(layer0_W: Float32Array, seed: number): void {
  for (let i = 0; i < 20; i++) {
    for (let j = 0; j < 5; j++) {
      for (let k = 0; k < 5; k++) {
        layer0_W[i * 25 + j * 5
            + k] = Math.fround(0.4000000059604645
            * random(seed, 1392825402, 0, i * 25 + j * 5 + k)) - 0.20000000298023224;
      }
    }
  }
}

/** initial_layer1_W(seed); updates layer1_W */
function initial_layer1_W(state: State, seed: number): void {
  const { layer1_W } = state;
  initial_layer1_W_values(layer1_W, seed);
}

/**
 * layer1_W[i,j,k,l] ← 0.17192048·random(layer1.W, i·500 + j·25 + k·5 + l) − 0.08596024
 *   for i < 50, j < 20, k < 5, l < 5
 */
function initial_layer1_W_values(layer1_W: Float32Array, seed: number): void {
  for (let i = 0; i < 50; i++) {
    for (let j = 0; j < 20; j++) {
      for (let k = 0; k < 5; k++) {
        for (let l = 0; l < 5; l++) {
          layer1_W[i * 500 + j * 25 + k * 5
              + l] = Math.fround(0.17192047834396362
              * random(seed, -1632430167, 0, i * 500 + j * 25 + k * 5 + l)) - 0.08596023917198181;
        }
      }
    }
  }
}

/** initial_hidden_W(seed); updates hidden_W */
function initial_hidden_W(state: State, seed: number): void {
  const { hidden_W } = state;
  initial_hidden_W_values(hidden_W, seed);
}

/**
 * hidden_W[i,j] ← 0.13587324·random(hidden.W, i·500 + j) − 0.06793662
 *   for i < 800, j < 500
 */
function initial_hidden_W_values(hidden_W: Float32Array, seed: number): void {
  for (let i = 0; i < 800; i++) {
    for (let j = 0; j < 500; j++) {
      hidden_W[i * 500
          + j] = Math.fround(0.1358732432126999 * random(seed, -1815431459, 0, i * 500 + j))
          - 0.06793662160634995;
    }
  }
}

/**
 * train(index) → cost; updates layer0_W, layer0_b, layer1_W, layer1_b, hidden_W, hidden_b,
 *     output_W, output_b
 */
export function train(state: State, index: number): number {
  const {
    layer0_W,
    layer0_b,
    layer1_W,
    layer1_b,
    hidden_W,
    hidden_b,
    output_W,
    output_b,
    train_h0_convolved: h0_convolved,
    train_h0_pooled: h0_pooled,
    train_h0: h0,
    train_h1_convolved: h1_convolved,
    train_h1_pooled: h1_pooled,
    train_h1: h1,
    train_h2: h2,
    train_p_logits: p_logits,
    train_p_exp: p_exp,
    train_d_p_logits: d_p_logits,
    train_d_h2_linear: d_h2_linear,
    train_d_h1_linear: d_h1_linear,
    train_d_h1_linear_share: d_h1_linear_share,
    train_d_h1_convolved: d_h1_convolved,
    train_d_h1_convolved_padded: d_h1_convolved_padded,
    train_d_h0_linear: d_h0_linear,
    train_d_h0_linear_share: d_h0_linear_share,
    train_d_h0_convolved: d_h0_convolved,
  } = state;
  const x = state.trainX.subarray(index * 392000, index * 392000 + 392000);
  const y = state.trainY.subarray(index * 500, index * 500 + 500);
  train_h0_convolved(x, layer0_W, h0_convolved);
  train_h0_pooled_and_h0(h0_convolved, h0_pooled, layer0_b, h0);
  train_h1_convolved(h0, layer1_W, h1_convolved);
  train_h1_pooled_and_h1(h1_convolved, h1_pooled, layer1_b, h1);
  train_h2(h1, hidden_W, hidden_b, h2);
  train_p_logits(h2, output_W, output_b, p_logits);
  const cost = train_cost_and_d_p_logits(p_logits, p_exp, y, d_p_logits);
  train_d_h2_linear(d_p_logits, output_W, h2, d_h2_linear);
  train_d_h1_linear(d_h2_linear, hidden_W, h1, d_h1_linear);
  train_d_h1_convolved_and_d_h1_convolved_padded(
    d_h1_linear,
    h1_convolved,
    h1_pooled,
    d_h1_linear_share,
    d_h1_convolved,
    d_h1_convolved_padded,
  );
  train_d_h0_linear(d_h1_convolved_padded, layer1_W, h0, d_h0_linear);
  train_d_h0_convolved(d_h0_linear, h0_convolved, h0_pooled, d_h0_linear_share, d_h0_convolved);
  train_layer0_W(layer0_W, x, d_h0_convolved);
  train_layer0_b(layer0_b, d_h0_linear);
  train_layer1_W(layer1_W, h0, d_h1_convolved);
  train_layer1_b(layer1_b, d_h1_linear);
  train_hidden_W(hidden_W, h1, d_h2_linear);
  train_hidden_b(hidden_b, d_h2_linear);
  train_output_W(output_W, h2, d_p_logits);
  train_output_b(output_b, d_p_logits);
  return cost;
}

/**
 * h0_convolved[i,j,k,l] = Σ_mn x[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]
 *   for i < 500, j < 20, k < 24, l < 24, m < 5, n < 5
 * The same for validate, test.
 */
function train_h0_convolved(
  x: Float32Array,
  layer0_W: Float32Array,
  h0_convolved: Float32Array,
): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 20; j += 4) {
      for (let k = 0; k < 24; k++) {
        for (let l = 0; l < 24; l += 3) {
          let sum_j0_l0 = 0;
          let sum_j0_l1 = 0;
          let sum_j0_l2 = 0;
          let sum_j1_l0 = 0;
          let sum_j1_l1 = 0;
          let sum_j1_l2 = 0;
          let sum_j2_l0 = 0;
          let sum_j2_l1 = 0;
          let sum_j2_l2 = 0;
          let sum_j3_l0 = 0;
          let sum_j3_l1 = 0;
          let sum_j3_l2 = 0;
          const x_start = i * 784 + k * 28 + l;
          const layer0_W_start = j * 25;
          for (let m = 0; m < 5; m++) {
            for (let n = 0; n < 5; n++) {
              const x_l0 = x[m * 28 + n + x_start];
              const layer0_W_j0 = layer0_W[layer0_W_start - m * 5 - n + 24];
              const x_l1 = x[m * 28 + n + x_start + 1];
              const x_l2 = x[m * 28 + n + x_start + 2];
              const layer0_W_j1 = layer0_W[layer0_W_start - m * 5 - n + 49];
              const layer0_W_j2 = layer0_W[layer0_W_start - m * 5 - n + 74];
              const layer0_W_j3 = layer0_W[layer0_W_start - m * 5 - n + 99];
              sum_j0_l0 += x_l0 * layer0_W_j0;
              sum_j0_l1 += x_l1 * layer0_W_j0;
              sum_j0_l2 += x_l2 * layer0_W_j0;
              sum_j1_l0 += x_l0 * layer0_W_j1;
              sum_j1_l1 += x_l1 * layer0_W_j1;
              sum_j1_l2 += x_l2 * layer0_W_j1;
              sum_j2_l0 += x_l0 * layer0_W_j2;
              sum_j2_l1 += x_l1 * layer0_W_j2;
              sum_j2_l2 += x_l2 * layer0_W_j2;
              sum_j3_l0 += x_l0 * layer0_W_j3;
              sum_j3_l1 += x_l1 * layer0_W_j3;
              sum_j3_l2 += x_l2 * layer0_W_j3;
            }
          }
          h0_convolved[i * 11520 + j * 576 + k * 24 + l] = sum_j0_l0;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1] = sum_j0_l1;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 2] = sum_j0_l2;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 576] = sum_j1_l0;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 577] = sum_j1_l1;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 578] = sum_j1_l2;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1152] = sum_j2_l0;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1153] = sum_j2_l1;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1154] = sum_j2_l2;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1728] = sum_j3_l0;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1729] = sum_j3_l1;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1730] = sum_j3_l2;
        }
      }
    }
  }
}

/**
 * h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
 * h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
 *   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
 *   for i < 500, j < 20, k < 12, l < 12
 */
function train_h0_pooled_and_h0(
  h0_convolved: Float32Array,
  h0_pooled: Float32Array,
  layer0_b: Float32Array,
  h0: Float32Array,
): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 20; j++) {
      for (let k = 0; k < 12; k++) {
        for (let l = 0; l < 12; l++) {
          let h0_pooled_max = -Infinity;
          for (let m = 0; m < 2; m++) {
            for (let n = 0; n < 2; n++) {
              h0_pooled_max = Math.max(h0_pooled_max,
                  h0_convolved[i * 11520 + j * 576 + k * 48 + m * 24 + l * 2 + n]);
            }
          }
          h0_pooled[i * 2880 + j * 144 + k * 12 + l] = h0_pooled_max;
          const h0_linear = h0_pooled[i * 2880 + j * 144 + k * 12 + l] + layer0_b[j];
          h0[i * 2880 + j * 144 + k * 12 + l] = Math.tanh(h0_linear);
        }
      }
    }
  }
}

/**
 * h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]
 *   for i < 500, j < 50, k < 8, l < 8, m < 20, n < 5, q < 5
 * The same for validate, test.
 */
function train_h1_convolved(
  h0: Float32Array,
  layer1_W: Float32Array,
  h1_convolved: Float32Array,
): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 50; j += 5) {
      for (let k = 0; k < 8; k++) {
        for (let l = 0; l < 8; l += 2) {
          let sum_j0_l0 = 0;
          let sum_j0_l1 = 0;
          let sum_j1_l0 = 0;
          let sum_j1_l1 = 0;
          let sum_j2_l0 = 0;
          let sum_j2_l1 = 0;
          let sum_j3_l0 = 0;
          let sum_j3_l1 = 0;
          let sum_j4_l0 = 0;
          let sum_j4_l1 = 0;
          const h0_start = i * 2880 + k * 12 + l;
          const layer1_W_start = j * 500;
          for (let m = 0; m < 20; m++) {
            for (let n = 0; n < 5; n++) {
              for (let q = 0; q < 5; q++) {
                const h0_l0 = h0[m * 144 + n * 12 + q + h0_start];
                const layer1_W_j0 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 24];
                const h0_l1 = h0[m * 144 + n * 12 + q + h0_start + 1];
                const layer1_W_j1 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 524];
                const layer1_W_j2 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 1024];
                const layer1_W_j3 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 1524];
                const layer1_W_j4 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 2024];
                sum_j0_l0 += h0_l0 * layer1_W_j0;
                sum_j0_l1 += h0_l1 * layer1_W_j0;
                sum_j1_l0 += h0_l0 * layer1_W_j1;
                sum_j1_l1 += h0_l1 * layer1_W_j1;
                sum_j2_l0 += h0_l0 * layer1_W_j2;
                sum_j2_l1 += h0_l1 * layer1_W_j2;
                sum_j3_l0 += h0_l0 * layer1_W_j3;
                sum_j3_l1 += h0_l1 * layer1_W_j3;
                sum_j4_l0 += h0_l0 * layer1_W_j4;
                sum_j4_l1 += h0_l1 * layer1_W_j4;
              }
            }
          }
          h1_convolved[i * 3200 + j * 64 + k * 8 + l] = sum_j0_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 1] = sum_j0_l1;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 64] = sum_j1_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 65] = sum_j1_l1;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 128] = sum_j2_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 129] = sum_j2_l1;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 192] = sum_j3_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 193] = sum_j3_l1;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 256] = sum_j4_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 257] = sum_j4_l1;
        }
      }
    }
  }
}

/**
 * h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
 * h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
 *   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
 *   for i < 500, j < 50, k < 4, l < 4
 */
function train_h1_pooled_and_h1(
  h1_convolved: Float32Array,
  h1_pooled: Float32Array,
  layer1_b: Float32Array,
  h1: Float32Array,
): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 50; j++) {
      for (let k = 0; k < 4; k++) {
        for (let l = 0; l < 4; l++) {
          let h1_pooled_max = -Infinity;
          for (let m = 0; m < 2; m++) {
            for (let n = 0; n < 2; n++) {
              h1_pooled_max = Math.max(h1_pooled_max,
                  h1_convolved[i * 3200 + j * 64 + k * 16 + m * 8 + l * 2 + n]);
            }
          }
          h1_pooled[i * 800 + j * 16 + k * 4 + l] = h1_pooled_max;
          const h1_linear = h1_pooled[i * 800 + j * 16 + k * 4 + l] + layer1_b[j];
          h1[i * 800 + j * 16 + k * 4 + l] = Math.tanh(h1_linear);
        }
      }
    }
  }
}

/**
 * h2[i,j] = tanh(h2_linear[i,j])
 *   where h2_linear[i,j] = Σ_k h1[i,k / 16,k / 4 mod 4,k mod 4]·hidden_W[k,j] + hidden_b[j]
 *   for i < 500, j < 500, k < 800
 * The same for validate, test.
 */
function train_h2(
  h1: Float32Array,
  hidden_W: Float32Array,
  hidden_b: Float32Array,
  h2: Float32Array,
): void {
  for (let i = 0; i < 500; i += 2) {
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
      const h1_start = i * 800;
      for (let k = 0; k < 800; k++) {
        const h1_i0 = h1[k + h1_start];
        const hidden_W_j0 = hidden_W[k * 500 + j];
        const hidden_W_j1 = hidden_W[k * 500 + j + 1];
        const hidden_W_j2 = hidden_W[k * 500 + j + 2];
        const hidden_W_j3 = hidden_W[k * 500 + j + 3];
        const hidden_W_j4 = hidden_W[k * 500 + j + 4];
        const h1_i1 = h1[k + h1_start + 800];
        sum_i0_j0 += h1_i0 * hidden_W_j0;
        sum_i0_j1 += h1_i0 * hidden_W_j1;
        sum_i0_j2 += h1_i0 * hidden_W_j2;
        sum_i0_j3 += h1_i0 * hidden_W_j3;
        sum_i0_j4 += h1_i0 * hidden_W_j4;
        sum_i1_j0 += h1_i1 * hidden_W_j0;
        sum_i1_j1 += h1_i1 * hidden_W_j1;
        sum_i1_j2 += h1_i1 * hidden_W_j2;
        sum_i1_j3 += h1_i1 * hidden_W_j3;
        sum_i1_j4 += h1_i1 * hidden_W_j4;
      }
      h2[i * 500 + j] = Math.tanh(sum_i0_j0 + hidden_b[j]);
      h2[i * 500 + j + 1] = Math.tanh(sum_i0_j1 + hidden_b[j + 1]);
      h2[i * 500 + j + 2] = Math.tanh(sum_i0_j2 + hidden_b[j + 2]);
      h2[i * 500 + j + 3] = Math.tanh(sum_i0_j3 + hidden_b[j + 3]);
      h2[i * 500 + j + 4] = Math.tanh(sum_i0_j4 + hidden_b[j + 4]);
      h2[i * 500 + j + 500] = Math.tanh(sum_i1_j0 + hidden_b[j]);
      h2[i * 500 + j + 501] = Math.tanh(sum_i1_j1 + hidden_b[j + 1]);
      h2[i * 500 + j + 502] = Math.tanh(sum_i1_j2 + hidden_b[j + 2]);
      h2[i * 500 + j + 503] = Math.tanh(sum_i1_j3 + hidden_b[j + 3]);
      h2[i * 500 + j + 504] = Math.tanh(sum_i1_j4 + hidden_b[j + 4]);
    }
  }
}

/**
 * p_logits[i,j] = Σ_k h2[i,k]·output_W[k,j] + output_b[j]
 *   for i < 500, j < 10, k < 500
 * The same for validate, test.
 */
function train_p_logits(
  h2: Float32Array,
  output_W: Float32Array,
  output_b: Float32Array,
  p_logits: Float32Array,
): void {
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
      const h2_start = i * 500;
      for (let k = 0; k < 500; k++) {
        const h2_i0 = h2[k + h2_start];
        const output_W_j0 = output_W[k * 10 + j];
        const output_W_j1 = output_W[k * 10 + j + 1];
        const output_W_j2 = output_W[k * 10 + j + 2];
        const output_W_j3 = output_W[k * 10 + j + 3];
        const output_W_j4 = output_W[k * 10 + j + 4];
        const h2_i1 = h2[k + h2_start + 500];
        sum_i0_j0 += h2_i0 * output_W_j0;
        sum_i0_j1 += h2_i0 * output_W_j1;
        sum_i0_j2 += h2_i0 * output_W_j2;
        sum_i0_j3 += h2_i0 * output_W_j3;
        sum_i0_j4 += h2_i0 * output_W_j4;
        sum_i1_j0 += h2_i1 * output_W_j0;
        sum_i1_j1 += h2_i1 * output_W_j1;
        sum_i1_j2 += h2_i1 * output_W_j2;
        sum_i1_j3 += h2_i1 * output_W_j3;
        sum_i1_j4 += h2_i1 * output_W_j4;
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
 *   for i < 500, j < 10
 * p_exp[i,j] = exp(p_logits[i,j] − p_max[i])
 *   for i < 500, j < 10
 * p_sum[i] = Σ_j p_exp[i,j]
 *   for i < 500, j < 10
 * cost = −Σ_i (p_logits[i,y[i]] − p_max[i] − log(p_sum[i])) / 500
 *   for i < 500
 * ∂cost/∂p_logits ≡ d_p_logits[i,j] = (p[i,j] − [j = y[i]]) / 500
 *   where p[i,j] = p_exp[i,j] / p_sum[i]
 *   for i < 500, j < 10
 */
function train_cost_and_d_p_logits(
  p_logits: Float32Array,
  p_exp: Float32Array,
  y: Int32Array,
  d_p_logits: Float32Array,
): number {
  let cost_sum = 0;
  for (let i = 0; i < 500; i++) {
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
      d_p_logits[i * 10 + j] = (p - (j === y[i] ? 1 : 0)) / 500;
    }
  }
  const cost = -(cost_sum / 500);
  return cost;
}

/**
 * ∂cost/∂h2_linear ≡ d_h2_linear[i,j] = ∂cost/∂h2[i,j]·(1 − h2[i,j]·h2[i,j])
 *   where ∂cost/∂h2[i,j] = Σ_k d_p_logits[i,k]·output_W[j,k]
 *   for i < 500, j < 500, k < 10
 */
function train_d_h2_linear(
  d_p_logits: Float32Array,
  output_W: Float32Array,
  h2: Float32Array,
  d_h2_linear: Float32Array,
): void {
  for (let i = 0; i < 500; i += 2) {
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
      d_h2_linear[i * 500 + j] = sum_i0_j0 * (1 - h2[i * 500 + j] * h2[i * 500 + j]);
      d_h2_linear[i * 500 + j + 1] = sum_i0_j1 * (1 - h2[i * 500 + j + 1] * h2[i * 500 + j + 1]);
      d_h2_linear[i * 500 + j + 2] = sum_i0_j2 * (1 - h2[i * 500 + j + 2] * h2[i * 500 + j + 2]);
      d_h2_linear[i * 500 + j + 3] = sum_i0_j3 * (1 - h2[i * 500 + j + 3] * h2[i * 500 + j + 3]);
      d_h2_linear[i * 500 + j + 4] = sum_i0_j4 * (1 - h2[i * 500 + j + 4] * h2[i * 500 + j + 4]);
      d_h2_linear[i * 500 + j + 500] = sum_i1_j0
          * (1 - h2[i * 500 + j + 500] * h2[i * 500 + j + 500]);
      d_h2_linear[i * 500 + j + 501] = sum_i1_j1
          * (1 - h2[i * 500 + j + 501] * h2[i * 500 + j + 501]);
      d_h2_linear[i * 500 + j + 502] = sum_i1_j2
          * (1 - h2[i * 500 + j + 502] * h2[i * 500 + j + 502]);
      d_h2_linear[i * 500 + j + 503] = sum_i1_j3
          * (1 - h2[i * 500 + j + 503] * h2[i * 500 + j + 503]);
      d_h2_linear[i * 500 + j + 504] = sum_i1_j4
          * (1 - h2[i * 500 + j + 504] * h2[i * 500 + j + 504]);
    }
  }
}

/**
 * ∂cost/∂h1_linear ≡ d_h1_linear[i,j,k,l] = ∂cost/∂h1[i,j,k,l]·(1 − h1[i,j,k,l]·h1[i,j,k,l])
 *   where ∂cost/∂h1[i,j,k,l] = Σ_m d_h2_linear[i,m]·hidden_W[j·16 + k·4 + l,m]
 *   for i < 500, j < 50, k < 4, l < 4, m < 500
 */
function train_d_h1_linear(
  d_h2_linear: Float32Array,
  hidden_W: Float32Array,
  h1: Float32Array,
  d_h1_linear: Float32Array,
): void {
  for (let i = 0; i < 500; i += 5) {
    for (let j = 0; j < 50; j++) {
      for (let k = 0; k < 4; k++) {
        for (let l = 0; l < 4; l += 2) {
          let sum_i0_l0 = 0;
          let sum_i0_l1 = 0;
          let sum_i1_l0 = 0;
          let sum_i1_l1 = 0;
          let sum_i2_l0 = 0;
          let sum_i2_l1 = 0;
          let sum_i3_l0 = 0;
          let sum_i3_l1 = 0;
          let sum_i4_l0 = 0;
          let sum_i4_l1 = 0;
          const d_h2_linear_start = i * 500;
          const hidden_W_start = j * 8000 + k * 2000 + l * 500;
          for (let m = 0; m < 500; m++) {
            const d_h2_linear_i0 = d_h2_linear[m + d_h2_linear_start];
            const hidden_W_l0 = hidden_W[m + hidden_W_start];
            const hidden_W_l1 = hidden_W[m + hidden_W_start + 500];
            const d_h2_linear_i1 = d_h2_linear[m + d_h2_linear_start + 500];
            const d_h2_linear_i2 = d_h2_linear[m + d_h2_linear_start + 1000];
            const d_h2_linear_i3 = d_h2_linear[m + d_h2_linear_start + 1500];
            const d_h2_linear_i4 = d_h2_linear[m + d_h2_linear_start + 2000];
            sum_i0_l0 += d_h2_linear_i0 * hidden_W_l0;
            sum_i0_l1 += d_h2_linear_i0 * hidden_W_l1;
            sum_i1_l0 += d_h2_linear_i1 * hidden_W_l0;
            sum_i1_l1 += d_h2_linear_i1 * hidden_W_l1;
            sum_i2_l0 += d_h2_linear_i2 * hidden_W_l0;
            sum_i2_l1 += d_h2_linear_i2 * hidden_W_l1;
            sum_i3_l0 += d_h2_linear_i3 * hidden_W_l0;
            sum_i3_l1 += d_h2_linear_i3 * hidden_W_l1;
            sum_i4_l0 += d_h2_linear_i4 * hidden_W_l0;
            sum_i4_l1 += d_h2_linear_i4 * hidden_W_l1;
          }
          d_h1_linear[i * 800 + j * 16 + k * 4 + l] = sum_i0_l0
              * (1 - h1[i * 800 + j * 16 + k * 4 + l] * h1[i * 800 + j * 16 + k * 4 + l]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 1] = sum_i0_l1
              * (1 - h1[i * 800 + j * 16 + k * 4 + l + 1] * h1[i * 800 + j * 16 + k * 4 + l + 1]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 800] = sum_i1_l0
              * (1
              - h1[i * 800 + j * 16 + k * 4 + l + 800] * h1[i * 800 + j * 16 + k * 4 + l + 800]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 801] = sum_i1_l1
              * (1
              - h1[i * 800 + j * 16 + k * 4 + l + 801] * h1[i * 800 + j * 16 + k * 4 + l + 801]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 1600] = sum_i2_l0
              * (1
              - h1[i * 800 + j * 16 + k * 4 + l + 1600] * h1[i * 800 + j * 16 + k * 4 + l + 1600]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 1601] = sum_i2_l1
              * (1
              - h1[i * 800 + j * 16 + k * 4 + l + 1601] * h1[i * 800 + j * 16 + k * 4 + l + 1601]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 2400] = sum_i3_l0
              * (1
              - h1[i * 800 + j * 16 + k * 4 + l + 2400] * h1[i * 800 + j * 16 + k * 4 + l + 2400]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 2401] = sum_i3_l1
              * (1
              - h1[i * 800 + j * 16 + k * 4 + l + 2401] * h1[i * 800 + j * 16 + k * 4 + l + 2401]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 3200] = sum_i4_l0
              * (1
              - h1[i * 800 + j * 16 + k * 4 + l + 3200] * h1[i * 800 + j * 16 + k * 4 + l + 3200]);
          d_h1_linear[i * 800 + j * 16 + k * 4 + l + 3201] = sum_i4_l1
              * (1
              - h1[i * 800 + j * 16 + k * 4 + l + 3201] * h1[i * 800 + j * 16 + k * 4 + l + 3201]);
        }
      }
    }
  }
}

/**
 * d_h1_linear_share[i,j,k,l] = d_h1_linear[i,j,k,l] / d_h1_linear_ties[i,j,k,l]
 *   where d_h1_linear_ties[i,j,k,l] = Σ_mn [h1_convolved[i,j,k·2 + m,l·2 + n] = h1_pooled[i,j,k,l]]
 *   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
 * ∂cost/∂h1_convolved ≡ d_h1_convolved[i,j,k,l] = d_h1_linear_share[i,j,k / 2,l / 2] if
 *     h1_convolved[i,j,k,l] = h1_pooled[i,j,k / 2,l / 2] else 0
 *   for i < 500, j < 50, k < 8, l < 8
 * d_h1_convolved_padded[i,j,k,l] = d_h1_convolved[i,j,k − 4,l − 4] if k ≥ 4 ∧ k < 12 ∧ l ≥ 4 ∧ l <
 *     12 else 0
 *   for i < 500, j < 50, k < 16, l < 16
 */
function train_d_h1_convolved_and_d_h1_convolved_padded(
  d_h1_linear: Float32Array,
  h1_convolved: Float32Array,
  h1_pooled: Float32Array,
  d_h1_linear_share: Float32Array,
  d_h1_convolved: Float32Array,
  d_h1_convolved_padded: Float32Array,
): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 50; j++) {
      for (let k = 0; k < 4; k++) {
        for (let l = 0; l < 4; l++) {
          let d_h1_linear_ties = 0;
          for (let m = 0; m < 2; m++) {
            for (let n = 0; n < 2; n++) {
              d_h1_linear_ties += h1_convolved[i * 3200 + j * 64 + k * 16 + m * 8 + l * 2
                  + n] === h1_pooled[i * 800 + j * 16 + k * 4 + l] ? 1 : 0;
            }
          }
          d_h1_linear_share[k * 4 + l] = d_h1_linear[i * 800 + j * 16 + k * 4 + l]
              / d_h1_linear_ties;
        }
      }
      for (let k = 0; k < 8; k++) {
        for (let l = 0; l < 8; l++) {
          d_h1_convolved[i * 3200 + j * 64 + k * 8 + l] = h1_convolved[i * 3200 + j * 64 + k * 8
              + l] === h1_pooled[i * 800 + j * 16 + Math.floor(k / 2) * 4 + Math.floor(l / 2)]
              ? d_h1_linear_share[Math.floor(k / 2) * 4 + Math.floor(l / 2)] : 0;
        }
      }
      for (let k = 0; k < 16; k++) {
        for (let l = 0; l < 16; l++) {
          d_h1_convolved_padded[i * 12800 + j * 256 + k * 16 + l] = k >= 4 && k < 12 && l >= 4
              && l < 12 ? d_h1_convolved[i * 3200 + j * 64 + k * 8 + l - 36] : 0;
        }
      }
    }
  }
}

/**
 * ∂cost/∂h0_linear ≡ d_h0_linear[i,j,k,l] = ∂cost/∂h0[i,j,k,l]·(1 − h0[i,j,k,l]·h0[i,j,k,l])
 *   where ∂cost/∂h0[i,j,k,l] = Σ_mnq d_h1_convolved_padded[i,m,k + n,l + q]·layer1_W[m,j,n,q]
 *   for i < 500, j < 20, k < 12, l < 12, m < 50, n < 5, q < 5
 */
function train_d_h0_linear(
  d_h1_convolved_padded: Float32Array,
  layer1_W: Float32Array,
  h0: Float32Array,
  d_h0_linear: Float32Array,
): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 20; j += 4) {
      for (let k = 0; k < 12; k++) {
        for (let l = 0; l < 12; l += 3) {
          let sum_j0_l0 = 0;
          let sum_j0_l1 = 0;
          let sum_j0_l2 = 0;
          let sum_j1_l0 = 0;
          let sum_j1_l1 = 0;
          let sum_j1_l2 = 0;
          let sum_j2_l0 = 0;
          let sum_j2_l1 = 0;
          let sum_j2_l2 = 0;
          let sum_j3_l0 = 0;
          let sum_j3_l1 = 0;
          let sum_j3_l2 = 0;
          const d_h1_convolved_padded_start = i * 12800 + k * 16 + l;
          const layer1_W_start = j * 25;
          for (let m = 0; m < 50; m++) {
            for (let n = 0; n < 5; n++) {
              for (let q = 0; q < 5; q++) {
                const d_h1_convolved_padded_l0 = d_h1_convolved_padded[m * 256 + n * 16 + q
                    + d_h1_convolved_padded_start];
                const layer1_W_j0 = layer1_W[m * 500 + n * 5 + q + layer1_W_start];
                const d_h1_convolved_padded_l1 = d_h1_convolved_padded[m * 256 + n * 16 + q
                    + d_h1_convolved_padded_start + 1];
                const d_h1_convolved_padded_l2 = d_h1_convolved_padded[m * 256 + n * 16 + q
                    + d_h1_convolved_padded_start + 2];
                const layer1_W_j1 = layer1_W[m * 500 + n * 5 + q + layer1_W_start + 25];
                const layer1_W_j2 = layer1_W[m * 500 + n * 5 + q + layer1_W_start + 50];
                const layer1_W_j3 = layer1_W[m * 500 + n * 5 + q + layer1_W_start + 75];
                sum_j0_l0 += d_h1_convolved_padded_l0 * layer1_W_j0;
                sum_j0_l1 += d_h1_convolved_padded_l1 * layer1_W_j0;
                sum_j0_l2 += d_h1_convolved_padded_l2 * layer1_W_j0;
                sum_j1_l0 += d_h1_convolved_padded_l0 * layer1_W_j1;
                sum_j1_l1 += d_h1_convolved_padded_l1 * layer1_W_j1;
                sum_j1_l2 += d_h1_convolved_padded_l2 * layer1_W_j1;
                sum_j2_l0 += d_h1_convolved_padded_l0 * layer1_W_j2;
                sum_j2_l1 += d_h1_convolved_padded_l1 * layer1_W_j2;
                sum_j2_l2 += d_h1_convolved_padded_l2 * layer1_W_j2;
                sum_j3_l0 += d_h1_convolved_padded_l0 * layer1_W_j3;
                sum_j3_l1 += d_h1_convolved_padded_l1 * layer1_W_j3;
                sum_j3_l2 += d_h1_convolved_padded_l2 * layer1_W_j3;
              }
            }
          }
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l] = sum_j0_l0
              * (1 - h0[i * 2880 + j * 144 + k * 12 + l] * h0[i * 2880 + j * 144 + k * 12 + l]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 1] = sum_j0_l1
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 1] * h0[i * 2880 + j * 144 + k * 12 + l + 1]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 2] = sum_j0_l2
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 2] * h0[i * 2880 + j * 144 + k * 12 + l + 2]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 144] = sum_j1_l0
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 144]
              * h0[i * 2880 + j * 144 + k * 12 + l + 144]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 145] = sum_j1_l1
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 145]
              * h0[i * 2880 + j * 144 + k * 12 + l + 145]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 146] = sum_j1_l2
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 146]
              * h0[i * 2880 + j * 144 + k * 12 + l + 146]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 288] = sum_j2_l0
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 288]
              * h0[i * 2880 + j * 144 + k * 12 + l + 288]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 289] = sum_j2_l1
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 289]
              * h0[i * 2880 + j * 144 + k * 12 + l + 289]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 290] = sum_j2_l2
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 290]
              * h0[i * 2880 + j * 144 + k * 12 + l + 290]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 432] = sum_j3_l0
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 432]
              * h0[i * 2880 + j * 144 + k * 12 + l + 432]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 433] = sum_j3_l1
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 433]
              * h0[i * 2880 + j * 144 + k * 12 + l + 433]);
          d_h0_linear[i * 2880 + j * 144 + k * 12 + l + 434] = sum_j3_l2
              * (1
              - h0[i * 2880 + j * 144 + k * 12 + l + 434]
              * h0[i * 2880 + j * 144 + k * 12 + l + 434]);
        }
      }
    }
  }
}

/**
 * d_h0_linear_share[i,j,k,l] = d_h0_linear[i,j,k,l] / d_h0_linear_ties[i,j,k,l]
 *   where d_h0_linear_ties[i,j,k,l] = Σ_mn [h0_convolved[i,j,k·2 + m,l·2 + n] = h0_pooled[i,j,k,l]]
 *   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
 * ∂cost/∂h0_convolved ≡ d_h0_convolved[i,j,k,l] = d_h0_linear_share[i,j,k / 2,l / 2] if
 *     h0_convolved[i,j,k,l] = h0_pooled[i,j,k / 2,l / 2] else 0
 *   for i < 500, j < 20, k < 24, l < 24
 */
function train_d_h0_convolved(
  d_h0_linear: Float32Array,
  h0_convolved: Float32Array,
  h0_pooled: Float32Array,
  d_h0_linear_share: Float32Array,
  d_h0_convolved: Float32Array,
): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 20; j++) {
      for (let k = 0; k < 12; k++) {
        for (let l = 0; l < 12; l++) {
          let d_h0_linear_ties = 0;
          for (let m = 0; m < 2; m++) {
            for (let n = 0; n < 2; n++) {
              d_h0_linear_ties += h0_convolved[i * 11520 + j * 576 + k * 48 + m * 24 + l * 2
                  + n] === h0_pooled[i * 2880 + j * 144 + k * 12 + l] ? 1 : 0;
            }
          }
          d_h0_linear_share[k * 12 + l] = d_h0_linear[i * 2880 + j * 144 + k * 12 + l]
              / d_h0_linear_ties;
        }
      }
      for (let k = 0; k < 24; k++) {
        for (let l = 0; l < 24; l++) {
          d_h0_convolved[i * 11520 + j * 576 + k * 24 + l] = h0_convolved[i * 11520 + j * 576
              + k * 24 + l] === h0_pooled[i * 2880 + j * 144 + Math.floor(k / 2) * 12
              + Math.floor(l / 2)]
              ? d_h0_linear_share[Math.floor(k / 2) * 12 + Math.floor(l / 2)] : 0;
        }
      }
    }
  }
}

/**
 * layer0_W[i,j,k] ← layer0_W[i,j,k] − 0.1·∂cost/∂layer0_W[i,j,k]
 *   where ∂cost/∂layer0_W[i,j,k] = Σ_lmn x[l,m·28 + n − j·28 − k + 116]·d_h0_convolved[l,i,m,n]
 *   for i < 20, j < 5, k < 5, l < 500, m < 24, n < 24
 */
function train_layer0_W(
  layer0_W: Float32Array,
  x: Float32Array,
  d_h0_convolved: Float32Array,
): void {
  const d_layer0_W_factor = 0.1;
  for (let i = 0; i < 20; i += 2) {
    for (let j = 0; j < 5; j++) {
      for (let k = 0; k < 5; k += 5) {
        let sum_i0_k0 = 0;
        let sum_i0_k1 = 0;
        let sum_i0_k2 = 0;
        let sum_i0_k3 = 0;
        let sum_i0_k4 = 0;
        let sum_i1_k0 = 0;
        let sum_i1_k1 = 0;
        let sum_i1_k2 = 0;
        let sum_i1_k3 = 0;
        let sum_i1_k4 = 0;
        const x_start = j * -28 - k;
        const d_h0_convolved_start = i * 576;
        for (let l = 0; l < 500; l++) {
          for (let m = 0; m < 24; m++) {
            for (let n = 0; n < 24; n++) {
              const x_k0 = x[l * 784 + m * 28 + n + x_start + 116];
              const d_h0_convolved_i0 = d_h0_convolved[l * 11520 + m * 24 + n
                  + d_h0_convolved_start];
              const x_k1 = x[l * 784 + m * 28 + n + x_start + 115];
              const x_k2 = x[l * 784 + m * 28 + n + x_start + 114];
              const x_k3 = x[l * 784 + m * 28 + n + x_start + 113];
              const x_k4 = x[l * 784 + m * 28 + n + x_start + 112];
              const d_h0_convolved_i1 = d_h0_convolved[l * 11520 + m * 24 + n
                  + d_h0_convolved_start + 576];
              sum_i0_k0 += x_k0 * d_h0_convolved_i0;
              sum_i0_k1 += x_k1 * d_h0_convolved_i0;
              sum_i0_k2 += x_k2 * d_h0_convolved_i0;
              sum_i0_k3 += x_k3 * d_h0_convolved_i0;
              sum_i0_k4 += x_k4 * d_h0_convolved_i0;
              sum_i1_k0 += x_k0 * d_h0_convolved_i1;
              sum_i1_k1 += x_k1 * d_h0_convolved_i1;
              sum_i1_k2 += x_k2 * d_h0_convolved_i1;
              sum_i1_k3 += x_k3 * d_h0_convolved_i1;
              sum_i1_k4 += x_k4 * d_h0_convolved_i1;
            }
          }
        }
        layer0_W[i * 25 + j * 5 + k] -= d_layer0_W_factor * sum_i0_k0;
        layer0_W[i * 25 + j * 5 + k + 1] -= d_layer0_W_factor * sum_i0_k1;
        layer0_W[i * 25 + j * 5 + k + 2] -= d_layer0_W_factor * sum_i0_k2;
        layer0_W[i * 25 + j * 5 + k + 3] -= d_layer0_W_factor * sum_i0_k3;
        layer0_W[i * 25 + j * 5 + k + 4] -= d_layer0_W_factor * sum_i0_k4;
        layer0_W[i * 25 + j * 5 + k + 25] -= d_layer0_W_factor * sum_i1_k0;
        layer0_W[i * 25 + j * 5 + k + 26] -= d_layer0_W_factor * sum_i1_k1;
        layer0_W[i * 25 + j * 5 + k + 27] -= d_layer0_W_factor * sum_i1_k2;
        layer0_W[i * 25 + j * 5 + k + 28] -= d_layer0_W_factor * sum_i1_k3;
        layer0_W[i * 25 + j * 5 + k + 29] -= d_layer0_W_factor * sum_i1_k4;
      }
    }
  }
}

/**
 * layer0_b[i] ← layer0_b[i] − 0.1·∂cost/∂layer0_b[i]
 *   where ∂cost/∂layer0_b[i] = Σ_jkl d_h0_linear[j,i,k,l]
 *   for i < 20, j < 500, k < 12, l < 12
 */
function train_layer0_b(layer0_b: Float32Array, d_h0_linear: Float32Array): void {
  for (let i = 0; i < 20; i++) {
    let d_layer0_b = 0;
    for (let j = 0; j < 500; j++) {
      for (let k = 0; k < 12; k++) {
        for (let l = 0; l < 12; l++) {
          d_layer0_b += d_h0_linear[j * 2880 + i * 144 + k * 12 + l];
        }
      }
    }
    layer0_b[i] -= 0.1 * d_layer0_b;
  }
}

/**
 * layer1_W[i,j,k,l] ← layer1_W[i,j,k,l] − 0.1·∂cost/∂layer1_W[i,j,k,l]
 *   where ∂cost/∂layer1_W[i,j,k,l] = Σ_mnq h0[m,j,n − k + 4,q − l + 4]·d_h1_convolved[m,i,n,q]
 *   for i < 50, j < 20, k < 5, l < 5, m < 500, n < 8, q < 8
 */
function train_layer1_W(
  layer1_W: Float32Array,
  h0: Float32Array,
  d_h1_convolved: Float32Array,
): void {
  const d_layer1_W_factor = 0.1;
  for (let i = 0; i < 50; i += 2) {
    for (let j = 0; j < 20; j++) {
      for (let k = 0; k < 5; k++) {
        for (let l = 0; l < 5; l += 5) {
          let sum_i0_l0 = 0;
          let sum_i0_l1 = 0;
          let sum_i0_l2 = 0;
          let sum_i0_l3 = 0;
          let sum_i0_l4 = 0;
          let sum_i1_l0 = 0;
          let sum_i1_l1 = 0;
          let sum_i1_l2 = 0;
          let sum_i1_l3 = 0;
          let sum_i1_l4 = 0;
          const h0_start = j * 144 - k * 12 - l;
          const d_h1_convolved_start = i * 64;
          for (let m = 0; m < 500; m++) {
            for (let n = 0; n < 8; n++) {
              for (let q = 0; q < 8; q++) {
                const h0_l0 = h0[m * 2880 + n * 12 + q + h0_start + 52];
                const d_h1_convolved_i0 = d_h1_convolved[m * 3200 + n * 8 + q
                    + d_h1_convolved_start];
                const h0_l1 = h0[m * 2880 + n * 12 + q + h0_start + 51];
                const h0_l2 = h0[m * 2880 + n * 12 + q + h0_start + 50];
                const h0_l3 = h0[m * 2880 + n * 12 + q + h0_start + 49];
                const h0_l4 = h0[m * 2880 + n * 12 + q + h0_start + 48];
                const d_h1_convolved_i1 = d_h1_convolved[m * 3200 + n * 8 + q
                    + d_h1_convolved_start + 64];
                sum_i0_l0 += h0_l0 * d_h1_convolved_i0;
                sum_i0_l1 += h0_l1 * d_h1_convolved_i0;
                sum_i0_l2 += h0_l2 * d_h1_convolved_i0;
                sum_i0_l3 += h0_l3 * d_h1_convolved_i0;
                sum_i0_l4 += h0_l4 * d_h1_convolved_i0;
                sum_i1_l0 += h0_l0 * d_h1_convolved_i1;
                sum_i1_l1 += h0_l1 * d_h1_convolved_i1;
                sum_i1_l2 += h0_l2 * d_h1_convolved_i1;
                sum_i1_l3 += h0_l3 * d_h1_convolved_i1;
                sum_i1_l4 += h0_l4 * d_h1_convolved_i1;
              }
            }
          }
          layer1_W[i * 500 + j * 25 + k * 5 + l] -= d_layer1_W_factor * sum_i0_l0;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 1] -= d_layer1_W_factor * sum_i0_l1;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 2] -= d_layer1_W_factor * sum_i0_l2;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 3] -= d_layer1_W_factor * sum_i0_l3;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 4] -= d_layer1_W_factor * sum_i0_l4;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 500] -= d_layer1_W_factor * sum_i1_l0;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 501] -= d_layer1_W_factor * sum_i1_l1;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 502] -= d_layer1_W_factor * sum_i1_l2;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 503] -= d_layer1_W_factor * sum_i1_l3;
          layer1_W[i * 500 + j * 25 + k * 5 + l + 504] -= d_layer1_W_factor * sum_i1_l4;
        }
      }
    }
  }
}

/**
 * layer1_b[i] ← layer1_b[i] − 0.1·∂cost/∂layer1_b[i]
 *   where ∂cost/∂layer1_b[i] = Σ_jkl d_h1_linear[j,i,k,l]
 *   for i < 50, j < 500, k < 4, l < 4
 */
function train_layer1_b(layer1_b: Float32Array, d_h1_linear: Float32Array): void {
  for (let i = 0; i < 50; i++) {
    let d_layer1_b = 0;
    for (let j = 0; j < 500; j++) {
      for (let k = 0; k < 4; k++) {
        for (let l = 0; l < 4; l++) {
          d_layer1_b += d_h1_linear[j * 800 + i * 16 + k * 4 + l];
        }
      }
    }
    layer1_b[i] -= 0.1 * d_layer1_b;
  }
}

/**
 * hidden_W[i,j] ← hidden_W[i,j] − 0.1·∂cost/∂hidden_W[i,j]
 *   where ∂cost/∂hidden_W[i,j] = Σ_k h1[k,i / 16,i / 4 mod 4,i mod 4]·d_h2_linear[k,j]
 *   for i < 800, j < 500, k < 500
 */
function train_hidden_W(hidden_W: Float32Array, h1: Float32Array, d_h2_linear: Float32Array): void {
  const d_hidden_W_factor = 0.1;
  for (let i = 0; i < 800; i += 2) {
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
      for (let k = 0; k < 500; k++) {
        const h1_i0 = h1[k * 800 + i];
        const d_h2_linear_j0 = d_h2_linear[k * 500 + j];
        const d_h2_linear_j1 = d_h2_linear[k * 500 + j + 1];
        const d_h2_linear_j2 = d_h2_linear[k * 500 + j + 2];
        const d_h2_linear_j3 = d_h2_linear[k * 500 + j + 3];
        const d_h2_linear_j4 = d_h2_linear[k * 500 + j + 4];
        const h1_i1 = h1[k * 800 + i + 1];
        sum_i0_j0 += h1_i0 * d_h2_linear_j0;
        sum_i0_j1 += h1_i0 * d_h2_linear_j1;
        sum_i0_j2 += h1_i0 * d_h2_linear_j2;
        sum_i0_j3 += h1_i0 * d_h2_linear_j3;
        sum_i0_j4 += h1_i0 * d_h2_linear_j4;
        sum_i1_j0 += h1_i1 * d_h2_linear_j0;
        sum_i1_j1 += h1_i1 * d_h2_linear_j1;
        sum_i1_j2 += h1_i1 * d_h2_linear_j2;
        sum_i1_j3 += h1_i1 * d_h2_linear_j3;
        sum_i1_j4 += h1_i1 * d_h2_linear_j4;
      }
      hidden_W[i * 500 + j] -= d_hidden_W_factor * sum_i0_j0;
      hidden_W[i * 500 + j + 1] -= d_hidden_W_factor * sum_i0_j1;
      hidden_W[i * 500 + j + 2] -= d_hidden_W_factor * sum_i0_j2;
      hidden_W[i * 500 + j + 3] -= d_hidden_W_factor * sum_i0_j3;
      hidden_W[i * 500 + j + 4] -= d_hidden_W_factor * sum_i0_j4;
      hidden_W[i * 500 + j + 500] -= d_hidden_W_factor * sum_i1_j0;
      hidden_W[i * 500 + j + 501] -= d_hidden_W_factor * sum_i1_j1;
      hidden_W[i * 500 + j + 502] -= d_hidden_W_factor * sum_i1_j2;
      hidden_W[i * 500 + j + 503] -= d_hidden_W_factor * sum_i1_j3;
      hidden_W[i * 500 + j + 504] -= d_hidden_W_factor * sum_i1_j4;
    }
  }
}

/**
 * hidden_b[i] ← hidden_b[i] − 0.1·∂cost/∂hidden_b[i]
 *   where ∂cost/∂hidden_b[i] = Σ_j d_h2_linear[j,i]
 *   for i < 500, j < 500
 */
function train_hidden_b(hidden_b: Float32Array, d_h2_linear: Float32Array): void {
  for (let i = 0; i < 500; i++) {
    let d_hidden_b = 0;
    for (let j = 0; j < 500; j++) {
      d_hidden_b += d_h2_linear[j * 500 + i];
    }
    hidden_b[i] -= 0.1 * d_hidden_b;
  }
}

/**
 * output_W[i,j] ← output_W[i,j] − 0.1·∂cost/∂output_W[i,j]
 *   where ∂cost/∂output_W[i,j] = Σ_k h2[k,i]·d_p_logits[k,j]
 *   for i < 500, j < 10, k < 500
 */
function train_output_W(output_W: Float32Array, h2: Float32Array, d_p_logits: Float32Array): void {
  const d_output_W_factor = 0.1;
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
      for (let k = 0; k < 500; k++) {
        const h2_i0 = h2[k * 500 + i];
        const d_p_logits_j0 = d_p_logits[k * 10 + j];
        const d_p_logits_j1 = d_p_logits[k * 10 + j + 1];
        const d_p_logits_j2 = d_p_logits[k * 10 + j + 2];
        const d_p_logits_j3 = d_p_logits[k * 10 + j + 3];
        const d_p_logits_j4 = d_p_logits[k * 10 + j + 4];
        const h2_i1 = h2[k * 500 + i + 1];
        sum_i0_j0 += h2_i0 * d_p_logits_j0;
        sum_i0_j1 += h2_i0 * d_p_logits_j1;
        sum_i0_j2 += h2_i0 * d_p_logits_j2;
        sum_i0_j3 += h2_i0 * d_p_logits_j3;
        sum_i0_j4 += h2_i0 * d_p_logits_j4;
        sum_i1_j0 += h2_i1 * d_p_logits_j0;
        sum_i1_j1 += h2_i1 * d_p_logits_j1;
        sum_i1_j2 += h2_i1 * d_p_logits_j2;
        sum_i1_j3 += h2_i1 * d_p_logits_j3;
        sum_i1_j4 += h2_i1 * d_p_logits_j4;
      }
      output_W[i * 10 + j] -= d_output_W_factor * sum_i0_j0;
      output_W[i * 10 + j + 1] -= d_output_W_factor * sum_i0_j1;
      output_W[i * 10 + j + 2] -= d_output_W_factor * sum_i0_j2;
      output_W[i * 10 + j + 3] -= d_output_W_factor * sum_i0_j3;
      output_W[i * 10 + j + 4] -= d_output_W_factor * sum_i0_j4;
      output_W[i * 10 + j + 10] -= d_output_W_factor * sum_i1_j0;
      output_W[i * 10 + j + 11] -= d_output_W_factor * sum_i1_j1;
      output_W[i * 10 + j + 12] -= d_output_W_factor * sum_i1_j2;
      output_W[i * 10 + j + 13] -= d_output_W_factor * sum_i1_j3;
      output_W[i * 10 + j + 14] -= d_output_W_factor * sum_i1_j4;
    }
  }
}

/**
 * output_b[i] ← output_b[i] − 0.1·∂cost/∂output_b[i]
 *   where ∂cost/∂output_b[i] = Σ_j d_p_logits[j,i]
 *   for i < 10, j < 500
 */
function train_output_b(output_b: Float32Array, d_p_logits: Float32Array): void {
  for (let i = 0; i < 10; i++) {
    let d_output_b = 0;
    for (let j = 0; j < 500; j++) {
      d_output_b += d_p_logits[j * 10 + i];
    }
    output_b[i] -= 0.1 * d_output_b;
  }
}

/** validate(index) → errors */
export function validate(state: State, index: number): number {
  const {
    layer0_W,
    layer0_b,
    layer1_W,
    layer1_b,
    hidden_W,
    hidden_b,
    output_W,
    output_b,
    validate_h0_convolved: h0_convolved,
    validate_h0: h0,
    validate_h1_convolved: h1_convolved,
    validate_h1: h1,
    validate_h2: h2,
    validate_p_logits: p_logits,
  } = state;
  const x = state.validX.subarray(index * 392000, index * 392000 + 392000);
  const y = state.validY.subarray(index * 500, index * 500 + 500);
  train_h0_convolved(x, layer0_W, h0_convolved);
  validate_h0(h0_convolved, layer0_b, h0);
  train_h1_convolved(h0, layer1_W, h1_convolved);
  validate_h1(h1_convolved, layer1_b, h1);
  train_h2(h1, hidden_W, hidden_b, h2);
  train_p_logits(h2, output_W, output_b, p_logits);
  const errors = validate_errors(p_logits, y);
  return errors;
}

/**
 * h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
 *   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
 *   where h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
 * The same for test.
 */
function validate_h0(h0_convolved: Float32Array, layer0_b: Float32Array, h0: Float32Array): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 20; j++) {
      for (let k = 0; k < 12; k++) {
        for (let l = 0; l < 12; l++) {
          let h0_pooled = -Infinity;
          for (let m = 0; m < 2; m++) {
            for (let n = 0; n < 2; n++) {
              h0_pooled = Math.max(h0_pooled,
                  h0_convolved[i * 11520 + j * 576 + k * 48 + m * 24 + l * 2 + n]);
            }
          }
          h0[i * 2880 + j * 144 + k * 12 + l] = Math.tanh(h0_pooled + layer0_b[j]);
        }
      }
    }
  }
}

/**
 * h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
 *   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
 *   where h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
 * The same for test.
 */
function validate_h1(h1_convolved: Float32Array, layer1_b: Float32Array, h1: Float32Array): void {
  for (let i = 0; i < 500; i++) {
    for (let j = 0; j < 50; j++) {
      for (let k = 0; k < 4; k++) {
        for (let l = 0; l < 4; l++) {
          let h1_pooled = -Infinity;
          for (let m = 0; m < 2; m++) {
            for (let n = 0; n < 2; n++) {
              h1_pooled = Math.max(h1_pooled,
                  h1_convolved[i * 3200 + j * 64 + k * 16 + m * 8 + l * 2 + n]);
            }
          }
          h1[i * 800 + j * 16 + k * 4 + l] = Math.tanh(h1_pooled + layer1_b[j]);
        }
      }
    }
  }
}

/**
 * errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 500
 *   for i < 500, j < 10
 * The same for test.
 */
function validate_errors(p_logits: Float32Array, y: Int32Array): number {
  let errors_sum = 0;
  for (let i = 0; i < 500; i++) {
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
  const errors = errors_sum / 500;
  return errors;
}

/** test(index) → errors */
export function test(state: State, index: number): number {
  const {
    layer0_W,
    layer0_b,
    layer1_W,
    layer1_b,
    hidden_W,
    hidden_b,
    output_W,
    output_b,
    test_h0_convolved: h0_convolved,
    test_h0: h0,
    test_h1_convolved: h1_convolved,
    test_h1: h1,
    test_h2: h2,
    test_p_logits: p_logits,
  } = state;
  const x = state.testX.subarray(index * 392000, index * 392000 + 392000);
  const y = state.testY.subarray(index * 500, index * 500 + 500);
  train_h0_convolved(x, layer0_W, h0_convolved);
  validate_h0(h0_convolved, layer0_b, h0);
  train_h1_convolved(h0, layer1_W, h1_convolved);
  validate_h1(h1_convolved, layer1_b, h1);
  train_h2(h1, hidden_W, hidden_b, h2);
  train_p_logits(h2, output_W, output_b, p_logits);
  const errors = validate_errors(p_logits, y);
  return errors;
}

/**
 * probabilities(images) → scores
 *   images: float32[rows, 784]
 */
export function probabilities(state: State, images: Float32Array, rows: number): Float32Array {
  const {
    layer0_W,
    layer0_b,
    layer1_W,
    layer1_b,
    hidden_W,
    hidden_b,
    output_W,
    output_b,
    probabilities_scores_exp: scores_exp,
  } = state;
  const h0_convolved = new Float32Array(rows * 20 * 24 * 24);
  const h0 = new Float32Array(rows * 20 * 12 * 12);
  const h1_convolved = new Float32Array(rows * 50 * 8 * 8);
  const h1 = new Float32Array(rows * 50 * 4 * 4);
  const h2 = new Float32Array(rows * 500);
  const scores_logits = new Float32Array(rows * 10);
  const scores = new Float32Array(rows * 10);
  probabilities_h0_convolved(images, layer0_W, h0_convolved, rows);
  probabilities_h0(h0_convolved, layer0_b, h0, rows);
  probabilities_h1_convolved(h0, layer1_W, h1_convolved, rows);
  probabilities_h1(h1_convolved, layer1_b, h1, rows);
  probabilities_h2(h1, hidden_W, hidden_b, h2, rows);
  probabilities_scores_logits(h2, output_W, output_b, scores_logits, rows);
  probabilities_scores(scores_logits, scores_exp, scores, rows);
  return scores;
}

/**
 * h0_convolved[i,j,k,l] = Σ_mn images[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]
 *   for i < rows, j < 20, k < 24, l < 24, m < 5, n < 5
 * The same for predict.
 */
function probabilities_h0_convolved(
  images: Float32Array,
  layer0_W: Float32Array,
  h0_convolved: Float32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 20; j += 4) {
      for (let k = 0; k < 24; k++) {
        for (let l = 0; l < 24; l += 3) {
          let sum_j0_l0 = 0;
          let sum_j0_l1 = 0;
          let sum_j0_l2 = 0;
          let sum_j1_l0 = 0;
          let sum_j1_l1 = 0;
          let sum_j1_l2 = 0;
          let sum_j2_l0 = 0;
          let sum_j2_l1 = 0;
          let sum_j2_l2 = 0;
          let sum_j3_l0 = 0;
          let sum_j3_l1 = 0;
          let sum_j3_l2 = 0;
          const images_start = i * 784 + k * 28 + l;
          const layer0_W_start = j * 25;
          for (let m = 0; m < 5; m++) {
            for (let n = 0; n < 5; n++) {
              const images_l0 = images[m * 28 + n + images_start];
              const layer0_W_j0 = layer0_W[layer0_W_start - m * 5 - n + 24];
              const images_l1 = images[m * 28 + n + images_start + 1];
              const images_l2 = images[m * 28 + n + images_start + 2];
              const layer0_W_j1 = layer0_W[layer0_W_start - m * 5 - n + 49];
              const layer0_W_j2 = layer0_W[layer0_W_start - m * 5 - n + 74];
              const layer0_W_j3 = layer0_W[layer0_W_start - m * 5 - n + 99];
              sum_j0_l0 += images_l0 * layer0_W_j0;
              sum_j0_l1 += images_l1 * layer0_W_j0;
              sum_j0_l2 += images_l2 * layer0_W_j0;
              sum_j1_l0 += images_l0 * layer0_W_j1;
              sum_j1_l1 += images_l1 * layer0_W_j1;
              sum_j1_l2 += images_l2 * layer0_W_j1;
              sum_j2_l0 += images_l0 * layer0_W_j2;
              sum_j2_l1 += images_l1 * layer0_W_j2;
              sum_j2_l2 += images_l2 * layer0_W_j2;
              sum_j3_l0 += images_l0 * layer0_W_j3;
              sum_j3_l1 += images_l1 * layer0_W_j3;
              sum_j3_l2 += images_l2 * layer0_W_j3;
            }
          }
          h0_convolved[i * 11520 + j * 576 + k * 24 + l] = sum_j0_l0;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1] = sum_j0_l1;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 2] = sum_j0_l2;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 576] = sum_j1_l0;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 577] = sum_j1_l1;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 578] = sum_j1_l2;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1152] = sum_j2_l0;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1153] = sum_j2_l1;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1154] = sum_j2_l2;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1728] = sum_j3_l0;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1729] = sum_j3_l1;
          h0_convolved[i * 11520 + j * 576 + k * 24 + l + 1730] = sum_j3_l2;
        }
      }
    }
  }
}

/**
 * h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
 *   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
 *   where h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < rows, j < 20, k < 12, l < 12, m < 2, n < 2
 * The same for predict.
 */
function probabilities_h0(
  h0_convolved: Float32Array,
  layer0_b: Float32Array,
  h0: Float32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 20; j++) {
      for (let k = 0; k < 12; k++) {
        for (let l = 0; l < 12; l++) {
          let h0_pooled = -Infinity;
          for (let m = 0; m < 2; m++) {
            for (let n = 0; n < 2; n++) {
              h0_pooled = Math.max(h0_pooled,
                  h0_convolved[i * 11520 + j * 576 + k * 48 + m * 24 + l * 2 + n]);
            }
          }
          h0[i * 2880 + j * 144 + k * 12 + l] = Math.tanh(h0_pooled + layer0_b[j]);
        }
      }
    }
  }
}

/**
 * h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]
 *   for i < rows, j < 50, k < 8, l < 8, m < 20, n < 5, q < 5
 * The same for predict.
 */
function probabilities_h1_convolved(
  h0: Float32Array,
  layer1_W: Float32Array,
  h1_convolved: Float32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 50; j += 5) {
      for (let k = 0; k < 8; k++) {
        for (let l = 0; l < 8; l += 2) {
          let sum_j0_l0 = 0;
          let sum_j0_l1 = 0;
          let sum_j1_l0 = 0;
          let sum_j1_l1 = 0;
          let sum_j2_l0 = 0;
          let sum_j2_l1 = 0;
          let sum_j3_l0 = 0;
          let sum_j3_l1 = 0;
          let sum_j4_l0 = 0;
          let sum_j4_l1 = 0;
          const h0_start = i * 2880 + k * 12 + l;
          const layer1_W_start = j * 500;
          for (let m = 0; m < 20; m++) {
            for (let n = 0; n < 5; n++) {
              for (let q = 0; q < 5; q++) {
                const h0_l0 = h0[m * 144 + n * 12 + q + h0_start];
                const layer1_W_j0 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 24];
                const h0_l1 = h0[m * 144 + n * 12 + q + h0_start + 1];
                const layer1_W_j1 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 524];
                const layer1_W_j2 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 1024];
                const layer1_W_j3 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 1524];
                const layer1_W_j4 = layer1_W[m * 25 + layer1_W_start - n * 5 - q + 2024];
                sum_j0_l0 += h0_l0 * layer1_W_j0;
                sum_j0_l1 += h0_l1 * layer1_W_j0;
                sum_j1_l0 += h0_l0 * layer1_W_j1;
                sum_j1_l1 += h0_l1 * layer1_W_j1;
                sum_j2_l0 += h0_l0 * layer1_W_j2;
                sum_j2_l1 += h0_l1 * layer1_W_j2;
                sum_j3_l0 += h0_l0 * layer1_W_j3;
                sum_j3_l1 += h0_l1 * layer1_W_j3;
                sum_j4_l0 += h0_l0 * layer1_W_j4;
                sum_j4_l1 += h0_l1 * layer1_W_j4;
              }
            }
          }
          h1_convolved[i * 3200 + j * 64 + k * 8 + l] = sum_j0_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 1] = sum_j0_l1;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 64] = sum_j1_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 65] = sum_j1_l1;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 128] = sum_j2_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 129] = sum_j2_l1;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 192] = sum_j3_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 193] = sum_j3_l1;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 256] = sum_j4_l0;
          h1_convolved[i * 3200 + j * 64 + k * 8 + l + 257] = sum_j4_l1;
        }
      }
    }
  }
}

/**
 * h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
 *   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
 *   where h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < rows, j < 50, k < 4, l < 4, m < 2, n < 2
 * The same for predict.
 */
function probabilities_h1(
  h1_convolved: Float32Array,
  layer1_b: Float32Array,
  h1: Float32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 50; j++) {
      for (let k = 0; k < 4; k++) {
        for (let l = 0; l < 4; l++) {
          let h1_pooled = -Infinity;
          for (let m = 0; m < 2; m++) {
            for (let n = 0; n < 2; n++) {
              h1_pooled = Math.max(h1_pooled,
                  h1_convolved[i * 3200 + j * 64 + k * 16 + m * 8 + l * 2 + n]);
            }
          }
          h1[i * 800 + j * 16 + k * 4 + l] = Math.tanh(h1_pooled + layer1_b[j]);
        }
      }
    }
  }
}

/**
 * h2[i,j] = tanh(h2_linear[i,j])
 *   where h2_linear[i,j] = Σ_k h1[i,k / 16,k / 4 mod 4,k mod 4]·hidden_W[k,j] + hidden_b[j]
 *   for i < rows, j < 500, k < 800
 * The same for predict.
 */
function probabilities_h2(
  h1: Float32Array,
  hidden_W: Float32Array,
  hidden_b: Float32Array,
  h2: Float32Array,
  rows: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < 500; j += 5) {
      let sum_j0 = 0;
      let sum_j1 = 0;
      let sum_j2 = 0;
      let sum_j3 = 0;
      let sum_j4 = 0;
      const h1_start = i * 800;
      for (let k = 0; k < 800; k++) {
        const h1_k = h1[k + h1_start];
        sum_j0 += h1_k * hidden_W[k * 500 + j];
        sum_j1 += h1_k * hidden_W[k * 500 + j + 1];
        sum_j2 += h1_k * hidden_W[k * 500 + j + 2];
        sum_j3 += h1_k * hidden_W[k * 500 + j + 3];
        sum_j4 += h1_k * hidden_W[k * 500 + j + 4];
      }
      h2[i * 500 + j] = Math.tanh(sum_j0 + hidden_b[j]);
      h2[i * 500 + j + 1] = Math.tanh(sum_j1 + hidden_b[j + 1]);
      h2[i * 500 + j + 2] = Math.tanh(sum_j2 + hidden_b[j + 2]);
      h2[i * 500 + j + 3] = Math.tanh(sum_j3 + hidden_b[j + 3]);
      h2[i * 500 + j + 4] = Math.tanh(sum_j4 + hidden_b[j + 4]);
    }
  }
}

/**
 * scores_logits[i,j] = Σ_k h2[i,k]·output_W[k,j] + output_b[j]
 *   for i < rows, j < 10, k < 500
 * The same for predict.
 */
function probabilities_scores_logits(
  h2: Float32Array,
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
      const h2_start = i * 500;
      for (let k = 0; k < 500; k++) {
        const h2_k = h2[k + h2_start];
        sum_j0 += h2_k * output_W[k * 10 + j];
        sum_j1 += h2_k * output_W[k * 10 + j + 1];
        sum_j2 += h2_k * output_W[k * 10 + j + 2];
        sum_j3 += h2_k * output_W[k * 10 + j + 3];
        sum_j4 += h2_k * output_W[k * 10 + j + 4];
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
  const { layer0_W, layer0_b, layer1_W, layer1_b, hidden_W, hidden_b, output_W, output_b } = state;
  const h0_convolved = new Float32Array(rows * 20 * 24 * 24);
  const h0 = new Float32Array(rows * 20 * 12 * 12);
  const h1_convolved = new Float32Array(rows * 50 * 8 * 8);
  const h1 = new Float32Array(rows * 50 * 4 * 4);
  const h2 = new Float32Array(rows * 500);
  const scores_logits = new Float32Array(rows * 10);
  const argmax = new Int32Array(rows);
  probabilities_h0_convolved(images, layer0_W, h0_convolved, rows);
  probabilities_h0(h0_convolved, layer0_b, h0, rows);
  probabilities_h1_convolved(h0, layer1_W, h1_convolved, rows);
  probabilities_h1(h1_convolved, layer1_b, h1, rows);
  probabilities_h2(h1, hidden_W, hidden_b, h2, rows);
  probabilities_scores_logits(h2, output_W, output_b, scores_logits, rows);
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

