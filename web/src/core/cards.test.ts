// The arithmetic of the cards, by hand; the terms of a text; and what a card begins with.

import { describe, expect, it } from 'vitest';
import { attentionsOf } from './attention';
import { CARDS, digitsOf, held, mixed, nearest, reachOf, short, tenths } from './cards';
import type { Entry, Graph } from './graph';
import type { Tensor } from './safetensors';
import { softmax } from './softmax';
import { startOf, wantedOf, type Scene } from './starts';
import { piecesOf } from './terms';
import * as english from '../strings/en';
import * as french from '../strings/fr';

describe('the pictures', () => {
  it('reach to 1, 2 or 5 times a power of ten, with room', () => {
    expect([reachOf([0.3, -0.4]), reachOf([-3.73, 4.51]), reachOf([0, 0]), reachOf([11]), reachOf([NaN])]).toEqual([1, 10, 1, 20, 1]);
    expect(reachOf([0.011, 0.007])).toBeCloseTo(0.02, 9);
  });
  it('hold what is dragged within bounds, on a step, and never at −0', () => {
    expect([held(0.126, 0.05, [-1, 1]), held(-7, 0.05, [-1, 1]), held(1e6, 0.1, [-5, 5])]).toEqual([0.15, -1, 5]);
    expect(Object.is(held(-0.01, 0.1, [-1, 1]), 0)).toBe(true);
  });
  it('show as many digits as their reach asks for', () => {
    expect([digitsOf(10), digitsOf(1), digitsOf(0.5), digitsOf(0.001)]).toEqual([1, 2, 3, 4]);
    expect([short(0.004, 2), short(-0.006, 2), short(2, 1)]).toEqual(['0', '−0.01', '2.0']);
  });
});

describe('sharing out', () => {
  it('gives tenths of a percent that make 100 % together', () => {
    expect(tenths([1 / 3, 1 / 3, 1 / 3])).toEqual([334, 333, 333]);
    for (const scores of [[9.6, 0.02, -3.2, -1.4, -1.9], [0, 0, 0, 0, 0, 0, 0], [5, -5]]) {
      const parts = tenths(softmax(Float32Array.from(scores)));
      expect(parts.reduce((a, b) => a + b)).toBe(1000);
    }
  });
  it('gives one point more e times the share, as the card says', () => {
    const [a, b] = softmax(Float32Array.from([2, 1, 0]));
    expect(a! / b!).toBeCloseTo(2.718, 3);
  });
});

it('mixes two inputs, a row at a time', () => {
  expect(mixed([2, 3, 5, 7, 11, -13])).toEqual([31, -17]);
});

it('finds the probability whose point is nearest, no lower than the least', () => {
  const at = (p: number): [number, number] => [100 * p, -40 * Math.log(p)];
  expect(nearest(50, -40 * Math.log(0.5), at)).toBe(0.5);
  expect([nearest(-500, 900, at), nearest(900, -900, at)]).toEqual([0.01, 1]);
});

describe('terms', () => {
  const cards = (text: string, terms = english.t.cards.terms) => piecesOf(text, terms).filter((one) => one.card).map((one) => [one.text, one.card]);
  it('are found as whole words, each card once, in whatever case', () => {
    expect(cards('Softmax of a dot product, softmax again; a matrix, matrices.')).toEqual([['Softmax', 'softmax'], ['dot product', 'dot'], ['matrix', 'matrix']]);
    expect(cards('eigenvectors and softmaxes')).toEqual([]);
    expect(cards('How well do they fit? q · k')).toEqual([['q · k', 'dot']]);
    expect(cards('Le produit scalaire de deux vecteurs.', french.t.cards.terms)).toEqual([['produit scalaire', 'dot'], ['vecteurs', 'arrow']]);
  });
  it('leave the text as it was', () => {
    for (const text of ['', 'no term', 'vector', 'a vector, then a vector', '(softmax(QKᵀ)) vector.']) expect(piecesOf(text, english.t.cards.terms).map((one) => one.text).join('')).toBe(text);
  });
});

// A run of 1 sentence, 3 places, 2 heads of 5 numbers, width 7: sizes are different primes.
const entry = (path: string, axes: string, shape: number[], more: Partial<Entry> = {}): Entry =>
  ({ path, kind: 'value', axes: axes ? axes.split(' ') : [], shape, dtype: 'float32', operator: '', constants: [], inputs: [], file: '', line: 0, step: 0, tapped: true, ...more });
