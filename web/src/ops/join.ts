// Laying values side by side, or one under a new name: the number stays what it was.

import { ravel } from '../core/arrange';
import { t } from '../strings';
import type { Cell, Explainer, Explanation } from './cell';
import { tex } from './tex';

const same = (cell: Cell, words: string): Explanation => ({
  formula: 'a', filled: tex(cell.value), words, cells: [cell], sums: [], result: cell.value, magnitude: Math.abs(cell.value),
});

/** A value under a new name, perhaps in another arrangement. */
export const renamed: Explainer = (inputs, _place, flat) =>
  inputs.entry.inputs.length ? same(inputs.cell(0, inputs.places(0), flat), inputs.entry.inputs[0]!.through.length ? t.ops.arranged : t.ops.renamed) : null;

export const cat: Explainer = (inputs, place) => {
  const axis = inputs.axis(1, place.length, 0);
  let at = place[axis]!;
  for (let i = 0; i < inputs.entry.inputs.length; i++) {
    const places = inputs.places(i), n = places.shape[axis] ?? 0;
    if (at < n) return same(inputs.cell(i, places, ravel(place.with(axis, at), places.shape)), t.ops.cat);
    at -= n;
  }
  return null;
};

export const stack: Explainer = (inputs, place) => {
  const axis = inputs.axis(1, place.length, 0), places = inputs.places(place[axis]!);
  return same(inputs.cell(place[axis]!, places, ravel(place.toSpliced(axis, 1), places.shape)), t.ops.cat);
};
