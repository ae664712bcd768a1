/*
 * Threads for generated C. Work is handed out in units, one at a time, so a core that is taken elsewhere
 * slows only its share. Whether sharing is worth it is measured, for each kind of job by itself: now and
 * then the caller tries for some jobs what seemed slower. Threads that have nothing to do spin for a moment and then sleep
 * in the kernel.
 */
#define _GNU_SOURCE
#include "adjoint.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* Jobs of one function and size: alone or shared for some calls, which are then compared with the other way. */
struct kind {
  adjoint_work *work;
  int units;
  int calls;
  bool shared;
  /* The way is on trial, after so many windows of the other, which are next time `hold`. */
  bool trial;
  int held, hold;
  /* Of the window so far: jobs and nanoseconds. */
  int jobs;
  float time;
  /* Nanoseconds a job of recent windows, alone and shared; 0 where there was none. */
  float pace[2];
};

enum { KINDS = 64 };

struct adjoint_pool {
  int threads;
  pthread_t *workers;
  /* The job: its number in the upper half, the next unit in the lower one. */
  _Atomic uint64_t next;
  /* Changes with every job: what workers sleep on. */
  _Atomic uint32_t jobs;
  _Atomic int sleepers;
  _Atomic int quit;
  _Atomic(adjoint_work *) work;
  _Atomic(void *) on;
  _Atomic int units;
  /* Units that are not finished: what the caller waits for. */
  _Atomic uint32_t unfinished;
  _Atomic int caller_sleeps;
  struct kind kinds[KINDS];
#ifndef __linux__
  pthread_mutex_t mutex;
  pthread_cond_t changed;
#endif
};

/* As the next unit: no job has so many. */
enum { closed = INT32_MAX };
/* Long enough for a job that follows at once, short enough to leave the core to others. */
enum { spins = 2000 };
/*
 * Calls of a kind before it is measured, jobs of a window, jobs after which a trial that is much slower is
 * over, most windows between trials.
 */
enum { warm = 2, window = 16, shortest = 4, longest_hold = 64 };

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void relax(void) {
#if defined __x86_64__
  __builtin_ia32_pause();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

/* Sleeps while *at is `value`. */
static void sleep_on(struct adjoint_pool *pool, _Atomic uint32_t *at, uint32_t value) {
#ifdef __linux__
  (void)pool;
  syscall(SYS_futex, at, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
  pthread_mutex_lock(&pool->mutex);
  while (atomic_load(at) == value) pthread_cond_wait(&pool->changed, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
#endif
}

static void wake(struct adjoint_pool *pool, _Atomic uint32_t *at) {
#ifdef __linux__
  (void)pool;
  syscall(SYS_futex, at, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
#else
  (void)at;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->changed);
  pthread_mutex_unlock(&pool->mutex);
#endif
}

/* Takes units of job number `job` until there are none left. */
static void help(struct adjoint_pool *pool, uint32_t job) {
  for (;;) {
    uint64_t next = atomic_load(&pool->next);
    adjoint_work *work = atomic_load(&pool->work);
    void *on = atomic_load(&pool->on);
    const int units = atomic_load(&pool->units);
    const int unit = (int)(uint32_t)next;
    if ((uint32_t)(next >> 32) != job || unit >= units) return;
    /* What was read above belongs to this job if `next` is still the same: it is closed before another
     * job is written down. */
    if (!atomic_compare_exchange_strong(&pool->next, &next, next + 1)) continue;
    work(on, unit, unit + 1);
    if (atomic_fetch_sub(&pool->unfinished, 1) == 1 && atomic_load(&pool->caller_sleeps))
      wake(pool, &pool->unfinished);
  }
}

static void *worker(void *of) {
  struct adjoint_pool *pool = of;
  uint32_t seen = 0;
  while (!atomic_load(&pool->quit)) {
    uint32_t job = atomic_load(&pool->jobs);
    for (int spin = 0; job == seen && spin < spins; spin++) {
      relax();
      job = atomic_load(&pool->jobs);
    }
    if (job == seen) {
      atomic_fetch_add(&pool->sleepers, 1);
      if (!atomic_load(&pool->quit)) sleep_on(pool, &pool->jobs, seen);
      atomic_fetch_sub(&pool->sleepers, 1);
      continue;
    }
    seen = job;
    help(pool, job);
  }
  return NULL;
}

struct adjoint_pool *adjoint_pool_create(int threads) {
  if (threads <= 1) return NULL;
  struct adjoint_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return NULL;
  pool->workers = calloc((size_t)threads - 1, sizeof *pool->workers);
#ifndef __linux__
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->changed, NULL);
#endif
  /* Tiles and panels lie on the stack. */
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 8u << 20);
  pool->threads = 1;
  while (pool->workers && pool->threads < threads &&
         pthread_create(&pool->workers[pool->threads - 1], &attributes, worker, pool) == 0)
    pool->threads++;
  pthread_attr_destroy(&attributes);
  return pool;
}

void adjoint_pool_free(struct adjoint_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->quit, 1);
  atomic_fetch_add(&pool->jobs, 1);
  wake(pool, &pool->jobs);
  for (int i = 0; i < pool->threads - 1; i++) pthread_join(pool->workers[i], NULL);
#ifndef __linux__
  pthread_mutex_destroy(&pool->mutex);
  pthread_cond_destroy(&pool->changed);
#endif
  free(pool->workers);
  free(pool);
}

