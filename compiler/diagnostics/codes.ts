/** Every error that a model can cause: the table behind the codes and behind docs/errors.md. */

export interface CodeEntry {
  readonly title: string;
  readonly explanation: string;
  /** A line of a model that causes it. */
  readonly wrong: string;
  /** The same line, mended. */
  readonly right: string;
}

export const codes = {
  ADJ1001: {
    title: "Narrowing needs a cast",
    explanation:
      "A value would lose precision or its fraction in the dtype that it is stored in. Promotion is automatic, narrowing never is.",
    wrong: 'shared(zeros(3, { dtype: "float64" }) + 0.5, { dtype: "int32" })',
    right: 'shared(cast(zeros(3, { dtype: "float64" }) + 0.5, "int32"))',
  },
  ADJ1003: {
    title: "Shapes do not agree",
    explanation:
      "Operands meet as in NumPy: dimensions are compared from the right and must be equal or 1; in a product the summed axes must be equally long. A named dimension is equal only to itself.",
    wrong: "dot(matrix(600, 784), zeros(500, 10))",
    right: "dot(matrix(600, 784), zeros(784, 10))",
  },
  ADJ1004: {
    title: "No such axis",
    explanation:
      "Axes count from 0, or from the end with negative numbers, and are named once each.",
    wrong: "sum(matrix(3, 4), 2)",
    right: "sum(matrix(3, 4), 1)",
  },
  ADJ1005: {
    title: "Bad index",
    explanation:
      "An index is a whole number inside its axis, a span, an array of whole numbers, or a mask that is written in the model.",
    wrong: "at(vector(5), 7)",
    right: "at(vector(5), 4)",
  },
  ADJ1006: {
    title: "The length of a slice must be known",
    explanation:
      "Shapes are known when the model is compiled, so the two bounds of a slice must be a fixed distance apart, whatever their values.",
    wrong: "slice(images, from, to)",
    right: "slice(images, index * 20, (index + 1) * 20)",
  },
  ADJ1007: {
    title: "An index may leave its range",
    explanation:
      "Indices that come straight from an input or from data are checked at the border of the function. Of a computed index it must be provable that it stays in range.",
    wrong: "at(x, i + 1)",
    right: "at(x, clip(i + 1, 0, 4))",
  },
  ADJ1008: {
    title: "Invalid argument",
    explanation:
      "An argument is not what the function takes: a dimension that is no whole number or name, a list that is empty, an option without meaning.",
    wrong: "matrix(-1, 784)",
    right: 'matrix("rows", 784)',
  },
  ADJ1009: {
    title: "A window must fit",
    explanation:
      "Filters of convolutions and windows of pooling lie at least once inside the input and the padding around it.",
    wrong: "conv2d(tensor4(20, 1, 3, 3), zeros(8, 1, 5, 5))",
    right: 'conv2d(tensor4(20, 1, 3, 3), zeros(8, 1, 5, 5), { padding: "same" })',
  },
  ADJ1010: {
    title: "A number that integers do not hold",
    explanation:
      "Integers have 32 bits on every target, int64 as well, which is meant for indices: −2147483648 to 2147483647, without fractions. Wrapping around or cutting off would be another number without a word.",
    wrong: 'shared([2147483648], { dtype: "int64" })',
    right: 'shared([2147483648], { dtype: "float64" })',
  },
  ADJ1011: {
    title: "Each with each, or one by one",
    explanation:
      "A column [n, 1] and a vector [n] broadcast to [n, n], as in NumPy. Where the result becomes one number, one by one was most likely meant. A warning, which stops nothing; [n, 1] with [1, n] says that it is meant.",
    wrong: "mean((dot(x, W) - y) ** 2) // W is [3, 1], y is [n]",
    right: "mean((flatten(dot(x, W)) - y) ** 2)",
  },
  ADJ2001: {
    title: "The cost must be a float scalar",
    explanation: "A gradient is taken of one number. Sum or average what you minimise.",
    wrong: "grad((x - y) ** 2, W)",
    right: "grad(mean((x - y) ** 2), W)",
  },
  ADJ2002: {
    title: "The cost does not depend on it",
    explanation:
      "No differentiable path leads from the variable to the cost. Comparisons, integers and considerConstant end a path.",
    wrong: "grad(mean(x), W)",
    right: "grad(mean(dot(x, W)), W)",
  },
  ADJ2003: {
    title: "No gradient",
    explanation: "An operation on the way has no derivative, or the variable is not a float.",
    wrong: "grad(mean(x), ivector(3))",
    right: "grad(mean(x), x)",
  },
  ADJ2004: {
    title: "A direction must fit what it belongs to",
    explanation:
      "Rop takes a direction for each variable, Lop and knownGrads a cotangent for each value: floats of the same shape.",
    wrong: "Rop(x ** 2, x, ones(3)) // x is vector(4)",
    right: "Rop(x ** 2, x, ones(4))",
  },
  ADJ3001: {
    title: "Two updates of one variable",
    explanation: "All updates of a call happen at once, so a variable can have only one.",
    wrong: "updates: [[W, W - a], [W, W - b]]",
    right: "updates: [[W, W - a - b]]",
  },
  ADJ3002: {
    title: "An update must keep shape and dtype",
    explanation: "A shared variable keeps the type that it was made with.",
    wrong: "updates: [[W, sum(W, 0)]]",
    right: "updates: [[W, W - mean(W, 0)]]",
  },
  ADJ3003: {
    title: "An input is not used",
    explanation:
      "Most often the sign of a slip: the result does not depend on the input, or the input is replaced by givens.",
    wrong: "fn([x, y], x * 2)",
    right: "fn([x], x * 2)",
  },
  ADJ3004: {
    title: "An input is missing",
    explanation: "The result depends on a symbol that is neither an input nor given.",
    wrong: "fn([x], x * y)",
    right: "fn([x, y], x * y)",
  },
  ADJ3005: {
    title: "A given must keep shape and dtype",
    explanation:
      "What is given takes the place of a value everywhere, so it must have the same type.",
    wrong: "givens: [[matrix(20, 784), slice(X, 0, 10)]]",
    right: "givens: [[matrix(20, 784), slice(X, 0, 20)]]",
  },
  ADJ3006: {
    title: "Bad given",
    explanation:
      "A given replaces a symbol or an expression, once, and not an input of the same function.",
    wrong: "fn([x], x * 2, { givens: [[x, y]] })",
    right: "fn([], x * 2, { givens: [[x, y]] })",
  },
  ADJ3007: {
    title: "Only shared variables can be updated",
    explanation: "Symbols have a value only during a call; what outlives it is made with shared.",
    wrong: "updates: [[scalar(), x]]",
    right: "updates: [[shared(0), x]]",
  },
  ADJ4001: {
    title: "A condition cannot be a symbol",
    explanation:
      "if and loops run while the model is read, when a symbol has no value. A choice between two expressions is part of the model.",
    wrong: "if (x > 0) y = -x",
    right: "y = x > 0 ? -x : y",
  },
  ADJ4002: {
    title: "A symbol has no value yet",
    explanation:
      "A symbol cannot become a string, a key or a plain number while the model is read.",
    wrong: "`cost is ${cost}`",
    right: "`cost is ${pp(cost)}`",
  },
  ADJ4003: {
    title: "Unknown import",
    explanation:
      "A file or package that a model imports cannot be found, or it does not have what is imported.",
    wrong: 'import { softmx } from "adjoint"',
    right: 'import { softmax } from "adjoint"',
  },
  ADJ4004: {
    title: "Syntax error",
    explanation:
      "The file is not TypeScript, or it awaits at the top level, which a model file cannot.",
    wrong: "const x = scalar(;",
    right: "const x = scalar();",
  },
  ADJ4005: {
    title: "The model exports no function",
    explanation: "Generated code consists of the functions that a model exports.",
    wrong: "export const y = x * 2",
    right: "export const f = fn([x], x * 2)",
  },
  ADJ4006: {
    title: "Two models of one name",
    explanation:
      "The generated folder is called after the model file, so two files of one name would overwrite each other.",
    wrong: "models/mlp.ts and models/old/mlp.ts",
    right: "models/mlp.ts and models/old-mlp.ts",
  },
  ADJ4007: {
    title: "Not a symbol, or not a plain value",
    explanation:
      "A function got something that it cannot compute with, or a symbol is used as if it were an array: it has a shape, x.shape, and no elements, methods or other properties while the model is read.",
    wrong: "x[0]",
    right: "at(x, 0)",
  },
  ADJ4008: {
    title: "The model threw an exception",
    explanation:
      "The model file is a program that runs when it is read; its own code failed at the place shown.",
    wrong: "layers.at(-1).W // of no layers",
    right: "layers.at(-1)?.W",
  },
  ADJ4009: {
    title: "A name that callers cannot use",
    explanation:
      "What a model exports are properties of its trainer, by the names of the exports. A few are taken: destroy and then, createState for functions, sizes for variables; and no two may be one.",
    wrong: "export const destroy = fn([x], x * 2)",
    right: "export const double = fn([x], x * 2)",
  },
  ADJ4010: {
    title: "A value that is another one each time",
    explanation:
      "A model file runs when it is read, once: Math.random(), the clock and crypto give a number that is written into generated code, another one at each run of codegen, so that --check never finds it fresh. A warning, which stops nothing.",
    wrong: "shared(Math.random())",
    right: "shared(uniform([]))",
  },
  ADJ5001: {
    title: "Not available on this target",
    explanation:
      "A target that --target names cannot do what the model asks for. Without --target it is left out.",
    wrong: "--target gpu, with the product of two int32 tensors",
    right: "--target typescript, or float32 tensors",
  },
  ADJ9001: {
    title: "Internal error",
    explanation: "A fault of the compiler itself.",
    wrong: "–",
    right: "–",
  },
  ADJ9002: {
    title: "A rewrite changed a value",
    explanation:
      "Found by codegen --debug, which evaluates both sides of every rewrite: the rule that is named is wrong.",
    wrong: "–",
    right: "–",
  },
} as const satisfies Record<string, CodeEntry>;

export type Code = keyof typeof codes;

/** docs/errors.md */
export function errorPage(): string {
  const entries = Object.entries(codes).map(
    ([code, { title, explanation, wrong, right }]) =>
      `## ${code}: ${title}\n\n${explanation}\n\n\`\`\`ts\n${wrong} // ✗\n${right} // ✓\n\`\`\`\n`,
  );
  return `# Errors\n\nEvery mistake in a model is reported with its place, a code, and what to write instead. This page is\nwritten from the same table as the messages: \`npm run docs\`.\n\n${entries.join("\n")}`;
}
