// Pins, notes and drawings: cells and pages that somebody marked, each with the address that leads back
// to it. They are kept by the browser, a list for each model, and saved in a file and opened from one.

import { spotOf, type Drawings, type Stroke } from '../core/drawing';
import { NOTHING, read, written, type Kept, type Note } from '../core/notes';
import type { Place } from '../core/address';
import { keep, kept } from './kept';
import { session, type Cell } from './session.svelte';

const keyOf = (model: string): string => `glassformer.notes.${model}`;
const NONE: ReadonlySet<number> = new Set();
const NO_STROKES: Stroke[] = [];
const sameOf = (note: Note): string => (note.path ? `${note.path}:${note.flat}` : spotOf(note.place) + (note.place['paper'] ?? ''));

class Notes {
  /** What came with a hand-out. */
  private brought = NOTHING;
  private lists = $state.raw<Record<string, Kept>>({});
  private kept = $derived(this.lists[session.model] ?? together(this.brought, listOf(session.model)));

  /** Those of the open model, in their order. */
  list = $derived(this.kept.notes);
  private byPath = $derived.by(() => {
    const found = new Map<string, Set<number>>();
    for (const note of this.list) found.set(note.path, (found.get(note.path) ?? new Set()).add(note.flat));
    return found;
  });
  spot = $derived(spotOf(session.place));
  /** What is drawn on the page as it is. */
  strokes = $derived<Stroke[]>(this.kept.drawings[this.spot] ?? NO_STROKES);
  /** On how many pages something is drawn. */
  places = $derived(Object.keys(this.kept.drawings).length);
  /** Whether anything is kept. */
  any = $derived(this.list.length > 0 || this.places > 0);

  /** The pinned places of a value. */
  at(path: string): ReadonlySet<number> {
    return this.byPath.get(path) ?? NONE;
  }

  of(cell: Cell): Note | null {
    return this.list.find((note) => note.path === cell.path && note.flat === cell.flat) ?? null;
  }

  /** Pin a cell, or change what its pin says. */
  pin(cell: Cell, title: string, text: string, value: number): void {
    const place: Place = { ...session.place, cell: `${cell.path}:${cell.flat}` }, note = { ...cell, title, text, value: String(value), place };
    const at = this.list.findIndex((one) => one.path === cell.path && one.flat === cell.flat);
    this.set({ notes: at < 0 ? [...this.list, note] : this.list.with(at, { ...note, place: this.list[at]!.place }) });
  }

  /** Pin the page as it is, no cell of it; one that is pinned already is called anew. */
  pinPage(title: string): void {
    const note: Note = { path: '', flat: 0, value: '', title, text: '', place: session.place };
    this.set({ notes: [...this.list.filter((one) => sameOf(one) !== sameOf(note)), note] });
  }

  /** Change what a pin says. */
  write(note: Note, title: string, text: string): void {
    this.set({ notes: this.list.map((one) => (one === note ? { ...note, title, text } : one)) });
  }

  remove(note: Note): void {
    this.set({ notes: this.list.filter((one) => one !== note) });
  }

  /** Move a pin up or down the list. */
  move(note: Note, by: -1 | 1): void {
    const from = this.list.indexOf(note), to = from + by;
    if (to < 0 || to >= this.list.length) return;
    const rest = this.list.toSpliced(from, 1);
    this.set({ notes: rest.toSpliced(to, 0, note) });
  }

  /** Go where a note was written: the whole of the page as it was. */
  visit(note: Note): void {
    const gone = Object.fromEntries(Object.keys(session.place).map((name) => [name, null]));
    session.go({ ...gone, ...note.place });
    if (note.path) session.select({ path: note.path, flat: note.flat });
  }

  /** Draw on the page as it is: these are its strokes now. */
  draw(strokes: Stroke[]): void {
    const drawings: Drawings = { ...this.kept.drawings, [this.spot]: strokes };
    this.set({ drawings: Object.fromEntries(Object.entries(drawings).filter(([, some]) => some.length)) });
  }

  get file(): string {
    return written(session.model, this.kept);
  }

  /** Add what a file holds; pins and drawings of the same places are replaced. Returns how many pins came. */
  open(text: string): number {
    const found = read(text);
    this.set(together(this.kept, found));
    return found.notes.length;
  }

  /** Begin with the notes of a hand-out, as a file of notes has them. */
  bring(text: string): void {
    if (text) this.brought = read(text);
  }

  /** Another tab of this browser has kept something: it is this tab's too, or what this one keeps next would lose it. */
  hear({ key }: StorageEvent): void {
    if (!key?.startsWith(keyOf(''))) return;
    const model = key.slice(keyOf('').length), found = listOf(model), before = (this.lists[model] ?? this.kept).drawings;
    const drawings = Object.entries(found.drawings).map(([spot, strokes]) => [spot, unchanged(before[spot] ?? NO_STROKES, strokes)]);
    this.lists = { ...this.lists, [model]: { ...found, drawings: Object.fromEntries(drawings) as Drawings } };
  }

  private set(change: Partial<Kept>): void {
    const next = { ...this.kept, ...change };
    this.lists = { ...this.lists, [session.model]: next };
    keep(keyOf(session.model), written(session.model, next));
  }
}

/** Both lists; of pins and drawings of the same place the second's. */
function together(one: Kept, other: Kept): Kept {
  const fresh = new Set(other.notes.map(sameOf));
  return { notes: [...one.notes.filter((note) => !fresh.has(sameOf(note))), ...other.notes], drawings: { ...one.drawings, ...other.drawings } };
}

/** These strokes; those that are as before stay the same objects, for they are known to have been told. */
function unchanged(before: Stroke[], now: Stroke[]): Stroke[] {
  const found = now.map((one, i) => (JSON.stringify(one) === JSON.stringify(before[i]) ? before[i]! : one));
  return found.length === before.length && found.every((one, i) => one === before[i]) ? before : found;
}

function listOf(model: string): Kept {
  try { return read(kept(keyOf(model)) ?? ''); } catch { return NOTHING; }
}

export const notes = new Notes();
