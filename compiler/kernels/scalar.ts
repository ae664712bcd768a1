/**
 * Scalar expressions as the rest of the compiler meets them: the instructions of kernels, arithmetic of indices,
 * and expressions with parts replaced.
 */

import { indexAdd, indexDiv, indexMod, indexMul, indexSub } from "./index-arithmetic.ts";
import { call, cast, element, load, operandsOf, reduce, type Scalar } from "./instructions.ts";

export * from "./index-arithmetic.ts";
export * from "./instructions.ts";

/** The scalar with its operands replaced; index arithmetic is tidied again. */
export function withOperands(s: Scalar, operands: readonly Scalar[]): Scalar {
  if (operandsOf(s).every((o, i) => o === operands[i])) return s;
  switch (s.kind) {
    case "load":
      return load(s.node, operands);
    case "element":
      return element(s.node, operands[0]);
    case "reduce":
      return reduce(s.fn, s.axes, operands[0], operands[1]);
    case "call": {
      if (s.fn === "cast") return cast(operands[0], s.dtype);
      if (s.dtype === "int32" && operands.every((o) => isIndex(o))) {
        if (s.fn === "add") return indexAdd(operands[0], operands[1]);
        if (s.fn === "sub") return indexSub(operands[0], operands[1]);
        if (s.fn === "mul") return indexMul(operands[0], operands[1]);
        if (s.fn === "div" && isPositive(operands[1])) return indexDiv(operands[0], operands[1]);
        if (s.fn === "mod" && isPositive(operands[1])) return indexMod(operands[0], operands[1]);
      }
      return call(s.fn, ...operands);
    }
    default:
      return s;
  }
}

const isPositive = (s: Scalar): boolean => s.kind === "const" && s.value > 0;

/** Made of loop axes, sizes and whole numbers only. */
function isIndex(s: Scalar): boolean {
  if (s.kind === "axis" || s.kind === "size") return true;
  if (s.kind === "const") return s.dtype === "int32";
  return s.kind === "call" && s.dtype === "int32" && s.args.every(isIndex);
}

/** Replaces scalars bottom-up; `replace` answers undefined for what stays. */
export function rewrite(root: Scalar, replace: (s: Scalar) => Scalar | undefined): Scalar {
  const memo = new Map<Scalar, Scalar>();
  const visit = (s: Scalar): Scalar => {
    const known = memo.get(s);
    if (known) return known;
    const result = replace(s) ?? withOperands(s, operandsOf(s).map(visit));
    memo.set(s, result);
    return result;
  };
  return visit(root);
}
