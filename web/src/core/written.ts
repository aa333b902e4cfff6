// The words that a model wrote (or, if it writes nothing, read), and how probable it found each.

import type { Family } from '../api/source';
import type { Graph, Token } from './graph';
import { bare, isSpecial, spans, wordsOf } from './line';
import type { Tensor } from './safetensors';

export function plain(token: Token): string {
  return token.piece.replace(/^[▁Ġ]/, '');
}

export const isWord = (token: Token): boolean => bare(plain(token)) !== '' && !isSpecial(token.piece);

export function writtenOf(graph: Graph, family: Family): Token[] {
  const { source, target, next } = graph.about;
  if (family === 'encoder-decoder') return next;
  return family === 'encoder-only' ? source : [...target, ...next.slice(-1)];
}

/** The places of the written tokens that were given in the text: those of a model of one line. */
export function givenIn(graph: Graph, family: Family, written: Token[]): Set<number> {
  return family === 'encoder-decoder' ? new Set() : new Set(spans(graph.about.text, wordsOf(written)).keys());
}

/** The row of the values that led to the written token at a place: in a model that goes on with a text the one before. */
export const rowFor = (family: Family, at: number): number => (family === 'decoder-only' ? at - 1 : at);

/** The probability of a written token; NaN where the model gave none. */
export function chanceOf(probabilities: Tensor | null | undefined, family: Family, written: Token[], at: number): number {
  const token = written[at], row = rowFor(family, at);
  return probabilities && token && row >= 0 ? probabilities.data[row * (probabilities.shape.at(-1) ?? 0) + token.id] ?? NaN : NaN;
}
