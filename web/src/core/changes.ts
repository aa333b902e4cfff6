// What can be changed in a model, found in its graph: heads, ribbons, feed-forwards, positions,
// masks, the √d_k. A change has a spot (path and place); a spot is changed once at most.

import type { Change } from '../api/source';
import { attentionsOf, factorOf, type Attention } from './attention';
import { indexOf, type Entry, type Graph } from './graph';

export type Where = (number | null)[];
export interface Spot { path: string; where: Where }

const everywhere = (where: Where): string => JSON.stringify(where.length && where.every((place) => place === null) ? [] : where);

export function sameSpot(a: Spot, b: Spot): boolean {
  return a.path === b.path && everywhere(a.where) === everywhere(b.where);
}

export function changeAt(changes: Change[], spot: Spot): Change | null {
  return changes.find((change) => sameSpot(change, spot)) ?? null;
}

/** The changes with this one among them; it takes the place of one at the same spot. */
export function withChange(changes: Change[], change: Change): Change[] {
  const at = changes.findIndex((one) => sameSpot(one, change));
  return at < 0 ? [...changes, change] : changes.map((one, i) => (i === at ? change : one));
}

export function without(changes: Change[], spot: Spot): Change[] {
  return changes.filter((change) => !sameSpot(change, spot));
}

/** Make this change, or undo it where its spot is changed already. */
export function toggled(changes: Change[], change: Change): Change[] {
  return changeAt(changes, change) ? without(changes, change) : withChange(changes, change);
}

export const scaleHead = (attention: Attention, head: number, scale: number): Change => ({ path: attention.stages.weights!, where: [head, null, null], scale });
/** One ribbon of one head, or with `head` null the same ribbon of all its heads. */
export const cutRibbon = (attention: Attention, head: number | null, row: number | null, column: number): Change => ({ path: attention.stages.weights!, where: [head, row, column], scale: 0 });

export interface Switch { kind: 'feedforward' | 'position' | 'mask' | 'root'; path: string; change: Change }
/** A layer's or stack's switches in the order in which things ran. */
export interface Switches { attentions: (Attention & { root: Switch | null })[]; feedforwards: Switch[]; positions: Switch[]; masks: Switch[] }

export function switchesOf(graph: Graph): Switches {
  const index = indexOf(graph);
  const at = (path: string): Entry | null => graph.entries[index.get(path) ?? -1] ?? null;
  const tapped = (test: (entry: Entry) => boolean): string[] => graph.entries.filter((entry) => entry.tapped && !entry.path.endsWith('.original') && test(entry)).map((entry) => entry.path);
  const off = (kind: Switch['kind']) => (path: string): Switch => ({ kind, path, change: { path, where: [], scale: 0 } });
  const owners = graph.entries.filter((entry) => entry.tapped && entry.path.endsWith('.active')).map((entry) => entry.path.replace(/\.active$/, ''));
  return {
    attentions: attentionsOf(graph).map((attention) => ({ ...attention, root: rootOf(attention, at) })),
    feedforwards: owners.filter((owner) => at(`${owner}.output`)?.tapped).map((owner) => off('feedforward')(`${owner}.output`)),
    positions: tapped((entry) => entry.axes.join(' ') === 'position d_model').map(off('position')),
    masks: tapped((entry) => /mask$/.test(entry.path) && entry.axes.at(-1) === 'key').map((path) => ({ kind: 'mask', path, change: { path, where: [], value: 1 } })),
  };
}

/** Undo the division by √d_k: multiply the scaled scores by what they were divided by. */
function rootOf(attention: Attention, at: (path: string) => Entry | null): Switch | null {
  const path = attention.stages.scaled;
  const entry = path === undefined ? null : at(`${path}.original`) ?? at(path);
  const factor = factorOf(entry);
  if (path === undefined || !factor || !at(path)?.tapped) return null;
  return { kind: 'root', path, change: { path, where: [], scale: factor.symbol === '÷' ? factor.by : 1 / factor.by } };
}

/** Which of these words are not in a longest common sequence of both: they differ. */
export function differing(before: string[], after: string[]): { before: boolean[]; after: boolean[] } {
  const n = before.length, m = after.length;
  const length = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      length[i]![j] = before[i] === after[j] ? length[i + 1]![j + 1]! + 1 : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
    }
  }
  const found = { before: before.map(() => true), after: after.map(() => true) };
  for (let i = 0, j = 0; i < n && j < m; ) {
    if (before[i] === after[j]) { found.before[i++] = false; found.after[j++] = false; }
    else if (length[i + 1]![j]! >= length[i]![j + 1]!) i++;
    else j++;
  }
  return found;
}

export interface Option { id: number; before: number; after: number }

/** The likeliest words of two distributions over the same vocabulary, by the larger probability. */
export function optionsOf(before: ArrayLike<number>, after: ArrayLike<number>, count: number, keep: number[] = []): Option[] {
  const top = (p: ArrayLike<number>): number[] => {
    const best: number[] = [];
    for (let i = 0; i < p.length; i++) {
      if (best.length === count && p[i]! <= p[best.at(-1)!]!) continue;
      const at = best.findIndex((one) => p[i]! > p[one]!);
      best.splice(at < 0 ? best.length : at, 0, i);
      if (best.length > count) best.pop();
    }
    return best;
  };
  const ids = [...new Set([...keep, ...top(before), ...top(after)])];
  const larger = (id: number): number => Math.max(before[id]!, after[id]!);
  return ids.sort((a, b) => Number(keep.includes(b)) - Number(keep.includes(a)) || larger(b) - larger(a)).slice(0, count)
    .map((id) => ({ id, before: before[id]!, after: after[id]! }));
}
