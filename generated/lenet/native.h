// Native target: what C programs call. Generated from models/lenet.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/lenet.ts

#ifndef LENET_NATIVE_H
#define LENET_NATIVE_H

#include "adjoint.h"

struct lenet;

/**
 * New memory with the initial values; `threads` are those of the kernels. NULL if there is no
 *     memory.
 */
struct lenet *lenet_create(uint32_t seed, int threads);
void lenet_free(struct lenet *model);

/** Takes index: int64[]; gives float32[]. */
void lenet_train(struct lenet *model, int64_t index, float *cost_out);

/** Takes index: int64[]; gives float32[]. */
void lenet_validate(struct lenet *model, int64_t index, float *errors_out);

/** Takes index: int64[]; gives float32[]. */
void lenet_test(struct lenet *model, int64_t index, float *errors_out);

/** Takes images: float32[rows, 784]; gives float32[rows, 10]. */
void lenet_probabilities(struct lenet *model, const float *images, int32_t rows, float *scores_out);

/** Takes images: float32[rows, 784]; gives int32[rows]. */
void lenet_predict(struct lenet *model, const float *images, int32_t rows, int32_t *argmax_out);

/** Shared variables and data by name, for programs that look them up; see adjoint.h. */
extern const struct adjoint_model adjoint_model;

#endif
