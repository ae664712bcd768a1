/** Which generated code runs: the one that is asked for, or the fastest that this machine can run. */

import type { CreateOptions } from "../trainer.ts";

/** What `auto` tries, fastest first. */
const fastest = ["native", "wasm", "typescript"] as const;

/** Makes a trainer on one of the targets of a generated entry. */
export type Create<Trainer> = (options: CreateOptions) => Trainer | Promise<Trainer>;

export interface Chosen<Trainer> {
  readonly trainer: Trainer;
  readonly target: string;
  /** Why it is not a faster one: `native: not generated`. Empty where it was asked for. */
  readonly reasons: readonly string[];
}

/**
 * A trainer on the target that is wanted; for `auto` native, else wasm, else typescript.
 *
 * @param generated what the model was generated for
 * @throws whatever a wanted target, or the last one that is left to `auto`, fails with
 */
export async function createOn<Trainer>(
  generated: readonly string[],
  create: Create<Trainer>,
  { target = "auto", ...options }: CreateOptions,
): Promise<Chosen<Trainer>> {
  if (target !== "auto")
    return { trainer: await create({ ...options, target }), target, reasons: [] };
  const reasons: string[] = [];
  for (const name of fastest) {
    if (!generated.includes(name)) {
      reasons.push(`${name}: not generated`);
      continue;
    }
    try {
      return { trainer: await create({ ...options, target: name }), target: name, reasons };
    } catch (error) {
      if (name === fastest.at(-1)) throw error;
      const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
      reasons.push(`${name}: ${line}`);
    }
  }
  throw new Error(`the model was generated for ${generated.join(", ")} only: name one of them`);
}
