#!/usr/bin/env node
/** The program `adjoint`, and `npm run codegen` in this project. */

import { main } from "./command.ts";
import type { Output } from "./output.ts";

const isWatched = Boolean(process.stderr.isTTY) && !process.env.CI;
const clear = "\r\u001b[2K";
let pending = "";

/** Takes the progress line away before a message. */
function settle(): void {
  if (pending !== "") process.stderr.write(clear);
  pending = "";
}

const output: Output = {
  log: (text) => {
    settle();
    console.log(text);
  },
  error: (text) => {
    settle();
    console.error(text);
  },
  ...(isWatched && {
    progress: (text: string) => {
      process.stderr.write(`${clear}${text}`);
      pending = text;
    },
  }),
  colour: isWatched && !process.env.NO_COLOR,
};

// Nobody reads what is said any more, as with `| head`: there is nothing to watch for, and the rest is done quietly.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (process.argv.includes("--watch")) process.exit();
  });

main(process.argv.slice(2), output).then((code) => {
  process.exitCode = code;
  settle();
});
