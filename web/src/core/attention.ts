// Every attention of a recorded model, found in its graph and never by a name of a model: which
// words look at which, its steps, what each head does by plain rules, and what each head adds.

import { arranged, unravel } from './arrange';
import { indexOf, type Entry, type Graph, type Token } from './graph';
import type { Tensor } from './safetensors';

export type Part = 'encoder' | 'decoder' | 'cross';
export const PARTS: Part[] = ['encoder', 'decoder', 'cross'];
export const STAGES = ['query', 'key', 'scores', 'scaled', 'masked', 'weights', 'value', 'mixed', 'output'] as const;
export type Stage = (typeof STAGES)[number];

/** One attention: `layer` counts within its part; a stage that it does not have is absent. */
export interface Attention { owner: string; part: Part; layer: number; heads: number; queries: number; keys: number; stages: Partial<Record<Stage, string>> }
/** A head's attention: rows look, columns are looked at. */
export interface Grid { data: ArrayLike<number>; start: number; rows: number; columns: number }

const GRID = 'batch head query key';

export function attentionsOf(graph: Graph): Attention[] {
  const index = indexOf(graph), target = readsTarget(graph);
  const counts: Record<Part, number> = { encoder: 0, decoder: 0, cross: 0 };
  return graph.entries.filter((entry) => /(^|\.)weights$/.test(entry.path) && entry.axes.join(' ') === GRID).map((entry) => {
    const owner = entry.path.replace(/\.?weights$/, '');
    const stages: Partial<Record<Stage, string>> = {};
    for (const stage of STAGES) {
      const path = owner ? `${owner}.${stage}` : stage;
      if (index.has(path)) stages[stage] = path;
    }
    const part = partOf(graph, target, stages, index, entry);
    const [, heads, queries, keys] = entry.shape as [number, number, number, number];
    return { owner, part, layer: counts[part]++, heads, queries, keys, stages };
  });
}

/** For each entry whether anything of the target went into it. */
function readsTarget(graph: Graph): boolean[] {
  const found: boolean[] = [], index = indexOf(graph);
  graph.entries.forEach((entry, i) => {
    if (entry.kind === 'input') found[i] = entry.path === (graph.about.config['target'] ?? 'target');
    else if (entry.kind === 'changed') found[i] = found[index.get(`${entry.path}.original`) ?? -1] ?? false;
    else found[i] = entry.inputs.some((source) => found[source.entry]);
  });
  return found;
}

function partOf(graph: Graph, target: boolean[], stages: Partial<Record<Stage, string>>, index: Map<string, number>, weights: Entry): Part {
  const { source, target: written } = graph.about;
  if (!written.length) return 'encoder';
  if (!source.length) return 'decoder';
  const query = cameFrom(graph, index, stages.query), key = cameFrom(graph, index, stages.key);
  if (query === null || key === null) return weights.shape[2] === weights.shape[3] ? 'decoder' : 'cross';
  return query === key ? (target[query] ? 'decoder' : 'encoder') : 'cross';
}

/** What was multiplied by a matrix to make queries or keys: the stream they were read from. */
export function cameFrom(graph: Graph, index: Map<string, number>, path: string | undefined): number | null {
  let at = path === undefined ? undefined : index.get(path);
  while (at !== undefined) {
    const entry: Entry = graph.entries[at]!;
    if (entry.operator === 'linear' || entry.operator === 'matmul') return entry.inputs[0]!.entry;
    at = entry.kind === 'changed' ? index.get(`${entry.path}.original`) : entry.inputs[0]?.entry;
  }
  return null;
}

/** The tokens that look and those that are looked at. Where words are written, `writes` is what
 * each looking place writes next. */
export function tokensOf(graph: Graph, part: Part): { queries: Token[]; keys: Token[]; writes: Token[] | null } {
  const { source, target, next } = graph.about;
  if (part === 'encoder') return { queries: source, keys: source, writes: null };
  return { queries: target, keys: part === 'cross' ? source : target, writes: next.length ? next : null };
}

