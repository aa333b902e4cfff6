// The largest numbers of a row, and what the others come to.

import type { Numbers } from './safetensors';

export interface Ranked {
  best: { index: number; value: number }[];
  rest: { count: number; sum: number; largest: number };
  /** Whether the row is a distribution: nothing below zero, and 1 in all. */
  shares: boolean;
}

/** The `most` largest, largest first; `also` is kept among them whatever its size. */
export function ranked(values: Numbers, most: number, also: number | null = null): Ranked {
  const order = Array.from(values, (value, index) => ({ index, value })).sort((a, b) => b.value - a.value);
  const best = order.slice(0, most), others = order.slice(most), kept = others.findIndex((one) => one.index === also);
  if (kept >= 0) best.push(...others.splice(kept, 1));
  const sum = others.reduce((total, one) => total + one.value, 0), whole = best.reduce((total, one) => total + one.value, sum);
  return { best, rest: { count: others.length, sum, largest: others[0]?.value ?? 0 }, shares: Math.abs(whole - 1) < 1e-3 && order.at(-1)!.value >= 0 };
}
