/** Scans for the files that rewrite them: the record of the op needs those, and they make and read scans. */

import type { Node } from "../graph/node.ts";
import type { Dim } from "../graph/types.ts";
import type { Scan } from "./scan.ts";

/** What has the shape of its operand and nothing else of it: it will not depend on it for long. */
export const shapedLike = { has: (node: Node): boolean => node.op.name === "fill" };

/** How scans are made and read. */
export interface ScanTools {
  make(scan: Scan): Node;
  open(node: Node): Scan;
  states(scan: Node, index: number): Node;
  collected(scan: Node, index: number): Node;
  after(scan: Node, index: number): Node;
  before(scan: Node, index: number): Node;
  entries(x: Node, start: number, length: Dim, atMost?: number): Node;
  entryAt(x: Node, which: "first" | "last"): Node;
}
