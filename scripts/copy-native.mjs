/** Puts the C of the runtime beside its compiled TypeScript: native code is compiled where it runs. */

import { copyFileSync } from "node:fs";

for (const file of ["adjoint.h", "adjoint.c", "addon.c"])
  copyFileSync(`runtime/native/${file}`, `dist/runtime/native/${file}`);
