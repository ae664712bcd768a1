// Native target: C with vectors. Generated from models/lenet.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/lenet.ts

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

/** sums[c] = Σ_steps right[step, c] for 4·LANES columns. */
static always_inline void
column_sums_4(const float *right, int steps, long right_step, float *sums) {
  f32v sum_0_0 = f32v_splat(0);
  f32v sum_0_1 = f32v_splat(0);
  f32v sum_0_2 = f32v_splat(0);
  f32v sum_0_3 = f32v_splat(0);
  for (int step = 0; step < steps; step++) {
    const float *right_at = right + step * right_step;
    const f32v right_0 = f32v_load(right_at + 0 * LANES);
    const f32v right_1 = f32v_load(right_at + 1 * LANES);
    const f32v right_2 = f32v_load(right_at + 2 * LANES);
    const f32v right_3 = f32v_load(right_at + 3 * LANES);
    sum_0_0 += right_0;
    sum_0_1 += right_1;
    sum_0_2 += right_2;
    sum_0_3 += right_3;
  }
  f32v_store(sums + 0 * LANES, sum_0_0);
  f32v_store(sums + 1 * LANES, sum_0_1);
  f32v_store(sums + 2 * LANES, sum_0_2);
  f32v_store(sums + 3 * LANES, sum_0_3);
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
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 5 rows and 2·LANES columns, kept in
 *     registers.
 * Steps are counted by loops in loops, the outermost first.
 */
static always_inline void
tile_5x2_nested(
  const float *left,
  long left_row,
  const float *right,
  int steps_1,
  long left_step_1,
  long right_step_1,
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
  for (int step_1 = 0; step_1 < steps_1; step_1++) {
    for (int step = 0; step < steps; step++) {
      const float *right_at = right + step_1 * right_step_1 + step * right_step;
      const long left_at = step_1 * left_step_1 + step * left_step;
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
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 6 rows and 2·LANES columns, kept in
 *     registers.
 */
static always_inline void
tile_6x2(
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
  f32v sum_5_0 = f32v_splat(0);
  f32v sum_5_1 = f32v_splat(0);
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
    const f32v x_5 = f32v_splat(left[left_at + 5 * left_row]);
    sum_5_0 += x_5 * right_0;
    sum_5_1 += x_5 * right_1;
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
  f32v_store(sums + 10 * LANES, sum_5_0);
  f32v_store(sums + 11 * LANES, sum_5_1);
}

/**
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 6 rows and 2·LANES columns, kept in
 *     registers.
 * Row r of the left operand begins at left + left_rows[r]: rows need not be evenly spaced.
 */
static always_inline void
tile_6x2_free(
  const float *left,
  const long *left_rows,
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
  f32v sum_5_0 = f32v_splat(0);
  f32v sum_5_1 = f32v_splat(0);
  const float *left_0 = left + left_rows[0];
  const float *left_1 = left + left_rows[1];
  const float *left_2 = left + left_rows[2];
  const float *left_3 = left + left_rows[3];
  const float *left_4 = left + left_rows[4];
  const float *left_5 = left + left_rows[5];
  for (int step = 0; step < steps; step++) {
    const float *right_at = right + step * right_step;
    const long left_at = step * left_step;
    const f32v right_0 = f32v_load(right_at + 0 * LANES);
    const f32v right_1 = f32v_load(right_at + 1 * LANES);
    const f32v x_0 = f32v_splat(left_0[left_at]);
    sum_0_0 += x_0 * right_0;
    sum_0_1 += x_0 * right_1;
    const f32v x_1 = f32v_splat(left_1[left_at]);
    sum_1_0 += x_1 * right_0;
    sum_1_1 += x_1 * right_1;
    const f32v x_2 = f32v_splat(left_2[left_at]);
    sum_2_0 += x_2 * right_0;
    sum_2_1 += x_2 * right_1;
    const f32v x_3 = f32v_splat(left_3[left_at]);
    sum_3_0 += x_3 * right_0;
    sum_3_1 += x_3 * right_1;
    const f32v x_4 = f32v_splat(left_4[left_at]);
    sum_4_0 += x_4 * right_0;
    sum_4_1 += x_4 * right_1;
    const f32v x_5 = f32v_splat(left_5[left_at]);
    sum_5_0 += x_5 * right_0;
    sum_5_1 += x_5 * right_1;
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
  f32v_store(sums + 10 * LANES, sum_5_0);
  f32v_store(sums + 11 * LANES, sum_5_1);
}

/**
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 10 rows and 1·LANES columns, kept in
 *     registers.
 */
static always_inline void
tile_10x1(
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
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 10 rows and 2·LANES columns, kept in
 *     registers.
 */
static always_inline void
tile_10x2(
  const float *left,
  long left_row,
  const float *right,
  int steps,
  long left_step,
  long right_step,
  float *sums
) {
  #if LANES < 16
  // Fewer registers: two halves.
  tile_5x2(left, left_row, right, steps, left_step, right_step, sums);
  tile_5x2(left + 5 * left_row, left_row, right, steps, left_step, right_step, sums + 10 * LANES);
  #else
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
  f32v sum_5_0 = f32v_splat(0);
  f32v sum_5_1 = f32v_splat(0);
  f32v sum_6_0 = f32v_splat(0);
  f32v sum_6_1 = f32v_splat(0);
  f32v sum_7_0 = f32v_splat(0);
  f32v sum_7_1 = f32v_splat(0);
  f32v sum_8_0 = f32v_splat(0);
  f32v sum_8_1 = f32v_splat(0);
  f32v sum_9_0 = f32v_splat(0);
  f32v sum_9_1 = f32v_splat(0);
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
    const f32v x_5 = f32v_splat(left[left_at + 5 * left_row]);
    sum_5_0 += x_5 * right_0;
    sum_5_1 += x_5 * right_1;
    const f32v x_6 = f32v_splat(left[left_at + 6 * left_row]);
    sum_6_0 += x_6 * right_0;
    sum_6_1 += x_6 * right_1;
    const f32v x_7 = f32v_splat(left[left_at + 7 * left_row]);
    sum_7_0 += x_7 * right_0;
    sum_7_1 += x_7 * right_1;
    const f32v x_8 = f32v_splat(left[left_at + 8 * left_row]);
    sum_8_0 += x_8 * right_0;
    sum_8_1 += x_8 * right_1;
    const f32v x_9 = f32v_splat(left[left_at + 9 * left_row]);
    sum_9_0 += x_9 * right_0;
    sum_9_1 += x_9 * right_1;
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
  f32v_store(sums + 10 * LANES, sum_5_0);
  f32v_store(sums + 11 * LANES, sum_5_1);
  f32v_store(sums + 12 * LANES, sum_6_0);
  f32v_store(sums + 13 * LANES, sum_6_1);
  f32v_store(sums + 14 * LANES, sum_7_0);
  f32v_store(sums + 15 * LANES, sum_7_1);
  f32v_store(sums + 16 * LANES, sum_8_0);
  f32v_store(sums + 17 * LANES, sum_8_1);
  f32v_store(sums + 18 * LANES, sum_9_0);
  f32v_store(sums + 19 * LANES, sum_9_1);
  #endif
}

/**
 * sums[c] += Σ_t values[t]·right[at[t] + c] for a run of 100 columns, kept in registers.
 * `more` is false for the first terms: the sums then start from 0. Vectors read past the last
 *     column: there is room.
 */
static always_inline void
list_sums_100(
  const float *values,
  const int *at,
  int count,
  const float *right,
  float *sums,
  bool more
) {
  enum { vectors = WHOLE(100) / LANES };
  f32v sum[vectors];
  #pragma GCC unroll 64
  for (int v = 0; v < vectors; v++) sum[v] = more ? f32v_load(sums + v * LANES) : f32v_splat(0);
  for (int t = 0; t < count; t++) {
    const f32v value = f32v_splat(values[t]);
    const float *right_at = right + at[t];
    #pragma GCC unroll 64
    for (int v = 0; v < vectors; v++) sum[v] += value * f32v_load(right_at + v * LANES);
  }
  #pragma GCC unroll 64
  for (int v = 0; v < vectors; v++) f32v_store(sums + v * LANES, sum[v]);
}

/**
 * sums[r, c] += Σ_t values[t]·right[at[t] + r·gap + c] for 5 runs of 5 columns, kept in registers.
 * `more` is false for the first terms: the sums then start from 0. Vectors read past the last
 *     column: there is room.
 */
static always_inline void
list_sums_5x5(
  const float *values,
  const int *at,
  int count,
  const float *right,
  long gap,
  float *sums,
  bool more
) {
  enum { vectors = WHOLE(5) / LANES };
  f32v sum[5 * vectors];
  #pragma GCC unroll 64
  for (int v = 0; v < 5 * vectors; v++) sum[v] = more ? f32v_load(sums + v * LANES) : f32v_splat(0);
  for (int t = 0; t < count; t++) {
    const f32v value = f32v_splat(values[t]);
    const float *right_at = right + at[t];
    #pragma GCC unroll 64
    for (int v = 0; v < 5 * vectors; v++) sum[v] += value
        * f32v_load(right_at + v / vectors * gap + v % vectors * LANES);
  }
  #pragma GCC unroll 64
  for (int v = 0; v < 5 * vectors; v++) f32v_store(sums + v * LANES, sum[v]);
}

/**
 * layer0_W[i,j,k] ← 0.4·random(layer0.W, i·25 + j·5 + k) − 0.2
 *   for i < 20, j < 5, k < 5
 *   in memory: layer0_W [20, 1, 5, 5]
 *   with each operation rounded by itself
 */
static rounds_each never_inline void
initial_layer0_W_values(float *restrict layer0_W, int32_t seed) {
  for (int i = 0; i < 20; i++) {
    for (int j = 0; j < 5; j++) {
      for (int k = 0; k < 5; k++) {
        const int layer0_W_at = i * 25 + j * 5 + k;
        layer0_W[layer0_W_at] = f32_rounded(0.4f
            * random_number(seed, 0x5304d43au /* layer0.W */, 0 /* call */, layer0_W_at)) - 0.2f;
      }
    }
  }
}

/** initial_layer0_W(seed); updates layer0_W */
static void initial_layer0_W(struct lenet *model, int32_t seed) {
  float *layer0_W = model->layer0_W; /* [20, 1, 5, 5] */
  initial_layer0_W_values(layer0_W, seed);
}

/**
 * layer1_W[i,j,k,l] ← 0.17192048·random(layer1.W, i·500 + j·25 + k·5 + l) − 0.08596024
 *   for i < 50, j < 20, k < 5, l < 5
 *   in memory: layer1_W [50, 20, 5, 5]
 *   with each operation rounded by itself
 */
static rounds_each never_inline void
initial_layer1_W_values(float *restrict layer1_W, int32_t seed) {
  for (int i = 0; i < 50; i++) {
    for (int j = 0; j < 20; j++) {
      for (int k = 0; k < 5; k++) {
        for (int l = 0; l < 5; l++) {
          const int layer1_W_at = i * 500 + j * 25 + k * 5 + l;
          layer1_W[layer1_W_at] = f32_rounded(0.17192048f
              * random_number(seed, 0x9eb317a9u /* layer1.W */, 0 /* call */, layer1_W_at))
              - 0.08596024f;
        }
      }
    }
  }
}

/** initial_layer1_W(seed); updates layer1_W */
static void initial_layer1_W(struct lenet *model, int32_t seed) {
  float *layer1_W = model->layer1_W; /* [50, 20, 5, 5] */
  initial_layer1_W_values(layer1_W, seed);
}

/** What initial_hidden_W_values works on. */
struct initial_hidden_W_values_operands {
  float *hidden_W;
  int32_t seed;
};

/**
 * hidden_W[i,j] ← 0.13587324·random(hidden.W, i·500 + j) − 0.06793662
 *   for i < 800, j < 500
 *   with each operation rounded by itself
 */
static rounds_each never_inline void
initial_hidden_W_values(float *restrict hidden_W, int32_t seed, int from, int to) {
  for (int i = from * 13 /* i of a unit */; i < least(800, to * 13); i++) {
    for (int j = 0; j < 500; j++) {
      const int hidden_W_at = i * 500 + j;
      hidden_W[hidden_W_at] = f32_rounded(0.13587324f
          * random_number(seed, 0x93cab6ddu /* hidden.W */, 0 /* call */, hidden_W_at))
          - 0.06793662f;
    }
  }
}

static void initial_hidden_W_values_units(void *on, int from, int to) {
  const struct initial_hidden_W_values_operands *operands = on;
  initial_hidden_W_values(operands->hidden_W, operands->seed, from, to);
}

/** initial_hidden_W(seed); updates hidden_W */
static void initial_hidden_W(struct lenet *model, int32_t seed) {
  float *hidden_W = model->hidden_W; /* [800, 500] */
  adjoint_parallel(model->adjoint_pool, initial_hidden_W_values_units,
      &(struct initial_hidden_W_values_operands){hidden_W, seed}, PIECES(800, 13));
}

/** What train_h0_convolved works on. */
struct train_h0_convolved_operands {
  const float *layer0_W;
  const float *x;
  float *h0_convolved;
};

/**
 * h0_convolved[i,j,k,l] = Σ_mn x[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]
 *   for i < 500, j < 20, k < 24, l < 24, m < 5, n < 5
 *   in 10 × 2·LANES tiles of j × kl, of layer0_W in place and a copied panel
 *   in memory: layer0_W [20, 1, 5, 5], h0_convolved [500, 20, 24, 24]
 * The same for validate, test.
 */
static always_inline void
train_h0_convolved_panel(
  const struct train_h0_convolved_operands *operands,
  int i,
  int kl_first,
  int columns
) {
  const float *restrict layer0_W = operands->layer0_W;
  const float *restrict x = operands->x;
  float *restrict h0_convolved = operands->h0_convolved;
  _Alignas(64) float panel[25 * 2 * LANES];
  long groups[WHOLE_GROUPS(2 * LANES)];
  for (int g = 0; g < WHOLE_GROUPS(2 * LANES); g++) {
    // Behind the last column: the last whole group again.
    const int kl_at = least(kl_first + 8 * g, 576 - 8);
    const int k = kl_at / 24;
    const int l = kl_at % 24;
    groups[g] = i * 784 + k * 28 + l;
  }
  int step = 0;
  for (int m = 0; m < 5; m++) {
    for (int n = 0; n < 5; n++) {
      const float *from = x + m * 28 + n;
      for (int v = 0; v < 2; v++)
        f32v_store(panel + step * (2 * LANES) + v * LANES, f32v_load_groups(from, groups, v));
      step++;
    }
  }
  for (int j_first = 0; j_first < 20; j_first += 10) {
    _Alignas(64) float sums[10 * 2 * LANES];
    tile_10x2(layer0_W + j_first * 25 + 24, 25, panel, 25, -1, 2 * LANES, sums);
    for (int j = j_first; j < j_first + 10; j++) {
      for (int kl = kl_first; kl < kl_first + columns; kl++) {
        const float sum = sums[(j - j_first) * (2 * LANES) + kl - kl_first];
        h0_convolved[i * 11520 + j * 576 + kl] = sum;
      }
    }
  }
}

static void train_h0_convolved(void *on, int from, int to) {
  const struct train_h0_convolved_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: i.
    const int i = unit;
    for (int kl_first = 0; kl_first < 576; kl_first += 2 * LANES) {
      const int columns = least(576 - kl_first, 2 * LANES);
      // A full panel is compiled for itself: its number of columns is a constant.
      if (columns == 2 * LANES) train_h0_convolved_panel(operands, i, kl_first, 2 * LANES);
      else train_h0_convolved_panel(operands, i, kl_first, columns);
    }
  }
}

/** What train_h0_pooled_and_h0 works on. */
struct train_h0_pooled_and_h0_operands {
  const float *h0_convolved;
  float *h0_pooled;
  const float *layer0_b;
  float *h0;
};

/**
 * h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
 * h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
 *   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
 *   for i < 500, j < 20, k < 12, l < 12
 *   in memory: h0_convolved [500, 20, 24, 24], h0_pooled [500, 20, 12, 12], h0 [500, 20, 12, 12]
 */
static never_inline void
train_h0_pooled_and_h0(
  const float *restrict h0_convolved,
  float *restrict h0_pooled,
  const float *restrict layer0_b,
  float *restrict h0,
  int from,
  int to
) {
  for (int i = from; i < to; i++) {
    for (int j = 0; j < 20; j++) {
      for (int k = 0; k < 12; k++) {
        for (int l = 0; l < 12; l++) {
          float h0_pooled_max = -INFINITY;
          for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
              h0_pooled_max = f32_max(h0_pooled_max,
                  h0_convolved[i * 11520 + j * 576 + k * 48 + m * 24 + l * 2 + n]);
            }
          }
          h0_pooled[i * 2880 + j * 144 + k * 12 + l] = h0_pooled_max;
          const float h0_linear = h0_pooled[i * 2880 + j * 144 + k * 12 + l] + layer0_b[j];
          h0[i * 2880 + j * 144 + k * 12 + l] = f32_tanh(h0_linear);
        }
      }
    }
  }
}

static void train_h0_pooled_and_h0_units(void *on, int from, int to) {
  const struct train_h0_pooled_and_h0_operands *operands = on;
  train_h0_pooled_and_h0(
    operands->h0_convolved,
    operands->h0_pooled,
    operands->layer0_b,
    operands->h0,
    from,
    to
  );
}

/** What train_h1_convolved works on. */
struct train_h1_convolved_operands {
  const float *layer1_W;
  const float *h0;
  float *h1_convolved;
};

/**
 * h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]
 *   for i < 500, j < 50, k < 8, l < 8, m < 20, n < 5, q < 5
 *   in 5 × 2·LANES tiles of j × kl, of layer1_W in place and a copied panel
 *   in memory: h0 [500, 20, 12, 12], layer1_W [50, 20, 5, 5], h1_convolved [500, 50, 8, 8]
 * The same for validate, test.
 */
static always_inline void
train_h1_convolved_panel(
  const struct train_h1_convolved_operands *operands,
  int i,
  int kl_first,
  int columns
) {
  const float *restrict layer1_W = operands->layer1_W;
  const float *restrict h0 = operands->h0;
  float *restrict h1_convolved = operands->h1_convolved;
  _Alignas(64) float panel[500 * 2 * LANES];
  long groups[WHOLE_GROUPS(2 * LANES)];
  for (int g = 0; g < WHOLE_GROUPS(2 * LANES); g++) {
    // Behind the last column: the last whole group again.
    const int kl_at = least(kl_first + 8 * g, 64 - 8);
    const int k = kl_at / 8;
    const int l = kl_at % 8;
    groups[g] = i * 2880 + k * 12 + l;
  }
  int step = 0;
  for (int m = 0; m < 20; m++) {
    for (int n = 0; n < 5; n++) {
      for (int q = 0; q < 5; q++) {
        const float *from = h0 + m * 144 + n * 12 + q;
        for (int v = 0; v < 2; v++)
          f32v_store(panel + step * (2 * LANES) + v * LANES, f32v_load_groups(from, groups, v));
        step++;
      }
    }
  }
  for (int j_first = 0; j_first < 50; j_first += 5) {
    _Alignas(64) float sums[5 * 2 * LANES];
    tile_5x2_nested(
      layer1_W + j_first * 500 + 24,
      500,
      panel,
      20,
      25,
      25 * 2 * LANES,
      25,
      -1,
      2 * LANES,
      sums
    );
    for (int j = j_first; j < j_first + 5; j++) {
      for (int kl = kl_first; kl < kl_first + columns; kl++) {
        const float sum = sums[(j - j_first) * (2 * LANES) + kl - kl_first];
        h1_convolved[i * 3200 + j * 64 + kl] = sum;
      }
    }
  }
}

static void train_h1_convolved(void *on, int from, int to) {
  const struct train_h1_convolved_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: i.
    const int i = unit;
    for (int kl_first = 0; kl_first < 64; kl_first += 2 * LANES) {
      const int columns = least(64 - kl_first, 2 * LANES);
      // A full panel is compiled for itself: its number of columns is a constant.
      if (columns == 2 * LANES) train_h1_convolved_panel(operands, i, kl_first, 2 * LANES);
      else train_h1_convolved_panel(operands, i, kl_first, columns);
    }
  }
}

/** What train_h1_pooled_and_h1 works on. */
struct train_h1_pooled_and_h1_operands {
  const float *h1_convolved;
  float *h1_pooled;
  const float *layer1_b;
  float *h1;
};

/**
 * h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
 * h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
 *   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
 *   for i < 500, j < 50, k < 4, l < 4
 *   in memory: h1_convolved [500, 50, 8, 8], h1_pooled [500, 50, 4, 4], h1 [500, 50, 4, 4]
 */
static never_inline void
train_h1_pooled_and_h1(
  const float *restrict h1_convolved,
  float *restrict h1_pooled,
  const float *restrict layer1_b,
  float *restrict h1,
  int from,
  int to
) {
  for (int i = from * 3 /* i of a unit */; i < least(500, to * 3); i++) {
    for (int j = 0; j < 50; j++) {
      for (int k = 0; k < 4; k++) {
        for (int l = 0; l < 4; l++) {
          float h1_pooled_max = -INFINITY;
          for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
              h1_pooled_max = f32_max(h1_pooled_max,
                  h1_convolved[i * 3200 + j * 64 + k * 16 + m * 8 + l * 2 + n]);
            }
          }
          h1_pooled[i * 800 + j * 16 + k * 4 + l] = h1_pooled_max;
          const float h1_linear = h1_pooled[i * 800 + j * 16 + k * 4 + l] + layer1_b[j];
          h1[i * 800 + j * 16 + k * 4 + l] = f32_tanh(h1_linear);
        }
      }
    }
  }
}

