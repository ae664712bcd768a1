/** Files from outside: safetensors and IDX, whole ones and hostile ones. */

import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { fc, testProp } from "@fast-check/ava";
import type { DType } from "adjoint/runtime";
import {
  decodeIdx,
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  loadDigits,
  loadMnist,
  loadWeights,
  type NamedTensor,
  restore,
  saveWeights,
  snapshot,
} from "adjoint/train";
import test from "ava";
import { createLogistic } from "../../generated/logistic/index.ts";

function file(header: string | Uint8Array, data = new Uint8Array(0), length?: bigint): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const four = new Uint8Array(4);
const entry = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

const attacks: [name: string, bytes: Uint8Array, message: RegExp][] = [
  ["empty", new Uint8Array(0), /shorter than/],
  ["seven bytes", new Uint8Array(7), /shorter than/],
  ["header over the limit", file("{}", four, 200_000_000n), /over the limit/],
  ["header of 2^63 bytes", file("{}", four, 1n << 63n), /over the limit/],
  ["header past the end", file("{}", four, 100n), /should end at byte 108/],
  ["no JSON", file("{a}"), /not JSON/],
  ["not UTF-8", file(new Uint8Array([0x7b, 0xff, 0x7d])), /not JSON in UTF-8/],
  ["a list", file("[]"), /not a JSON object/],
  ["null", file("null"), /not a JSON object/],
  ["leading space", file(" {}"), /not a JSON object/],
  [
    "a name twice",
    file(`{"a":${entry("F32", "[1]", "[0,4]")},"a":${entry("F32", "[1]", "[0,4]")}}`, four),
    /comes twice/,
  ],
  [
    "a name twice, escaped",
    file(`{"a":${entry("F32", "[1]", "[0,4]")},"\\u0061":${entry("F32", "[1]", "[0,4]")}}`, four),
    /comes twice/,
  ],
  [
    "a name twice, far from its colon",
    file(
      `{"a":${entry("F32", "[1]", "[0,4]")},"a"${" ".repeat(60)}:${entry("F32", "[1]", "[0,4]")}}`,
      four,
    ),
    /comes twice/,
  ],
  [
    "a name twice inside",
    file(`{"a":{"dtype":"BOOL","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four),
    /comes twice/,
  ],
  ["lists in lists", file(`{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`), /too deep/],
  ["metadata that is a list", file('{"__metadata__":["a"]}'), /must hold texts/],
  [
    "unknown dtype",
    file(`{"a":${entry("F16", "[2]", "[0,4]")}}`, four),
    /dtype "F16" is not supported/,
  ],
  [
    "dtype from the prototype",
    file(`{"a":${entry("constructor", "[1]", "[0,4]")}}`, four),
    /not supported/,
  ],
  [
    "negative length",
    file(`{"a":${entry("F32", "[-1]", "[0,4]")}}`, four),
    /not a list of lengths/,
  ],
  [
    "fraction in a shape",
    file(`{"a":${entry("F32", "[0.5]", "[0,2]")}}`, four),
    /not a list of lengths/,
  ],
  [
    "overflowing shape",
    file(`{"a":${entry("F32", "[4294967296,4294967296]", "[0,4]")}}`, four),
    /4 bytes for/,
  ],
  ["offsets backwards", file(`{"a":${entry("F32", "[1]", "[4,0]")}}`, four), /two places in order/],
  ["negative offset", file(`{"a":${entry("F32", "[1]", "[-4,0]")}}`, four), /two places in order/],
  [
    "size that does not fit",
    file(`{"a":${entry("F32", "[2]", "[0,4]")}}`, four),
    /4 bytes for float32\[2\]/,
  ],
  ["end past the data", file(`{"a":${entry("F32", "[2]", "[0,8]")}}`, four), /ends at byte 8 of 4/],
  [
    "a hole",
    file(
      `{"a":${entry("U8", "[1]", "[0,1]").replace("U8", "BOOL")},"b":${entry("BOOL", "[1]", "[3,4]")}}`,
      four,
    ),
    /hole of 2 bytes/,
  ],
  [
    "an overlap",
    file(`{"a":${entry("BOOL", "[3]", "[0,3]")},"b":${entry("BOOL", "[2]", "[2,4]")}}`, four),
    /overlaps/,
  ],
  ["bytes behind the end", file(`{"a":${entry("BOOL", "[1]", "[0,1]")}}`, four), /3 bytes behind/],
  ["an entry that is no object", file('{"a":5}', four), /not described by an object/],
  ["metadata that is no text", file('{"__metadata__":{"a":1}}'), /must hold texts/],
];

for (const [name, bytes, message] of attacks) {
  test(`hostile safetensors: ${name}`, (t) => {
    t.throws(() => decodeSafetensors(bytes), { instanceOf: FormatError, message });
  });
}

test("a name such as __proto__ is a name", (t) => {
  const { tensors } = decodeSafetensors(
    file(`{"__proto__":${entry("F32", "[1]", "[0,4]")}}`, four),
  );
  t.deepEqual([...tensors.keys()], ["__proto__"]);
  t.is(({} as Record<string, unknown>).dtype, undefined);
});

const dtypeOf = (data: object): DType =>
  data instanceof Float32Array
    ? "float32"
    : data instanceof Float64Array
      ? "float64"
      : data instanceof Int32Array
        ? "int32"
        : "bool";

testProp(
  "tensors come back as they were",
  [
    fc.dictionary(
      fc
        .oneof(fc.string(), fc.constantFrom("__proto__", "constructor", 'a":{"', "\\"))
        .filter((s) => s !== "__metadata__"),
      fc.oneof(
        fc.float32Array({ maxLength: 20 }),
        fc.float64Array({ maxLength: 20 }),
        fc.int32Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20, max: 1 }),
      ),
      { noNullPrototype: false },
    ),
  ],
  (t, all) => {
    const tensors = new Map(
      Object.entries(all).map(([name, data]) => [
        name,
        { dtype: dtypeOf(data), shape: [data.length], data },
      ]),
    );
    const back = decodeSafetensors(encodeSafetensors(tensors, { model: "m" }));
    const flat = (all: ReadonlyMap<string, NamedTensor>) =>
      [...all].map(([n, x]) => JSON.stringify([n, x.dtype, Array.from(x.data, String)])).sort();
    t.deepEqual(flat(back.tensors), flat(tensors));
    t.is(back.metadata.model, "m");
  },
);

test("tensors that are not what their shape says are not encoded", (t) => {
  const tensor = (shape: number[]): NamedTensor => ({
    dtype: "float32",
    shape,
    data: new Float32Array(2),
  });
  t.throws(() => encodeSafetensors(new Map([["a", tensor([3])]])), {
    instanceOf: FormatError,
    message: /a: 8 bytes for float32\[3\]/,
  });
  t.throws(() => encodeSafetensors(new Map([["__metadata__", tensor([2])]])), {
    instanceOf: FormatError,
  });
});

testProp(
  "broken bytes are refused and never crash",
  [fc.uint8Array({ maxLength: 200 })],
  (t, bytes) => {
    try {
      decodeSafetensors(bytes);
      t.pass();
    } catch (error) {
      t.true(error instanceof FormatError);
    }
  },
);

test("weights are saved, loaded, and refused where they are another model's", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  const a = createLogistic();
  a.W.set(Float32Array.from({ length: 7840 }, (_, i) => i / 100));
  const place = path.join(folder, "w.safetensors");
  saveWeights(place, await snapshot({ W: a.W, b: a.b }));
  t.deepEqual(readdirSync(folder), ["w.safetensors"], "no temporary file is left");
  const b = createLogistic();
  await loadWeights(place, { W: b.W, b: b.b });
  t.deepEqual(b.W.get(), a.W.get());
  await t.throwsAsync(loadWeights(place, { W: b.W }), {
    message: /has b, which the model does not/,
  });
  await t.throwsAsync(loadWeights(place, { W: b.W, b: b.b, c: b.b }), { message: /has no c/ });
  await t.throwsAsync(loadWeights(place, { W: b.b, b: b.b }), {
    message: /W is float32\[784, 10\] in .*, but float32\[10\] in the model/,
  });
  for (const name of ["__proto__", "constructor"]) {
    writeFileSync(place, file(`{"${name}":${entry("F32", "[1]", "[0,4]")}}`, four));
    await t.throwsAsync(loadWeights(place, {}), {
      instanceOf: FormatError,
      message: /which the model/,
    });
  }
  writeFileSync(place, file("[]"));
  await t.throwsAsync(loadWeights(place, { W: b.W }), {
    instanceOf: FormatError,
    message: `${place}: safetensors: the header is not a JSON object`,
  });
});

test("weights are put back all or none, and a failed save leaves nothing behind", async (t) => {
  const { W, b } = createLogistic();
  const tensor = (size: number, shape: number[]): NamedTensor => ({
    dtype: "float32",
    shape,
    data: new Float32Array(size).fill(1),
  });
  const wrong = new Map([
    ["W", tensor(7840, [784, 10])],
    ["b", tensor(9, [9])],
  ]);
  await t.throwsAsync(restore({ W, b }, wrong), { message: /b\.set: expected \[10\]/ });
  t.is(W.get()[0], 0);
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  t.throws(() => saveWeights(folder, new Map([["b", tensor(10, [10])]])));
  t.deepEqual(
    readdirSync(path.dirname(folder)).filter((n) => n.startsWith(`${path.basename(folder)}.`)),
    [],
  );
});

const idx = (magic: number, shape: number[], size: number): Uint8Array => {
  const bytes = new Uint8Array(4 + 4 * shape.length + size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  for (const [i, d] of shape.entries()) view.setUint32(4 + 4 * i, d);
  return bytes;
};

test("IDX files are checked", (t) => {
  t.deepEqual(decodeIdx(idx(0x801, [3], 3), "labels", 1).shape, [3]);
  t.throws(() => decodeIdx(new Uint8Array(2), "labels", 1), {
    message: "labels: 2 bytes are no IDX file",
  });
  t.throws(() => decodeIdx(idx(0x803, [3], 3), "labels", 1), {
    message: /magic number 0x00000803, expected 0x00000801/,
  });
  t.throws(() => decodeIdx(idx(0x801, [4], 3), "labels", 1), {
    message: /11 bytes, expected 12 for \[4\]/,
  });
  t.throws(() => decodeIdx(idx(0x801, [2], 3), "labels", 1), { message: /11 bytes, expected 10/ });
  t.throws(() => decodeIdx(idx(0x803, [1], 0).subarray(0, 6), "images", 3), {
    message: /ends inside its header/,
  });
});

test("a folder without the files, and labels that are no digits", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  t.throws(() => loadMnist(folder), { message: /there is no .*train-images-idx3-ubyte/ });
  writeFileSync(path.join(folder, "train-images-idx3-ubyte"), idx(0x803, [2, 28, 28], 2 * 784));
  writeFileSync(path.join(folder, "train-labels-idx1-ubyte"), idx(0x801, [2], 2));
  t.throws(() => loadMnist(folder), { message: /\[2, 28, 28\], expected \[60000, 28, 28\]/ });
});

test("packed files: what they hold is checked, and broken ones are named", (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  const images = path.join(folder, "train-images-idx3-ubyte.gz");
  const whole = gzipSync(idx(0x803, [1, 28, 28], 784));
  writeFileSync(images, whole);
  writeFileSync(path.join(folder, "train-labels-idx1-ubyte.gz"), gzipSync(idx(0x801, [1], 1)));
  t.throws(() => loadMnist(folder), { message: /\[1, 28, 28\], expected \[60000, 28, 28\]/ });
  for (const broken of [
    whole.subarray(0, 20),
    Buffer.from("no gzip"),
    gzipSync(Buffer.alloc(7e7)),
  ]) {
    writeFileSync(images, broken);
    const error = t.throws(() => loadMnist(folder));
    t.true(error?.message.startsWith(`${images}: `), error?.message);
  }
});

test("MNIST is what it should be", (t) => {
  const { train, valid, test: last } = loadMnist();
  t.deepEqual([train.count, valid.count, last.count], [50_000, 10_000, 10_000]);
  t.deepEqual(Array.from(train.labels.subarray(0, 5)), [5, 0, 4, 1, 9]);
  t.is(Math.max(...train.images.subarray(0, 784)), 255 / 256);
  const digits = loadDigits();
  t.true(digits.train.count % 600 === 0 && digits.valid.count > 0 && digits.test.count > 0);
});
