// Notes as a file: pins and drawings, one JSON object, checked when it is read.

import { t } from '../strings';
import type { Place } from './address';
import { checkedDrawings, type Drawings } from './drawing';

/** A pin: a cell, its value in full as it was, and what was written about it; or, with an empty path,
 *  the page as it was at `place`. */
export interface Note { path: string; flat: number; value: string; title: string; text: string; place: Place }
/** All that somebody wrote and drew on the pages of one model. */
export interface Kept { notes: Note[]; drawings: Drawings }

/** Version 1 has pins of cells alone, version 2 pins of pages and drawings as well. */
const VERSION = 2, READ = [1, 2], MOST = 1000, LONGEST = 10_000;

export const NOTHING: Kept = { notes: [], drawings: {} };

export function written(model: string, { notes, drawings }: Kept): string {
  return JSON.stringify({ glassformer: 'notes', version: VERSION, model, notes, drawings }, null, 1);
}

/** Throws an error whose message says what is wrong with the file. */
export function read(text: string): Kept {
  let file: unknown;
  try { file = JSON.parse(text); } catch { throw new Error(t.pins.notJson); }
  if (!isRecord(file) || file['glassformer'] !== 'notes') throw new Error(t.pins.notNotes);
  if (!READ.includes(file['version'] as number)) throw new Error(t.pins.version(String(file['version'])));
  if (!Array.isArray(file['notes']) || file['notes'].length > MOST) throw new Error(t.pins.tooMany(MOST));
  const drawings = checkedDrawings(file['drawings'] ?? {});
  if (!drawings) throw new Error(t.pins.noDrawing);
  return { notes: file['notes'].map((note, i) => checked(note, i + 1)), drawings };
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
