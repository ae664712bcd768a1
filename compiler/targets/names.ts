/** Names of the targets: apart from their emitters, so that `--help` need not load the compiler. */

/** The first is the reference, which is always written. */
export const targetNames = ["typescript", "native", "wasm", "gpu"] as const;

export type TargetName = (typeof targetNames)[number];

/**
 * How a program runs a target: at once; loaded first, then at once; or on a device, where each call
 * answers with a promise.
 */
export const targetKinds: Readonly<Record<TargetName, "at once" | "loaded" | "device">> = {
  typescript: "at once",
  native: "loaded",
  wasm: "loaded",
  gpu: "device",
};
