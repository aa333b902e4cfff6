import { describe, expect, test } from 'vitest';
import type { Change } from '../api/source';
import { changeAt, differing, optionsOf, sameSpot, toggled, withChange, without } from './changes';

const off: Change = { path: 'a.weights', where: [2, null, null], scale: 0 };

describe('a spot', () => {
  test('everywhere is everywhere, however it is written', () => {
    expect(sameSpot({ path: 'a', where: [] }, { path: 'a', where: [null, null] })).toBe(true);
    expect(sameSpot({ path: 'a', where: [0] }, { path: 'a', where: [null] })).toBe(false);
  });

  test('is changed once: a second change takes the place of the first', () => {
    const half = { ...off, scale: 0.5 };
    expect(withChange([off], half)).toEqual([half]);
    expect(withChange([off], { ...off, where: [1, null, null] })).toHaveLength(2);
  });

  test('is changed and undone by the same press', () => {
    const other: Change = { path: 'b', where: [], value: 1 };
    expect(toggled([other], off)).toEqual([other, off]);
    expect(toggled([other, off], { ...off, scale: 0.3 })).toEqual([other]);
    expect(changeAt([other, off], off)).toBe(off);
    expect(without([other, off], other)).toEqual([off]);
  });
});

test('words that differ are those outside a longest common sequence', () => {
  const found = differing(['qu', 'elle', 'était', 'large'], ['qu', 'il', 'était', 'très', 'large']);
  expect(found).toEqual({ before: [false, true, false, false], after: [false, true, false, true, false] });
  expect(differing(['a'], ['a'])).toEqual({ before: [false], after: [false] });
});

test('the likeliest of both distributions are listed, a word that was asked for first', () => {
  const before = [0.1, 0.6, 0.05, 0.2, 0.05], after = [0.7, 0.1, 0.05, 0.1, 0.05];
  expect(optionsOf(before, after, 3).map((one) => one.id)).toEqual([0, 1, 3]);
  expect(optionsOf(before, after, 3, [2]).map((one) => one.id)).toEqual([2, 0, 1]);
  expect(optionsOf(before, after, 3)[0]).toEqual({ id: 0, before: 0.1, after: 0.7 });
});
