/** Arrays as PNG pictures. */

import { encode } from "fast-png";
import type { TensorArray } from "../arrays.ts";

function dataUri(rows: number, columns: number, rgb: Uint8Array): string {
  return pngUri(encode({ width: columns, height: rows, data: rgb, channels: 3 }));
}

/** A PNG file as the address of a picture. */
export function pngUri(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

/** Weights around zero: red below, white at 0, blue above; scaled by the largest size. */
export function divergingPicture(values: ArrayLike<number>, rows: number, columns: number): string {
  const largest = Math.max(1e-12, ...Array.from(values, Math.abs));
  const rgb = new Uint8Array(rows * columns * 3);
  for (let i = 0; i < rows * columns; i++) {
    const v = values[i] / largest;
    const fade = Math.round(255 * (1 - Math.abs(v)));
    rgb.set(
      v >= 0
        ? [fade, Math.round(fade * 0.75 + 63.75), 255]
        : [255, Math.round(fade * 0.85 + 38.25), fade],
      3 * i,
    );
  }
  return dataUri(rows, columns, rgb);
}

/** Ink on paper: 0 is white, 1 black. */
export function inkPicture(values: ArrayLike<number>, rows: number, columns: number): string {
  const rgb = new Uint8Array(rows * columns * 3);
  for (let i = 0; i < rows * columns; i++)
    rgb.fill(Math.round(255 * (1 - values[i])), 3 * i, 3 * i + 3);
  return dataUri(rows, columns, rgb);
}

/** The columns of a matrix: of a first layer's weights, what each unit looks for. */
export function columnsOf(matrix: TensorArray): Float32Array[] {
  const [rows, columns] = matrix.shape;
  return Array.from({ length: columns }, (_, j) =>
    Float32Array.from({ length: rows }, (_, i) => matrix[i * columns + j]),
  );
}

/** The rows of an array, each in one piece: of filters, what each looks for. */
export function rowsOf(array: TensorArray): Float32Array[] {
  const [rows] = array.shape;
  const size = array.length / rows;
  return Array.from({ length: rows }, (_, i) =>
    Float32Array.from(array.subarray(i * size, (i + 1) * size)),
  );
}

export interface Tiles {
  readonly png: Uint8Array;
  readonly rows: number;
  readonly columns: number;
}

/** Against a filter of equal weights: the tutorial's number. */
const smallest = 1e-8;

/**
 * Filters side by side in shades of grey, one black pixel apart: each from 0 at its least weight to 255 at its
 * largest, as the tutorial's tile_raster_images has it.
 *
 * @param size rows and columns of a filter
 * @param across filters in a row; about as many as there are rows when left out
 */
export function tilePicture(
  filters: readonly ArrayLike<number>[],
  [height, width]: readonly [number, number],
  across = Math.ceil(Math.sqrt(filters.length)),
): Tiles {
  const down = Math.ceil(filters.length / across);
  const rows = down * (height + 1) - 1;
  const columns = across * (width + 1) - 1;
  const grey = new Uint8Array(rows * columns);
  for (const [n, filter] of filters.entries()) {
    const top = Math.floor(n / across) * (height + 1);
    const left = (n % across) * (width + 1);
    let [low, high] = [filter[0], filter[0]];
    for (let i = 1; i < filter.length; i++) {
      low = Math.min(low, filter[i]);
      high = Math.max(high, filter[i]);
    }
    for (let i = 0; i < height * width; i++) {
      const place = (top + Math.floor(i / width)) * columns + left + (i % width);
      grey[place] = Math.floor((255 * (filter[i] - low)) / (high - low + smallest));
    }
  }
  return { png: encode({ width: columns, height: rows, data: grey, channels: 1 }), rows, columns };
}
