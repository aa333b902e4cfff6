// Queries for attention: the head in which a word looks hardest, what a cut of it does, heads by what
// they do, and places where a mask hides a word.

import type { Change } from '../../api/source';
import { attentionsOf, headGrid, roleOf, rowOf, strongest, tokensOf, type Attention, type Habit } from '../attention';
import { cutRibbon } from '../changes';
import { proves } from '../proof';
import { isWord, plain, rowFor } from '../written';
import { head, probability, share, word } from './facts';
import { found, isPronoun, wordAt, written, type Facts, type Query, type Scene } from './scene';
import { factsOfWord, namesOf } from './words';

interface Look { attention: Attention; head: number; row: number; column: number; share: number; clear: boolean; shares: number[] }

/** The attentions that lead to what is written: those that look across, else those of the one stack. */
function writing(all: Attention[]): Attention[] {
  const across = all.filter((one) => one.part === 'cross');
  return across.length ? across : all.filter((one) => one.part === 'decoder' || all.every((other) => other.part === 'encoder'));
}

const LEAST = 0.1;

/** The head that gives most to one other word; heads whose largest share that is go before others. */
export function hardest(scene: Scene, at: number): Look | null {
  const row = rowFor(scene.family, at), token = written(scene).tokens[at]!, looks: Look[] = [];
  for (const attention of writing(attentionsOf(scene.graph))) {
    const tensor = scene.tensor(attention.stages.weights!), keys = tokensOf(scene.graph, attention.part).keys;
    if (!tensor || row < 0 || row >= attention.queries) continue;
    const other = (j: number): boolean => isWord(keys[j]!) && (attention.part === 'cross' || j !== row);
    const nouns = keys.flatMap((key, j) => (other(j) && scene.words.antecedents.includes(plain(key).toLowerCase()) ? [j] : []));
    const candidates = isPronoun(scene, token) && nouns.length ? nouns : keys.flatMap((_, j) => (other(j) ? [j] : []));
    for (let index = 0; index < attention.heads; index++) {
      const shares = rowOf(headGrid(tensor, index), row), column = candidates.reduce((best, j) => (shares[j]! > (shares[best] ?? -1) ? j : best), -1);
      if (column < 0 || !(shares[column]! > 0)) continue;
      looks.push({ attention, head: index, row, column, share: shares[column]!, clear: shares[column]! >= LEAST && strongest(shares, 1)[0] === column, shares });
    }
  }
  return looks.sort((a, b) => Number(b.clear) - Number(a.clear) || b.share - a.share)[0] ?? null;
}

const flatOf = ({ attention, head: index, row }: Look, column: number): number => (index * attention.queries + row) * attention.keys + column;

function factsOfLook(scene: Scene, look: Look): Facts {
  const { attention, shares, column } = look, path = attention.stages.weights!, keys = tokensOf(scene.graph, attention.part).keys;
  const side = attention.part === 'cross' ? 'source' : 'target';
  const facts: Facts = {
    head: head(attention, look.head, look.row), at: word(keys[column]!, side, column), share: share(look.share, { path, flat: flatOf(look, column) }),
  };
  const [second, third] = strongest(shares, 3).filter((j) => j !== column);
  for (const [name, j] of [['second', second], ['third', third]] as const) {
    if (j === undefined) continue;
    facts[name] = word(keys[j]!, side, j);
    facts[`${name}_share`] = share(shares[j]!, { path, flat: flatOf(look, j) });
  }
  return facts;
}

const place = (look: Look, grain: string, spot = 'ribbon'): Record<string, string | number> => ({
  view: 'attention', grain, spot, part: look.attention.part, layer: look.attention.layer, head: look.head, row: look.row, ...(grain === 'head' || grain === 'steps' ? { column: look.column } : {}),
});

export const look: Query = (scene, { which, grain, stage }) => {
  const at = wordAt(scene, which!), hard = at === null ? null : hardest(scene, at);
  if (at === null || !hard) return null;
  return found({ ...place(hard, grain!, grain === 'steps' ? stage : 'ribbon'), word: at }, { ...factsOfWord(scene, at, namesOf(scene)), ...factsOfLook(scene, hard) }, { clear: hard.clear });
};

