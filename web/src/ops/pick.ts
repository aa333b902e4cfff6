// Looking up: a row of a table by a token's number (§3.4), and picking by other numbers.

import { broadcast, ravel, size, unravel } from '../core/arrange';
import type { Json } from '../core/graph';
import { t } from '../strings';
import { inputNumber, type Cell, type Explainer, type Inputs } from './cell';
import { tex } from './tex';

const picked = (letter: string, index: string, cell: Cell, by: Cell[], words: string) => ({
  formula: `${letter}_{${index}}`, filled: `${letter}_{${by.map((one) => tex(one.value)).join(', ') || index}} = ${tex(cell.value)}`,
  words, cells: [cell, ...by], sums: [], result: cell.value, magnitude: Math.abs(cell.value),
});

export const embedding: Explainer = (inputs, place) => {
  const ids = inputs.places(0), table = inputs.places(1), width = table.shape.at(-1)!;
  const id = inputs.cell(0, ids, ravel(place.slice(0, -1), ids.shape));
  return picked('E', 'i, k', inputs.cell(1, table, id.value * width + place.at(-1)!), [id], t.ops.embedding(id.value));
};

export const gather: Explainer = (inputs, place) => {
  const axis = inputs.axis(1), number = inputs.numberOf(2, 'index');
  if (number === null) return null;
  const x = inputs.places(0), index = inputs.places(number), at = inputs.cell(number, index, ravel(place, index.shape));
  return picked('a', 'i', inputs.cell(0, x, ravel(place.with(axis, at.value), x.shape)), [at], t.ops.gather(at.value));
};

/** x[ids] and x[:, rows, columns]: tensors of numbers, or one of yes and no, among slices that take all. */
export const index: Explainer = (inputs, place) => {
  const given = inputs.argument(1), parts = (Array.isArray(given) ? given : [given]) as Json[];
  const tensors = parts.map(inputNumber), first = tensors.findIndex((one) => one !== null);
  const together = tensors.filter((one) => one !== null) as number[];
  const adjacent = tensors.slice(first, first + together.length).every((one) => one !== null);
  if (!adjacent || parts.some((part, i) => tensors[i] === null && !takesAll(part))) return null;
  const chosen = inputs.entry.shape.length - (inputs.places(0).shape.length - together.length);
  return isMask(inputs, together) ? byMask(inputs, place, together[0]!) : byNumbers(inputs, place, together, first, chosen);
};

function takesAll(part: Json): boolean {
  const slice = typeof part === 'object' && part !== null && !Array.isArray(part) ? part['slice'] : null;
  return Array.isArray(slice) && slice.every((one) => one === null);
}

function isMask(inputs: Inputs, together: number[]): boolean {
  return together.length === 1 && inputs.isBool(together[0]!);
}

function byNumbers(inputs: Inputs, place: number[], together: number[], first: number, chosen: number) {
  const shape = place.map((_, axis) => inputs.entry.shape[axis]!).slice(first, first + chosen), at = place.slice(first, first + chosen);
  const by = together.map((i) => inputs.cell(i, broadcast(inputs.places(i), shape), ravel(at, shape)));
  const x = inputs.places(0);
  const from = [...place.slice(0, first), ...by.map((cell, k) => (cell.value < 0 ? cell.value + x.shape[first + k]! : cell.value)), ...place.slice(first + chosen)];
  return picked('a', by.map((_, k) => 'ijk'[k] ?? 'l').join(', '), inputs.cell(0, x, ravel(from, x.shape)), by, t.ops.gather(by.map((cell) => cell.value).join(', ')));
}

/** The rows where a mask says yes, in their order: the row that is the place[0]-th of those. */
function byMask(inputs: Inputs, place: number[], number: number) {
  const mask = inputs.places(number), x = inputs.places(0);
  let left = place[0]!, at = 0;
  for (; at < size(mask.shape); at++) if (inputs.cell(number, mask, at).value && left-- === 0) break;
  const from = [...unravel(at, mask.shape), ...place.slice(1)];
  return picked('a', 'i', inputs.cell(0, x, ravel(from, x.shape)), [inputs.cell(number, mask, at)], t.ops.kept);
}
