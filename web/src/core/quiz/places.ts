// Questions that are answered by a place of the page: a head, a layer, a part of one, a number.

import { attentionsOf, cameFrom, headGrid, rowOf, strongest, tokensOf, type Attention } from '../attention';
import { optionsOf } from '../changes';
import { readable } from '../format';
import { indexOf, type Graph, type Token } from '../graph';
import { called } from '../names';
import { head, probability, share, whole } from '../queries/facts';
import { written, type Fact, type Scene } from '../queries/scene';
import { rowFor } from '../written';
import { t } from '../../strings';
import { APART, singles, type Question, type QuizKind } from './question';

const layerOf = (path: string): string => /^(?:encoder|decoder)\.\d+(?=\.)/.exec(path)?.[0] ?? '';
const said = (token: Token | undefined): string => (token ? readable(token.piece).trim() : '');

/** An attention as its pictures show it: words down and across, and the share of a head at a row and a column. */
interface Picture { attention: Attention; down: Token[]; across: Token[]; rows: number[]; columns: number[]; share: (index: number, row: number, column: number) => Fact; of: (index: number, row: number) => number[] }

function picturesOf(scene: Scene): Picture[] {
  return attentionsOf(scene.graph).flatMap((attention) => {
    const path = attention.stages.weights!, tensor = scene.tensor(path), { queries, keys: across, writes } = tokensOf(scene.graph, attention.part), down = writes ?? queries;
    if (!tensor) return [];
    const of = (index: number, row: number): number[] => rowOf(headGrid(tensor, index), row);
    return [{ attention, down, across, rows: [...singles(down)], columns: [...singles(across)], of, share: (index, row, column) => share(of(index, row)[column]!, { path, flat: (index * attention.queries + row) * attention.keys + column }) }];
  });
}

/** Whether the trace itself says that nothing later is seen: all shares above the diagonal are 0. */
const hides = ({ attention: { part, heads, queries, stages }, of }: Picture): boolean =>
  part === 'decoder' && stages.masked !== undefined && queries > 1 && Array.from({ length: heads * queries }, (_, i) => of(Math.floor(i / queries), i % queries).slice((i % queries) + 1)).flat().every((one) => one === 0);

/** Of each attention the pair of words that one head joins more clearly than the others do. */
function strongests({ attention, down, across, rows, columns, of, share }: Picture): Question[] {
  const { part, layer, owner, heads } = attention;
  let found: Question[] = [], most = APART;
  for (const row of rows) for (const column of columns) {
    const shares = Array.from({ length: heads }, (_, index) => of(index, row)[column]!), [best = 0, next] = strongest(shares, 2);
    if (next === undefined || shares[best]! - shares[next]! < most || strongest(of(best, row), 1)[0] !== column || said(down[row]) === said(across[column])) continue;
    most = shares[best]! - shares[next]!;
    found = [{
      kind: 'strongest', where: { view: 'attention', grain: 'heads', part, layer, row, as: 'heat' }, word: said(down[row]), at: said(across[column]), head: `${called(owner.split('.').slice(0, 2).join('.'))}, ${called(owner)}`,
      right: { text: t.attention.headName(best + 1), head: `${part}:${layer}:${best}` }, value: share(best, row, column), second: share(next, row, column),
    }];
  }
  return found;
}

/** Reading a head's table: the number of a row and a column, and where the mask begins in a row. */
function cells(picture: Picture, seed: number): Question[] {
  const { attention, down, across, rows, columns, of, share } = picture, { part, layer } = attention, index = seed % attention.heads, row = rows[seed % rows.length];
  if (row === undefined) return [];
  const ask = (kind: QuizKind, column: number): Question => {
    const value = share(index, row, column);
    return { kind, where: { view: 'attention', grain: 'head', part, layer, head: index, row, as: 'table' }, head: head(attention, index, row).text, word: said(down[row]), at: said(across[column]), right: { text: '', cell: value.cell! }, value };
  };
  const others = columns.filter((j) => said(across[j]) !== said(down[row]) && of(index, row)[j]! > 0);
  return [...others.slice(-1).map((j) => ask('cell', j)), ...(columns.includes(row + 1) && hides(picture) ? [ask('forbidden', row + 1)] : [])];
}

