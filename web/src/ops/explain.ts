// One explainer for each operator: a cell's formula, the numbers that go in, and the value that
// comes out of them here, to be held against the recorded one.

import { allPlaces, arranged, broadcast, ravel, unravel, type Places } from '../core/arrange';
import type { Entry, Json, Source } from '../core/graph';
import type { Tensor } from '../core/safetensors';

export interface Cell { entry: number; flat: number; value: number }
export interface Term { cells: Cell[]; value: number }
/** `terms` are summed or listed, as the formula says; `result` is what they come to. */
export interface Explanation { formula: string; words: string; terms: Term[]; result: number; more: string[] }
export type ValueOf = (entry: number) => Tensor;

class Inputs {
  constructor(readonly entry: Entry, readonly entries: Entry[], readonly valueOf: ValueOf) {}

  places(i: number): Places {
    const source = this.entry.inputs[i] as Source;
    return arranged(source, this.entries[source.entry]!.shape);
  }

  cell(i: number, places: Places, at: number): Cell {
    const source = this.entry.inputs[i] as Source, flat = places.index[at]!;
    return { entry: source.entry, flat, value: this.valueOf(source.entry).data[flat]! };
  }

  argument(position: number, name = ''): Json | undefined {
    const value = (this.entry.constants[0] as Json[])[position];
    return value === undefined ? (this.entry.constants[1] as Record<string, Json>)[name] : value;
  }

  /** The cell that an element-wise operator reads at this place, or the constant in its stead. */
  operand(position: number, place: number[]): Cell | number {
    const value = this.argument(position, position === 1 ? 'other' : 'input');
    const number = inputNumber(value);
    if (number === null) return constantOf(value);
    const spread = broadcast(this.places(number), this.entry.shape);
    return this.cell(number, spread, ravel(place, this.entry.shape));
  }
}

function inputNumber(value: Json | undefined): number | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'input' in value ? (value['input'] as number) : null;
}

function constantOf(value: Json | undefined): number {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && 'float' in value) {
    return value['float'] === '-inf' ? -Infinity : value['float'] === 'inf' ? Infinity : NaN;
  }
  return Number(value);
}

const valueOfOperand = (x: Cell | number): number => (typeof x === 'number' ? x : x.value);
const cellsOf = (...xs: (Cell | number)[]): Cell[] => xs.filter((x): x is Cell => typeof x !== 'number');

type Explainer = (inputs: Inputs, place: number[], flat: number) => Explanation;

const pointwise = (symbol: string, words: string, f: (a: number, b: number) => number): Explainer => (inputs, place) => {
  const a = inputs.operand(0, place), b = inputs.operand(1, place);
  const result = f(valueOfOperand(a), valueOfOperand(b));
  return { formula: `a ${symbol} b`, words, terms: [{ cells: cellsOf(a), value: valueOfOperand(a) }, { cells: cellsOf(b), value: valueOfOperand(b) }], result, more: [symbol] };
};

const single = (formula: string, words: string, f: (x: number) => number): Explainer => (inputs, place) => {
  const x = inputs.operand(0, place);
  return { formula, words, terms: [{ cells: cellsOf(x), value: valueOfOperand(x) }], result: f(valueOfOperand(x)), more: [] };
};

/** Abramowitz and Stegun 7.1.26 is too coarse for 1e-5; this is a series that is not. */
export function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let sum = x, term = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function lastAxis(inputs: Inputs, place: number[], i = 0): Cell[] {
  const places = inputs.places(i), width = places.shape.at(-1)!;
  const start = ravel([...place.slice(0, -1), 0], places.shape);
  return Array.from({ length: width }, (_, k) => inputs.cell(i, places, start + k));
}

function products(left: Cell[], right: Cell[]): { terms: Term[]; sum: number } {
  const terms = left.map((cell, k) => ({ cells: [cell, right[k]!], value: cell.value * right[k]!.value }));
  return { terms, sum: terms.reduce((sum, term) => sum + term.value, 0) };
}

