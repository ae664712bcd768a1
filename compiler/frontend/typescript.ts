/** TypeScript itself, as ts-morph brings it. */

import { createRequire } from "node:module";
import type * as morph from "ts-morph";

/** Required, not imported: for an import Node looks for names of exports in 12 MB of text, which takes 0.2 s. */
export const { ts: typescript } = createRequire(import.meta.url)("ts-morph") as typeof morph;
