import type { Node } from "../graph/node.ts";

export function simplifyNodes(roots: readonly Node[]): { roots: Node[] } {
  return { roots: [...roots] };
}
