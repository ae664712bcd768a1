/** The writer of ONNX models. */

import test from "ava";
import { Graph, real } from "../../bench/peers/onnx.ts";

type Fields = Map<number, (Uint8Array | number)[]>;

/** Reads a message back by the rules of protobuf: fields by number, in order. */
function decode(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const kind = key & 7;
    const length = kind === 2 ? varint() : kind === 5 ? 4 : 0;
    const value = kind === 0 ? varint() : bytes.subarray(at, at + length);
    at += length;
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

const text = (value: Uint8Array | number | undefined): string =>
  new TextDecoder().decode(value as Uint8Array);
const bytesOf = (fields: Fields, number: number): ArrayBuffer => {
  const [value] = fields.get(number) ?? [];
  return Uint8Array.from(value as Uint8Array).buffer;
};
const inner = (fields: Fields, number: number, index = 0): Fields =>
  decode(fields.get(number)?.[index] as Uint8Array);

test("a graph has its nodes in order, with names, inputs and attributes", (t) => {
  const g = new Graph();
  const x = g.input("x", [600, 784]);
  const y = g.op("Gemm", [x, "W", "b"], { transA: 1, alpha: real(-0.5) });
  g.output(y, "out", [600, 10]);
  const model = decode(g.model());
  t.deepEqual(model.get(1), [8]);
  t.is(inner(model, 8).get(2)?.[0], 17);
  const graph = inner(model, 7);
  const node = inner(graph, 1);
  t.deepEqual(node.get(1)?.map(text), ["x", "W", "b"]);
  t.is(text(node.get(4)?.[0]), "Gemm");
  const transposed = inner(node, 5, 0);
  t.is(text(transposed.get(1)?.[0]), "transA");
  t.deepEqual([transposed.get(3)?.[0], transposed.get(20)?.[0]], [1, 2]);
  const alpha = inner(node, 5, 1);
  t.is(new Float32Array(bytesOf(alpha, 2))[0], -0.5);
  t.is(alpha.get(20)?.[0], 1);
  t.is(text(inner(graph, 1, 1).get(4)?.[0]), "Identity");
  const shape = inner(inner(inner(inner(graph, 11), 2), 1), 2);
  t.deepEqual(
    shape.get(1)?.map((dim) => decode(dim as Uint8Array).get(1)?.[0]),
    [600, 784],
  );
});

test("constants carry their values, negative ones too", (t) => {
  const g = new Graph();
  g.integers(-1, 300);
  g.number(0.25);
  const graph = decode(g.encode());
  const integers = inner(graph, 5, 0);
  t.deepEqual([integers.get(1)?.[0], integers.get(2)?.[0]], [2, 7]);
  t.deepEqual([...new BigInt64Array(bytesOf(integers, 9))], [-1n, 300n]);
  const number = inner(graph, 5, 1);
  t.false(number.has(1));
  t.is(new Float32Array(bytesOf(number, 9))[0], 0.25);
});
