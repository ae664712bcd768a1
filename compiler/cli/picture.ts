/** Pictures of graphs: operands above, results below. */

import { bodyOf, type Node, topological } from "../graph/node.ts";
import { formatType } from "../graph/types.ts";

interface Box {
  readonly node: Node;
  /** The name that the model gave, and the op. */
  readonly lines: readonly string[];
  readonly layer: number;
  x: number;
  readonly width: number;
}

const [lineHeight, margin, gapX, gapY, charWidth] = [15, 10, 16, 46, 7];

/** Constants are written into the boxes that read them: each would have an edge to half of the picture. */
const isDrawn = (node: Node): boolean => node.op.name !== "constant";

function linesOf(node: Node): string[] {
  const constants = node.inputs.map((input) =>
    isDrawn(input) ? "·" : input.op.notation.text([], input.attrs).text,
  );
  const args = node.inputs.every(isDrawn) ? "" : `(${constants.join(", ")})`;
  const op = node.op.leaf && node.label ? [] : [`${node.op.name}${args}`];
  return [...(node.label ? [node.label.name] : []), ...op, formatType(node.type)];
}

/** A graph to draw: that of the results, or that of a step of a loop in one. */
interface Picture {
  readonly roots: readonly Node[];
  /** The node whose step it is. */
  readonly loop?: Node;
}

/** The graph, then those inside its nodes. */
function picturesOf(roots: readonly Node[]): Picture[] {
  const found: Picture[] = [{ roots }];
  for (const picture of found) {
    for (const node of topological(picture.roots)) {
      const body = bodyOf(node);
      if (body) found.push({ roots: [...new Set(body.results)], loop: node });
    }
  }
  return found;
}

/** `step of scan: h, cost` */
function titleOf({ roots, loop }: Picture): string | undefined {
  if (!loop) return undefined;
  const names = [...new Set(roots.flatMap((root) => root.label?.name ?? []))];
  return `step of ${loop.label?.name ?? loop.op.name}${names.length > 0 ? `: ${names.join(", ")}` : ""}`;
}

/** A flow chart in Mermaid's notation, which GitHub draws. A loop's step is a box beside it. */
export function mermaid(roots: readonly Node[]): string {
  const pictures = picturesOf(roots);
  const loops = new Map<Node, string>();
  let count = 0;
  const parts = pictures.map((picture, n): string[] => {
    const order = topological(picture.roots).filter(
      (node) => isDrawn(node) || picture.roots.includes(node),
    );
    const ids = new Map(order.map((node) => [node, `n${count++}`]));
    for (const [node, id] of ids) if (bodyOf(node)) loops.set(node, id);
    const quoted = (text: string): string => text.replaceAll('"', "#quot;");
    const boxes = order.map((node) => {
      const [open, close] = node.op.leaf
        ? ["([", "])"]
        : picture.roots.includes(node)
          ? ["[[", "]]"]
          : ["[", "]"];
      return `  ${ids.get(node)}${open}"${quoted(linesOf(node).join("<br>"))}"${close}`;
    });
    const edges = order.flatMap((node) =>
      node.inputs.filter(isDrawn).map((input) => `  ${ids.get(input)} --> ${ids.get(node)}`),
    );
    const title = titleOf(picture);
    if (title === undefined) return [...boxes, ...edges];
    const inside = [...boxes, ...edges].map((line) => `  ${line}`);
    return [
      `  subgraph s${n}["${quoted(title)}"]`,
      ...inside,
      "  end",
      `  s${n} -.-> ${loops.get(picture.loop as Node)}`,
    ];
  });
  return `flowchart TD\n${parts.flat().join("\n")}\n`;
}

/** A drawing that needs nothing but a browser; steps of loops below it. */
export function svg(roots: readonly Node[]): string {
  let height = margin;
  let width = margin;
  const drawn = picturesOf(roots).flatMap((picture) => {
    const title = titleOf(picture);
    const heading = title === undefined ? 0 : 2 * lineHeight;
    const made = panel(picture.roots, height + heading);
    const text =
      title === undefined
        ? []
        : [`<text class="title" x="${margin}" y="${height + lineHeight}">${escaped(title)}</text>`];
    height += heading + made.height;
    width = Math.max(width, made.width, margin + (title ?? "").length * charWidth);
    return [...text, ...made.lines];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<style>text{font:12px monospace;text-anchor:middle}path{fill:none;stroke:#888}rect{fill:#fff;stroke:#444}.leaf rect{fill:#e8f0fe}.root rect{fill:#fef3e0;stroke-width:2}.title{font-weight:bold;text-anchor:start}</style>
${drawn.join("\n")}
</svg>
`;
}

/** One graph, from `start` down. */
function panel(
  roots: readonly Node[],
  start: number,
): { lines: string[]; width: number; height: number } {
  const boxes = layOut(roots);
  const all = [...boxes.values()];
  const height = (box: Box): number => box.lines.length * lineHeight + margin;
  const rows = Math.max(0, ...all.map((b) => b.layer)) + 1;
  const rowHeight = Math.max(0, ...all.map(height)) + gapY;
  const top = (box: Box): number => start + box.layer * rowHeight;
  const edges = all.flatMap((box) =>
    box.node.inputs.filter(isDrawn).map((input) => {
      const from = boxes.get(input) as Box;
      const [x1, y1] = [from.x + from.width / 2, top(from) + height(from)];
      const [x2, y2] = [box.x + box.width / 2, top(box)];
      const bend = (y2 - y1) / 2;
      return `<path d="M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}"/>`;
    }),
  );
  const shapes = all.map((box) => {
    const kind = box.node.op.leaf ? "leaf" : roots.includes(box.node) ? "root" : "op";
    const text = box.lines
      .map(
        (line, i) =>
          `<text x="${box.x + box.width / 2}" y="${top(box) + (i + 1) * lineHeight}">${escaped(line)}</text>`,
      )
      .join("");
    return `<g class="${kind}"><rect x="${box.x}" y="${top(box)}" width="${box.width}" height="${height(box)}" rx="4"/>${text}</g>`;
  });
  return {
    lines: [...edges, ...shapes],
    width: Math.max(...all.map((b) => b.x + b.width), 0) + margin,
    height: rows * rowHeight,
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Layers by the longest way from a leaf; in each, boxes near what they read. */
function layOut(roots: readonly Node[]): Map<Node, Box> {
  const boxes = new Map<Node, Box>();
  const layers: Box[][] = [];
  for (const node of topological(roots)) {
    if (!isDrawn(node) && !roots.includes(node)) continue;
    const above = node.inputs.filter(isDrawn).map((input) => (boxes.get(input) as Box).layer);
    const layer = Math.max(-1, ...above) + 1;
    const lines = linesOf(node);
    const width = Math.max(...lines.map((l) => l.length)) * charWidth + 2 * margin;
    const box: Box = { node, lines, layer, x: 0, width };
    boxes.set(node, box);
    layers[layer] ??= [];
    layers[layer].push(box);
  }
  const centre = (box: Box): number => {
    const above = box.node.inputs.filter(isDrawn).map((input) => boxes.get(input) as Box);
    if (above.length === 0) return 0;
    return above.reduce((sum, b) => sum + b.x + b.width / 2, 0) / above.length;
  };
  for (const layer of layers) {
    const wanted = new Map(layer.map((box) => [box, centre(box) - box.width / 2]));
    layer.sort((a, b) => (wanted.get(a) as number) - (wanted.get(b) as number));
    let right = margin;
    for (const box of layer) {
      box.x = Math.round(Math.max(right, wanted.get(box) as number));
      right = box.x + box.width + gapX;
    }
  }
  return boxes;
}
