// What the axes of a value stand for, and what a place on them is called.

import { unravel } from './arrange';
import { readable } from './format';
import type { Entry, Graph, Token } from './graph';
import { axisNames, t } from '../strings';

/** Operators whose result has the axes of their first input, or all but its last one. */
const KEEPS = new Set(['', 'softmax', 'log_softmax', 'masked_fill', 'bitwise_not', 'relu', 'gelu', 'silu', 'layer_norm', 'mul', 'div', 'add', 'sub', 'exp', 'log', 'tanh', 'sqrt', 'ne', 'lt', 'neg']);
const RENAMES_LAST = new Set(['linear']);

/** The axes of an entry; those of an unnamed step are taken over from what it was computed from. */
export function axesOf(graph: Graph, entry: Entry): string[] {
  if (entry.axes.length === entry.shape.length) return entry.axes;
  if (/(^|\.)(tokens\.weight|output_matrix)$/.test(entry.path) && entry.kind === 'parameter' && !/attention/.test(entry.path)) return ['vocabulary', 'd_model'];
  const source = entry.inputs[0], first = source ? graph.entries[source.entry] : undefined;
  if (first && source!.through.length === 0 && first.shape.length === entry.shape.length) {
    const axes = axesOf(graph, first);
    if (KEEPS.has(entry.operator)) return axes;
    if (RENAMES_LAST.has(entry.operator)) return [...axes.slice(0, -1), 'feature'];
  }
  if (entry.kind === 'input' && entry.shape.length === 2) return ['batch', 'position'];
  return entry.shape.length === 2 && entry.kind === 'parameter' ? ['row', 'column'] : entry.shape.map((_, i) => (i === entry.shape.length - 1 ? 'feature' : 'row'));
}

/** The tokens that stand along an axis; null where it is no axis of tokens. */
export function tokensAlong(graph: Graph, entry: Entry, axis: number): Token[] | null {
  const { about } = graph, name = axesOf(graph, entry)[axis], n = entry.shape[axis]!;
  if (!name || !['position', 'query', 'key', 'source', 'target'].includes(name)) return null;
  const [first, second] = readsSource(entry.path, name) ? [about.source, about.target] : [about.target, about.source];
  const fits = (tokens: Token[]): boolean => tokens.length >= n && n > 1 || tokens.length === n;
  return fits(first) ? first : fits(second) ? second : null;
}

function readsSource(path: string, axis: string): boolean {
  if (/cross_attention/.test(path)) return axis === 'key' || /cross_attention\.(key|value)_matrix/.test(path);
  return /^(encoder|source|memory)/.test(path);
}

/** A word for each place on an axis: the tokens, the vocabulary's words, or a number. */
export function labelsAlong(graph: Graph, entry: Entry, axis: number, vocabulary: string[] = []): (place: number) => string {
  const name = axesOf(graph, entry)[axis] ?? 'column', tokens = tokensAlong(graph, entry, axis);
  if (tokens) return (place) => readable(tokens[place]?.piece ?? '');
  if (name === 'vocabulary') return (place) => (vocabulary[place] === undefined ? `${axisNames['vocabulary']} ${place}` : readable(vocabulary[place]));
  return (place) => `${axisNames[name] ?? name} ${place + 1}`;
}

/** A cell's place in words: "elle → street, head 3"; of a word's score, "était, after elle". */
export function placeInWords(graph: Graph, entry: Entry, flat: number, vocabulary: string[] = []): string {
  const place = unravel(flat, entry.shape), axes = axesOf(graph, entry);
  const named = axes.map((name, axis) => ({ name, axis })).filter(({ name, axis }) => name !== 'batch' && entry.shape[axis] !== 1);
  const words = named.map(({ name, axis }) => ({ name, token: tokensAlong(graph, entry, axis) !== null, text: labelsAlong(graph, entry, axis, vocabulary)(place[axis]!) }));
  const tokens = words.filter((one) => one.token).map((one) => one.text).join(' → '), others = words.filter((one) => !one.token).map((one) => one.text);
  if (axes.at(-1) === 'vocabulary' && tokens) return [...others, graph.about.family === 'encoder-only' ? t.axes.at(tokens) : t.axes.after(tokens)].join(', ');
  return [tokens, ...others].filter(Boolean).join(', ');
}