static void train_h1_pooled_and_h1_units(void *on, int from, int to) {
  const struct train_h1_pooled_and_h1_operands *operands = on;
  train_h1_pooled_and_h1(
    operands->h1_convolved,
    operands->h1_pooled,
    operands->layer1_b,
    operands->h1,
    from,
    to
  );
}

/** What train_h2 works on. */
struct train_h2_operands {
  const float *h1;
  const float *hidden_W;
  const float *hidden_b;
  float *h2;
};

/**
 * h2[i,j] = tanh(h2_linear[i,j])
 *   where h2_linear[i,j] = Σ_k h1[i,k / 16,k / 4 mod 4,k mod 4]·hidden_W[k,j] + hidden_b[j]
 *   for i < 500, j < 500, k < 800
 *   in 6 × 2·LANES tiles of i × j, of h1 in place and hidden_W in place
 *   in memory: h1 [500, 50, 4, 4]
 * The same for validate, test.
 */
static always_inline void
train_h2_panel(
  const struct train_h2_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to
) {
  const float *restrict h1 = operands->h1;
  const float *restrict hidden_W = operands->hidden_W;
  const float *restrict hidden_b = operands->hidden_b;
  float *restrict h2 = operands->h2;
  const float *right = hidden_W + j_first;
  long right_step = 500;
  _Alignas(64) float panel[800 * 2 * LANES];
  if (columns < 2 * LANES) {
    for (int k = 0; k < 800; k++) {
      for (int at = 0; at < columns; at++) {
        const int j = j_first + at;
        panel[k * (2 * LANES) + at] = hidden_W[k * 500 + j];
      }
      for (int at = columns; at < 2 * LANES; at++) panel[k * (2 * LANES) + at] = 0.0f;
    }
    right = panel;
    right_step = 2 * LANES;
  }
  for (int i_first = i_from; i_first < i_to; i_first += 6) {
    // Where the last whole tile begins, if this one would not be full.
    const int i_tile = least(i_first, 500 - 6);
    _Alignas(64) float sums[6 * 2 * LANES];
    tile_6x2(h1 + i_tile * 800, 800, right, 800, 1, right_step, sums);
    for (int i = i_first; i < least(i_first + 6, i_to); i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_tile) * (2 * LANES) + j - j_first];
        h2[i * 500 + j] = f32_tanh(sum + hidden_b[j]);
      }
    }
  }
}

static void train_h2(void *on, int from, int to) {
  const struct train_h2_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES j, the first of 6 i.
    const int j_first = unit / PIECES(500, 6) * (2 * LANES);
    const int i_from = unit % PIECES(500, 6) * 6;
    const int columns = least(500 - j_first, 2 * LANES);
    const int i_to = least(500, i_from + 6);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_h2_panel(operands, j_first, 2 * LANES, i_from, i_to);
    else train_h2_panel(operands, j_first, columns, i_from, i_to);
  }
}

/** What train_p_logits works on. */
struct train_p_logits_operands {
  const float *h2;
  const float *output_W;
  const float *output_b;
  float *p_logits;
};

