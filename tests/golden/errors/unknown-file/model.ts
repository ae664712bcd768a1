import { fn, scalar } from "adjoint";
import { dense } from "./layers";

const x = scalar();
export const f = fn([x], dense(x));
