// Native target: what C programs call. Generated from models/logistic.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/logistic.ts

#ifndef LOGISTIC_NATIVE_H
#define LOGISTIC_NATIVE_H

#include "adjoint.h"

struct logistic;

/**
 * New memory with the initial values; `threads` are those of the kernels. NULL if there is no
 *     memory.
 */
struct logistic *logistic_create(uint32_t seed, int threads);
void logistic_free(struct logistic *model);

/** Takes index: int64[]; gives float32[]. */
void logistic_train(struct logistic *model, int64_t index, float *cost_out);

/** Takes index: int64[]; gives float32[]. */
void logistic_validate(struct logistic *model, int64_t index, float *errors_out);

/** Takes index: int64[]; gives float32[]. */
void logistic_test(struct logistic *model, int64_t index, float *errors_out);

/** Takes images: float32[rows, 784]; gives float32[rows, 10]. */
void logistic_probabilities(
  struct logistic *model,
  const float *images,
  int32_t rows,
  float *scores_out
);

/** Takes images: float32[rows, 784]; gives int32[rows]. */
void logistic_predict(
  struct logistic *model,
  const float *images,
  int32_t rows,
  int32_t *argmax_out
);

/** Shared variables and data by name, for programs that look them up; see adjoint.h. */
extern const struct adjoint_model adjoint_model;

#endif
