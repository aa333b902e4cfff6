// Sums and means along an axis, and running sums.

import { ravel, unravel, size } from '../core/arrange';
import { t } from '../strings';
import { terms, total, type Cell, type Explainer, type Inputs } from './cell';
import { sumOf, tex } from './tex';

/** The axes that an operator sums over: those named, or all. */
function summed(inputs: Inputs, rank: number): number[] {
  const given = inputs.argument(1, 'dim');
  const list = Array.isArray(given) ? given : typeof given === 'number' ? [given] : Array.from({ length: rank }, (_, i) => i);
  return list.map((axis) => ((axis as number) + rank) % rank);
}

/** The cells of input 0 that a place of the result was summed from. */
function gathered(inputs: Inputs, place: number[]): Cell[] {
  const places = inputs.places(0), rank = places.shape.length, axes = summed(inputs, rank);
  const kept = place.length === rank && axes.length < rank;
  const through = places.shape.map((_, axis) => (axes.includes(axis) ? 0 : place[kept ? axis : axis - axes.filter((a) => a < axis).length]!));
  const inner = axes.map((axis) => places.shape[axis]!);
  return Array.from({ length: size(inner) }, (_, i) => {
    const within = unravel(i, inner);
    return inputs.cell(0, places, ravel(through.map((p, axis) => (axes.includes(axis) ? within[axes.indexOf(axis)]! : p)), places.shape));
  });
}

export const sum: Explainer = (inputs, place) => {
  const parts = terms(gathered(inputs, place)), result = total(parts.map((term) => term.value));
  return {
    formula: `\\sum_{k=1}^{${parts.length}} a_k`, filled: `${sumOf(parts)} = ${tex(result)}`, words: t.ops.sum, cells: [],
    sums: [{ name: t.ops.addends, terms: parts, total: result }], result, magnitude: total(parts.map((term) => Math.abs(term.value))),
  };
};

export const mean: Explainer = (inputs, place) => {
  const row = gathered(inputs, place), parts = terms(row, (x) => x / row.length), result = total(parts.map((term) => term.value));
  return {
    formula: `\\frac{1}{${row.length}} \\sum_{k=1}^{${row.length}} a_k`, filled: `\\frac{${sumOf(parts)}}{${row.length}} = ${tex(result)}`, words: t.ops.mean, cells: [],
    sums: [{ name: t.ops.meanOf, terms: parts, total: result }], result, magnitude: total(parts.map((term) => Math.abs(term.value))),
  };
};

export const cumsum: Explainer = (inputs, place) => {
  const axis = inputs.axis(1), parts = terms(inputs.along(0, axis, place).slice(0, place[axis]! + 1)), result = total(parts.map((term) => term.value));
  return {
    formula: '\\sum_{k \\le i} a_k', filled: `${sumOf(parts)} = ${tex(result)}`, words: t.ops.cumsum, cells: [],
    sums: [{ name: t.ops.addends, terms: parts, total: result }], result, magnitude: total(parts.map((term) => Math.abs(term.value))),
  };
};

/** The largest or smallest number of a row: one of them, so nothing is rounded. */
function extreme(name: string, words: string, choose: (...values: number[]) => number): Explainer {
  return (inputs, place) => {
    if ((inputs.entry.constants[2] ?? 0) !== 0) return null;
    const row = gathered(inputs, place), result = choose(...row.map((cell) => cell.value));
    return { formula: `\\${name}_k a_k`, filled: `\\${name}(${row.slice(0, 2).map((cell) => tex(cell.value)).join(', ')}${row.length > 2 ? ', \\ldots' : ''}) = ${tex(result)}`, words, cells: row.filter((cell) => cell.value === result), sums: [], result, magnitude: Math.abs(result) };
  };
}
export const amax = extreme('max', t.ops.maximum, Math.max);
export const amin = extreme('min', t.ops.minimum, Math.min);
