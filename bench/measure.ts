/** Rates of systems, measured in turns within one run, so that all meet the same disturbances. */

import type { Connection } from "./connection.ts";

/** Length of a turn in seconds: many steps where they are short. */
const turn = 0.1;
/** Longest wait for a turn: a machine that others use can be much slower than it was. */
const limit = 300;

export interface Rates {
  readonly median: number;
  /** Quartiles. */
  readonly low: number;
  readonly high: number;
  readonly turns: number;
  /** Cores that it kept busy: time of its threads by time that passed. */
  readonly cores: number;
}

export function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

/** @param cores how many it kept busy */
export function ratesOf(values: readonly number[], cores: number): Rates {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    turns: sorted.length,
    cores,
  };
}

/**
 * Examples a second of each system.
 *
 * @param seconds how long it takes together; longer where systems are too slow for it
 * @param systems with the seconds of a step, as far as they are known
 * @param fewestTurns so many there are even of the slowest system
 */
export async function measure(
  systems: ReadonlyMap<Connection, { perStep: number }>,
  batch: number,
  seconds: number,
  fewestTurns: number,
): Promise<Map<Connection, Rates>> {
  const rates = new Map([...systems.keys()].map((system) => [system, [] as number[]]));
  const used = new Map([...systems.keys()].map((system) => [system, 0]));
  const busy = new Map([...systems.keys()].map((system) => [system, 0]));
  const next = new Map([...systems.keys()].map((system) => [system, 0]));
  const order = [...systems.keys()];
  const end = performance.now() + 1000 * seconds;
  for (
    let round = 0;
    performance.now() < end || [...rates.values()].some((values) => values.length < fewestTurns);
    round++
  ) {
    // Who follows whom changes, so that nobody always finds another's data in the cache.
    order.push(order.shift() as Connection);
    for (const system of order) {
      const values = rates.get(system) as number[];
      const time = used.get(system) as number;
      // Each gets the same time: whose steps are longer than a turn comes less often.
      if (time > round * turn && values.length >= Math.min(fewestTurns, round)) continue;
      const known = systems.get(system) as { perStep: number };
      const steps = Math.max(1, Math.round(turn / known.perStep));
      const first = next.get(system) as number;
      const ran = await system.run(first, steps, limit);
      values.push((steps * batch) / ran.seconds);
      known.perStep = ran.seconds / steps;
      used.set(system, time + ran.seconds);
      busy.set(system, (busy.get(system) as number) + ran.cpuSeconds);
      next.set(system, first + steps);
    }
  }
  return new Map(
    [...rates].map(([system, values]) => [
      system,
      ratesOf(values, (busy.get(system) as number) / (used.get(system) as number)),
    ]),
  );
}
