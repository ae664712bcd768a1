/** The Elman network of `models/elman.ts` and its gradient by hand: loops that run along rows, nothing allocated. */

export const sizes = { steps: 100, batch: 16, inputs: 50, hidden: 200, classes: 10 } as const;
const { steps, batch, inputs, hidden, classes } = sizes;
const rate = 0.1;

export interface Parameters {
  U: Float32Array;
  W: Float32Array;
  b: Float32Array;
  V: Float32Array;
  c: Float32Array;
  h0: Float32Array;
}

interface State extends Parameters {
  /** Hidden states, the first one included. */
  h: Float32Array;
  p: Float32Array;
  d_logits: Float32Array;
  d_h: Float32Array;
  d_z: Float32Array;
}

function createState(): State {
  return {
    U: new Float32Array(inputs * hidden),
    W: new Float32Array(hidden * hidden),
    b: new Float32Array(hidden),
    V: new Float32Array(hidden * classes),
    c: new Float32Array(classes),
    h0: new Float32Array(hidden),
    h: new Float32Array((steps + 1) * batch * hidden),
    p: new Float32Array(classes),
    d_logits: new Float32Array(steps * batch * classes),
    d_h: new Float32Array(batch * hidden),
    d_z: new Float32Array(steps * batch * hidden),
  };
}

/** out[i,:] += Σ_k x[i,k]·w[k,:] for rows of x and out that start at the given places. */
function addProduct(
  x: Float32Array,
  xStart: number,
  w: Float32Array,
  out: Float32Array,
  outStart: number,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    const to = outStart + i * columns;
    for (let k = 0; k < inner; k++) {
      const value = x[xStart + i * inner + k];
      const from = k * columns;
      for (let j = 0; j < columns; j++) out[to + j] += value * w[from + j];
    }
  }
}

/** w[k,:] −= rate·Σ_i x[i,k]·d[i,:] */
function descend(
  w: Float32Array,
  x: Float32Array,
  xStart: number,
  d: Float32Array,
  rows: number,
  inner: number,
  columns: number,
): void {
  const sum = new Float64Array(inner * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const value = x[xStart + i * inner + k];
      for (let j = 0; j < columns; j++) sum[k * columns + j] += value * d[i * columns + j];
    }
  }
  for (let i = 0; i < sum.length; i++) w[i] -= rate * sum[i];
}

function descendRows(b: Float32Array, d: Float32Array, rows: number): void {
  const sum = new Float64Array(b.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < b.length; j++) sum[j] += d[i * b.length + j];
  for (let j = 0; j < b.length; j++) b[j] -= rate * sum[j];
}

/** d[i,k] = Σ_j dy[i,j]·w[k,j] */
function productTransposed(
  dy: Float32Array,
  start: number,
  w: Float32Array,
  out: Float32Array,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += dy[start + i * columns + j] * w[k * columns + j];
      out[i * inner + k] += sum;
    }
  }
}

function train(state: State, xs: Float32Array, y: Int32Array): number {
  const { U, W, b, V, c, h0, h, p, d_logits, d_h, d_z } = state;
  const row = batch * hidden;
  for (let i = 0; i < batch; i++) h.set(h0, i * hidden);
  let cost = 0;
  for (let t = 0; t < steps; t++) {
    const [before, now] = [t * row, (t + 1) * row];
    for (let i = 0; i < batch; i++) h.set(b, now + i * hidden);
    addProduct(xs, t * batch * inputs, U, h, now, batch, inputs, hidden);
    addProduct(h, before, W, h, now, batch, hidden, hidden);
    for (let i = now; i < now + row; i++) h[i] = Math.tanh(h[i]);
    const logits = t * batch * classes;
    for (let i = 0; i < batch; i++) d_logits.set(c, logits + i * classes);
    addProduct(h, now, V, d_logits, logits, batch, hidden, classes);
    for (let i = 0; i < batch; i++) {
      const at = logits + i * classes;
      let most = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < classes; j++) most = Math.max(most, d_logits[at + j]);
      let sum = 0;
      for (let j = 0; j < classes; j++) {
        p[j] = Math.exp(d_logits[at + j] - most);
        sum += p[j];
      }
      const label = y[t * batch + i];
      cost -= d_logits[at + label] - most - Math.log(sum);
      for (let j = 0; j < classes; j++)
        d_logits[at + j] = (p[j] / sum - (j === label ? 1 : 0)) / (steps * batch);
    }
  }
  d_h.fill(0);
  for (let t = steps - 1; t >= 0; t--) {
    productTransposed(d_logits, t * batch * classes, V, d_h, batch, hidden, classes);
    const [z, now] = [t * row, (t + 1) * row];
    for (let i = 0; i < row; i++) d_z[z + i] = d_h[i] * (1 - h[now + i] * h[now + i]);
    d_h.fill(0);
    productTransposed(d_z, z, W, d_h, batch, hidden, hidden);
  }
  descend(U, xs, 0, d_z, steps * batch, inputs, hidden);
  descend(W, h, 0, d_z, steps * batch, hidden, hidden);
  descendRows(b, d_z, steps * batch);
  descend(V, h, row, d_logits, steps * batch, hidden, classes);
  descendRows(c, d_logits, steps * batch);
  descendRows(h0, d_h, batch);
  return cost / (steps * batch);
}

export const elmanByHand = { createState, train };
