/** Which generated code runs: the one that is asked for, or what the entry's `auto` takes. */

import type { CreateOptions } from "../trainer.ts";

/** Makes a trainer on one of the targets of a generated entry. */
export type Create<Trainer> = (options: CreateOptions) => Trainer | Promise<Trainer>;

export interface Chosen<Trainer> {
  readonly trainer: Trainer;
  readonly target: string;
  /** Why it is not a faster one: `native: native code needs a C compiler …`. Empty where it was asked for. */
  readonly reasons: readonly string[];
}

/**
 * A trainer on the target that is wanted, or on the fastest that runs here.
 *
 * @param generated what the model was generated for; an entry with nothing but the reference has no `auto`
 * @throws whatever the target fails with
 */
export async function createOn<Trainer>(
  generated: readonly string[],
  create: Create<Trainer>,
  { target = "auto", ...options }: CreateOptions,
): Promise<Chosen<Trainer>> {
  const hasChoice = generated.some((name) => name === "native" || name === "wasm");
  if (target !== "auto" || !hasChoice) {
    const own = target === "auto" ? "typescript" : target;
    return { trainer: await create({ ...options, target: own }), target: own, reasons: [] };
  }
  let chosen = { target: "", reasons: [] as readonly string[] };
  const onTarget = (name: string, reasons: readonly string[]): void => {
    chosen = { target: name, reasons };
  };
  const trainer = await create({ ...options, target, onTarget });
  return { trainer, ...chosen };
}
