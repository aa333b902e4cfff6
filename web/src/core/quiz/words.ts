// Questions that are answered by a word: the surest, the one looked at most, the newest that was seen.

import { attentionsOf, headGrid, rowOf, strongest, tokensOf, type Attention } from '../attention';
import { readable } from '../format';
import { head, probability, share, word } from '../queries/facts';
import { written, type Fact, type Scene } from '../queries/scene';
import { rowFor } from '../written';
import { APART, singles, type Question, type QuizKind } from './question';

export function surest(scene: Scene): Question[] {
  if (scene.family === 'encoder-only') return [];
  const { tokens, own, chance } = written(scene), order = own.filter((at) => chance(at) >= 0).sort((a, b) => chance(a) - chance(b));
  const size = scene.tensor('probabilities')?.shape.at(-1) ?? 0;
  const said = (at: number): Fact => probability(chance(at), { path: 'probabilities', flat: rowFor(scene.family, at) * size + tokens[at]!.id });
  const ask = (kind: QuizKind, one: number | undefined, next: number | undefined): Question[] =>
    one === undefined || next === undefined || !singles(tokens).has(one) || Math.abs(chance(one) - chance(next)) < APART ? [] : [{ kind, where: {}, right: word(tokens[one]!, 'target', one), value: said(one), second: said(next) }];
  return [...ask('least', order[0], order[1]), ...ask('most', order.at(-1), order.at(-2))];
}

/** Of a written word the one that it was written after: the newest that the model could see. */
export function befores(scene: Scene): Question[] {
  const { tokens, own } = written(scene);
  if (scene.family === 'encoder-only') return [];
  const alone = singles(tokens);
  return own.filter((at) => alone.has(at) && alone.has(at - 1)).map((at) => ({ kind: 'before', where: {}, word: word(tokens[at]!, 'target', at).text, right: word(tokens[at - 1]!, 'target', at - 1) }));
}

/** For each head and each word that looks: the word that it looks at most, where that is one other word and clear. */
export function looksOf(scene: Scene): Question[] {
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
    kind: crossing ? 'looked' : 'reads', where: { ...said.where!, as: 'heat' }, head: said.text, word: readable(lookers[row]!.piece).trim(),
    right: { ...word(keys[column]!, side, column), cell: at(column), wide: attention.keys }, value: share(shares[column]!, at(column)), second: share(shares[next]!, at(next)),
  };
}
