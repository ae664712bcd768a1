// Native target: C with vectors. Generated from models/logistic.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/logistic.ts

#include "native.h"

/** sums[c] = Σ_steps right[step, c] for 1·LANES columns. */
static always_inline void
column_sums_1(const float *right, int steps, long right_step, float *sums) {
  f32v sum_0_0 = f32v_splat(0);
  for (int step = 0; step < steps; step++) {
    const float *right_at = right + step * right_step;
    const f32v right_0 = f32v_load(right_at + 0 * LANES);
    sum_0_0 += right_0;
  }
  f32v_store(sums + 0 * LANES, sum_0_0);
}

/**
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 5 rows and 2·LANES columns, kept in
 *     registers.
 */
static always_inline void
tile_5x2(
  const float *left,
  long left_row,
  const float *right,
  int steps,
  long left_step,
  long right_step,
  float *sums
) {
  f32v sum_0_0 = f32v_splat(0);
  f32v sum_0_1 = f32v_splat(0);
  f32v sum_1_0 = f32v_splat(0);
  f32v sum_1_1 = f32v_splat(0);
  f32v sum_2_0 = f32v_splat(0);
  f32v sum_2_1 = f32v_splat(0);
  f32v sum_3_0 = f32v_splat(0);
  f32v sum_3_1 = f32v_splat(0);
  f32v sum_4_0 = f32v_splat(0);
  f32v sum_4_1 = f32v_splat(0);
  for (int step = 0; step < steps; step++) {
    const float *right_at = right + step * right_step;
    const long left_at = step * left_step;
    const f32v right_0 = f32v_load(right_at + 0 * LANES);
    const f32v right_1 = f32v_load(right_at + 1 * LANES);
    const f32v x_0 = f32v_splat(left[left_at + 0 * left_row]);
    sum_0_0 += x_0 * right_0;
    sum_0_1 += x_0 * right_1;
    const f32v x_1 = f32v_splat(left[left_at + 1 * left_row]);
    sum_1_0 += x_1 * right_0;
    sum_1_1 += x_1 * right_1;
    const f32v x_2 = f32v_splat(left[left_at + 2 * left_row]);
    sum_2_0 += x_2 * right_0;
    sum_2_1 += x_2 * right_1;
    const f32v x_3 = f32v_splat(left[left_at + 3 * left_row]);
    sum_3_0 += x_3 * right_0;
    sum_3_1 += x_3 * right_1;
    const f32v x_4 = f32v_splat(left[left_at + 4 * left_row]);
    sum_4_0 += x_4 * right_0;
    sum_4_1 += x_4 * right_1;
  }
  f32v_store(sums + 0 * LANES, sum_0_0);
  f32v_store(sums + 1 * LANES, sum_0_1);
  f32v_store(sums + 2 * LANES, sum_1_0);
  f32v_store(sums + 3 * LANES, sum_1_1);
  f32v_store(sums + 4 * LANES, sum_2_0);
  f32v_store(sums + 5 * LANES, sum_2_1);
  f32v_store(sums + 6 * LANES, sum_3_0);
  f32v_store(sums + 7 * LANES, sum_3_1);
  f32v_store(sums + 8 * LANES, sum_4_0);
  f32v_store(sums + 9 * LANES, sum_4_1);
}

/**
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 10 rows and 1·LANES columns, kept in
 *     registers.
 * Row r of the left operand begins at left + left_rows[r]: rows need not be evenly spaced.
 */
