// One number or another, as a mask says: what may not be seen becomes −∞ (§3.2.3).

import { t } from '../strings';
import { cellsOf, valueOf, type Explainer } from './cell';
import { tex } from './tex';

export const maskedFill: Explainer = (inputs, place) => {
  const x = inputs.operand(0, place), mask = inputs.operand(1, place), fill = inputs.operand(2, place);
  const hidden = valueOf(mask) !== 0, result = hidden ? valueOf(fill) : valueOf(x);
  return {
    formula: `m = 1 \\Rightarrow ${tex(valueOf(fill))}, \\quad m = 0 \\Rightarrow a`, filled: `m = ${tex(valueOf(mask))} \\;\\Rightarrow\\; ${tex(result)}`,
    words: hidden ? t.ops.hidden : t.ops.seen, cells: cellsOf(x, mask, fill), sums: [], result, magnitude: Math.abs(result),
  };
};

export const where: Explainer = (inputs, place) => {
  const mask = inputs.operand(0, place), a = inputs.operand(1, place), b = inputs.operand(2, place);
  const result = valueOf(mask) !== 0 ? valueOf(a) : valueOf(b);
  return {
    formula: 'm = 1 \\Rightarrow a, \\quad m = 0 \\Rightarrow b', filled: `m = ${tex(valueOf(mask))} \\;\\Rightarrow\\; ${tex(result)}`,
    words: t.ops.where, cells: cellsOf(mask, a, b), sums: [], result, magnitude: Math.abs(result),
  };
};

export const clamp: Explainer = (inputs, place) => {
  const x = inputs.operand(0, place), low = inputs.argument(1, 'min') ?? null, high = inputs.argument(2, 'max') ?? null;
  const from = low === null ? -Infinity : Number(low), to = high === null ? Infinity : Number(high), result = Math.min(Math.max(valueOf(x), from), to);
  return { formula: `\\min(\\max(a, ${tex(from)}), ${tex(to)})`, filled: `${tex(valueOf(x))} \\;\\Rightarrow\\; ${tex(result)}`, words: t.ops.clamp, cells: cellsOf(x), sums: [], result, magnitude: Math.abs(result) };
};