/**
 * p_logits[i,j] = Σ_k h2[i,k]·output_W[k,j] + output_b[j]
 *   for i < 500, j < 10, k < 500
 *   in 10 × 1·LANES tiles of i × j, of h2 in place and output_W in place
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
  const float *restrict h2 = operands->h2;
  const float *restrict output_W = operands->output_W;
  const float *restrict output_b = operands->output_b;
  float *restrict p_logits = operands->p_logits;
  const float *right = output_W + j_first;
  long right_step = 10;
  _Alignas(64) float panel[500 * LANES];
  if (columns < LANES) {
    for (int k = 0; k < 500; k++) {
      for (int at = 0; at < columns; at++) {
        const int j = j_first + at;
        panel[k * LANES + at] = output_W[k * 10 + j];
      }
      for (int at = columns; at < LANES; at++) panel[k * LANES + at] = 0.0f;
    }
    right = panel;
    right_step = LANES;
  }
  for (int i_first = i_from; i_first < i_to; i_first += 10) {
    _Alignas(64) float sums[10 * LANES];
    tile_10x1(h2 + i_first * 500, 500, right, 500, 1, right_step, sums);
    for (int i = i_first; i < i_first + 10; i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * LANES + j - j_first];
        p_logits[i * 10 + j] = sum + output_b[j];
      }
    }
  }
}

static void train_p_logits(void *on, int from, int to) {
  const struct train_p_logits_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of LANES j, the first of 150 i.
    const int j_first = unit / PIECES(500, 150) * LANES;
    const int i_from = unit % PIECES(500, 150) * 150;
    const int columns = least(10 - j_first, LANES);
    const int i_to = least(500, i_from + 150);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == LANES) train_p_logits_panel(operands, j_first, LANES, i_from, i_to);
    else train_p_logits_panel(operands, j_first, columns, i_from, i_to);
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
static never_inline float
train_cost_and_d_p_logits(
  const float *restrict p_logits,
  float *restrict p_exp,
  const int32_t *restrict y,
  float *restrict d_p_logits
) {
  double cost_sum = 0.0;
  for (int i = 0; i < 500; i++) {
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
      d_p_logits[i * 10 + j] = (p - (float)(j == y[i])) / 500.0f;
    }
  }
  const float cost = (float)(-(cost_sum / 500.0f));
  return cost;
}

/** What train_d_h2_linear works on. */
struct train_d_h2_linear_operands {
  const float *d_p_logits;
  const float *output_W;
  const float *h2;
  float *d_h2_linear;
};

/**
 * ∂cost/∂h2_linear ≡ d_h2_linear[i,j] = ∂cost/∂h2[i,j]·(1 − h2[i,j]·h2[i,j])
 *   where ∂cost/∂h2[i,j] = Σ_k d_p_logits[i,k]·output_W[j,k]
 *   for i < 500, j < 500, k < 10
 *   in 10 × 2·LANES tiles of i × j, of d_p_logits in place and a copied panel
 */
static always_inline void
train_d_h2_linear_panel(
  const struct train_d_h2_linear_operands *operands,
  int j_first,
  int columns
) {
  const float *restrict d_p_logits = operands->d_p_logits;
  const float *restrict output_W = operands->output_W;
  const float *restrict h2 = operands->h2;
  float *restrict d_h2_linear = operands->d_h2_linear;
  _Alignas(64) float panel[10 * 2 * LANES];
  for (int at = 0; at < columns; at++) {
    const int j = j_first + at;
    for (int k = 0; k < 10; k++) {
      panel[k * (2 * LANES) + at] = output_W[j * 10 + k];
    }
  }
  for (int k = 0; k < 10; k++)
    for (int at = columns; at < 2 * LANES; at++) panel[k * (2 * LANES) + at] = 0.0f;
  for (int i_first = 0; i_first < 500; i_first += 10) {
    _Alignas(64) float sums[10 * 2 * LANES];
    tile_10x2(d_p_logits + i_first * 10, 10, panel, 10, 1, 2 * LANES, sums);
    for (int i = i_first; i < i_first + 10; i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * (2 * LANES) + j - j_first];
        d_h2_linear[i * 500 + j] = sum * (1.0f - h2[i * 500 + j] * h2[i * 500 + j]);
      }
    }
  }
}

static void train_d_h2_linear(void *on, int from, int to) {
  const struct train_d_h2_linear_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES j.
    const int j_first = unit * (2 * LANES);
    const int columns = least(500 - j_first, 2 * LANES);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_d_h2_linear_panel(operands, j_first, 2 * LANES);
    else train_d_h2_linear_panel(operands, j_first, columns);
  }
}

/** What train_d_h1_linear works on. */
struct train_d_h1_linear_operands {
  const float *d_h2_linear;
  const float *hidden_W;
  const float *h1;
  float *d_h1_linear;
};

/**
 * ∂cost/∂h1_linear ≡ d_h1_linear[i,j,k,l] = ∂cost/∂h1[i,j,k,l]·(1 − h1[i,j,k,l]·h1[i,j,k,l])
 *   where ∂cost/∂h1[i,j,k,l] = Σ_m d_h2_linear[i,m]·hidden_W[j·16 + k·4 + l,m]
 *   for i < 500, j < 50, k < 4, l < 4, m < 500
 *   in 6 × 2·LANES tiles of i × jkl, of d_h2_linear in place and a copied panel
 *   in memory: h1 [500, 50, 4, 4], d_h1_linear [500, 50, 4, 4]
 */
static always_inline void
train_d_h1_linear_panel(
  const struct train_d_h1_linear_operands *operands,
  int jkl_first,
  int columns,
  int i_from,
  int i_to
) {
  const float *restrict d_h2_linear = operands->d_h2_linear;
  const float *restrict hidden_W = operands->hidden_W;
  const float *restrict h1 = operands->h1;
  float *restrict d_h1_linear = operands->d_h1_linear;
  _Alignas(64) float panel[500 * 2 * LANES];
  for (int at = 0; at < columns; at++) {
    const int jkl_at = jkl_first + at;
    const int j = jkl_at / 16;
    const int k = jkl_at / 4 % 4;
    const int l = jkl_at % 4;
    for (int m = 0; m < 500; m++) {
      panel[m * (2 * LANES) + at] = hidden_W[j * 8000 + k * 2000 + l * 500 + m];
    }
  }
  for (int m = 0; m < 500; m++)
    for (int at = columns; at < 2 * LANES; at++) panel[m * (2 * LANES) + at] = 0.0f;
  for (int i_first = i_from; i_first < i_to; i_first += 6) {
    // Where the last whole tile begins, if this one would not be full.
    const int i_tile = least(i_first, 500 - 6);
    _Alignas(64) float sums[6 * 2 * LANES];
    tile_6x2(d_h2_linear + i_tile * 500, 500, panel, 500, 1, 2 * LANES, sums);
    for (int i = i_first; i < least(i_first + 6, i_to); i++) {
      for (int jkl = jkl_first; jkl < jkl_first + columns; jkl++) {
        const float sum = sums[(i - i_tile) * (2 * LANES) + jkl - jkl_first];
        d_h1_linear[i * 800 + jkl] = sum * (1.0f - h1[i * 800 + jkl] * h1[i * 800 + jkl]);
      }
    }
  }
}

static void train_d_h1_linear(void *on, int from, int to) {
  const struct train_d_h1_linear_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES jkl, the first of 144 i.
    const int jkl_first = unit / PIECES(500, 144) * (2 * LANES);
    const int i_from = unit % PIECES(500, 144) * 144;
    const int columns = least(800 - jkl_first, 2 * LANES);
    const int i_to = least(500, i_from + 144);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_d_h1_linear_panel(operands, jkl_first, 2 * LANES, i_from, i_to);
    else train_d_h1_linear_panel(operands, jkl_first, columns, i_from, i_to);
  }
}

/** What train_d_h1_linear_share works on. */
struct train_d_h1_linear_share_operands {
  const float *d_h1_linear;
  const float *h1_convolved;
  const float *h1_pooled;
  float *d_h1_linear_share;
};

/**
 * d_h1_linear_share[i,j,k,l] = d_h1_linear[i,j,k,l] / d_h1_linear_ties[i,j,k,l]
 *   where d_h1_linear_ties[i,j,k,l] = Σ_mn [h1_convolved[i,j,k·2 + m,l·2 + n] = h1_pooled[i,j,k,l]]
 *   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
 *   in memory: d_h1_linear [500, 50, 4, 4], h1_convolved [500, 50, 8, 8], h1_pooled
 *       [500, 50, 4, 4], d_h1_linear_share [500, 50, 4, 4]
 */
static never_inline void
train_d_h1_linear_share(
  const float *restrict d_h1_linear,
  const float *restrict h1_convolved,
  const float *restrict h1_pooled,
  float *restrict d_h1_linear_share,
  int from,
  int to
) {
  for (int i = from * 3 /* i of a unit */; i < least(500, to * 3); i++) {
    for (int j = 0; j < 50; j++) {
      for (int k = 0; k < 4; k++) {
        for (int l = 0; l < 4; l++) {
          float d_h1_linear_ties = 0.0f;
          for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
              d_h1_linear_ties += (float)(h1_convolved[i * 3200 + j * 64 + k * 16 + m * 8 + l * 2
                  + n] == h1_pooled[i * 800 + j * 16 + k * 4 + l]);
            }
          }
          const int d_h1_linear_share_at = i * 800 + j * 16 + k * 4 + l;
          d_h1_linear_share[d_h1_linear_share_at] = d_h1_linear[d_h1_linear_share_at]
              / d_h1_linear_ties;
        }
      }
    }
  }
}

static void train_d_h1_linear_share_units(void *on, int from, int to) {
  const struct train_d_h1_linear_share_operands *operands = on;
  train_d_h1_linear_share(
    operands->d_h1_linear,
    operands->h1_convolved,
    operands->h1_pooled,
    operands->d_h1_linear_share,
    from,
    to
  );
}

/**
 * layer1_W_arranged[i,j,k,l] = layer1_W[j,l,4 − i,4 − k]
 *   for i < 5, j < 50, k < 5, l < 20
 *   so that d_h0_arranged finds columns beside each other, with room for whole vectors behind them
 *   in memory: layer1_W [50, 20, 5, 5], layer1_W_arranged [5, 50, 5, 20]
 */
static never_inline void
train_layer1_W_arranged(const float *restrict layer1_W, float *restrict layer1_W_arranged) {
  for (int i = 0; i < 5; i++) {
    for (int j = 0; j < 50; j++) {
      for (int k = 0; k < 5; k++) {
        for (int l = 0; l < 20; l++) {
          const int layer1_W_arranged_at = i * 5000 + j * 100 + k * 20 + l;
          layer1_W_arranged[layer1_W_arranged_at] = layer1_W[j * 500 + l * 25 - i * 5 - k + 24];
        }
      }
    }
  }
}

/** What train_d_h0_arranged works on. */
struct train_d_h0_arranged_operands {
  const float *layer1_W_arranged;
  const float *h1_convolved;
  const float *h1_pooled;
  const float *d_h1_linear_share;
  float *d_h0_arranged;
};

/**
 * d_h0_arranged[i,j,k,l] = Σ_mnq d_h1_convolved[i,m,j − n,k − q]·layer1_W_arranged[n,m,q,l]
 *   for i < 500, j < 12, k < 12, l < 20, m < 50, n < 5, q < 5
 * ∂cost/∂h1_convolved ≡ d_h1_convolved[i,m,r,s] = d_h1_linear_share[i,m,r / 2,s / 2] if
 *     h1_convolved[i,m,r,s] = h1_pooled[i,m,r / 2,s / 2] else 0
 *   for i < 500, m < 50, r < 8, s < 8
 *   from lists of what is not 0 of d_h1_convolved, in runs of 100 columns, each added where it
 *       belongs; beyond its border it is 0
 *   in memory: h1_convolved [500, 50, 8, 8], h1_pooled [500, 50, 4, 4], d_h1_linear_share
 *       [500, 50, 4, 4], layer1_W_arranged [5, 50, 5, 20], d_h0_arranged [500, 12, 12, 20]
 */
static void train_d_h0_arranged(void *on, int from, int to) {
  const struct train_d_h0_arranged_operands *operands = on;
  const float *restrict layer1_W_arranged = operands->layer1_W_arranged;
  const float *restrict h1_convolved = operands->h1_convolved;
  const float *restrict h1_pooled = operands->h1_pooled;
  const float *restrict d_h1_linear_share = operands->d_h1_linear_share;
  float *restrict d_h0_arranged = operands->d_h0_arranged;
  for (int unit = from; unit < to; unit++) {
    const int i = unit;
    float values[64][50];
    int at[64][50];
    int counts[64];
    int row = 0;
    for (int r = 0; r < 8; r++) {
      for (int s = 0; s < 8; s++) {
        int count = 0;
        for (int m = 0; m < 50; m++) {
          values[row][count] = d_h1_linear_share[i * 800 + m * 16 + r / 2 * 4 + s / 2];
          at[row][count] = m * 100;
          count += h1_convolved[i * 3200 + m * 64 + r * 8 + s] == h1_pooled[i * 800 + m * 16
              + r / 2 * 4 + s / 2];
        }
        counts[row] = count;
        row++;
      }
    }
    for (int element = 0; element < 2880; element++) d_h0_arranged[i * 2880 + element] = 0.0f;
    for (int n = 0; n < 5; n++) {
      row = 0;
      for (int r = 0; r < 8; r++) {
        for (int s = 0; s < 8; s++) {
          _Alignas(64) float sums[WHOLE(100)];
          list_sums_100(
            values[row],
            at[row],
            counts[row],
            layer1_W_arranged + n * 5000,
            sums,
            false
          );
          for (int c = 0; c < 100; c++) d_h0_arranged[i * 2880 + r * 240 + s * 20 + n * 240
              + c] += sums[c];
          row++;
        }
      }
    }
  }
}

