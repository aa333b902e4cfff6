// Layer normalisation (§3.1): a row shifted to mean 0, scaled to spread 1, then a gain and a bias.

import { t } from '../strings';
import { terms, total, type Explainer } from './cell';
import { bracketed, tex } from './tex';

export const layerNorm: Explainer = (inputs, place) => {
  const shape = inputs.argument(1, 'normalized_shape');
  if (Array.isArray(shape) && shape.length !== 1) return null;
  const axis = place.length - 1, at = place[axis]!, row = inputs.along(0, axis, place), x = row[at]!, n = row.length;
  const parts = terms(row, (value) => value / n), mean = total(parts.map((term) => term.value));
  const squares = terms(row, (value) => (value - mean) ** 2 / n), variance = total(squares.map((term) => term.value));
  const epsilon = Number(inputs.argument(4, 'eps') ?? 1e-5), spread = Math.sqrt(variance + epsilon);
  const parameter = (position: number, name: string) => {
    const number = inputs.numberOf(position, name);
    return number === null ? null : inputs.cell(number, inputs.places(number), at);
  };
  const gain = parameter(2, 'weight'), bias = parameter(3, 'bias'), g = gain?.value ?? 1, b = bias?.value ?? 0;
  const result = ((x.value - mean) / spread) * g + b;
  return {
    formula: `\\frac{a_i - \\mu}{\\sqrt{\\sigma^2 + \\varepsilon}}${gain ? ' \\cdot g_i' : ''}${bias ? ' + b_i' : ''}`,
    filled: `\\frac{${tex(x.value)} - ${bracketed(mean)}}{\\sqrt{${tex(variance)} + ${tex(epsilon)}}}${gain ? ` \\cdot ${bracketed(g)}` : ''}${bias ? ` + ${bracketed(b)}` : ''} = ${tex(result)}`,
    words: t.ops.layerNorm, cells: [x, ...(gain ? [gain] : []), ...(bias ? [bias] : [])],
    sums: [{ name: t.ops.meanOf, terms: parts, total: mean }, { name: t.ops.varianceOf, terms: squares, total: variance }],
    result, magnitude: ((Math.abs(x.value) + total(parts.map((term) => Math.abs(term.value)))) / spread) * Math.abs(g) + Math.abs(b),
  };
};
