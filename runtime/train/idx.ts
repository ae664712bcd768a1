/** IDX, the format of the original MNIST files: a magic number, lengths, bytes. */

export interface IdxArray {
  readonly shape: readonly number[];
  /** Unsigned bytes, row by row. */
  readonly data: Uint8Array;
}

/**
 * Decodes an IDX file of unsigned bytes.
 *
 * @param name the file's name, for messages
 * @param axes how many axes it must have: 1 for labels, 3 for images
 * @throws Error for a wrong magic number, a wrong number of axes, a length that does not fit
 */
export function decodeIdx(bytes: Uint8Array, name: string, axes: number): IdxArray {
  if (bytes.length < 4) throw new Error(`${name}: ${bytes.length} bytes are no IDX file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const wanted = 0x0800 + axes;
  if (magic !== wanted) {
    throw new Error(
      `${name}: magic number ${hex(magic)}, expected ${hex(wanted)} (unsigned bytes, ${axes} axes)`,
    );
  }
  const start = 4 + 4 * axes;
  if (bytes.length < start) throw new Error(`${name}: the file ends inside its header`);
  const shape = Array.from({ length: axes }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((n, d) => n * d, 1);
  if (bytes.length !== start + size) {
    throw new Error(
      `${name}: ${bytes.length} bytes, expected ${start + size} for [${shape.join(", ")}]`,
    );
  }
  return { shape, data: bytes.subarray(start) };
}

const hex = (n: number): string => `0x${n.toString(16).padStart(8, "0")}`;