/** What train_d_h0_linear_and_d_h0_linear_share works on. */
struct train_d_h0_linear_and_d_h0_linear_share_operands {
  const float *d_h0_arranged;
  const float *h0;
  float *d_h0_linear;
  const float *h0_convolved;
  const float *h0_pooled;
  float *d_h0_linear_share;
};

/**
 * ∂cost/∂h0_linear ≡ d_h0_linear[i,j,k,l] = ∂cost/∂h0[i,j,k,l]·(1 − h0[i,j,k,l]·h0[i,j,k,l])
 *   where ∂cost/∂h0[i,j,k,l] = d_h0_arranged[i,k,l,j]
 *   for i < 500, j < 20, k < 12, l < 12
 * d_h0_linear_share[i,j,k,l] = d_h0_linear[i,j,k,l] / d_h0_linear_ties[i,j,k,l]
 *   where d_h0_linear_ties[i,j,k,l] = Σ_mn [h0_convolved[i,j,k·2 + m,l·2 + n] = h0_pooled[i,j,k,l]]
 *   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
 *   in memory: d_h0_arranged [500, 12, 12, 20], h0 [500, 20, 12, 12], d_h0_linear
 *       [500, 20, 12, 12], h0_convolved [500, 20, 24, 24], h0_pooled [500, 20, 12, 12],
 *           d_h0_linear_share [500, 20, 12, 12]
 */
static never_inline void
train_d_h0_linear_and_d_h0_linear_share(
  const float *restrict d_h0_arranged,
  const float *restrict h0,
  float *restrict d_h0_linear,
  const float *restrict h0_convolved,
  const float *restrict h0_pooled,
  float *restrict d_h0_linear_share,
  int from,
  int to
) {
  for (int i = from; i < to; i++) {
    for (int j = 0; j < 20; j++) {
      for (int k = 0; k < 12; k++) {
        for (int l = 0; l < 12; l++) {
          const int d_h0_linear_at = i * 2880 + j * 144 + k * 12 + l;
          d_h0_linear[d_h0_linear_at] = d_h0_arranged[i * 2880 + k * 240 + l * 20 + j]
              * (1.0f - h0[d_h0_linear_at] * h0[d_h0_linear_at]);
          float d_h0_linear_ties = 0.0f;
          for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
              d_h0_linear_ties += (float)(h0_convolved[i * 11520 + j * 576 + k * 48 + m * 24
                  + l * 2 + n] == h0_pooled[i * 2880 + j * 144 + k * 12 + l]);
            }
          }
          const int d_h0_linear_share_at = i * 2880 + j * 144 + k * 12 + l;
          d_h0_linear_share[d_h0_linear_share_at] = d_h0_linear[d_h0_linear_share_at]
              / d_h0_linear_ties;
        }
      }
    }
  }
}

static void train_d_h0_linear_and_d_h0_linear_share_units(void *on, int from, int to) {
  const struct train_d_h0_linear_and_d_h0_linear_share_operands *operands = on;
  train_d_h0_linear_and_d_h0_linear_share(
    operands->d_h0_arranged,
    operands->h0,
    operands->d_h0_linear,
    operands->h0_convolved,
    operands->h0_pooled,
    operands->d_h0_linear_share,
    from,
    to
  );
}

/** What train_x_arranged works on. */
struct train_x_arranged_operands {
  const float *x;
  float *x_arranged;
};

/**
 * x_arranged[i,j] = x[i,j]
 *   for i < 500, j < 784
 *   for d_layer0_W_arranged reads whole vectors, and x may have no room behind its end
 */
static never_inline void
train_x_arranged(const float *restrict x, float *restrict x_arranged, int from, int to) {
  for (int i = from * 16 /* i of a unit */; i < least(500, to * 16); i++) {
    for (int j = 0; j < 784; j++) {
      x_arranged[i * 784 + j] = x[i * 784 + j];
    }
  }
}

static void train_x_arranged_units(void *on, int from, int to) {
  const struct train_x_arranged_operands *operands = on;
  train_x_arranged(operands->x, operands->x_arranged, from, to);
}

/** What train_d_layer0_W_arranged works on. */
struct train_d_layer0_W_arranged_operands {
  const float *x_arranged;
  const float *h0_convolved;
  const float *h0_pooled;
  const float *d_h0_linear_share;
  float *d_layer0_W_arranged;
};

/**
 * d_layer0_W_arranged[i,j,k] = Σ_lmn d_h0_convolved[l,i,m,n]·x_arranged[l,m·28 + n + j·28 + k]
 *   for i < 20, j < 5, k < 5, l < 500, m < 24, n < 24
 * ∂cost/∂h0_convolved ≡ d_h0_convolved[l,i,m,n] = d_h0_linear_share[l,i,m / 2,n / 2] if
 *     h0_convolved[l,i,m,n] = h0_pooled[l,i,m / 2,n / 2] else 0
 *   for i < 20, l < 500, m < 24, n < 24
 *   from lists of what is not 0 of d_h0_convolved, in runs of 5 columns
 *   in memory: h0_convolved [500, 20, 24, 24], h0_pooled [500, 20, 12, 12], d_h0_linear_share
 *       [500, 20, 12, 12], d_layer0_W_arranged [20, 5, 5]
 */
static void train_d_layer0_W_arranged(void *on, int from, int to) {
  const struct train_d_layer0_W_arranged_operands *operands = on;
  const float *restrict x_arranged = operands->x_arranged;
  const float *restrict h0_convolved = operands->h0_convolved;
  const float *restrict h0_pooled = operands->h0_pooled;
  const float *restrict d_h0_linear_share = operands->d_h0_linear_share;
  float *restrict d_layer0_W_arranged = operands->d_layer0_W_arranged;
  for (int unit = from; unit < to; unit++) {
    const int i_from = unit * 3;
    const int i_to = least(20, i_from + 3);
    _Alignas(64) float sums[3][5][WHOLE(5)];
    bool more = false;
    for (int l = 0; l < 500; l++) {
      for (int i = i_from; i < i_to; i++) {
        float values[576];
        int at[576];
        int count = 0;
        for (int q = 0; q < 12; q++) {
          for (int r = 0; r < 12; r++) {
            for (int s = 0; s < 2; s++) {
              for (int t = 0; t < 2; t++) {
                values[count] = d_h0_linear_share[l * 2880 + i * 144 + q * 12 + r];
                at[count] = q * 56 + s * 28 + r * 2 + t;
                count += h0_convolved[l * 11520 + i * 576 + q * 48 + s * 24 + r * 2
                    + t] == h0_pooled[l * 2880 + i * 144 + q * 12 + r];
              }
            }
          }
        }
        list_sums_5x5(values, at, count, x_arranged + l * 784, 28, sums[i - i_from][0], more);
      }
      more = true;
    }
    for (int i = i_from; i < i_to; i++) {
      for (int j = 0; j < 5; j++) {
        for (int c = 0; c < 5; c++) d_layer0_W_arranged[i * 25 + j * 5 + c] = sums[i
            - i_from][j][c];
      }
    }
  }
}

/**
 * layer0_W[i,j,k] ← layer0_W[i,j,k] − 0.1·∂cost/∂layer0_W[i,j,k]
 *   where ∂cost/∂layer0_W[i,j,k] = d_layer0_W_arranged[i,4 − j,4 − k]
 *   for i < 20, j < 5, k < 5
 *   in memory: layer0_W [20, 1, 5, 5], d_layer0_W_arranged [20, 5, 5]
 */
static never_inline void
train_layer0_W(float *restrict layer0_W, const float *restrict d_layer0_W_arranged) {
  for (int i = 0; i < 20; i++) {
    for (int j = 0; j < 5; j++) {
      for (int k = 0; k < 5; k++) {
        layer0_W[i * 25 + j * 5 + k] -= 0.1f * d_layer0_W_arranged[i * 25 - j * 5 - k + 24];
      }
    }
  }
}

/** What train_layer0_b works on. */
struct train_layer0_b_operands {
  float *layer0_b;
  const float *d_h0_linear;
};

/**
 * layer0_b[i] ← layer0_b[i] − 0.1·∂cost/∂layer0_b[i]
 *   where ∂cost/∂layer0_b[i] = Σ_jkl d_h0_linear[j,i,k,l]
 *   for i < 20, j < 500, k < 12, l < 12
 *   in memory: d_h0_linear [500, 20, 12, 12]
 */
static never_inline void
train_layer0_b(float *restrict layer0_b, const float *restrict d_h0_linear, int from, int to) {
  for (int i = from; i < to; i++) {
    double d_layer0_b = 0.0;
    for (int j = 0; j < 500; j++) {
      for (int k = 0; k < 12; k++) {
        #pragma omp simd reduction(+ : d_layer0_b)
        for (int l = 0; l < 12; l++) {
          d_layer0_b += d_h0_linear[j * 2880 + i * 144 + k * 12 + l];
        }
      }
    }
    layer0_b[i] -= 0.1f * d_layer0_b;
  }
}

static void train_layer0_b_units(void *on, int from, int to) {
  const struct train_layer0_b_operands *operands = on;
  train_layer0_b(operands->layer0_b, operands->d_h0_linear, from, to);
}

/** What train_h0_arranged works on. */
struct train_h0_arranged_operands {
  const float *h0;
  float *h0_arranged;
};

/**
 * h0_arranged[i,j,k,l] = h0[i,l,j,k]
 *   for i < 500, j < 12, k < 12, l < 20
 *   so that d_layer1_W_arranged finds columns beside each other, with room for whole vectors behind
 *       them
 *   in memory: h0 [500, 20, 12, 12], h0_arranged [500, 12, 12, 20]
 */
static never_inline void
train_h0_arranged(const float *restrict h0, float *restrict h0_arranged, int from, int to) {
  for (int i = from * 5 /* i of a unit */; i < least(500, to * 5); i++) {
    for (int j = 0; j < 12; j++) {
      for (int k = 0; k < 12; k++) {
        for (int l = 0; l < 20; l++) {
          h0_arranged[i * 2880 + j * 240 + k * 20 + l] = h0[i * 2880 + l * 144 + j * 12 + k];
        }
      }
    }
  }
}

static void train_h0_arranged_units(void *on, int from, int to) {
  const struct train_h0_arranged_operands *operands = on;
  train_h0_arranged(operands->h0, operands->h0_arranged, from, to);
}

/** What train_d_layer1_W_arranged works on. */
struct train_d_layer1_W_arranged_operands {
  const float *h0_arranged;
  const float *h1_convolved;
  const float *h1_pooled;
  const float *d_h1_linear_share;
  float *d_layer1_W_arranged;
};

/**
 * d_layer1_W_arranged[i,j,k,l] = Σ_mnq d_h1_convolved[m,i,n,q]·h0_arranged[m,n + j,q + k,l]
 *   for i < 50, j < 5, k < 5, l < 20, m < 500, n < 8, q < 8
 * ∂cost/∂h1_convolved ≡ d_h1_convolved[m,i,n,q] = d_h1_linear_share[m,i,n / 2,q / 2] if
 *     h1_convolved[m,i,n,q] = h1_pooled[m,i,n / 2,q / 2] else 0
 *   for i < 50, m < 500, n < 8, q < 8
 *   from lists of what is not 0 of d_h1_convolved, in runs of 100 columns
 *   in memory: h1_convolved [500, 50, 8, 8], h1_pooled [500, 50, 4, 4], d_h1_linear_share
 *       [500, 50, 4, 4], h0_arranged [500, 12, 12, 20], d_layer1_W_arranged [50, 5, 5, 20]
 */
