// Queries for words: one that was written, one in several tokens, one that stands twice.

import { optionsOf } from '../changes';
import { readable } from '../format';
import type { Token } from '../graph';
import { wordsOf } from '../line';
import { rowFor } from '../written';
import { probability, text, whole, word } from './facts';
import { found, wordAt, written, type Facts, type Query, type Scene } from './scene';

/** What can be said of a written word: itself, how sure the model was, what came second. */
export function factsOfWord(scene: Scene, at: number, names: (id: number) => string | undefined): Facts {
  const { tokens, chance } = written(scene), table = scene.tensor('probabilities'), row = rowFor(scene.family, at);
  const facts: Facts = { word: word(tokens[at]!, 'target', at) };
  if (at > 0) facts.before_word = word(tokens[at - 1]!, 'target', at - 1);
  if (!table || !(chance(at) >= 0)) return facts;
  const size = table.shape.at(-1)!, line = table.data.subarray(row * size, (row + 1) * size), id = tokens[at]!.id;
  facts.chance = probability(chance(at), { path: 'probabilities', flat: row * size + id });
  const runner = optionsOf(line, line, 2).find((one) => one.id !== id);
  if (!runner) return facts;
  const name = names(runner.id), cell = { path: 'probabilities', flat: row * size + runner.id };
  if (name) facts.runner = { text: readable(name), cell };
  facts.runner_chance = probability(runner.before, cell);
  return facts;
}

export const oneWord: Query = (scene, { which, ribbons }) => {
  const at = wordAt(scene, which!);
  if (at === null) return null;
  const answer = found({ word: at }, factsOfWord(scene, at, namesOf(scene)));
  return ribbons === 'hidden' ? { ...answer, hide: true } : answer;
};

/** The pieces by id that this trace itself speaks of. */
export function namesOf({ graph: { about }, names }: Scene): (id: number) => string | undefined {
  const own = new Map([...about.source, ...about.target, ...about.next].map((token) => [token.id, token.piece]));
  return (id) => names?.get(id) ?? own.get(id);
}

const readTokens = ({ graph: { about }, family }: Scene): { tokens: Token[]; side: 'source' | 'target' } =>
  family === 'encoder-decoder' ? { tokens: about.source, side: 'source' } : { tokens: family === 'encoder-only' ? about.source : about.target, side: 'target' };

export const split: Query = (scene) => {
  const { tokens, side } = readTokens(scene);
  const parts = wordsOf(tokens).map((one) => one.pieces.filter((piece) => /[\p{L}\p{N}]/u.test(piece.text)));
  const long = parts.filter((pieces) => pieces.length > 1).sort((a, b) => b.length - a.length)[0];
  if (!long) return null;
  const said = { text: long.map((piece) => piece.text).join(''), token: { side, at: long[0]!.at } };
  return found({ view: 'tokens' }, { word: said, pieces: text(long.map((piece) => `“${piece.text}”`).join(' · ')), count: whole(long.length) });
};

export const twin: Query = (scene) => {
  const { tokens, side } = readTokens(scene), seen = new Map<string, number>();
  for (const one of wordsOf(tokens)) {
    const letters = one.pieces.filter((piece) => /\p{L}/u.test(piece.text)), key = letters.map((piece) => piece.text).join('').toLowerCase(), at = letters[0]?.at;
    if (at === undefined) continue;
    const before = seen.get(key);
    if (before !== undefined) {
      const place = (where: number) => ({ ...whole(where + 1), token: { side, at: where } });
      return found({ view: 'positions', row: before }, { word: { text: key, token: { side, at: before } }, first: place(before), last: place(at) });
    }
    seen.set(key, at);
  }
  return null;
};
