/** Linear algebra, as a model file calls it: of matrices, or of each matrix of a batch. */

import * as determinants from "../ops/determinants.ts";
import * as matrices from "../ops/matrices.ts";
import { lift } from "./signature.ts";
import type { Operand, Tensor } from "./types.ts";

type Unary = (x: Operand) => Tensor;

/** The solution x of a·x = b, for a vector b or columns. @throws ADJ1003 */
export const solve = lift<(a: Operand, b: Operand) => Tensor>("solve(a, b)", matrices.solve);
/** The same for a triangular matrix, of which the other triangle is not read. @throws ADJ1003 */
export const solveTriangular = lift<
  (l: Operand, b: Operand, options?: matrices.TriangularOptions) => Tensor
>("solveTriangular(l, b, { upper })", matrices.solveTriangular);
/** Inverse; ∞ or NaN for a singular matrix. @throws ADJ1003 unless square */
export const inv = lift<Unary>("inv(x)", matrices.inv);
/** Determinant; its gradient needs a regular matrix. @throws ADJ1003 unless square */
export const det = lift<Unary>("det(x)", determinants.det);
/** log |det x| @throws ADJ1003 unless square */
export const logdet = lift<Unary>("logdet(x)", determinants.logdet);
/** The sign of the determinant, and log |det x|. @throws ADJ1003 unless square */
export const slogdet = lift<(x: Operand) => [Tensor, Tensor]>("slogdet(x)", determinants.slogdet);
/**
 * The lower triangular l with l·lᵀ = x, NaN unless x is positive definite. Only the lower triangle of x is
 * read. @throws ADJ1003 unless square
 */
export const cholesky = lift<Unary>("cholesky(x)", matrices.cholesky);
/** Sum of a diagonal. @throws ADJ1004 for a vector */
export const trace = lift<(x: Operand, offset?: number) => Tensor>(
  "trace(x, offset?)",
  matrices.trace,
);
