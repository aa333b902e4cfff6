// a + b, a − b, a · b, a ÷ b, aᵇ: two numbers, or one and a constant.

import { t } from '../strings';
import { cellsOf, valueOf, type Explainer } from './cell';
import { bracketed, tex } from './tex';

type Two = (a: string, b: string) => string;

/** `magnitude` says how large the rounding of an operator may be: of a sum, its terms' sizes. */
function two(write: Two, words: string, f: (a: number, b: number) => number, swapped = false, magnitude = (a: number, b: number): number => Math.abs(f(a, b))): Explainer {
  return (inputs, place) => {
    const given = [inputs.operand(0, place), inputs.operand(1, place)] as const;
    const [left, right] = swapped ? [given[1], given[0]] : given;
    const a = valueOf(left), b = valueOf(right), result = f(a, b);
    return { formula: write('a', 'b'), filled: `${write(tex(a), bracketed(b))} = ${tex(result)}`, words, cells: cellsOf(left, right), sums: [], result, magnitude: magnitude(a, b) };
  };
}

const sizes = (a: number, b: number): number => Math.abs(a) + Math.abs(b);
const plus: Two = (a, b) => `${a} + ${b}`;
const minus: Two = (a, b) => `${a} - ${b}`;
const over: Two = (a, b) => `\\frac{${a}}{${b}}`;
const power: Two = (a, b) => `{${a.startsWith('-') ? `(${a})` : a}}^{${b}}`;

export const add = two(plus, t.ops.add, (a, b) => a + b, false, sizes);
export const radd = two(plus, t.ops.add, (a, b) => a + b, true, sizes);
export const sub = two(minus, t.ops.sub, (a, b) => a - b, false, sizes);
export const rsub = two(minus, t.ops.sub, (a, b) => a - b, true, sizes);
export const mul = two((a, b) => `${a} \\cdot ${b}`, t.ops.mul, (a, b) => a * b);
export const div = two(over, t.ops.div, (a, b) => a / b);
export const rdiv = two(over, t.ops.div, (a, b) => a / b, true);
export const pow = two(power, t.ops.pow, (a, b) => a ** b);
export const rpow = two(power, t.ops.pow, (a, b) => a ** b, true);
export const maximum = two((a, b) => `\\max(${a}, ${b})`, t.ops.maximum, Math.max);
export const minimum = two((a, b) => `\\min(${a}, ${b})`, t.ops.minimum, Math.min);
