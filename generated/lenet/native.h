// Native target: what C programs call. Generated from models/lenet.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/lenet.ts

#ifndef LENET_NATIVE_H
#define LENET_NATIVE_H

#include "adjoint.h"

/**
 * Memory of one trainer. Of data, the caller sets the address and how many there are.
 * It may have other memory in place of a variable's own, which it puts back before the trainer is
 *     freed.
 */
struct lenet {
  float *layer0_W; /* [20, 1, 5, 5] */
  float *layer0_b; /* [20] */
  float *layer1_W; /* [50, 20, 5, 5] */
  float *layer1_b; /* [50] */
  float *hidden_W; /* [800, 500] */
  float *hidden_b; /* [500] */
  float *output_W; /* [500, 10] */
  float *output_b; /* [10] */
  float *trainX; /* [trainSamples, 784], the caller's */
  int32_t *trainY; /* [trainSamples], the caller's */
  float *validX; /* [validSamples, 784], the caller's */
  int32_t *validY; /* [validSamples], the caller's */
  float *testX; /* [testSamples, 784], the caller's */
  int32_t *testY; /* [testSamples], the caller's */
  float *scratch_float32; /* 16695026 elements for temporaries */
  int32_t trainSamples;
  int32_t validSamples;
  int32_t testSamples;
  struct adjoint_pool *adjoint_pool; /* its threads */
};

/**
 * New memory with the initial values; `threads` are those of the kernels. NULL if there is no
 *     memory.
 */
struct lenet *lenet_create(uint32_t seed, int threads);
void lenet_free(struct lenet *model);

/** Takes index: int64; gives cost: float32. */
int lenet_train(struct lenet *model, int64_t index, float *cost_out);

/** Takes index: int64; gives errors: float32. */
int lenet_validate(struct lenet *model, int64_t index, float *errors_out);

/** Takes index: int64; gives errors: float32. */
int lenet_test(struct lenet *model, int64_t index, float *errors_out);

/**
 * Takes images: float32[rows, 784]; gives scores: float32[rows, 10].
 * Returns adjoint_no_memory where there is no memory for what it works on.
 */
int lenet_probabilities(struct lenet *model, const float *images, int32_t rows, float *scores_out);

/**
 * Takes images: float32[rows, 784]; gives argmax: int32[rows].
 * Returns adjoint_no_memory where there is no memory for what it works on.
 */
int lenet_predict(struct lenet *model, const float *images, int32_t rows, int32_t *argmax_out);

/** Shared variables and data by name, for programs that look them up; see adjoint.h. */
extern const struct adjoint_model adjoint_lenet;

#endif
