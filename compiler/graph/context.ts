/** Where staging is at the moment: every node made takes its place and its owner's name from here. */

import type { Site } from "./site.ts";

const sites: Site[] = [];
const scopes: string[] = [];

/** The place in the model that is being staged. */
export function currentSite(): Site | undefined {
  return sites.at(-1);
}

/** Runs `body` with nodes and errors placed at `site`. */
export function atSite<T>(site: Site, body: () => T): T {
  sites.push(site);
  try {
    return body();
  } finally {
    sites.pop();
  }
}

/** Opens the scope of a named value; returns the depth to hand to {@link leaveScope}. */
export function enterScope(name: string): number {
  return scopes.push(name) - 1;
}

/** Closes scopes down to `depth`; safe after an exception skipped inner ones. */
export function leaveScope(depth: number): void {
  if (depth < scopes.length) scopes.length = depth;
}

/** Names of the values under construction, outermost first. */
export function currentScope(): readonly string[] {
  return [...scopes];
}
