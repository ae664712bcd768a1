/**
 * The schedule of products and column sums for targets with vectors: which axes run along lanes, which
 * are broadcast, what is read in place and what is copied together first, how large a register tile is.
 *
 *   C[rows, columns] = Σ_steps A[rows, steps] · B[steps, columns]
 *
 * Columns lie along the lanes of vectors, rows are broadcast. Rows and columns may each be several axes
 * of the result that follow one another: the pixels of a convolution are one.
 */

import type { Stage } from "../lower.ts";
import { topReduces } from "../nest.ts";
import { type Axis, call, local, rewrite, type Scalar, walk } from "../scalar.ts";
import { axesIn, extentOf, groupSize, volumeOf } from "./axes.ts";
import { costOf } from "./cost.ts";
import { type Operand, operandOf, type Place, strideOf } from "./operand.ts";
import { type Part, type Parted, partingsOf } from "./parts.ts";
import type { Scatter } from "./scatter.ts";
import { chooseTile, type Tile } from "./tile.ts";

type Reduce = Extract<Scalar, { kind: "reduce" }>;

export interface Contraction {
  readonly stage: Stage;
  /** Axes of the result that are loops around everything: the images of a batch. */
  readonly outer: readonly Axis[];
  /** Empty for column sums. */
  readonly rows: readonly Axis[];
  readonly columns: readonly Axis[];
  /** Axes of the sum around the tiles, whose sums then stay in memory. There may be no places of named ones. */
  readonly blocks: readonly Axis[];
  /** Axes of the sum inside a tile. */
  readonly steps: readonly Axis[];
  /** How the first of the steps, and a block, count what has a named size; undefined where nothing inside of a tile has. */
  readonly part: Part | undefined;
  /** Terms of a sum; a guess for named sizes. */
  readonly terms: number;
  /** Undefined where the sum has one operand only: a column sum. */
  readonly a: Operand | undefined;
  readonly b: Operand;
  /** The loops over the steps that a tile has, outermost first: axes that run on in memory are one. */
  readonly levels: readonly Level[];
  /**
   * Columns are counted by this many a row of their last axis, which has fewer: those behind are computed
   * and thrown away, so that the right operand can be read in place. The number of columns with them.
   */
  readonly padded: { readonly row: number; readonly count: number } | undefined;
  /**
   * Where the right operand lies, if its columns, which are copied together, come in groups of {@link groupSize} that lie
   * side by side: rows of an image.
   */
  readonly groups: Place | undefined;
  readonly tile: Tile;
  /** The result in terms of the local {@link sumName}. */
  readonly result: Scalar;
  /** Where each sum is added, if it is not a whole result but one of its terms. */
  readonly scatter?: Scatter;
}

export interface Level {
  /** Steps of this loop; of the outermost one as many as a part has at most. */
  readonly extent: number;
  /** Elements of the left operand from one step to the next. */
  readonly left: number;
  /** Elements of the right operand from one step to the next; rows of the panel where it is copied. */
  readonly right: number;
}

/** The name of the finished sum in {@link Contraction.result}. */
export const sumName = "sum";

/** Fewer steps than this are not worth a schedule of their own. */
const leastSteps = 2048;

/** A panel of B has at most this many steps, so that it stays in the cache. */
const longestPanel = 2048;

/** Loops over the steps that a tile has. */
const mostLevels = 3;

/** Columns that may be thrown away for one that is kept. */
const mostPadding = 0.4;

/**
 * The schedule of a kernel whose body has one sum, of products of values that share no axis but those of
 * the sum and of loops around it; undefined for other kernels.
 *
 * @param lanes the vector length that costs are compared for
 */
export function contractionOf(stage: Stage, lanes: number): Contraction | undefined {
  return cheapest(contractionsOf(stage, lanes), lanes);
}

