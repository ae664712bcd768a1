/*
 * Threads for generated C. Work is handed out in units, one at a time, so a core that is taken elsewhere
 * slows only its share; where even that stalls the caller, it works alone for a while. Threads that have
 * nothing to do spin for a moment and then sleep in the kernel.
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
  /* Nanoseconds of recent jobs, and of those the ones that the caller waited at their ends. */
  int64_t busy, stalled;
  /* The caller works alone until then, and for how long the next time. */
  int64_t alone_until, alone_for;
#ifndef __linux__
  pthread_mutex_t mutex;
  pthread_cond_t changed;
#endif
};

/* As the next unit: no job has so many. */
enum { closed = INT32_MAX };
/* Long enough for a job that follows at once, short enough to leave the core to others. */
enum { spins = 2000 };
static const int64_t window = 10 * 1000000, shortest_alone = 50 * 1000000, longest_alone = 1600 * 1000000;

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
  pool->alone_for = shortest_alone;
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

/* Where other threads stalled the caller for a good part of the last while, it goes on alone. */
static void judge(struct adjoint_pool *pool, int64_t start, int64_t waited, int64_t end) {
  pool->busy += end - start;
  pool->stalled += end - waited;
  if (pool->busy < window) return;
  if (4 * pool->stalled > pool->busy) {
    pool->alone_until = end + pool->alone_for;
    if (pool->alone_for < longest_alone) pool->alone_for *= 2;
  } else pool->alone_for = shortest_alone;
  pool->busy = pool->stalled = 0;
}

void adjoint_parallel(struct adjoint_pool *pool, adjoint_work *work, void *on, int units) {
  const int64_t start = pool && units > 1 ? now() : 0;
  if (start == 0 || pool->threads == 1 || start < pool->alone_until) {
    work(on, 0, units);
    return;
  }
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
  const int64_t waited = now();
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
  judge(pool, start, waited, now());
}
