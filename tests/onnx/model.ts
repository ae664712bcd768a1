/** The parts of ONNX files that node tests use. Field numbers: onnx.proto of ONNX 1.x. */

import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { DType } from "../../compiler/graph/types.ts";
import { Message } from "./protobuf.ts";

/** Why a case is not run. */
export class Skip extends Error {}

export interface OnnxNode {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Attribute {
  readonly float: number;
  readonly integer: number;
  readonly text: string;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
  readonly tensor: Message | undefined;
  /** A side of a choice, the body of a loop. */
  readonly graph: Message | undefined;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly initializers: readonly Message[];
  /** Version of the standard operators. */
  readonly version: number;
}

export function readModel(bytes: Uint8Array): OnnxGraph {
  const model = new Message(bytes);
  const [graph] = model.messages(7);
  const standard = model.messages(8).find((set) => ["", "ai.onnx"].includes(set.text(1)));
  return readGraph(graph, standard?.integer(2) ?? 0);
}

export function readGraph(graph: Message, version: number): OnnxGraph {
  return {
    nodes: graph.messages(1).map(readNode),
    initializers: graph.messages(5),
    inputs: graph.messages(11).map(nameOfTensor),
    outputs: graph.messages(12).map(nameOfTensor),
    version,
  };
}

function nameOfTensor(value: Message): string {
  const [type] = value.messages(2);
  if (!type?.has(1)) throw new Skip("a sequence or an optional value is no tensor");
  return value.text(1);
}

function readNode(node: Message): OnnxNode {
  return {
    inputs: node.texts(1),
    outputs: node.texts(2),
    type: node.text(4),
    domain: node.text(7),
    attributes: new Map(
      node.messages(5).map((attribute) => [
        attribute.text(1),
        {
          float: attribute.floats(2)[0] ?? 0,
          integer: attribute.integer(3),
          text: attribute.text(4),
          tensor: attribute.messages(5)[0],
          graph: attribute.messages(6)[0],
          floats: attribute.floats(7),
          integers: attribute.integers(8),
        },
      ]),
    ),
  };
}

const names: Readonly<Record<number, string>> = {
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  8: "string",
  10: "float16",
  12: "uint32",
  13: "uint64",
  14: "complex64",
  16: "bfloat16",
};

/** int64 is read as int32, which holds every number of these files. */
export function dtypeOf(code: number): DType {
  const known: Readonly<Record<number, DType>> = {
    1: "float32",
    6: "int32",
    7: "int32",
    9: "bool",
    11: "float64",
  };
  const dtype = known[code];
  if (!dtype) throw new Skip(`${names[code] ?? `element type ${code}`} is not among the dtypes`);
  return dtype;
}

export function readTensor(tensor: Message): NDArray {
  const code = tensor.integer(2);
  const dtype = dtypeOf(code);
  const shape = tensor.integers(1);
  const [raw] = tensor.bytes(9);
  let data: number[];
  if (raw) data = rawNumbers(raw, code);
  else if (code === 1) data = tensor.floats(4);
  else if (code === 11) data = tensor.floats(10, 8);
  else data = tensor.integers(code === 7 ? 7 : 5);
  const size = shape.reduce((n, d) => n * d, 1);
  if (data.length !== size) throw new Error(`${data.length} numbers for [${shape}]`);
  return { dtype, shape, data: Float64Array.from(data) };
}

function rawNumbers(raw: Uint8Array, code: number): number[] {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const size = { 1: 4, 6: 4, 7: 8, 9: 1, 11: 8 }[code] as number;
  return Array.from({ length: raw.byteLength / size }, (_, i) => {
    if (code === 1) return view.getFloat32(4 * i, true);
    if (code === 6) return view.getInt32(4 * i, true);
    if (code === 7) return Number(view.getBigInt64(8 * i, true));
    if (code === 9) return view.getUint8(i);
    return view.getFloat64(8 * i, true);
  });
}

/** The test data of a value: a tensor in a file, whose name is that of the value where it has one. */
export const readTensorFile = (bytes: Uint8Array): NDArray => readTensor(new Message(bytes));
