// Where ribbons run: from token to token between two lines, or as an arc beside one line.

import type { Choice, Look } from '../../core/ribbons';
import type { Anchors } from './Ribbons.svelte';

/** A ribbon's numbers: four points of a curve, and its width. */
export const SIZE = 9;
export const SLOTS = 6;
const MOST = 4;
const LEAST = 0.05;
const THICKEST = 16;

export interface Ribbon { look: Look; key: number; share: number; numbered: boolean; geometry: number[] }
type Point = [number, number];

export function layOut(choice: Choice, at: number, anchors: Anchors, rows: boolean, single: boolean): Ribbon[] {
  return choice.looks.flatMap((look, step) => {
    const across = step === 0 && !single;
    const keys = choice.looks.length > 1 ? [look.key] : drawnKeys(look);
    return keys.flatMap((key, rank) => {
      const from = anchors.get(`${single ? 'target' : 'source'}:${key}`);
      const to = anchors.get(step === 0 ? `target:${at}` : `source:${look.query}`);
      const share = look.shares[key] ?? 0;
      if (!from || !to) return [];
      const points = across ? between(from.facing, to.facing, rows) : arc(from.away, to.away, rows);
      const geometry = [...points.flat(), Math.max(1, share * THICKEST)];
      return [{ look, key, share, numbered: rank === 0 || (key === look.key && share >= LEAST), geometry }];
    });
  });
}

/** The places that get most, thickest first; the place that matters is always among them. */
function drawnKeys(look: Look): number[] {
  const order = look.shares.map((_, i) => i).sort((a, b) => look.shares[b]! - look.shares[a]!);
  const first = order.slice(0, MOST).filter((i, rank) => rank === 0 || look.shares[i]! >= LEAST);
  return first.includes(look.key) ? first : [...first.slice(0, MOST - 1), look.key];
}

function between(from: Point, to: Point, rows: boolean): Point[] {
  const [a, b] = rows ? [(from[0] + to[0]) / 2, (from[0] + to[0]) / 2] : [(from[1] + to[1]) / 2, (from[1] + to[1]) / 2];
  return rows ? [from, [a, from[1]], [b, to[1]], to] : [from, [from[0], a], [to[0], b], to];
}

function arc(from: Point, to: Point, rows: boolean): Point[] {
  const far = rows ? Math.abs(from[1] - to[1]) : Math.abs(from[0] - to[0]);
  const height = rows ? Math.min(24 + far / 12, 56) : Math.min(40 + far / 6, 110);
  return rows ? [from, [from[0] - height, from[1]], [to[0] - height, to[1]], to] : [from, [from[0], from[1] - height], [to[0], to[1] - height], to];
}