/** The one that costs least, the first of several. */
export function cheapest(all: readonly Contraction[], lanes: number): Contraction | undefined {
  let best: Contraction | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const c of all) {
    const cost = costOf(c, lanes);
    if (cost < lowest) [best, lowest] = [c, cost];
  }
  return best;
}

/** All schedules of a kernel that {@link contractionOf} chooses from. */
export function contractionsOf(stage: Stage, lanes: number): readonly Contraction[] {
  const [reduce, ...others] = topReduces(stage.body);
  if (!reduce || others.length > 0 || reduce.fn !== "add" || reduce.dtype !== "float32") return [];
  if (reduce.until) return [];
  if (stage.into.type.dtype !== "float32" || stage.body.dtype !== "float32") return [];
  const summed = reduce.axes.filter((axis) => axis.extent !== 1);
  const spatial = stage.axes.filter((axis) => axis.extent !== 1);
  if (summed.length === 0) return [];
  if (volumeOf([...summed, ...spatial]) < leastSteps) return [];
  if (walk(reduce.body).some((s) => s.kind === "reduce")) return [];
  const all: Contraction[] = [];
  const terms = volumeOf(summed);
  for (const parted of partingsOf(reduce.body, summed)) {
    for (const split of splits(factorsOf(parted.body))) {
      for (const pads of [false, true]) {
        const found = contractionFor({ stage, reduce, parted, terms, spatial, lanes, pads }, split);
        if (found) all.push(found);
      }
    }
  }
  return all;
}

const isStatic = (axis: Axis): boolean => typeof axis.extent === "number";

function factorsOf(body: Scalar): Scalar[] {
  return body.kind === "call" && body.fn === "mul" && body.dtype === "float32"
    ? body.args.flatMap(factorsOf)
    : [body];
}

interface Split {
  readonly a: readonly Scalar[];
  readonly b: readonly Scalar[];
}

/** All ways to share factors between the two operands. */
function* splits(factors: readonly Scalar[]): Generator<Split> {
  if (factors.length > 4) return;
  for (let mask = 1; mask < 1 << factors.length; mask++) {
    yield {
      a: factors.filter((_, i) => !(mask & (1 << i))),
      b: factors.filter((_, i) => mask & (1 << i)),
    };
  }
}

interface Kernel {
  readonly stage: Stage;
  readonly reduce: Reduce;
  readonly parted: Parted;
  readonly terms: number;
  readonly spatial: readonly Axis[];
  readonly lanes: number;
  /** Whether columns may be counted with some that are thrown away. */
  readonly pads: boolean;
}

function contractionFor(
  { stage, reduce, parted, terms, spatial, lanes, pads }: Kernel,
  { a, b }: Split,
): Contraction | undefined {
  const [ofA, ofB] = [axesIn(a), axesIn(b)];
  const allRows = lastRun(spatial, (axis) => ofA.has(axis) && !ofB.has(axis));
  // Only axes of known sizes are counted as one: of steps × batch, steps are a loop around.
  const rows = allRows.every(isStatic) ? allRows : allRows.slice(-1);
  const columns = lastRun(spatial, (axis) => ofB.has(axis) && !ofA.has(axis));
  if (columns.length === 0 || !columns.every(isStatic)) return undefined;
  const isColumnSum = a.length === 0;
  const { part } = parted;
  const summed = [...parted.blocks, ...parted.steps];
  if (isColumnSum ? !summed.every((axis) => ofB.has(axis)) : rows.length === 0) return undefined;
  const outer = spatial.filter((axis) => !rows.includes(axis) && !columns.includes(axis));
  const steps = [...parted.steps];
  const blocks = [...parted.blocks];
  const product = (factors: readonly Scalar[]): Scalar =>
    factors.reduce((x, y) => call("mul", x, y));
  const plan = () => {
    const left = isColumnSum ? undefined : operandOf(product(a), steps, rows);
    const found = operandOf(product(b), steps, columns);
    const padded = pads ? paddedColumns(columns, found.place?.along) : undefined;
    const inPlace = strideOf(columns, found.place?.along) === 1 || padded !== undefined;
    const right = inPlace ? found : { value: found.value, place: undefined };
    const groups = inPlace || !areGroups(columns, found.place?.along) ? undefined : found.place;
    return { a: left, b: right, padded, groups, levels: levelsOf(steps, left, right) };
  };
  let planned = plan();
  // Axes that a tile has no loop for are loops around it, and so are those that make a panel too long.
  const fits = (): boolean =>
    (planned.b.place !== undefined || volumeOf(steps) <= longestPanel) &&
    planned.levels.length <= mostLevels;
  while (!fits() && steps.length > 1 && steps[0] !== part?.step) {
    blocks.push(steps.shift() as Axis);
    planned = plan();
  }
  if (!fits()) return undefined;
  // A value that is used once is not worth copying.
  if (isColumnSum && planned.b.place === undefined) return undefined;
  return {
    stage,
    outer,
    rows,
    columns,
    blocks,
    steps,
    part,
    terms,
    ...planned,
    tile: chooseTile(extentOf(rows), planned.padded?.count ?? volumeOf(columns), lanes, terms),
    result: rewrite(stage.body, (s) => (s === reduce ? local(sumName, "float32") : undefined)),
  };
}