static always_inline void
tile_10x1_free(
  const float *left,
  const long *left_rows,
  const float *right,
  int steps,
  long left_step,
  long right_step,
  float *sums
) {
  f32v sum_0_0 = f32v_splat(0);
  f32v sum_1_0 = f32v_splat(0);
  f32v sum_2_0 = f32v_splat(0);
  f32v sum_3_0 = f32v_splat(0);
  f32v sum_4_0 = f32v_splat(0);
  f32v sum_5_0 = f32v_splat(0);
  f32v sum_6_0 = f32v_splat(0);
  f32v sum_7_0 = f32v_splat(0);
  f32v sum_8_0 = f32v_splat(0);
  f32v sum_9_0 = f32v_splat(0);
  const float *left_0 = left + left_rows[0];
  const float *left_1 = left + left_rows[1];
  const float *left_2 = left + left_rows[2];
  const float *left_3 = left + left_rows[3];
  const float *left_4 = left + left_rows[4];
  const float *left_5 = left + left_rows[5];
  const float *left_6 = left + left_rows[6];
  const float *left_7 = left + left_rows[7];
  const float *left_8 = left + left_rows[8];
  const float *left_9 = left + left_rows[9];
  for (int step = 0; step < steps; step++) {
    const float *right_at = right + step * right_step;
    const long left_at = step * left_step;
    const f32v right_0 = f32v_load(right_at + 0 * LANES);
    const f32v x_0 = f32v_splat(left_0[left_at]);
    sum_0_0 += x_0 * right_0;
    const f32v x_1 = f32v_splat(left_1[left_at]);
    sum_1_0 += x_1 * right_0;
    const f32v x_2 = f32v_splat(left_2[left_at]);
    sum_2_0 += x_2 * right_0;
    const f32v x_3 = f32v_splat(left_3[left_at]);
    sum_3_0 += x_3 * right_0;
    const f32v x_4 = f32v_splat(left_4[left_at]);
    sum_4_0 += x_4 * right_0;
    const f32v x_5 = f32v_splat(left_5[left_at]);
    sum_5_0 += x_5 * right_0;
    const f32v x_6 = f32v_splat(left_6[left_at]);
    sum_6_0 += x_6 * right_0;
    const f32v x_7 = f32v_splat(left_7[left_at]);
    sum_7_0 += x_7 * right_0;
    const f32v x_8 = f32v_splat(left_8[left_at]);
    sum_8_0 += x_8 * right_0;
    const f32v x_9 = f32v_splat(left_9[left_at]);
    sum_9_0 += x_9 * right_0;
  }
  f32v_store(sums + 0 * LANES, sum_0_0);
  f32v_store(sums + 1 * LANES, sum_1_0);
  f32v_store(sums + 2 * LANES, sum_2_0);
  f32v_store(sums + 3 * LANES, sum_3_0);
  f32v_store(sums + 4 * LANES, sum_4_0);
  f32v_store(sums + 5 * LANES, sum_5_0);
  f32v_store(sums + 6 * LANES, sum_6_0);
  f32v_store(sums + 7 * LANES, sum_7_0);
  f32v_store(sums + 8 * LANES, sum_8_0);
  f32v_store(sums + 9 * LANES, sum_9_0);
}

/**
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 12 rows and 1·LANES columns, kept in
 *     registers.
 */
