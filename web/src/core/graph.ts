// The recorded graph: entries, what they were computed from, and the tree that their paths make.

import type { Entry, Graph } from './schema';

export type { About, Entry, Graph, Json, Source, Token } from './schema';

/** A part of the model, or a value in it, in the order in which things ran. `entry` is the value that
 * bears this very path; `entries` are all that lives in the part, its parameters and helpers too. */
export interface Node { path: string; name: string; children: Node[]; entry: number | null; entries: number[] }

export function indexOf(graph: Graph): Map<string, number> {
  return new Map(graph.entries.map((entry, i) => [entry.path, i]));
}

/** Of each entry, the entries that were computed from it. */
export function readersOf(entries: Entry[]): number[][] {
  const readers: number[][] = entries.map(() => []);
  entries.forEach((entry, i) => new Set(entry.inputs.map((source) => source.entry)).forEach((source) => readers[source]!.push(i)));
  return readers;
}

/** The entries with a changed value joined to the one whose place it took, so that the way goes on. */
export function joined(entries: Entry[]): Entry[] {
  if (!entries.some((entry) => entry.kind === 'changed')) return entries;
  const at = new Map(entries.map((entry, i) => [entry.path, i]));
  return entries.map((entry) => {
    const original = at.get(`${entry.path}.original`);
    return entry.kind === 'changed' && original !== undefined ? { ...entry, inputs: [{ entry: original, through: [] }] } : entry;
  });
}

export const isComputed = (entry: Entry): boolean => entry.kind === 'value' || entry.kind === 'changed';

/** The run as a tree by path. A parameter that one value alone is computed from lives with that value;
 * one that several share stands by itself. A helper without a part lives with what first reads it. */
export function treeOf(graph: Graph): Node {
  const readers = readersOf(graph.entries);
  const root: Node = { path: '', name: '', children: [], entry: null, entries: [] };
  const homes = new Array<string[]>(graph.entries.length);
  for (let i = graph.entries.length - 1; i >= 0; i--) homes[i] = homeOf(i, graph.entries, readers, homes);
  graph.entries.forEach((_, i) => settle(root, i, homes[i]!, graph.entries));
  return root;
}

function homeOf(i: number, entries: Entry[], readers: number[][], homes: string[][]): string[] {
  const entry = entries[i]!, first = readers[i]![0];
  const held = entry.kind === 'parameter' || entry.kind === 'buffer';
  if (held && readers[i]!.length === 1) return homes[first!]!;
  const placeless = isComputed(entry) && !entry.tapped && !entry.path.includes('.');
  return placeless && first !== undefined ? [...homes[first]!.slice(0, 1), entry.path] : partsOf(entry.path);
}

/** Put an entry into the tree, making the parts on the way. */
function settle(root: Node, i: number, home: string[], entries: Entry[]): void {
  let node = root;
  root.entries.push(i);
  home.forEach((name, depth) => {
    const path = depth === home.length - 1 && name === entries[i]!.path ? name : home.slice(0, depth + 1).join('.');
    let child = node.children.find((one) => one.path === path);
    if (!child) node.children.push((child = { path, name, children: [], entry: null, entries: [] }));
    child.entries.push(i);
    node = child;
  });
  if (node.path === entries[i]!.path) node.entry = i;
}

/** "encoder.0.self_attention.weights" in parts, a stack and its layer's number kept together, and what
 * a change replaced kept beside what replaced it. */
export function partsOf(path: string): string[] {
  return path.split('.').reduce<string[]>((parts, one) => {
    if (/^(\d+|original)$/.test(one) && parts.length) parts[parts.length - 1] += `.${one}`;
    else parts.push(one);
    return parts;
  }, []);
}

export function nodeAt(root: Node, path: string): Node | null {
  if (root.path === path) return root;
  for (const child of root.children) {
    const found = nodeAt(child, path);
    if (found) return found;
  }
  return null;
}

/** The nodes from the whole (not among them) to the one at this path; empty if there is none. */
export function wayTo(root: Node, path: string): Node[] {
  for (const child of root.children) {
    if (child.path === path) return [child];
    const rest = wayTo(child, path);
    if (rest.length) return [child, ...rest];
  }
  return [];
}

/** The last value that a part computes: what it hands on. */
export function lastEntry(node: Node): number | null {
  if (node.entry !== null) return node.entry;
  const last = node.children.at(-1);
  return last ? lastEntry(last) : null;
}
