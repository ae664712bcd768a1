/*
 * What C that Adjoint generates needs: vectors, functions of float32 numbers, random numbers, work in
 * chunks. C11 with vector extensions (gcc, clang). Compile with -fno-math-errno -fno-trapping-math, and
 * with -O3 for the processor at hand: -march=x86-64-v4, -march=x86-64-v3, -march=native.
 */
#ifndef ADJOINT_H
#define ADJOINT_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ── Vectors of float32 ─────────────────────────────────────────────────────────────────────── */

/* Elements of a vector register. */
#if defined __AVX512F__
#define LANES 16
#elif defined __AVX__
#define LANES 8
#else
#define LANES 4
#endif

/* Pieces of a size that n make, the last of which may not be full. */
#define PIECES(n, size) (((n) + (size) - 1) / (size))
/* Elements of whole vectors that hold n. */
#define WHOLE(n) (PIECES(n, LANES) * LANES)

typedef float f32v __attribute__((vector_size(4 * LANES)));
/* The same at any address that a float may have. */
typedef float f32v_at __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static inline f32v f32v_load(const float *from) { return *(const f32v_at *)from; }
static inline void f32v_store(float *to, f32v v) { *(f32v_at *)to = v; }
typedef float f32x8_at __attribute__((vector_size(32), aligned(4), may_alias));
/* Groups of 8 that hold n. */
#define WHOLE_GROUPS(n) PIECES(n, 8)
/* A vector of columns that lie in groups of 8, wherever those begin. */
static inline f32v f32v_load_groups(const float *from, const long *groups, int vector) {
#if LANES == 16
  const f32x8_at low = *(const f32x8_at *)(from + groups[2 * vector]);
  const f32x8_at high = *(const f32x8_at *)(from + groups[2 * vector + 1]);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#elif LANES == 8
  return f32v_load(from + groups[vector]);
#else
  return f32v_load(from + groups[vector / 2] + vector % 2 * 4);
#endif
}
/* x in every lane: subtracting 0 changes no number, not even -0. */
static inline f32v f32v_splat(float x) { return x - (f32v){0}; }

#define always_inline inline __attribute__((always_inline, unused))
#define never_inline __attribute__((noinline))

static inline int least(int a, int b) { return a < b ? a : b; }

/* ── Functions of float32 ───────────────────────────────────────────────────────────────────── */
/* Without branches, so that loops over them become vectors. Errors are at most 2 units in the last place. */

static inline int32_t f32_bits(float x) {
  int32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}
static inline float f32_of_bits(int32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}

/* The nearest whole number, for |x| < 2^22: adding 1.5·2^23 leaves no room for a fraction. */
static inline float f32_round_small(float x) {
  const float shift = 12582912.0f;
  return (x + shift) - shift;
}

/* e^r − 1 for |r| ≤ ln 2 / 2: r + r²·P(r) (Cephes, expf). */
static inline float f32_expm1_near_0(float r) {
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return p * (r * r) + r;
}

/* e^x = 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2. */
static inline float f32_exp(float x) {
  /* Beyond these the result is 0 or infinite; NaN passes through both comparisons. */
  const float low = x < -104.0f ? -104.0f : x;
  const float at = low > 89.0f ? 89.0f : low;
  const float n = f32_round_small(at * 1.44269504f);
  /* ln 2 in two parts, so that n · the first is exact. */
  const float r = (at - n * 0.693359375f) + n * 2.12194440e-4f;
  /* 2^n in two factors: n alone may be beyond the exponents of float32. */
  const int32_t whole = (int32_t)(n == n ? n : 0.0f);
  const int32_t half = whole >> 1;
  const float scale = f32_of_bits((half + 127) << 23);
  const float rest = f32_of_bits((whole - half + 127) << 23);
  return (f32_expm1_near_0(r) + 1.0f) * scale * rest;
}