static always_inline void
tile_12x1(
  const float *left,
  long left_row,
  const float *right,
  int steps,
  long left_step,
  long right_step,
  float *sums
) {
  f32v sum_0_0 = f32v_splat(0);
  f32v sum_1_0 = f32v_splat(0);
  f32v sum_2_0 = f32v_splat(0);
  f32v sum_3_0 = f32v_splat(0);
  f32v sum_4_0 = f32v_splat(0);
  f32v sum_5_0 = f32v_splat(0);
  f32v sum_6_0 = f32v_splat(0);
  f32v sum_7_0 = f32v_splat(0);
  f32v sum_8_0 = f32v_splat(0);
  f32v sum_9_0 = f32v_splat(0);
  f32v sum_10_0 = f32v_splat(0);
  f32v sum_11_0 = f32v_splat(0);
  for (int step = 0; step < steps; step++) {
    const float *right_at = right + step * right_step;
    const long left_at = step * left_step;
    const f32v right_0 = f32v_load(right_at + 0 * LANES);
    const f32v x_0 = f32v_splat(left[left_at + 0 * left_row]);
    sum_0_0 += x_0 * right_0;
    const f32v x_1 = f32v_splat(left[left_at + 1 * left_row]);
    sum_1_0 += x_1 * right_0;
    const f32v x_2 = f32v_splat(left[left_at + 2 * left_row]);
    sum_2_0 += x_2 * right_0;
    const f32v x_3 = f32v_splat(left[left_at + 3 * left_row]);
    sum_3_0 += x_3 * right_0;
    const f32v x_4 = f32v_splat(left[left_at + 4 * left_row]);
    sum_4_0 += x_4 * right_0;
    const f32v x_5 = f32v_splat(left[left_at + 5 * left_row]);
    sum_5_0 += x_5 * right_0;
    const f32v x_6 = f32v_splat(left[left_at + 6 * left_row]);
    sum_6_0 += x_6 * right_0;
    const f32v x_7 = f32v_splat(left[left_at + 7 * left_row]);
    sum_7_0 += x_7 * right_0;
    const f32v x_8 = f32v_splat(left[left_at + 8 * left_row]);
    sum_8_0 += x_8 * right_0;
    const f32v x_9 = f32v_splat(left[left_at + 9 * left_row]);
    sum_9_0 += x_9 * right_0;
    const f32v x_10 = f32v_splat(left[left_at + 10 * left_row]);
    sum_10_0 += x_10 * right_0;
    const f32v x_11 = f32v_splat(left[left_at + 11 * left_row]);
    sum_11_0 += x_11 * right_0;
  }
  f32v_store(sums + 0 * LANES, sum_0_0);
  f32v_store(sums + 1 * LANES, sum_1_0);
  f32v_store(sums + 2 * LANES, sum_2_0);
  f32v_store(sums + 3 * LANES, sum_3_0);
  f32v_store(sums + 4 * LANES, sum_4_0);
  f32v_store(sums + 5 * LANES, sum_5_0);
  f32v_store(sums + 6 * LANES, sum_6_0);
  f32v_store(sums + 7 * LANES, sum_7_0);
  f32v_store(sums + 8 * LANES, sum_8_0);
  f32v_store(sums + 9 * LANES, sum_9_0);
  f32v_store(sums + 10 * LANES, sum_10_0);
  f32v_store(sums + 11 * LANES, sum_11_0);
}

/** What train_p_logits works on. */
struct train_p_logits_operands {
  const float *x;
  const float *W;
  const float *b;
  float *p_logits;
};

/**
 * p_logits[i,j] = Σ_k x[i,k]·W[k,j] + b[j]
 *   for i < 600, j < 10, k < 784
 *   in 12 × 1·LANES tiles of i × j, of x in place and W in place
 * The same for validate, test.
 */
static always_inline void
train_p_logits_panel(
  const struct train_p_logits_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to
) {
  const float *restrict x = operands->x;
  const float *restrict W = operands->W;
  const float *restrict b = operands->b;
  float *restrict p_logits = operands->p_logits;
  const float *right = W + j_first;
  long right_step = 10;
  _Alignas(64) float panel[784 * LANES];
  if (columns < LANES) {
    for (int k = 0; k < 784; k++) {
      for (int at = 0; at < columns; at++) {
        const int j = j_first + at;
        panel[k * LANES + at] = W[k * 10 + j];
      }
      for (int at = columns; at < LANES; at++) panel[k * LANES + at] = 0.0f;
    }
    right = panel;
    right_step = LANES;
  }
  for (int i_first = i_from; i_first < i_to; i_first += 12) {
    _Alignas(64) float sums[12 * LANES];
    tile_12x1(x + i_first * 784, 784, right, 784, 1, right_step, sums);
    for (int i = i_first; i < i_first + 12; i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * LANES + j - j_first];
        p_logits[i * 10 + j] = sum + b[j];
      }
    }
  }
}

