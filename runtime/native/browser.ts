/** In a browser there is no native code. */

import { UnavailableError } from "../unavailable.ts";

/** @throws UnavailableError always */
export async function createNativeTrainer(): Promise<never> {
  throw new UnavailableError("native code runs in Node only");
}
