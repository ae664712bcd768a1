/** Statistics of samples, each as a number that is about standard normal when the sample is what it should be. */

export const mean = (x: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i];
  return total / x.length;
};

/** Σ (x − m)ᵏ / n around a given centre. */
export const moment = (x: ArrayLike<number>, k: number, centre = 0): number => {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += (x[i] - centre) ** k;
  return total / x.length;
};

/** How far the mean is from what it should be, in standard errors. */
export const meanScore = (x: ArrayLike<number>, expected: number, deviation: number): number =>
  (mean(x) - expected) / (deviation / Math.sqrt(x.length));

/** √n · sup |F(x) − Fₙ(x)| (Kolmogorov and Smirnov): above 1.95 with a probability of 0.001. */
export function kolmogorov(x: ArrayLike<number>, F: (x: number) => number): number {
  const sorted = Float64Array.from(x).sort();
  const n = sorted.length;
  let most = 0;
  for (let i = 0; i < n; i++) {
    const f = F(sorted[i]);
    most = Math.max(most, f - i / n, (i + 1) / n - f);
  }
  return Math.sqrt(n) * most;
}

/** (χ² − d) / √(2d) of counts against probabilities; cells that expect fewer than 5 are put together. */
export function chiSquare(counts: ArrayLike<number>, probabilities: readonly number[]): number {
  const n = Array.from(counts).reduce((a, b) => a + b, 0);
  let chi = 0;
  let cells = 0;
  let rest = { expected: 0, observed: 0 };
  const add = (expected: number, observed: number): void => {
    chi += (observed - expected) ** 2 / expected;
    cells++;
  };
  for (const [i, p] of probabilities.entries()) {
    rest = { expected: rest.expected + n * p, observed: rest.observed + counts[i] };
    if (rest.expected < 5) continue;
    add(rest.expected, rest.observed);
    rest = { expected: 0, observed: 0 };
  }
  if (rest.expected > 1) add(rest.expected, rest.observed);
  const degrees = cells - 1;
  return (chi - degrees) / Math.sqrt(2 * degrees);
}

/** How often 0, 1, … cells − 1 come up; what is above counts as the last. */
export function tally(x: ArrayLike<number>, cells: number): number[] {
  const counts = new Array<number>(cells).fill(0);
  for (let i = 0; i < x.length; i++) counts[Math.min(cells - 1, x[i])]++;
  return counts;
}

/** √n · r of two samples: correlation in standard errors. */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = Math.min(x.length, y.length);
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
  }
  return (Math.sqrt(n) * xy) / Math.sqrt(xx * yy);
}

/** Φ(x) to 10⁻⁷ (Abramowitz and Stegun, 26.2.17). */
export function normalDistribution(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x > 0 ? 1 - tail : tail;
}

/** P(k) for k = 0, 1, … cells − 2, and what is left. */
function withRest(first: number, next: (p: number, k: number) => number, cells: number): number[] {
  const list: number[] = [];
  let p = first;
  let rest = 1;
  for (let k = 0; k < cells - 1; k++) {
    list.push(p);
    rest -= p;
    p = next(p, k);
  }
  return [...list, Math.max(0, rest)];
}

export const poissonProbabilities = (rate: number, cells: number): number[] =>
  withRest(Math.exp(-rate), (p, k) => (p * rate) / (k + 1), cells);

export const binomialProbabilities = (n: number, p: number): number[] =>
  withRest((1 - p) ** n, (q, k) => (q * (n - k) * p) / ((k + 1) * (1 - p)), n + 1);