/** What a question about a part of an opened layer has. */
const inLayer = (kind: QuizKind, open: string, part: string): Question => ({ kind, where: { view: 'network', open }, head: called(open), right: { text: called(part), part } });

/** Of each layer with such an attention: which of its parts that is. */
function attending(picture: Picture): Question[] {
  const { owner, part, keys } = picture.attention, open = layerOf(`${owner}.`), kind = part === 'cross' ? 'across' : hides(picture) && 'masked';
  return open && kind ? [{ ...inLayer(kind, open, owner), count: kind === 'across' ? keys : (keys * (keys - 1)) / 2 }] : [];
}

/** A tenth more makes the largest. */
const LARGER = 1.1;

/** Of each layer the part with the most parameters. */
function largest({ entries }: Graph): Question[] {
  const sizes: Record<string, Record<string, number>> = {};
  for (const { kind, path, shape } of entries) {
    const part = path.split('.').slice(0, 3).join('.'), own = (sizes[layerOf(path)] ??= {});
    if (kind === 'parameter') own[part] = (own[part] ?? 0) + shape.reduce((a, b) => a * b, 1);
  }
  return Object.entries(sizes).flatMap(([open, own]) => {
    const [[part, most] = ['', 0], [, next] = ['', 0]] = Object.entries(own).sort((a, b) => b[1] - a[1]);
    return open && next && most >= LARGER * next ? [{ ...inLayer('largest', open, part), value: whole(most), second: whole(next) }] : [];
  });
}

/** The layers that values were computed from, the nearest on each way. */
function layersUnder({ entries }: Graph, from: (number | null)[]): Set<string> {
  const found = new Set<string>(), waiting = new Set(from);
  for (const at of waiting) {
    const entry = entries[at ?? -1], layer = layerOf(entry?.path ?? '');
    if (layer) found.add(layer);
    else entry?.inputs.forEach((source) => waiting.add(source.entry));
  }
  return found;
}

/** The layers whose result is looked at by others, and made into probabilities. */
function layers(graph: Graph): Question[] {
  const index = indexOf(graph), keys = attentionsOf(graph).flatMap(({ part, stages }) => (part === 'cross' ? cameFrom(graph, index, stages.key) : []));
  const stack = (path: string): number => new Set(graph.entries.map((entry) => layerOf(entry.path)).filter((one) => one.split('.')[0] === path.split('.')[0])).size;
  const ask = (kind: QuizKind, from: (number | null)[], count?: number): Question[] => {
    const under = layersUnder(graph, from), [path = ''] = under, all = stack(path);
    return under.size === 1 && all > 1 ? [{ kind, where: { view: 'network' }, count: count ?? all, right: { text: called(path), part: path } }] : [];
  };
  return [...(keys.includes(null) ? [] : ask('memory', keys, keys.length)), ...ask('final', [index.get('probabilities') ?? null])];
}

/** Of a written word: what came second in its place. */
function seconds(scene: Scene): Question[] {
  const { tokens, own } = written(scene), table = scene.tensor('probabilities'), size = table?.shape.at(-1) ?? 0, alone = singles(tokens);
  return own.flatMap((at): Question[] => {
    const row = rowFor(scene.family, at);
    if (!table || row < 0 || !alone.has(at)) return [];
    const line = table.data.subarray(row * size, (row + 1) * size), [first = 0, value = 0, second = 0] = optionsOf(line, line, 3).map((one) => one.id);
    if (line[first]! - line[value]! < APART || line[value]! - line[second]! < APART) return [];
    const fact = (id: number): Fact => probability(line[id]!, { path: 'probabilities', flat: row * size + id });
    return [{ kind: 'second', where: { view: 'network', open: 'probabilities', row }, word: said(tokens[at]), right: { text: '', cell: fact(value).cell! }, value: fact(value), second: fact(second) }];
  });
}

/** All of them, each list of another sort. */
export function places(scene: Scene, seed: number): Question[][] {
  const pictures = picturesOf(scene), { graph, family } = scene;
  return [pictures.flatMap(attending), pictures.flatMap(strongests), layers(graph), pictures.flatMap((one, i) => cells(one, seed + i)), family === 'encoder-only' ? [] : seconds(scene), largest(graph)];
}
