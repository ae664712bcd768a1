// Native target: C with vectors. Generated from models/mlp.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/mlp.ts

#include "native.h"

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
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 4 rows and 2·LANES columns, kept in
 *     registers.
 */
static always_inline void
tile_4x2(
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
  }
  f32v_store(sums + 0 * LANES, sum_0_0);
  f32v_store(sums + 1 * LANES, sum_0_1);
  f32v_store(sums + 2 * LANES, sum_1_0);
  f32v_store(sums + 3 * LANES, sum_1_1);
  f32v_store(sums + 4 * LANES, sum_2_0);
  f32v_store(sums + 5 * LANES, sum_2_1);
  f32v_store(sums + 6 * LANES, sum_3_0);
  f32v_store(sums + 7 * LANES, sum_3_1);
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
 * sums[r, c] = Σ_steps left[r, step]·right[step, c] for 8 rows and 2·LANES columns, kept in
 *     registers.
 */
static always_inline void
tile_8x2(
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
  tile_4x2(left, left_row, right, steps, left_step, right_step, sums);
  tile_4x2(left + 4 * left_row, left_row, right, steps, left_step, right_step, sums + 8 * LANES);
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
  #endif
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

/** What initial_hidden_W_values works on. */
struct initial_hidden_W_values_operands {
  float *hidden_W;
  int32_t seed;
};

/**
 * hidden_W[i,j] ← 0.13671719·random(hidden.W, i·500 + j) − 0.06835859
 *   for i < 784, j < 500
 *   with each operation rounded by itself
 */
static rounds_each never_inline void
initial_hidden_W_values(float *restrict hidden_W, int32_t seed, int from, int to) {
  for (int i = from * 13 /* i of a unit */; i < least(784, to * 13); i++) {
    for (int j = 0; j < 500; j++) {
      const int hidden_W_at = i * 500 + j;
      hidden_W[hidden_W_at] = f32_rounded(0.13671719f
          * random_number(seed, 0x93cab6ddu /* hidden.W */, 0 /* call */, hidden_W_at))
          - 0.06835859f;
    }
  }
}

static void initial_hidden_W_values_units(void *on, int from, int to) {
  const struct initial_hidden_W_values_operands *operands = on;
  initial_hidden_W_values(operands->hidden_W, operands->seed, from, to);
}

/** initial_hidden_W(seed); updates hidden_W */
static void initial_hidden_W(struct mlp *model, int32_t seed) {
  float *hidden_W = model->hidden_W; /* [784, 500] */
  adjoint_parallel(model->adjoint_pool, initial_hidden_W_values_units,
      &(struct initial_hidden_W_values_operands){hidden_W, seed}, PIECES(784, 13));
}

/** What train_h works on. */
struct train_h_operands {
  const float *x;
  const float *hidden_W;
  const float *hidden_b;
  float *h;
};

/**
 * h[i,j] = tanh(linear[i,j])
 *   where linear[i,j] = Σ_k x[i,k]·hidden_W[k,j] + hidden_b[j]
 *   for i < 20, j < 500, k < 784
 *   in 5 × 2·LANES tiles of i × j, of x in place and hidden_W in place
 * The same for validate, test.
 */
static always_inline void
train_h_panel(
  const struct train_h_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to
) {
  const float *restrict x = operands->x;
  const float *restrict hidden_W = operands->hidden_W;
  const float *restrict hidden_b = operands->hidden_b;
  float *restrict h = operands->h;
  const float *right = hidden_W + j_first;
  long right_step = 500;
  _Alignas(64) float panel[784 * 2 * LANES];
  if (columns < 2 * LANES) {
    for (int k = 0; k < 784; k++) {
      for (int at = 0; at < columns; at++) {
        const int j = j_first + at;
        panel[k * (2 * LANES) + at] = hidden_W[k * 500 + j];
      }
      for (int at = columns; at < 2 * LANES; at++) panel[k * (2 * LANES) + at] = 0.0f;
    }
    right = panel;
    right_step = 2 * LANES;
  }
  for (int i_first = i_from; i_first < i_to; i_first += 5) {
    _Alignas(64) float sums[5 * 2 * LANES];
    tile_5x2(x + i_first * 784, 784, right, 784, 1, right_step, sums);
    for (int i = i_first; i < i_first + 5; i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * (2 * LANES) + j - j_first];
        h[i * 500 + j] = f32_tanh(sum + hidden_b[j]);
      }
    }
  }
}

