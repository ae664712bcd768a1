/** The machine's C compiler: where it is, and for which processor it compiles. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
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
  /** A program, and what comes first of its arguments: `ccache gcc`. */
  readonly command: readonly string[];
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

/** Those found already, by what asked for them. */
const found = new Map<string, Compiler>();

/**
 * The compiler that $CC names, or the first of cc, gcc and clang.
 *
 * @param wanted a variant other than the best one of the processor at hand
 * @throws UnavailableError where there is none
 */
export function findCompiler(wanted = process.env.ADJOINT_VARIANT): Compiler {
  const { CC, PATH } = process.env;
  const key = [CC, PATH, wanted].join("\0");
  const known = found.get(key);
  if (known) return known;
  const commands = CC ? [commandOf(CC)] : [["cc"], ["gcc"], ["clang"]];
  for (const command of commands) {
    const told = ask(command, "--version");
    if (told === undefined) continue;
    const macros = definedMacros(command);
    const variant = variants.find((v) =>
      wanted ? v.name === wanted : v.macros.every((macro) => macros.has(macro)),
    );
    if (!variant)
      throw new UnavailableError(
        `there is no variant ${wanted} of native code; there are: ${variants.map((v) => v.name).join(", ")}`,
      );
    const [version] = told.split("\n", 1);
    const compiler = { command, version, variant: variant.name, flags: variant.flags };
    found.set(key, compiler);
    return compiler;
  }
  const names = commands.map((command) => command.join(" ")).join(", ");
  throw new UnavailableError(
    CC
      ? `CC=${CC} is no C compiler that runs`
      : `native code needs a C compiler (${names}): ${advice}`,
  );
}

/** $CC: a program, whose path may have spaces, or one with arguments. */
const commandOf = (cc: string): string[] => (existsSync(cc) ? [cc] : cc.trim().split(/\s+/));

/** A compiler that takes so many milliseconds to tell its version hangs. */
const longestAnswer = 30_000;

/** What a compiler answers; undefined where it does not run, hangs, or does not know what it is asked. */
function ask(
  [command, ...first]: readonly string[],
  ...args: readonly string[]
): string | undefined {
  const { status, stdout } = spawnSync(command, [...first, ...args], {
    encoding: "utf8",
    input: "",
    timeout: longestAnswer,
  });
  return status === 0 ? stdout : undefined;
}

/** The macros that tell what the processor at hand has, or where that cannot be asked any of its kind. */
function definedMacros(command: readonly string[]): ReadonlySet<string> {
  const question = ["-dM", "-E", "-x", "c", "-"];
  const told = ask(command, "-march=native", ...question) ?? ask(command, ...question) ?? "";
  return new Set([...told.matchAll(/^#define (\w+)/gm)].map(([, name]) => name));
}
