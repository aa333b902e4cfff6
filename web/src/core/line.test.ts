import { describe, expect, it } from 'vitest';
import { capitalised, drawn, fresh, glossed, partAt, replaced, spans, wordsOf } from './line';

const tokens = (...pieces: string[]) => pieces.map((piece, id) => ({ id, piece }));
const texts = (...pieces: string[]) => wordsOf(tokens(...pieces)).map((word) => word.text);

describe('a line of tokens', () => {
  it('keeps elisions and punctuation together, and leaves specials out', () => {
    expect(texts('<s>', '▁parce', "▁qu'", 'elle', '▁était', ',', "▁l'", 'animal', '</s>')).toEqual(['parce', "qu'elle", 'était,', "l'animal"]);
  });

  it('glues pieces of words, of any tokenizer', () => {
    expect(texts('▁tro', 'phy', '▁', 'x')).toEqual(['trophy', 'x']);
    expect(texts('token', '##izer', 's', ',')).toEqual(['tokenizer', 's,']);
    expect(texts('Ġthe', 'Ġend')).toEqual(['the', 'end']);
  });

  it('is drawn up to a number of tokens, whole words only, the rest counted', () => {
    const words = wordsOf(tokens('▁a', '▁b', 'c', '▁d'));
    expect(drawn(words, 2)).toMatchObject({ rest: 3 });
    expect(drawn(words, 4)).toMatchObject({ rest: 0 });
  });

  it('finds its pieces in the text, so that one word can be replaced', () => {
    const text = 'Because it was too wide, the animal …';
    const words = wordsOf(tokens('▁because', '▁it', '▁was', '▁too', '▁wide', ',', '▁the'));
    expect(replaced(text, spans(text, words).get(4)!, 'tired')).toBe('Because it was too tired, the animal …');
  });

  it('says what pieces mean, nothing twice in a row, nothing for a comma', () => {
    const words = wordsOf(tokens('▁parce', "▁qu'", 'elle', ',', '▁rue', 's', '▁a', 'nd'));
    const found = glossed(words, { parce: 'because', "qu'": 'because', elle: 'it', rues: 'streets', a: 'has' });
    expect([...found.values()]).toEqual(['because', '', 'it', '', 'streets', '', '', '']);
  });

  it('knows of what word a piece is a part', () => {
    const words = wordsOf(tokens("▁qu'", 'elle', ',', '▁', 'p', 'i'));
    expect([0, 1, 2, 3, 5, 9].map((at) => partAt(words, at))).toEqual(["qu'", 'elle', ',', 'pi', 'pi', '']);
  });

  it('begins with a capital letter', () => {
    expect(capitalised('était')).toBe('Était');
    expect(capitalised('')).toBe('');
  });
});

describe('what is new in a line', () => {
  it('is what a longest common sequence leaves over', () => {
    expect(fresh(['qu', 'elle', 'était', 'large'], ['qu', 'il', 'était', 'fatigué'])).toEqual([false, true, false, true]);
    expect(fresh(['a', 'b'], ['b', 'a', 'b'])).toEqual([true, false, false]);
    expect(fresh([], ['a'])).toEqual([true]);
  });
});
