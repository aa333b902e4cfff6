// What the levels of the network have in common.

import { isComputed, wayTo, type Entry, type Node } from '../../core/graph';

/** A numbered part: one layer of a stack. */
export const isLayer = (node: Node): boolean => /\.\d+$/.test(node.path);

/** The layer of each stack that is unfolded: the one that was asked for, else the first. */
export function unfolded(root: Node, asked: string | undefined): Set<string> {
  const first = new Map<string, string>();
  for (const node of root.children.filter(isLayer)) {
    const stack = node.path.replace(/\.\d+$/, '');
    if (!first.has(stack) || node.path === asked) first.set(stack, node.path);
  }
  return new Set(first.values());
}

export function parametersOf(entries: Entry[], node: Node): number {
  return node.entries.map((i) => entries[i]!).filter((entry) => entry.kind === 'parameter')
    .reduce((sum, entry) => sum + entry.shape.reduce((a, b) => a * b, 1), 0);
}

/** Whether a part is small enough to be shown operation by operation: each child is one. */
export function isSteps(entries: Entry[], node: Node): boolean {
  return node.path !== '' && node.children.every((child) => child.entries.filter((i) => isComputed(entries[i]!)).length <= 1);
}

/** The part whose opening shows this entry among its steps. */
export function homeOf(entries: Entry[], root: Node, path: string): string {
  const way = wayTo(root, path);
  const steps = way.find((node) => isSteps(entries, node));
  return (steps ?? way[0])?.path ?? '';
}
