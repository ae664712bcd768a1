/** docs/targets.md: what each target makes of the ops, from their records. */

import { allOps } from "../ops/index.ts";
import type { AnyOp } from "../ops/op.ts";
import { mostCopies } from "../ops/recurrence.ts";
import { scanOp } from "../ops/scan.ts";

const rows = (ops: readonly AnyOp[], why: (op: AnyOp) => string | undefined): string[] =>
  ops.flatMap((op) => {
    const text = why(op);
    return text === undefined ? [] : [`| \`${op.name}\` | ${text} |`];
  });

export function targetPage(): string {
  const ops = [...allOps.values(), scanOp].sort((a, b) => (a.name < b.name ? -1 : 1));
  const instead = rows(ops, ({ onDevice }) =>
    onDevice && "instead" in onDevice ? onDevice.instead : undefined,
  );
  const refused = rows(ops, ({ onDevice }) =>
    onDevice && "refused" in onDevice ? onDevice.refused : undefined,
  );
  return `${[
    "# Targets",
    "",
    `What the targets make of ${ops.length} ops. This page is written from the ops' own records: \`npm run docs\`.`,
    "",
    "`typescript` is the reference: it takes every op, in each dtype that the op has. `native` prints the same loops in C.",
    "",
    "## native",
    "",
    "How a sum of float32 numbers is rounded depends on how it is taken:",
    "",
    "- side by side with others, one a lane, in a register tile – products, convolutions, gradients of biases over the rows of a batch – it is in float32;",
    "- over one loop that runs in lanes, or in few steps, it is in float32, as each lane adds up a short part of it;",
    "- over loops in loops, such as the gradient of a convolution's biases, or term by term, it is in double precision until it is done;",
    "- in units that threads share, the parts of the units are added in double precision and in their order: any number of threads gives the same bits.",
    "",
    "## gpu",
    "",
    "gpu.js runs one kernel for each value, an element a thread. An element can read anything and write only itself, so:",
    "",
    "- a scatter is computed by its result: each element looks for what is written to it, and repeated indices add up;",
    `- an op that is a loop over time is written out, a copy of its kernels for each step, up to ${mostCopies}; more, or a number that is not known at codegen, is refused;`,
    "- integers and truth values are held as floats, exact up to 2²⁴; a product of two int32 values is refused (ADJ5001);",
    "- float64 is computed as float32, infinity is the largest float32, and there are no empty arrays.",
    "",
    "### Computed in another way",
    "",
    "| op | on the device |",
    "| --- | --- |",
    ...instead,
    "",
    "### Refused",
    "",
    "`gpu.ts` is left out, and codegen names the op and the line of the model; with `--target gpu` it stops there with ADJ5001.",
    "",
    "| op | because |",
    "| --- | --- |",
    ...refused,
  ].join("\n")}\n`;
}