static void train_d_layer1_W_arranged(void *on, int from, int to) {
  const struct train_d_layer1_W_arranged_operands *operands = on;
  const float *restrict h0_arranged = operands->h0_arranged;
  const float *restrict h1_convolved = operands->h1_convolved;
  const float *restrict h1_pooled = operands->h1_pooled;
  const float *restrict d_h1_linear_share = operands->d_h1_linear_share;
  float *restrict d_layer1_W_arranged = operands->d_layer1_W_arranged;
  for (int unit = from; unit < to; unit++) {
    const int i_from = unit * 7;
    const int i_to = least(50, i_from + 7);
    _Alignas(64) float sums[7][5][WHOLE(100)];
    bool more = false;
    for (int m = 0; m < 500; m++) {
      for (int i = i_from; i < i_to; i++) {
        float values[64];
        int at[64];
        int count = 0;
        for (int r = 0; r < 4; r++) {
          for (int s = 0; s < 4; s++) {
            for (int t = 0; t < 2; t++) {
              for (int u = 0; u < 2; u++) {
                values[count] = d_h1_linear_share[m * 800 + i * 16 + r * 4 + s];
                at[count] = r * 480 + t * 240 + s * 40 + u * 20;
                count += h1_convolved[m * 3200 + i * 64 + r * 16 + t * 8 + s * 2
                    + u] == h1_pooled[m * 800 + i * 16 + r * 4 + s];
              }
            }
          }
        }
        for (int j = 0; j < 5; j++) {
          list_sums_100(
            values,
            at,
            count,
            h0_arranged + m * 2880 + j * 240,
            sums[i - i_from][j],
            more
          );
        }
      }
      more = true;
    }
    for (int i = i_from; i < i_to; i++) {
      for (int j = 0; j < 5; j++) {
        for (int c = 0; c < 100; c++) d_layer1_W_arranged[i * 500 + j * 100 + c] = sums[i
            - i_from][j][c];
      }
    }
  }
}

/**
 * layer1_W[i,j,k,l] ← layer1_W[i,j,k,l] − 0.1·∂cost/∂layer1_W[i,j,k,l]
 *   where ∂cost/∂layer1_W[i,j,k,l] = d_layer1_W_arranged[i,4 − k,4 − l,j]
 *   for i < 50, j < 20, k < 5, l < 5
 *   in memory: layer1_W [50, 20, 5, 5], d_layer1_W_arranged [50, 5, 5, 20]
 */
static never_inline void
train_layer1_W(float *restrict layer1_W, const float *restrict d_layer1_W_arranged) {
  for (int i = 0; i < 50; i++) {
    for (int j = 0; j < 20; j++) {
      for (int k = 0; k < 5; k++) {
        for (int l = 0; l < 5; l++) {
          const int layer1_W_at = i * 500 + j * 25 + k * 5 + l;
          layer1_W[layer1_W_at] -= 0.1f * d_layer1_W_arranged[i * 500 + j - k * 100 - l * 20 + 480];
        }
      }
    }
  }
}

/** What train_layer1_b works on. */
struct train_layer1_b_operands {
  float *layer1_b;
  const float *d_h1_linear;
};

/**
 * layer1_b[i] ← layer1_b[i] − 0.1·∂cost/∂layer1_b[i]
 *   where ∂cost/∂layer1_b[i] = Σ_jkl d_h1_linear[j,i,k,l]
 *   for i < 50, j < 500, k < 4, l < 4
 *   in memory: d_h1_linear [500, 50, 4, 4]
 */
static never_inline void
train_layer1_b(float *restrict layer1_b, const float *restrict d_h1_linear, int from, int to) {
  for (int i = from * 2 /* i of a unit */; i < least(50, to * 2); i++) {
    double d_layer1_b = 0.0;
    for (int j = 0; j < 500; j++) {
      for (int k = 0; k < 4; k++) {
        #pragma omp simd reduction(+ : d_layer1_b)
        for (int l = 0; l < 4; l++) {
          d_layer1_b += d_h1_linear[j * 800 + i * 16 + k * 4 + l];
        }
      }
    }
    layer1_b[i] -= 0.1f * d_layer1_b;
  }
}

static void train_layer1_b_units(void *on, int from, int to) {
  const struct train_layer1_b_operands *operands = on;
  train_layer1_b(operands->layer1_b, operands->d_h1_linear, from, to);
}

/** What train_hidden_W works on. */
struct train_hidden_W_operands {
  const float *h1;
  const float *d_h2_linear;
  float *hidden_W;
};

/**
 * hidden_W[i,j] ← hidden_W[i,j] − 0.1·∂cost/∂hidden_W[i,j]
 *   where ∂cost/∂hidden_W[i,j] = Σ_k h1[k,i / 16,i / 4 mod 4,i mod 4]·d_h2_linear[k,j]
 *   for i < 800, j < 500, k < 500
 *   in 6 × 2·LANES tiles of i × j, of h1 in place and d_h2_linear in place
 *   in memory: h1 [500, 50, 4, 4]
 */
static always_inline void
train_hidden_W_panel(
  const struct train_hidden_W_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to
) {
  const float *restrict h1 = operands->h1;
  const float *restrict d_h2_linear = operands->d_h2_linear;
  float *restrict hidden_W = operands->hidden_W;
  // Vectors read past the last column: there is room.
  const float *right = d_h2_linear + j_first;
  for (int i_first = i_from; i_first < i_to; i_first += 6) {
    // Where the last whole tile begins, if this one would not be full.
    const int i_tile = least(i_first, 800 - 6);
    _Alignas(64) float sums[6 * 2 * LANES];
    tile_6x2(h1 + i_tile, 1, right, 500, 800, 500, sums);
    for (int i = i_first; i < least(i_first + 6, i_to); i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_tile) * (2 * LANES) + j - j_first];
        hidden_W[i * 500 + j] -= 0.1f * sum;
      }
    }
  }
}

static void train_hidden_W(void *on, int from, int to) {
  const struct train_hidden_W_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES j, the first of 12 i.
    const int j_first = unit / PIECES(800, 12) * (2 * LANES);
    const int i_from = unit % PIECES(800, 12) * 12;
    const int columns = least(500 - j_first, 2 * LANES);
    const int i_to = least(800, i_from + 12);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_hidden_W_panel(operands, j_first, 2 * LANES, i_from, i_to);
    else train_hidden_W_panel(operands, j_first, columns, i_from, i_to);
  }
}

/** What train_hidden_b works on. */
struct train_hidden_b_operands {
  const float *d_h2_linear;
  float *hidden_b;
};

/**
 * hidden_b[i] ← hidden_b[i] − 0.1·∂cost/∂hidden_b[i]
 *   where ∂cost/∂hidden_b[i] = Σ_j d_h2_linear[j,i]
 *   for i < 500, j < 500
 *   in 4·LANES columns i at a time, of d_h2_linear in place
 */
static always_inline void
train_hidden_b_panel(const struct train_hidden_b_operands *operands, int i_first, int columns) {
  const float *restrict d_h2_linear = operands->d_h2_linear;
  float *restrict hidden_b = operands->hidden_b;
  // Vectors read past the last column: there is room.
  const float *right = d_h2_linear + i_first;
  _Alignas(64) float sums[4 * LANES];
  column_sums_4(right, 500, 500, sums);
  for (int i = i_first; i < i_first + columns; i++) {
    const float sum = sums[i - i_first];
    hidden_b[i] -= 0.1f * sum;
  }
}

static void train_hidden_b(void *on, int from, int to) {
  const struct train_hidden_b_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 4 * LANES i.
    const int i_first = unit * (4 * LANES);
    const int columns = least(500 - i_first, 4 * LANES);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 4 * LANES) train_hidden_b_panel(operands, i_first, 4 * LANES);
    else train_hidden_b_panel(operands, i_first, columns);
  }
}

/** What train_output_W works on. */
struct train_output_W_operands {
  const float *d_p_logits;
  const float *h2;
  float *output_W;
};

/**
 * output_W[i,j] ← output_W[i,j] − 0.1·∂cost/∂output_W[i,j]
 *   where ∂cost/∂output_W[i,j] = Σ_k h2[k,i]·d_p_logits[k,j]
 *   for i < 500, j < 10, k < 500
 *   in 5 × 2·LANES tiles of j × i, of d_p_logits in place and h2 in place
 */
static always_inline void
train_output_W_panel(const struct train_output_W_operands *operands, int i_first, int columns) {
  const float *restrict d_p_logits = operands->d_p_logits;
  const float *restrict h2 = operands->h2;
  float *restrict output_W = operands->output_W;
  // Vectors read past the last column: there is room.
  const float *right = h2 + i_first;
  for (int j_first = 0; j_first < 10; j_first += 5) {
    _Alignas(64) float sums[5 * 2 * LANES];
    tile_5x2(d_p_logits + j_first, 1, right, 500, 10, 500, sums);
    for (int i = i_first; i < i_first + columns; i++) {
      for (int j = j_first; j < j_first + 5; j++) {
        const float sum = sums[(j - j_first) * (2 * LANES) + i - i_first];
        output_W[i * 10 + j] -= 0.1f * sum;
      }
    }
  }
}

static void train_output_W(void *on, int from, int to) {
  const struct train_output_W_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES i.
    const int i_first = unit * (2 * LANES);
    const int columns = least(500 - i_first, 2 * LANES);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_output_W_panel(operands, i_first, 2 * LANES);
    else train_output_W_panel(operands, i_first, columns);
  }
}

/** What train_output_b works on. */
struct train_output_b_operands {
  const float *d_p_logits;
  float *output_b;
};

/**
 * output_b[i] ← output_b[i] − 0.1·∂cost/∂output_b[i]
 *   where ∂cost/∂output_b[i] = Σ_j d_p_logits[j,i]
 *   for i < 10, j < 500
 *   in 1·LANES columns i at a time, of d_p_logits in place
 */
static always_inline void
train_output_b_panel(const struct train_output_b_operands *operands, int i_first, int columns) {
  const float *restrict d_p_logits = operands->d_p_logits;
  float *restrict output_b = operands->output_b;
  // Vectors read past the last column: there is room.
  const float *right = d_p_logits + i_first;
  _Alignas(64) float sums[LANES];
  column_sums_1(right, 500, 10, sums);
  for (int i = i_first; i < i_first + columns; i++) {
    const float sum = sums[i - i_first];
    output_b[i] -= 0.1f * sum;
  }
}

static void train_output_b(void *on, int from, int to) {
  const struct train_output_b_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of LANES i.
    const int i_first = unit * LANES;
    const int columns = least(10 - i_first, LANES);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == LANES) train_output_b_panel(operands, i_first, LANES);
    else train_output_b_panel(operands, i_first, columns);
  }
}

/**
 * train(index) → cost; updates layer0_W, layer0_b, layer1_W, layer1_b, hidden_W, hidden_b,
 *     output_W, output_b
 */
