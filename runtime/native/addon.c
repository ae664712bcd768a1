/*
 * The addon for Node: one model's C behind Node-API. It knows models only by their table (adjoint.h);
 * types and ranges are checked before it is called, by the trainer in TypeScript.
 */
#include "adjoint.h"

#include <node_api.h>
#include <stdatomic.h>
#include <stdio.h>

/* The model is named by the command that compiles this: -DADJOINT_MODEL=adjoint_logistic. */
extern const struct adjoint_model ADJOINT_MODEL;

enum { most_arguments = 1024 };

/* A model's memory, which lives as long as the handle or a view of it; a view may be on another thread. */
struct trainer {
  void *memory;
  _Atomic int references;
  /* The variables' own memory, while others have their places. */
  void **own;
};

/* The address of a variable in the model's memory. */
static void **variable_at(struct trainer *trainer, int index) {
  return (void **)((char *)trainer->memory + ADJOINT_MODEL.variable[index].offset);
}

static void release(napi_env env, void *data, void *hint) {
  (void)env;
  struct trainer *trainer = hint ? hint : data;
  if (atomic_fetch_sub(&trainer->references, 1) > 1) return;
  /* What callers have lent is theirs to free. */
  for (int i = 0; i < ADJOINT_MODEL.variables; i++) *variable_at(trainer, i) = trainer->own[i];
  ADJOINT_MODEL.destroy(trainer->memory);
  free(trainer->own);
  free(trainer);
}

static napi_value fail(napi_env env, const char *what) {
  napi_throw_error(env, NULL, what);
  return NULL;
}

static struct trainer *trainer_of(napi_env env, napi_value handle) {
  void *trainer = NULL;
  return napi_get_value_external(env, handle, &trainer) == napi_ok ? trainer : NULL;
}

/* create(seed, threads) → handle */
static napi_value create(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2], handle;
  uint32_t seed = 0;
  int32_t threads = 1;
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  napi_get_value_uint32(env, args[0], &seed);
  napi_get_value_int32(env, args[1], &threads);
  struct trainer *trainer = malloc(sizeof *trainer);
  void **own = malloc(sizeof *own * ((size_t)ADJOINT_MODEL.variables + 1));
  void *memory = trainer && own ? ADJOINT_MODEL.create(seed, threads) : NULL;
  if (!memory) {
    free(trainer);
    free(own);
    return fail(env, "there is not enough memory for the model");
  }
  trainer->memory = memory;
  trainer->references = 1;
  trainer->own = own;
  for (int i = 0; i < ADJOINT_MODEL.variables; i++) own[i] = *variable_at(trainer, i);
  napi_create_external(env, trainer, release, NULL, &handle);
  return handle;
}

static const size_t element_bytes[] = {4, 8, 4, 4, 1};
static const napi_typedarray_type array_types[] = {
    napi_float32_array, napi_float64_array, napi_int32_array, napi_int32_array, napi_uint8_array};

/* view(handle, variable) → a typed array on the memory that the variable began with */
static napi_value view(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value args[2], buffer, array;
  int32_t index = 0;
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  struct trainer *trainer = trainer_of(env, args[0]);
  napi_get_value_int32(env, args[1], &index);
  if (!trainer || index < 0 || index >= ADJOINT_MODEL.variables) return fail(env, "no such variable");
  const struct adjoint_variable *variable = &ADJOINT_MODEL.variable[index];
  const size_t bytes = variable->length * element_bytes[variable->dtype];
  atomic_fetch_add(&trainer->references, 1);
  if (napi_create_external_arraybuffer(env, trainer->own[index], bytes, release, trainer, &buffer) !=
      napi_ok) {
    atomic_fetch_sub(&trainer->references, 1);
    return fail(env, "this Node cannot share memory with native code");
  }
  napi_create_typedarray(env, array_types[variable->dtype], variable->length, buffer, 0, &array);
  return array;
}