static void train_h(void *on, int from, int to) {
  const struct train_h_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES j, the first of 10 i.
    const int j_first = unit / PIECES(20, 10) * (2 * LANES);
    const int i_from = unit % PIECES(20, 10) * 10;
    const int columns = least(500 - j_first, 2 * LANES);
    const int i_to = least(20, i_from + 10);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_h_panel(operands, j_first, 2 * LANES, i_from, i_to);
    else train_h_panel(operands, j_first, columns, i_from, i_to);
  }
}

/** What train_p_logits works on. */
struct train_p_logits_operands {
  const float *h;
  const float *output_W;
  const float *output_b;
  float *p_logits;
};

/**
 * p_logits[i,j] = Σ_k h[i,k]·output_W[k,j] + output_b[j]
 *   for i < 20, j < 10, k < 500
 *   in 10 × 1·LANES tiles of i × j, of h in place and output_W in place
 * The same for validate, test.
 */
static always_inline void
train_p_logits_panel(const struct train_p_logits_operands *operands, int j_first, int columns) {
  const float *restrict h = operands->h;
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
  for (int i_first = 0; i_first < 20; i_first += 10) {
    _Alignas(64) float sums[10 * LANES];
    tile_10x1(h + i_first * 500, 500, right, 500, 1, right_step, sums);
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
    // What the unit's number stands for: the first of LANES j.
    const int j_first = unit * LANES;
    const int columns = least(10 - j_first, LANES);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == LANES) train_p_logits_panel(operands, j_first, LANES);
    else train_p_logits_panel(operands, j_first, columns);
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
static never_inline float
train_cost_sum_and_d_p_logits(
  const float *restrict p_logits,
  float *restrict p_exp,
  const int32_t *restrict y,
  float *restrict d_p_logits
) {
  double cost_sum = 0.0;
  for (int i = 0; i < 20; i++) {
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
      d_p_logits[i * 10 + j] = (p - (float)(j == y[i])) / 20.0f;
    }
  }
  return (float)cost_sum;
}

/** What train_d_linear works on. */
struct train_d_linear_operands {
  const float *d_p_logits;
  const float *output_W;
  const float *h;
  float *d_linear;
};

/**
 * ∂cost/∂linear ≡ d_linear[i,j] = ∂cost/∂h[i,j]·(1 − h[i,j]·h[i,j])
 *   where ∂cost/∂h[i,j] = Σ_k d_p_logits[i,k]·output_W[j,k]
 *   for i < 20, j < 500, k < 10
 *   in 10 × 2·LANES tiles of i × j, of d_p_logits in place and a copied panel
 */
static always_inline void
train_d_linear_panel(const struct train_d_linear_operands *operands, int j_first, int columns) {
  const float *restrict d_p_logits = operands->d_p_logits;
  const float *restrict output_W = operands->output_W;
  const float *restrict h = operands->h;
  float *restrict d_linear = operands->d_linear;
  _Alignas(64) float panel[10 * 2 * LANES];
  for (int at = 0; at < columns; at++) {
    const int j = j_first + at;
    for (int k = 0; k < 10; k++) {
      panel[k * (2 * LANES) + at] = output_W[j * 10 + k];
    }
  }
  for (int k = 0; k < 10; k++)
    for (int at = columns; at < 2 * LANES; at++) panel[k * (2 * LANES) + at] = 0.0f;
  for (int i_first = 0; i_first < 20; i_first += 10) {
    _Alignas(64) float sums[10 * 2 * LANES];
    tile_10x2(d_p_logits + i_first * 10, 10, panel, 10, 1, 2 * LANES, sums);
    for (int i = i_first; i < i_first + 10; i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * (2 * LANES) + j - j_first];
        d_linear[i * 500 + j] = sum * (1.0f - h[i * 500 + j] * h[i * 500 + j]);
      }
    }
  }
}

static void train_d_linear(void *on, int from, int to) {
  const struct train_d_linear_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES j.
    const int j_first = unit * (2 * LANES);
    const int columns = least(500 - j_first, 2 * LANES);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_d_linear_panel(operands, j_first, 2 * LANES);
    else train_d_linear_panel(operands, j_first, columns);
  }
}

