// Each explainer on cases that can be computed by hand; sizes are different primes, so that a swapped
// axis shows.

import { describe, expect, it } from 'vitest';
import { size } from '../core/arrange';
import type { Entry, Json } from '../core/graph';
import type { Tensor } from '../core/safetensors';
import { addends } from '../core/addends';
import { erf } from './activations';
import { difference, explain, EXPLAINERS, origins } from './index';

interface Given { shape: number[]; data: number[]; through?: [string, Json[]][]; dtype?: string }

const given = (shape: number[], f: (i: number) => number): Given => ({ shape, data: Array.from({ length: size(shape) }, (_, i) => f(i)) });

/** A cell of what an operator made of these inputs; `constants` name them as {"input": i}. */
function cell(operator: string, inputs: Given[], constants: Json[], shape: number[], flat: number) {
  const blank = { kind: 'value' as const, axes: [], dtype: 'float32', constants: [], inputs: [], file: '', line: 0, step: 0, tapped: false };
  const entries: Entry[] = inputs.map((one, i) => ({ ...blank, path: `in${i}`, kind: 'input', shape: one.shape, dtype: one.dtype ?? 'float32', operator: '' }));
  entries.push({ ...blank, path: 'out', shape, operator, constants, inputs: inputs.map((one, entry) => ({ entry, through: one.through ?? [] })) });
  const values: Tensor[] = inputs.map((one) => ({ shape: one.shape, data: Float32Array.from(one.data) }));
  return explain(entries.at(-1)!, entries, flat, (i) => values[i]!)!;
}
const call = (...parts: Json[]): Json[] => [parts.map((part) => part), {}];
const IN = { input: 0 }, IN1 = { input: 1 }, IN2 = { input: 2 };
const close = (a: number, b: number): void => expect(a).toBeCloseTo(b, 6);

describe('sums of products', () => {
  it('linear takes a row of x and a row of W, and adds the bias', () => {
    const x = given([1, 3, 2], (i) => i + 1), w = given([5, 2], (i) => i), b = given([5], (i) => 100 * i);
    const found = cell('linear', [x, w, b], call(IN, IN1, IN2), [1, 3, 5], 2 * 5 + 3); // x row [5, 6], W row [6, 7]
    close(found.result, 5 * 6 + 6 * 7 + 300);
    expect(found.sums[0]!.terms.map((term) => term.value)).toEqual([30, 42, 300]);
    expect(origins(found).map((one) => [one.entry, one.flat])).toEqual([[2, 3], [0, 4], [1, 6], [0, 5], [1, 7], [2, 3]]);
  });
  it('matmul finds its cells through a transposition', () => {
    const q = given([1, 2, 3, 5], (i) => i), k = { ...given([1, 2, 7, 5], (i) => 1 + i), through: [['transpose', [[IN, -2, -1], {}]] as [string, Json[]]] };
    const found = cell('matmul', [q, k], call(IN, IN1), [1, 2, 3, 7], ravelled([0, 1, 2, 6], [1, 2, 3, 7]));
    const expected = [0, 1, 2, 3, 4].reduce((sum, f) => sum + (15 + 10 + f) * (1 + 35 + 30 + f), 0);
    close(found.result, expected);
    expect(found.sums[0]!.terms[0]!.cells.map((one) => one.flat)).toEqual([25, 65]);
  });
});

function ravelled(place: number[], shape: number[]): number {
  return place.reduce((flat, p, axis) => flat * shape[axis]! + p, 0);
}

