import { expect, test } from 'vitest';
import { byStep, linear, pathOf } from './curve';

test('a linear scale, also of one value alone', () => {
  expect(linear([2, 7], [100, 0])(3)).toBe(80);
  expect(linear([5, 5], [10, 20])(5)).toBe(10);
});

test('steps run from one edge to the other and never back', () => {
  const x = byStep(1400, 700), places = [0, 1, 3, 11, 1399, 1400].map(x);
  expect(places[0]).toBe(0);
  expect(places.at(-1)).toBeCloseTo(700);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
});

test('a path', () => expect(pathOf([[1, 2], [3.14159, 5]])).toBe('M1.0,2.0L3.1,5.0'));
