/** Whether steps of training leave memory behind. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface Growth {
  readonly steps: number;
  /** Bytes of JavaScript's heap, and of what its arrays hold. */
  readonly heap: number;
  /** Bytes of the process. */
  readonly resident: number;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** How much memory steps leave behind, once a tenth of them has warmed up. */
export async function growthOf(step: (n: number) => unknown, steps: number): Promise<Growth> {
  const measured = async (): Promise<{ heap: number; resident: number }> => {
    // Memory of arrays is freed a turn later.
    for (let turn = 0; turn < 3; turn++) {
      collect();
      await new Promise(setImmediate);
    }
    const { heapUsed, arrayBuffers, external, rss } = process.memoryUsage();
    return { heap: heapUsed + Math.max(arrayBuffers, external), resident: rss };
  };
  const warm = Math.ceil(steps / 10);
  for (let n = 0; n < warm; n++) step(n);
  const before = await measured();
  for (let n = 0; n < steps; n++) step(n);
  const after = await measured();
  return {
    steps,
    heap: after.heap - before.heap,
    resident: after.resident - before.resident,
  };
}
