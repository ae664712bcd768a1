/*
 * Jobs of changing size for a pool of threads, one after the other: each unit has to be done once. All are
 * shared, whatever it costs.
 */
#include "adjoint.c"

#include <stdio.h>

enum { most = 64, jobs = 50000 };

struct job {
  _Atomic int done[most];
  int sum[most];
  int number;
};

static void work(void *on, int from, int to) {
  struct job *job = on;
  for (int unit = from; unit < to; unit++) {
    atomic_fetch_add(&job->done[unit], 1);
    job->sum[unit] = job->number + unit;
  }
}

int main(void) {
  for (int threads = 1; threads <= 5; threads++) {
    struct adjoint_pool *pool = adjoint_pool_create(threads);
    uint32_t random = 1;
    for (int number = 0; number < jobs / threads; number++) {
      random = random * 1664525u + 1013904223u;
      const int units = 1 + (int)(random >> 26);
      struct job job = {.number = number};
      if (pool && units > 1) share(pool, work, &job, units);
      else adjoint_parallel(pool, work, &job, units);
      for (int unit = 0; unit < most; unit++) {
        const int done = atomic_load(&job.done[unit]);
        if (done == (unit < units) && (unit >= units || job.sum[unit] == number + unit)) continue;
        printf("%d threads, job %d: unit %d of %d was done %d times\n", threads, number, unit, units,
               done);
        return 1;
      }
    }
    adjoint_pool_free(pool);
  }
  printf("each unit once\n");
  return 0;
}