/** What train_hidden_W works on. */
struct train_hidden_W_operands {
  const float *x;
  const float *d_linear;
  float *hidden_W;
  double *L2_sum_hidden_W_parts;
};

/**
 * hidden_W[i,j] ← hidden_W[i,j] − 0.01·∂cost/∂hidden_W[i,j]
 *   where ∂cost/∂hidden_W[i,j] = 0.0002·hidden_W[i,j] + Σ_k x[k,i]·d_linear[k,j]
 *   for i < 784, j < 500, k < 20
 *   in 8 × 2·LANES tiles of i × j, of x in place and d_linear in place
 * and L2_sum_hidden_W = Σ_ij hidden_W[i,j]·hidden_W[i,j], of what is there before it is written
 *   for i < 784, j < 500
 */
static always_inline void
train_hidden_W_panel(
  const struct train_hidden_W_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to,
  double *L2_sum_hidden_W_part
) {
  const float *restrict x = operands->x;
  const float *restrict d_linear = operands->d_linear;
  float *restrict hidden_W = operands->hidden_W;
  _Alignas(64) float L2_sum_hidden_W_lanes[2 * LANES] = {0};
  // Vectors read past the last column: there is room.
  const float *right = d_linear + j_first;
  for (int i_first = i_from; i_first < i_to; i_first += 8) {
    _Alignas(64) float sums[8 * 2 * LANES];
    tile_8x2(x + i_first, 1, right, 20, 784, 500, sums);
    for (int i = i_first; i < i_first + 8; i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * (2 * LANES) + j - j_first];
        L2_sum_hidden_W_lanes[j - j_first] += hidden_W[i * 500 + j] * hidden_W[i * 500 + j];
        hidden_W[i * 500 + j] -= 0.01f * (0.0002f * hidden_W[i * 500 + j] + sum);
      }
    }
  }
  for (int at = 0; at < columns; at++) {
    *L2_sum_hidden_W_part += L2_sum_hidden_W_lanes[at];
  }
}

static void train_hidden_W(void *on, int from, int to) {
  const struct train_hidden_W_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES j, the first of 208 i.
    const int j_first = unit / PIECES(784, 208) * (2 * LANES);
    const int i_from = unit % PIECES(784, 208) * 208;
    double *L2_sum_hidden_W_part = operands->L2_sum_hidden_W_parts + unit;
    *L2_sum_hidden_W_part = 0.0;
    const int columns = least(500 - j_first, 2 * LANES);
    const int i_to = least(784, i_from + 208);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) train_hidden_W_panel(operands, j_first, 2 * LANES, i_from, i_to,
        L2_sum_hidden_W_part);
    else train_hidden_W_panel(operands, j_first, columns, i_from, i_to, L2_sum_hidden_W_part);
  }
}

/** What train_hidden_b works on. */
struct train_hidden_b_operands {
  const float *d_linear;
  float *hidden_b;
};

/**
 * hidden_b[i] ← hidden_b[i] − 0.01·∂cost/∂hidden_b[i]
 *   where ∂cost/∂hidden_b[i] = Σ_j d_linear[j,i]
 *   for i < 500, j < 20
 *   in 4·LANES columns i at a time, of d_linear in place
 */
