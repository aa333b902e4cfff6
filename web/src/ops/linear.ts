// y = xWᵀ + b (§3.2.2, §3.3, §3.4): a row of numbers times a row of parameters, summed.

import { ravel } from '../core/arrange';
import { t } from '../strings';
import type { Explainer, Term } from './cell';
import { total } from './cell';
import { sumOf, tex } from './tex';

export const linear: Explainer = (inputs, place) => {
  const matrix = inputs.places(1), width = matrix.shape[1]!, out = place.at(-1)!;
  const x = inputs.along(0, place.length - 1, [...place.slice(0, -1), 0]);
  const terms: Term[] = x.map((cell, k) => {
    const parameter = inputs.cell(1, matrix, ravel([out, k], [matrix.shape[0]!, width]));
    return { cells: [cell, parameter], value: cell.value * parameter.value };
  });
  const number = inputs.numberOf(2, 'bias');
  const bias = number === null ? null : inputs.cell(number, inputs.places(number), out);
  if (bias) terms.push({ cells: [bias], value: bias.value });
  const result = total(terms.map((term) => term.value));
  return {
    formula: `\\sum_{k=1}^{${width}} x_k \\, W_{k}${bias ? ' + b' : ''}`, filled: `${sumOf(terms)} = ${tex(result)}`,
    words: bias ? t.ops.linearBias : t.ops.linear, cells: bias ? [bias] : [], sums: [{ name: t.ops.products, terms, total: result }], result,
    magnitude: total(terms.map((term) => Math.abs(term.value))),
  };
};
