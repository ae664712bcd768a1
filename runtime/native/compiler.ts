/** The machine's C compiler: where it is, and for which processor it compiles. */

import { spawnSync } from "node:child_process";
import { UnavailableError } from "../unavailable.ts";

/** Processors that generated C knows vectors of, best first. */
interface Variant {
  readonly name: string;
  /** Macros that the compiler defines where this processor is at hand. */
  readonly macros: readonly string[];
  readonly flags: readonly string[];
}

const variants: readonly Variant[] = [
  {
    name: "avx512",
    macros: ["__AVX512F__", "__AVX512VL__", "__AVX512DQ__", "__AVX512BW__", "__FMA__"],
    flags: ["avx512f", "avx512vl", "avx512dq", "avx512bw", "avx2", "fma", "bmi2"].map(
      (feature) => `-m${feature}`,
    ),
  },
  {
    name: "avx2",
    macros: ["__AVX2__", "__FMA__"],
    flags: ["-mavx2", "-mfma", "-mbmi2"],
  },
  { name: "neon", macros: ["__ARM_NEON"], flags: [] },
  { name: "portable", macros: [], flags: [] },
];

export interface Compiler {
  readonly command: string;
  /** Its name and version, as it tells them. */
  readonly version: string;
  /** Which vectors the processor at hand has: avx512, avx2, neon or portable. */
  readonly variant: string;
  readonly flags: readonly string[];
}

/** How to get a compiler, by platform. */
const advice =
  process.platform === "darwin"
    ? "install one with: xcode-select --install"
    : process.platform === "win32"
      ? "on Windows, use Linux in WSL"
      : "install one, for example with: sudo apt-get install gcc libc6-dev";

let found: Compiler | undefined;

/**
 * The compiler that $CC names, or the first of cc, gcc and clang.
 *
 * @param wanted a variant other than the best one of the processor at hand
 * @throws UnavailableError where there is none
 */
export function findCompiler(wanted = process.env.ADJOINT_VARIANT): Compiler {
  if (found && !wanted) return found;
  const commands = process.env.CC ? [process.env.CC] : ["cc", "gcc", "clang"];
  for (const command of commands) {
    const told = spawnSync(command, ["--version"], { encoding: "utf8" });
    if (told.status !== 0) continue;
    const macros = definedMacros(command);
    const variant = variants.find((v) =>
      wanted ? v.name === wanted : v.macros.every((macro) => macros.has(macro)),
    );
    if (!variant)
      throw new UnavailableError(
        `there is no variant ${wanted} of native code; there are: ${variants.map((v) => v.name).join(", ")}`,
      );
    const compiler = {
      command,
      version: told.stdout.split("\n", 1)[0],
      variant: variant.name,
      flags: variant.flags,
    };
    if (!wanted) found = compiler;
    return compiler;
  }
  throw new UnavailableError(`native code needs a C compiler (${commands.join(", ")}): ${advice}`);
}

/** The macros that tell what the processor at hand has; none where the compiler does not know it. */
function definedMacros(command: string): ReadonlySet<string> {
  const { stdout } = spawnSync(command, ["-march=native", "-dM", "-E", "-x", "c", "-"], {
    encoding: "utf8",
    input: "",
  });
  return new Set([...(stdout ?? "").matchAll(/^#define (\w+)/gm)].map(([, name]) => name));
}
