// @ts-nocheck: what the type checker would refuse

import { dropout, fn, randomStream, vector } from "adjoint";

const rng = randomStream(1);
const other = randomStream(0.5);
const x = vector(3);
const noise = rng.uniform(-1, 1, [3]) * other.normal([3]);
const misspelt = rng.unifrom([3]);
const kept = dropout(x, 0.5, other) + dropout(x, 2, rng);
class Layer {
  readonly draws = [rng];
  noise() {
    return this.draws[0].binomial([3], { p: 3 });
  }
}
export const f = fn([x], x + noise + misspelt + kept + new Layer().noise());
