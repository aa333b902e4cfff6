import { expect, test } from 'vitest';
import type { Branch } from '../api/writing';
import { layTree, lineage } from './beam';

const branch = (id: number, parent: number | null, step: number, score: number, state: Branch['state']): Branch =>
  ({ id, parent, step, token: { id, piece: `w${id}` }, log_probability: -1, total: score, penalty: 1, score, state });
const NODES = [branch(1, null, 1, -2, 'alive'), branch(2, null, 1, -1, 'alive'), branch(3, 2, 2, -5, 'finished'), branch(4, 1, 2, -3, 'pruned'), branch(5, 2, 2, -7, 'alive')];

test('a branch and those before it', () => {
  expect(lineage(NODES, 3).map((one) => one.id)).toEqual([2, 3]);
  expect(lineage(NODES, 9)).toEqual([]);
});

test('a column holds what is kept by score, then what was pruned', () => {
  const rows = layTree(NODES).map((one) => [one.branch.id, one.column, one.row]);
  expect(rows).toEqual([[2, 0, 0], [1, 0, 1], [3, 1, 0], [5, 1, 1], [4, 1, 2]]);
});
