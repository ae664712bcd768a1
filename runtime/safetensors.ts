/**
 * The safetensors format: 8 bytes of header length (little endian), a JSON header, the data. Reading
 * trusts nothing: sizes, names, order and bounds are checked before any element is touched.
 */

import { sizeOf } from "./arrays.ts";
import type { DType } from "./signature.ts";

export interface NamedTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

const codes: Record<DType, string> = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  int64: "I32",
  bool: "BOOL",
};
const dtypes: Readonly<Record<string, DType>> = {
  F32: "float32",
  F64: "float64",
  I32: "int32",
  BOOL: "bool",
};
const widths: Record<DType, number> = { float32: 4, float64: 8, int32: 4, int64: 4, bool: 1 };

/** What a header holds besides tensors: texts by name. */
const metadataName = "__metadata__";

/** Longest header that is read, in bytes, as the format's own reader has it. */
const longestHeader = 100_000_000;

/** A file that is not what it says, or not what is asked for. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

function refuse(message: string): never {
  throw new FormatError(`safetensors: ${message}`);
}

/**
 * Encodes tensors by name: widest elements first, so that all are aligned, then sorted by name. Equal
 * tensors give equal bytes.
 *
 * @throws FormatError for elements that are not as many as the shape says, and for the name __metadata__
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  // Without a prototype, __proto__ is a name like others.
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header[metadataName] = metadata;
  const sorted = [...tensors].sort(
    ([a, { dtype: d }], [b, { dtype: e }]) => widths[e] - widths[d] || (a < b ? -1 : 1),
  );
  let at = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    if (name === metadataName) refuse(`${name} is no name for a tensor`);
    if (data.byteLength !== sizeOf(shape) * widths[dtype])
      refuse(`${name}: ${data.byteLength} bytes for ${dtype}[${shape.join(", ")}]`);
    header[name] = { dtype: codes[dtype], shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + at).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let place = 8 + padded;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place);
    place += data.byteLength;
  }
  return bytes;
}

/**
 * Decodes a file.
 *
 * @throws FormatError for a header that is too long or no JSON object, a name that comes twice, an
 *   unknown dtype, sizes that do not fit, holes, overlaps and whatever lies behind the end
 */
export function decodeSafetensors(bytes: Uint8Array): {
  tensors: Map<string, NamedTensor>;
  metadata: Readonly<Record<string, string>>;
} {
  if (bytes.length < 8) refuse("the file is shorter than its 8 bytes of length");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(longestHeader))
    refuse(`a header of ${length} bytes is over the limit of ${longestHeader}`);
  const end = 8 + Number(length);
  if (end > bytes.length)
    refuse(`the header should end at byte ${end}, the file has ${bytes.length}`);
  const header = parseHeader(bytes.subarray(8, end));
  const size = bytes.length - end;
  const tensors = new Map<string, NamedTensor>();
  const places: { name: string; from: number; to: number }[] = [];
  for (const [name, entry] of header.entries) {
    const { dtype, shape, from, to } = parseEntry(name, entry);
    const count = sizeOf(shape);
    if (!Number.isSafeInteger(count) || to - from !== count * widths[dtype]) {
      refuse(`${name}: ${to - from} bytes for ${dtype}[${shape.join(", ")}]`);
    }
    if (to > size) refuse(`${name} ends at byte ${to} of ${size}`);
    places.push({ name, from, to });
    // Copied, for a view would need an aligned place.
    const copy = new Uint8Array(bytes.subarray(end + from, end + to)).buffer;
    const data =
      dtype === "float32"
        ? new Float32Array(copy)
        : dtype === "float64"
          ? new Float64Array(copy)
          : dtype === "int32"
            ? new Int32Array(copy)
            : new Uint8Array(copy);
    tensors.set(name, { dtype, shape, data });
  }
  checkPlaces(places, size);
  return { tensors, metadata: header.metadata };
}

interface Header {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly metadata: Readonly<Record<string, string>>;
}

function parseHeader(bytes: Uint8Array): Header {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch {
    return refuse("the header is not JSON in UTF-8");
  }
  if (bytes[0] !== 0x7b || typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    refuse("the header is not a JSON object");
  const colons = countColons(text);
  if (colons !== countNames(parsed)) refuse("a name comes twice in the header");
  const entries = Object.entries(parsed as Record<string, unknown>);
  const metadata = entries.find(([name]) => name === metadataName)?.[1] ?? {};
  const isText =
    typeof metadata === "object" &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    Object.values(metadata).every((v) => typeof v === "string");
  if (!isText) refuse("__metadata__ must hold texts");
  return {
    entries: entries.filter(([name]) => name !== metadataName),
    metadata: metadata as Record<string, string>,
  };
}

/** Objects and lists lie at most this deep in each other: header, tensor, shape. */
const deepest = 3;

/** Colons outside of texts: one a name. JSON.parse keeps only the last of two equal names. */
function countColons(text: string): number {
  let depth = 0;
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      for (i++; text[i] !== '"'; i++) if (text[i] === "\\") i++;
    } else if (c === ":") colons++;
    else if (c === "{" || c === "[") {
      if (++depth > deepest) refuse("its header is nested too deep");
    } else if (c === "}" || c === "]") depth--;
  }
  return colons;
}

/** Names in a value at all depths. */
function countNames(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value).reduce<number>((n, v) => n + countNames(v), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}

function parseEntry(
  name: string,
  entry: unknown,
): { dtype: DType; shape: number[]; from: number; to: number } {
  if (typeof entry !== "object" || entry === null)
    return refuse(`${name} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  const known =
    typeof dtype === "string" && Object.hasOwn(dtypes, dtype) ? dtypes[dtype] : undefined;
  if (!known) return refuse(`${name}: the dtype ${JSON.stringify(dtype)} is not supported`);
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isCount))
    return refuse(`${name}: its shape is not a list of lengths`);
  if (
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every(isCount) ||
    offsets[0] > offsets[1]
  ) {
    return refuse(`${name}: its offsets are not two places in order`);
  }
  return { dtype: known, shape, from: offsets[0], to: offsets[1] };
}

function checkPlaces(places: { name: string; from: number; to: number }[], size: number): void {
  let at = 0;
  for (const { name, from, to } of places.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < at) refuse(`${name} overlaps what lies before it`);
    if (from > at) refuse(`there is a hole of ${from - at} bytes before ${name}`);
    at = to;
  }
  if (at !== size) refuse(`there are ${size - at} bytes behind the last tensor`);
}
