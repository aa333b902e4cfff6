// An operator's inputs as it took them, all numbers in a row.

import { broadcast, everyPlace, isPlain, size, type Places } from '../../core/arrange';
import type { Tensor } from '../../core/safetensors';
import { constantOf, inputNumber, type Inputs } from '../cell';

export type ValueOf = (entry: number) => Tensor;

/** The numbers of these places of input i, in their order. */
export function laid(inputs: Inputs, valueOf: ValueOf, i: number, places: Places = inputs.places(i)): ArrayLike<number> {
  const { data } = valueOf(inputs.entry.inputs[i]!.entry);
  if (isPlain(places) && data.length === size(places.shape)) return data;
  const from = everyPlace(places), found = new Float64Array(from.length);
  for (let k = 0; k < from.length; k++) found[k] = data[from[k]!]!;
  return found;
}

/** An argument of an element-wise operator at every place of the result: an input's numbers, or a constant. */
export function operand(inputs: Inputs, valueOf: ValueOf, position: number, name = position === 1 ? 'other' : 'input'): ArrayLike<number> | number {
  const value = inputs.argument(position, name), number = inputNumber(value);
  return number === null ? constantOf(value) : laid(inputs, valueOf, number, broadcast(inputs.places(number), inputs.entry.shape));
}

/** How many rows there are before an axis, how long it is, and how far apart its numbers stand. */
export function around(shape: number[], axis: number): { before: number; length: number; step: number } {
  return { before: size(shape.slice(0, axis)), length: shape[axis] ?? 1, step: size(shape.slice(axis + 1)) };
}
