import { expect, it } from 'vitest';
import * as english from './en';
import * as french from './fr';
import { put } from './program';

type Leaf = [name: string, value: string | ((...words: never[]) => string)];

function leaves(value: unknown, name = ''): Leaf[] {
  if (typeof value === 'string' || typeof value === 'function') return [[name, value as Leaf[1]]];
  return Object.entries(value as object).flatMap(([key, one]) => leaves(one, name ? `${name}.${key}` : key));
}

// English needs no words for the sentences of the program, which speaks it.
const { program, ...words } = french;
const before = leaves(english), after = new Map(leaves(words));
const plain = before.filter((leaf): leaf is [string, string] => typeof leaf[1] === 'string');

it('has the same names in every language, those of open lists too', () => {
  expect([...after.keys()].sort()).toEqual(before.map(([name]) => name).sort());
});

it('has a function where the other has one, and a blank where it has one', () => {
  for (const [name, value] of before) {
    expect(typeof after.get(name), name).toBe(typeof value);
    if (typeof value === 'string') expect(Boolean(after.get(name)), name).toBe(Boolean(value));
  }
});

it('leaves no English sentence untranslated', () => {
  const sentence = /\p{L}{2,} \p{L}+ \p{L}{2,}/u;
  expect(plain.filter(([name, value]) => !value.startsWith('glassformer ') && sentence.test(value) && after.get(name) === value)).toEqual([]);
});

it('names the same places of the paper', () => {
  const places = plain.filter(([name, value]) => name.startsWith('names.') && value.startsWith('§'));
  expect(places.length).toBeGreaterThan(50);
  for (const [name, value] of places) expect(after.get(name), name).toBe(value.replace('equation', 'équation'));
});

it('puts in what a sentence of the program puts in', () => {
  const holes = (text: string): number => text.split('{}').length;
  for (const [said, here] of Object.entries(program)) expect(holes(here), said).toBe(holes(said));
  expect(put(program, 'All 24 heads differ in what they look at.')).toBe('Les 24 têtes diffèrent toutes dans ce qu’elles regardent.');
  expect(put(program, 'All 12,345 rows of attention sum to 1.')).toBe('Chacune des 12 345 lignes d’attention fait 1 en somme.');
  expect(put(program, 'In a.b attention goes to padding, at query 3, key 4.')).toBe('Dans a.b, de l’attention va au remplissage, à query 3, key 4.');
  expect(put(program, 'something new: type a sentence')).toBe('something new: type a sentence');
});
