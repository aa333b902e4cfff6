// Terms in a text that have a card: the text in pieces, each term linked where it comes first.

import { CARDS, type CardId } from './cards';

export interface Piece { text: string; card: CardId | null }

/** `terms` are the forms of each card's terms; a longer form is found before a shorter one in it. */
export function piecesOf(text: string, terms: Record<CardId, readonly string[]>): Piece[] {
  const all = CARDS.flatMap((card) => terms[card].map((form) => ({ card, form: form.toLowerCase() }))).sort((a, b) => b.form.length - a.form.length);
  const pattern = all.map(({ form }) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const pieces: Piece[] = [], met = new Set<CardId>();
  let from = 0;
  for (const found of text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, 'giu'))) {
    const card = all.find(({ form }) => form === found[0].toLowerCase())!.card;
    if (met.has(card)) continue;
    met.add(card);
    if (found.index > from) pieces.push({ text: text.slice(from, found.index), card: null });
    pieces.push({ text: found[0], card });
    from = found.index + found[0].length;
  }
  return from < text.length ? [...pieces, { text: text.slice(from), card: null }] : pieces;
}