export function headGrid(tensor: Tensor, head: number): Grid {
  const [, heads, rows, columns] = tensor.shape as [number, number, number, number];
  return { data: tensor.data, start: Math.min(head, heads - 1) * rows * columns, rows, columns };
}

export function rowOf(grid: Grid, row: number): number[] {
  const from = grid.start + row * grid.columns;
  return Array.from({ length: grid.columns }, (_, j) => grid.data[from + j]!);
}

/** The places of the largest numbers, largest first. */
export function strongest(values: ArrayLike<number>, count: number): number[] {
  return Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b).slice(0, count);
}

export type Habit = 'itself' | 'before' | 'after' | 'first' | 'last' | 'gold' | 'along' | 'word' | 'spread';
/** What a head mostly does, and which share says so; `key` where it is one word. `clear`: or only leans to. */
export interface Role { habit: Habit; share: number; key: number | null; clear: boolean }

const MOSTLY = 0.5, EVENLY = 0.85, ORDERLY = 0.75;

/** What a head mostly does on this text, by rules: the mean share of attention, over the rows that
 * can see more than one word, that goes to the word itself, the word before, the word after, the
 * first, the last, the words of the gold alignment, or any one word. The largest of these names the
 * head if it is half or more; else a head whose mean entropy is 0.85 of the most is `spread`, and a
 * head of cross-attention goes `along` the text if in three of four steps from row to row its
 * strongest word moves on by none to two places. What is left leans to its largest share. */
export function roleOf(grid: Grid, part: Part, gold: [number, number][] | null = null): Role {
  const shares: Partial<Record<Habit, number>> = { first: 0, last: 0 };
  const perKey = new Float64Array(grid.columns), aligned = goldRows(gold);
  if (part !== 'cross') Object.assign(shares, { itself: 0, before: 0 }, part === 'encoder' ? { after: 0 } : {});
  let rows = 0, entropy = 0, goldShare = 0, goldCount = 0;
  for (let i = 0; i < grid.rows; i++) {
    const at = grid.start + i * grid.columns;
    let seen = 0, bits = 0;
    for (let j = 0; j < grid.columns; j++) {
      const share = grid.data[at + j]!;
      if (share > 0) { seen++; bits -= share * Math.log(share); }
    }
    if (seen < 2) continue;
    rows++;
    entropy += bits / Math.log(seen);
    for (let j = 0; j < grid.columns; j++) perKey[j]! += grid.data[at + j]!;
    if (shares.itself !== undefined) shares.itself += grid.data[at + i]!;
    if (shares.before !== undefined && i > 0) shares.before += grid.data[at + i - 1]!;
    if (shares.after !== undefined && i + 1 < grid.columns) shares.after += grid.data[at + i + 1]!;
    if (part === 'cross' && aligned.has(i)) {
      goldCount++;
      for (const j of aligned.get(i)!) goldShare += grid.data[at + j]!;
    }
  }
  if (!rows) return { habit: 'first', share: 1, key: null, clear: true };
  shares.first = perKey[0]!;
  shares.last = perKey[grid.columns - 1]!;
  const word = strongest(perKey, 1)[0]!;
  if (word > 0 && word < grid.columns - 1) shares.word = perKey[word]!;
  const found = (Object.entries(shares) as [Habit, number][]).map(([habit, sum]) => ({ habit, share: sum / rows }));
  if (goldCount) found.unshift({ habit: 'gold', share: goldShare / goldCount });
  const best = found.reduce((a, b) => (b.share > a.share ? b : a));
  const named = { ...best, key: best.habit === 'word' ? word : null };
  if (best.share >= MOSTLY) return { ...named, clear: true };
  if (entropy / rows >= EVENLY) return { habit: 'spread', share: entropy / rows, key: null, clear: true };
  const steps = part === 'cross' ? movesOn(grid) : 0;
  return steps >= ORDERLY ? { habit: 'along', share: steps, key: null, clear: true } : { ...named, clear: false };
}

