/*
 * Threads for generated C. Work is handed out in units, one at a time, so a core that is taken elsewhere
 * slows only its share. Whether sharing is worth it is measured, for each kind of job by itself, and paid
 * for: time lost with other threads is a debt that work alone has to earn first (see struct kind). Threads
 * that have nothing to do spin for a moment and then sleep in the kernel.
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

/*
 * Whether jobs are shared is a matter of two accounts. What a shared job saves against work alone is put
 * in, what it loses is taken out, a small part of what is worked alone is put in too, and jobs are
 * shared as long as nothing is overdrawn.
 *
 * A pool has one in nanoseconds. It is emptied where another program keeps a core busy: a thread that is
 * stopped amid a unit holds up everything for milliseconds. So all that sharing ever costs is that part
 * of the time. Each kind of job has one in jobs: it tells which are too short, however free the cores are.
 */
struct account {
  double credit;
  bool shared;
  /* Times in a row that it was overdrawn before it was full: each halves what is earned alone. */
  int failures;
};

/* Alone, a job is timed so often before others help with it. */
enum { samples = 7 };

/* Jobs of one function and about as many units. */
struct kind {
  adjoint_work *work;
  /* Binary digits of the number of units. */
  int digits;
  struct account account;
  /* Jobs to be done alone for its pace to be known, and shared ones since it was. */
  int unmeasured, shared;
  /* Nanoseconds a unit alone: what was measured last, and the median that shared jobs are held against. */
  float alone[samples];
  int next;
  float pace;
};

enum { KINDS = 128 };

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
  struct account account;
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
/* Shared jobs after which work alone is measured anew: well below a hundredth of the time. */
enum { until_measured = 1500 };
/* The part of the time worked alone that sharing may cost, and how often it may be halved. */
static const double earned = 1.0 / 32;
enum { most_failures = 2 };
/* Saving less than this part of the time is not worth the other core. */
static const double worthwhile = 0.03;
/* What an account must hold for sharing to begin, and the most that it holds, in nanoseconds and in jobs. */
static const double pool_stake = 1e6, pool_most = 20e6;
static const double kind_stake = 3, kind_most = 10;
/* What a shared job may lose to waking and waiting; one that loses more had a core taken away. */
static const double longest_wait = 200e3, worst_in_jobs = -2;

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
  pool->account = (struct account){pool_stake, true, 0};
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

/* What is known of jobs like this one. */
static struct kind *kind_of(struct adjoint_pool *pool, adjoint_work *work, int units) {
  const int digits = 32 - __builtin_clz((unsigned)units);
  const uint32_t mixed = ((uint32_t)((uintptr_t)work >> 4) ^ (uint32_t)digits << 27) * 0x9e3779b9u;
  struct kind *kind = NULL;
  for (uint32_t i = 0; i < KINDS; i++) {
    kind = &pool->kinds[((mixed >> 25) + i) % KINDS];
    if (kind->work == work && kind->digits == digits) return kind;
    if (!kind->work) break;
  }
  /* The first of its kind; where there is no room, it takes that of another. */
  *kind = (struct kind){.work = work, .digits = digits, .account = {kind_stake, true, 0}};
  return kind;
}

static float median(const float *of) {
  float sorted[samples];
  for (int i = 0; i < samples; i++) {
    int at = i;
    for (; at > 0 && sorted[at - 1] > of[i]; at--) sorted[at] = sorted[at - 1];
    sorted[at] = of[i];
  }
  return sorted[samples / 2];
}

/* Enters what a shared job saved or lost. */
static void enter(struct account *account, double saved, double most) {
  account->credit += saved;
  if (account->credit > most) {
    account->credit = most;
    account->failures = 0;
  } else if (account->credit < 0) {
    if (account->failures < most_failures) account->failures++;
    account->shared = false;
  }
}

/* Enters work that was done alone. */
static void earn(struct account *account, double work, double stake) {
  if (account->shared) return;
  account->credit += work * earned / (1 << account->failures);
  account->shared = account->credit >= stake;
}

/* Notes how long a job took. */
static void note(struct adjoint_pool *pool, struct kind *kind, int units, double time, bool shared) {
  if (kind->pace == 0 && kind->unmeasured == 0) {
    /* The first job touches memory that is new: it says nothing. */
    kind->unmeasured = samples;
    return;
  }
  if (!shared) {
    kind->alone[kind->next] = (float)(time / units);
    kind->next = (kind->next + 1) % samples;
    if (kind->unmeasured > 0 && --kind->unmeasured > 0) return;
    kind->pace = median(kind->alone);
    kind->shared = 0;
    earn(&pool->account, time, pool_stake);
    earn(&kind->account, 1, kind_stake);
    return;
  }
  const double expected = (double)kind->pace * units;
  const double saved = expected * (1 - worthwhile) - time;
  enter(&pool->account, saved, pool_most);
  if (saved > -longest_wait)
    enter(&kind->account, fmax(saved / expected, worst_in_jobs), kind_most);
  if (++kind->shared == until_measured) kind->unmeasured = samples;
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
  const bool shared = kind->unmeasured == 0 && pool->account.shared && kind->account.shared;
  const int64_t start = now();
  if (shared) share(pool, work, on, units);
  else work(on, 0, units);
  note(pool, kind, units, (double)(now() - start), shared);
}