/** All ribbons to a word: from this place in every layer that writes, and from all others while reading. */
function allTo(scene: Scene, hard: Look): Change[] {
  const all = attentionsOf(scene.graph), mine = writing(all);
  const own = mine.map((one) => cutRibbon(one, null, hard.row, hard.column));
  return hard.attention.part === 'cross' ? [...own, ...all.filter((one) => one.part === 'encoder').map((one) => cutRibbon(one, null, null, hard.column))] : own;
}

export const cut: Query = (scene, { which }) => {
  const at = wordAt(scene, which!), hard = at === null ? null : hardest(scene, at), { tokens, chance } = written(scene);
  if (at === null || !hard || !scene.live || !(chance(at) > 0) || scene.family === 'encoder-only') return null;
  const facts = { ...factsOfWord(scene, at, namesOf(scene)), ...factsOfLook(scene, hard) }, before = chance(at);
  const sets = [[cutRibbon(hard.attention, hard.head, hard.row, hard.column)], allTo(scene, hard)];
  return {
    ...found({ ...place(hard, 'head'), word: at }, { ...facts, before: facts.chance! }, { clear: hard.clear }),
    asked: {
      kind: 'trials', row: hard.row, token: tokens[at]!.id, sets,
      finish: ([one = NaN, all = NaN]) => ({
        facts: { after: probability(one), after_all: probability(all) },
        conditions: {
          proved: proves(before, one), weakened: !proves(before, one) && one < before - LITTLE, unharmed: one >= before - LITTLE,
          'all-proved': proves(before, all), 'all-held': !proves(before, all),
        },
        acts: sets.map((changes) => ({ changes })),
      }),
    },
  };
};
/** Differences that two digits do not show are none. */
const LITTLE = 0.005;

export const habit: Query = (scene, options) => {
  const heads = attentionsOf(scene.graph).filter((one) => options['part'] === 'any' || one.part === options['part']).flatMap((attention) => {
    const tensor = scene.tensor(attention.stages.weights!);
    return tensor ? Array.from({ length: attention.heads }, (_, index) => ({ attention, index, role: roleOf(headGrid(tensor, index), attention.part) })) : [];
  });
  const best = heads.filter(({ role }) => role.clear && role.habit === (options['habit'] as Habit)).sort((a, b) => b.role.share - a.role.share)[0];
  if (!best) return null;
  const said = head(best.attention, best.index, 0), where: Record<string, string | number> = { ...said.where, grain: options['grain']! };
  delete where['row'];
  return found(where, { head: said, share: share(best.role.share) }, { clear: true });
};

export const hidden: Query = (scene) => {
  const attention = attentionsOf(scene.graph).find((one) => one.part === 'decoder' && one.stages.masked), tensor = attention && scene.tensor(attention.stages.weights!);
  if (!attention || !tensor) return null;
  // As in the picture: a row is called by what it writes.
  const { keys, writes } = tokensOf(scene.graph, 'decoder'), row = keys.findIndex(isWord), own = writes ? row + 1 : row, later = keys.findIndex((token, j) => j > own && isWord(token));
  if (row < 0 || later < 0 || rowOf(headGrid(tensor, 0), row)[later] !== 0) return null;
  const shift = scene.family === 'encoder-decoder' ? 1 : 0;
  return found({ view: 'attention', grain: 'head', as: 'heat', part: 'decoder', layer: attention.layer, head: 0, row, column: later }, { word: word((writes ?? keys)[row]!, 'target', own - shift), at: word(keys[later]!, 'target', later - shift), head: head(attention, 0, row) });
};

export const cell: Query = (scene, { number: which, which: of }) => {
  const at = wordAt(scene, of!);
  if (at === null) return null;
  const facts = factsOfWord(scene, at, namesOf(scene)), hard = which === 'share' ? hardest(scene, at) : null;
  if (hard) Object.assign(facts, factsOfLook(scene, hard));
  const value = which === 'share' ? facts.share : facts.chance;
  if (!value?.cell) return null;
  return found({ word: at, cell: `${value.cell.path}:${value.cell.flat}` }, { ...facts, value });
};
