/**
 * Threefry-2x32-20 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011):
 * a counter-based generator of additions, rotations and xors, so it has the same bits everywhere.
 */

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** The two output words for a key and a counter, as unsigned 32-bit integers. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const schedule = [key[0] | 0, key[1] | 0, key[0] ^ key[1] ^ parity];
  let a = (counter[0] + schedule[0]) | 0;
  let b = (counter[1] + schedule[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const r = rotations[round % 8];
    a = (a + b) | 0;
    b = ((b << r) | (b >>> (32 - r))) ^ a;
    if (round % 4 === 3) {
      const s = (round + 1) / 4;
      a = (a + schedule[s % 3]) | 0;
      b = (b + schedule[(s + 1) % 3] + s) | 0;
    }
  }
  return [a >>> 0, b >>> 0];
}

/**
 * Number `counter` of a stream at one of its calls, in [0, 1): 24 bits, which float32 holds exactly. The
 * key is (seed, stream), the counter (⌊counter / 2⌋, call); a block makes two numbers.
 */
export function randomAt(seed: number, stream: number, call: number, counter: number): number {
  const words = threefry2x32([seed, stream], [counter >>> 1, call]);
  return (words[counter & 1] >>> 8) / 16777216;
}