const from = (...entries: number[]) => entries.map((one) => ({ entry: one, through: [] }));
const graph = {
  version: 1, about: { config: {}, source: [], target: [{ id: 0, piece: '<s>' }, { id: 1, piece: '▁le' }, { id: 2, piece: '▁chien' }], next: [] },
  entries: [
    entry('target', '', [1, 3], { kind: 'input' }),
    entry('table', '', [11, 7], { kind: 'parameter' }),
    entry('embedded', 'batch position d_model', [1, 3, 7], { operator: 'embedding', inputs: from(0, 1) }),
    entry('matrix', '', [10, 7], { kind: 'parameter' }),
    entry('linear', '', [1, 3, 10], { operator: 'linear', inputs: from(2, 3), tapped: false }),
    entry('a.query', 'batch head query feature', [1, 2, 3, 5], { inputs: [{ entry: 4, through: [['unflatten'], ['transpose']] as never }] }),
    entry('a.key', 'batch head key feature', [1, 2, 3, 5], { inputs: from(4) }),
    entry('a.scores', 'batch head query key', [1, 2, 3, 3], { operator: 'matmul', inputs: from(5, 6) }),
    entry('a.weights', 'batch head query key', [1, 2, 3, 3], { operator: 'softmax', inputs: from(7) }),
    entry('probabilities', 'batch position vocabulary', [1, 3, 11], { operator: 'softmax', inputs: from(2) }),
  ],
} as unknown as Graph;
const counted = (shape: number[], at: (i: number) => number): Tensor => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => at(i)) });
const values = new Map<string, Tensor>(graph.entries.map((one, n) => [one.path, counted(one.shape, (i) => ((i * 7 + n) % 13) - 6)]));
values.set('a.weights', { shape: [1, 2, 3, 3], data: Float32Array.from([1, 0, 0, 0.5, 0.5, 0, 0.2, 0.3, 0.5, 1, 0, 0, 0.9, 0.1, 0, 0.1, 0.8, 0.1]) });
values.set('probabilities', counted([1, 3, 11], (i) => (i + 1) / 100));
const attention = attentionsOf(graph)[0]!;
const scene: Scene = {
  graph, tensor: (path) => values.get(path) ?? null, first: attention, sure: [{ word: 'le', flat: 1 }, { word: 'chien', flat: 13 }],
  look: { attention, head: 1, row: 2, rows: ['<s>', 'le', 'chien'], columns: ['<s>', 'le', 'chien'] },
};

describe('what a card begins with', () => {
  it('is of the model: every number stands where it says', () => {
    for (const id of CARDS) {
      const start = startOf(id, scene);
      expect(start, id).not.toBeNull();
      for (const { path, flat, value } of start!.cells) expect(values.get(path)!.data[flat], `${id} ${path}`).toBe(value);
    }
  });
  it('shows the word that is looked at most, here “le”, and its two largest numbers', () => {
    const start = startOf('arrow', scene)!;
    const row = Array.from(values.get('embedded')!.data.subarray(7, 14)), sizes = row.map(Math.abs).sort((a, b) => b - a);
    expect(start.cells.map((one) => Math.abs(one.value)).sort((a, b) => b - a)).toEqual(sizes.slice(0, 2));
    expect(start.says).toContain('“le”');
    expect(start.cells.every((one) => one.flat >= 7 && one.flat < 14)).toBe(true);
  });
  it('takes query and key of one head, the row and the place that it looks at', () => {
    const [q1, q2, k1, k2] = startOf('dot', scene)!.cells.map((one) => one.flat);
    expect([q1! - 25, q2! - 25]).toEqual([k1! - 20, k2! - 20]); // head 1: row 2 begins at 25, place 1 at 20
  });
  it('takes the head that shares most evenly', () => {
    expect(startOf('softmax', scene)!.says).toContain('head 1');
  });
  it('takes the four parameters that join two inputs to two outputs', () => {
    const [x1, x2, a1, a2, b1, b2] = startOf('matrix', scene)!.cells.map((one) => one.flat);
    const [i, j] = [x1! - 7, x2! - 7];
    expect([a1! % 7, a2! % 7, b1! % 7, b2! % 7]).toEqual([i, j, i, j]);
    expect([Math.floor(a1! / 7) === Math.floor(a2! / 7), Math.floor(b1! / 7) === Math.floor(b2! / 7), a1 === b1]).toEqual([true, true, false]);
  });
  it('names the less probable word first', () => {
    expect(startOf('logarithm', scene)!.says).toMatch(/“le”.*“chien”/);
    expect(startOf('logarithm', { ...scene, sure: [{ word: 'chien', flat: 13 }, { word: 'le', flat: 1 }] })!.says).toMatch(/“le”.*“chien”/);
  });
  it('is nothing where the model has no such numbers, or they have not come', () => {
    const bare: Scene = { graph: { ...graph, entries: [graph.entries[0]!] }, tensor: () => null, first: null, look: null, sure: [] };
    for (const id of CARDS) {
      expect(startOf(id, bare), id).toBeNull();
      expect(startOf(id, { ...scene, tensor: () => null }), id).toBeNull();
      expect(wantedOf(id, bare).every(Boolean)).toBe(true);
    }
  });
});
