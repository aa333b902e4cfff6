import { describe, expect, test } from 'vitest';
import { attentionsOf, contributionsOf, factorOf, headGrid, masksOf, roleOf, type Grid } from './attention';
import type { Entry, Graph, Json, Source } from './graph';
import type { Tensor } from './safetensors';

const HEADS = 3, ROWS = 5, KEYS = 7, WIDTH = 2, MODEL = 11;

const entry = (path: string, kind: Entry['kind'], shape: number[], operator = '', inputs: Source[] = [], axes: string[] = [], constants: Json[] = []): Entry =>
  ({ path, kind, axes, shape, dtype: 'float32', operator, constants, inputs, file: '', line: 0, step: 0, tapped: axes.length > 0 });
const from = (entry: number, ...through: [string, Json[]][]): Source => ({ entry, through });
const tokens = (count: number) => Array.from({ length: count }, (_, id) => ({ id, piece: `▁w${id}` }));
const GRID = ['batch', 'head', 'query', 'key'];

/** A cross-attention and a decoder's self-attention under names that no model of ours has. */
function graphOf(): Graph {
  const entries: Entry[] = [
    entry('source', 'input', [1, KEYS]), entry('target', 'input', [1, ROWS]),
    entry('read', 'value', [1, KEYS, MODEL], 'embedding', [from(0)]), entry('written', 'value', [1, ROWS, MODEL], 'embedding', [from(1)]),
  ];
  for (const [owner, query, key] of [['blocks.0.mix', 3, 2], ['blocks.0.own', 3, 3], ['reader', 2, 2]] as const) {
    const rows = query === 3 ? ROWS : KEYS, keys = key === 3 ? ROWS : KEYS, at = entries.length;
    entries.push(
      entry(`${owner}.q`, 'value', [1, rows, MODEL], 'linear', [from(query)]), entry(`${owner}.k`, 'value', [1, keys, MODEL], 'linear', [from(key)]),
      entry(`${owner}.query`, 'value', [1, HEADS, rows, WIDTH], '', [from(at)]), entry(`${owner}.key`, 'value', [1, HEADS, keys, WIDTH], '', [from(at + 1)]),
      entry(`${owner}.weights`, 'value', [1, HEADS, rows, keys], 'softmax', [from(at + 2), from(at + 3)], GRID),
    );
  }
  const mixed = entries.length;
  entries.push(
    entry('blocks.0.mix.mixed', 'value', [1, HEADS, ROWS, WIDTH], 'matmul', [], ['batch', 'head', 'query', 'feature']),
    entry('out', 'parameter', [MODEL, HEADS * WIDTH]),
    entry('blocks.0.joined', 'value', [1, ROWS, MODEL], 'linear', [from(mixed, ['transpose', [[{ input: 0 }, 1, 2], {}]], ['flatten', [[{ input: 0 }, 2], {}]]), from(mixed + 1)]),
  );
  return { version: 1, about: { trace: '', run: '', family: 'encoder-decoder', untrained: true, snapshot: null, variant: null, training: null, text: '', output: '', source: tokens(KEYS), target: tokens(ROWS), next: tokens(ROWS), config: {}, changes: [] }, entries };
}

describe('attentions of a graph', () => {
  test('are told apart by what went into them, not by their names', () => {
    expect(attentionsOf(graphOf()).map(({ owner, part, layer, heads, queries, keys }) => [owner, part, layer, heads, queries, keys])).toEqual([
      ['blocks.0.mix', 'cross', 0, HEADS, ROWS, KEYS], ['blocks.0.own', 'decoder', 0, HEADS, ROWS, ROWS], ['reader', 'encoder', 0, HEADS, KEYS, KEYS],
    ]);
  });

  test('a model that only writes has a decoder, one that only reads an encoder', () => {
    const graph = graphOf();
    const only = (about: Partial<Graph['about']>) => [...new Set(attentionsOf({ ...graph, about: { ...graph.about, ...about } }).map((one) => one.part))];
    expect(only({ source: [] })).toEqual(['decoder']);
    expect(only({ target: [], next: [] })).toEqual(['encoder']);
  });
});

const grid = (rows: number[][]): Grid => ({ data: rows.flat(), start: 0, rows: rows.length, columns: rows[0]!.length });
const band = (rows: number, columns: number, share: number, at: (i: number) => number): Grid => grid(Array.from({ length: rows }, (_, i) =>
  Array.from({ length: columns }, (_, j) => (j === at(i) ? share : (1 - share) / (columns - 1)))));

