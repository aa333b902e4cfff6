// What the cards begin with: a few numbers of the loaded model on this sentence, and the sentence
// that says which. Null where the model has none: then the numbers are the reader's from the start.

import { t } from '../strings';
import { headGrid, rowOf, strongest, type Attention } from './attention';
import { readable } from './format';
import type { CardId } from './cards';
import type { Entry, Graph, Token } from './graph';
import { tokensOf } from './rows';
import type { Tensor } from './safetensors';

/** A number that a card begins with, and where the model has it. */
export interface Given { path: string; flat: number; value: number }
export interface Start { cells: Given[]; names: string[]; says: string }

/** What a card may begin with: the recorded run, its first attention, and the look that is followed. */
export interface Scene {
  graph: Graph; tensor: (path: string) => Tensor | null; first: Attention | null;
  look: { attention: Attention; head: number; row: number; rows: string[]; columns: string[] } | null;
  /** The words that the model was least and most sure of, in their order. */
  sure: { word: string; flat: number }[];
}

const PROBABILITIES = 'probabilities', SHARED = 5;

const pick = (scene: Scene, path: string, flat: number): Given => ({ path, flat, value: scene.tensor(path)!.data[flat]! });
/** The places of the two numbers of largest size, in their order. */
const two = (values: number[]): [number, number] => strongest(values.map(Math.abs), 2).sort((a, b) => a - b) as [number, number];
const scoresOf = ({ stages }: Attention): string => stages.masked ?? stages.scaled ?? stages.scores ?? '';
const tableOf = (graph: Graph): number => graph.entries.findIndex((entry) => entry.operator === 'embedding' && entry.shape.length === 3);

/** The product that makes the queries of an attention: its place among the entries. */
function linearOf(graph: Graph, attention: Attention | null): Entry | null {
  let entry = graph.entries.find((one) => one.path === attention?.stages.query);
  while (entry && entry.operator !== 'linear') entry = graph.entries[entry.inputs[0]?.entry ?? -1];
  const [x, w] = entry?.inputs ?? [];
  return x && w && !x.through.length && !w.through.length && graph.entries[x.entry]!.shape.length === 3 ? entry! : null;
}

/** The values that a card's beginning is read from. */
export function wantedOf(id: CardId, { graph, look, first }: Scene): string[] {
  if (id === 'arrow') return [graph.entries[tableOf(graph)]?.path ?? ''].filter(Boolean);
  if (id === 'matrix') return linearOf(graph, first)?.inputs.slice(0, 2).map((source) => graph.entries[source.entry]!.path) ?? [];
  if (id === 'logarithm') return [PROBABILITIES];
  const stages = look?.attention.stages;
  return [...(id === 'dot' ? [stages?.query, stages?.key] : [look && scoresOf(look.attention)]), stages?.weights].filter((path): path is string => Boolean(path));
}

/** What a card begins with, once the wanted values are here. */
export function startOf(id: CardId, scene: Scene): Start | null {
  const wanted = wantedOf(id, scene);
  if (!wanted.length || wanted.some((path) => !scene.tensor(path))) return null;
  return { arrow, dot, softmax, matrix, logarithm }[id](scene);
}

/** The place that a look goes to most. */
function lookedAt({ look, tensor }: Scene): number | null {
  const shares = look && tensor(look.attention.stages.weights ?? '');
  return shares ? strongest(rowOf(headGrid(shares, look.head), look.row), 1)[0]! : null;
}

/** The word that is shown as numbers: the one that is looked at, where it is among these, else the longest. */
function wordOf(scene: Scene, tokens: Token[]): number {
  const at = lookedAt(scene), looked = at === null ? -1 : tokens.findIndex((token) => readable(token.piece) === scene.look!.columns[at]);
  return looked >= 0 ? looked : tokens.reduce((best, token, i) => (readable(token.piece).length >= readable(tokens[best]!.piece).length && !/^<.*>$/.test(token.piece) ? i : best), 0);
}

function arrow(scene: Scene): Start | null {
  const at = tableOf(scene.graph), { path, shape } = scene.graph.entries[at]!, tokens = tokensOf(scene.graph)(at);
  if (!tokens.length || shape[2]! < 2) return null;
  const width = shape[2]!, row = Math.min(wordOf(scene, tokens), shape[1]! - 1), from = row * width;
  const features = two(Array.from(scene.tensor(path)!.data.subarray(from, from + width)));
  return {
    cells: features.map((i) => pick(scene, path, from + i)), names: features.map((i) => t.cards.feature(i + 1)),
    says: t.cards.from.arrow(readable(tokens[row]!.piece), width, features[0] + 1, features[1] + 1),
  };
}