int lenet_train(struct lenet *model, int64_t index, float *cost_out) {
  float *layer0_W = model->layer0_W; /* [20, 1, 5, 5] */
  float *layer0_b = model->layer0_b; /* [20] */
  float *layer1_W = model->layer1_W; /* [50, 20, 5, 5] */
  float *layer1_b = model->layer1_b; /* [50] */
  float *hidden_W = model->hidden_W; /* [800, 500] */
  float *hidden_b = model->hidden_b; /* [500] */
  float *output_W = model->output_W; /* [500, 10] */
  float *output_b = model->output_b; /* [10] */
  const float *x = model->trainX + index * 392000 /* 500·784 */; /* [500, 784] */
  const int32_t *y = model->trainY + index * 500; /* [500] */
  float *h0_convolved = model->scratch_float32; /* [500, 20, 24, 24] */
  float *h0_pooled = model->scratch_float32 + 5760000; /* [500, 20, 12, 12], behind h0_convolved */
  float *h0 = model->scratch_float32 + 7200000; /* [500, 20, 12, 12], behind h0_pooled */
  float *h1_convolved = model->scratch_float32 + 8640000; /* [500, 50, 8, 8], behind h0 */
  float *h1_pooled = model->scratch_float32 + 10240000; /* [500, 50, 4, 4], behind h1_convolved */
  float *h1 = model->scratch_float32 + 10640000; /* [500, 50, 4, 4], behind h1_pooled */
  float *h2 = model->scratch_float32 + 11040000; /* [500, 500], behind h1 */
  float *p_logits = model->scratch_float32 + 11290000; /* [500, 10], behind h2 */
  float *p_exp = model->scratch_float32 + 11295000; /* [10] of [500, 10], behind p_logits */
  float *d_p_logits = model->scratch_float32 + 11295010; /* [500, 10], behind p_exp */
  float *d_h2_linear = model->scratch_float32 + 11300010; /* [500, 500], behind d_p_logits */
  float *d_h1_linear = model->scratch_float32 + 11550010; /* [500, 50, 4, 4], behind d_h2_linear */
  float *d_h1_linear_share = model->scratch_float32 + 11950010; /* [500, 50, 4, 4],
      behind d_h1_linear */
  float *layer1_W_arranged = model->scratch_float32 + 12350010; /* [5, 50, 5, 20],
      behind d_h1_linear_share */
  float *d_h0_arranged = model->scratch_float32 + 12375026; /* [500, 12, 12, 20],
      behind layer1_W_arranged */
  float *d_h0_linear = model->scratch_float32 + 13815026; /* [500, 20, 12, 12],
      behind d_h0_arranged */
  float *d_h0_linear_share = model->scratch_float32 + 15255026; /* [500, 20, 12, 12],
      behind d_h0_linear */
  float *x_arranged = model->scratch_float32 + 12350010; /* [500, 784],
      in the place of layer1_W_arranged and d_h0_arranged */
  float *d_layer0_W_arranged = model->scratch_float32 + 11290000; /* [20, 5, 5],
      in the place of p_logits */
  float *h0_arranged = model->scratch_float32; /* [500, 12, 12, 20], in the place of h0_convolved */
  float *d_layer1_W_arranged = model->scratch_float32 + 1440016; /* [50, 5, 5, 20],
      in the place of h0_convolved */
  adjoint_parallel(model->adjoint_pool, train_h0_convolved,
      &(struct train_h0_convolved_operands){layer0_W, x, h0_convolved}, 500);
  adjoint_parallel(model->adjoint_pool, train_h0_pooled_and_h0_units,
      &(struct train_h0_pooled_and_h0_operands){h0_convolved, h0_pooled, layer0_b, h0}, 500);
  adjoint_parallel(model->adjoint_pool, train_h1_convolved,
      &(struct train_h1_convolved_operands){layer1_W, h0, h1_convolved}, 500);
  adjoint_parallel(model->adjoint_pool, train_h1_pooled_and_h1_units,
      &(struct train_h1_pooled_and_h1_operands){h1_convolved, h1_pooled, layer1_b, h1},
      PIECES(500, 3));
  adjoint_parallel(model->adjoint_pool, train_h2,
      &(struct train_h2_operands){h1, hidden_W, hidden_b, h2},
      PIECES(500, 2 * LANES) * PIECES(500, 6));
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){h2, output_W, output_b, p_logits},
      PIECES(10, LANES) * PIECES(500, 150));
  const float cost = train_cost_and_d_p_logits(p_logits, p_exp, y, d_p_logits);
  adjoint_parallel(model->adjoint_pool, train_d_h2_linear,
      &(struct train_d_h2_linear_operands){d_p_logits, output_W, h2, d_h2_linear},
      PIECES(500, 2 * LANES));
  adjoint_parallel(model->adjoint_pool, train_d_h1_linear,
      &(struct train_d_h1_linear_operands){d_h2_linear, hidden_W, h1, d_h1_linear},
      PIECES(800, 2 * LANES) * PIECES(500, 144));
  adjoint_parallel(model->adjoint_pool, train_d_h1_linear_share_units,
      &(struct train_d_h1_linear_share_operands){d_h1_linear, h1_convolved, h1_pooled,
      d_h1_linear_share}, PIECES(500, 3));
  train_layer1_W_arranged(layer1_W, layer1_W_arranged);
  adjoint_parallel(model->adjoint_pool, train_d_h0_arranged,
      &(struct train_d_h0_arranged_operands){layer1_W_arranged, h1_convolved, h1_pooled,
      d_h1_linear_share, d_h0_arranged}, 500);
  adjoint_parallel(model->adjoint_pool, train_d_h0_linear_and_d_h0_linear_share_units,
      &(struct train_d_h0_linear_and_d_h0_linear_share_operands){d_h0_arranged, h0, d_h0_linear,
      h0_convolved, h0_pooled, d_h0_linear_share}, 500);
  adjoint_parallel(model->adjoint_pool, train_x_arranged_units,
      &(struct train_x_arranged_operands){x, x_arranged}, PIECES(500, 16));
  adjoint_parallel(model->adjoint_pool, train_d_layer0_W_arranged,
      &(struct train_d_layer0_W_arranged_operands){x_arranged, h0_convolved, h0_pooled,
      d_h0_linear_share, d_layer0_W_arranged}, PIECES(20, 3));
  train_layer0_W(layer0_W, d_layer0_W_arranged);
  adjoint_parallel(model->adjoint_pool, train_layer0_b_units,
      &(struct train_layer0_b_operands){layer0_b, d_h0_linear}, 20);
  adjoint_parallel(model->adjoint_pool, train_h0_arranged_units,
      &(struct train_h0_arranged_operands){h0, h0_arranged}, PIECES(500, 5));
  adjoint_parallel(model->adjoint_pool, train_d_layer1_W_arranged,
      &(struct train_d_layer1_W_arranged_operands){h0_arranged, h1_convolved, h1_pooled,
      d_h1_linear_share, d_layer1_W_arranged}, PIECES(50, 7));
  train_layer1_W(layer1_W, d_layer1_W_arranged);
  adjoint_parallel(model->adjoint_pool, train_layer1_b_units,
      &(struct train_layer1_b_operands){layer1_b, d_h1_linear}, PIECES(50, 2));
  adjoint_parallel(model->adjoint_pool, train_hidden_W,
      &(struct train_hidden_W_operands){h1, d_h2_linear, hidden_W},
      PIECES(500, 2 * LANES) * PIECES(800, 12));
  adjoint_parallel(model->adjoint_pool, train_hidden_b,
      &(struct train_hidden_b_operands){d_h2_linear, hidden_b}, PIECES(500, 4 * LANES));
  adjoint_parallel(model->adjoint_pool, train_output_W,
      &(struct train_output_W_operands){d_p_logits, h2, output_W}, PIECES(500, 2 * LANES));
  train_output_b(&(struct train_output_b_operands){d_p_logits, output_b}, 0, PIECES(10, LANES));
  *cost_out = cost;
  return adjoint_done;
}

/** What validate_h0 works on. */
struct validate_h0_operands {
  const float *h0_convolved;
  const float *layer0_b;
  float *h0;
};

/**
 * h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
 *   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
 *   where h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < 500, j < 20, k < 12, l < 12, m < 2, n < 2
 *   in memory: h0_convolved [500, 20, 24, 24], h0 [500, 20, 12, 12]
 * The same for test.
 */
static never_inline void
validate_h0(
  const float *restrict h0_convolved,
  const float *restrict layer0_b,
  float *restrict h0,
  int from,
  int to
) {
  for (int i = from; i < to; i++) {
    for (int j = 0; j < 20; j++) {
      for (int k = 0; k < 12; k++) {
        for (int l = 0; l < 12; l++) {
          float h0_pooled = -INFINITY;
          for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
              h0_pooled = f32_max(h0_pooled,
                  h0_convolved[i * 11520 + j * 576 + k * 48 + m * 24 + l * 2 + n]);
            }
          }
          h0[i * 2880 + j * 144 + k * 12 + l] = f32_tanh(h0_pooled + layer0_b[j]);
        }
      }
    }
  }
}

static void validate_h0_units(void *on, int from, int to) {
  const struct validate_h0_operands *operands = on;
  validate_h0(operands->h0_convolved, operands->layer0_b, operands->h0, from, to);
}

/** What validate_h1 works on. */
struct validate_h1_operands {
  const float *h1_convolved;
  const float *layer1_b;
  float *h1;
};

/**
 * h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
 *   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
 *   where h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < 500, j < 50, k < 4, l < 4, m < 2, n < 2
 *   in memory: h1_convolved [500, 50, 8, 8], h1 [500, 50, 4, 4]
 * The same for test.
 */
static never_inline void
validate_h1(
  const float *restrict h1_convolved,
  const float *restrict layer1_b,
  float *restrict h1,
  int from,
  int to
) {
  for (int i = from * 3 /* i of a unit */; i < least(500, to * 3); i++) {
    for (int j = 0; j < 50; j++) {
      for (int k = 0; k < 4; k++) {
        for (int l = 0; l < 4; l++) {
          float h1_pooled = -INFINITY;
          for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
              h1_pooled = f32_max(h1_pooled,
                  h1_convolved[i * 3200 + j * 64 + k * 16 + m * 8 + l * 2 + n]);
            }
          }
          h1[i * 800 + j * 16 + k * 4 + l] = f32_tanh(h1_pooled + layer1_b[j]);
        }
      }
    }
  }
}

static void validate_h1_units(void *on, int from, int to) {
  const struct validate_h1_operands *operands = on;
  validate_h1(operands->h1_convolved, operands->layer1_b, operands->h1, from, to);
}

/**
 * errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 500
 *   for i < 500, j < 10
 * The same for test.
 */
static never_inline float
validate_errors(const float *restrict p_logits, const int32_t *restrict y) {
  double errors_sum = 0.0;
  for (int i = 0; i < 500; i++) {
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
  const float errors = (float)(errors_sum / 500.0f);
  return errors;
}

/** validate(index) → errors */
int lenet_validate(struct lenet *model, int64_t index, float *errors_out) {
  const float *layer0_W = model->layer0_W; /* [20, 1, 5, 5] */
  const float *layer0_b = model->layer0_b; /* [20] */
  const float *layer1_W = model->layer1_W; /* [50, 20, 5, 5] */
  const float *layer1_b = model->layer1_b; /* [50] */
  const float *hidden_W = model->hidden_W; /* [800, 500] */
  const float *hidden_b = model->hidden_b; /* [500] */
  const float *output_W = model->output_W; /* [500, 10] */
  const float *output_b = model->output_b; /* [10] */
  const float *x = model->validX + index * 392000 /* 500·784 */; /* [500, 784] */
  const int32_t *y = model->validY + index * 500; /* [500] */
  float *h0_convolved = model->scratch_float32; /* [500, 20, 24, 24] */
  float *h0 = model->scratch_float32 + 5760000; /* [500, 20, 12, 12], behind h0_convolved */
  float *h1_convolved = model->scratch_float32; /* [500, 50, 8, 8], in the place of h0_convolved */
  float *h1 = model->scratch_float32 + 1600000; /* [500, 50, 4, 4], in the place of h0_convolved */
  float *h2 = model->scratch_float32; /* [500, 500],
      in the place of h0_convolved and h1_convolved */
  float *p_logits = model->scratch_float32 + 250000; /* [500, 10],
      in the place of h0_convolved and h1_convolved */
  adjoint_parallel(model->adjoint_pool, train_h0_convolved,
      &(struct train_h0_convolved_operands){layer0_W, x, h0_convolved}, 500);
  adjoint_parallel(model->adjoint_pool, validate_h0_units,
      &(struct validate_h0_operands){h0_convolved, layer0_b, h0}, 500);
  adjoint_parallel(model->adjoint_pool, train_h1_convolved,
      &(struct train_h1_convolved_operands){layer1_W, h0, h1_convolved}, 500);
  adjoint_parallel(model->adjoint_pool, validate_h1_units,
      &(struct validate_h1_operands){h1_convolved, layer1_b, h1}, PIECES(500, 3));
  adjoint_parallel(model->adjoint_pool, train_h2,
      &(struct train_h2_operands){h1, hidden_W, hidden_b, h2},
      PIECES(500, 2 * LANES) * PIECES(500, 6));
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){h2, output_W, output_b, p_logits},
      PIECES(10, LANES) * PIECES(500, 150));
  const float errors = validate_errors(p_logits, y);
  *errors_out = errors;
  return adjoint_done;
}