static void train_p_logits(void *on, int from, int to) {
  const struct train_p_logits_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of LANES j, the first of 144 i.
    const int j_first = unit / PIECES(600, 144) * LANES;
    const int i_from = unit % PIECES(600, 144) * 144;
    const int columns = least(10 - j_first, LANES);
    const int i_to = least(600, i_from + 144);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == LANES) train_p_logits_panel(operands, j_first, LANES, i_from, i_to);
    else train_p_logits_panel(operands, j_first, columns, i_from, i_to);
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
static never_inline float
train_cost_and_d_p_logits(
  const float *restrict p_logits,
  float *restrict p_exp,
  const int32_t *restrict y,
  float *restrict d_p_logits
) {
  double cost_sum = 0.0;
  for (int i = 0; i < 600; i++) {
    float p_max = -INFINITY;
    for (int j = 0; j < 10; j++) {
      p_max = f32_max(p_max, p_logits[i * 10 + j]);
    }
    float p_sum = 0.0f;
    #pragma omp simd reduction(+ : p_sum)
    for (int j = 0; j < 10; j++) {
      p_exp[j] = f32_exp(p_logits[i * 10 + j] - p_max);
      p_sum += p_exp[j];
    }
    cost_sum += p_logits[i * 10 + y[i]] - p_max - f32_log(p_sum);
    for (int j = 0; j < 10; j++) {
      const float p = p_exp[j] / p_sum;
      d_p_logits[i * 10 + j] = (p - (float)(j == y[i])) / 600.0f;
    }
  }
  const float cost = (float)(-(cost_sum / 600.0f));
  return cost;
}

/** What train_W works on. */
struct train_W_operands {
  const float *d_p_logits;
  const float *x;
  float *W;
};

/**
 * W[i,j] ← W[i,j] − 0.13·∂cost/∂W[i,j]
 *   where ∂cost/∂W[i,j] = Σ_k x[k,i]·d_p_logits[k,j]
 *   for i < 784, j < 10, k < 600
 *   in 5 × 2·LANES tiles of j × i, of d_p_logits in place and x in place
 */
static always_inline void
train_W_panel(const struct train_W_operands *operands, int i_first, int columns) {
  const float *restrict d_p_logits = operands->d_p_logits;
  const float *restrict x = operands->x;
  float *restrict W = operands->W;
  const float *right = x + i_first;
  long right_step = 784;
  _Alignas(64) float panel[600 * 2 * LANES];
  if (columns < 2 * LANES) {
    for (int k = 0; k < 600; k++) {
      for (int at = 0; at < columns; at++) {
        const int i = i_first + at;
        panel[k * (2 * LANES) + at] = x[k * 784 + i];
      }
      for (int at = columns; at < 2 * LANES; at++) panel[k * (2 * LANES) + at] = 0.0f;
    }
    right = panel;
    right_step = 2 * LANES;
  }
  for (int j_first = 0; j_first < 10; j_first += 5) {
    _Alignas(64) float sums[5 * 2 * LANES];
    tile_5x2(d_p_logits + j_first, 1, right, 600, 10, right_step, sums);
    for (int i = i_first; i < i_first + columns; i++) {
      for (int j = j_first; j < j_first + 5; j++) {
        const float sum = sums[(j - j_first) * (2 * LANES) + i - i_first];
        W[i * 10 + j] -= 0.13f * sum;
      }
    }
  }
}

static void train_W(void *on, int from, int to) {
  const struct train_W_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES i.
    const int i_first = unit * (2 * LANES);
    const int columns = least(784 - i_first, 2 * LANES);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_W_panel(operands, i_first, 2 * LANES);
    else train_W_panel(operands, i_first, columns);
  }
}

/** What train_b works on. */
struct train_b_operands {
  const float *d_p_logits;
  float *b;
};

/**
 * b[i] ← b[i] − 0.13·∂cost/∂b[i]
 *   where ∂cost/∂b[i] = Σ_j d_p_logits[j,i]
 *   for i < 10, j < 600
 *   in 1·LANES columns i at a time, of d_p_logits in place
 */
