/** How elementwise ops are made: broadcasting, promotion, and builders, one helper for each arity. */

import { fail } from "../diagnostics/error.ts";
import { broadcastGet, build, type NDArray } from "../graph/ndarray.ts";
import { makeNode, type Node } from "../graph/node.ts";
import type { Site } from "../graph/site.ts";
import {
  broadcastShapes,
  type DType,
  floatX,
  formatShape,
  formatType,
  isFloat,
  promote,
  type Shape,
  type TensorType,
} from "../graph/types.ts";
import { numeric } from "../kernels/numeric.ts";
import * as scalar from "../kernels/scalar.ts";
import { asNode, type Operand } from "./leaf.ts";
import { functional } from "./notation.ts";
import {
  type AnyOp,
  type Domain,
  type GradientRule,
  type Notation,
  op,
  type Sample,
} from "./op.ts";

interface ElementwiseSpec {
  readonly name: string;
  readonly domain?: Domain;
  readonly notation?: Notation;
  /** One element, in scalar instructions. */
  readonly lower: (...args: scalar.Scalar[]) => scalar.Scalar;
  /** The same in simpler ops, so that its parts are shared with those of its gradient. */
  readonly expand?: (...inputs: readonly Node[]) => Node;
  readonly gradient: GradientRule | { readonly none: string };
  /** Cost of one element in additions; 1 when left out. */
  readonly cost?: number;
  readonly commutative?: boolean;
  readonly linear?: boolean;
  readonly multilinear?: boolean;
  readonly chooses?: boolean;
  readonly compares?: readonly number[];
  readonly samples?: readonly Sample[];
  readonly onDevice?: AnyOp["onDevice"];
  readonly advice?: (inputs: readonly Node[]) => string | undefined;
}

interface UnarySpec extends ElementwiseSpec {
  /** The value of one element; `lower`'s own formula in float64 when left out. */
  readonly evaluate?: (x: number) => number;
  /** Where the tests draw x; [-2, 2] when left out. */
  readonly sample?: readonly [number, number];
}

interface BinarySpec extends ElementwiseSpec {
  /** The value of one element; `lower`'s own formula in float64 when left out. */
  readonly evaluate?: (x: number, y: number) => number;
  /** Where the tests draw x and y. */
  readonly sample?: readonly [readonly [number, number], readonly [number, number]];
}

/** Result shape of broadcast operands. @throws ADJ1003 where two dimensions differ */
export function broadcastType(
  name: string,
  types: readonly TensorType[],
  operands: readonly Node[] = [],
): Shape {
  const shape = broadcastShapes(types.map((t) => t.shape));
  if (shape) return shape;
  const shown = types.map(
    (t, i) => `${operands[i]?.label ? `${operands[i].label.name} ` : ""}${formatShape(t.shape)}`,
  );
  return fail("ADJ1003", `${name}: ${shown.join(" and ")} do not broadcast`, {
    hint: "dimensions must be equal or 1, counted from the right",
    related: definitions(...operands),
  });
}

/** Where named operands were defined, for an error message. */
export function definitions(...nodes: readonly Node[]): { message: string; site?: Site }[] {
  return nodes.flatMap((n) =>
    n.label && n.site
      ? [{ message: `${n.label.name} ${formatShape(n.shape)} is defined here`, site: n.site }]
      : [],
  );
}

/** The dtype in which an op of this domain computes on operands of dtype `of`. */
function computeType(domain: Domain, of: DType): DType {
  if (domain === "bool") return "bool";
  if (domain === "float") return isFloat(of) ? of : floatX;
  return domain === "number" && of === "bool" ? "int32" : of;
}

const made: string[] = [];

/** Names of the elementwise ops made so far: what a rule for all of them starts from. */
export function elementwiseNames(): readonly string[] {
  return made;
}

function elementwise(
  spec: ElementwiseSpec,
  arity: number,
  samples: readonly Sample[],
  evaluate: (...values: number[]) => number,
): AnyOp {
  const { domain = "number", expand } = spec;
  made.push(spec.name);
  return op({
    name: spec.name,
    elementwise: true,
    domain,
    cost: spec.cost ?? 1,
    commutative: spec.commutative ?? false,
    linear: spec.linear ?? false,
    multilinear: spec.multilinear ?? false,
    chooses: spec.chooses ?? false,
    ...(spec.compares ? { compares: spec.compares } : {}),
    ...(spec.onDevice ? { onDevice: spec.onDevice } : {}),
    ...(spec.advice ? { advice: spec.advice } : {}),
    infer(types, _attrs, operands) {
      const shape = broadcastType(spec.name, types, operands);
      const dtype = types[0].dtype;
      if (types.length !== arity || types.some((t) => t.dtype !== dtype)) {
        fail("ADJ9001", `${spec.name} of ${types.map(formatType).join(", ")}`);
      }
      return { dtype: domain === "comparison" ? "bool" : dtype, shape };
    },
    evaluate: (inputs: readonly NDArray[], _attrs, type) =>
      build(type.dtype, type.shape, (index) =>
        Number(evaluate(...inputs.map((a) => broadcastGet(a, index)))),
      ),
    ...(expand
      ? { expand: (inputs: readonly Node[]) => expand(...inputs) }
      : {
          lower: ({ inputs, read }, index) => spec.lower(...inputs.map((_, i) => read(i, index))),
        }),
    gradient: spec.gradient,
    notation: spec.notation ?? functional(spec.name, `\\${spec.name}`),
    samples: spec.samples ?? samples,
  });
}

