/*
 * Runs the functions of a model on values from a file and compares what they give: what sanitizers watch.
 * Every array is a block of memory of its own, exactly as long as it is said to be.
 *
 *   sanitize FILE [THREADS]
 *
 * For each function: inputs (elements, then each as in memory), sizes, results (elements, then each as a
 * double). In front of all: the tolerances.
 */
#include "adjoint.h"

#include <stdio.h>

extern const struct adjoint_model adjoint_m;

enum { most = 256 };
static const size_t element_bytes[] = {4, 8, 4, 4, 1};
static const size_t number_bytes[] = {4, 8, 4, 8, sizeof(bool)};
static FILE *file;
static double relative, absolute;

static void take(void *to, size_t bytes) {
  if (fread(to, 1, bytes, file) == bytes) return;
  fprintf(stderr, "sanitize: the file ends early\n");
  exit(2);
}

static uint64_t take_length(void) {
  uint64_t length;
  take(&length, sizeof length);
  return length;
}

static double element_of(const void *array, size_t i, enum adjoint_dtype dtype, bool single) {
  switch (dtype) {
    case adjoint_float32: return ((const float *)array)[i];
    case adjoint_float64: return ((const double *)array)[i];
    case adjoint_int32: return ((const int32_t *)array)[i];
    case adjoint_int64:
      return single ? (double)((const int64_t *)array)[i] : ((const int32_t *)array)[i];
    default: return single ? ((const bool *)array)[i] : ((const uint8_t *)array)[i];
  }
}

static bool agree(double a, double b) {
  return a == b || (a != a && b != b) ||
         fabs(a - b) <= absolute + relative * fmax(fabs(a), fabs(b));
}

/* The number of elements that are wrong. */
static int check(const struct adjoint_function *f, void *memory) {
  void *in[most], *out[most], *made[most];
  int32_t sizes[most];
  size_t lengths[most];
  double *expected[most];
  size_t counts[most];
  for (int i = 0; i < f->inputs; i++) {
    const bool single = f->forms[i] == adjoint_number;
    const size_t bytes = take_length() * (single ? number_bytes : element_bytes)[f->dtypes[i]];
    take(in[i] = malloc(bytes), bytes);
  }
  for (int i = 0; i < f->sizes; i++) take(&sizes[i], sizeof sizes[i]);
  for (int i = 0; i < f->outputs; i++) {
    const int k = f->inputs + i;
    counts[i] = take_length();
    take(expected[i] = malloc(sizeof(double) * counts[i]), sizeof(double) * counts[i]);
    const size_t bytes = (f->forms[k] == adjoint_number ? number_bytes : element_bytes)[f->dtypes[k]];
    out[i] = f->forms[k] == adjoint_made ? (void *)&made[i] : malloc(counts[i] * bytes);
  }
  if (f->call(memory, in, sizes, out, lengths) != adjoint_done) {
    fprintf(stderr, "%s: no memory\n", f->name);
    exit(2);
  }
  int wrong = 0;
  for (int i = 0; i < f->outputs; i++) {
    const int k = f->inputs + i;
    void *array = f->forms[k] == adjoint_made ? made[i] : out[i];
    if (f->forms[k] == adjoint_made && lengths[i] != counts[i]) wrong++;
    for (size_t n = 0; n < counts[i]; n++) {
      const double value = element_of(array, n, f->dtypes[k], f->forms[k] == adjoint_number);
      if (agree(value, expected[i][n])) continue;
      if (wrong++ == 0)
        fprintf(stderr, "%s: result %d, element %zu is %g, expected %g\n", f->name, i, n, value,
                expected[i][n]);
    }
    free(array);
    free(expected[i]);
  }
  for (int i = 0; i < f->inputs; i++) free(in[i]);
  return wrong;
}

int main(int count, char **arguments) {
  file = count > 1 ? fopen(arguments[1], "rb") : NULL;
  if (!file) return 2;
  void *memory = adjoint_m.create(0, count > 2 ? atoi(arguments[2]) : 1);
  if (!memory) return 2;
  take(&relative, sizeof relative);
  take(&absolute, sizeof absolute);
  int wrong = 0;
  for (int i = 0; i < adjoint_m.functions; i++) wrong += check(&adjoint_m.function[i], memory) > 0;
  adjoint_m.destroy(memory);
  fclose(file);
  printf("%d functions, %d of them wrong\n", adjoint_m.functions, wrong);
  return wrong > 0;
}
