/** A model whose functions update variables from one gradient, and take sums on the way. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildModel } from "../../compiler/cli/build.ts";
import type { CompiledModel } from "../../compiler/model.ts";

export const [rows, width, height] = [23, 301, 70];

const text = `
import { clip, dot, fn, grad, matrix, mean, shared, sqrt, sum, tanh, transpose, uniform, zeros } from "adjoint";
const x = matrix(${rows}, ${width});
export const W = shared(uniform([${width}, ${height}], { low: -0.1, high: 0.1 }));
export const b = shared(zeros(${height}));
export const v = shared(zeros(${width}, ${height}));
export const s = shared(zeros(${width}, ${height}));
const cost = mean((tanh(dot(x, W) + b) - 0.5) ** 2) * 100;
const g = grad(cost, W);
const speed = 0.9 * v - 0.1 * g;
export const momentum = fn([x], cost, { updates: [[v, speed], [W, W + speed]] });
export const nesterov = fn([x], cost, { updates: [[v, speed], [W, W + 0.9 * speed - 0.1 * g]] });
const first = 0.9 * v + 0.1 * g;
const second = 0.999 * s + 0.001 * g ** 2;
export const adam = fn([x], cost, {
  updates: [[v, first], [s, second], [W, W - 0.001 * first / (sqrt(second) + 0.01)]],
});
export const rows_ = fn([x], cost, { updates: [[v, speed], [W, W + speed * b]] });
export const told = fn([x], [cost, sum(g)], { updates: [[v, speed], [W, W + speed]] });
export const crossed = fn([x], cost, { updates: [[v, W + 0.1 * g], [W, v - 0.1 * g]] });
export const clipped = fn([x], cost, { updates: [[v, speed], [W, W + speed / sqrt(sum(speed ** 2))]] });
export const again = fn([x], cost, { updates: [[v, speed], [W, W + clip(dot(transpose(x), dot(x, v)), -1, 1)]] });
const penalty = cost + 0.01 * sum(W ** 2);
export const decayed = fn([x], penalty, { updates: [[W, W - 0.01 * grad(penalty, W)]] });
export const limited = fn([x], cost, { updates: [[W, W - 0.1 * g / (1 + sum(g ** 2))]] });
const U = shared(uniform([${height}, 30], { low: -0.1, high: 0.1 }));
const u = shared(zeros(${height}, 30));
const deep = mean((tanh(dot(tanh(dot(x, W) + b), U)) - 0.5) ** 2) * 100;
const [deepW, deepU] = [0.9 * v - 0.1 * grad(deep, W), 0.9 * u - 0.1 * grad(deep, U)];
export const layers = fn([x], deep, {
  updates: [[v, deepW], [W, W + deepW], [u, deepU], [U, U + deepU]],
});
export const look = fn([], [W, v, s]);
`;

/** The functions that make a step. */
export const steps = [
  "momentum",
  "nesterov",
  "adam",
  "rows_",
  "told",
  "crossed",
  "clipped",
  "again",
  "decayed",
  "limited",
  "layers",
] as const;

/** What each step reads. */
export const samples = Float32Array.from(
  { length: rows * width },
  (_, i) => ((i * 7919) % 256) / 256 - 0.4,
);

export async function updatesModel(): Promise<CompiledModel> {
  const root = mkdtempSync(path.join(tmpdir(), "adjoint-"));
  writeFileSync(path.join(root, "package.json"), "{}");
  writeFileSync(path.join(root, "m.ts"), text);
  const { model } = await buildModel("m.ts", { root, targets: [] });
  rmSync(root, { recursive: true });
  return model;
}
