/**
 * Random numbers on devices that have only floats: Threefry-2x32-20 in 16-bit halves of words, with sums
 * and products below 2²⁴ and shifts as products with powers of two, all of which float32 holds exactly.
 * The bits are those of the reference.
 */

/** A function for kernels: all its parameters are numbers. */
export interface DeviceFunction {
  readonly source: string;
  readonly parameters: readonly string[];
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

const define = (name: string, parameters: readonly string[], body: string): DeviceFunction => ({
  source: `function ${name}(${parameters.join(", ")}) {\n${body}\n}`,
  parameters,
});

/** The last 16 bits of a whole number. */
const last16 = (x: string): string => `${x} - 65536 * Math.floor((${x}) * ${2 ** -16})`;

/** The word `to` += the word `by` + a small number. */
const add = (to: string, by: string, small = 0): string => `
  sum = ${to}Low + ${by}Low + ${small};
  carry = Math.floor(sum * ${2 ** -16});
  ${to}Low = sum - 65536 * carry;
  sum = ${to}High + ${by}High + carry;
  ${to}High = ${last16("sum")};`;

/** One round: a += b, b turned left, b ^= a. */
function round(bits: number): string {
  const [first, second] = bits < 16 ? ["bHigh", "bLow"] : ["bLow", "bHigh"];
  const by = 2 ** (bits % 16);
  return `${add("a", "b")}
  high = random_turn(${first}, ${second}, ${by});
  low = random_turn(${second}, ${first}, ${by});
  bHigh = random_xor(high, aHigh);
  bLow = random_xor(low, aLow);`;
}

/** The key is added after every fourth round. */
const addKey = (group: number): string =>
  add("a", `key${group % 3}`) + add("b", `key${(group + 1) % 3}`, group);

const rounds = Array.from({ length: 20 }, (_, i) =>
  round(rotations[i % 8]).concat(i % 4 === 3 ? addKey((i + 1) / 4) : ""),
).join("");

/** What kernels call: `random`, and `random_below(u, n)`, which is ⌊u·n⌋ for n ≤ 4096. */
export const randomFunctions: readonly DeviceFunction[] = [
  // Exclusive or of 16 bits, bit by bit.
  define(
    "random_xor",
    ["x", "y"],
    `  let a = x;
  let b = y;
  let result = 0;
  let weight = 1;
  for (let i = 0; i < 16; i++) {
    const halfA = Math.floor(a * 0.5);
    const halfB = Math.floor(b * 0.5);
    result = result + weight * Math.abs((a - 2 * halfA) - (b - 2 * halfB));
    a = halfA;
    b = halfB;
    weight = weight + weight;
  }
  return result;`,
  ),
  // The upper half of a word that is shifted left, with what comes in from the lower half.
  define(
    "random_turn",
    ["upper", "lower", "by"],
    `  const shifted = upper * by;
  return ${last16("shifted")} + Math.floor(lower * by * ${2 ** -16});`,
  ),
  define(
    "random",
    ["seedHigh", "seedLow", "streamHigh", "streamLow", "call", "counter"],
    `  const key0High = seedHigh;
  const key0Low = seedLow;
  const key1High = streamHigh;
  const key1Low = streamLow;
  const key2High = random_xor(random_xor(seedHigh, streamHigh), ${0x1bd1});
  const key2Low = random_xor(random_xor(seedLow, streamLow), ${0x1bda});
  const block = Math.floor(counter * 0.5);
  const which = counter - 2 * block;
  let sum = 0;
  let carry = 0;
  let high = 0;
  let low = 0;
  let aHigh = Math.floor(block * ${2 ** -16});
  let aLow = block - 65536 * aHigh;
  let bHigh = Math.floor(call * ${2 ** -16});
  let bLow = call - 65536 * bHigh;${addKey(0)}${rounds}
  high = aHigh + which * (bHigh - aHigh);
  low = aLow + which * (bLow - aLow);
  return high * ${2 ** -16} + Math.floor(low * ${2 ** -8}) * ${2 ** -24};`,
  ),
  define(
    "random_below",
    ["u", "n"],
    `  const bits = u * 16777216;
  const upper = Math.floor(bits * ${2 ** -12});
  const lower = bits - 4096 * upper;
  return Math.floor((upper * n + Math.floor(lower * n * ${2 ** -12})) * ${2 ** -12});`,
  ),
];