/* bind(handle, variable, typed array): the array is the variable's memory from now on; keep it alive. */
static napi_value bind(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value args[3];
  int32_t index = 0;
  void *data = NULL;
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  struct trainer *trainer = trainer_of(env, args[0]);
  napi_get_value_int32(env, args[1], &index);
  if (!trainer || index < 0 || index >= ADJOINT_MODEL.variables ||
      napi_get_typedarray_info(env, args[2], NULL, NULL, &data, NULL, NULL) != napi_ok)
    return fail(env, "bind takes a handle, a variable and a typed array");
  *variable_at(trainer, index) = data;
  return NULL;
}

/* resize(handle, size, n): the length of data by name */
static napi_value resize(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value args[3];
  int32_t index = 0, n = 0;
  napi_get_cb_info(env, info, &count, args, NULL, NULL);
  struct trainer *trainer = trainer_of(env, args[0]);
  napi_get_value_int32(env, args[1], &index);
  napi_get_value_int32(env, args[2], &n);
  if (!trainer || index < 0 || index >= ADJOINT_MODEL.sizes) return fail(env, "no such size");
  ((int32_t *)((char *)trainer->memory + ADJOINT_MODEL.sizes_offset))[index] = n;
  return NULL;
}

union number {
  float float32;
  double float64;
  int32_t int32;
  int64_t int64;
  bool boolean;
};

static bool read_number(napi_env env, napi_value from, enum adjoint_dtype dtype, union number *to) {
  double value = 0;
  if (dtype == adjoint_bool) return napi_get_value_bool(env, from, &to->boolean) == napi_ok;
  if (napi_get_value_double(env, from, &value) != napi_ok) return false;
  if (dtype == adjoint_float32) to->float32 = (float)value;
  else if (dtype == adjoint_float64) to->float64 = value;
  else if (dtype == adjoint_int32) to->int32 = (int32_t)value;
  else to->int64 = (int64_t)value;
  return true;
}

static napi_value write_number(napi_env env, const union number *from, enum adjoint_dtype dtype) {
  napi_value value;
  if (dtype == adjoint_bool) napi_get_boolean(env, from->boolean, &value);
  else {
    const double number = dtype == adjoint_float32   ? (double)from->float32
                          : dtype == adjoint_float64 ? from->float64
                          : dtype == adjoint_int32   ? (double)from->int32
                                                     : (double)from->int64;
    napi_create_double(env, number, &value);
  }
  return value;
}

/*
 * A new typed array with the elements of memory, which is freed. Its buffer comes from JavaScript, which
 * throws where there is no memory: napi_create_arraybuffer would end the process.
 */
static napi_value take(napi_env env, void *from, size_t length, enum adjoint_dtype dtype) {
  const size_t bytes = length * element_bytes[dtype];
  napi_value global, constructor, size, buffer, array = NULL;
  void *data = NULL;
  if (napi_get_global(env, &global) == napi_ok &&
      napi_get_named_property(env, global, "ArrayBuffer", &constructor) == napi_ok &&
      napi_create_double(env, (double)bytes, &size) == napi_ok &&
      napi_new_instance(env, constructor, 1, &size, &buffer) == napi_ok &&
      napi_get_arraybuffer_info(env, buffer, &data, NULL) == napi_ok) {
    if (length > 0) memcpy(data, from, bytes);
    napi_create_typedarray(env, array_types[dtype], length, buffer, 0, &array);
  }
  free(from);
  return array;
}

/*
 * f(handle, ...inputs, ...sizes, ...arrays for results) → the results that have no array: nothing, one,
 * or a list of them in order.
 */