/** In which share of the steps from row to row the strongest word moves on by 0, 1 or 2 places. */
function movesOn(grid: Grid): number {
  const tops = Array.from({ length: grid.rows }, (_, i) => strongest(rowOf(grid, i), 1)[0]!);
  return tops.slice(1).filter((top, i) => top - tops[i]! >= 0 && top - tops[i]! <= 2).length / Math.max(1, grid.rows - 1);
}

/** The gold pairs [source, target] by the row that looks. */
export function goldRows(gold: [number, number][] | null | undefined): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (const [source, target] of gold ?? []) rows.set(target, [...(rows.get(target) ?? []), source]);
  return rows;
}

export interface Contributions { perHead: Float64Array[]; bias: number[] | null; sum: number[]; recorded: number[]; difference: number }

/** What each head adds to a row of the output: its part of the concatenation times its rows of the
 * output matrix. Their sum is held against the recorded output. Null until the values are here. */
export function contributionsOf(graph: Graph, tensor: (path: string) => Tensor | null, attention: Attention, row: number): Contributions | null {
  const found = joined(graph, attention);
  if (!found) return null;
  const { output, mixed } = found;
  const [x, w, b] = output.inputs.map((source) => tensor(graph.entries[source.entry]!.path));
  const recorded = tensor(output.path);
  if (!x || !w || !recorded) return null;
  const from = arranged(output.inputs[0]!, mixed.shape), by = arranged(output.inputs[1]!, graph.entries[output.inputs[1]!.entry]!.shape);
  const width = from.shape.at(-1)!, out = output.shape.at(-1)!;
  const perHead = Array.from({ length: attention.heads }, () => new Float64Array(out));
  for (let k = 0; k < width; k++) {
    const place = from.at(row * width + k), value = x.data[place]!;
    const into = perHead[unravel(place, mixed.shape)[1]!]!;
    for (let o = 0; o < out; o++) into[o]! += value * w.data[by.at(o * width + k)]!;
  }
  const bias = b ? Array.from(b.data) : null;
  const sum = Array.from({ length: out }, (_, o) => perHead.reduce((total, head) => total + head[o]!, bias?.[o] ?? 0));
  const held = Array.from(recorded.data.subarray(row * out, (row + 1) * out));
  return { perHead, bias, sum, recorded: held, difference: Math.max(...sum.map((value, o) => Math.abs(value - held[o]!))) };
}

/** The product that joins the heads: the linear operator that reads what they mixed. */
export function joined(graph: Graph, attention: Attention): { output: Entry; mixed: Entry } | null {
  const at = graph.entries.findIndex((entry) => entry.path === attention.stages.mixed);
  const output = graph.entries.find((entry) => entry.operator === 'linear' && entry.inputs[0]?.entry === at);
  return at >= 0 && output ? { output, mixed: graph.entries[at]! } : null;
}

/** The masks that hide something in an attention: the shown values that went into its masked scores. */
export function masksOf(graph: Graph, attention: Attention): string[] {
  const path = attention.stages.masked, at = path === undefined ? -1 : graph.entries.findIndex((entry) => entry.path === path);
  const masked = graph.entries[at]?.kind === 'changed' ? graph.entries.find((entry) => entry.path === `${path}.original`) : graph.entries[at];
  const found = new Set<string>(), waiting = masked?.inputs.slice(1).map((source) => source.entry) ?? [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entry = graph.entries[next]!;
    if (entry.tapped) found.add(entry.path);
    else waiting.push(...entry.inputs.map((source) => source.entry));
  }
  return [...found];
}

/** The number that scores are divided or multiplied by, as it was recorded. */
export function factorOf(entry: Entry | null): { symbol: '÷' | '×'; by: number } | null {
  const by = (entry?.constants[0] as unknown[] | undefined)?.find((value) => typeof value === 'number');
  if (typeof by !== 'number' || (entry!.operator !== 'div' && entry!.operator !== 'mul')) return null;
  return { symbol: entry!.operator === 'div' ? '÷' : '×', by };
}

export function norm(vector: ArrayLike<number>): number {
  return Math.sqrt(Array.from(vector).reduce((sum, x) => sum + x * x, 0));
}
