// Comparisons and the logic of masks: 1 where it is so, 0 where not.

import { t } from '../strings';
import { cellsOf, valueOf, type Explainer } from './cell';
import { tex } from './tex';

function holds(sign: string, words: string, f: (a: number, b: number) => boolean): Explainer {
  return (inputs, place) => {
    const a = inputs.operand(0, place), b = inputs.operand(1, place), result = Number(f(valueOf(a), valueOf(b)));
    return { formula: `a ${sign} b`, filled: `${tex(valueOf(a))} ${sign} ${tex(valueOf(b))} \\;\\Rightarrow\\; ${result}`, words, cells: cellsOf(a, b), sums: [], result, magnitude: 1 };
  };
}

export const eq = holds('=', t.ops.eq, (a, b) => a === b);
export const ne = holds('\\ne', t.ops.ne, (a, b) => a !== b);
export const lt = holds('<', t.ops.lt, (a, b) => a < b);
export const le = holds('\\le', t.ops.le, (a, b) => a <= b);
export const gt = holds('>', t.ops.gt, (a, b) => a > b);
export const ge = holds('\\ge', t.ops.ge, (a, b) => a >= b);
export const and = holds('\\wedge', t.ops.and, (a, b) => a !== 0 && b !== 0);
export const or = holds('\\vee', t.ops.or, (a, b) => a !== 0 || b !== 0);

export const not: Explainer = (inputs, place) => {
  const a = inputs.operand(0, place), result = Number(valueOf(a) === 0);
  return { formula: '1 - a', filled: `1 - ${tex(valueOf(a))} = ${result}`, words: t.ops.not, cells: cellsOf(a), sums: [], result, magnitude: 1 };
};
