/** What a run said of itself: a line a validation, as curves, as a table, and as the tutorial's log. */

/** One validation. */
export interface HistoryRow {
  /** Batches that were trained on before it. */
  readonly iterations: number;
  /** Mean cost since the validation before. */
  readonly cost: number;
  /** Mean error on the validation set, 0 to 1. */
  readonly validation: number;
  /** Mean error on the test set, where the validation error was a new best. */
  readonly test: number | undefined;
}

export type Curve = readonly (readonly [epoch: number, value: number])[];

/** The curves of a run, by epochs and parts of them. */
export function curvesOf(
  history: readonly HistoryRow[],
  batches: number,
): { costs: Curve; validation: Curve; test: Curve } {
  const at = (row: HistoryRow): number => row.iterations / batches;
  return {
    costs: history.map((row) => [at(row), row.cost]),
    validation: history.map((row) => [at(row), row.validation]),
    test: history.flatMap((row) => (row.test === undefined ? [] : [[at(row), row.test] as const])),
  };
}

/** A table for other programs: errors in percent, nothing where the test set was not looked at. */
export function historyTable(history: readonly HistoryRow[], batches: number): string {
  const percent = (error: number): string => (100 * error).toFixed(6);
  const rows = history.map(
    (row) =>
      `${row.iterations / batches},${row.iterations},${row.cost},${percent(row.validation)},${row.test === undefined ? "" : percent(row.test)}\n`,
  );
  return `epoch,minibatches,cost,validation error %,test error %\n${rows.join("")}`;
}

const percent = (error: number): string => `${(100 * error).toFixed(6)} %`;

/** `epoch 73, minibatch 83/83, validation error 7.500000 %` */
export function validationLine(epoch: number, batch: number, batches: number, error: number) {
  return `epoch ${epoch}, minibatch ${batch + 1}/${batches}, validation error ${percent(error)}`;
}

export function testLine(error: number): string {
  return `    new best model: test error ${percent(error)}`;
}

/** The lines of all validations. */
export function historyLog(history: readonly HistoryRow[], batches: number): string[] {
  return history.flatMap(({ iterations, validation, test }) => {
    const batch = (iterations - 1) % batches;
    const line = validationLine(Math.ceil(iterations / batches), batch, batches, validation);
    return test === undefined ? [line] : [line, testLine(test)];
  });
}
