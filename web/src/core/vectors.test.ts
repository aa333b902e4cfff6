import { expect, test } from 'vitest';
import { cosine, cosines, dot, length, rowOf } from './vectors';

const a = new Float32Array([3, 4, 0]), b = new Float32Array([4, 3, 12]);

test('by hand', () => {
  expect(dot(a, b)).toBe(24);
  expect(length(a)).toBe(5);
  expect(cosine(a, b)).toBeCloseTo(24 / 65);
  expect(cosine(a, new Float32Array(3))).toBe(0);
});

test('a row of a table', () => expect([...rowOf({ shape: [2, 3], data: new Float32Array([1, 2, 3, 5, 7, 11]) }, 1)]).toEqual([5, 7, 11]));

test('every pair is counted once, in its bin', () => {
  const rows = [[1, 0], [0, 2], [-3, 0], [5, 0]].map((row) => new Float32Array(row));
  expect(cosines(rows, 4)).toEqual([2, 0, 3, 1]);
});
