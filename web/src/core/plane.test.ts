// A value as rows and columns, its names, what changed, and its files. Sizes are different primes.

import { describe, expect, it } from 'vitest';
import { axesOf, labelsAlong, placeInWords, tokensAlong } from './axes';
import { csvOf, svgOf, type Panel } from './export';
import { precise, number } from './format';
import type { Entry, Graph } from './graph';
import { EXPLAINERS } from '../ops';
import { called, hueOf, section } from './names';
import { changed, flatOf, headsOf, kindOf, placeOf, planeOf } from './plane';
import { ranked } from './ranked';

const tokens = (...pieces: string[]) => pieces.map((piece, id) => ({ id, piece }));
const entry = (path: string, axes: string, shape: number[], more: Partial<Entry> = {}): Entry =>
  ({ path, kind: 'value', axes: axes ? axes.split(' ') : [], shape, dtype: 'float32', operator: '', constants: [], inputs: [], file: '', line: 0, step: 0, tapped: true, ...more });
const scores = entry('decoder.0.cross_attention.scores', 'batch head query key', [1, 2, 3, 5]);
const linear = entry('decoder.0.cross_attention.key_matrix.linear', '', [1, 5, 7], { operator: 'linear', inputs: [{ entry: 2, through: [] }], tapped: false });
const memory = entry('memory', 'batch position d_model', [1, 5, 7]);
const graph = {
  version: 1, entries: [scores, linear, memory],
  about: { trace: '', run: '', family: 'encoder-decoder', untrained: true, snapshot: null, variant: null, training: null, text: '', output: '', config: {}, changes: [], source: tokens('▁the', '▁dog', '▁runs', 's', '</s>'), target: tokens('<s>', '▁le', '▁chien'), next: [] },
} as Graph;

describe('a plane', () => {
  const plane = planeOf(graph, scores, 1);
  it('is the chosen head’s rows and columns', () => {
    expect([plane.rows, plane.columns, plane.start, plane.rowStride]).toEqual([3, 5, 15, 5]);
    expect(flatOf(plane, [2, 4])).toBe(29);
    expect(placeOf(plane, 29)).toEqual([2, 4]);
    expect(placeOf(plane, 14)).toBeNull();
    expect([plane.rowName(1), plane.columnName(4)]).toEqual(['le', 'end']);
    expect(headsOf(graph, scores)).toEqual({ axis: 1, count: 2 });
  });
  it('is of a kind', () => {
    const kinds: [Entry, string][] = [[scores, 'heads'], [memory, 'tokens'], [entry('up.bias', '', [11], { kind: 'parameter' }), 'vector'], [entry('up.weight', '', [11, 7], { kind: 'parameter' }), 'matrix'],
      [entry('loss', '', []), 'scalar'], [entry('probabilities', 'batch position vocabulary', [1, 3, 13]), 'distribution'], [entry('target_mask', 'batch head query key', [1, 1, 3, 3]), 'matrix'], [entry('source', '', [1, 5], { kind: 'input' }), 'tokens']];
    for (const [one, kind] of kinds) expect(kindOf(graph, one), one.path).toBe(kind);
  });
  it('marks what changed, and what was not there before', () => {
    const small = planeOf(graph, entry('x', 'batch head query key', [1, 1, 3, 5])), before = Float32Array.from({ length: 15 }, (_, i) => i), now = before.slice();
    now[7] = 9; now[8] = before[8]! + 1e-6;
    const has = changed(small, now, { ...small, rows: 2 }, before);
    expect([has([1, 2]), has([1, 3]), has([0, 0]), has([2, 0])]).toEqual([true, false, false, true]);
  });
});

