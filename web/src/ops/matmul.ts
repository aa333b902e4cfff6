// QKᵀ and the mixing of values (§3.2.1, equation 1): a row times a column, summed.

import { ravel, type Places } from '../core/arrange';
import { t } from '../strings';
import { total, type Explainer, type Term } from './cell';
import { sumOf, tex } from './tex';

/** The flat place of [lead…, row, column] in a side whose leading axes may be fewer, or of size 1. */
function at(x: Places, lead: number[], row: number, column: number): number {
  const skip = lead.length - (x.shape.length - 2);
  return ravel([...lead.slice(skip).map((p, axis) => (x.shape[axis] === 1 ? 0 : p)), row, column], x.shape);
}

function product(swapped: boolean): Explainer {
  return (inputs, place) => {
    const [first, second] = swapped ? [1, 0] : [0, 1];
    const a = inputs.places(first), b = inputs.places(second), width = a.shape.at(-1)!;
    if (a.shape.length < 2 || b.shape.length < 2) return null;
    const lead = place.slice(0, -2), row = place.at(-2)!, column = place.at(-1)!;
    const terms: Term[] = Array.from({ length: width }, (_, k) => {
      const left = inputs.cell(first, a, at(a, lead, row, k)), right = inputs.cell(second, b, at(b, lead, k, column));
      return { cells: [left, right], value: left.value * right.value };
    });
    const result = total(terms.map((term) => term.value));
    return {
      formula: `\\sum_{k=1}^{${width}} a_k \\, b_k`, filled: `${sumOf(terms)} = ${tex(result)}`, words: t.ops.matmul,
      cells: [], sums: [{ name: t.ops.products, terms, total: result }], result, magnitude: total(terms.map((term) => Math.abs(term.value))),
    };
  };
}

export const matmul = product(false);
export const rmatmul = product(true);