describe('rows', () => {
  const x = given([2, 3], (i) => [0, Math.log(2), Math.log(5), 1, 1, 1][i]!);
  it('softmax shares a row out', () => {
    close(cell('softmax', [x], call(IN, -1), [2, 3], 2).result, 5 / 8);
    close(cell('softmax', [x], call(IN, -1), [2, 3], 3).result, 1 / 3);
    close(cell('softmax', [x], [[IN], { dim: 0 }], [2, 3], 0).result, 1 / (1 + Math.E));
  });
  it('a hidden place gets nothing', () => close(cell('softmax', [{ shape: [3], data: [0, -Infinity, 0] }], call(IN, -1), [3], 1).result, 0));
  it('log_softmax and logsumexp', () => {
    close(cell('log_softmax', [x], call(IN, -1), [2, 3], 2).result, Math.log(5 / 8));
    close(cell('logsumexp', [x], call(IN, -1), [2], 0).result, Math.log(8));
  });
  it('layer_norm', () => {
    const norm = [[IN, [3]], { weight: IN1, bias: IN2, eps: 0.5 }] as Json[];
    const found = cell('layer_norm', [given([2, 3], (i) => [9, 9, 9, 1, 2, 6][i]!), given([3], (i) => i + 2), given([3], (i) => 10 * i)], norm, [2, 3], 5);
    close(found.result, (3 / Math.sqrt(14 / 3 + 0.5)) * 4 + 20);
    close(found.sums[0]!.total, 3);
    close(found.sums[1]!.total, 14 / 3);
  });
  it('sums and means along an axis, and over all', () => {
    const y = given([2, 3, 5], (i) => i);
    close(cell('sum', [y], call(IN, -1), [2, 3], 4).result, 20 + 21 + 22 + 23 + 24);
    close(cell('mean', [y], [[IN], { dim: 1, keepdim: true }], [2, 1, 5], 6).result, (16 + 21 + 26) / 3);
    close(cell('sum', [y], call(IN), [], 0).result, 435);
    close(cell('cumsum', [y], call(IN, 1), [2, 3, 5], 22).result, 17 + 22);
    close(cell('amax', [y], call(IN, -1), [2, 3], 1).result, 9);
    close(cell('amin', [y], call(IN, -1), [2, 3], 1).result, 5);
  });
});

describe('picking', () => {
  it('embedding takes the row that the number names', () => {
    const found = cell('embedding', [given([1, 3], (i) => [4, 0, 2][i]!), given([5, 7], (i) => i)], call(IN, IN1), [1, 3, 7], 2 * 7 + 6);
    expect(found.result).toBe(20);
    expect(found.cells.map((one) => [one.entry, one.flat])).toEqual([[1, 20], [0, 2]]);
  });
  it('gather, indexing by numbers and by a mask', () => {
    expect(cell('gather', [given([2, 5], (i) => i), given([2, 1], (i) => i + 3)], call(IN, -1, IN1), [2, 1], 1).result).toBe(9);
    expect(cell('__getitem__', [given([5, 3], (i) => i), given([2], (i) => [-1, 2][i]!)], call(IN, IN1), [2, 3], 1).result).toBe(13);
    expect(cell('__getitem__', [given([2, 5], (i) => i), given([3], (i) => [0, 1, 1][i]!), given([3], () => 4)], [[IN, [IN1, IN2]], {}], [3], 2).result).toBe(9);
    const mask = { ...given([5], (i) => Number(i > 2)), dtype: 'bool' };
    expect(cell('__getitem__', [given([5, 3], (i) => i), mask], call(IN, IN1), [2, 3], 5).result).toBe(14);
  });
  it('concatenating, stacking, renaming', () => {
    const a = given([2, 3], (i) => i), b = given([2, 5], (i) => 100 + i);
    expect(cell('cat', [a, b], [[[IN, IN1], -1], {}], [2, 8], 8 + 4).result).toBe(106);
    expect(cell('stack', [a, given([2, 3], (i) => 50 + i)], [[[IN, IN1]], { dim: -1 }], [2, 3, 2], 2 * 4 + 1).result).toBe(54);
    expect(cell('', [{ ...a, through: [['transpose', [[IN, 0, 1], {}]]] }], [], [3, 2], 3).result).toBe(4);
  });
});

describe('masks', () => {
  const x = given([2, 3], (i) => i), mask = given([3], (i) => Number(i === 1));
  it('masked_fill', () => {
    expect(cell('masked_fill', [x, mask], call(IN, IN1, { float: '-inf' }), [2, 3], 4).result).toBe(-Infinity);
    expect(cell('masked_fill', [x, mask], call(IN, IN1, { float: '-inf' }), [2, 3], 5).result).toBe(5);
  });
  it('where and clamp', () => {
    expect(cell('where', [mask, x], call(IN, IN1, -7), [2, 3], 4).result).toBe(4);
    expect(cell('where', [mask, x], call(IN, IN1, -7), [2, 3], 5).result).toBe(-7);
    expect(cell('clamp', [x], [[IN], { min: 2, max: 4 }], [2, 3], 5).result).toBe(4);
  });
});