static always_inline void
train_b_panel(const struct train_b_operands *operands, int i_first, int columns) {
  const float *restrict d_p_logits = operands->d_p_logits;
  float *restrict b = operands->b;
  // Vectors read past the last column: there is room.
  const float *right = d_p_logits + i_first;
  _Alignas(64) float sums[LANES];
  column_sums_1(right, 600, 10, sums);
  for (int i = i_first; i < i_first + columns; i++) {
    const float sum = sums[i - i_first];
    b[i] -= 0.13f * sum;
  }
}

static void train_b(void *on, int from, int to) {
  const struct train_b_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of LANES i.
    const int i_first = unit * LANES;
    const int columns = least(10 - i_first, LANES);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == LANES) train_b_panel(operands, i_first, LANES);
    else train_b_panel(operands, i_first, columns);
  }
}

/** train(index) → cost; updates W, b */
int logistic_train(struct logistic *model, int64_t index, float *cost_out) {
  float *W = model->W; /* [784, 10] */
  float *b = model->b; /* [10] */
  const float *x = model->trainX + index * 470400 /* 600·784 */; /* [600, 784] */
  const int32_t *y = model->trainY + index * 600; /* [600] */
  float *p_logits = model->scratch_float32; /* [600, 10] */
  float *p_exp = model->scratch_float32 + 6000; /* [10] of [600, 10], behind p_logits */
  float *d_p_logits = model->scratch_float32 + 6010; /* [600, 10], behind p_exp */
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){x, W, b, p_logits}, PIECES(10, LANES) * PIECES(600, 144));
  const float cost = train_cost_and_d_p_logits(p_logits, p_exp, y, d_p_logits);
  adjoint_parallel(model->adjoint_pool, train_W, &(struct train_W_operands){d_p_logits, x, W},
      PIECES(784, 2 * LANES));
  train_b(&(struct train_b_operands){d_p_logits, b}, 0, PIECES(10, LANES));
  *cost_out = cost;
  return adjoint_done;
}

/**
 * errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 600
 *   for i < 600, j < 10
 * The same for test.
 */
static never_inline float
validate_errors(const float *restrict p_logits, const int32_t *restrict y) {
  double errors_sum = 0.0;
  for (int i = 0; i < 600; i++) {
    int32_t errors_argmax = 0;
    float p_logits_max = -INFINITY;
    for (int j = 0; j < 10; j++) {
      const float p_logits_j = p_logits[i * 10 + j];
      // Larger, or the first NaN.
      if (p_logits_j > p_logits_max || (p_logits_j != p_logits_j && p_logits_max == p_logits_max)) {
        p_logits_max = p_logits_j;
        errors_argmax = j;
      }
    }
    errors_sum += (float)(errors_argmax != y[i]);
  }
  const float errors = (float)(errors_sum / 600.0f);
  return errors;
}

/** validate(index) → errors */
int logistic_validate(struct logistic *model, int64_t index, float *errors_out) {
  const float *W = model->W; /* [784, 10] */
  const float *b = model->b; /* [10] */
  const float *x = model->validX + index * 470400 /* 600·784 */; /* [600, 784] */
  const int32_t *y = model->validY + index * 600; /* [600] */
  float *p_logits = model->scratch_float32; /* [600, 10] */
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){x, W, b, p_logits}, PIECES(10, LANES) * PIECES(600, 144));
  const float errors = validate_errors(p_logits, y);
  *errors_out = errors;
  return adjoint_done;
}

/** test(index) → errors */
int logistic_test(struct logistic *model, int64_t index, float *errors_out) {
  const float *W = model->W; /* [784, 10] */
  const float *b = model->b; /* [10] */
  const float *x = model->testX + index * 470400 /* 600·784 */; /* [600, 784] */
  const int32_t *y = model->testY + index * 600; /* [600] */
  float *p_logits = model->scratch_float32; /* [600, 10] */
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){x, W, b, p_logits}, PIECES(10, LANES) * PIECES(600, 144));
  const float errors = validate_errors(p_logits, y);
  *errors_out = errors;
  return adjoint_done;
}

