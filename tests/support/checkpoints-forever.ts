/** Writes one checkpoint after the other to the file that is its argument, until it is killed. */

import { type Checkpoint, saveCheckpoint } from "adjoint/train";

const [, , file] = process.argv;

for (let n = 1; ; n++) {
  const data = new Float32Array(200_000).fill(n);
  const checkpoint: Checkpoint = {
    run: { model: "m", data: "d", seed: 0, batchSize: 1, patience: 10 },
    target: "typescript",
    finished: false,
    state: {
      iterations: n,
      patience: 10,
      bestValidation: Number.POSITIVE_INFINITY,
      bestIteration: 0,
      testError: Number.POSITIVE_INFINITY,
      costs: n,
      counted: n,
    },
    history: [],
    seconds: 1,
    trainingSeconds: 1,
    variables: new Map([["W", { dtype: "float32", shape: [200_000], data }]]),
    best: undefined,
  };
  saveCheckpoint(file, checkpoint);
  if (n === 1) console.log("ready");
}
