// Notes as a file: one JSON object, checked when it is read.

import { t } from '../strings';
import type { Place } from './address';

/** A pinned cell: where it is, its value in full as it was, and what was written about it. */
export interface Note { path: string; flat: number; value: string; title: string; text: string; place: Place }

const VERSION = 1, MOST = 1000, LONGEST = 10_000;

export function written(model: string, notes: Note[]): string {
  return JSON.stringify({ glassformer: 'notes', version: VERSION, model, notes }, null, 1);
}

/** Throws an error whose message says what is wrong with the file. */
export function read(text: string): Note[] {
  let file: unknown;
  try { file = JSON.parse(text); } catch { throw new Error(t.pins.notJson); }
  if (!isRecord(file) || file['glassformer'] !== 'notes') throw new Error(t.pins.notNotes);
  if (file['version'] !== VERSION) throw new Error(t.pins.version(String(file['version'])));
  if (!Array.isArray(file['notes']) || file['notes'].length > MOST) throw new Error(t.pins.tooMany(MOST));
  return file['notes'].map((note, i) => checked(note, i + 1));
}

function checked(note: unknown, number: number): Note {
  if (!isRecord(note)) throw new Error(t.pins.noNote(number));
  const text = (name: string): string => {
    const value = note[name];
    if (typeof value !== 'string' || value.length > LONGEST) throw new Error(t.pins.field(number, name));
    return value;
  };
  const flat = note['flat'], place = note['place'];
  if (typeof flat !== 'number' || !Number.isSafeInteger(flat) || flat < 0) throw new Error(t.pins.field(number, 'flat'));
  if (!isRecord(place) || Object.values(place).some((value) => typeof value !== 'string' || value.length > LONGEST)) throw new Error(t.pins.field(number, 'place'));
  return { path: text('path'), flat, value: text('value'), title: text('title'), text: text('text'), place: place as Place };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
