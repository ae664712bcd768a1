/** The generator of random numbers as generated code carries it along. */

import type { Writer } from "../writer.ts";

/** Writes Threefry-2x32-20, by additions, rotations and xors only. */
export function writeRandom(out: Writer): void {
  out.doc([
    "Number `counter` of a random stream at one of its calls, in [0, 1): 24 bits of Threefry-2x32-20",
    "(Salmon et al., 2011) with the key (seed, stream) and the counter (⌊counter / 2⌋, call).",
  ]);
  const parameters = ["seed", "stream", "call", "counter"].map((name) => `${name}: number`);
  out.block(`function random(${parameters.join(", ")}): number {`, () => {
    out.line("const parity = seed ^ stream ^ 0x1bd11bda;");
    out.line("let a = ((counter >>> 1) + seed) | 0;");
    out.line("let b = (call + stream) | 0;");
    out.block("for (let group = 1; group <= 5; group++) {", () => {
      out.line("const odd = group % 2 === 1;");
      for (const [first, second] of [
        [13, 17],
        [15, 29],
        [26, 16],
        [6, 24],
      ]) {
        out.line("a = (a + b) | 0;");
        out.line(
          `b = (odd ? (b << ${first}) | (b >>> ${32 - first}) : (b << ${second}) | (b >>> ${32 - second})) ^ a;`,
        );
      }
      out.line("a = (a + (group % 3 === 0 ? seed : group % 3 === 1 ? stream : parity)) | 0;");
      out.line(
        "b = (b + (group % 3 === 0 ? stream : group % 3 === 1 ? parity : seed) + group) | 0;",
      );
    });
    out.line("return ((counter & 1 ? b : a) >>> 8) / 16777216;");
  });
  out.line();
}
