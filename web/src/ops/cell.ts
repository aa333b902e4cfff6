// What every explainer gives, and what it is given: a cell's inputs, found through all arrangements.

import { arranged, broadcast, ravel, type Places } from '../core/arrange';
import type { Entry, Json, Source } from '../core/graph';
import type { Tensor } from '../core/safetensors';

/** A recorded number: at a flat place of an entry's value. */
export interface Cell { entry: number; flat: number; value: number }
/** One part of a sum: its value, and the recorded numbers that it was made from. */
export interface Term { cells: Cell[]; value: number }
/** Terms that add up to a total; `name` is TeX. */
export interface Sum { name: string; terms: Term[]; total: number }
/**
 * How one cell was computed. `formula` says it in letters and `filled` with the numbers, both TeX;
 * `cells` are the few numbers that it reads by name, `sums` those that go in by the row. `magnitude`
 * is the sum of the terms' magnitudes: rounding errors are held against it.
 */
export interface Explanation {
  formula: string; filled: string; words: string; cells: Cell[]; sums: Sum[]; result: number; magnitude: number;
}
/** Null where this use of the operator is beyond it: then the cell has only a plain card. */
export type Explainer = (inputs: Inputs, place: number[], flat: number) => Explanation | null;
export type ValueOf = (entry: number) => Tensor;

export class Inputs {
  constructor(readonly entry: Entry, private readonly entries: Entry[], private readonly valueOf: ValueOf) {}

  /** An input as the operator took it. */
  places(i: number): Places {
    const source = this.entry.inputs[i] as Source;
    return arranged(source, this.entries[source.entry]!.shape);
  }

  cell(i: number, places: Places, at: number): Cell {
    const source = this.entry.inputs[i] as Source, flat = places.at(at);
    return { entry: source.entry, flat, value: this.valueOf(source.entry).data[flat] ?? NaN };
  }

  isBool(i: number): boolean {
    return this.entries[this.entry.inputs[i]!.entry]!.dtype === 'bool';
  }

  /** An argument by its position or its name. */
  argument(position: number, name = ''): Json | undefined {
    const value = (this.entry.constants[0] as Json[] | undefined)?.[position];
    return value === undefined ? (this.entry.constants[1] as Record<string, Json> | undefined)?.[name] : value;
  }

  /** The input that stands for an argument; null where it is a plain number. */
  numberOf(position: number, name = ''): number | null {
    return inputNumber(this.argument(position, name));
  }

  /** The cell that an element-wise operator reads at this place, or the constant in its stead. */
  operand(position: number, place: number[]): Cell | number {
    const value = this.argument(position, position === 1 ? 'other' : 'input'), number = inputNumber(value);
    if (number === null) return constantOf(value);
    return this.cell(number, broadcast(this.places(number), this.entry.shape), ravel(place, this.entry.shape));
  }

  /** The cells of input i along one of its axes, through a place of it. */
  along(i: number, axis: number, place: number[]): Cell[] {
    const places = this.places(i);
    return Array.from({ length: places.shape[axis]! }, (_, k) => this.cell(i, places, ravel(place.with(axis, k), places.shape)));
  }

  /** The axis that an argument names, counted from the front. */
  axis(position: number, rank = this.entry.shape.length, otherwise = -1): number {
    const value = this.argument(position, 'dim');
    return ((typeof value === 'number' ? value : otherwise) + rank) % rank;
  }
}

export function inputNumber(value: Json | undefined): number | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'input' in value ? (value['input'] as number) : null;
}

/** A plain argument as a number; graphs spell infinities out. */
export function constantOf(value: Json | undefined): number {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && 'float' in value) {
    return value['float'] === '-inf' ? -Infinity : value['float'] === 'inf' ? Infinity : NaN;
  }
  return Number(value);
}

export const valueOf = (x: Cell | number): number => (typeof x === 'number' ? x : x.value);
export const cellsOf = (...xs: (Cell | number)[]): Cell[] => xs.filter((x): x is Cell => typeof x !== 'number');
export const total = (values: number[]): number => values.reduce((a, b) => a + b, 0);
export const terms = (cells: Cell[], f: (x: number, i: number) => number = (x) => x): Term[] => cells.map((cell, i) => ({ cells: [cell], value: f(cell.value, i) }));
