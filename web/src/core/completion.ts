// Completing the word under the caret from the words that the model learned.

export interface Typed { start: number; end: number; word: string }

const LETTER = /[\p{L}\p{N}'’-]/u;

/** The word that ends at the caret; empty between words and inside of one. */
export function wordAt(text: string, caret: number): Typed {
  let start = caret;
  while (start > 0 && LETTER.test(text[start - 1]!)) start--;
  const inside = caret < text.length && LETTER.test(text[caret]!);
  return { start, end: caret, word: inside ? '' : text.slice(start, caret) };
}

/** Words that begin so, shortest first; none when the word is whole already or nothing is typed. */
export function completions(known: string[], word: string, most = 8): string[] {
  const begun = word.toLowerCase();
  if (!begun) return [];
  const found = known.filter((one) => one.toLowerCase().startsWith(begun) && one.toLowerCase() !== begun);
  return found.sort((a, b) => a.length - b.length || a.localeCompare(b)).slice(0, most);
}

export function completed(text: string, typed: Typed, word: string): { text: string; caret: number } {
  const after = text.slice(typed.end);
  const space = after.startsWith(' ') || /^[,.;:!?]/.test(after) ? '' : ' ';
  return { text: text.slice(0, typed.start) + word + space + after, caret: typed.start + word.length + (space || after.startsWith(' ') ? 1 : 0) };
}

/** The words that a text has and the model never saw. */
export function unknownWords(text: string, known: string[]): string[] {
  if (!known.length) return [];
  const learned = new Set(known.flatMap((word) => [word, word.toLowerCase()]));
  const words = text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
  return [...new Set(words.filter((word) => !learned.has(word) && !learned.has(word.toLowerCase())))];
}
