// How each operator makes a whole value at once, by the name under which it was recorded. Sums are kept
// in double precision and rounded when they are stored.

import { broadcast, size, turned } from '../../core/arrange';
import type { Inputs } from '../cell';
import { CURVES } from '../activations';
import { around, laid, operand, type ValueOf } from './read';

/** Null where this use of the operator is left to the cells. */
export type Kernel = (inputs: Inputs, valueOf: ValueOf) => ArrayLike<number> | null;

/** Rows of a times rows of b: out[i, j] = a[i] · b[j] + bias[j]. */
function dots(a: ArrayLike<number>, b: ArrayLike<number>, width: number, rows: number, columns: number, out: Float64Array, ats: [number, number, number], bias: ArrayLike<number> | null): void {
  const [atA, atB, at] = ats;
  for (let i = 0; i < rows; i++) {
    const x = atA + i * width;
    let j = 0;
    for (; j + 4 <= columns; j += 4) { // four at once: each number of the row is fetched once for them
      let p = 0, q = 0, r = 0, s = 0;
      for (let k = 0, y = atB + j * width; k < width; k++, y++) {
        const one = a[x + k]!;
        p += one * b[y]!; q += one * b[y + width]!; r += one * b[y + 2 * width]!; s += one * b[y + 3 * width]!;
      }
      const to = at + i * columns + j;
      out[to] = p + (bias ? bias[j]! : 0); out[to + 1] = q + (bias ? bias[j + 1]! : 0); out[to + 2] = r + (bias ? bias[j + 2]! : 0); out[to + 3] = s + (bias ? bias[j + 3]! : 0);
    }
    for (; j < columns; j++) {
      let sum = 0;
      for (let k = 0, y = atB + j * width; k < width; k++) sum += a[x + k]! * b[y + k]!;
      out[at + i * columns + j] = sum + (bias ? bias[j]! : 0);
    }
  }
}

/** Of each matrix the rows that it met last, and what came out. */
const met = new WeakMap<object, { x: ArrayLike<number>; bias: ArrayLike<number> | null; out: Float64Array }>();

/** A row that a matrix met just before at the same place is not multiplied again: while a text is written
 *  all rows but one are such. */
const linear: Kernel = (inputs, valueOf) => {
  const [columns, width] = inputs.places(1).shape as [number, number], number = inputs.numberOf(2, 'bias');
  const x = laid(inputs, valueOf, 0), rows = x.length / width, out = new Float64Array(rows * columns);
  const matrix = laid(inputs, valueOf, 1), bias = number === null ? null : laid(inputs, valueOf, number), last = met.get(matrix);
  let row = 0;
  for (const same = last?.bias === bias ? Math.min(rows, last.x.length / width) : 0; row < same; row++) {
    let k = row * width;
    for (const end = k + width; k < end && x[k] === last!.x[k]; ) k++;
    if (k < (row + 1) * width) break;
  }
  if (row) out.set(last!.out.subarray(0, row * columns));
  dots(x, matrix, width, rows - row, columns, out, [row * width, 0, row * columns], bias);
  met.set(matrix, { x, bias, out });
  return out;
};

const product = (first: number, second: number): Kernel => (inputs, valueOf) => {
  const left = inputs.places(first), right = inputs.places(second);
  if (left.shape.length < 2 || right.shape.length < 2) return null;
  const shape = inputs.entry.shape, lead = shape.slice(0, -2), rows = shape.at(-2)!, columns = shape.at(-1)!, width = left.shape.at(-1)!;
  const a = laid(inputs, valueOf, first, broadcast(left, [...lead, rows, width]));
  const b = laid(inputs, valueOf, second, broadcast(turned(right), [...lead, columns, width]));
  const out = new Float64Array(size(shape));
  for (let i = 0; i < size(lead); i++) dots(a, b, width, rows, columns, out, [i * rows * width, i * columns * width, i * rows * columns], null);
  return out;
};

/** Each row along an axis from the same row of input 0. */
const byRows = (axisOf: (inputs: Inputs) => number, f: (row: Float64Array) => void): Kernel => (inputs, valueOf) => {
  const x = laid(inputs, valueOf, 0), { before, length, step } = around(inputs.entry.shape, axisOf(inputs)), out = new Float64Array(x.length), row = new Float64Array(length);
  for (let i = 0; i < before; i++) {
    for (let j = 0; j < step; j++) {
      const start = i * length * step + j;
      for (let k = 0; k < length; k++) row[k] = x[start + k * step]!;
      f(row);
      for (let k = 0; k < length; k++) out[start + k * step] = row[k]!;
    }
  }
  return out;
};

/** The sum of the powers of a row, each shifted by its largest number, with which it is filled. */
function powers(row: Float64Array, largest: number): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k] = Math.exp(row[k]! - largest);
  return sum;
}

function largestOf(row: ArrayLike<number>): number {
  let found = -Infinity;
  for (let k = 0; k < row.length; k++) if (row[k]! > found) found = row[k]!;
  return found;
}

const softmax = byRows((inputs) => inputs.axis(1), (row) => {
  const sum = powers(row, largestOf(row));
  for (let k = 0; k < row.length; k++) row[k]! /= sum;
});

const logSoftmax = byRows((inputs) => inputs.axis(1), (row) => {
  const largest = largestOf(row), own = row.slice(), below = Math.log(powers(row, largest));
  for (let k = 0; k < row.length; k++) row[k] = own[k]! - largest - below;
});

