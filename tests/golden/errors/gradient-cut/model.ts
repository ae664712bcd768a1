import { argmax, fn, grad, mean, round, shared, vector, zeros } from "adjoint";

const x = vector(3);
const w = shared(zeros(3));
const whole = round(x * w);
export const f = fn([x], grad(mean(whole ** 2), w));
const place = argmax(x * w);
export const g = fn([x], grad(mean(x * place), w));
