// Native target: what C programs call. Generated from models/mlp.ts by Adjoint; do not edit.
// Regenerate: npm run codegen -- models/mlp.ts

#ifndef MLP_NATIVE_H
#define MLP_NATIVE_H

#include "adjoint.h"

struct mlp;

/**
 * New memory with the initial values; `threads` are those of the kernels. NULL if there is no
 *     memory.
 */
struct mlp *mlp_create(uint32_t seed, int threads);
void mlp_free(struct mlp *model);

/** Takes index: int64[]; gives float32[]. */
void mlp_train(struct mlp *model, int64_t index, float *cost_out);

/** Takes index: int64[]; gives float32[]. */
void mlp_validate(struct mlp *model, int64_t index, float *errors_out);

/** Takes index: int64[]; gives float32[]. */
void mlp_test(struct mlp *model, int64_t index, float *errors_out);

/** Takes images: float32[rows, 784]; gives float32[rows, 10]. */
void mlp_probabilities(struct mlp *model, const float *images, int32_t rows, float *scores_out);

/** Takes images: float32[rows, 784]; gives int32[rows]. */
void mlp_predict(struct mlp *model, const float *images, int32_t rows, int32_t *argmax_out);

/** Shared variables and data by name, for programs that look them up; see adjoint.h. */
extern const struct adjoint_model adjoint_model;

#endif