/* e^x − 1 = 2^n·(e^r − 1) + (2^n − 1), which loses no digits near 0. */
static inline float f32_expm1(float x) {
  const float low = x < -20.0f ? -20.0f : x;
  const float at = low > 89.0f ? 89.0f : low;
  const float n = f32_round_small(at * 1.44269504f);
  const float r = (at - n * 0.693359375f) + n * 2.12194440e-4f;
  const int32_t whole = (int32_t)(n == n ? n : 0.0f);
  /* Half of 2^n, for 2^128 is beyond float32. */
  const float half = f32_of_bits((whole + 126) << 23);
  const float near = f32_expm1_near_0(r);
  return whole == 0 ? near : 2.0f * (near * half + (half - 0.5f));
}

/* log(1 + f) for 1 + f in [√½, √2]: f − f²/2 + f³·P(f) (Cephes, logf). */
static inline float f32_log_near_1(float f) {
  float p = 7.0376836292e-2f;
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  return p * f * f * f;
}

/* log(x + extra) where extra is what rounding took from x: log m + e·ln 2 for x = m·2^e. */
static inline float f32_log_sum(float x, float extra) {
  const bool tiny = x < 1.17549435e-38f;
  const float scaled = tiny ? x * 8388608.0f : x;
  /* The exponent that leaves m in [√½, √2). */
  const int32_t bits = (int32_t)((uint32_t)f32_bits(scaled) - 0x3f3504f3u);
  const int32_t e = bits >> 23;
  const float m = f32_of_bits((bits & 0x007fffff) + 0x3f3504f3);
  const float f = m - 1.0f;
  const float n = (float)(e - (tiny ? 23 : 0));
  const float tail = f32_log_near_1(f) + n * -2.12194440e-4f - 0.5f * f * f + extra / x;
  const float finite = n * 0.693359375f + (f + tail);
  const float positive = x == INFINITY ? INFINITY : finite;
  const float other = x == 0.0f ? -INFINITY : NAN;
  return x > 0.0f ? positive : other;
}
static inline float f32_log(float x) { return f32_log_sum(x, 0.0f); }

/* log(1 + x): what 1 + x loses of x is put back. */
static inline float f32_log1p(float x) {
  const float sum = 1.0f + x;
  const float lost = sum - 1.0f == x || sum == INFINITY ? 0.0f : x - (sum - 1.0f);
  const float far = f32_log_sum(sum, lost);
  return x == 0.0f ? x : far;
}

/* tanh x = x + x³·P(x²) near 0 (Cephes, tanhf), (1 − e^(−2|x|)) / (1 + e^(−2|x|)) elsewhere. */
static inline float f32_tanh(float x) {
  const float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  const float near = p * s * x + x;
  const float size = fabsf(x);
  const float e = f32_exp(-2.0f * size);
  const float far = copysignf((1.0f - e) / (1.0f + e), x);
  return size < 0.625f ? near : far;
}

/* ── Numbers as JavaScript and NumPy have them ──────────────────────────────────────────────── */

/* The larger, the smaller; NaN if either is NaN. Two choices, for compilers make no vectors of a || b. */
#define choose_number(type, name, better)             \
  static inline type name(type a, type b) {           \
    const type one = a better b ? a : b;              \
    return a != a ? a : one;                          \
  }
choose_number(float, f32_max, >)
choose_number(float, f32_min, <)
choose_number(double, f64_max, >)
choose_number(double, f64_min, <)
#undef choose_number

static inline int64_t i64_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t i64_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int32_t i32_max(int32_t a, int32_t b) { return a > b ? a : b; }
static inline int32_t i32_min(int32_t a, int32_t b) { return a < b ? a : b; }

static inline float f32_sign(float x) { return x > 0 ? 1.0f : x < 0 ? -1.0f : x; }
static inline double f64_sign(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }
static inline int32_t i32_sign(int32_t x) { return (x > 0) - (x < 0); }
static inline int64_t i64_sign(int64_t x) { return (x > 0) - (x < 0); }
static inline int64_t i64_abs(int64_t x) { return x < 0 ? -x : x; }
/* Integers wrap around. */
static inline int32_t i32_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
static inline int32_t i32_sub(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }
static inline int32_t i32_mul(int32_t a, int32_t b) { return (int32_t)((uint32_t)a * (uint32_t)b); }
static inline int32_t i32_neg(int32_t a) { return (int32_t)(0u - (uint32_t)a); }
static inline int32_t i32_abs(int32_t x) { return x < 0 ? (int32_t)(0u - (uint32_t)x) : x; }

