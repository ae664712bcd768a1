/** Line charts as inline SVG: axes, a legend, values on hovering. */

export interface Series {
  readonly name: string;
  /** CSS custom property of its colour. */
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface ChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Whether y is a part of 1, to be written in percent. */
  readonly percent?: boolean;
}

const width = 480;
const height = 270;
const margin = { left: 68, right: 14, top: 14, bottom: 44 };

interface Ticks {
  readonly at: readonly number[];
  /** Between two of them. */
  readonly step: number;
}

/** Round steps that split a range into four to seven. */
function ticks(low: number, high: number): Ticks {
  const rough = (0.7 * (high - low || 1)) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const first = Math.ceil(low / step - 1e-9) * step;
  const count = Math.floor((high - first) / step + 1e-9) + 1;
  return { at: Array.from({ length: count }, (_, i) => first + i * step), step };
}

/** A number with the digits that tell it from others a step away. */
function format(y: number, step: number, percent = false): string {
  const [value, apart] = percent ? [100 * y, 100 * step] : [y, step];
  const digits = Math.min(12, Math.max(0, -Math.floor(Math.log10(apart) + 1e-9)));
  return `${value.toFixed(digits)}${percent ? " %" : ""}`;
}

/** Smallest and largest of numbers, of which there can be too many to be arguments. */
function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

/** At most this many points are drawn a line. */
const mostPoints = 400;

function thinned<T>(points: readonly T[]): readonly T[] {
  if (points.length <= mostPoints) return points;
  return Array.from(
    { length: mostPoints },
    (_, i) => points[Math.round((i * (points.length - 1)) / (mostPoints - 1))],
  );
}

interface Drawing {
  /** What is inside of the svg element. */
  readonly content: string;
  readonly series: readonly Series[];
}

/** Axes, grid and lines; nothing where there are no points. Points that are no numbers are left out. */
function draw(
  given: readonly Series[],
  { xLabel, yLabel, percent = false }: ChartOptions,
): Drawing | undefined {
  const series = given.map((s) => ({
    ...s,
    points: s.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
  }));
  const all = series.flatMap((s) => s.points);
  if (all.length === 0) return undefined;
  const [x0, x1] = extent(all.map(([x]) => x));
  const [least, most] = extent(all.map(([, y]) => y));
  const y1 = most * 1.02 || 1;
  const y0 = least > 0.5 * y1 ? least * 0.98 : Math.min(0, least);
  const px = (x: number): number =>
    margin.left + ((x - x0) / (x1 - x0 || 1)) * (width - margin.left - margin.right);
  const py = (y: number): number =>
    height - margin.bottom - ((y - y0) / (y1 - y0 || 1)) * (height - margin.top - margin.bottom);
  const at = (n: number): string => n.toFixed(1);
  const [xTicks, yTicks] = [ticks(x0, x1), ticks(y0, y1)];
  const grid = yTicks.at.map(
    (y) =>
      `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${at(py(y))}" y2="${at(py(y))}"/><text class="tick" x="${margin.left - 8}" y="${at(py(y) + 4)}" text-anchor="end">${format(y, yTicks.step, percent)}</text>`,
  );
  const marks = xTicks.at.map(
    (x) =>
      `<text class="tick" x="${at(px(x))}" y="${height - margin.bottom + 20}" text-anchor="middle">${format(x, xTicks.step)}</text>`,
  );
  const lines = series.map(({ points, colour, name }) => {
    const drawn = thinned(points);
    const path = drawn.map(([x, y]) => `${at(px(x))},${at(py(y))}`).join(" ");
    const dots = drawn.map(
      ([x, y]) =>
        `<circle class="dot" cx="${at(px(x))}" cy="${at(py(y))}" r="7"><title>${name}, ${xLabel} ${format(x, xTicks.step / 100)}: ${format(y, yTicks.step / 100, percent)}</title></circle>`,
    );
    return `<g style="color:var(${colour})"><polyline class="line" points="${path}"/>${dots.join("")}</g>`;
  });
  const content = `${grid.join("")}${marks.join("")}
<text class="label" x="${(width + margin.left) / 2}" y="${height - 6}" text-anchor="middle">${xLabel}</text>
<text class="label upright" transform="translate(14 ${(height - margin.bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>
${lines.join("\n")}`;
  return { content, series };
}

/** A chart of several lines over one axis, as a part of a page. */
export function lineChart(given: readonly Series[], options: ChartOptions): string {
  const drawing = draw(given, options);
  if (!drawing) return "";
  const { content, series } = drawing;
  const { title } = options;
  const legend = series
    .map((s) => `<span class="key" style="color:var(${s.colour})">${s.name}</span>`)
    .join("");
  return `<figure><figcaption>${title}${series.length > 1 ? ` ${legend}` : ""}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${content}</svg></figure>`;
}

/** The look of a chart that stands alone, in light and dark pages. */
const fileStyle = `
svg { --one: #2463c9; --two: #c2410c; --dim: #5f6673; --line: #d9dce1; font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { svg { --one: #7aa7f5; --two: #f2995c; --dim: #9aa3b0; --line: #343940; } }
.grid { stroke: var(--line); } .tick, .label { fill: var(--dim); } .key { fill: currentColor; }
.line { fill: none; stroke: currentColor; stroke-width: 2; } .dot { fill: currentColor; opacity: 0; }`;

/** The same as an SVG file; nothing where there are no points. */
export function lineChartFile(given: readonly Series[], options: ChartOptions): string {
  const drawing = draw(given, options);
  if (!drawing) return "";
  const keys = drawing.series.map(
    ({ name, colour }, i) =>
      `<text class="key" style="color:var(${colour})" x="${margin.left + 130 * i}" y="14">— ${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -14 ${width} ${height + 14}" width="${width}" role="img" aria-label="${options.title}"><style>${fileStyle}</style>
<g transform="translate(0 -14)">${keys.join("")}</g>
${drawing.content}</svg>
`;
}