/** What probabilities_scores_logits works on. */
struct probabilities_scores_logits_operands {
  const float *images;
  const float *W;
  const float *b;
  float *scores_logits;
  int32_t rows;
};

/**
 * scores_logits[i,j] = Σ_k images[i,k]·W[k,j] + b[j]
 *   for i < rows, j < 10, k < 784
 *   in 10 × 1·LANES tiles of i × j, of images in place and W in place
 * The same for predict.
 */
static always_inline void
probabilities_scores_logits_panel(
  const struct probabilities_scores_logits_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to
) {
  const float *restrict images = operands->images;
  const float *restrict W = operands->W;
  const float *restrict b = operands->b;
  float *restrict scores_logits = operands->scores_logits;
  const int32_t rows = operands->rows;
  const float *right = W + j_first;
  long right_step = 10;
  _Alignas(64) float panel[784 * LANES];
  if (columns < LANES) {
    for (int k = 0; k < 784; k++) {
      for (int at = 0; at < columns; at++) {
        const int j = j_first + at;
        panel[k * LANES + at] = W[k * 10 + j];
      }
      for (int at = columns; at < LANES; at++) panel[k * LANES + at] = 0.0f;
    }
    right = panel;
    right_step = LANES;
  }
  for (int i_first = i_from; i_first < i_to; i_first += 10) {
    _Alignas(64) float sums[10 * LANES];
    long left_rows[10];
    for (int r = 0; r < 10; r++) {
      const int i = least(i_first + r, rows - 1);
      left_rows[r] = (ptrdiff_t)i * 784;
    }
    tile_10x1_free(images, left_rows, right, 784, 1, right_step, sums);
    for (int i = i_first; i < least(i_first + 10, i_to); i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * LANES + j - j_first];
        scores_logits[(ptrdiff_t)i * 10 + j] = sum + b[j];
      }
    }
  }
}

static void probabilities_scores_logits(void *on, int from, int to) {
  const struct probabilities_scores_logits_operands *operands = on;
  const int32_t rows = operands->rows;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of LANES j, the first of 150 i.
    const int j_first = unit / PIECES(rows, 150) * LANES;
    const int i_from = unit % PIECES(rows, 150) * 150;
    const int columns = least(10 - j_first, LANES);
    const int i_to = least(rows, i_from + 150);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == LANES) probabilities_scores_logits_panel(operands, j_first, LANES, i_from, i_to);
    else probabilities_scores_logits_panel(operands, j_first, columns, i_from, i_to);
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
static never_inline void
probabilities_scores(
  const float *restrict scores_logits,
  float *restrict scores_exp,
  float *restrict scores,
  int32_t rows
) {
  for (int i = 0; i < rows; i++) {
    float scores_max = -INFINITY;
    for (int j = 0; j < 10; j++) {
      scores_max = f32_max(scores_max, scores_logits[(ptrdiff_t)i * 10 + j]);
    }
    float scores_sum = 0.0f;
    #pragma omp simd reduction(+ : scores_sum)
    for (int j = 0; j < 10; j++) {
      scores_exp[j] = f32_exp(scores_logits[(ptrdiff_t)i * 10 + j] - scores_max);
      scores_sum += scores_exp[j];
    }
    for (int j = 0; j < 10; j++) {
      scores[(ptrdiff_t)i * 10 + j] = scores_exp[j] / scores_sum;
    }
  }
}

