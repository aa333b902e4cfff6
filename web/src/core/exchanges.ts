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

/** The words of a text, each with the words of its kind in its place; "a" and "an" follow suit. No word
 *  is offered that stands in the text already. */
export function kindsOf(text: string, kinds: Record<string, string[]>): Exchange[] {
  const found = [...text.matchAll(WORDS)], there = new Set(found.map((one) => one[0]));
  return found.map((one, i): Exchange => {
    const before = found[i - 1], article = before && /^an?$/.test(before[0]) ? before : null;
    const replaced = (word: string): string => {
      const tail = text.slice(one.index + one[0].length), head = text.slice(0, one.index);
      if (!article) return head + word + tail;
      return text.slice(0, article.index) + (/^[aeiou]/.test(word) ? 'an' : 'a') + text.slice(article.index + article[0].length, one.index) + word + tail;
    };
    return { text: one[0], options: (kinds[one[0]] ?? []).filter((word) => !there.has(word)).map((word) => ({ word, text: replaced(word) })) };
  });
}
