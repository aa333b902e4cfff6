// Values that are made from nothing but their shape: 0, 1, 2, …, and the same number everywhere.

import { ravel } from '../core/arrange';
import { t } from '../strings';
import { constantOf, type Explainer, type Explanation } from './cell';
import { tex } from './tex';

const made = (formula: string, result: number, words: string): Explanation => ({
  formula, filled: tex(result), words, cells: [], sums: [], result, magnitude: Math.abs(result),
});

export const arange: Explainer = (inputs, place) => {
  const [a, b, c] = [0, 1, 2].map((i) => inputs.argument(i)).map((value) => (typeof value === 'number' ? value : null));
  const start = b === null || b === undefined ? 0 : a!, step = c ?? 1;
  return made(start === 0 && step === 1 ? 'i' : `${tex(start)} + ${tex(step)} \\cdot i`, start + step * place[0]!, t.ops.arange);
};

const constant = (value: number): Explainer => () => made(tex(value), value, t.ops.constant);
export const zeros = constant(0);
export const ones = constant(1);
export const full: Explainer = (inputs) => {
  const value = constantOf(inputs.argument(1, 'fill_value'));
  return made(tex(value), value, t.ops.constant);
};

/** A row that is 0 but for a 1 at the place that a number names. */
export const oneHot: Explainer = (inputs, place) => {
  const ids = inputs.places(0), id = inputs.cell(0, ids, ravel(place.slice(0, -1), ids.shape)), result = Number(id.value === place.at(-1));
  return { formula: 'i = t \\Rightarrow 1, \\quad i \\ne t \\Rightarrow 0', filled: `i = ${place.at(-1)}, \\; t = ${tex(id.value)} \\;\\Rightarrow\\; ${result}`, words: t.ops.oneHot, cells: [id], sums: [], result, magnitude: 1 };
};
