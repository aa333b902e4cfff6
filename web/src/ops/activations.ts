// The activations of the feed-forward network (§3.3, equation 2), with their curves for drawing.

import { t } from '../strings';
import type { Explainer } from './cell';
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
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x / (1 + Math.exp(-x)),
};

export const relu = single((x) => `\\max(0, ${x})`, t.ops.relu, CURVES['relu']!);
const exact = single((x) => `${x} \\cdot \\Phi(${x})`, t.ops.gelu, CURVES['gelu']!, Math.abs);
const byTanh = single((x, y) => `\\frac{${x}}{2}\\left(1 + \\tanh\\left(\\sqrt{2/\\pi}\\,(${x} + 0.044715\\,${y}^3)\\right)\\right)`, t.ops.gelu, CURVES['gelu-tanh']!, Math.abs);
/** GELU, or GPT-2's approximation of it. */
export const gelu: Explainer = (inputs, place, flat) => (inputs.argument(1, 'approximate') === 'tanh' ? byTanh : exact)(inputs, place, flat);
export const silu = single((x, y) => `\\frac{${x}}{1 + e^{-${y}}}`, t.ops.silu, CURVES['silu']!, Math.abs);