const EXPLAINERS: Record<string, Explainer> = {
  '': (inputs, _place, flat) => {
    const cell = inputs.cell(0, inputs.places(0), flat);
    return { formula: 'a', words: 'the same number, in another arrangement', terms: [{ cells: [cell], value: cell.value }], result: cell.value, more: [] };
  },
  linear: (inputs, place) => {
    const x = inputs.places(0), w = inputs.places(1), width = x.shape.at(-1)!, out = place.at(-1)!;
    const row = ravel([...place.slice(0, -1), 0], x.shape);
    const left = Array.from({ length: width }, (_, k) => inputs.cell(0, x, row + k));
    const right = Array.from({ length: width }, (_, k) => inputs.cell(1, w, out * width + k));
    const { terms, sum } = products(left, right);
    const bias = inputs.entry.inputs.length > 2 ? inputs.cell(2, inputs.places(2), out) : null;
    if (bias) terms.push({ cells: [bias], value: bias.value });
    return { formula: bias ? 'Σₖ xₖ · Wₖ + b' : 'Σₖ xₖ · Wₖ', words: 'a row of numbers times a column of parameters, summed' + (bias ? ', plus a parameter of its own' : ''), terms, result: sum + (bias?.value ?? 0), more: [] };
  },
  matmul: (inputs, place) => {
    const a = inputs.places(0), b = inputs.places(1), width = a.shape.at(-1)!;
    const lead = place.slice(0, -2), i = place.at(-2)!, j = place.at(-1)!;
    const at = (x: Places, row: number, column: number): number => {
      const skip = lead.length - (x.shape.length - 2);
      return ravel([...lead.slice(skip).map((p, axis) => (x.shape[axis] === 1 ? 0 : p)), row, column], x.shape);
    };
    const left = Array.from({ length: width }, (_, k) => inputs.cell(0, a, at(a, i, k)));
    const right = Array.from({ length: width }, (_, k) => inputs.cell(1, b, at(b, k, j)));
    const { terms, sum } = products(left, right);
    return { formula: 'Σₖ aₖ · bₖ', words: 'a row times a column, summed: large where both point the same way', terms, result: sum, more: [] };
  },
  softmax: (inputs, place) => {
    const row = lastAxis(inputs, place), largest = Math.max(...row.map((cell) => cell.value));
    const powers = row.map((cell) => Math.exp(cell.value - largest)), total = powers.reduce((a, b) => a + b, 0);
    const result = powers[place.at(-1)!]! / total;
    return { formula: 'exp(aᵢ) / Σₖ exp(aₖ)', words: 'each number raised to a power of e, then shared out so that the row sums to 1', terms: row.map((cell, k) => ({ cells: [cell], value: powers[k]! / total })), result, more: [] };
  },
  layer_norm: (inputs, place) => {
    const row = lastAxis(inputs, place), n = row.length, at = place.at(-1)!;
    const mean = row.reduce((sum, cell) => sum + cell.value, 0) / n;
    const variance = row.reduce((sum, cell) => sum + (cell.value - mean) ** 2, 0) / n;
    const epsilon = Number(inputs.argument(4, 'eps') ?? 1e-5);
    const gain = inputs.cell(1, inputs.places(1), at), bias = inputs.cell(2, inputs.places(2), at);
    const normal = (row[at]!.value - mean) / Math.sqrt(variance + epsilon);
    return { formula: '(x − mean) / √(variance + ε) · gain + bias', words: 'the row shifted to mean 0 and scaled to spread 1, then a gain and a bias of its own for each column', terms: [{ cells: [row[at]!], value: row[at]!.value }, { cells: [gain], value: gain.value }, { cells: [bias], value: bias.value }, ...row.map((cell) => ({ cells: [cell], value: cell.value }))], result: normal * gain.value + bias.value, more: [`mean ${mean.toFixed(4)}`, `variance ${variance.toFixed(4)}`, `ε ${epsilon}`] };
  },
  embedding: (inputs, place) => {
    const ids = inputs.places(0), table = inputs.places(1), width = table.shape.at(-1)!;
    const id = inputs.cell(0, ids, ravel(place.slice(0, -1), ids.shape));
    const cell = inputs.cell(1, table, id.value * width + place.at(-1)!);
    return { formula: `E[${id.value}]`, words: `row ${id.value} of the embedding table: the token's number says which row`, terms: [{ cells: [cell], value: cell.value }, { cells: [id], value: id.value }], result: cell.value, more: [] };
  },
  masked_fill: (inputs, place) => {
    const x = inputs.operand(0, place), mask = inputs.operand(1, place), fill = constantOf(inputs.argument(2, 'value'));
    const hidden = valueOfOperand(mask) !== 0;
    return { formula: `a, or ${fill === -Infinity ? '−∞' : fill} where the mask hides it`, words: hidden ? 'hidden: this place may not be looked at' : 'not hidden: the number stays', terms: [{ cells: cellsOf(x), value: valueOfOperand(x) }, { cells: cellsOf(mask), value: valueOfOperand(mask) }], result: hidden ? fill : valueOfOperand(x), more: [] };
  },
  add: pointwise('+', 'two numbers, added', (a, b) => a + b),
  sub: pointwise('−', 'two numbers, one taken from the other', (a, b) => a - b),
  mul: pointwise('×', 'two numbers, multiplied', (a, b) => a * b),
  div: pointwise('÷', 'a number divided', (a, b) => a / b),
  ne: pointwise('≠', '1 where they differ, else 0', (a, b) => Number(a !== b)),
  le: pointwise('≤', '1 where it is not larger, else 0', (a, b) => Number(a <= b)),
  bitwise_and: pointwise('and', '1 where both are', (a, b) => a & b),
  bitwise_not: single('not a', '1 becomes 0, and 0 becomes 1', (x) => Number(x === 0)),
  relu: single('max(0, a)', 'what is below zero becomes zero', (x) => Math.max(0, x)),
  gelu: single('a · Φ(a)', 'a smooth gate: far below zero becomes zero', (x) => 0.5 * x * (1 + erf(x / Math.SQRT2))),
};

/** How a cell was computed; null for an operator that has only a plain card. */
export function explain(entry: Entry, entries: Entry[], flat: number, valueOf: ValueOf): Explanation | null {
  const explainer = EXPLAINERS[entry.operator];
  if (!explainer || (entry.operator === '' && entry.inputs.length === 0)) return null;
  return explainer(new Inputs(entry, entries, valueOf), unravel(flat, entry.shape), flat);
}

export function inputsOf(entry: Entry): number[] {
  return [...new Set(entry.inputs.map((source) => source.entry))];
}

export { allPlaces };
