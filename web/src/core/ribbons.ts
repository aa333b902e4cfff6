// Which head a trace singles out for a target word: the one that gives most to one content word.

import type { Graph } from './graph';
import type { Tensor } from './safetensors';

export interface Pull { path: string; head: number; row: number; shares: number[] }

/** The attention of every cross-attention head at this target position: [head] of shares by source. */
export function pulls(graph: Graph, values: Map<string, Tensor>, row: number): Pull[] {
  const found: Pull[] = [];
  for (const entry of graph.entries) {
    if (!entry.path.endsWith('cross_attention.weights')) continue;
    const value = values.get(entry.path);
    if (!value) continue;
    const [, heads, rows, keys] = value.shape as [number, number, number, number];
    for (let head = 0; head < heads; head++) {
      const start = (head * rows + row) * keys;
      found.push({ path: entry.path, head, row, shares: Array.from(value.data.subarray(start, start + keys)) });
    }
  }
  return found;
}

/** Of these heads the one that looks hardest at one of the words that may stand for the choice. */
export function singledOut(all: Pull[], candidates: number[]): Pull | null {
  const strength = (pull: Pull): number => Math.max(...candidates.map((i) => pull.shares[i] ?? 0));
  return all.reduce<Pull | null>((best, pull) => (best === null || strength(pull) > strength(best) ? pull : best), null);
}
