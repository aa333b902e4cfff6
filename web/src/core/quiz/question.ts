// What a question about a trace is, what a touch of the page can say, and whether that answers it.

import type { Token } from '../graph';
import { drawn, wordsOf } from '../line';
import { isAt, type Fact, type Where } from '../queries/scene';

export type QuizKind = 'least' | 'most' | 'looked' | 'reads' | 'before' | 'strongest' | 'memory' | 'final' | 'across' | 'masked' | 'largest' | 'cell' | 'forbidden' | 'second';
/** What can be touched: a word of the sentence, a number, a box of the network by its path, a head as "part:layer:head". */
export type Touched = Pick<Fact, 'token' | 'cell'> & { part?: string; head?: string };
/** The thing to touch; of a word that its number in a row of an attention says as well, how `wide` that row is. */
export type Right = Touched & { text: string; wide?: number };
/** `where` is the place at which it is asked; `word`, `at` and `head` are what it asks about, `count` what the
 *  answer counts; `value` is the right thing's number, `second` the next one's. */
export interface Question { kind: QuizKind; where: Where; word?: string; at?: string; head?: string; count?: number; right: Right; value?: Fact; second?: Fact }

/** Nearer than this, two numbers do not tell things apart in two digits. */
export const APART = 0.02;

/** Whether what was touched is right; null where it is no answer to this question. */
export function judged({ right }: Question, touched: Touched): boolean | null {
  const { cell } = touched;
  if (right.token && touched.token) return isAt(right, touched.token);
  if (right.head && touched.head) return touched.head === right.head;
  if (right.part && touched.part) return `${touched.part}.`.startsWith(`${right.part}.`);
  if (!right.cell || cell?.path !== right.cell.path) return null;
  const row = (flat: number): number => Math.floor(flat / (right.wide ?? Infinity));
  return row(cell.flat) === row(right.cell.flat) ? cell.flat === right.cell.flat : null;
}

/** The places of words that are drawn, are one token and stand once, so that naming or touching one is not ambiguous. */
export function singles(tokens: Token[]): Set<number> {
  const all = wordsOf(tokens), seen = new Set(drawn(all).words.flatMap((one) => one.pieces.map((piece) => piece.at)));
  const words = all.flatMap(({ pieces }) => {
    const lettered = pieces.filter((piece) => /[\p{L}\p{N}]/u.test(piece.text));
    return lettered.length ? [{ lettered, text: lettered.map((piece) => piece.text).join('').toLowerCase() }] : [];
  });
  return new Set(words.flatMap(({ lettered, text }) => (lettered.length === 1 && seen.has(lettered[0]!.at) && words.filter((one) => one.text === text).length === 1 ? [lettered[0]!.at] : [])));
}
