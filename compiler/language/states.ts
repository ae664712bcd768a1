/** Where the states of an optimiser stand: a velocity is called after its parameter, not after its place in a list. */

import { type Label, type Node, topological } from "../graph/node.ts";

type Updates = readonly { readonly target: Node; readonly value: Node }[];

/**
 * Puts what is made once for each of several parameters – a state `v`, a `step` – into the scope of the parameter,
 * where it would only be told apart by its place: `v` of `first.W` is `first_W_v`, and so are `vs[0]` and `next` of the
 * first of a list of updates, which another parameter in front would rename.
 *
 * A state is of the variable that alone is updated by it; what a gradient reads does not count.
 */
export function placeStates(updates: Updates): void {
  const parts = new Map(updates.map(({ target, value }) => [target, partsOf(value)]));
  const states = toldByPlace([...parts.keys()]);
  const owners = new Map<Node, Node>();
  for (const state of states) {
    const readers = [...parts.keys()].filter(
      (other) => other !== state && !ofOneList(other, state) && parts.get(other)?.has(state),
    );
    // Of a state that another one is computed from, the last in the row is the parameter.
    const [owner, ...more] = readers.filter(
      (reader) => !readers.some((other) => other !== reader && parts.get(other)?.has(reader)),
    );
    if (owner?.label && more.length === 0) owners.set(state, owner);
  }
  const makers = new Set([...owners.keys()].map(makerOf));
  const moved = ofGradients(updates.map(({ value }) => value));
  const groups = new Map<Node, Set<Node>>();
  for (const [target, own] of parts) {
    const owner = owners.get(target) ?? target;
    for (const part of own) {
      if (!part.label || (part.op.leaf && !owners.has(part))) continue;
      if (!makers.has(makerOf(part)) && !(moved.has(part) && hasPlace(part, owner))) continue;
      groups.set(part, (groups.get(part) ?? new Set()).add(owners.get(part) ?? owner));
    }
  }
  for (const state of owners.keys()) groups.set(state, new Set([owners.get(state) as Node]));
  for (const [part, [owner, ...others]] of groups) {
    const { scope, name } = owner.label as Label;
    if (part === owner || others.length > 0) continue;
    const own = part.label as Label;
    part.label = { name: own.list ?? own.name, scope: [...scope, name], of: owner };
  }
}

/** What a new value is computed from; gradients are taken as they are. */
function partsOf(value: Node): ReadonlySet<Node> {
  const has = (node: Node): boolean => node.derivative !== undefined;
  return new Set(topological([value], { has }).filter((node) => !has(node)));
}

/** Where a value got its name, without its place in a list. */
const makerOf = ({ label }: Node): string =>
  (label?.scope ?? []).filter((part, i, all) => i < all.length - 1 || !isPlace(part)).join("/");

/** What is computed from gradients. */
function ofGradients(values: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of topological(values))
    if (node.inputs.some((input) => input.derivative !== undefined || found.has(input)))
      found.add(node);
  return found;
}

const isPlace = (part: string): boolean => /^\d/.test(part);

/** Whether a place in a list is all that tells a value from others, and not one that its variable has as well. */
function hasPlace({ label }: Node, owner: Node): boolean {
  if (!label) return false;
  const place = label.scope.findLastIndex(isPlace);
  const around = owner.label?.scope ?? [];
  return (
    label.list !== undefined || label.scope.slice(0, place + 1).some((s, i) => s !== around[i])
  );
}

const ofOneList = (a: Node, b: Node): boolean =>
  a.label?.list !== undefined && a.label.list === b.label?.list;

/** Variables that nothing but their place tells apart from another one. */
function toldByPlace(variables: readonly Node[]): Node[] {
  const nameOf = (node: Node): string => `${makerOf(node)}/${node.label?.list ?? node.label?.name}`;
  const counts = new Map<string, number>();
  for (const node of variables) counts.set(nameOf(node), (counts.get(nameOf(node)) ?? 0) + 1);
  return variables.filter((node) => node.label && (counts.get(nameOf(node)) as number) > 1);
}