describe('names', () => {
  it('an unnamed step takes its axes from what it came from', () => {
    expect(axesOf(graph, linear)).toEqual(['batch', 'position', 'feature']);
    expect(tokensAlong(graph, linear, 1)?.[0]?.piece).toBe('▁the');
  });
  it('a place in words', () => {
    expect(placeInWords(graph, scores, 15 + 2 * 5 + 1)).toBe('chien → dog, head 2');
    expect(placeInWords(graph, memory, 9)).toBe('dog, feature 3');
    expect(placeInWords(graph, entry('logits', 'batch position vocabulary', [1, 3, 13]), 15, ['a', 'b', '▁il'])).toBe('il, after “le”');
    expect(labelsAlong(graph, entry('logits', 'batch position vocabulary', [1, 3, 13]), 2)(4)).toBe('word 4');
  });
  it('no name says “weight” alone, and parameters say whose they are', () => {
    expect(called('encoder.0.feedforward.up.bias')).toBe('first bias b₁');
    expect(called('encoder.0.self_attention.query_matrix.weight')).toBe('query matrix');
    expect(called('decoder.1.after_cross.norm.weight')).toBe('gain of the normalisation');
    expect(called('encoder.1')).toBe('encoder layer 2');
    expect(called('decoder.0.cross_attention.weights.original')).toBe('attention');
    expect(section('decoder.0.cross_attention.scores#2')).toBe('§3.2.1, equation 1');
    expect([hueOf('a.key'), hueOf('a.value_matrix.weight'), hueOf('a.scores')]).toEqual(['--key', '--value', '--ink']);
  });
  it('every operator has a name in plain words', () => {
    const bare = Object.keys(EXPLAINERS).filter((operator) => operator && called(`part.${operator}`) === operator.replaceAll('_', ' ').trim());
    expect(bare).toEqual(['softmax', 'sigmoid', 'mean', 'zeros', 'ones']);
    expect(called('tokens')).toBe(called('source'));
  });
  it('numbers for people', () => {
    expect([precise(0.000012345), precise(-1234.5678), precise(0.25), precise(0), precise(3)]).toEqual(['1.2345 · 10⁻⁵', '−1234.6', '0.25000', '0', '3']);
    expect([number(-0.5), number(Infinity), number(1e-9)]).toEqual(['−0.500', '∞', '1.00 · 10⁻⁹']);
  });
});

describe('the largest, and the rest', () => {
  it('of a distribution the mass is 1', () => {
    const found = ranked(Float32Array.from([0.1, 0.5, 0.05, 0.25, 0.1]), 2, 2);
    expect(found.best.map((one) => one.index)).toEqual([1, 3, 2]);
    expect(found.rest.count).toBe(2);
    expect(found.rest.sum).toBeCloseTo(0.2, 6);
    expect(found.shares).toBe(true);
  });
  it('of scores there is none', () => expect(ranked(Float32Array.from([2, -1, 0]), 1)).toMatchObject({ shares: false, rest: { count: 2, largest: 0 } }));
});

describe('files', () => {
  const values = Float32Array.from({ length: 30 }, (_, i) => (i === 7 ? -Infinity : (i - 13) / 7));
  const panels: Panel[] = [0, 1].map((head) => {
    const plane = planeOf(graph, scores, head);
    return { name: `head ${head + 1}`, rows: 3, columns: 5, rowName: (row) => (row ? plane.rowName(row) : 'a, "b"'), columnName: plane.columnName, value: (row, column) => values[flatOf(plane, [row, column])]! };
  });
  it('CSV comes back with names and full precision', () => {
    const rows = csvOf(panels).trim().split('\r\n').map((line) => [...line.matchAll(/"((?:[^"]|"")*)"|([^,]+)|(?<=^|,)(?=,|$)/g)].map((m) => m[1]?.replaceAll('""', '"') ?? m[2] ?? ''));
    expect(rows[0]).toEqual(['', '', 'the', 'dog', 'runs', 's', 'end']);
    expect(rows[1]!.slice(0, 2)).toEqual(['head 1', 'a, "b"']);
    const numbers = rows.slice(1).flatMap((row) => row.slice(2).map(Number));
    expect(numbers).toEqual([...values]);
  });
  it('SVG is well formed and has as many cells', () => {
    const svg = svgOf('a < b & c', panels, { mark: 'tints', scale: 2, parameter: true, colours: { '--ink': 'rgb(43, 52, 64)', '--paper': 'rgb(255, 255, 255)', '--hue': 'rgb(31, 95, 168)', '--quiet': 'rgb(90, 101, 115)', '--line': 'rgb(217, 221, 227)' } });
    expect(svg.match(/class="cell"/g)).toHaveLength(30);
    const open: string[] = [];
    for (const [, close, name, rest] of svg.matchAll(/<(\/?)([a-z]+)([^<>]*)>/g)) {
      if (close) expect(open.pop()).toBe(name);
      else if (!rest!.endsWith('/')) open.push(name!);
    }
    expect(open).toEqual([]);
    expect(svg.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
  });
  it('bars of a negative number hang down', () => {
    const svg = svgOf('x', [{ ...panels[0]!, rows: 1, columns: 2, value: (_, column) => (column ? -1 : 1) }], { mark: 'bars', scale: 1, parameter: false, colours: { '--hue': 'red' } });
    const [up, down] = [...svg.matchAll(/class="cell"[^>]* y="([\d.]+)"/g)].map((m) => Number(m[1]));
    expect(down! - up!).toBe(15);
  });
});
