/** Folders of the project that the bench uses. */

import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Where the generated trainers lie; not committed, not checked. */
export const generated = path.join(root, ".cache", "adjoint-bench");

/** Programs of the other systems, with packages of their own. */
export const peers = path.join(root, "bench", "peers");
