/** Arrays as PNG pictures in data URIs. */

import { encode } from "fast-png";

function dataUri(rows: number, columns: number, rgb: Uint8Array): string {
  const png = encode({ width: columns, height: rows, data: rgb, channels: 3 });
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