describe('what a head does', () => {
  test.each([
    ['itself', (i: number) => i], ['before', (i: number) => Math.max(0, i - 1)], ['after', (i: number) => Math.min(KEYS - 1, i + 1)],
    ['first', () => 0], ['last', () => KEYS - 1],
  ] as const)('%s', (habit, at) => {
    const role = roleOf(band(KEYS, KEYS, 0.9, at), 'encoder');
    expect([role.habit, role.clear]).toEqual([habit, true]);
    expect(role.share).toBeGreaterThan(0.5);
  });

  test('one word, everywhere, along the sentence, or nothing clear', () => {
    expect(roleOf(band(ROWS, KEYS, 0.8, () => 4), 'cross')).toMatchObject({ habit: 'word', key: 4, clear: true });
    expect(roleOf(band(ROWS, KEYS, 1 / KEYS, () => 0), 'cross')).toMatchObject({ habit: 'spread' });
    expect(roleOf(band(ROWS, KEYS, 0.6, (i) => i), 'cross')).toMatchObject({ habit: 'along', share: 1 });
    expect(roleOf(band(ROWS, KEYS, 0.6, (i) => [1, 5, 2, 6, 0][i]!), 'cross').clear).toBe(false);
  });

  test('rows that can see one word only do not count', () => {
    const causal = grid([[1, 0, 0], [0.1, 0.9, 0], [0.1, 0.1, 0.8]]);
    const role = roleOf(causal, 'decoder');
    expect(role.habit).toBe('itself');
    expect(role.share).toBeCloseTo(0.85, 6);
  });

  test('the gold alignment counts its own rows', () => {
    const role = roleOf(band(ROWS, KEYS, 0.7, (i) => [3, 1, 2, 6, 5][i]!), 'cross', [[3, 0], [1, 1], [2, 2]]);
    expect(role.habit).toBe('gold');
    expect(role.share).toBeCloseTo(0.7, 6);
  });
});

describe('what each head adds', () => {
  const graph = graphOf(), number = (i: number) => Math.sin(i * 1.7) + 0.3;
  const tensor = (shape: number[], salt: number): Tensor => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => number(i + salt)) });
  const mixed = tensor([1, HEADS, ROWS, WIDTH], 0), out = tensor([MODEL, HEADS * WIDTH], 100);
  const row = 3;
  const plain = Array.from({ length: MODEL }, (_, o) => {
    let sum = 0;
    for (let h = 0; h < HEADS; h++) for (let f = 0; f < WIDTH; f++) sum += mixed.data[(h * ROWS + row) * WIDTH + f]! * out.data[o * HEADS * WIDTH + h * WIDTH + f]!;
    return sum;
  });
  const recorded: Tensor = { shape: [1, ROWS, MODEL], data: Float32Array.from({ length: ROWS * MODEL }, (_, i) => (Math.floor(i / MODEL) === row ? plain[i % MODEL]! : -99)) };
  const values = new Map([['blocks.0.mix.mixed', mixed], ['out', out], ['blocks.0.joined', recorded]]);
  const mix = { ...attentionsOf(graph)[0]!, stages: { ...attentionsOf(graph)[0]!.stages, mixed: 'blocks.0.mix.mixed' } };

  test('comes to the recorded output', () => {
    const found = contributionsOf(graph, (path) => values.get(path) ?? null, mix, row)!;
    expect(found.perHead).toHaveLength(HEADS);
    found.sum.forEach((value, o) => expect(value).toBeCloseTo(plain[o]!, 5));
    expect(found.difference).toBeLessThan(1e-5);
    const first = found.perHead[1]!, byHand = mixed.data[(ROWS + row) * WIDTH]! * out.data[2]! + mixed.data[(ROWS + row) * WIDTH + 1]! * out.data[3]!;
    expect(first[0]).toBeCloseTo(byHand, 6);
  });

  test('waits for values that have not come', () => {
    expect(contributionsOf(graph, () => null, mix, row)).toBeNull();
  });
});

test('masks are found behind what was done to them', () => {
  const graph = graphOf(), at = graph.entries.length;
  graph.entries.push(
    entry('hides', 'value', [1, 1, 1, KEYS], 'ne', [from(0)], GRID), entry('blocks.0.mix.not', 'value', [1, 1, 1, KEYS], 'bitwise_not', [from(at)]),
    entry('blocks.0.mix.masked', 'value', [1, HEADS, ROWS, KEYS], 'masked_fill', [from(3), from(at + 1)], GRID),
  );
  const [mix, own] = attentionsOf(graph);
  expect(masksOf(graph, mix!)).toEqual(['hides']);
  expect(masksOf(graph, own!)).toEqual([]);
});

test('the scale is read from the record', () => {
  const scaled = (operator: string) => entry('a.scaled', 'value', [1], operator, [], [], [[{ input: 0 }, 5.5], {}] as unknown as Json[]);
  expect(factorOf({ ...scaled('div'), constants: [[{ input: 0 }, 5.5], {}] })).toEqual({ symbol: '÷', by: 5.5 });
  expect(factorOf({ ...scaled('mul'), constants: [[{ input: 0 }, 0.5], {}] })).toEqual({ symbol: '×', by: 0.5 });
  expect(factorOf(null)).toBeNull();
});

test('a head is a part of the tensor', () => {
  const tensor: Tensor = { shape: [1, HEADS, ROWS, KEYS], data: Float32Array.from({ length: HEADS * ROWS * KEYS }, (_, i) => i) };
  expect(headGrid(tensor, 2).start).toBe(2 * ROWS * KEYS);
});
