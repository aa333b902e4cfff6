// The recorded graph: entries, what they were computed from, and the tree that their paths make.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export interface Source { entry: number; through: [string, Json[]][] }
export interface Entry {
  path: string;
  kind: 'parameter' | 'buffer' | 'input' | 'value' | 'changed';
  axes: string[];
  shape: number[];
  dtype: string;
  operator: string;
  constants: Json[];
  inputs: Source[];
  file: string;
  line: number;
  step: number;
  tapped: boolean;
}
export interface Token { id: number; piece: string; unknown?: true }
export interface About {
  trace: string;
  run: string;
  family?: 'encoder-decoder' | 'decoder-only' | 'encoder-only';
  text: string;
  output: string;
  source: Token[];
  target: Token[];
  next: Token[];
  config: Record<string, Json>;
  changes: Json[];
  snapshot?: number | null;
  training?: { seed: number; dropout: number; smoothing: number } | null;
  untrained?: boolean;
  gold?: [number, number][] | null;
  reference?: string | null;
  /** Of a recorded learning: what the model of that step wrote by itself. */
  written?: string;
}
export interface Graph { version: number; about: About; entries: Entry[] }

/** A part of the model, or a value in it, in the order in which things ran. */
export interface Node { path: string; name: string; children: Node[]; entry: number | null }

export function indexOf(graph: Graph): Map<string, number> {
  return new Map(graph.entries.map((entry, i) => [entry.path, i]));
}

/** What was computed, as a tree by path; parameters and masks' helpers stay out. */
export function treeOf(graph: Graph): Node {
  const root: Node = { path: '', name: '', children: [], entry: null };
  graph.entries.forEach((entry, i) => {
    if ((entry.kind !== 'value' && entry.kind !== 'changed') || !entry.path.includes('.') && !entry.tapped) return;
    let node = root;
    const parts = partsOf(entry.path);
    parts.forEach((name, depth) => {
      const path = parts.slice(0, depth + 1).join('.');
      let child = node.children.find((one) => one.path === path);
      if (!child) {
        child = { path, name, children: [], entry: null };
        node.children.push(child);
      }
      node = child;
    });
    node.entry = i;
  });
  return root;
}

/** "encoder.0.self_attention.weights" in parts, a stack and its layer's number kept together. */
export function partsOf(path: string): string[] {
  return path.replace(/^(encoder|decoder)\.(\d+)/, '$1 $2').split('.').map((part) => part.replace(/^(encoder|decoder) (\d+)$/, '$1.$2'));
}

export function nodeAt(root: Node, path: string): Node | null {
  if (!path) return root;
  for (const child of root.children) {
    if (child.path === path) return child;
    if (path.startsWith(child.path + '.')) return nodeAt(child, path);
  }
  return null;
}

/** The last value that a part computes: what it hands on. */
export function lastEntry(node: Node): number | null {
  if (node.entry !== null) return node.entry;
  const last = node.children.at(-1);
  return last ? lastEntry(last) : null;
}
