/** Names of the targets: apart from their emitters, so that `--help` need not load the compiler. */

/** The first is the reference, which is always written. */
export const targetNames = ["typescript", "gpu"] as const;

export type TargetName = (typeof targetNames)[number];
