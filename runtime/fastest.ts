/** The target `auto`: the fastest that runs here. */

import type { CreateOptions } from "./trainer.ts";
import { UnavailableError } from "./unavailable.ts";

/** What was chosen and why nothing faster was: told once a process, whatever number of trainers it makes. */
const told = new Set<string>();

/**
 * Tries targets in order and takes the first that is available.
 *
 * @param attempts how each is made, fastest first; the last one always runs
 */
export async function createFastest<Trainer>(
  { onTarget = tell }: CreateOptions,
  attempts: Readonly<Record<string, () => Trainer | Promise<Trainer>>>,
): Promise<Trainer> {
  const reasons: string[] = [];
  for (const [target, attempt] of Object.entries(attempts)) {
    try {
      const trainer = await attempt();
      onTarget(target, reasons);
      return trainer;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      // What a compiler said is for those who ask for its target by name.
      const [why] = error.message.split("\n", 1);
      reasons.push(`${target}: ${why.replace(/:$/, "")}`);
    }
  }
  throw new UnavailableError(reasons.join("; "));
}

function tell(target: string, reasons: readonly string[]): void {
  const text = [`Target ${target}`, ...reasons.map((reason) => `not ${reason}`)].join("; ");
  if (reasons.length === 0 || told.has(text)) return;
  told.add(text);
  console.info(text);
}
