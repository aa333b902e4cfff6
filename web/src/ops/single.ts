// Functions of one number: what stands at this place goes in, nothing else.

import { t } from '../strings';
import { cellsOf, valueOf, type Explainer } from './cell';
import { bracketed, tex } from './tex';

/** `write` has the number as it is, and in brackets where it is negative; `magnitude` bounds its rounding. */
export function single(write: (x: string, bracketed: string) => string, words: string, f: (x: number) => number, magnitude = (x: number): number => Math.abs(f(x))): Explainer {
  return (inputs, place) => {
    const x = inputs.operand(0, place), a = valueOf(x), result = f(a);
    return { formula: write('a', 'a'), filled: `${write(tex(a), bracketed(a))} = ${tex(result)}`, words, cells: cellsOf(x), sums: [], result, magnitude: magnitude(a) };
  };
}

export const neg = single((_, x) => `-${x}`, t.ops.neg, (x) => -x);
export const abs = single((x) => `|${x}|`, t.ops.abs, Math.abs);
export const exp = single((x) => `e^{${x}}`, t.ops.exp, Math.exp, (x) => Math.exp(x) * (1 + Math.abs(x)));
export const log = single((_, x) => `\\ln ${x}`, t.ops.log, Math.log, (x) => 1 + Math.abs(Math.log(x)));
export const sqrt = single((x) => `\\sqrt{${x}}`, t.ops.sqrt, Math.sqrt);
export const rsqrt = single((x) => `\\frac{1}{\\sqrt{${x}}}`, t.ops.rsqrt, (x) => 1 / Math.sqrt(x));
export const sin = single((_, x) => `\\sin ${x}`, t.ops.sin, Math.sin, (x) => 1 + Math.abs(x));
export const cos = single((_, x) => `\\cos ${x}`, t.ops.cos, Math.cos, (x) => 1 + Math.abs(x));
export const tanh = single((_, x) => `\\tanh ${x}`, t.ops.tanh, Math.tanh, () => 1);
export const sigmoid = single((_, x) => `\\frac{1}{1 + e^{-${x}}}`, t.ops.sigmoid, (x) => 1 / (1 + Math.exp(-x)), () => 1);