static always_inline void
train_hidden_b_panel(const struct train_hidden_b_operands *operands, int i_first, int columns) {
  const float *restrict d_linear = operands->d_linear;
  float *restrict hidden_b = operands->hidden_b;
  // Vectors read past the last column: there is room.
  const float *right = d_linear + i_first;
  _Alignas(64) float sums[4 * LANES];
  column_sums_4(right, 20, 500, sums);
  for (int i = i_first; i < i_first + columns; i++) {
    const float sum = sums[i - i_first];
    hidden_b[i] -= 0.01f * sum;
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
  const float *h;
  const float *d_p_logits;
  float *output_W;
  double *L2_sum_output_W_parts;
};

/**
 * output_W[i,j] ← output_W[i,j] − 0.01·∂cost/∂output_W[i,j]
 *   where ∂cost/∂output_W[i,j] = 0.0002·output_W[i,j] + Σ_k h[k,i]·d_p_logits[k,j]
 *   for i < 500, j < 10, k < 20
 *   in 10 × 1·LANES tiles of i × j, of h in place and d_p_logits in place
 * and L2_sum_output_W = Σ_ij output_W[i,j]·output_W[i,j], of what is there before it is written
 *   for i < 500, j < 10
 */
static always_inline void
train_output_W_panel(
  const struct train_output_W_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to,
  double *L2_sum_output_W_part
) {
  const float *restrict h = operands->h;
  const float *restrict d_p_logits = operands->d_p_logits;
  float *restrict output_W = operands->output_W;
  _Alignas(64) float L2_sum_output_W_lanes[LANES] = {0};
  // Vectors read past the last column: there is room.
  const float *right = d_p_logits + j_first;
  for (int i_first = i_from; i_first < i_to; i_first += 10) {
    _Alignas(64) float sums[10 * LANES];
    tile_10x1(h + i_first, 1, right, 20, 500, 10, sums);
    for (int i = i_first; i < i_first + 10; i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * LANES + j - j_first];
        L2_sum_output_W_lanes[j - j_first] += output_W[i * 10 + j] * output_W[i * 10 + j];
        output_W[i * 10 + j] -= 0.01f * (0.0002f * output_W[i * 10 + j] + sum);
      }
    }
  }
  for (int at = 0; at < columns; at++) {
    *L2_sum_output_W_part += L2_sum_output_W_lanes[at];
  }
}

static void train_output_W(void *on, int from, int to) {
  const struct train_output_W_operands *operands = on;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of LANES j, the first of 210 i.
    const int j_first = unit / PIECES(500, 210) * LANES;
    const int i_from = unit % PIECES(500, 210) * 210;
    double *L2_sum_output_W_part = operands->L2_sum_output_W_parts + unit;
    *L2_sum_output_W_part = 0.0;
    const int columns = least(10 - j_first, LANES);
    const int i_to = least(500, i_from + 210);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == LANES) train_output_W_panel(operands, j_first, LANES, i_from, i_to,
        L2_sum_output_W_part);
    else train_output_W_panel(operands, j_first, columns, i_from, i_to, L2_sum_output_W_part);
  }
}

/**
 * output_b[i] ← output_b[i] − 0.01·∂cost/∂output_b[i]
 *   where ∂cost/∂output_b[i] = Σ_j d_p_logits[j,i]
 *   for i < 10, j < 20
 */
static never_inline void
train_output_b(float *restrict output_b, const float *restrict d_p_logits) {
  for (int i = 0; i < 10; i++) {
    float d_output_b = 0.0f;
    #pragma omp simd reduction(+ : d_output_b)
    for (int j = 0; j < 20; j++) {
      d_output_b += d_p_logits[j * 10 + i];
    }
    output_b[i] -= 0.01f * d_output_b;
  }
}

/**
 * cost = 0.0001·L2 − cost_sum / 20
 *   where L2 = L2_sum_hidden_W + L2_sum_output_W
 */
static never_inline float
train_cost(float L2_sum_hidden_W, float L2_sum_output_W, float cost_sum) {
  const float L2 = L2_sum_hidden_W + L2_sum_output_W;
  const float cost = 0.0001f * L2 - cost_sum / 20.0f;
  return cost;
}

