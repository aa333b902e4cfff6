// The beam as a tree: where each branch stands, and which branches lead to one.

import type { Branch } from '../api/writing';

export interface Placed { branch: Branch; column: number; row: number }

/** The branch and those before it, the first written first. */
export function lineage(nodes: Branch[], id: number): Branch[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found: Branch[] = [];
  for (let node = byId.get(id); node; node = node.parent === null ? undefined : byId.get(node.parent)) found.unshift(node);
  return found;
}

/** A column a step, the first at 0; in a column the kept ones first, by score, then what was pruned. */
export function layTree(nodes: Branch[]): Placed[] {
  const columns = new Map<number, Branch[]>();
  for (const node of nodes) columns.set(node.step, [...(columns.get(node.step) ?? []), node]);
  const first = Math.min(...columns.keys());
  const order = { finished: 0, alive: 0, pruned: 1 };
  return [...columns].flatMap(([column, branches]) =>
    branches.sort((a, b) => order[a.state] - order[b.state] || b.score - a.score).map((branch, row) => ({ branch, column: column - first, row })),
  );
}
