// Native target: what C programs call. Generated from models/logistic.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/logistic.ts

#ifndef LOGISTIC_NATIVE_H
#define LOGISTIC_NATIVE_H

#include "adjoint.h"

/**
 * Memory of one trainer. Of data, the caller sets the address and how many there are.
 * It may have other memory in place of a variable's own, which it puts back before the trainer is
 *     freed.
 */
struct logistic {
  float *W; /* [784, 10] */
  float *b; /* [10] */
  float *trainX; /* [trainSamples, 784], the caller's */
  int32_t *trainY; /* [trainSamples], the caller's */
  float *validX; /* [validSamples, 784], the caller's */
  int32_t *validY; /* [validSamples], the caller's */
  float *testX; /* [testSamples, 784], the caller's */
  int32_t *testY; /* [testSamples], the caller's */
  float *scratch_float32; /* 12010 elements for temporaries */
  int32_t trainSamples;
  int32_t validSamples;
  int32_t testSamples;
  struct adjoint_pool *adjoint_pool; /* its threads */
};

/**
 * New memory with the initial values; `threads` are those of the kernels. NULL if there is no
 *     memory.
 */
struct logistic *logistic_create(uint32_t seed, int threads);
void logistic_free(struct logistic *model);

/** Takes index: int64; gives cost: float32. */
int logistic_train(struct logistic *model, int64_t index, float *cost_out);

/** Takes index: int64; gives errors: float32. */
int logistic_validate(struct logistic *model, int64_t index, float *errors_out);

/** Takes index: int64; gives errors: float32. */
int logistic_test(struct logistic *model, int64_t index, float *errors_out);

/**
 * Takes images: float32[rows, 784]; gives scores: float32[rows, 10].
 * Returns adjoint_no_memory where there is no memory for what it works on.
 */
int logistic_probabilities(
  struct logistic *model,
  const float *images,
  int32_t rows,
  float *scores_out
);

/**
 * Takes images: float32[rows, 784]; gives argmax: int32[rows].
 * Returns adjoint_no_memory where there is no memory for what it works on.
 */
int logistic_predict(
  struct logistic *model,
  const float *images,
  int32_t rows,
  int32_t *argmax_out
);

/** Shared variables and data by name, for programs that look them up; see adjoint.h. */
extern const struct adjoint_model adjoint_logistic;

#endif
