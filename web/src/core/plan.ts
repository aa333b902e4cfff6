// Who stands where, read from the recorded edges alone: which stack a part belongs to, and whether
// it lies on the residual stream, on a branch off it, or aside (masks, shared parameters).

import { inputsBehind, spineTo } from './collapse';
import { isComputed, type Entry, type Graph, type Node } from './graph';

export type Track = 'spine' | 'branch' | 'aside';
/** `joins`: a branch comes back into the stream here; `dot`: and nothing else happens. */
export interface Item { path: string; column: number; track: Track; group: string; joins: boolean; dot: boolean; input: boolean }

/** What is asked of a whole graph once: the stack of each of the largest parts, and the streams. */
export interface Skeleton { columns: Map<string, number>; spine: Set<number>; count: number }

export function skeletonOf(graph: Graph, root: Node): Skeleton {
  const columns = columnsOf(graph.entries, root.children);
  const count = Math.max(0, ...columns.values()) + 1;
  const spine = new Set<number>();
  for (let column = 0; column < count; column++) {
    const own = root.children.filter((part) => columns.get(part.path) === column);
    const ends = own.flatMap((part) => part.entries).filter((i) => isComputed(graph.entries[i]!) && graph.entries[i]!.dtype !== 'bool');
    if (ends.length) spineTo(graph.entries, Math.max(...ends)).forEach((i) => spine.add(i));
  }
  return { columns, spine, count };
}

/** The first stack depends on the first input alone; the second on another as well. A part that
 * depends on none stands with the first part that reads it. */
function columnsOf(entries: Entry[], parts: Node[]): Map<string, number> {
  const behind = inputsBehind(entries), found = new Map<string, number>(), owner = new Map<number, string>();
  parts.forEach((part) => part.entries.forEach((i) => owner.set(i, part.path)));
  for (const part of parts) found.set(part.path, Math.min(1, Math.max(...part.entries.map((i) => behind[i]!))));
  for (const part of [...parts].reverse()) {
    if (found.get(part.path)! >= 0) continue;
    const reader = entries.findIndex((entry, i) => owner.get(i) !== part.path && entry.inputs.some((source) => part.entries.includes(source.entry)));
    found.set(part.path, reader < 0 ? 0 : Math.max(0, found.get(owner.get(reader) ?? '') ?? 0));
  }
  return found;
}

const topOf = (skeleton: Skeleton, path: string): string => {
  for (const top of skeleton.columns.keys()) if (path === top || path.startsWith(`${top}.`)) return top;
  return path;
};

/** Whether a branch comes back into the stream here. */
function joins(entries: Entry[], part: Node): boolean {
  const first = part.entries.map((i) => entries[i]!).find(isComputed);
  return first?.operator === 'add' && !first.inputs.some((source) => part.entries.includes(source.entry));
}

/** The parts as items in running order. `group` is the opened part that an item was taken out of. */
export function plan(graph: Graph, skeleton: Skeleton, parts: Node[]): Item[] {
  return parts.map((part) => {
    const own = part.entries.map((i) => graph.entries[i]!), top = topOf(skeleton, part.path);
    const values = own.filter(isComputed);
    const onSpine = part.entries.some((i) => skeleton.spine.has(i));
    const aside = !onSpine && (!values.length || values.every((entry) => /bool|int/.test(entry.dtype)));
    const back = onSpine && joins(graph.entries, part);
    return {
      path: part.path, column: skeleton.columns.get(top) ?? 0, track: onSpine ? 'spine' : aside ? 'aside' : 'branch',
      group: top === part.path ? '' : top, joins: back, dot: back && own.length === 1, input: own[0]?.kind === 'input',
    };
  });
}
