// Of several sentences that are at hand, which are this one with another word in one place.

export interface Exchange { text: string; options: { word: string; text: string }[] }

const WORDS = /[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu;

/** The words of a text, each with the sentences that differ from it in that word alone. */
export function exchanges(text: string, texts: string[]): Exchange[] {
  const words = text.match(WORDS) ?? [];
  const found = words.map((word): Exchange => ({ text: word, options: [] }));
  for (const other of new Set(texts)) {
    const theirs = other.match(WORDS) ?? [];
    const apart = theirs.length === words.length ? words.flatMap((word, i) => (word === theirs[i] ? [] : [i])) : [];
    if (apart.length === 1) found[apart[0]!]!.options.push({ word: theirs[apart[0]!]!, text: other });
  }
  return found;
}
