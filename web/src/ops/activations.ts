// The activations of the feed-forward network (§3.3, equation 2), with their curves for drawing.

import { en } from '../strings/en';
import { single } from './single';

/** The error function by its series, exact to the last digits of a float. */
export function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let sum = x, term = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export const CURVES: Record<string, (x: number) => number> = {
  relu: (x) => Math.max(0, x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu: (x) => x / (1 + Math.exp(-x)),
};

export const relu = single((x) => `\\max(0, ${x})`, en.ops.relu, CURVES['relu']!);
export const gelu = single((x) => `${x} \\cdot \\Phi(${x})`, en.ops.gelu, CURVES['gelu']!, Math.abs);
export const silu = single((x, y) => `\\frac{${x}}{1 + e^{-${y}}}`, en.ops.silu, CURVES['silu']!, Math.abs);
