/** From WebAssembly text to bytes, function by function: a change of one kernel changes its bytes only. */

import wabt from "wabt";

/** The bytes of a module in parts, as hexadecimal digits: those of equal code are equal, which compresses. */
export interface Assembled {
  /** All sections before the code. */
  readonly head: string;
  /** Bodies of functions by name, in order. */
  readonly bodies: ReadonlyMap<string, string>;
}

const features = { simd: true, relaxed_simd: true, bulk_memory: true, threads: true } as const;

const sharedMemory = "(memory 1 65536 shared)";

/** The same on memory that threads share. */
export const onSharedMemory = (text: string): string => text.replace("(memory 1)", sharedMemory);

let loading: ReturnType<typeof wabt> | undefined;

/**
 * Assembles a module.
 *
 * @param names of its functions, in order
 */
export async function assemble(text: string, names: readonly string[]): Promise<Assembled> {
  loading ??= wabt();
  const module = (await loading).parseWat("wasm.wat", new TextEncoder().encode(text), features);
  try {
    // The assembler takes shared memory for a mistake.
    if (!text.includes(sharedMemory)) module.validate();
    return partsOf(module.toBinary({}).buffer, names);
  } finally {
    module.destroy();
  }
}

/**
 * For engines without fused multiply-adds: `(f32x4.relaxed_madd a b c)` is a·b + c in two steps, and
 * `(f32x4.relaxed_nmadd a b c)` is c − a·b.
 */
export function withoutFused(text: string): string {
  const found = /\(f32x4\.relaxed_n?madd/.exec(text);
  if (!found) return text;
  let next = found.index + found[0].length;
  const operands: string[] = [];
  for (let n = 0; n < 3; n++) {
    while (/\s/.test(text[next])) next++;
    const start = next;
    let depth = 0;
    do {
      if (text[next] === "(") depth++;
      if (text[next] === ")") depth--;
      next++;
    } while (depth > 0);
    operands.push(withoutFused(text.slice(start, next)));
  }
  const [a, b, c] = operands;
  const product = `(f32x4.mul ${a} ${b})`;
  const steps = found[0].endsWith("nmadd") ? `sub ${c} ${product}` : `add ${product} ${c}`;
  return `${text.slice(0, found.index)}(f32x4.${steps}${withoutFused(text.slice(next))}`;
}

const codeSection = 10;

function partsOf(bytes: Uint8Array, names: readonly string[]): Assembled {
  let at = 8;
  const read = (): number => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
      shift += 7;
    }
  };
  const digits = (from: number, to: number): string =>
    Buffer.from(bytes.subarray(from, to)).toString("hex");
  while (at < bytes.length) {
    const section = at;
    const id = bytes[at++];
    const size = read();
    if (id !== codeSection) {
      at += size;
      continue;
    }
    const end = at + size;
    const count = read();
    if (count !== names.length) throw new Error(`${count} bodies for ${names.length} functions`);
    const bodies = names.map((name) => {
      const start = at;
      const length = read();
      at += length;
      return [name, digits(start, at)] as const;
    });
    if (end !== bytes.length) throw new Error("something follows the code");
    return { head: digits(0, section), bodies: new Map(bodies) };
  }
  throw new Error("no code");
}