function dot(scene: Scene): Start | null {
  const { attention, head, row, rows, columns } = scene.look!, { query, key, weights } = attention.stages;
  if (!query || !key || !weights) return null;
  const q = scene.tensor(query)!, k = scene.tensor(key)!, width = q.shape.at(-1)!;
  if (q.shape.length !== 4 || k.shape.length !== 4 || width < 2 || k.shape.at(-1) !== width) return null;
  const at = lookedAt(scene)!;
  const begin = (tensor: Tensor, place: number): number => (Math.min(head, tensor.shape[1]! - 1) * tensor.shape[2]! + place) * width;
  const fromQ = begin(q, row), fromK = begin(k, at);
  const features = two(Array.from({ length: width }, (_, i) => q.data[fromQ + i]! * k.data[fromK + i]!));
  const looks = rows[row] ?? '', looked = columns[at] ?? '';
  return {
    cells: [...features.map((i) => pick(scene, query, fromQ + i)), ...features.map((i) => pick(scene, key, fromK + i))],
    names: [t.cards.query(looks), t.cards.key(looked)], says: t.cards.from.dot(looks, looked, head + 1, width),
  };
}

/** Of the heads that look from this row the one whose largest share is nearest to a half: it shares. */
function sharing({ look, tensor }: Scene): number {
  const shares = tensor(look!.attention.stages.weights ?? '');
  const off = (head: number): number => -Math.abs(Math.max(...rowOf(headGrid(shares!, head), look!.row)) - 0.5);
  return shares ? strongest(Array.from({ length: look!.attention.heads }, (_, head) => off(head)), 1)[0]! : look!.head;
}

function softmax(scene: Scene): Start | null {
  const { attention, row, rows, columns } = scene.look!, path = scoresOf(attention), tensor = scene.tensor(path)!;
  const head = sharing(scene), grid = headGrid(tensor, head), scores = rowOf(grid, row), open = scores.filter(Number.isFinite).length;
  const kept = strongest(scores, Math.min(SHARED, open)).sort((a, b) => a - b);
  if (kept.length < 2) return null;
  return {
    cells: kept.map((j) => pick(scene, path, grid.start + row * grid.columns + j)), names: kept.map((j) => columns[j] ?? String(j + 1)),
    says: t.cards.from.softmax(rows[row] ?? '', head + 1, kept.length, open),
  };
}

function matrix(scene: Scene): Start | null {
  const { graph } = scene, linear = linearOf(graph, scene.first)!;
  const [source, learned] = linear.inputs.map((input) => graph.entries[input.entry]!) as [Entry, Entry];
  const [outputs, inputs] = learned.shape as [number, number], tokens = tokensOf(graph)(linear.inputs[0]!.entry);
  if (learned.kind !== 'parameter' || !tokens.length || inputs < 2 || outputs < 2) return null;
  const row = Math.min(wordOf(scene, tokens), source.shape[1]! - 1), x = scene.tensor(source.path)!.data, w = scene.tensor(learned.path)!.data;
  const into = two(Array.from(x.subarray(row * inputs, (row + 1) * inputs)));
  const out = two(Array.from({ length: outputs }, (_, o) => into.reduce((sum, i) => sum + Math.abs(w[o * inputs + i]! * x[row * inputs + i]!), 0)));
  return {
    cells: [...into.map((i) => pick(scene, source.path, row * inputs + i)), ...out.flatMap((o) => into.map((i) => pick(scene, learned.path, o * inputs + i)))],
    names: [...into.map((i) => t.cards.feature(i + 1)), ...out.map((o) => t.cards.output(o + 1))],
    says: t.cards.from.matrix(readable(tokens[row]!.piece), inputs, outputs),
  };
}

function logarithm(scene: Scene): Start | null {
  const chosen = scene.sure.map((one) => ({ word: one.word, cell: pick(scene, PROBABILITIES, one.flat) })).filter(({ cell }) => cell.value > 0);
  if (chosen.length < 2) return null;
  return { cells: chosen.map((one) => one.cell), names: chosen.map((one) => one.word), says: t.cards.from.logarithm(...(chosen[0]!.cell.value > chosen[1]!.cell.value ? [chosen[1]!.word, chosen[0]!.word] as const : [chosen[0]!.word, chosen[1]!.word] as const)) };
}
