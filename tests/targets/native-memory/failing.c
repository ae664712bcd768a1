/*
 * Calls each function of a model with memory that is refused from one allocation on, then from the next one on …
 * until the call succeeds. A refused call says so and leaves nothing allocated.
 *
 * The model's C and adjoint.c are compiled with malloc, calloc, realloc, aligned_alloc and free as below.
 */
#include "adjoint.h"

#include <stdio.h>

#undef malloc
#undef calloc
#undef realloc
#undef aligned_alloc
#undef free

void *malloc(size_t);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);
void *aligned_alloc(size_t, size_t);
void free(void *);

extern const struct adjoint_model adjoint_m;

/* Allocations that are left before memory is refused, and those that nobody has freed. */
static long left = -1, live = 0;

static bool refused(void) {
  if (left == 0) return true;
  if (left > 0) left--;
  live++;
  return false;
}
void *failing_malloc(size_t size) { return refused() ? NULL : malloc(size); }
void *failing_calloc(size_t n, size_t size) { return refused() ? NULL : calloc(n, size); }
void *failing_aligned_alloc(size_t to, size_t size) {
  return refused() ? NULL : aligned_alloc(to, size);
}
void *failing_realloc(void *old, size_t size) {
  if (refused()) return NULL;
  if (old) live--;
  return realloc(old, size);
}
void counted_free(void *memory) {
  if (memory) live--;
  free(memory);
}

int main(void) {
  enum { n = 5, most = 8 };
  float x[n] = {1, 2, 3, 4, 5};
  int32_t sizes[] = {n};
  for (long allowed = 0;; allowed++) {
    left = allowed;
    void *model = adjoint_m.create(0, 1);
    if (!model && live != 0) return printf("create left %ld\n", live), 1;
    if (!model) continue;
    printf("create: %ld allocations\n", allowed);
    adjoint_m.destroy(model);
    if (live != 0) return printf("destroy left %ld\n", live), 1;
    break;
  }
  left = -1;
  void *model = adjoint_m.create(0, 1);
  const long before = live;
  for (int i = 0; i < adjoint_m.functions; i++) {
    const struct adjoint_function *f = &adjoint_m.function[i];
    for (long allowed = 0;; allowed++) {
      void *in[] = {x};
      float number;
      void *made[most] = {0}, *out[most];
      size_t lengths[most];
      for (int k = 0; k < f->outputs; k++)
        out[k] = f->forms[f->inputs + k] == adjoint_made ? (void *)&made[k] : (void *)&number;
      left = allowed;
      const int status = f->call(model, in, sizes, out, lengths);
      left = -1;
      if (status == adjoint_done) {
        for (int k = 0; k < f->outputs; k++)
          if (made[k]) counted_free(made[k]);
        if (live != before) return printf("%s left %ld\n", f->name, live - before), 1;
        printf("%s: %ld allocations\n", f->name, allowed);
        break;
      }
      if (status != adjoint_no_memory) return printf("%s: status %d\n", f->name, status), 1;
      if (live != before) return printf("%s left %ld\n", f->name, live - before), 1;
    }
  }
  adjoint_m.destroy(model);
  return live != 0;
}
