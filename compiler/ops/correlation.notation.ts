/** Convolutions in formulas: one sign for each way in which they are summed. */

import { formatShape } from "../graph/types.ts";
import type { CorrelateAttrs } from "./correlation.ts";
import { precedence, wrap } from "./notation.ts";
import type { Notation, Printed, Shown, Sign } from "./op.ts";
import { permutedTex, subscripted } from "./subscripts.ts";

/** Names of the signs: filters that run backwards, that run as they are, and sums over images. */
const convolved = "\\ast";
const correlated = "\\star";
const byImages = "\\circledast";

const same = (list: readonly number[]): boolean => list.every((n) => n === list[0]);
const mark = (sign: string, list: readonly number[]): readonly string[] =>
  list.every((n) => n === 1) ? [] : [`${sign}${same(list) ? list[0] : list.join(" \\times ")}`];

function infix([x, w]: readonly Printed[], sign: string, marks: readonly string[]): Printed {
  const subscript = marks.length > 0 ? `_{${marks.join(",\\,")}}` : "";
  return {
    text: `${wrap(x, precedence.mul + 0.5, true)} ${sign}${subscript} ${wrap(w, precedence.mul + 0.5, true)}`,
    precedence: precedence.mul,
    product: "elements",
  };
}

/** Whether an operand has its first axes in this order, and the others as they are. */
const hasFront = (x: Shown, front: readonly number[]): boolean =>
  x.permuted?.order.every((axis, i) => axis === (front[i] ?? i)) ?? false;

/** Sums over images, as gradients of filters are: operands with batch and channels exchanged. */
function gradientOfFilters([x, g]: readonly Shown[], attrs: CorrelateAttrs): Printed | undefined {
  const { stride, dilation, size, flip, grouped } = attrs;
  const [images, gradients] = [x, g].map((operand) => operand.permuted?.of);
  const isExchanged =
    hasFront(x, grouped ? [2, 1, 0] : [1, 0]) && hasFront(g, grouped ? [1, 2, 0] : [1, 0]);
  if (flip || !isExchanged || !images || !gradients) return undefined;
  const marks = [...mark("\\downarrow ", dilation), ...mark("d = ", stride), ...groups(grouped)];
  const printed = infix([images, gradients], byImages, marks);
  const lead = grouped
    ? [g.type.shape[0], g.type.shape[1], x.type.shape[0]]
    : [g.type.shape[0], x.type.shape[0]];
  const type = { ...x.type, shape: [...lead, ...size] };
  const of: Shown = { ...printed, type, at: (index) => subscripted(printed, index) };
  const rank = type.shape.length;
  const order = [...(grouped ? [2, 0, 1] : [1, 0]), ...size.map((_, i) => rank - size.length + i)];
  return permutedTex(of, order);
}

const groups = (grouped: boolean): readonly string[] => (grouped ? ["\\text{groups}"] : []);

const where = "n numbers images, c channels, f filters, p and u places along one axis";
const signs: readonly Sign[] = [
  {
    mark: convolved,
    example: `(x ${convolved} w)_{n,f,p} = \\sum_{c,u} x_{n,\\,c,\\,p + u}\\,w_{f,\\,c,\\,U - 1 - u}`,
    meaning: `convolution with filters of U places; ${where}, and likewise along further axes`,
  },
  {
    mark: correlated,
    example: `(x ${correlated} w)_{n,f,p} = \\sum_{c,u} x_{n,\\,c,\\,p + u}\\,w_{f,\\,c,\\,u}`,
    meaning: `cross-correlation; ${where}, and likewise along further axes`,
  },
  {
    mark: byImages,
    example: `(x ${byImages} g)_{f,c,u} = \\sum_{n,p} x_{n,\\,c,\\,p + u}\\,g_{n,\\,f,\\,p}`,
    meaning: `cross-correlation summed over images; ${where}, and likewise along further axes`,
  },
  {
    mark: "_{\\downarrow",
    example: `${correlated}_{\\downarrow s,\\,d = r}`,
    meaning: "with a stride of s and a dilation of r: x is read at the place s p + r u",
  },
  {
    mark: "_{d =",
    example: `${correlated}_{d = r}`,
    meaning: "with a dilation of r: x is read at the place p + r u",
  },
  {
    mark: "\\text{groups}",
    example: `${correlated}_{\\text{groups}}`,
    meaning:
      "each group by itself: images and results have an axis of groups before that of channels, filters have it first",
  },
];

export const correlationNotation: Notation<CorrelateAttrs> = {
  text: ([x, w], { stride, dilation, size, flip, grouped }) => {
    const options = [
      ...(stride.some((s) => s !== 1) ? [`stride: ${formatShape(stride)}`] : []),
      ...(dilation.some((d) => d !== 1) ? [`dilation: ${formatShape(dilation)}`] : []),
      `size: ${formatShape(size)}`,
      ...(flip ? ["flip"] : []),
      ...(grouped ? ["grouped"] : []),
    ];
    return {
      text: `correlate(${x.text}, ${w.text}, { ${options.join(", ")} })`,
      precedence: precedence.atom,
    };
  },
  tex: ([x, w], attrs) => {
    const { stride, dilation, flip, grouped } = attrs;
    const marks = [...mark("\\downarrow ", stride), ...mark("d = ", dilation), ...groups(grouped)];
    return gradientOfFilters([x, w], attrs) ?? infix([x, w], flip ? convolved : correlated, marks);
  },
  signs,
};
