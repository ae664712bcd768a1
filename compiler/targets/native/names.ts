/** Names in C: those of the model, apart from the words of C and of adjoint.h. */

import type { Node } from "../../graph/node.ts";
import { type Dim, dimText } from "../../graph/types.ts";
import type { CompiledFunction, CompiledModel } from "../../model.ts";

const words = new Set(
  `asm auto bool char const do double else enum extern false float for goto inline int long main on
  register restrict short signed sizeof static struct true typedef union unsigned void volatile while
  from to on operands model LANES ADJOINT_ROOM PIECES WHOLE WHOLE_GROUPS EOF NULL INFINITY NAN assert errno stdin stdout
  always_inline never_inline rounds_each HIDDEN_IN least f32v int32_t int64_t uint8_t uint32_t size_t INT32_MIN INT32_MAX`
    .split(/\s+/)
    .filter(Boolean),
);

/** Functions of math.h, which are called in both precisions. */
const mathematics = new Set(
  `acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs floor
  fma fmax fmin fmod gamma hypot isfinite isinf isnan j0 j1 jn lgamma log log10 log1p log2 pow rint round
  signbit sin sinh sqrt tan tanh tgamma trunc y0 y1 yn`.split(/\s+/),
);

/** A name of the model as it is written in C; a file's name may have hyphens. */
export function inC(given: string): string {
  const name = given.replace(/[^\p{L}\p{N}_$.]/gu, "_").replace(/^(?=\d)/, "_");
  const clashes =
    words.has(name) ||
    mathematics.has(name) ||
    mathematics.has(name.replace(/f$/, "")) ||
    /^(f32|f64|i32|i64|u32|f32v|tile|column_sums|list_sums|adjoint|random)_/.test(name);
  return clashes ? `${name}_` : name;
}

/** What C programs call a function of a model: as callers elsewhere do, where that is a name in C. */
export function calledInC(model: CompiledModel, { publicName, program }: CompiledFunction): string {
  const isOwn = publicName === "create" || publicName === "free";
  const name = isOwn || !/^\w+$/.test(publicName) ? program.name : publicName;
  return `${inC(model.name)}_${name}${isOwn ? "_" : ""}`;
}

/** A dimension as an expression of C; as a factor, a sum stands in parentheses. */
export const dimInC = (dim: Dim, isFactor = false): string =>
  typeof dim === "number"
    ? String(dim)
    : dimText(dim, isFactor).replace(/[A-Za-z_]\w*/, (n) => inC(n));

/** What a value is called in the C of a function. */
export const nameOf = ({ program }: CompiledFunction, node: Node): string =>
  inC(program.names.get(node) ?? node.op.name);
