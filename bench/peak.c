/* What this machine can do with one thread: multiply-adds of each vector width that it has, and memory. */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* Twelve sums of vectors of BYTES, which fit in registers and do not wait for each other; the best try, in GFLOP/s. */
#define PEAK(NAME, BYTES)                                                                 \
  typedef float NAME##_vector __attribute__((vector_size(BYTES)));                        \
  static float NAME##_sink;                                                               \
  static double NAME(void) {                                                              \
    enum { sums = 12, steps = 1 << 20 };                                                  \
    double best = 0;                                                                      \
    for (int try = 0; try < 40; try++) {                                                   \
      NAME##_vector a, b, sum[sums];                                                      \
      for (unsigned k = 0; k < BYTES / 4; k++) a[k] = 0.999f, b[k] = 0.001f;              \
      for (int i = 0; i < sums; i++) sum[i] = b * (float)i;                               \
      __asm__ volatile("" : "+m"(a), "+m"(b));                                            \
      double start = now();                                                               \
      for (int step = 0; step < steps; step++) {                                          \
        _Pragma("GCC unroll 12") for (int i = 0; i < sums; i++) sum[i] = sum[i] * a + b;  \
      }                                                                                   \
      double rate = 2.0 * sums * steps * (BYTES / 4) / (now() - start) / 1e9;             \
      for (int i = 0; i < sums; i++) NAME##_sink += sum[i][0];                            \
      if (rate > best) best = rate;                                                       \
    }                                                                                     \
    return best;                                                                          \
  }

PEAK(simd128, 16)
#ifdef __AVX2__
PEAK(avx2, 32)
#endif
#ifdef __AVX512F__
PEAK(avx512, 64)
#endif

/* a = b + s·c of arrays that no cache holds; a is read before it is written. GB/s. */
static double memory(void) {
  const size_t n = 1 << 24;
  float *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b), *c = malloc(n * sizeof *c);
  if (!a || !b || !c) return 0;
  for (size_t i = 0; i < n; i++) a[i] = 0, b[i] = 1, c[i] = 2;
  double best = 0;
  for (int try = 0; try < 8; try++) {
    double start = now();
    for (size_t i = 0; i < n; i++) a[i] = b[i] + 0.5f * c[i];
    __asm__ volatile("" : : "r"(a) : "memory");
    double rate = 4.0 * sizeof *a * n / (now() - start) / 1e9;
    if (rate > best) best = rate;
  }
  free(a), free(b), free(c);
  return best;
}

int main(void) {
  printf("{\"128-bit\":%.1f", simd128());
#ifdef __AVX2__
  printf(",\"AVX2\":%.1f", avx2());
#endif
#ifdef __AVX512F__
  printf(",\"AVX-512\":%.1f", avx512());
#endif
  printf(",\"memory\":%.1f}\n", memory());
  return 0;
}
