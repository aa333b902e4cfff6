import { expect, test } from 'vitest';
import { softmax } from './softmax';

test('shares of 1 : 2 : 4, and flatter at twice the temperature', () => {
  const row = new Float32Array([0, Math.log(2), Math.log(4)]);
  softmax(row).forEach((share, i) => expect(share).toBeCloseTo([1, 2, 4][i]! / 7, 6));
  softmax(row, 2).forEach((share, i) => expect(share).toBeCloseTo([1, Math.SQRT2, 2][i]! / (3 + Math.SQRT2), 6));
});

test('large logits and −∞ overflow nothing', () => {
  expect([...softmax(new Float32Array([1e4, 1e4, -Infinity]))]).toEqual([0.5, 0.5, 0]);
});
