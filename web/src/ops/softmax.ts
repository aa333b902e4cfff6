// softmax (§3.2.1, equation 1; §3.4), its logarithm, and the logarithm of the sum beneath it.

import { t } from '../strings';
import { terms, total, type Cell, type Explainer, type Inputs, type Sum } from './cell';
import { bracketed, sumOf, tex } from './tex';

interface Shares { row: Cell[]; own: Cell; largest: number; below: Sum }

/** The powers of a row, shifted by its largest number, which changes no share and cannot overflow. */
function shares(inputs: Inputs, axis: number, place: number[]): Shares {
  const row = inputs.along(0, axis, place), largest = Math.max(...row.map((cell) => cell.value));
  const powers = terms(row, (x) => Math.exp(x - largest));
  return { row, own: row[place[axis]!]!, largest, below: { name: t.ops.powers, terms: powers, total: total(powers.map((term) => term.value)) } };
}

const power = (largest: number) => (x: number): string => `e^{${tex(x)} - ${bracketed(largest)}}`;

export const softmax: Explainer = (inputs, place) => {
  const { own, largest, below } = shares(inputs, inputs.axis(1), place), e = power(largest);
  const above = Math.exp(own.value - largest), result = above / below.total;
  const written = sumOf(below.terms, (term) => tex(term.value));
  return {
    formula: '\\frac{e^{a_i - m}}{\\sum_k e^{a_k - m}}, \\quad m = \\max_k a_k',
    filled: `\\frac{${e(own.value)}}{${written}} = \\frac{${tex(above)}}{${tex(below.total)}} = ${tex(result)}`,
    words: t.ops.softmax, cells: [own], sums: [below], result, magnitude: 1,
  };
};

export const logSoftmax: Explainer = (inputs, place) => {
  const { own, largest, below } = shares(inputs, inputs.axis(1), place);
  const shifted = own.value - largest, result = shifted - Math.log(below.total);
  return {
    formula: 'a_i - m - \\ln \\sum_k e^{a_k - m}, \\quad m = \\max_k a_k',
    filled: `${tex(own.value)} - ${bracketed(largest)} - \\ln ${tex(below.total)} = ${tex(result)}`,
    words: t.ops.logSoftmax, cells: [own], sums: [below], result, magnitude: Math.abs(own.value) + Math.abs(largest) + Math.log(below.total) + 1,
  };
};

export const logsumexp: Explainer = (inputs, place) => {
  const rank = inputs.places(0).shape.length, axis = inputs.axis(1, rank), kept = inputs.argument(2, 'keepdim') === true;
  const { largest, below } = shares(inputs, axis, kept ? place : place.toSpliced(axis, 0, 0));
  const result = largest + Math.log(below.total);
  return {
    formula: 'm + \\ln \\sum_k e^{a_k - m}, \\quad m = \\max_k a_k', filled: `${tex(largest)} + \\ln ${tex(below.total)} = ${tex(result)}`,
    words: t.ops.logsumexp, cells: [], sums: [below], result, magnitude: Math.abs(largest) + Math.log(below.total) + 1,
  };
};
