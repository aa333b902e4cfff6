// What is known of every model and sentence, and how numbers, words and heads are said.

import { attentionsOf, type Attention } from '../attention';
import { chance, count, number, readable } from '../format';
import { called } from '../names';
import type { Token } from '../graph';
import { wordsOf } from '../line';
import { t } from '../../strings';
import type { Conditions, Fact, Facts, Scene } from './scene';

export const text = (said: string): Fact => ({ text: said });
export const whole = (value: number): Fact => ({ text: count(value), number: value });
/** What two digits cannot show. */
const small = (value: number): boolean => value > 0 && value < 0.005;
export const share = (value: number, cell?: Fact['cell']): Fact => ({ text: small(value) ? t.tour.almostNone : number(value, 2), number: value, ...(cell ? { cell } : {}) });
export const probability = (value: number, cell?: Fact['cell']): Fact => ({ text: small(value) ? t.tour.almostNone : chance(value), number: value, ...(cell ? { cell } : {}) });
export const word = (token: Token, side: 'source' | 'target', at: number): Fact => ({ text: readable(token.piece).trim(), token: { side, at } });

export function head(attention: Attention, index: number, row: number): Fact {
  const where = { view: 'attention', grain: 'head', part: attention.part, layer: attention.layer, head: index, row };
  return { text: t.tour.headIn(called(attention.owner.split('.').slice(0, 2).join('.')), called(attention.owner), index + 1), number: index + 1, where };
}

const layersOf = ({ graph }: Scene): number => new Set(graph.entries.flatMap((entry) => entry.path.match(/^(?:encoder|decoder)\.\d+/) ?? [])).size;

/** The longest text that is said whole. */
const LONGEST = 300;

export function common(scene: Scene): Facts {
  const { info, graph, family } = scene, { about } = graph;
  const attentions = attentionsOf(graph), heads = attentions.reduce((sum, one) => sum + one.heads, 0);
  const width = info.config['d_model'], first = graph.entries.find((entry) => entry.path === attentions[0]?.stages.query);
  const size = graph.entries.find((entry) => entry.path === 'probabilities')?.shape.at(-1);
  const lettered = (tokens: Token[]): number => wordsOf(tokens).filter((one) => /[\p{L}\p{N}]/u.test(one.text)).length;
  const facts: Facts = {
    model: text(info.title), parameters: whole(info.parameters), read: whole(lettered(family === 'decoder-only' ? about.target : about.source)),
    layers: whole(layersOf(scene)), heads: whole(heads),
  };
  if (about.text.length <= LONGEST) facts.sentence = text(about.text);
  if (about.output && about.output.length <= LONGEST && family !== 'encoder-only') {
    facts.output = text(about.output);
    facts.wrote = whole(lettered(about.next));
  }
  if (typeof width === 'number') facts.width = whole(width);
  if (first) facts.head_width = whole(first.shape.at(-1)!);
  if (size) facts.vocabulary = whole(size);
  if (attentions[0]) facts.heads_each = whole(attentions[0].heads);
  return facts;
}

export function always({ info, graph, family, live }: Scene): Conditions {
  const has = (path: RegExp): boolean => graph.entries.some((entry) => path.test(entry.path));
  return {
    trained: !info.untrained, untrained: info.untrained, writes: family !== 'encoder-only', live, 'built-in': info.built_in,
    translates: family === 'encoder-decoder' && has(/cross_attention/), attends: attentionsOf(graph).length > 0,
    'has-run': info.snapshots.length > 0 || (info.recorded?.texts.includes(graph.about.text.trim()) ?? false), causal: has(/^decoder\..*self_attention\.masked$/),
    tied: info.config['tie'] === 'all', right: true,
  };
}