/** How tests draw truth values. */
const truth = { dtype: "bool", domain: [0, 2] } as const;

/** An elementwise op of one operand, as a builder. */
export function unary(spec: UnarySpec): ((x: Operand) => Node) & { readonly op: AnyOp } {
  const domain = spec.domain ?? "number";
  const draw = domain === "bool" ? truth : spec.sample ? { domain: spec.sample } : {};
  const record = elementwise(
    spec,
    1,
    [{ inputs: [{ shape: [], ...draw }] }, { inputs: [{ shape: [2, 3], ...draw }] }],
    spec.evaluate ?? numeric(spec.lower, 1),
  );
  const builder = (x: Operand): Node => {
    const node = asNode(x);
    return makeNode(record, [castTo(node, computeType(domain, node.type.dtype))]);
  };
  return Object.assign(builder, { op: record });
}

/** An elementwise op of two operands, as a builder. */
export function binary(
  spec: BinarySpec,
): ((x: Operand, y: Operand) => Node) & { readonly op: AnyOp } {
  const domain = spec.domain ?? "number";
  const draws = (spec.sample ?? []).map((d) => ({ domain: d }));
  const [dx, dy] = domain === "bool" ? [truth, truth] : draws;
  const shapes = [
    [[], []],
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [
      [2, 1],
      [1, 3],
    ],
    [[], [2]],
  ];
  const record = elementwise(
    spec,
    2,
    shapes.map(([a, b]) => ({
      inputs: [
        { shape: a, ...dx },
        { shape: b, ...dy },
      ],
    })),
    spec.evaluate ?? numeric(spec.lower, 2),
  );
  const builder = (x: Operand, y: Operand): Node => {
    const [a, b] = together(x, y);
    const dtype = computeType(domain, promote(a.type.dtype, b.type.dtype));
    return makeNode(record, [castTo(a, dtype), castTo(b, dtype)]);
  };
  return Object.assign(builder, { op: record });
}

/** Two operands as nodes; a plain number adapts to the other's dtype. */
export function together(x: Operand, y: Operand): [Node, Node] {
  if (typeof x !== "object") {
    const b = asNode(y);
    return [asNode(x, b.type.dtype), b];
  }
  const a = asNode(x);
  return [a, asNode(y, a.type.dtype)];
}

type CastAttrs = { to: DType };

/** An explicit change of dtype. Floats are truncated towards zero, as in C. */
export const castOp = op<CastAttrs>({
  name: "cast",
  elementwise: true,
  domain: "any",
  cost: 0,
  infer: ([x], { to }) => ({ dtype: to, shape: x.shape }),
  evaluate: ([x], { to }, type) => ({
    dtype: to,
    shape: type.shape,
    data: x.data.map((v) => (to === "bool" ? Number(v !== 0) : isFloat(to) ? v : Math.trunc(v))),
  }),
  lower: ({ attrs, read }, index) => scalar.cast(read(0, index), attrs.to),
  gradient: ({ dy, inputs: [x] }) => [castTo(dy, x.type.dtype)],
  pushforward: ({ tangents: [t], attrs: { to } }) => t && castTo(t, to),
  notation: {
    text: ([x], { to }) => ({ text: `cast(${x.text}, "${to}")`, precedence: 9 }),
    // A truth value that is used as a number: Iverson's brackets, 1 where it holds.
    tex: ([x]) =>
      x.type.dtype === "bool" ? { text: `\\left[${x.text}\\right]`, precedence: 9 } : x,
    signs: [
      {
        mark: "\\left[",
        example: "[c]",
        meaning: "1 where the condition c holds, and 0 elsewhere (element by element)",
      },
    ],
  },
  samples: [
    { inputs: [{ shape: [3] }], attrs: { to: "float32" } },
    { inputs: [{ shape: [3], dtype: "float32" }], attrs: { to: "float64" } },
    { inputs: [{ shape: [3], dtype: "float32", domain: [-5, 5] }], attrs: { to: "int32" } },
    { inputs: [{ shape: [3], dtype: "int32", domain: [-2, 3] }], attrs: { to: "bool" } },
  ],
});

/** `x` in another dtype; `x` itself when it has it already. */
export function castTo(x: Node, to: DType): Node {
  if (x.type.dtype === to) return x;
  if (x.op.name === "constant") {
    const converted = (v: number): number =>
      to === "bool" ? Number(v !== 0) : isFloat(to) ? v : Math.trunc(v);
    const { value } = x.attrs as { value: number | readonly number[] };
    const values = typeof value === "number" ? converted(value) : value.map(converted);
    return makeNode(x.op, [], { value: values, dtype: to, shape: x.shape });
  }
  return makeNode(castOp, [x], { to });
}