/* As in JavaScript: no power of ±1 is known for an exponent without end, and none at all for NaN. */
static inline float f32_pow(float x, float y) {
  return y != y || (fabsf(x) == 1.0f && isinf(y)) ? NAN : powf(x, y);
}
static inline double f64_pow(double x, double y) {
  return y != y || (fabs(x) == 1.0 && isinf(y)) ? (double)NAN : pow(x, y);
}

/* The remainder that has the sign of b. */
static inline float f32_mod(float a, float b) { return fmodf(fmodf(a, b) + b, b); }
static inline double f64_mod(double a, double b) { return fmod(fmod(a, b) + b, b); }
/* Floor division and its remainder; by 0 both are 0. */
static inline int64_t i64_div(int64_t a, int64_t b) {
  if (b == 0) return 0;
  const int64_t q = a / b;
  return q - (a % b != 0 && (a % b < 0) != (b < 0));
}
static inline int64_t i64_mod(int64_t a, int64_t b) { return b == 0 ? 0 : a - b * i64_div(a, b); }
static inline int32_t i32_div(int32_t a, int32_t b) { return (int32_t)i64_div(a, b); }
static inline int32_t i32_mod(int32_t a, int32_t b) { return (int32_t)i64_mod(a, b); }

/* A float without its fraction as a whole number of 32 bits, which wraps around; 0 for what is none. */
static inline int32_t i32_of_f64(double x) {
  if (!(x > -9223372036854775808.0 && x < 9223372036854775808.0)) return 0;
  return (int32_t)(uint32_t)(uint64_t)(int64_t)x;
}
static inline int32_t i32_pow(int32_t x, int32_t y) { return i32_of_f64(f64_pow(x, y)); }
static inline int64_t i64_of_f64(double x) {
  return x > -9223372036854775808.0 && x < 9223372036854775808.0 ? (int64_t)x : 0;
}

/*
 * Compilers make one instruction, with one rounding, of a product and a sum: gcc in all of a function unless
 * it has this attribute, clang inside of an expression, which the call of a function ends.
 */
#if defined __GNUC__ && !defined __clang__
#define rounds_each __attribute__((optimize("fp-contract=off")))
#else
#define rounds_each
#endif

/* x, rounded before anything is added to it: in a function that rounds_each. */
static inline float f32_rounded(float x) { return x; }
static inline double f64_rounded(double x) { return x; }

/* The same in any function: the compiler does not see where x is from. Loops with it are no vectors. */
#if defined __x86_64__
#define HIDDEN_IN "+x"
#elif defined __aarch64__
#define HIDDEN_IN "+w"
#else
#define HIDDEN_IN "+m"
#endif
static inline float f32_hidden(float x) {
  __asm__("" : HIDDEN_IN(x));
  return x;
}
static inline double f64_hidden(double x) {
  __asm__("" : HIDDEN_IN(x));
  return x;
}

/* ── Random numbers ─────────────────────────────────────────────────────────────────────────── */

static inline uint32_t u32_rotated(uint32_t x, int by) { return x << by | x >> (32 - by); }

/*
 * Number `counter` of a random stream at one of its calls, in [0, 1): 24 bits of Threefry-2x32-20 (Salmon
 * et al., 2011) with the key (seed, stream) and the counter (counter / 2, call).
 */
static inline float random_number(uint32_t seed, uint32_t stream, uint32_t at_call,
                                  uint32_t counter) {
  const uint32_t keys[3] = {seed, stream, seed ^ stream ^ 0x1bd11bdau};
  static const int rotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  uint32_t a = (counter >> 1) + seed;
  uint32_t b = at_call + stream;
  for (uint32_t group = 1; group <= 5; group++) {
    for (int round = 0; round < 4; round++) {
      a += b;
      b = u32_rotated(b, rotations[(group + 1) % 2][round]) ^ a;
    }
    a += keys[group % 3];
    b += keys[(group + 1) % 3] + group;
  }
  return (float)((counter & 1 ? b : a) >> 8) / 16777216.0f;
}