/** test(index) → errors */
int lenet_test(struct lenet *model, int64_t index, float *errors_out) {
  const float *layer0_W = model->layer0_W; /* [20, 1, 5, 5] */
  const float *layer0_b = model->layer0_b; /* [20] */
  const float *layer1_W = model->layer1_W; /* [50, 20, 5, 5] */
  const float *layer1_b = model->layer1_b; /* [50] */
  const float *hidden_W = model->hidden_W; /* [800, 500] */
  const float *hidden_b = model->hidden_b; /* [500] */
  const float *output_W = model->output_W; /* [500, 10] */
  const float *output_b = model->output_b; /* [10] */
  const float *x = model->testX + index * 392000 /* 500·784 */; /* [500, 784] */
  const int32_t *y = model->testY + index * 500; /* [500] */
  float *h0_convolved = model->scratch_float32; /* [500, 20, 24, 24] */
  float *h0 = model->scratch_float32 + 5760000; /* [500, 20, 12, 12], behind h0_convolved */
  float *h1_convolved = model->scratch_float32; /* [500, 50, 8, 8], in the place of h0_convolved */
  float *h1 = model->scratch_float32 + 1600000; /* [500, 50, 4, 4], in the place of h0_convolved */
  float *h2 = model->scratch_float32; /* [500, 500],
      in the place of h0_convolved and h1_convolved */
  float *p_logits = model->scratch_float32 + 250000; /* [500, 10],
      in the place of h0_convolved and h1_convolved */
  adjoint_parallel(model->adjoint_pool, train_h0_convolved,
      &(struct train_h0_convolved_operands){layer0_W, x, h0_convolved}, 500);
  adjoint_parallel(model->adjoint_pool, validate_h0_units,
      &(struct validate_h0_operands){h0_convolved, layer0_b, h0}, 500);
  adjoint_parallel(model->adjoint_pool, train_h1_convolved,
      &(struct train_h1_convolved_operands){layer1_W, h0, h1_convolved}, 500);
  adjoint_parallel(model->adjoint_pool, validate_h1_units,
      &(struct validate_h1_operands){h1_convolved, layer1_b, h1}, PIECES(500, 3));
  adjoint_parallel(model->adjoint_pool, train_h2,
      &(struct train_h2_operands){h1, hidden_W, hidden_b, h2},
      PIECES(500, 2 * LANES) * PIECES(500, 6));
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){h2, output_W, output_b, p_logits},
      PIECES(10, LANES) * PIECES(500, 150));
  const float errors = validate_errors(p_logits, y);
  *errors_out = errors;
  return adjoint_done;
}

/** What probabilities_h0_convolved works on. */
struct probabilities_h0_convolved_operands {
  const float *layer0_W;
  const float *images;
  float *h0_convolved;
};

/**
 * h0_convolved[i,j,k,l] = Σ_mn images[i,k·28 + m·28 + l + n]·layer0_W[j,4 − m,4 − n]
 *   for i < rows, j < 20, k < 24, l < 24, m < 5, n < 5
 *   in 10 × 2·LANES tiles of j × kl, of layer0_W in place and a copied panel
 *   in memory: layer0_W [20, 1, 5, 5], h0_convolved [rows, 20, 24, 24]
 * The same for predict.
 */
static always_inline void
probabilities_h0_convolved_panel(
  const struct probabilities_h0_convolved_operands *operands,
  int i,
  int kl_first,
  int columns
) {
  const float *restrict layer0_W = operands->layer0_W;
  const float *restrict images = operands->images;
  float *restrict h0_convolved = operands->h0_convolved;
  _Alignas(64) float panel[25 * 2 * LANES];
  long groups[WHOLE_GROUPS(2 * LANES)];
  for (int g = 0; g < WHOLE_GROUPS(2 * LANES); g++) {
    // Behind the last column: the last whole group again.
    const int kl_at = least(kl_first + 8 * g, 576 - 8);
    const int k = kl_at / 24;
    const int l = kl_at % 24;
    groups[g] = (ptrdiff_t)i * 784 + k * 28 + l;
  }
  int step = 0;
  for (int m = 0; m < 5; m++) {
    for (int n = 0; n < 5; n++) {
      const float *from = images + m * 28 + n;
      for (int v = 0; v < 2; v++)
        f32v_store(panel + step * (2 * LANES) + v * LANES, f32v_load_groups(from, groups, v));
      step++;
    }
  }
  for (int j_first = 0; j_first < 20; j_first += 10) {
    _Alignas(64) float sums[10 * 2 * LANES];
    tile_10x2(layer0_W + j_first * 25 + 24, 25, panel, 25, -1, 2 * LANES, sums);
    for (int j = j_first; j < j_first + 10; j++) {
      for (int kl = kl_first; kl < kl_first + columns; kl++) {
        const float sum = sums[(j - j_first) * (2 * LANES) + kl - kl_first];
        h0_convolved[(ptrdiff_t)i * 11520 + j * 576 + kl] = sum;
      }
    }
  }
}

static void probabilities_h0_convolved(void *on, int from, int to) {
  const struct probabilities_h0_convolved_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: i.
    const int i = unit;
    for (int kl_first = 0; kl_first < 576; kl_first += 2 * LANES) {
      const int columns = least(576 - kl_first, 2 * LANES);
      // A full panel is compiled for itself: its number of columns is a constant.
      if (columns == 2 * LANES) probabilities_h0_convolved_panel(operands, i, kl_first, 2 * LANES);
      else probabilities_h0_convolved_panel(operands, i, kl_first, columns);
    }
  }
}

/** What probabilities_h0 works on. */
struct probabilities_h0_operands {
  const float *h0_convolved;
  const float *layer0_b;
  float *h0;
};

/**
 * h0[i,j,k,l] = tanh(h0_linear[i,j,k,l])
 *   where h0_linear[i,j,k,l] = h0_pooled[i,j,k,l] + layer0_b[j]
 *   where h0_pooled[i,j,k,l] = max_mn h0_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < rows, j < 20, k < 12, l < 12, m < 2, n < 2
 *   in memory: h0_convolved [rows, 20, 24, 24], h0 [rows, 20, 12, 12]
 * The same for predict.
 */
static never_inline void
probabilities_h0(
  const float *restrict h0_convolved,
  const float *restrict layer0_b,
  float *restrict h0,
  int from,
  int to
) {
  for (int i = from; i < to; i++) {
    for (int j = 0; j < 20; j++) {
      for (int k = 0; k < 12; k++) {
        for (int l = 0; l < 12; l++) {
          float h0_pooled = -INFINITY;
          for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
              h0_pooled = f32_max(h0_pooled,
                  h0_convolved[(ptrdiff_t)i * 11520 + j * 576 + k * 48 + m * 24 + l * 2 + n]);
            }
          }
          h0[(ptrdiff_t)i * 2880 + j * 144 + k * 12 + l] = f32_tanh(h0_pooled + layer0_b[j]);
        }
      }
    }
  }
}

static void probabilities_h0_units(void *on, int from, int to) {
  const struct probabilities_h0_operands *operands = on;
  probabilities_h0(operands->h0_convolved, operands->layer0_b, operands->h0, from, to);
}

/** What probabilities_h1_convolved works on. */
struct probabilities_h1_convolved_operands {
  const float *layer1_W;
  const float *h0;
  float *h1_convolved;
};

/**
 * h1_convolved[i,j,k,l] = Σ_mnq h0[i,m,k + n,l + q]·layer1_W[j,m,4 − n,4 − q]
 *   for i < rows, j < 50, k < 8, l < 8, m < 20, n < 5, q < 5
 *   in 5 × 2·LANES tiles of j × kl, of layer1_W in place and a copied panel
 *   in memory: h0 [rows, 20, 12, 12], layer1_W [50, 20, 5, 5], h1_convolved [rows, 50, 8, 8]
 * The same for predict.
 */
static always_inline void
probabilities_h1_convolved_panel(
  const struct probabilities_h1_convolved_operands *operands,
  int i,
  int kl_first,
  int columns
) {
  const float *restrict layer1_W = operands->layer1_W;
  const float *restrict h0 = operands->h0;
  float *restrict h1_convolved = operands->h1_convolved;
  _Alignas(64) float panel[500 * 2 * LANES];
  long groups[WHOLE_GROUPS(2 * LANES)];
  for (int g = 0; g < WHOLE_GROUPS(2 * LANES); g++) {
    // Behind the last column: the last whole group again.
    const int kl_at = least(kl_first + 8 * g, 64 - 8);
    const int k = kl_at / 8;
    const int l = kl_at % 8;
    groups[g] = (ptrdiff_t)i * 2880 + k * 12 + l;
  }
  int step = 0;
  for (int m = 0; m < 20; m++) {
    for (int n = 0; n < 5; n++) {
      for (int q = 0; q < 5; q++) {
        const float *from = h0 + m * 144 + n * 12 + q;
        for (int v = 0; v < 2; v++)
          f32v_store(panel + step * (2 * LANES) + v * LANES, f32v_load_groups(from, groups, v));
        step++;
      }
    }
  }
  for (int j_first = 0; j_first < 50; j_first += 5) {
    _Alignas(64) float sums[5 * 2 * LANES];
    tile_5x2_nested(
      layer1_W + j_first * 500 + 24,
      500,
      panel,
      20,
      25,
      25 * 2 * LANES,
      25,
      -1,
      2 * LANES,
      sums
    );
    for (int j = j_first; j < j_first + 5; j++) {
      for (int kl = kl_first; kl < kl_first + columns; kl++) {
        const float sum = sums[(j - j_first) * (2 * LANES) + kl - kl_first];
        h1_convolved[(ptrdiff_t)i * 3200 + j * 64 + kl] = sum;
      }
    }
  }
}

static void probabilities_h1_convolved(void *on, int from, int to) {
  const struct probabilities_h1_convolved_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: i.
    const int i = unit;
    for (int kl_first = 0; kl_first < 64; kl_first += 2 * LANES) {
      const int columns = least(64 - kl_first, 2 * LANES);
      // A full panel is compiled for itself: its number of columns is a constant.
      if (columns == 2 * LANES) probabilities_h1_convolved_panel(operands, i, kl_first, 2 * LANES);
      else probabilities_h1_convolved_panel(operands, i, kl_first, columns);
    }
  }
}

/** What probabilities_h1 works on. */
struct probabilities_h1_operands {
  const float *h1_convolved;
  const float *layer1_b;
  float *h1;
  int32_t rows;
};

/**
 * h1[i,j,k,l] = tanh(h1_linear[i,j,k,l])
 *   where h1_linear[i,j,k,l] = h1_pooled[i,j,k,l] + layer1_b[j]
 *   where h1_pooled[i,j,k,l] = max_mn h1_convolved[i,j,k·2 + m,l·2 + n]
 *   for i < rows, j < 50, k < 4, l < 4, m < 2, n < 2
 *   in memory: h1_convolved [rows, 50, 8, 8], h1 [rows, 50, 4, 4]
 * The same for predict.
 */
static never_inline void
probabilities_h1(
  const float *restrict h1_convolved,
  const float *restrict layer1_b,
  float *restrict h1,
  int32_t rows,
  int from,
  int to
) {
  for (int i = from * 3 /* i of a unit */; i < least(rows, to * 3); i++) {
    for (int j = 0; j < 50; j++) {
      for (int k = 0; k < 4; k++) {
        for (int l = 0; l < 4; l++) {
          float h1_pooled = -INFINITY;
          for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
              h1_pooled = f32_max(h1_pooled,
                  h1_convolved[(ptrdiff_t)i * 3200 + j * 64 + k * 16 + m * 8 + l * 2 + n]);
            }
          }
          h1[(ptrdiff_t)i * 800 + j * 16 + k * 4 + l] = f32_tanh(h1_pooled + layer1_b[j]);
        }
      }
    }
  }
}

static void probabilities_h1_units(void *on, int from, int to) {
  const struct probabilities_h1_operands *operands = on;
  probabilities_h1(
    operands->h1_convolved,
    operands->layer1_b,
    operands->h1,
    operands->rows,
    from,
    to
  );
}

/** What probabilities_h2 works on. */
struct probabilities_h2_operands {
  const float *h1;
  const float *hidden_W;
  const float *hidden_b;
  float *h2;
  int32_t rows;
};

/**
 * h2[i,j] = tanh(h2_linear[i,j])
 *   where h2_linear[i,j] = Σ_k h1[i,k / 16,k / 4 mod 4,k mod 4]·hidden_W[k,j] + hidden_b[j]
 *   for i < rows, j < 500, k < 800
 *   in 6 × 2·LANES tiles of i × j, of h1 in place and hidden_W in place
 *   in memory: h1 [rows, 50, 4, 4]
 * The same for predict.
 */
static always_inline void
probabilities_h2_panel(
  const struct probabilities_h2_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to
) {
  const float *restrict h1 = operands->h1;
  const float *restrict hidden_W = operands->hidden_W;
  const float *restrict hidden_b = operands->hidden_b;
  float *restrict h2 = operands->h2;
  const int32_t rows = operands->rows;
  const float *right = hidden_W + j_first;
  long right_step = 500;
  _Alignas(64) float panel[800 * 2 * LANES];
  if (columns < 2 * LANES) {
    for (int k = 0; k < 800; k++) {
      for (int at = 0; at < columns; at++) {
        const int j = j_first + at;
        panel[k * (2 * LANES) + at] = hidden_W[k * 500 + j];
      }
      for (int at = columns; at < 2 * LANES; at++) panel[k * (2 * LANES) + at] = 0.0f;
    }
    right = panel;
    right_step = 2 * LANES;
  }
  for (int i_first = i_from; i_first < i_to; i_first += 6) {
    _Alignas(64) float sums[6 * 2 * LANES];
    long left_rows[6];
    for (int r = 0; r < 6; r++) {
      const int i = least(i_first + r, rows - 1);
      left_rows[r] = (ptrdiff_t)i * 800;
    }
    tile_6x2_free(h1, left_rows, right, 800, 1, right_step, sums);
    for (int i = i_first; i < least(i_first + 6, i_to); i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * (2 * LANES) + j - j_first];
        h2[(ptrdiff_t)i * 500 + j] = f32_tanh(sum + hidden_b[j]);
      }
    }
  }
}