/** train(index) → cost; updates hidden_W, hidden_b, output_W, output_b */
int mlp_train(struct mlp *model, int64_t index, float *cost_out) {
  float *hidden_W = model->hidden_W; /* [784, 500] */
  float *hidden_b = model->hidden_b; /* [500] */
  float *output_W = model->output_W; /* [500, 10] */
  float *output_b = model->output_b; /* [10] */
  const float *x = model->trainX + index * 15680 /* 20·784 */; /* [20, 784] */
  const int32_t *y = model->trainY + index * 20; /* [20] */
  float *h = model->scratch_float32; /* [20, 500] */
  float *p_logits = model->scratch_float32 + 10000; /* [20, 10], behind h */
  float *p_exp = model->scratch_float32 + 10200; /* [10] of [20, 10], behind p_logits */
  float *d_p_logits = model->scratch_float32 + 10210; /* [20, 10], behind p_exp */
  float *d_linear = model->scratch_float32 + 10410; /* [20, 500], behind d_p_logits */
  adjoint_parallel(model->adjoint_pool, train_h,
      &(struct train_h_operands){x, hidden_W, hidden_b, h},
      PIECES(500, 2 * LANES) * PIECES(20, 10));
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){h, output_W, output_b, p_logits}, PIECES(10, LANES));
  const float cost_sum = train_cost_sum_and_d_p_logits(p_logits, p_exp, y, d_p_logits);
  adjoint_parallel(model->adjoint_pool, train_d_linear,
      &(struct train_d_linear_operands){d_p_logits, output_W, h, d_linear}, PIECES(500, 2 * LANES));
  double L2_sum_hidden_W_parts[PIECES(500, 2 * LANES) * PIECES(784, 208)];
  adjoint_parallel(model->adjoint_pool, train_hidden_W,
      &(struct train_hidden_W_operands){x, d_linear, hidden_W, L2_sum_hidden_W_parts},
      PIECES(500, 2 * LANES) * PIECES(784, 208));
  const float L2_sum_hidden_W = (float)adjoint_sum(L2_sum_hidden_W_parts,
      PIECES(500, 2 * LANES) * PIECES(784, 208));
  train_hidden_b(&(struct train_hidden_b_operands){d_linear, hidden_b}, 0, PIECES(500, 4 * LANES));
  double L2_sum_output_W_parts[PIECES(10, LANES) * PIECES(500, 210)];
  adjoint_parallel(model->adjoint_pool, train_output_W,
      &(struct train_output_W_operands){h, d_p_logits, output_W, L2_sum_output_W_parts},
      PIECES(10, LANES) * PIECES(500, 210));
  const float L2_sum_output_W = (float)adjoint_sum(L2_sum_output_W_parts,
      PIECES(10, LANES) * PIECES(500, 210));
  train_output_b(output_b, d_p_logits);
  const float cost = train_cost(L2_sum_hidden_W, L2_sum_output_W, cost_sum);
  *cost_out = cost;
  return adjoint_done;
}

/**
 * errors = Σ_i [argmax_j p_logits[i,j] ≠ y[i]] / 20
 *   for i < 20, j < 10
 * The same for test.
 */
static never_inline float
validate_errors(const float *restrict p_logits, const int32_t *restrict y) {
  double errors_sum = 0.0;
  for (int i = 0; i < 20; i++) {
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
  const float errors = (float)(errors_sum / 20.0f);
  return errors;
}

/** validate(index) → errors */
int mlp_validate(struct mlp *model, int64_t index, float *errors_out) {
  const float *hidden_W = model->hidden_W; /* [784, 500] */
  const float *hidden_b = model->hidden_b; /* [500] */
  const float *output_W = model->output_W; /* [500, 10] */
  const float *output_b = model->output_b; /* [10] */
  const float *x = model->validX + index * 15680 /* 20·784 */; /* [20, 784] */
  const int32_t *y = model->validY + index * 20; /* [20] */
  float *h = model->scratch_float32; /* [20, 500] */
  float *p_logits = model->scratch_float32 + 10000; /* [20, 10], behind h */
  adjoint_parallel(model->adjoint_pool, train_h,
      &(struct train_h_operands){x, hidden_W, hidden_b, h},
      PIECES(500, 2 * LANES) * PIECES(20, 10));
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){h, output_W, output_b, p_logits}, PIECES(10, LANES));
  const float errors = validate_errors(p_logits, y);
  *errors_out = errors;
  return adjoint_done;
}

/** test(index) → errors */
int mlp_test(struct mlp *model, int64_t index, float *errors_out) {
  const float *hidden_W = model->hidden_W; /* [784, 500] */
  const float *hidden_b = model->hidden_b; /* [500] */
  const float *output_W = model->output_W; /* [500, 10] */
  const float *output_b = model->output_b; /* [10] */
  const float *x = model->testX + index * 15680 /* 20·784 */; /* [20, 784] */
  const int32_t *y = model->testY + index * 20; /* [20] */
  float *h = model->scratch_float32; /* [20, 500] */
  float *p_logits = model->scratch_float32 + 10000; /* [20, 10], behind h */
  adjoint_parallel(model->adjoint_pool, train_h,
      &(struct train_h_operands){x, hidden_W, hidden_b, h},
      PIECES(500, 2 * LANES) * PIECES(20, 10));
  adjoint_parallel(model->adjoint_pool, train_p_logits,
      &(struct train_p_logits_operands){h, output_W, output_b, p_logits}, PIECES(10, LANES));
  const float errors = validate_errors(p_logits, y);
  *errors_out = errors;
  return adjoint_done;
}

