/*
 * Data of more elements than an int counts, of which only the last row has a page of its own: all others
 * are the system's page of zeros.
 *
 * gather(at) → data[at]; product(W) → data·W, for data[rows, 784], at[2], W[784, 3]
 */
#define _GNU_SOURCE
#include "native.h"

#include <stdio.h>
#include <sys/mman.h>

enum { rows = 2800000, columns = 784 };

int main(void) {
  struct m *model = m_create(0, 1);
  const size_t bytes = sizeof(float) * rows * columns;
  float *data = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (!model || data == MAP_FAILED) return printf("no memory\n"), 0;
  for (int i = 0; i < columns; i++) data[(size_t)(rows - 1) * columns + i] = (float)i;
  model->x = data;
  model->samples = rows;
  const int32_t at[2] = {rows - 1, 1};
  static float two[2 * columns], W[columns * 3];
  m_gather(model, at, two);
  for (int i = 0; i < columns; i++)
    if (two[i] != (float)i || two[columns + i] != 0)
      return printf("gather, column %d: %g and %g\n", i, two[i], two[columns + i]), 1;
  for (int i = 0; i < 3; i++) W[(columns - 1) * 3 + i] = (float)(i + 1);
  float *products = malloc(sizeof(float) * rows * 3);
  if (!products) return printf("no memory\n"), 0;
  m_product(model, W, products);
  for (int i = 0; i < 3; i++) {
    const float last = products[(size_t)(rows - 1) * 3 + i], first = products[i];
    if (last != 783.0f * (float)(i + 1) || first != 0)
      return printf("product, column %d: %g and %g\n", i, first, last), 1;
  }
  printf("right\n");
  return 0;
}