const layerNorm: Kernel = (inputs, valueOf) => {
  const shape = inputs.argument(1, 'normalized_shape');
  if (Array.isArray(shape) && shape.length !== 1) return null;
  const [gain, bias] = [[2, 'weight'], [3, 'bias']].map(([position, name]) => {
    const number = inputs.numberOf(position as number, name as string);
    return number === null ? null : laid(inputs, valueOf, number);
  });
  const epsilon = Number(inputs.argument(4, 'eps') ?? 1e-5);
  return byRows(() => inputs.entry.shape.length - 1, (row) => {
    const mean = row.reduce((sum, x) => sum + x, 0) / row.length;
    const spread = Math.sqrt(row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length + epsilon);
    for (let k = 0; k < row.length; k++) row[k] = ((row[k]! - mean) / spread) * (gain ? gain[k]! : 1) + (bias ? bias[k]! : 0);
  })(inputs, valueOf);
};

const embedding: Kernel = (inputs, valueOf) => {
  const ids = laid(inputs, valueOf, 0), table = laid(inputs, valueOf, 1), width = inputs.entry.shape.at(-1)!, out = new Float64Array(ids.length * width);
  for (let i = 0; i < ids.length; i++) for (let k = 0; k < width; k++) out[i * width + k] = table[ids[i]! * width + k]!;
  return out;
};

const one = (f: (x: number, inputs: Inputs) => number): Kernel => (inputs, valueOf) => {
  const x = operand(inputs, valueOf, 0), out = new Float64Array(size(inputs.entry.shape));
  for (let i = 0; i < out.length; i++) out[i] = f(typeof x === 'number' ? x : x[i]!, inputs);
  return out;
};

const two = (f: (a: number, b: number) => number): Kernel => (inputs, valueOf) => {
  const a = operand(inputs, valueOf, 0), b = operand(inputs, valueOf, 1), out = new Float64Array(size(inputs.entry.shape));
  for (let i = 0; i < out.length; i++) out[i] = f(typeof a === 'number' ? a : a[i]!, typeof b === 'number' ? b : b[i]!);
  return out;
};

/** One of two numbers, as the yes or no of a mask says. */
const chosen = (mask: number, yes: number, no: number): Kernel => (inputs, valueOf) => {
  const [m, a, b] = [mask, yes, no].map((position) => operand(inputs, valueOf, position)) as [ArrayLike<number>, ArrayLike<number> | number, ArrayLike<number> | number];
  const out = new Float64Array(size(inputs.entry.shape));
  for (let i = 0; i < out.length; i++) {
    const from = m[i] ? a : b;
    out[i] = typeof from === 'number' ? from : from[i]!;
  }
  return out;
};

/** Values one after the other along an axis. */
const cat: Kernel = (inputs, valueOf) => {
  const { shape } = inputs.entry, axis = inputs.axis(1, shape.length, 0), { before, step } = around(shape, axis), out = new Float32Array(size(shape));
  let at = 0;
  for (let i = 0; i < inputs.entry.inputs.length; i++) {
    const places = inputs.places(i), part = laid(inputs, valueOf, i, places), run = places.shape[axis]! * step;
    if (places.shape.length !== shape.length) return null;
    for (let row = 0; row < before; row++) for (let k = 0; k < run; k++) out[row * shape[axis]! * step + at + k] = part[row * run + k]!;
    at += run;
  }
  return out;
};

const renamed: Kernel = (inputs, valueOf) => (inputs.entry.inputs.length ? laid(inputs, valueOf, 0) : null);
const same = one((x) => x);
const curve = (name: string): Kernel => one(CURVES[name]!);
const tanhGelu = curve('gelu-tanh'), erfGelu = curve('gelu'), maskedFill = chosen(1, 2, 0);

export const KERNELS: Record<string, Kernel> = {
  '': renamed, linear, matmul: product(0, 1), rmatmul: product(1, 0), softmax, log_softmax: logSoftmax, layer_norm: layerNorm, embedding, cat, concat: cat,
  add: two((a, b) => a + b), radd: two((a, b) => a + b), add_: two((a, b) => a + b), sub: two((a, b) => a - b), sub_: two((a, b) => a - b), rsub: two((a, b) => b - a),
  mul: two((a, b) => a * b), mul_: two((a, b) => a * b), div: two((a, b) => a / b), div_: two((a, b) => a / b), __rtruediv__: two((a, b) => b / a), pow: two((a, b) => a ** b),
  __eq__: two((a, b) => Number(a === b)), eq: two((a, b) => Number(a === b)), __ne__: two((a, b) => Number(a !== b)), ne: two((a, b) => Number(a !== b)),
  __lt__: two((a, b) => Number(a < b)), lt: two((a, b) => Number(a < b)), __le__: two((a, b) => Number(a <= b)), le: two((a, b) => Number(a <= b)),
  __gt__: two((a, b) => Number(a > b)), gt: two((a, b) => Number(a > b)), __ge__: two((a, b) => Number(a >= b)), ge: two((a, b) => Number(a >= b)),
  bitwise_and: two((a, b) => Number(a !== 0 && b !== 0)), logical_and: two((a, b) => Number(a !== 0 && b !== 0)),
  bitwise_or: two((a, b) => Number(a !== 0 || b !== 0)), logical_or: two((a, b) => Number(a !== 0 || b !== 0)),
  bitwise_not: one((x) => Number(x === 0)), logical_not: one((x) => Number(x === 0)),
  masked_fill: maskedFill, masked_fill_: maskedFill, where: chosen(0, 1, 2),
  relu: curve('relu'), silu: curve('silu'), tanh: one(Math.tanh), exp: one(Math.exp), neg: one((x) => -x), sqrt: one(Math.sqrt),
  gelu: (inputs, valueOf) => (inputs.argument(1, 'approximate') === 'tanh' ? tanhGelu : erfGelu)(inputs, valueOf),
  float: same, to: same, type_as: same, int: same, long: same,
};