/** probabilities(images) → scores */
int logistic_probabilities(
  struct logistic *model,
  const float *images,
  int32_t rows,
  float *scores_out
) {
  int adjoint_status = adjoint_no_memory;
  const float *W = model->W; /* [784, 10] */
  const float *b = model->b; /* [10] */
  float *scores_exp = model->scratch_float32; /* [10] of [rows, 10] */
  float *scores_logits = adjoint_memory(NULL, (double)rows * 10, sizeof(float)); /* [rows, 10] */
  if (!scores_logits) goto end;
  adjoint_parallel(model->adjoint_pool, probabilities_scores_logits,
      &(struct probabilities_scores_logits_operands){images, W, b, scores_logits, rows},
      PIECES(10, LANES) * PIECES(rows, 150));
  probabilities_scores(scores_logits, scores_exp, scores_out, rows);
  adjoint_status = adjoint_done;
end:
  free(scores_logits);
  return adjoint_status;
}

/**
 * argmax[i] = argmax_j scores_logits[i,j]
 *   for i < rows, j < 10
 */
static never_inline void
predict_argmax(const float *restrict scores_logits, int32_t *restrict argmax, int32_t rows) {
  for (int i = 0; i < rows; i++) {
    int32_t argmax_i = 0;
    float scores_logits_max = -INFINITY;
    for (int j = 0; j < 10; j++) {
      const float scores_logits_j = scores_logits[(ptrdiff_t)i * 10 + j];
      // Larger, or the first NaN.
      if (scores_logits_j > scores_logits_max
          || (scores_logits_j != scores_logits_j && scores_logits_max == scores_logits_max)) {
        scores_logits_max = scores_logits_j;
        argmax_i = j;
      }
    }
    argmax[i] = argmax_i;
  }
}

/** predict(images) → argmax */
int logistic_predict(
  struct logistic *model,
  const float *images,
  int32_t rows,
  int32_t *argmax_out
) {
  int adjoint_status = adjoint_no_memory;
  const float *W = model->W; /* [784, 10] */
  const float *b = model->b; /* [10] */
  float *scores_logits = adjoint_memory(NULL, (double)rows * 10, sizeof(float)); /* [rows, 10] */
  if (!scores_logits) goto end;
  adjoint_parallel(model->adjoint_pool, probabilities_scores_logits,
      &(struct probabilities_scores_logits_operands){images, W, b, scores_logits, rows},
      PIECES(10, LANES) * PIECES(rows, 150));
  predict_argmax(scores_logits, argmax_out, rows);
  adjoint_status = adjoint_done;
end:
  free(scores_logits);
  return adjoint_status;
}

struct logistic *logistic_create(uint32_t seed, int threads) {
  (void)seed;
  struct logistic *model = calloc(1, sizeof *model);
  if (!model) return NULL;
  model->W = adjoint_zeros(7840, sizeof(float));
  model->b = adjoint_zeros(10, sizeof(float));
  model->scratch_float32 = adjoint_zeros(12010, sizeof(float));
  if (!model->W || !model->b || !model->scratch_float32) {
    logistic_free(model);
    return NULL;
  }
  model->adjoint_pool = adjoint_pool_create(threads);
  return model;
}

void logistic_free(struct logistic *model) {
  if (!model) return;
  adjoint_pool_free(model->adjoint_pool);
  free(model->W);
  free(model->b);
  free(model->scratch_float32);
  free(model);
}

static int
call_train(void *model, void *const *in, const int32_t *sizes, void *const *out, size_t *lengths) {
  (void)sizes; (void)lengths;
  return logistic_train(model, *(const int64_t *)in[0], out[0]);
}

static int
call_validate(
  void *model,
  void *const *in,
  const int32_t *sizes,
  void *const *out,
  size_t *lengths
) {
  (void)sizes; (void)lengths;
  return logistic_validate(model, *(const int64_t *)in[0], out[0]);
}

static int
call_test(void *model, void *const *in, const int32_t *sizes, void *const *out, size_t *lengths) {
  (void)sizes; (void)lengths;
  return logistic_test(model, *(const int64_t *)in[0], out[0]);
}

