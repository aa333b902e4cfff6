// Pins and drawings as a file, and what is drawn as paths.

import { describe, expect, it } from 'vitest';
import { checkedDrawings, pathOf, spotOf, thinned, type Stroke } from './drawing';
import { clock } from './format';
import { tourOf } from './tourfile';
import { NOTHING, read, written, type Kept, type Note } from './notes';

const note: Note = { path: 'memory', flat: 9, value: '-1.5', title: 'a', text: 'b\nc', place: { view: 'network', cell: 'memory:9' } };
const page: Note = { path: '', flat: 0, value: '', title: 'the paper', text: '', place: { view: 'paper' } };
const stroke: Stroke = { tool: 'pen', at: 'data-step=memory@0', wide: 110, points: [0, 0, 11, 13, 22, 0, 33, 13] };
const kept: Kept = { notes: [note, page], drawings: { 'view=network': [stroke, { ...stroke, tool: 'marker' }] } };
const file = (notes: unknown, drawings: unknown = {}): string => JSON.stringify({ glassformer: 'notes', version: 2, model: 'x', notes, drawings });

describe('notes', () => {
  it('come back from a file, with the drawings', () => expect(read(written('petit', kept))).toEqual(kept));
  it('come from a file of version 1, which had pins alone', () =>
    expect(read(JSON.stringify({ glassformer: 'notes', version: 1, model: 'petit', notes: [note] }))).toEqual({ ...NOTHING, notes: [note] }));
  const WRONG: [string, RegExp][] = [
    ['{', /no JSON/], ['[]', /no list of pins/], ['{"glassformer":"notes","version":3}', /version 3/], ['{"glassformer":"notes","version":2,"notes":{}}', /no list/],
    [file([{ ...note, flat: -1 }]), /Pin 1 .*“flat”/], [file([note, { ...note, title: 7 }]), /Pin 2 .*“title”/], [file([{ ...note, place: { view: 1 } }]), /“place”/],
    [file([], { a: [{ ...stroke, points: [1] }] }), /drawings/],
  ];
  it.each(WRONG)('a wrong file is refused: %s', (text, message) => expect(() => read(text)).toThrow(message));
});

describe('a drawing', () => {
  it('belongs to what is on the page, not to the way there', () => {
    expect(spotOf({ view: 'network', open: 'decoder.0', text: 'a b' })).toBe(spotOf({ text: 'a b', open: 'decoder.0', view: 'network', cell: 'memory:3', paper: '3.1' }));
    expect(spotOf({ view: 'network' })).not.toBe(spotOf({ view: 'network', text: 'a' }));
  });
  it('keeps its ends and loses what says nothing', () => expect(thinned([0, 0, 0.3, 0, 0.6, 0.04, 7, 0, 7.2, 0])).toEqual([0, 0, 7, 0, 7.2, 0]));
  it('grows with what it was drawn on, and moves with it', () => {
    expect(pathOf(stroke, { left: 0, top: 0, width: 110, height: 50 })).toBe('M0 0Q11 13 16.5 6.5Q22 0 27.5 6.5L33 13');
    expect(pathOf(stroke, { left: 3, top: 5, width: 220, height: 50 })).toBe('M3 5Q25 31 36 18Q47 5 58 18L69 31');
    expect(pathOf({ ...stroke, points: [2, 3] }, { left: 0, top: 0, width: 110, height: 50 })).toBe('M2 3L2 3');
  });
  it('keeps its middle at its part of the height of what holds it', () => {
    const tall = { ...stroke, tall: 26, points: [0, 7, 110, 19] };
    expect(pathOf(tall, { left: 0, top: 0, width: 110, height: 26 })).toBe('M0 7L110 19');
    expect(pathOf(tall, { left: 0, top: 0, width: 55, height: 46 })).toBe('M0 20L55 26');
    expect(read(written('petit', { notes: [], drawings: { a: [tall] } })).drawings).toEqual({ a: [tall] });
  });
  const bad = [{ a: [{ ...stroke, tall: null }] }, null, [], { a: 'b' }, { a: [null] }, { a: [{ ...stroke, tool: 'axe' }] }, { a: [{ ...stroke, points: [1, 'x'] }] }, { a: [{ ...stroke, wide: null }] }, { a: Array(501).fill(stroke) }];
  it.each(bad.map((one, i) => [i, one]))('wrong ones are none: %i', (_, one) => expect(checkedDrawings(one)).toBeNull());
});

it('seconds as a clock writes them', () => expect([0, 65, 5400, 3599.9].map(clock)).toEqual(['0:00', '1:05', '1:30:00', '59:59']));

it('pins are a tour, a step each, and no word of theirs begins anything', () => {
  const wild = { ...note, text: '# a {word}\nAsk: b [c](card:arrow)\n\n\n\nd', place: { view: 'network', text: 'a, b & c', cell: 'memory:9' } };
  expect(tourOf('Mine\n', 'fr', [{ note: wild, title: ' the {first} ' }, { note: page, title: '' }])).toBe([
    '---', 'title: Mine', 'language: fr', '---', '',
    '## the (first) {#pin-1}', 'at: view=network&text=a%2C+b+%26+c&cell=memory%3A9', '', 'Tell: · # a (word)', '· Ask: b [c] (card arrow)', '', 'd', '',
    '## 2 {#pin-2}', 'at: view=paper', '', 'Tell: 2', '',
  ].join('\n'));
});
