// The paper's figures on a made trace: which words and heads they find.

import { expect, it } from 'vitest';
import type { ModelInfo } from '../api/source';
import { CONTENTS, entriesOf, PAPER, type PaperScene } from './paper';
import type { Entry, Graph } from './graph';

const HEADS = 3, WORDS = ['▁the', '▁cat', '▁that', '▁it', '▁saw', '▁slept', '</s>'], N = WORDS.length;

function scene(weights: Float32Array, built_in = true, heads = HEADS): PaperScene {
  const entry: Entry = { path: 'encoder.0.self_attention.weights', kind: 'value', axes: ['batch', 'head', 'query', 'key'], shape: [1, heads, N, N], dtype: 'float32', operator: 'softmax', constants: [], inputs: [], file: '', line: 0, step: 0, tapped: true };
  const about = { trace: '', run: '', family: 'encoder-only', untrained: true, snapshot: null, variant: null, training: null, text: '', output: '', source: WORDS.map((piece, id) => ({ id, piece })), target: [], next: [], config: {}, changes: [] };
  return { info: { family: 'encoder-only', built_in, untrained: true } as ModelInfo, graph: { version: 1, entries: [entry], about } as Graph, values: new Map([[entry.path, { shape: entry.shape, data: weights }]]) };
}
function weights(...set: [head: number, query: number, key: number, value: number][]): Float32Array {
  const found = new Float32Array(HEADS * N * N);
  for (const [head, query, key, value] of set) found[(head * N + query) * N + key] = value;
  return found;
}

it('figure 3 is the look that reaches furthest, ends left out', () => {
  const found = PAPER['fig3']!(scene(weights([0, 5, 4, 0.9], [2, 5, 1, 0.4], [1, 0, 6, 1])));
  expect(found).toEqual({ view: 'attention', part: 'encoder', layer: 0, grain: 'head', row: 5, head: 2 });
  expect(PAPER['fig3']!(scene(weights()))).toBe('far');
});

it('figure 4 is the pronoun, by the head that reads one other word most', () => {
  expect(PAPER['fig4']!(scene(weights([0, 3, 3, 0.9], [1, 3, 1, 0.6], [2, 3, 4, 0.5])))).toMatchObject({ row: 3, head: 1 });
  expect(PAPER['fig4']!(scene(weights(), false))).toBe('words');
});

it('figure 5 is the two heads that differ most', () => {
  expect(PAPER['fig5']!(scene(weights([0, 1, 1, 0.9], [1, 2, 2, 0.2], [2, 4, 3, 0.8])))).toMatchObject({ grain: 'two', head: 0, head2: 2 });
  expect(PAPER['fig5']!(scene(new Float32Array(N * N), true, 1))).toBe('oneHead');
});

it('every entry of the contents has a place, and a cell names its entries', () => {
  expect(Object.values(CONTENTS).flat().sort()).toEqual(Object.keys(PAPER).sort());
  expect(entriesOf('§3.2.1, equation 1')).toEqual(['3.2.1', 'eq1']);
  expect(entriesOf('')).toEqual([]);
});
