import { expect, it } from 'vitest';
import { completed, completions, unknownWords, wordAt } from './completion';

const KNOWN = ['the', 'tired', 'tire', 'animal', 'Anna', "don't"];

it('completes the word before the caret, shortest first', () => {
  expect(completions(KNOWN, wordAt('too ti', 6).word)).toEqual(['tire', 'tired']);
  expect(completions(KNOWN, wordAt('Ann', 3).word)).toEqual(['Anna']);
  expect(completions(KNOWN, 'tired')).toEqual([]);
  expect(completions(KNOWN, '')).toEqual([]);
  expect(completions(KNOWN, 't', 2)).toEqual(['the', 'tire']);
});

it('does not complete inside a word', () => {
  expect(wordAt('tired', 2).word).toBe('');
  expect(wordAt('too tired', 3)).toEqual({ start: 0, end: 3, word: 'too' });
});

it('puts the word in, with a space where one is missing', () => {
  expect(completed('too ti', wordAt('too ti', 6), 'tired')).toEqual({ text: 'too tired ', caret: 10 });
  expect(completed('too ti, the', wordAt('too ti, the', 6), 'tired')).toEqual({ text: 'too tired, the', caret: 9 });
  expect(completed('a ti b', wordAt('a ti b', 4), 'tired')).toEqual({ text: 'a tired b', caret: 8 });
});

it('names what was never learned, once, and nothing before words have come', () => {
  expect(unknownWords("The pizza, the pizza don't", KNOWN)).toEqual(['pizza']);
  expect(unknownWords('pizza', [])).toEqual([]);
});
