import { expect, it } from 'vitest';
import type { Facts } from './queries/scene';
import { choicesOf, holds, paragraphs, tellable, told } from './telling';
import type { Step } from './tour';

const facts: Facts = { word: { text: 'elle', token: { side: 'target', at: 3 } }, at: { text: 'street', token: { side: 'source', at: 11 } }, share: { text: '0.83', number: 0.83 }, layers: { text: '5', number: 5 } };
const known = { facts, conditions: { clear: true, proved: false } };
const step = (more: Partial<Step>): Step => ({ id: 'x', title: '', show: null, then: null, at: {}, idea: '', sentence: '', needs: [], covers: [], introduces: [], ask: '', choices: [], computed: null, of: '', tell: [], formula: '', otherwise: '', file: '', line: 1, ...more });
const said = (...words: string[]) => ['the', ...words].map((text, at) => ({ text, token: { side: 'source' as const, at: at + 7 } }));

it('decides conditions, and says when it cannot yet', () => {
  expect(holds('', known)).toBe(true);
  expect(holds('clear and not proved and share > 0.5', known)).toBe(true);
  expect(holds('share > 0.9 and weakened', known)).toBe(false);
  expect(holds('weakened', known)).toBeNull();
  expect(holds('not weakened', known)).toBeNull();
  expect(holds('chance > 0.5', known)).toBeNull();
});

it('fills in what was found, and does not say what was not', () => {
  expect(paragraphs('“{word}” gives *much*: {share}.', facts)![0]!.map((part) => (part.kind === 'fact' ? part.before + part.fact.text + part.after : 'text' in part ? part.text : ''))).toEqual(['“elle”', ' gives ', 'much', ': ', '0.83.']);
  expect(paragraphs('a [*matrix*](card:matrix)', facts)![0]![1]).toEqual({ kind: 'card', name: 'matrix', text: 'matrix' });
  expect(paragraphs('then {after}', facts)).toBeNull();
  expect(told([{ when: 'proved', text: 'yes' }, { when: '', text: 'now {after}' }, { when: 'not proved', text: 'no' }], known)).toEqual([[{ kind: 'text', text: 'no' }]]);
});

it('tells a step only where something of it holds', () => {
  const answer = { where: {}, ...known };
  expect(tellable(step({ tell: [{ when: 'proved', text: 'yes' }] }), answer, true)).toBe(false);
  expect(tellable(step({ tell: [{ when: 'proved', text: 'yes' }] }), answer, false)).toBe(true);
  expect(tellable(step({ needs: ['trained'], tell: [{ when: '', text: 'yes' }] }), answer, true)).toBe(false);
  expect(tellable(step({ ask: '{after}?', tell: [{ when: '', text: 'yes' }] }), answer, true)).toBe(false);
});

it('makes choices of which exactly one is right', () => {
  const looked = choicesOf(step({ computed: 'looked-at' }), known, said('animal', 'street', 'street'), 'none')!;
  expect(looked.map((one) => [one.text, one.right])).toEqual([['the', false], ['animal', false], ['street', true]]);
  const counted = choicesOf(step({ computed: 'fact', of: 'layers' }), known, [], 'none')!;
  expect(counted.map((one) => [one.text, one.right])).toEqual([['3', false], ['5', true], ['10', false]]);
  const same = choicesOf(step({ computed: 'changed-word' }), { facts, conditions: { changes: false, unchanged: true } }, said('animal', 'street'), 'none')!;
  expect(same.filter((one) => one.right).map((one) => one.text)).toEqual(['none']);
  expect(choicesOf(step({ computed: 'changed-word' }), known, [], 'none')).toBeNull();
});
