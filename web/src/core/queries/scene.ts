// What the queries of a tour are answered from, and what an answer is. No state, no page: a scene is
// one trace with what is known of its model, an answer says where to look and what may be said of it.

import type { Change, Family, ModelInfo, Words } from '../../api/source';
import type { Graph, Token } from '../graph';
import type { Lack, Where } from '../ideas';
import type { Tensor } from '../safetensors';
import type { ConditionName, FactName } from '../tour';
import { chanceOf, givenIn, isWord, plain, writtenOf } from '../written';

export type { Where } from '../ideas';
/** A word that is read (`at`: its first token) and the whole text with each other word in its place. */
export interface Offer { at: number; text: string; options: { word: string; text: string }[] }
export interface Scene {
  info: ModelInfo; graph: Graph; family: Family; live: boolean; words: Words; offers: Offer[];
  tensor: (path: string) => Tensor | null;
  /** The vocabulary's pieces by id, where they have come. */
  names?: Map<number, string>;
}

/** Something that can be said: as text, with where it stands: a token of the sentence, a cell, a place of the page. */
export interface Fact { text: string; number?: number; token?: { side: 'source' | 'target'; at: number }; cell?: { path: string; flat: number }; where?: Where }
/** Whether it is this token of the sentence. */
export const isAt = (fact: Fact | undefined, { side, at }: NonNullable<Fact['token']>): boolean => fact?.token?.side === side && fact.token.at === at;
export type Facts = Partial<Record<FactName, Fact>>;
export type Conditions = Partial<Record<ConditionName, boolean>>;

/** What the model must be run for: a word's probability under sets of changes, or other texts. */
export type Asked =
  | { kind: 'trials'; row: number; token: number; sets: Change[][]; finish: (probabilities: number[]) => Finished }
  | { kind: 'texts'; texts: string[]; finish: (graphs: Graph[]) => Finished | null };
export interface Finished { facts: Facts; conditions: Conditions; acts: Act[] }
/** What a reader does in a step: changes of the model (undone when the step is left), or another text. */
export type Act = { changes: Change[] } | { text: string };
export interface Answer { where: Where; facts: Facts; conditions: Conditions; asked?: Asked; hide?: true }
export type Query = (scene: Scene, options: Record<string, string>) => Answer | Lack | null;

export const found = (where: Where, facts: Facts = {}, conditions: Conditions = {}): Answer => ({ where, facts, conditions });

/** The written tokens of a scene: which are the model's own, and how sure it was of each. */
export interface Written { tokens: Token[]; own: number[]; chance: (at: number) => number }

export function written({ graph, family, tensor }: Scene): Written {
  const tokens = writtenOf(graph, family), given = givenIn(graph, family, tokens);
  const own = tokens.flatMap((token, at) => (isWord(token) && !(family === 'decoder-only' && given.has(at)) ? [at] : []));
  return { tokens, own, chance: (at) => chanceOf(tensor('probabilities'), family, tokens, at) };
}

/** The written word that this names; null where there is none. */
export function wordAt(scene: Scene, which: string): number | null {
  const { tokens, own, chance } = written(scene);
  if (which === 'story') return wordAt(scene, 'pronoun') ?? wordAt(scene, 'least-certain');
  if (which === 'pronoun') return scene.family === 'encoder-decoder' ? own.find((at) => isPronoun(scene, tokens[at]!)) ?? null : null;
  if (which === 'first') return own[0] ?? null;
  if (which === 'last') return own.at(-1) ?? null;
  const sure = own.filter((at) => chance(at) >= 0).sort((a, b) => chance(a) - chance(b));
  return (which === 'most-certain' ? sure.at(-1) : sure[0]) ?? null;
}

export const isPronoun = ({ words }: Scene, token: Token): boolean => words.pronouns.includes(plain(token).toLowerCase());
