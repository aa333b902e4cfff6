// Vectors: dot products, lengths and angles, and what random directions would give.

import type { Numbers } from './safetensors';

export function dot(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export const length = (a: Numbers): number => Math.sqrt(dot(a, a));

export const cosine = (a: Numbers, b: Numbers): number => dot(a, b) / (length(a) * length(b) || 1);

/** Row i of a table [row, width]. */
export function rowOf(table: { shape: number[]; data: Numbers }, i: number): Numbers {
  const width = table.shape.at(-1)!;
  return table.data.subarray(i * width, (i + 1) * width);
}

/** The cosines of all pairs of these rows, counted in bins from −1 to 1. */
export function cosines(rows: Numbers[], bins: number): number[] {
  const unit = rows.map((row) => { const size = length(row) || 1; return Float32Array.from(row, (x) => x / size); });
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < unit.length; i++) {
    for (let j = 0; j < i; j++) counts[Math.min(bins - 1, Math.floor(((dot(unit[i]!, unit[j]!) + 1) / 2) * bins))]!++;
  }
  return counts;
}
