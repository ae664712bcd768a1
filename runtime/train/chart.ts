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
  readonly format: (y: number) => string;
}

const width = 640;
const height = 300;
const margin = { left: 76, right: 16, top: 16, bottom: 44 };

/** Round steps that split a range into about five. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const first = Math.ceil(low / step) * step;
  return Array.from(
    { length: Math.floor((high - first) / step + 1e-9) + 1 },
    (_, i) => first + i * step,
  );
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

/** A chart of several lines over one axis. */
export function lineChart(
  series: readonly Series[],
  { title, xLabel, yLabel, format }: ChartOptions,
): string {
  const all = series.flatMap((s) => s.points);
  if (all.length === 0) return "";
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const [x0, x1, y1] = [Math.min(...xs), Math.max(...xs), Math.max(...ys) * 1.02];
  const y0 = Math.min(...ys) > 0.5 * y1 ? Math.min(...ys) * 0.98 : 0;
  const px = (x: number): number =>
    margin.left + ((x - x0) / (x1 - x0 || 1)) * (width - margin.left - margin.right);
  const py = (y: number): number =>
    height - margin.bottom - ((y - y0) / (y1 - y0 || 1)) * (height - margin.top - margin.bottom);
  const at = (n: number): string => n.toFixed(1);
  const grid = ticks(y0, y1).map(
    (y) =>
      `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${at(py(y))}" y2="${at(py(y))}"/><text class="tick" x="${margin.left - 8}" y="${at(py(y) + 4)}" text-anchor="end">${format(y)}</text>`,
  );
  const marks = ticks(x0, x1).map(
    (x) =>
      `<text class="tick" x="${at(px(x))}" y="${height - margin.bottom + 18}" text-anchor="middle">${Math.round(x * 100) / 100}</text>`,
  );
  const lines = series.map(({ points, colour, name }) => {
    const drawn = thinned(points);
    const path = drawn.map(([x, y]) => `${at(px(x))},${at(py(y))}`).join(" ");
    const dots = drawn.map(
      ([x, y]) =>
        `<circle class="dot" cx="${at(px(x))}" cy="${at(py(y))}" r="7"><title>${name}, ${xLabel} ${x}: ${format(y)}</title></circle>`,
    );
    return `<g style="color:var(${colour})"><polyline class="line" points="${path}"/>${dots.join("")}</g>`;
  });
  const legend = series
    .map((s) => `<span class="key" style="color:var(${s.colour})">${s.name}</span>`)
    .join("");
  return `<figure><figcaption>${title}${series.length > 1 ? ` ${legend}` : ""}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${grid.join("")}${marks.join("")}
<text class="label" x="${(width + margin.left) / 2}" y="${height - 6}" text-anchor="middle">${xLabel}</text>
<text class="label" transform="translate(14 ${(height - margin.bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>
${lines.join("\n")}</svg></figure>`;
}
