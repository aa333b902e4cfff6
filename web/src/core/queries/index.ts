// The queries of tours, by name: the list is the package's (core/tour.ts is made from it).

import type { Lack } from '../ideas';
import type { QueryName, Show } from '../tour';
import { exchange } from './exchange';
import { always, common } from './facts';
import { cell, cut, habit, hidden, look } from './looks';
import { idea, layer, part, sentence } from './places';
import type { Answer, Query, Scene } from './scene';
import { oneWord, split, twin } from './words';

export { isAt } from './scene';
export type { Act, Answer, Asked, Conditions, Fact, Facts, Finished, Offer, Scene, Where } from './scene';

const QUERIES: Record<QueryName, Query> = { sentence, word: oneWord, look, habit, exchange, cut, layer, part, cell, split, twin, hidden, idea };

/** What this trace answers: where to look and what may be said; null (or a known reason) where it has no such thing. */
export function answer(show: Show, scene: Scene): Answer | Lack | null {
  const own = QUERIES[show.query](scene, show.options);
  if (own === null || typeof own === 'string') return own;
  return { ...own, facts: { ...common(scene), ...own.facts }, conditions: { ...always(scene), ...own.conditions } };
}