static void probabilities_h2(void *on, int from, int to) {
  const struct probabilities_h2_operands *operands = on;
  const int32_t rows = operands->rows;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES j, the first of 6 i.
    const int j_first = unit / PIECES(rows, 6) * (2 * LANES);
    const int i_from = unit % PIECES(rows, 6) * 6;
    const int columns = least(500 - j_first, 2 * LANES);
    const int i_to = least(rows, i_from + 6);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) probabilities_h2_panel(operands, j_first, 2 * LANES, i_from, i_to);
    else probabilities_h2_panel(operands, j_first, columns, i_from, i_to);
  }
}

/** What probabilities_scores_logits works on. */
struct probabilities_scores_logits_operands {
  const float *h2;
  const float *output_W;
  const float *output_b;
  float *scores_logits;
  int32_t rows;
};

/**
 * scores_logits[i,j] = Σ_k h2[i,k]·output_W[k,j] + output_b[j]
 *   for i < rows, j < 10, k < 500
 *   in 10 × 1·LANES tiles of i × j, of h2 in place and output_W in place
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
  const float *restrict h2 = operands->h2;
  const float *restrict output_W = operands->output_W;
  const float *restrict output_b = operands->output_b;
  float *restrict scores_logits = operands->scores_logits;
  const int32_t rows = operands->rows;
  const float *right = output_W + j_first;
  long right_step = 10;
  _Alignas(64) float panel[500 * LANES];
  if (columns < LANES) {
    for (int k = 0; k < 500; k++) {
      for (int at = 0; at < columns; at++) {
        const int j = j_first + at;
        panel[k * LANES + at] = output_W[k * 10 + j];
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
      left_rows[r] = (ptrdiff_t)i * 500;
    }
    tile_10x1_free(h2, left_rows, right, 500, 1, right_step, sums);
    for (int i = i_first; i < least(i_first + 10, i_to); i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * LANES + j - j_first];
        scores_logits[(ptrdiff_t)i * 10 + j] = sum + output_b[j];
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
int lenet_probabilities(struct lenet *model, const float *images, int32_t rows, float *scores_out) {
  int adjoint_status = adjoint_no_memory;
  const float *layer0_W = model->layer0_W; /* [20, 1, 5, 5] */
  const float *layer0_b = model->layer0_b; /* [20] */
  const float *layer1_W = model->layer1_W; /* [50, 20, 5, 5] */
  const float *layer1_b = model->layer1_b; /* [50] */
  const float *hidden_W = model->hidden_W; /* [800, 500] */
  const float *hidden_b = model->hidden_b; /* [500] */
  const float *output_W = model->output_W; /* [500, 10] */
  const float *output_b = model->output_b; /* [10] */
  float *scores_exp = model->scratch_float32; /* [10] of [rows, 10] */
  float *h0_convolved = adjoint_memory(NULL, (double)rows * 20 * 24 * 24, sizeof(float)); /* [rows,
      20, 24, 24] */
  float *h0 = adjoint_memory(NULL, (double)rows * 20 * 12 * 12, sizeof(float)); /* [rows, 20, 12,
      12] */
  float *h1_convolved = adjoint_memory(NULL, (double)rows * 50 * 8 * 8, sizeof(float)); /* [rows,
      50, 8, 8] */
  float *h1 = adjoint_memory(NULL, (double)rows * 50 * 4 * 4, sizeof(float)); /* [rows, 50, 4, 4] */
  float *h2 = adjoint_memory(NULL, (double)rows * 500, sizeof(float)); /* [rows, 500] */
  float *scores_logits = adjoint_memory(NULL, (double)rows * 10, sizeof(float)); /* [rows, 10] */
  if (!h0_convolved || !h0 || !h1_convolved || !h1 || !h2 || !scores_logits) goto end;
  adjoint_parallel(model->adjoint_pool, probabilities_h0_convolved,
      &(struct probabilities_h0_convolved_operands){layer0_W, images, h0_convolved}, rows);
  adjoint_parallel(model->adjoint_pool, probabilities_h0_units,
      &(struct probabilities_h0_operands){h0_convolved, layer0_b, h0}, rows);
  adjoint_parallel(model->adjoint_pool, probabilities_h1_convolved,
      &(struct probabilities_h1_convolved_operands){layer1_W, h0, h1_convolved}, rows);
  adjoint_parallel(model->adjoint_pool, probabilities_h1_units,
      &(struct probabilities_h1_operands){h1_convolved, layer1_b, h1, rows}, PIECES(rows, 3));
  adjoint_parallel(model->adjoint_pool, probabilities_h2,
      &(struct probabilities_h2_operands){h1, hidden_W, hidden_b, h2, rows},
      PIECES(500, 2 * LANES) * PIECES(rows, 6));
  adjoint_parallel(model->adjoint_pool, probabilities_scores_logits,
      &(struct probabilities_scores_logits_operands){h2, output_W, output_b, scores_logits, rows},
      PIECES(10, LANES) * PIECES(rows, 150));
  probabilities_scores(scores_logits, scores_exp, scores_out, rows);
  adjoint_status = adjoint_done;
end:
  free(h0_convolved);
  free(h0);
  free(h1_convolved);
  free(h1);
  free(h2);
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
int lenet_predict(struct lenet *model, const float *images, int32_t rows, int32_t *argmax_out) {
  int adjoint_status = adjoint_no_memory;
  const float *layer0_W = model->layer0_W; /* [20, 1, 5, 5] */
  const float *layer0_b = model->layer0_b; /* [20] */
  const float *layer1_W = model->layer1_W; /* [50, 20, 5, 5] */
  const float *layer1_b = model->layer1_b; /* [50] */
  const float *hidden_W = model->hidden_W; /* [800, 500] */
  const float *hidden_b = model->hidden_b; /* [500] */
  const float *output_W = model->output_W; /* [500, 10] */
  const float *output_b = model->output_b; /* [10] */
  float *h0_convolved = adjoint_memory(NULL, (double)rows * 20 * 24 * 24, sizeof(float)); /* [rows,
      20, 24, 24] */
  float *h0 = adjoint_memory(NULL, (double)rows * 20 * 12 * 12, sizeof(float)); /* [rows, 20, 12,
      12] */
  float *h1_convolved = adjoint_memory(NULL, (double)rows * 50 * 8 * 8, sizeof(float)); /* [rows,
      50, 8, 8] */
  float *h1 = adjoint_memory(NULL, (double)rows * 50 * 4 * 4, sizeof(float)); /* [rows, 50, 4, 4] */
  float *h2 = adjoint_memory(NULL, (double)rows * 500, sizeof(float)); /* [rows, 500] */
  float *scores_logits = adjoint_memory(NULL, (double)rows * 10, sizeof(float)); /* [rows, 10] */
  if (!h0_convolved || !h0 || !h1_convolved || !h1 || !h2 || !scores_logits) goto end;
  adjoint_parallel(model->adjoint_pool, probabilities_h0_convolved,
      &(struct probabilities_h0_convolved_operands){layer0_W, images, h0_convolved}, rows);
  adjoint_parallel(model->adjoint_pool, probabilities_h0_units,
      &(struct probabilities_h0_operands){h0_convolved, layer0_b, h0}, rows);
  adjoint_parallel(model->adjoint_pool, probabilities_h1_convolved,
      &(struct probabilities_h1_convolved_operands){layer1_W, h0, h1_convolved}, rows);
  adjoint_parallel(model->adjoint_pool, probabilities_h1_units,
      &(struct probabilities_h1_operands){h1_convolved, layer1_b, h1, rows}, PIECES(rows, 3));
  adjoint_parallel(model->adjoint_pool, probabilities_h2,
      &(struct probabilities_h2_operands){h1, hidden_W, hidden_b, h2, rows},
      PIECES(500, 2 * LANES) * PIECES(rows, 6));
  adjoint_parallel(model->adjoint_pool, probabilities_scores_logits,
      &(struct probabilities_scores_logits_operands){h2, output_W, output_b, scores_logits, rows},
      PIECES(10, LANES) * PIECES(rows, 150));
  predict_argmax(scores_logits, argmax_out, rows);
  adjoint_status = adjoint_done;
end:
  free(h0_convolved);
  free(h0);
  free(h1_convolved);
  free(h1);
  free(h2);
  free(scores_logits);
  return adjoint_status;
}

struct lenet *lenet_create(uint32_t seed, int threads) {
  struct lenet *model = calloc(1, sizeof *model);
  if (!model) return NULL;
  model->layer0_W = adjoint_zeros(500, sizeof(float));
  model->layer0_b = adjoint_zeros(20, sizeof(float));
  model->layer1_W = adjoint_zeros(25000, sizeof(float));
  model->layer1_b = adjoint_zeros(50, sizeof(float));
  model->hidden_W = adjoint_zeros(400000, sizeof(float));
  model->hidden_b = adjoint_zeros(500, sizeof(float));
  model->output_W = adjoint_zeros(5000, sizeof(float));
  model->output_b = adjoint_zeros(10, sizeof(float));
  model->scratch_float32 = adjoint_zeros(16695026, sizeof(float));
  if (!model->layer0_W || !model->layer0_b || !model->layer1_W || !model->layer1_b
      || !model->hidden_W || !model->hidden_b || !model->output_W || !model->output_b
      || !model->scratch_float32) {
    lenet_free(model);
    return NULL;
  }
  model->adjoint_pool = adjoint_pool_create(threads);
  initial_layer0_W(model, (int32_t)seed);
  initial_layer1_W(model, (int32_t)seed);
  initial_hidden_W(model, (int32_t)seed);
  return model;
}

void lenet_free(struct lenet *model) {
  if (!model) return;
  adjoint_pool_free(model->adjoint_pool);
  free(model->layer0_W);
  free(model->layer0_b);
  free(model->layer1_W);
  free(model->layer1_b);
  free(model->hidden_W);
  free(model->hidden_b);
  free(model->output_W);
  free(model->output_b);
  free(model->scratch_float32);
  free(model);
}

static int
call_train(void *model, void *const *in, const int32_t *sizes, void *const *out, size_t *lengths) {
  (void)sizes; (void)lengths;
  return lenet_train(model, *(const int64_t *)in[0], out[0]);
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
  return lenet_validate(model, *(const int64_t *)in[0], out[0]);
}

static int
call_test(void *model, void *const *in, const int32_t *sizes, void *const *out, size_t *lengths) {
  (void)sizes; (void)lengths;
  return lenet_test(model, *(const int64_t *)in[0], out[0]);
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
  return lenet_probabilities(model, in[0], sizes[0], out[0]);
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
  return lenet_predict(model, in[0], sizes[0], out[0]);
}

static const struct adjoint_variable variables[] = {
  {"layer0_W", adjoint_float32, offsetof(struct lenet, layer0_W), 500},
  {"layer0_b", adjoint_float32, offsetof(struct lenet, layer0_b), 20},
  {"layer1_W", adjoint_float32, offsetof(struct lenet, layer1_W), 25000},
  {"layer1_b", adjoint_float32, offsetof(struct lenet, layer1_b), 50},
  {"hidden_W", adjoint_float32, offsetof(struct lenet, hidden_W), 400000},
  {"hidden_b", adjoint_float32, offsetof(struct lenet, hidden_b), 500},
  {"output_W", adjoint_float32, offsetof(struct lenet, output_W), 5000},
  {"output_b", adjoint_float32, offsetof(struct lenet, output_b), 10},
  {"trainX", adjoint_float32, offsetof(struct lenet, trainX), 0},
  {"trainY", adjoint_int32, offsetof(struct lenet, trainY), 0},
  {"validX", adjoint_float32, offsetof(struct lenet, validX), 0},
  {"validY", adjoint_int32, offsetof(struct lenet, validY), 0},
  {"testX", adjoint_float32, offsetof(struct lenet, testX), 0},
  {"testY", adjoint_int32, offsetof(struct lenet, testY), 0},
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
static void *create(uint32_t seed, int threads) { return lenet_create(seed, threads); }
static void destroy(void *model) { lenet_free(model); }

const struct adjoint_model adjoint_lenet = {
  .name = "lenet",
  .variables = 14,
  .variable = variables,
  .functions = 5,
  .function = functions,
  .sizes = 3,
  .size = sizes,
  .sizes_offset = offsetof(struct lenet, trainSamples),
  .create = create,
  .destroy = destroy,
};
