import { expect, test } from 'vitest';
import { chance, drawn, narrowed } from './chance';

// torch.rand(1, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)), again and again
const TORCH: [number, number[]][] = [
  [0, [0.9700530018065531, 0.707819864399788, 0.007013187659988374]],
  [1, [0.06105327471962363, 0.2245545065676504, 0.18545684876785828]],
  [1099511627779, [0.03410819565052048, 0.28674022672130695, 0.40009911509332574]],
];

test.each(TORCH)('the numbers of seed %i are torch’s', (seed, numbers) => {
  const next = chance(seed);
  const found = Array.from({ length: 700 }, next);
  expect([found[0], found[1], found[699]]).toEqual(numbers);
});

test('of equals the first is kept', () => {
  expect([...narrowed(Float32Array.of(1, 2, 2, 2), { temperature: 1, topK: 2, topP: null })]).toEqual([-Infinity, 0, 0, -Infinity]);
  expect([...narrowed(Float32Array.of(0, 0, 0, 0), { temperature: 1, topK: null, topP: 0.5 })]).toEqual([0, 0, -Infinity, -Infinity]);
});

test('what is impossible is never drawn', () => {
  const logits = Float32Array.of(-Infinity, 0, 0, -Infinity);
  expect([0, 0.49, 0.5, 1 - 2 ** -53].map((uniform) => drawn(logits, uniform))).toEqual([1, 1, 2, 2]);
});