/** What probabilities_features works on. */
struct probabilities_features_operands {
  const float *images;
  const float *hidden_W;
  const float *hidden_b;
  float *features;
  int32_t rows;
};

/**
 * features[i,j] = tanh(linear[i,j])
 *   where linear[i,j] = Σ_k images[i,k]·hidden_W[k,j] + hidden_b[j]
 *   for i < rows, j < 500, k < 784
 *   in 6 × 2·LANES tiles of i × j, of images in place and hidden_W in place
 * The same for predict.
 */
static always_inline void
probabilities_features_panel(
  const struct probabilities_features_operands *operands,
  int j_first,
  int columns,
  int i_from,
  int i_to
) {
  const float *restrict images = operands->images;
  const float *restrict hidden_W = operands->hidden_W;
  const float *restrict hidden_b = operands->hidden_b;
  float *restrict features = operands->features;
  const int32_t rows = operands->rows;
  const float *right = hidden_W + j_first;
  long right_step = 500;
  _Alignas(64) float panel[784 * 2 * LANES];
  if (columns < 2 * LANES) {
    for (int k = 0; k < 784; k++) {
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
      left_rows[r] = (ptrdiff_t)i * 784;
    }
    tile_6x2_free(images, left_rows, right, 784, 1, right_step, sums);
    for (int i = i_first; i < least(i_first + 6, i_to); i++) {
      for (int j = j_first; j < j_first + columns; j++) {
        const float sum = sums[(i - i_first) * (2 * LANES) + j - j_first];
        features[(ptrdiff_t)i * 500 + j] = f32_tanh(sum + hidden_b[j]);
      }
    }
  }
}

static void probabilities_features(void *on, int from, int to) {
  const struct probabilities_features_operands *operands = on;
  const int32_t rows = operands->rows;
  for (int unit = from; unit < to; unit++) {
    // What the unit's number stands for: the first of 2 * LANES j, the first of 6 i.
    const int j_first = unit / PIECES(rows, 6) * (2 * LANES);
    const int i_from = unit % PIECES(rows, 6) * 6;
    const int columns = least(500 - j_first, 2 * LANES);
    const int i_to = least(rows, i_from + 6);
    // A full panel is compiled for itself: its number of columns is a constant.
    if (columns == 2 * LANES) probabilities_features_panel(operands, j_first, 2 * LANES, i_from,
        i_to);
    else probabilities_features_panel(operands, j_first, columns, i_from, i_to);
  }
}

/** What probabilities_scores_logits works on. */
struct probabilities_scores_logits_operands {
  const float *features;
  const float *output_W;
  const float *output_b;
  float *scores_logits;
  int32_t rows;
};

/**
 * scores_logits[i,j] = Σ_k features[i,k]·output_W[k,j] + output_b[j]
 *   for i < rows, j < 10, k < 500
 *   in 10 × 1·LANES tiles of i × j, of features in place and output_W in place
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
  const float *restrict features = operands->features;
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
    tile_10x1_free(features, left_rows, right, 500, 1, right_step, sums);
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
int mlp_probabilities(struct mlp *model, const float *images, int32_t rows, float *scores_out) {
  int adjoint_status = adjoint_no_memory;
  const float *hidden_W = model->hidden_W; /* [784, 500] */
  const float *hidden_b = model->hidden_b; /* [500] */
  const float *output_W = model->output_W; /* [500, 10] */
  const float *output_b = model->output_b; /* [10] */
  float *scores_exp = model->scratch_float32; /* [10] of [rows, 10] */
  float *features = adjoint_memory(NULL, (double)rows * 500, sizeof(float)); /* [rows, 500] */
  float *scores_logits = adjoint_memory(NULL, (double)rows * 10, sizeof(float)); /* [rows, 10] */
  if (!features || !scores_logits) goto end;
  adjoint_parallel(model->adjoint_pool, probabilities_features,
      &(struct probabilities_features_operands){images, hidden_W, hidden_b, features, rows},
      PIECES(500, 2 * LANES) * PIECES(rows, 6));
  adjoint_parallel(model->adjoint_pool, probabilities_scores_logits,
      &(struct probabilities_scores_logits_operands){features, output_W, output_b, scores_logits,
      rows}, PIECES(10, LANES) * PIECES(rows, 150));
  probabilities_scores(scores_logits, scores_exp, scores_out, rows);
  adjoint_status = adjoint_done;
