// The query for one word put in another's place: which, and what of the written words changes with it.

import { differing } from '../changes';
import type { Graph } from '../graph';
import { bare, partsOf, wordsOf } from '../line';
import { writtenOf } from '../written';
import { text } from './facts';
import { found, type Fact, type Finished, type Offer, type Query, type Scene } from './scene';

const TRIED = 5;

export const exchange: Query = (scene, { to }) => {
  const offer = scene.live && scene.family === 'encoder-decoder' ? offered(scene, to!) : null;
  if (!offer) return null;
  const tried = [...offer.options].sort((a, b) => Number(b.word === to) - Number(a.word === to)).slice(0, TRIED);
  return {
    ...found({}, { old: { text: bare(offer.text), token: { side: 'source', at: offer.at } } }),
    asked: {
      kind: 'texts', texts: tried.map((one) => one.text),
      finish: (graphs) => {
        const all = graphs.map((graph, i) => compared(scene, offer, tried[i]!, graph));
        return all.find((one) => one.conditions.changes) ?? (graphs.length === tried.length ? all[0] ?? null : null);
      },
    },
  };
};

/** The word to exchange: one for which the wished word may stand, else one that decides, else any. */
function offered({ offers, words }: Scene, wished: string): Offer | null {
  const open = offers.filter((one) => one.options.length);
  const decides = (one: Offer): boolean => words.deciding.includes(bare(one.text).toLowerCase());
  return open.find((one) => wished && one.options.some((option) => option.word === wished)) ?? open.find(decides) ?? open[0] ?? null;
}

const said = ({ text, at }: Part): Fact => ({ text, token: { side: 'target', at } });
interface Part { text: string; at: number }
const wordsIn = (graph: Graph): Part[] => partsOf(wordsOf(writtenOf(graph, 'encoder-decoder'))).filter((one) => /\p{L}/u.test(one.text));

/** What became otherwise, beside the exchanged word's own translation. */
function compared(scene: Scene, offer: Offer, option: { word: string; text: string }, graph: Graph): Finished {
  const old = wordsIn(scene.graph), fresh = wordsIn(graph), differs = differing(old.map((one) => one.text), fresh.map((one) => one.text));
  const gone = old.filter((_, i) => differs.before[i]), come = fresh.filter((_, i) => differs.after[i]);
  const means = (one: Part): string => scene.words.glosses[bare(one.text).toLowerCase()] ?? '';
  const pronoun = gone.findIndex((one) => scene.words.pronouns.includes(bare(one.text).toLowerCase()));
  const at = pronoun >= 0 ? pronoun : gone.findIndex((one) => means(one) !== bare(offer.text).toLowerCase() && means(one) !== '');
  const changes = at >= 0 && gone.length === come.length, others = gone.some((one) => means(one) !== bare(offer.text).toLowerCase());
  const facts: Finished['facts'] = { new: text(option.word) };
  if (changes) {
    facts.changed = said(gone[at]!);
    facts.became = said(come[at]!);
  }
  return { facts, conditions: { changes, rewritten: !changes && others, unchanged: !others }, acts: [{ text: option.text }] };
}
