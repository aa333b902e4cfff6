// Ten questions about one trace, each answered by touching what the page shows. What is right is found in
// the trace; where two things are too near to each other, nothing is asked.

import type { Scene } from '../queries/scene';
import { places } from './places';
import type { Question, QuizKind } from './question';
import { befores, looksOf, surest } from './words';

export { judged, type Question, type QuizKind, type Touched } from './question';
export const COUNT = 10;

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

/** At most ten questions, of as many sorts as there are; of one layer's parts each is asked once. Fewer where the trace has not ten that are clear. */
export function questionsOf(scene: Scene): Question[] {
  const seed = seedOf(`${scene.info.title} ${scene.graph.about.text}`), looks = looksOf(scene), of = (kind: QuizKind): Question[] => looks.filter((one) => one.kind === kind);
  const once = (all: Question[]): Question[] => all.filter((one, i) => !one.where['open'] || one.kind === 'second' || all.findIndex(({ kind }) => kind === one.kind) === i);
  const sorts = [surest(scene), of('looked'), ...places(scene, seed), befores(scene), of('reads')].map((sort, i) => once(mixed(sort, seed + i)));
  const turns = Array.from({ length: Math.max(...sorts.map((sort) => sort.length)) }, (_, turn) => sorts.flatMap((sort) => sort[turn] ?? []));
  return turns.flat().slice(0, COUNT);
}
