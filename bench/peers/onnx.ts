/** Writes ONNX models: the few messages of its protobuf format that a training step needs, by hand. */

/** A field of a message: its number, and its value as bytes, text or a whole number. */
type Field = readonly [number: number, value: Uint8Array | string | number];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const encoder = new TextEncoder();

function message(...fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(([number, value]) => {
    if (typeof value === "number")
      return [Uint8Array.from([...varint(number << 3), ...varint(value)])];
    const bytes = typeof value === "string" ? encoder.encode(value) : value;
    return [Uint8Array.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes];
  });
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A real number as an attribute: whole ones would otherwise be integers. */
export const real = (value: number) => ({ real: value });

type AttributeValue = number | { readonly real: number } | readonly number[] | Graph;

/** AttributeProto: its field for the value, and the type that says which it is. */
function attribute(name: string, value: AttributeValue): Uint8Array {
  if (value instanceof Graph) return message([1, name], [6, value.encode()], [20, 5]);
  if (typeof value === "number") return message([1, name], [3, value], [20, 2]);
  if ("real" in value) {
    // A float is a field of four bytes, which nothing else here has.
    const float = new Uint8Array(Float32Array.of(value.real).buffer);
    const head = message([1, name], [20, 1]);
    return Uint8Array.from([...head, (2 << 3) | 5, ...float]);
  }
  return message([1, name], ...value.map((n): Field => [8, n]), [20, 7]);
}

const elementTypes = { float32: 1, int64: 7 } as const;
type ElementType = keyof typeof elementTypes;

function valueInfo(name: string, shape: readonly number[], type: ElementType): Uint8Array {
  const dims = shape.map((dim): Field => [1, message([1, dim])]);
  const tensor = message([1, elementTypes[type]], [2, message(...dims)]);
  return message([1, name], [2, message([1, tensor])]);
}

/** A graph under construction; values are called by their names. */
export class Graph {
  readonly #nodes: Uint8Array[] = [];
  readonly #constants: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  readonly #prefix: string;
  #count = 0;

  /** @param prefix begins the names of its values: those of a graph within another must be its own */
  constructor(prefix = "v") {
    this.#prefix = prefix;
  }

  input(name: string, shape: readonly number[], type: ElementType = "float32"): string {
    this.#inputs.push(valueInfo(name, shape, type));
    return name;
  }

  output(value: string, name: string, shape: readonly number[]): void {
    this.#nodes.push(message([1, value], [2, name], [4, "Identity"]));
    this.#outputs.push(valueInfo(name, shape, "float32"));
  }

  constant(values: readonly number[], shape: readonly number[], type: ElementType): string {
    const name = this.#next();
    const raw = type === "float32" ? Float32Array.from(values) : BigInt64Array.from(values, BigInt);
    const dims = shape.map((dim): Field => [1, dim]);
    this.#constants.push(
      message(...dims, [2, elementTypes[type]], [8, name], [9, new Uint8Array(raw.buffer)]),
    );
    return name;
  }

  number(value: number): string {
    return this.constant([value], [], "float32");
  }

  integers(...values: number[]): string {
    return this.constant(values, [values.length], "int64");
  }

  /** A node with several results. */
  many(
    count: number,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string[] {
    const names = Array.from({ length: count }, () => this.#next());
    this.#nodes.push(
      message(
        ...inputs.map((name): Field => [1, name]),
        ...names.map((name): Field => [2, name]),
        [4, op],
        ...Object.entries(attributes).map(([name, value]): Field => [5, attribute(name, value)]),
      ),
    );
    return names;
  }

  op(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    return this.many(1, op, inputs, attributes)[0];
  }

  /** GraphProto. */
  encode(): Uint8Array {
    return message(
      ...this.#nodes.map((node): Field => [1, node]),
      [2, this.#prefix],
      ...this.#constants.map((constant): Field => [5, constant]),
      ...this.#inputs.map((input): Field => [11, input]),
      ...this.#outputs.map((output): Field => [12, output]),
    );
  }

  /** ModelProto, of operator set 17. */
  model(): Uint8Array {
    return message(
      [1, 8],
      [2, "adjoint-bench"],
      [7, this.encode()],
      [8, message([1, ""], [2, 17])],
    );
  }

  #next(): string {
    this.#count += 1;
    return `${this.#prefix}${this.#count}`;
  }
}