static napi_value call(napi_env env, napi_callback_info info) {
  size_t count = most_arguments;
  napi_value args[most_arguments];
  void *data = NULL;
  napi_get_cb_info(env, info, &count, args, NULL, &data);
  const struct adjoint_function *f = data;
  union number numbers[most_arguments];
  void *made[most_arguments], *addresses[most_arguments];
  int32_t sizes[most_arguments];
  size_t lengths[most_arguments];
  struct trainer *trainer = trainer_of(env, args[0]);
  if (!trainer) return fail(env, "the first argument is the handle of a trainer");
  size_t next = 1;
  for (int i = 0; i < f->inputs; i++, next++) {
    const bool single = f->forms[i] == adjoint_number;
    const bool read =
        next < count &&
        (single ? read_number(env, args[next], f->dtypes[i], &numbers[i])
                : napi_get_typedarray_info(env, args[next], NULL, NULL, &addresses[i], NULL, NULL) ==
                      napi_ok);
    if (!read) return fail(env, "an input is not of its type");
    if (single) addresses[i] = &numbers[i];
  }
  for (int i = 0; i < f->sizes; i++, next++)
    if (next >= count || napi_get_value_int32(env, args[next], &sizes[i]) != napi_ok)
      return fail(env, "a size is missing");
  int told = 0;
  for (int i = f->inputs; i < f->inputs + f->outputs; i++) {
    if (f->forms[i] == adjoint_array) {
      if (next >= count || napi_get_typedarray_info(env, args[next++], NULL, NULL, &addresses[i],
                                                    NULL, NULL) != napi_ok)
        return fail(env, "memory for a result is missing");
      continue;
    }
    addresses[i] = f->forms[i] == adjoint_number ? (void *)&numbers[i] : (void *)&made[i];
    told++;
  }
  if (f->call(trainer->memory, addresses, sizes, addresses + f->inputs, lengths) != adjoint_done) {
    char what[256];
    snprintf(what, sizeof what, "%s: there is not enough memory for what it computes", f->name);
    return fail(env, what);
  }
  napi_value results = NULL;
  if (told > 1) napi_create_array_with_length(env, (size_t)told, &results);
  uint32_t at = 0;
  for (int i = f->inputs; i < f->inputs + f->outputs; i++) {
    if (f->forms[i] == adjoint_array) continue;
    napi_value value = f->forms[i] == adjoint_number
                           ? write_number(env, &numbers[i], f->dtypes[i])
                           : take(env, made[i], lengths[i - f->inputs], f->dtypes[i]);
    if (told == 1) return value;
    /* Without memory for one result, JavaScript has its error; the others are freed. */
    if (value) napi_set_element(env, results, at++, value);
  }
  return results;
}

static void export_function(napi_env env, napi_value on, const char *name, napi_callback callback,
                            void *data) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &function);
  napi_set_named_property(env, on, name, function);
}

NAPI_MODULE_INIT() {
  export_function(env, exports, "create", create, NULL);
  export_function(env, exports, "view", view, NULL);
  export_function(env, exports, "bind", bind, NULL);
  export_function(env, exports, "resize", resize, NULL);
  napi_value functions, names, name;
  napi_create_object(env, &functions);
  for (int i = 0; i < ADJOINT_MODEL.functions; i++) {
    const struct adjoint_function *f = &ADJOINT_MODEL.function[i];
    if (1 + f->inputs + f->sizes + f->outputs > most_arguments) {
      napi_throw_error(env, NULL, "a function of native code has at most 1,023 arguments, results and sizes");
      return NULL;
    }
    export_function(env, functions, f->name, call, (void *)f);
  }
  napi_set_named_property(env, exports, "functions", functions);
  /* Names in the order of their numbers. */
  napi_create_array(env, &names);
  for (int i = 0; i < ADJOINT_MODEL.variables; i++) {
    napi_create_string_utf8(env, ADJOINT_MODEL.variable[i].name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, (uint32_t)i, name);
  }
  napi_set_named_property(env, exports, "variables", names);
  napi_create_array(env, &names);
  for (int i = 0; i < ADJOINT_MODEL.sizes; i++) {
    napi_create_string_utf8(env, ADJOINT_MODEL.size[i], NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, (uint32_t)i, name);
  }
  napi_set_named_property(env, exports, "sizes", names);
  return exports;
}
