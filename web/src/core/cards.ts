// The five cards of foundations: which they are, where each is met on the loaded model, and the
// arithmetic that follows what is dragged. What they begin with is in starts.ts.

import { number } from './format';

export const CARDS = ['arrow', 'dot', 'softmax', 'matrix', 'logarithm'] as const;
export type CardId = (typeof CARDS)[number];

/** Where the same is at work in the model. */
export const PLACES: Record<CardId, Record<string, string>> = {
  arrow: { view: 'words' },
  dot: { view: 'attention', grain: 'steps' },
  softmax: { view: 'attention', grain: 'steps' },
  matrix: { view: 'parameters' },
  logarithm: { view: 'training' },
};

/** What a card begins with where the model gives nothing: numbers of the reader's. */
export const PLAIN: Record<CardId, number[]> = {
  arrow: [0.6, 0.4],
  dot: [0.7, 0.3, 0.2, 0.6],
  softmax: [2, 1, 0, -1],
  matrix: [0.8, 0.5, 0.9, -0.4, 0.3, 0.7],
  logarithm: [0.5, 0.25],
};

/** How far a picture of these numbers reaches: 1, 2 or 5 times a power of ten, with room to drag. */
export function reachOf(values: readonly number[], room = 1.3): number {
  const wanted = Math.max(...values.map(Math.abs)) * room;
  if (!(wanted > 0) || !Number.isFinite(wanted)) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].map((digit) => digit * power).find((one) => one >= wanted) ?? 10 * power;
}

/** As many digits as tell something in a picture that reaches so far. */
export const digitsOf = (reach: number): number => Math.min(4, Math.max(1, 2 - Math.floor(Math.log10(reach))));

/** A number in a card: what is too small for its digits is 0. */
export const short = (value: number, digits: number): string => number(Math.abs(value) < 10 ** -digits / 2 ? 0 : value, digits);

/** A dragged number: held between the bounds, and no finer than a step. */
export function held(value: number, step: number, [least, most]: readonly [number, number]): number {
  const near = Number((Math.round(value / step) * step).toPrecision(6));
  return Math.min(Math.max(near, least), most) || 0;
}

/** Shares as tenths of a percent, rounded so that together they are 1000: the largest remainders
 *  are rounded up. */
export function tenths(shares: ArrayLike<number>): number[] {
  const exact = Array.from(shares, (share) => share * 1000), found = exact.map(Math.floor);
  const rest = 1000 - found.reduce((a, b) => a + b, 0);
  const order = exact.map((_, i) => i).sort((a, b) => (exact[b]! % 1) - (exact[a]! % 1) || a - b);
  for (const i of order.slice(0, rest)) found[i]!++;
  return found;
}

/** What two mixers make of two numbers, given as [x₁, x₂, first row, second row]. */
export function mixed([first, second, a, b, c, d]: readonly number[]): [number, number] {
  return [a! * first! + b! * second!, c! * first! + d! * second!];
}

/** The least probability that a drag reaches. */
export const LEAST = 0.01;

/** The probability whose point on a falling or rising curve is nearest to (x, y). */
export function nearest(x: number, y: number, at: (probability: number) => readonly [number, number]): number {
  let best = 1, distance = Infinity;
  for (let n = 1; n <= 100; n++) {
    const [px, py] = at(n / 100), here = (px - x) ** 2 + (py - y) ** 2;
    if (here < distance) { distance = here; best = n / 100; }
  }
  return Math.max(best, LEAST);
}