/* What is known of jobs like this one; an older kind with the same place in the table is forgotten. */
static struct kind *kind_of(struct adjoint_pool *pool, adjoint_work *work, int units) {
  const uint32_t mixed = ((uint32_t)(uintptr_t)work ^ (uint32_t)units * 0x9e3779b9u) * 0x85ebca6bu;
  struct kind *kind = &pool->kinds[mixed >> 26];
  if (kind->work != work || kind->units != units)
    *kind = (struct kind){.work = work, .units = units, .shared = true, .hold = 1};
  return kind;
}

/* Notes how long a job took; at the end of a window, the next one is done in the better way or on trial. */
static void measure(struct kind *kind, int64_t time) {
  if (kind->calls < warm) {
    kind->calls++;
    return;
  }
  kind->jobs++;
  kind->time += (float)time;
  const float mean = kind->time / (float)kind->jobs;
  const float other = kind->pace[!kind->shared];
  const bool is_over = kind->trial && kind->jobs >= shortest && other > 0 && mean > 1.5f * other;
  if (kind->jobs < window && !is_over) return;
  float *pace = &kind->pace[kind->shared];
  *pace = *pace > 0 ? (*pace + mean) / 2 : mean;
  kind->jobs = 0;
  kind->time = 0;
  if (other > 0 && *pace <= other) {
    if (kind->trial) kind->hold = 1;
    kind->trial = false;
    if (++kind->held < kind->hold) return;
    kind->trial = true;
  } else {
    /* A trial that failed is made less often. */
    if (!kind->trial) kind->hold = 1;
    else if (kind->hold < longest_hold) kind->hold *= 2;
    kind->trial = other == 0;
  }
  kind->held = 0;
  kind->shared = !kind->shared;
}

/* Does a job on all threads. */
static void share(struct adjoint_pool *pool, adjoint_work *work, void *on, int units) {
  const uint32_t job = atomic_load(&pool->jobs) + 1;
  atomic_store(&pool->next, (uint64_t)job << 32 | closed);
  atomic_store(&pool->work, work);
  atomic_store(&pool->on, on);
  atomic_store(&pool->units, units);
  atomic_store(&pool->unfinished, (uint32_t)units);
  atomic_store(&pool->next, (uint64_t)job << 32);
  atomic_store(&pool->jobs, job);
  if (atomic_load(&pool->sleepers) > 0) wake(pool, &pool->jobs);
  help(pool, job);
  for (int spin = 0; atomic_load(&pool->unfinished) > 0; spin++) {
    if (spin < spins) {
      relax();
      continue;
    }
    atomic_store(&pool->caller_sleeps, 1);
    const uint32_t left = atomic_load(&pool->unfinished);
    if (left > 0) sleep_on(pool, &pool->unfinished, left);
    atomic_store(&pool->caller_sleeps, 0);
  }
}

void adjoint_parallel(struct adjoint_pool *pool, adjoint_work *work, void *on, int units) {
  if (!pool || pool->threads == 1 || units <= 1) {
    work(on, 0, units);
    return;
  }
  struct kind *kind = kind_of(pool, work, units);
  const int64_t start = now();
  if (kind->shared) share(pool, work, on, units);
  else work(on, 0, units);
  measure(kind, now() - start);
}