/* ── Memory ─────────────────────────────────────────────────────────────────────────────────── */

/* Bytes behind every array: vectors may reach beyond its end; what they find there is thrown away. */
#define ADJOINT_ROOM (8 * 64)

/* Zeros that begin where a cache line does; NULL if there is no memory. Free them with free(). */
static inline void *adjoint_zeros(size_t length, size_t bytes) {
  const size_t size = (length * bytes + ADJOINT_ROOM + 63) / 64 * 64;
  void *memory = aligned_alloc(64, size);
  return memory ? memset(memory, 0, size) : NULL;
}

/*
 * Memory for a value whose size a call finds out, in place of `old`, which is freed; NULL if there is
 * none. Elements are counted in double precision: no product of sizes wraps around.
 */
static inline void *adjoint_memory(void *old, double elements, size_t bytes) {
  const double size = elements * (double)bytes + ADJOINT_ROOM;
  void *memory = size < (double)(SIZE_MAX / 2) ? realloc(old, (size_t)size) : NULL;
  if (!memory) free(old);
  return memory;
}

/* ── Work in chunks ─────────────────────────────────────────────────────────────────────────── */

struct adjoint_pool;

/* Does units `from` to `to` (exclusive) of some work. */
typedef void adjoint_work(void *on, int from, int to);

/* A pool of `threads` threads, the caller's own included; NULL for 1. adjoint.c has them. */
struct adjoint_pool *adjoint_pool_create(int threads);
void adjoint_pool_free(struct adjoint_pool *pool);

/* Does all units, on the threads of the pool; each unit is done by one thread, whichever is free. */
void adjoint_parallel(struct adjoint_pool *pool, adjoint_work *work, void *on, int units);

/* What units made of a sum, taken together in their order: the same bits on any number of threads. */
static inline double adjoint_sum(const double *parts, int units) {
  double sum = 0.0;
  for (int unit = 0; unit < units; unit++) sum += parts[unit];
  return sum;
}

/* ── What a program can ask of a model ──────────────────────────────────────────────────────── */

/*
 * What functions of a model return. Where there is no memory for a call, it stops: its results and what
 * it updates are then of no use, and nothing is left allocated.
 */
enum adjoint_status { adjoint_done = 0, adjoint_no_memory = 1 };

enum adjoint_dtype { adjoint_float32, adjoint_float64, adjoint_int32, adjoint_int64, adjoint_bool };

/* A shared variable: where its address lies in the model's memory, and how long it is. */
struct adjoint_variable {
  const char *name;
  enum adjoint_dtype dtype;
  size_t offset;
  /* Elements; of data 0, until the caller fills it. */
  size_t length;
};

/* What stands for an input or a result: a number, an array of the caller, an array that the call makes. */
enum adjoint_form { adjoint_number, adjoint_array, adjoint_made };

/*
 * A function: takes addresses of its inputs, then of its outputs; sizes of inputs in between. Of what it
 * makes, the output is where the address is put, which the caller frees, and `lengths` the elements.
 * Returns a status.
 */
struct adjoint_function {
  const char *name;
  int inputs;
  int outputs;
  int sizes;
  /* For each input and output: its dtype, and what stands for it. */
  const enum adjoint_dtype *dtypes;
  const enum adjoint_form *forms;
  int (*call)(void *model, void *const *inputs, const int32_t *sizes, void *const *outputs,
              size_t *lengths);
};

struct adjoint_model {
  const char *name;
  int variables;
  const struct adjoint_variable *variable;
  int functions;
  const struct adjoint_function *function;
  /* Named sizes of data, in the model's memory. */
  int sizes;
  const char *const *size;
  size_t sizes_offset;
  void *(*create)(uint32_t seed, int threads);
  void (*destroy)(void *model);
};

#endif
