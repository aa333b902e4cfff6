// Ten questions about one trace, each answered by touching a word of the sentence. What is right is
// found in the trace's values; where two words are too near to each other, nothing is asked.

import { attentionsOf, headGrid, rowOf, strongest, tokensOf, type Attention } from './attention';
import { head, probability, share, word } from './queries/facts';
import { written, type Fact, type Scene, type Where } from './queries/scene';
import { wordsOf } from './line';
import type { Token } from './graph';
import { rowFor } from './written';

export type QuizKind = 'least' | 'most' | 'looked' | 'reads' | 'before';
/** `word` and `head` are what it asks about; `right` is the word to touch, `value` its number and `second` the next one's. */
export interface Question { kind: QuizKind; where: Where; word?: Fact; head?: Fact; right: Fact; value?: Fact; second?: Fact }

export const COUNT = 10;
/** Nearer than this, two numbers do not tell words apart in two digits. */
export const APART = 0.02;

/** A number from a text, always the same (FNV-1a). */
function seedOf(text: string): number {
  let seed = 2166136261;
  for (const letter of text) seed = Math.imul(seed ^ letter.codePointAt(0)!, 16777619);
  return seed >>> 0;
}

/** The same things in an order that the seed alone decides. */
function mixed<T>(all: T[], seed: number): T[] {
  return all.map((one, i) => ({ one, key: seedOf(`${seed} ${i}`) })).sort((a, b) => a.key - b.key).map(({ one }) => one);
}

/** At most ten questions; fewer where the trace has not ten that are clear. */
export function questionsOf(scene: Scene): Question[] {
  const seed = seedOf(`${scene.info.title} ${scene.graph.about.text}`);
  const looks = mixed(looksOf(scene), seed), of = (kind: QuizKind, most: number): Question[] => looks.filter((one) => one.kind === kind).slice(0, most);
  const some = [...surest(scene), ...mixed(befores(scene), seed).slice(0, 1), ...of('looked', 4), ...of('reads', 3)];
  return [...new Set([...some, ...looks])].slice(0, COUNT);
}

/** The places of words that are one token and stand once, so that naming or touching one is not ambiguous. */
function singles(tokens: Token[]): Set<number> {
  const words = wordsOf(tokens).flatMap(({ pieces }) => {
    const lettered = pieces.filter((piece) => /[\p{L}\p{N}]/u.test(piece.text));
    return lettered.length ? [{ lettered, text: lettered.map((piece) => piece.text).join('').toLowerCase() }] : [];
  });
  return new Set(words.flatMap(({ lettered, text }) => (lettered.length === 1 && words.filter((one) => one.text === text).length === 1 ? [lettered[0]!.at] : [])));
}

function surest(scene: Scene): Question[] {
  if (scene.family === 'encoder-only') return [];
  const { tokens, own, chance } = written(scene), order = own.filter((at) => chance(at) >= 0).sort((a, b) => chance(a) - chance(b));
  const size = scene.tensor('probabilities')?.shape.at(-1) ?? 0;
  const said = (at: number): Fact => probability(chance(at), { path: 'probabilities', flat: rowFor(scene.family, at) * size + tokens[at]!.id });
  const ask = (kind: QuizKind, one: number | undefined, next: number | undefined): Question[] =>
    one === undefined || next === undefined || !singles(tokens).has(one) || Math.abs(chance(one) - chance(next)) < APART ? [] : [{ kind, where: {}, right: word(tokens[one]!, 'target', one), value: said(one), second: said(next) }];
  return [...ask('least', order[0], order[1]), ...ask('most', order.at(-1), order.at(-2))];
}

/** Of a written word the one that it was written after: the newest that the model could see. */
function befores(scene: Scene): Question[] {
  const { tokens, own } = written(scene);
  if (scene.family === 'encoder-only') return [];
  const alone = singles(tokens);
  return own.filter((at) => alone.has(at) && alone.has(at - 1)).map((at) => ({ kind: 'before', where: {}, word: word(tokens[at]!, 'target', at), right: word(tokens[at - 1]!, 'target', at - 1) }));
}

/** For each head and each word that looks: the word that it looks at most, where that is one other word and clear. */
function looksOf(scene: Scene): Question[] {
  return attentionsOf(scene.graph).filter((one) => one.part !== 'decoder' || scene.family === 'decoder-only').flatMap((attention) =>
    Array.from({ length: attention.heads }, (_, index) => best(scene, attention, index)).flatMap((one) => one ?? []));
}

/** Of one head its clearest row: one question a head is enough. */
function best(scene: Scene, attention: Attention, index: number): Question | null {
  const tensor = scene.tensor(attention.stages.weights!), { keys, queries, writes } = tokensOf(scene.graph, attention.part);
  if (!tensor) return null;
  const grid = headGrid(tensor, index), crossing = attention.part === 'cross', lookers = crossing ? writes ?? queries : queries;
  const side = crossing || scene.family === 'encoder-decoder' ? 'source' : 'target';
  const asked = singles(lookers), alone = singles(keys);
  let found: { gap: number; row: number; column: number; next: number; shares: number[] } | null = null;
  for (let row = 0; row < grid.rows; row++) {
    if (!asked.has(row)) continue;
    const shares = rowOf(grid, row), [column, next] = strongest(shares, 2) as [number, number];
    const gap = shares[column]! - (shares[next] ?? 1);
    if (alone.has(column) && (crossing || column !== row) && gap >= APART && gap > (found?.gap ?? 0)) found = { gap, row, column, next, shares };
  }
  if (!found) return null;
  const { row, column, next, shares } = found, at = (j: number) => ({ path: attention.stages.weights!, flat: (index * attention.queries + row) * attention.keys + j });
  const said = head(attention, index, row);
  return {
    kind: crossing ? 'looked' : 'reads', where: { ...said.where!, as: 'heat' }, head: said, word: word(lookers[row]!, crossing ? 'target' : side, row),
    right: word(keys[column]!, side, column), value: share(shares[column]!, at(column)), second: share(shares[next]!, at(next)),
  };
}