static int
call_probabilities(
  void *model,
  void *const *in,
  const int32_t *sizes,
  void *const *out,
  size_t *lengths
) {
  (void)lengths;
  return logistic_probabilities(model, in[0], sizes[0], out[0]);
}

static int
call_predict(
  void *model,
  void *const *in,
  const int32_t *sizes,
  void *const *out,
  size_t *lengths
) {
  (void)lengths;
  return logistic_predict(model, in[0], sizes[0], out[0]);
}

static const struct adjoint_variable variables[] = {
  {"W", adjoint_float32, offsetof(struct logistic, W), 7840},
  {"b", adjoint_float32, offsetof(struct logistic, b), 10},
  {"trainX", adjoint_float32, offsetof(struct logistic, trainX), 0},
  {"trainY", adjoint_int32, offsetof(struct logistic, trainY), 0},
  {"validX", adjoint_float32, offsetof(struct logistic, validX), 0},
  {"validY", adjoint_int32, offsetof(struct logistic, validY), 0},
  {"testX", adjoint_float32, offsetof(struct logistic, testX), 0},
  {"testY", adjoint_int32, offsetof(struct logistic, testY), 0},
  {0},
};
static const enum adjoint_dtype dtypes_of_train[] = {adjoint_int64, adjoint_float32, 0};
static const enum adjoint_form forms_of_train[] = {adjoint_number, adjoint_number, 0};
static const enum adjoint_dtype dtypes_of_validate[] = {adjoint_int64, adjoint_float32, 0};
static const enum adjoint_form forms_of_validate[] = {adjoint_number, adjoint_number, 0};
static const enum adjoint_dtype dtypes_of_test[] = {adjoint_int64, adjoint_float32, 0};
static const enum adjoint_form forms_of_test[] = {adjoint_number, adjoint_number, 0};
static const enum adjoint_dtype dtypes_of_probabilities[] = {adjoint_float32, adjoint_float32, 0};
static const enum adjoint_form forms_of_probabilities[] = {adjoint_array, adjoint_array, 0};
static const enum adjoint_dtype dtypes_of_predict[] = {adjoint_float32, adjoint_int32, 0};
static const enum adjoint_form forms_of_predict[] = {adjoint_array, adjoint_array, 0};
static const struct adjoint_function functions[] = {
  {
    .name = "train",
    .inputs = 1,
    .outputs = 1,
    .sizes = 0,
    .dtypes = dtypes_of_train,
    .forms = forms_of_train,
    .call = call_train,
  },
  {
    .name = "validate",
    .inputs = 1,
    .outputs = 1,
    .sizes = 0,
    .dtypes = dtypes_of_validate,
    .forms = forms_of_validate,
    .call = call_validate,
  },
  {
    .name = "test",
    .inputs = 1,
    .outputs = 1,
    .sizes = 0,
    .dtypes = dtypes_of_test,
    .forms = forms_of_test,
    .call = call_test,
  },
  {
    .name = "probabilities",
    .inputs = 1,
    .outputs = 1,
    .sizes = 1,
    .dtypes = dtypes_of_probabilities,
    .forms = forms_of_probabilities,
    .call = call_probabilities,
  },
  {
    .name = "predict",
    .inputs = 1,
    .outputs = 1,
    .sizes = 1,
    .dtypes = dtypes_of_predict,
    .forms = forms_of_predict,
    .call = call_predict,
  },
};
static const char *const sizes[] = {"trainSamples", "validSamples", "testSamples"};
static void *create(uint32_t seed, int threads) { return logistic_create(seed, threads); }
static void destroy(void *model) { logistic_free(model); }

const struct adjoint_model adjoint_logistic = {
  .name = "logistic",
  .variables = 8,
  .variable = variables,
  .functions = 5,
  .function = functions,
  .sizes = 3,
  .size = sizes,
  .sizes_offset = offsetof(struct logistic, trainSamples),
  .create = create,
  .destroy = destroy,
};
