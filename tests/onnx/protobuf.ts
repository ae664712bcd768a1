/** Reads the wire format of protocol buffers: the few field types that ONNX files use. */

/** A field's value: a varint, four or eight bytes, or a run of bytes. */
type Field =
  | { readonly wire: 0; readonly value: bigint }
  | { readonly wire: 1 | 2 | 5; readonly bytes: Uint8Array };

/** The fields of one message by number, each with all of its values in order. */
export class Message {
  readonly #fields = new Map<number, Field[]>();

  constructor(bytes: Uint8Array) {
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++];
        if (byte === undefined) throw new Error("a message ends within a number");
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    const take = (length: number): Uint8Array => {
      at += length;
      if (at > bytes.length) throw new Error("a message ends within a field");
      return bytes.subarray(at - length, at);
    };
    while (at < bytes.length) {
      const tag = Number(varint());
      const wire = tag & 7;
      let field: Field;
      if (wire === 0) field = { wire, value: varint() };
      else if (wire === 1) field = { wire, bytes: take(8) };
      else if (wire === 2) field = { wire, bytes: take(Number(varint())) };
      else if (wire === 5) field = { wire, bytes: take(4) };
      else throw new Error(`wire type ${wire} is not part of the format`);
      const list = this.#fields.get(tag >> 3);
      if (list) list.push(field);
      else this.#fields.set(tag >> 3, [field]);
    }
  }

  #all(field: number): readonly Field[] {
    return this.#fields.get(field) ?? [];
  }

  has(field: number): boolean {
    return this.#fields.has(field);
  }

  bytes(field: number): Uint8Array[] {
    return this.#all(field).flatMap((f) => (f.wire === 0 ? [] : [f.bytes]));
  }

  texts(field: number): string[] {
    return this.bytes(field).map((b) => new TextDecoder().decode(b));
  }

  text(field: number): string {
    return this.texts(field).at(-1) ?? "";
  }

  messages(field: number): Message[] {
    return this.bytes(field).map((b) => new Message(b));
  }

  /** Signed whole numbers, one a field or packed. */
  integers(field: number): number[] {
    return this.#all(field).flatMap((f) => {
      if (f.wire === 0) return [Number(BigInt.asIntN(64, f.value))];
      const packed: number[] = [];
      let value = 0n;
      let shift = 0n;
      for (const byte of f.bytes) {
        value |= BigInt(byte & 0x7f) << shift;
        shift += 7n;
        if (byte >= 0x80) continue;
        packed.push(Number(BigInt.asIntN(64, value)));
        value = 0n;
        shift = 0n;
      }
      return packed;
    });
  }

  integer(field: number): number {
    return this.integers(field).at(-1) ?? 0;
  }

  /** Numbers of four (float) or eight bytes (double), one a field or packed. */
  floats(field: number, size: 4 | 8 = 4): number[] {
    return this.bytes(field).flatMap((b) => {
      const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
      return Array.from({ length: b.byteLength / size }, (_, i) =>
        size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
      );
    });
  }
}
