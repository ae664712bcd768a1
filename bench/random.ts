/** Starting values from a seed: a small generator, the same on every machine. */

/** Numbers from 0 to 1, without 1 (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values drawn evenly from −bound to bound. */
export function uniform(shape: readonly number[], bound: number, draw: () => number) {
  const length = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Float32Array.from({ length }, () => bound * (2 * draw() - 1)) };
}

export function zeros(...shape: number[]) {
  return { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}
