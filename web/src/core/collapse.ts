// The recorded graph seen from afar: entries gathered into the parts that are shown, and an edge
// between two parts wherever a value of one is an input of a value of the other.

import { isComputed, readersOf, type Entry, type Node, type Source } from './graph';

/** One input of one entry: entry `from` is read as input number `input` of entry `to`. */
export interface Wire { from: number; to: number; input: number; through: Source['through'] }
/** What runs between two parts. A value from outside, or for outside, goes by its own path. */
export interface Edge { from: string; to: string; wires: Wire[] }
export interface Collapsed {
  parts: Node[];
  edges: Edge[];
  /** Entries outside that are read here, and edges from them. */
  takes: number[];
  taken: Edge[];
  /** Edges to entries outside that read what is made here. */
  given: Edge[];
}

export function wiresOf(entries: Entry[], of: number[]): Wire[] {
  return of.flatMap((to) => entries[to]!.inputs.map((source, input) => ({ from: source.entry, to, input, through: source.through })));
}

/** Gather the entries into these parts. Wires inside a part are hidden; all others are on an edge. */
export function collapse(entries: Entry[], parts: Node[]): Collapsed {
  const owner = new Map<number, string>();
  parts.forEach((part) => part.entries.forEach((i) => owner.set(i, part.path)));
  const inside = new Map<string, Edge>(), taken = new Map<string, Edge>(), given = new Map<string, Edge>();
  const all = entries.map((_, i) => i);
  for (const wire of wiresOf(entries, all)) {
    const from = owner.get(wire.from), to = owner.get(wire.to);
    if (from === to) continue;
    if (from === undefined) note(taken, entries[wire.from]!.path, to!, wire);
    else if (to === undefined) note(given, from, entries[wire.to]!.path, wire);
    else note(inside, from, to, wire);
  }
  const takes = [...new Set([...taken.values()].flatMap((edge) => edge.wires.map((wire) => wire.from)))];
  return { parts, edges: [...inside.values()], takes, taken: [...taken.values()], given: [...given.values()] };
}

function note(edges: Map<string, Edge>, from: string, to: string, wire: Wire): void {
  const key = `${from} ${to}`;
  const edge = edges.get(key) ?? { from, to, wires: [] };
  edge.wires.push(wire);
  edges.set(key, edge);
}

/** The parts that are shown when these are open: an open one gives way to what is in it. A part that
 * runs both before and after another (a norm and its addition around a sub-layer) opens by itself. */
export function shown(entries: Entry[], node: Node, open: ReadonlySet<string>): Node[] {
  let parts = inOrder(entries, inside(entries, node).flatMap((one) => expand(entries, one, open)));
  for (;;) {
    const split = aroundAnother(entries, parts);
    if (!split) return parts;
    parts = inOrder(entries, parts.flatMap((one) => (one === split ? inside(entries, one) : [one])));
  }
}

function expand(entries: Entry[], node: Node, open: ReadonlySet<string>): Node[] {
  return open.has(node.path) && node.children.length ? inside(entries, node).flatMap((one) => expand(entries, one, open)) : [node];
}

/** What is in a part; its own value, where it has one beside its children, comes as a part too. */
function inside(entries: Entry[], node: Node): Node[] {
  if (!node.children.length) return [node];
  const within = new Set(node.children.flatMap((child) => child.entries));
  const own = node.entries.filter((i) => !within.has(i));
  return own.length ? inOrder(entries, [...node.children, { ...node, children: [], entries: own }]) : node.children;
}

const starts = (entries: Entry[], node: Node): number => node.entries.find((i) => isComputed(entries[i]!)) ?? node.entries[0] ?? 0;
const inOrder = (entries: Entry[], parts: Node[]): Node[] => [...parts].sort((a, b) => starts(entries, a) - starts(entries, b));

/** The smallest part that lies on a way from itself through another part back to itself. */
function aroundAnother(entries: Entry[], parts: Node[]): Node | null {
  const { edges } = collapse(entries, parts);
  const next = new Map<string, string[]>();
  edges.forEach((edge) => next.set(edge.from, [...(next.get(edge.from) ?? []), edge.to]));
  const returns = (path: string): boolean => {
    const seen = new Set<string>(), ahead = [...(next.get(path) ?? [])];
    for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
      if (at === path) return true;
      if (!seen.has(at)) { seen.add(at); ahead.push(...(next.get(at) ?? [])); }
    }
    return false;
  };
  const around = parts.filter((part) => part.children.length && returns(part.path));
  return around.sort((a, b) => a.entries.length - b.entries.length)[0] ?? null;
}

/** Of each entry, which of the run's inputs it depends on: the number of the last, or -1. */
export function inputsBehind(entries: Entry[]): number[] {
  let count = 0;
  const behind: number[] = [];
  entries.forEach((entry, i) => {
    behind[i] = entry.kind === 'input' ? count++ : Math.max(-1, ...entry.inputs.map((source) => behind[source.entry]!));
  });
  return behind;
}

/** What the entry was computed from, all the way back. */
function ancestors(entries: Entry[], from: number): Set<number> {
  const found = new Set<number>([from]), ahead = [from];
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    for (const source of entries[at]!.inputs) if (!found.has(source.entry)) { found.add(source.entry); ahead.push(source.entry); }
  }
  return found;
}

/** The residual stream that ends here: back from value to value and, where something was added to a
 * value that it was itself computed from, past what was added; else along what took longest to make. */
export function spineTo(entries: Entry[], end: number): Set<number> {
  const behind = inputsBehind(entries), spine = new Set<number>();
  for (let at: number | undefined = end; at !== undefined;) {
    spine.add(at);
    const ways: number[] = entries[at]!.inputs.map((source) => source.entry).filter((i) => behind[i]! >= 0 && entries[i]!.dtype !== 'bool');
    const back = new Map(ways.map((way) => [way, ancestors(entries, way)]));
    const deepest = (a: number, b: number): number => back.get(b)!.size - back.get(a)!.size;
    at = ways.find((way) => ways.every((other) => other === way || back.get(other)!.has(way))) ?? ways.sort(deepest)[0];
  }
  return spine;
}