describe('numbers, place by place', () => {
  const a = given([2, 3], (i) => i + 1), b = given([3], (i) => [2, 0.5, -4][i]!);
  const TWO: [string, number][] = [['add', 2], ['radd', 2], ['sub', 10], ['rsub', -10], ['mul', -24], ['div', -1.5], ['__rtruediv__', -2 / 3], ['pow', 6 ** -4], ['rpow', (-4) ** 6], ['maximum', 6], ['minimum', -4],
    ['eq', 0], ['ne', 1], ['lt', 0], ['le', 0], ['gt', 1], ['ge', 1], ['bitwise_and', 1], ['bitwise_or', 1]];
  it.each(TWO)('%s', (operator, expected) => {
    const found = cell(operator, [a, b], call(IN, IN1), [2, 3], 5);
    close(found.result, expected);
    expect(found.cells.map((one) => one.flat).sort()).toEqual([2, 5]);
  });
  it('a constant takes an input’s place', () => close(cell('mul', [a], call(IN, 1.5), [2, 3], 3).result, 6));
  const ONE: [string, number][] = [['neg', -2], ['abs', 2], ['exp', Math.exp(2)], ['log', Math.log(2)], ['sqrt', Math.SQRT2], ['rsqrt', Math.SQRT1_2], ['sin', Math.sin(2)], ['cos', Math.cos(2)], ['tanh', Math.tanh(2)],
    ['sigmoid', 1 / (1 + Math.exp(-2))], ['relu', 2], ['gelu', 1.9544997], ['silu', 1.7615942], ['bitwise_not', 0], ['float', 2]];
  it.each(ONE)('%s', (operator, expected) => close(cell(operator, [a], call(IN), [2, 3], 1).result, expected));
  it('gelu by tanh', () => close(cell('gelu', [a], [[IN], { approximate: 'tanh' }], [2, 3], 1).result, 1.9545977));
  it('erf', () => { close(erf(0.5), 0.5204998778); close(erf(-2), -0.995322265); expect(erf(9)).toBe(1); });
});

describe('made from nothing', () => {
  it('arange, full, one_hot', () => {
    expect(cell('arange', [], call(7), [7], 5).result).toBe(5);
    expect(cell('arange', [], call(3, 11, 2), [4], 2).result).toBe(7);
    expect(cell('full', [], call([3], 2.5), [3], 1).result).toBe(2.5);
    const ids = given([1, 3], (i) => [4, 0, 2][i]!);
    expect([10, 11, 14].map((flat) => cell('one_hot', [ids], call(IN, 5), [1, 3, 5], flat).result)).toEqual([0, 0, 0]);
    expect(cell('one_hot', [ids], call(IN, 5), [1, 3, 5], 12).result).toBe(1);
  });
});

describe('what all share', () => {
  it('an unknown operator, and what was put there, have no explanation', () => {
    expect(cell('fft', [given([3], (i) => i)], call(IN), [3], 0)).toBeNull();
    expect('fft' in EXPLAINERS).toBe(false);
  });
  it('equal infinities do not differ', () => {
    const hidden = cell('masked_fill', [given([3], (i) => i), given([3], () => 1)], call(IN, IN1, { float: '-inf' }), [3], 0);
    expect(difference(hidden, -Infinity)).toBe(0);
    expect(difference(hidden, 1)).toBe(Infinity);
  });
  it('the largest terms come first, and what is shown adds up exactly', () => {
    const values = [0.12345, -3.33333, 1.11111, 0.000049, 2.222222, -0.7], total = values.reduce((a, b) => a + b, 0);
    const cut = addends(values, total, 3), units = (text: string): number => Math.round(Number(text.replace('−', '-')) * 1e4);
    expect(cut.shown.map((one) => one.index)).toEqual([1, 4, 2]);
    expect(cut.rest!.count).toBe(3);
    expect(cut.shown.reduce((sum, one) => sum + units(one.text), units(cut.rest!.text))).toBe(units(cut.total));
  });
});
