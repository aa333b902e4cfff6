import { expect, test } from 'vitest';
import english from '../../../docs/told.md?raw';
import french from '../../../docs/told.fr.md?raw';
import { storyOf } from './story';

test('a story is read sentence by sentence', () => {
  const { title, chapters, sentences } = storyOf('# A *t*\n\nOne. *Two.* Three: it said: no?\n\n## Next\n\nQuoi\u202f? *Elle*. Un 3.5 reste.\n');
  expect(title).toBe('A *t*');
  expect(chapters.map((one) => [one.title, one.paragraphs.length])).toEqual([['', 1], ['Next', 1]]);
  expect(sentences.map((one) => one.said)).toEqual(['One.', 'Two.', 'Three: it said: no?', 'Quoi\u202f?', 'Elle.', 'Un 3.5 reste.']);
  expect(sentences.map((one) => one.at)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(sentences[4]!.runs).toEqual([{ text: 'Elle', strong: true }, { text: '.', strong: false }]);
});

// French says the same with more words, and shorter ones.
test.each([['English', english, 150], ['French', french, 165]])('in %s it takes ten to twelve minutes, and no breath is too long', (_, text, perMinute) => {
  const { sentences, chapters } = storyOf(text);
  const words = sentences.flatMap((one) => one.said.split(/[^\p{L}’'-]+/u).filter(Boolean)).length;
  expect(words / perMinute).toBeGreaterThan(10);
  expect(words / perMinute).toBeLessThan(12);
  expect(Math.max(...sentences.map((one) => one.said.split(' ').length))).toBeLessThan(56);
  expect(chapters).toHaveLength(8);
  expect(sentences.every((one) => one.said.trim() !== '' && !/[*#`_]/.test(one.said))).toBe(true);
});
