// Tokens as a line that is read: which stand together as one word, and where a space belongs.

import type { Token } from './graph';

/** A token in its line: `at` is its place among all tokens, of which specials are not drawn. */
export interface Piece { at: number; id: number; text: string; unknown: boolean }
/** Pieces with no space between them. */
export interface Word { pieces: Piece[]; text: string }

export const DRAWN = 64;

const OPENS = /^[▁Ġ]/;
const SPECIAL = /^(<(s|\/s|pad|unk|bos|eos)>|\[[A-Z]+\])$/;
const CLOSES = /^[,.;:!?…)\]”’'»]/;

/** The words of the built-in pair that stand for another. */
export const PRONOUNS = ['il', 'elle', 'it'];

export function isSpecial(piece: string): boolean {
  return SPECIAL.test(piece);
}

/** The words of a line; special tokens (start, end, padding) are left out. */
export function wordsOf(tokens: readonly Token[]): Word[] {
  const marked = tokens.some((token) => OPENS.test(token.piece));
  const words: Word[] = [];
  tokens.forEach((token, at) => {
    if (isSpecial(token.piece)) return;
    const text = token.piece.replace(OPENS, '').replace(/^##/, '');
    const piece = { at, id: token.id, text, unknown: token.unknown ?? false };
    const last = words.at(-1);
    const glued = marked ? !OPENS.test(token.piece) : token.piece.startsWith('##') || CLOSES.test(text) || /['’]$/.test(last?.text ?? '');
    if (last && glued) { last.pieces.push(piece); last.text += text; }
    else words.push({ pieces: [piece], text });
  });
  return words;
}

/** The first so many tokens' words, and how many tokens are left. */
export function drawn(words: Word[], most = DRAWN): { words: Word[]; rest: number } {
  const all = words.flatMap((word) => word.pieces).length;
  let count = 0;
  const kept = words.filter((word) => (count += word.pieces.length) <= most);
  return { words: kept, rest: all - kept.flatMap((word) => word.pieces).length };
}

export function capitalised(text: string): string {
  const first = text.slice(0, 1).toLocaleUpperCase();
  return first + text.slice(1);
}

/** A word without the punctuation that sticks to it. */
export function bare(text: string): string {
  return text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}

/** The parts of a word that mean something of their own: up to an apostrophe, and after it. */
function parts(pieces: Piece[]): Piece[][] {
  const found: Piece[][] = [];
  for (const piece of pieces) {
    const last = found.at(-1)?.at(-1);
    if (last && !/['’]$/.test(last.text) && /[\p{L}\p{N}]/u.test(piece.text)) found.at(-1)!.push(piece);
    else found.push([piece]);
  }
  return found;
}

/** The words, those with an apostrophe inside cut after it, each with the place of its first token. */
export function partsOf(words: Word[]): { text: string; at: number }[] {
  return words.flatMap((word) => parts(word.pieces)).map((part) => ({ text: part.map((piece) => piece.text).join(''), at: part[0]!.at }));
}

/** The word, or the part of one, that a piece belongs to. */
export function partAt(words: Word[], at: number): string {
  const found = words.flatMap((word) => parts(word.pieces)).find((part) => part.some((piece) => piece.at === at));
  return found?.map((piece) => piece.text).join('') ?? '';
}

/** What each piece means; nothing twice in a row, nothing for punctuation. */
export function glossed(words: Word[], glosses: Record<string, string>): Map<number, string> {
  const found = new Map<number, string>();
  let before = '';
  for (const word of words) {
    for (const part of parts(word.pieces)) {
      const gloss = glosses[bare(part.map((piece) => piece.text).join('')).toLowerCase()] ?? glosses[part.map((piece) => piece.text).join('').toLowerCase()] ?? '';
      part.forEach((piece, i) => found.set(piece.at, i || gloss === before ? '' : gloss));
      if (gloss) before = gloss;
    }
  }
  return found;
}

/** The text with the word that starts at `start` replaced. */
export function replaced(text: string, [start, end]: [number, number], word: string): string {
  return text.slice(0, start) + word + text.slice(end);
}

/** Where each piece's letters stand in the text that was typed; null where they are not found. */
export function spans(text: string, words: Word[]): Map<number, [number, number]> {
  const found = new Map<number, [number, number]>();
  const lower = text.toLowerCase();
  let from = 0;
  for (const piece of words.flatMap((word) => word.pieces)) {
    const start = piece.text ? lower.indexOf(piece.text.toLowerCase(), from) : -1;
    if (start < 0) continue;
    from = start + piece.text.length;
    found.set(piece.at, [start, from]);
  }
  return found;
}

/** Which of the words after are new against the words before (by their longest common sequence). */
export function fresh(before: string[], after: string[]): boolean[] {
  const length = before.map(() => new Array<number>(after.length + 1).fill(0));
  length.push(new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      length[i]![j] = before[i] === after[j] ? length[i + 1]![j + 1]! + 1 : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
    }
  }
  const result = after.map(() => true);
  for (let i = 0, j = 0; i < before.length && j < after.length;) {
    if (before[i] === after[j]) { result[j] = false; i++; j++; }
    else if (length[i + 1]![j]! >= length[i]![j + 1]!) i++;
    else j++;
  }
  return result;
}