end:
  free(features);
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
int mlp_predict(struct mlp *model, const float *images, int32_t rows, int32_t *argmax_out) {
  int adjoint_status = adjoint_no_memory;
  const float *hidden_W = model->hidden_W; /* [784, 500] */
  const float *hidden_b = model->hidden_b; /* [500] */
  const float *output_W = model->output_W; /* [500, 10] */
  const float *output_b = model->output_b; /* [10] */
  float *features = adjoint_memory(NULL, (double)rows * 500, sizeof(float)); /* [rows, 500] */
  float *scores_logits = adjoint_memory(NULL, (double)rows * 10, sizeof(float)); /* [rows, 10] */
  if (!features || !scores_logits) goto end;
  adjoint_parallel(model->adjoint_pool, probabilities_features,
      &(struct probabilities_features_operands){images, hidden_W, hidden_b, features, rows},
      PIECES(500, 2 * LANES) * PIECES(rows, 6));
  adjoint_parallel(model->adjoint_pool, probabilities_scores_logits,
      &(struct probabilities_scores_logits_operands){features, output_W, output_b, scores_logits,
      rows}, PIECES(10, LANES) * PIECES(rows, 150));
  predict_argmax(scores_logits, argmax_out, rows);
  adjoint_status = adjoint_done;
end:
  free(features);
  free(scores_logits);
  return adjoint_status;
}

struct mlp *mlp_create(uint32_t seed, int threads) {
  struct mlp *model = calloc(1, sizeof *model);
  if (!model) return NULL;
  model->hidden_W = adjoint_zeros(392000, sizeof(float));
  model->hidden_b = adjoint_zeros(500, sizeof(float));
  model->output_W = adjoint_zeros(5000, sizeof(float));
  model->output_b = adjoint_zeros(10, sizeof(float));
  model->scratch_float32 = adjoint_zeros(20410, sizeof(float));
  if (!model->hidden_W || !model->hidden_b || !model->output_W || !model->output_b
      || !model->scratch_float32) {
    mlp_free(model);
    return NULL;
  }
  model->adjoint_pool = adjoint_pool_create(threads);
  initial_hidden_W(model, (int32_t)seed);
  return model;
}

void mlp_free(struct mlp *model) {
  if (!model) return;
  adjoint_pool_free(model->adjoint_pool);
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
  return mlp_train(model, *(const int64_t *)in[0], out[0]);
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
  return mlp_validate(model, *(const int64_t *)in[0], out[0]);
}

static int
call_test(void *model, void *const *in, const int32_t *sizes, void *const *out, size_t *lengths) {
  (void)sizes; (void)lengths;
  return mlp_test(model, *(const int64_t *)in[0], out[0]);
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
  return mlp_probabilities(model, in[0], sizes[0], out[0]);
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
  return mlp_predict(model, in[0], sizes[0], out[0]);
}

static const struct adjoint_variable variables[] = {
  {"hidden_W", adjoint_float32, offsetof(struct mlp, hidden_W), 392000},
  {"hidden_b", adjoint_float32, offsetof(struct mlp, hidden_b), 500},
  {"output_W", adjoint_float32, offsetof(struct mlp, output_W), 5000},
  {"output_b", adjoint_float32, offsetof(struct mlp, output_b), 10},
  {"trainX", adjoint_float32, offsetof(struct mlp, trainX), 0},
  {"trainY", adjoint_int32, offsetof(struct mlp, trainY), 0},
  {"validX", adjoint_float32, offsetof(struct mlp, validX), 0},
  {"validY", adjoint_int32, offsetof(struct mlp, validY), 0},
  {"testX", adjoint_float32, offsetof(struct mlp, testX), 0},
  {"testY", adjoint_int32, offsetof(struct mlp, testY), 0},
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
static void *create(uint32_t seed, int threads) { return mlp_create(seed, threads); }
static void destroy(void *model) { mlp_free(model); }

const struct adjoint_model adjoint_mlp = {
  .name = "mlp",
  .variables = 10,
  .variable = variables,
  .functions = 5,
  .function = functions,
  .sizes = 3,
  .size = sizes,
  .sizes_offset = offsetof(struct mlp, trainSamples),
  .create = create,
  .destroy = destroy,
};
