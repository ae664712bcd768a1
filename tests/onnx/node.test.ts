/**
 * The node tests of ONNX, as Debian's libonnx-testdata ships them: models of one or a few operators with
 * inputs and outputs that no one here wrote. Interpreted and generated; ONNX's own tolerances.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Tensor } from "adjoint";
import test from "ava";
import { AdjointError } from "../../compiler/diagnostics/error.ts";
import { evaluateNodes } from "../../compiler/graph/evaluate.ts";
import type { NDArray } from "../../compiler/graph/ndarray.ts";
import type { Node } from "../../compiler/graph/node.ts";
import { symbol } from "../../compiler/ops/leaf.ts";
import { close, runGenerated } from "../support/compile.ts";
import { type OnnxGraph, readGraph, readModel, readTensor, readTensorFile, Skip } from "./model.ts";
import { operators } from "./operators.ts";
import { Message } from "./protobuf.ts";

const folder = "/usr/share/libonnx-testdata/data/node";

/** Values of a graph's outputs as nodes, from the test data of its inputs. */
function build(
  graph: OnnxGraph,
  inputs: ReadonlyMap<string, NDArray>,
  values: Map<Node, NDArray>,
  outer: ReadonlyMap<string, Node> = new Map(),
): Node[] {
  const env = new Map(outer);
  const bind = (name: string, value: NDArray): void => {
    const node = symbol(value.dtype, value.shape);
    values.set(node, value);
    env.set(name, node);
  };
  for (const initializer of graph.initializers) bind(initializer.text(8), readTensor(initializer));
  for (const [name, value] of inputs) bind(name, value);
  for (const node of graph.nodes) {
    const operator = operators[node.type];
    if (!operator || (node.domain !== "" && node.domain !== "ai.onnx"))
      throw new Skip(`no counterpart of ${node.type}`);
    const x = node.inputs.map((name) => env.get(name) as Node);
    const results = operator({
      node,
      version: graph.version,
      x: x as unknown as number[] as never,
      has: (i) => x[i] !== undefined,
      known: (i) => evaluateNodes([x[i]], values)[0],
      inner: (name) => {
        const inside = node.attributes.get(name)?.graph;
        if (!inside) throw new Skip(`no graph ${name}`);
        const made = build(readGraph(inside, graph.version), new Map(), values, env);
        return made as unknown as Tensor[];
      },
    });
    const list = (Array.isArray(results) ? results : [results]) as unknown as Node[];
    node.outputs.forEach((name, i) => {
      if (name !== "") env.set(name, list[i]);
    });
  }
  return graph.outputs.map((name) => env.get(name) as Node);
}

/** Test data by file name: input_0.pb, input_1.pb … */
function dataOf(path: string, kind: "input" | "output"): Uint8Array[] {
  const names = readdirSync(path).filter((name) => name.startsWith(`${kind}_`));
  return names.map((_, i) => readFileSync(`${path}/${kind}_${i}.pb`));
}

/** Runs one case; the message of what differs, or undefined. @throws Skip */
async function run(name: string): Promise<string | undefined> {
  const graph = readModel(readFileSync(`${folder}/${name}/model.onnx`));
  const unknown = graph.nodes.find((node) => !operators[node.type]);
  if (unknown) throw new Skip(`no counterpart of ${unknown.type}`);
  const sets = readdirSync(`${folder}/${name}`).filter((set) => set.startsWith("test_data_set_"));
  for (const set of sets) {
    const path = `${folder}/${name}/${set}`;
    const inputs = new Map<string, NDArray>();
    dataOf(path, "input").forEach((bytes, i) => {
      inputs.set(graph.inputs[i], readTensorFile(bytes));
    });
    const wanted = dataOf(path, "output").map(readTensorFile);
    const values = new Map<Node, NDArray>();
    const outputs = build(graph, inputs, values);
    const interpreted = evaluateNodes(outputs, values);
    const generated = await runGenerated(outputs, values);
    for (const [i, { shape, data }] of wanted.entries()) {
      if (interpreted[i].shape.join() !== shape.join())
        return `output ${i} is [${interpreted[i].shape}], expected [${shape}]`;
      for (const actual of [Array.from(interpreted[i].data), generated[i]]) {
        if (!close(actual, Array.from(data), 1e-3, 1e-7))
          return `output ${i} is ${actual.slice(0, 20)}, expected ${data.slice(0, 20)}`;
      }
    }
  }
  return undefined;
}

const names = existsSync(folder) ? readdirSync(folder).sort() : [];

if (names.length === 0) {
  test("ONNX node tests are left out: the Debian package libonnx-testdata is not installed", (t) => {
    t.log(`there is no ${folder}; apt-get install libonnx-testdata`);
    t.pass();
  });
} else {
  test(`ONNX node tests (${names.length} cases of libonnx-testdata)`, async (t) => {
    t.timeout(300_000);
    const skipped = new Map<string, string[]>();
    const failed: string[] = [];
    let passed = 0;
    for (const name of names) {
      try {
        const wrong = await run(name);
        if (wrong) failed.push(`${name}: ${wrong}`);
        else passed++;
      } catch (error) {
        if (!(error instanceof Skip)) {
          const what = error instanceof AdjointError ? error.message : (error as Error).stack;
          failed.push(`${name}: ${what}`);
          continue;
        }
        skipped.set(error.message, [...(skipped.get(error.message) ?? []), name]);
      }
    }
    for (const [reason, cases] of [...skipped].sort()) t.log(`skipped ${cases.length}: ${reason}`);
    const left = [...skipped.values()].flat().length;
    t.log(`passed=${passed} skipped=${left} failed=${failed.length}`);
    t.deepEqual(failed, []);
    t.true(passed >= 660);
  });
}

test("the reader of protocol buffers", (t) => {
  // Field 1: 300; field 2: "hi"; field 3: packed 1, −1; field 4: 1.5 as a float.
  const minusOne = [...Array.from({ length: 9 }, () => 0xff), 0x01];
  const bytes = [8, 0xac, 2, 18, 2, 104, 105, 26, 11, 1, ...minusOne, 37, 0, 0, 0xc0, 0x3f];
  const message = new Message(Uint8Array.from(bytes));
  t.is(message.integer(1), 300);
  t.is(message.text(2), "hi");
  t.deepEqual(message.integers(3), [1, -1]);
  t.deepEqual(message.floats(4), [1.5]);
  t.false(message.has(5));
  t.throws(() => new Message(Uint8Array.from([18, 9, 1])), { message: /ends within a field/ });
  t.throws(() => new Message(Uint8Array.from([0x80])), { message: /ends within a number/ });
});
