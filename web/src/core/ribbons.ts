// Which head a trace singles out for a chosen word.
//
// Strands are single shares of attention with their strength: how much each pushed the written word
// over the runner-up (the program computes that from the trace), or, where only the values are at
// hand, the share itself. Of the shares that go to a word that may stand for the choice, the
// strongest wins. Where the choice was not made by one look but prepared by another (the decoder
// looks at "it", and "it" at a noun), both looks together are as strong as the weaker of them.

import type { Family } from '../api/source';
import type { Graph } from './graph';
import type { Tensor } from './safetensors';

export interface Strand { path: string; head: number; query: number; key: number; strength: number }
/** One head's attention from one place: `key` is where it matters, `shares` all that it gives. */
export interface Look { path: string; head: number; query: number; key: number; shares: number[] }
export type OneWord = (a: number, b: number) => boolean;
export interface Choice { looks: Look[]; strength: number; clear: boolean }

/** A look is clear if one can see it and it does a tenth of the deed. */
const VISIBLE = 0.1;
const MATTERS = 0.1;

const FACING: Record<Family, RegExp> = {
  'encoder-decoder': /cross_attention\.weights$/,
  'decoder-only': /self_attention\.weights$/,
  'encoder-only': /self_attention\.weights$/,
};
const INNER = /^encoder\b.*self_attention\.weights$/;

/** The shares themselves as strands: what a recording can say without the program. */
export function strandsOf(graph: Graph, values: Map<string, Tensor>, family: Family, row: number): Strand[] {
  const found: Strand[] = [];
  for (const { path } of graph.entries) {
    const facing = FACING[family].test(path);
    const value = values.get(path);
    if (!value || value.shape.length !== 4 || !(facing || INNER.test(path))) continue;
    const [, heads, rows, keys] = value.shape as [number, number, number, number];
    for (let head = 0; head < heads; head++) {
      for (let query = facing ? row : 0; query < (facing ? row + 1 : rows); query++) {
        for (let key = 0; key < keys; key++) found.push({ path, head, query, key, strength: value.data[(head * rows + query) * keys + key] ?? 0 });
      }
    }
  }
  return found;
}

/** The look, or the two looks, that bind the word at `row` to one of the candidates. `oneWord` says
 *  whether two places are of one word, within which a second look leads nowhere. */
export function singledOut(strands: Strand[], family: Family, row: number, candidates: number[], values: Map<string, Tensor>, margin = 1, oneWord: OneWord = (a, b) => a === b): Choice | null {
  const facing = strands.filter((one) => FACING[family].test(one.path) && one.query === row);
  const direct = strongest(facing.filter((one) => candidates.includes(one.key)));
  const through = family === 'encoder-decoder' ? strongestPair(facing, strands.filter((one) => INNER.test(one.path) && candidates.includes(one.key) && !oneWord(one.query, one.key))) : null;
  const pair = through && (!direct || through.strength > direct.strength) ? through.pair : null;
  const chain = pair ?? (direct ? [direct] : []);
  if (!chain.length) return null;
  const looks = chain.map((strand) => ({ path: strand.path, head: strand.head, query: strand.query, key: strand.key, shares: sharesOf(values, strand) }));
  const strength = Math.min(...chain.map((one) => one.strength));
  const seen = looks.every((look) => (look.shares[look.key] ?? 0) >= VISIBLE);
  return { looks, strength, clear: seen && strength >= MATTERS * Math.abs(margin) };
}

function strongest(strands: Strand[]): Strand | null {
  return strands.reduce<Strand | null>((best, one) => (best === null || one.strength > best.strength ? one : best), null);
}

function strongestPair(outer: Strand[], inner: Strand[]): { pair: Strand[]; strength: number } | null {
  let best: { pair: Strand[]; strength: number } | null = null;
  for (const second of inner) {
    const first = strongest(outer.filter((one) => one.key === second.query));
    const strength = first ? Math.min(first.strength, second.strength) : 0;
    if (first && strength > (best?.strength ?? 0)) best = { pair: [first, second], strength };
  }
  return best;
}

function sharesOf(values: Map<string, Tensor>, { path, head, query }: Strand): number[] {
  const value = values.get(path);
  if (!value) return [];
  const [, , rows, keys] = value.shape as [number, number, number, number];
  const start = (head * rows + query) * keys;
  return Array.from(value.data.subarray(start, start + keys));
}

/** The flat place of a share in its value, for the inspector. */
export function flatOf(values: Map<string, Tensor>, look: Look, key: number): number {
  const [, , rows, keys] = (values.get(look.path)?.shape ?? [1, 1, 1, 1]) as [number, number, number, number];
  return (look.head * rows + look.query) * keys + key;
}