/** The last axes in a row that a condition holds for. */
function lastRun(axes: readonly Axis[], holds: (axis: Axis) => boolean): Axis[] {
  const end = axes.findLastIndex(holds);
  let start = end;
  while (start > 0 && holds(axes[start - 1])) start--;
  return end < 0 ? [] : axes.slice(start, end + 1);
}

/** How columns of two axes are counted whose rows are apart in memory, if not too many are lost. */
function paddedColumns(
  columns: readonly Axis[],
  strides: readonly number[] | undefined,
): Contraction["padded"] {
  if (columns.length !== 2 || !strides || strides[1] !== 1) return undefined;
  const [rows, length] = columns.map((axis) => axis.extent as number);
  const [row] = strides;
  const count = (rows - 1) * row + length;
  return row > length && count <= (1 + mostPadding) * rows * length ? { row, count } : undefined;
}

/** Whether columns of two axes, whose rows are apart in memory, come in groups. */
const areGroups = (columns: readonly Axis[], strides: readonly number[] | undefined): boolean =>
  columns.length === 2 && strides?.[1] === 1 && (columns[1].extent as number) % groupSize === 0;

/** Places of outer axes from which on each is a unit of its own. */
const manyOuter = 8;

/**
 * Whether each place of the outer axes is a unit. Sums between blocks have room for a known number of rows: where
 * there are as many as a size says, units are cut along them.
 */
export const areUnits = ({ outer, rows, blocks }: Contraction): boolean =>
  volumeOf(outer) >= manyOuter && (blocks.length === 0 || rows.every(isStatic));

/** Whether there may be no terms at all, so that no block sets the sums. */
export const mayBeEmpty = ({ blocks }: Contraction): boolean => !blocks.every(isStatic);

/** The steps as loops, neighbours that run on in both operands as one. */
export function levelsOf(
  steps: readonly Axis[],
  left: Operand | undefined,
  right: Operand,
): readonly Level[] {
  const levels: Level[] = [];
  let behind = volumeOf(steps);
  for (const [i, axis] of steps.entries()) {
    const extent = axis.extent as number;
    behind /= extent;
    // What is copied lies in the order of the steps.
    const next: Level = {
      extent,
      left: left?.place ? left.place.steps[i] : behind,
      right: right.place ? right.place.steps[i] : behind,
    };
    const last = levels.at(-1);
    const runsOn =
      last?.right === next.right * extent && (!left || last.left === next.left * extent);
    if (last && runsOn) levels[levels.length - 1] = { ...next, extent: last.extent * extent };
    else levels.push(next);
  }
  return levels;
}
