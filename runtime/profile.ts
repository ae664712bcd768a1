/** What a build with `--profile` measures: the time of each kernel, beside its arithmetic and traffic. */

/** A function of the model, or a kernel of one. */
export interface ProfileFrame {
  readonly name: string;
  /** Where the model says what it computes. */
  readonly file?: string;
  readonly line?: number;
  /** Floating-point operations of one run; missing for functions, which are the sum of their kernels. */
  readonly flops?: number;
  /** Bytes that one run reads and writes if everything is touched once. */
  readonly bytes?: number;
  /** Named sizes were taken as 100 in these numbers. */
  readonly isEstimate?: boolean;
}

/** What was measured of one frame. */
export interface ProfileRow extends ProfileFrame {
  readonly calls: number;
  /** Milliseconds in all calls. */
  readonly time: number;
}

interface Event {
  readonly type: "O" | "C";
  readonly frame: number;
  /** Milliseconds since the first event. */
  readonly at: number;
}

/** Events behind this number are counted and timed, but not kept one by one. */
const mostEvents = 200_000;

/** Measurements of one generated module. */
export class Profile {
  readonly model: string;
  readonly #frames: readonly ProfileFrame[];
  readonly #open: { frame: number; start: number }[] = [];
  #times: number[] = [];
  #calls: number[] = [];
  #events: Event[] = [];
  #start = 0;

  constructor(model: string, frames: readonly ProfileFrame[]) {
    this.model = model;
    this.#frames = frames;
    this.reset();
  }

  /** Forgets what was measured: after warming up. */
  reset(): void {
    this.#times = this.#frames.map(() => 0);
    this.#calls = this.#frames.map(() => 0);
    this.#events = [];
    this.#open.length = 0;
    this.#start = performance.now();
  }

  /** A frame begins: generated code calls this. */
  open(frame: number): void {
    const start = performance.now() - this.#start;
    // A call that failed left its frames open; a function is never inside another.
    if (this.#frames[frame].flops === undefined) this.#open.length = 0;
    this.#open.push({ frame, start });
  }

  /** The frame that began last ends. */
  close(frame: number): void {
    const opened = this.#open.pop();
    if (opened?.frame !== frame) return;
    const at = performance.now() - this.#start;
    this.#times[frame] += at - opened.start;
    this.#calls[frame]++;
    if (this.#events.length + 2 > mostEvents) return;
    this.#events.push({ type: "O", frame, at: opened.start }, { type: "C", frame, at });
  }

  /** What ran, the longest first. */
  rows(): ProfileRow[] {
    return this.#frames
      .map((frame, i) => ({ ...frame, calls: this.#calls[i], time: this.#times[i] }))
      .filter((row) => row.calls > 0)
      .sort((a, b) => b.time - a.time);
  }

  /** Kernels as a table: time, share of it, operations and bytes of a call, and how fast they went. */
  table(): string {
    const kernels = this.rows().filter((row) => row.flops !== undefined);
    const total = kernels.reduce((sum, row) => sum + row.time, 0);
    const head = ["kernel", "calls", "ms", "%", "FLOPs", "bytes", "GFLOP/s", "GB/s", "model"];
    const cells = kernels.map((row) => {
      const { calls, time, flops = 0, bytes = 0, file, line, isEstimate } = row;
      const perSecond = (n: number): string =>
        ((n * calls) / Math.max(time, 1e-9) / 1e6).toFixed(2);
      const about = isEstimate ? "≈" : "";
      return [
        row.name,
        String(calls),
        time.toFixed(2),
        ((100 * time) / Math.max(total, 1e-9)).toFixed(1),
        about + short(flops),
        about + short(bytes),
        about + perSecond(flops),
        about + perSecond(bytes),
        file === undefined ? "" : `${file}:${line}`,
      ];
    });
    const rows = [head, ...cells];
    const widths = head.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
    const isText = (i: number): boolean => i === 0 || i === head.length - 1;
    return rows
      .map((row) =>
        row
          .map((cell, i) => (isText(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
          .join("  ")
          .trimEnd(),
      )
      .join("\n");
  }

  /** The same over time, as text of a file that https://www.speedscope.app opens. */
  speedscope(): string {
    const events = nested(this.#events);
    return JSON.stringify({
      $schema: "https://www.speedscope.app/file-format-schema.json",
      name: this.model,
      exporter: "adjoint",
      activeProfileIndex: 0,
      shared: {
        frames: this.#frames.map(({ name, file, line }) => ({
          name,
          ...(file !== undefined && { file }),
          ...(line !== undefined && { line }),
        })),
      },
      profiles: [
        {
          type: "evented",
          name: this.model,
          unit: "milliseconds",
          startValue: 0,
          endValue: events.at(-1)?.at ?? 0,
          events,
        },
      ],
    });
  }
}

/** Kernels are kept before the function that ran them, as they end; a viewer wants them inside of it. */
function nested(events: readonly Event[]): Event[] {
  const pairs: { open: Event; close: Event }[] = [];
  for (let i = 0; i < events.length; i += 2) pairs.push({ open: events[i], close: events[i + 1] });
  // The outer frame of two that begin at once is the one that ends last, or that was kept last.
  const order = pairs
    .map((pair, i) => ({ ...pair, i }))
    .sort((a, b) => a.open.at - b.open.at || b.close.at - a.close.at || b.i - a.i);
  const result: Event[] = [];
  const waiting: Event[] = [];
  for (const { open, close } of order) {
    for (
      let top = waiting.at(-1);
      top && top.at <= open.at && !encloses(top, close);
      top = waiting.at(-1)
    ) {
      result.push(top);
      waiting.pop();
    }
    result.push(open);
    waiting.push(close);
  }
  while (waiting.length > 0) result.push(waiting.pop() as Event);
  return result;
}

/** Whether a frame that ends with `outer` may hold one that ends with `inner`. */
const encloses = (outer: Event, inner: Event): boolean => outer.at > inner.at;

/** 9408000 as 9.41M */
function short(n: number): string {
  const units = ["", "k", "M", "G", "T"];
  let unit = 0;
  let value = n;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)}${units[unit]}`;
}
