// Pins and notes: cells that somebody marked, each with the address that leads back to it. They are
// kept by the browser, a list for each model, and saved in a file and opened from one.

import { read, written, type Note } from '../core/notes';
import type { Place } from '../core/address';
import { session, type Cell } from './session.svelte';

const keyOf = (model: string): string => `glassformer.notes.${model}`;
const NONE: ReadonlySet<number> = new Set();

class Notes {
  private lists = $state.raw<Record<string, Note[]>>({});

  /** Those of the open model, in their order. */
  list = $derived(this.lists[session.model] ?? kept(session.model));
  private byPath = $derived.by(() => {
    const found = new Map<string, Set<number>>();
    for (const note of this.list) found.set(note.path, (found.get(note.path) ?? new Set()).add(note.flat));
    return found;
  });

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
    this.set(at < 0 ? [...this.list, note] : this.list.with(at, { ...note, place: this.list[at]!.place }));
  }

  remove(note: Note): void {
    this.set(this.list.filter((one) => one !== note));
  }

  /** Move a pin up or down the list. */
  move(note: Note, by: -1 | 1): void {
    const from = this.list.indexOf(note), to = from + by;
    if (to < 0 || to >= this.list.length) return;
    const rest = this.list.toSpliced(from, 1);
    this.set(rest.toSpliced(to, 0, note));
  }

  /** Go where a note was written: the whole of the page as it was. */
  visit(note: Note): void {
    const gone = Object.fromEntries(Object.keys(session.place).map((name) => [name, null]));
    session.go({ ...gone, ...note.place });
    session.select({ path: note.path, flat: note.flat });
  }

  get file(): string {
    return written(session.model, this.list);
  }

  /** Add the notes of a file to the list; those of the same cells are replaced. Returns how many came. */
  open(text: string): number {
    const found = read(text), fresh = new Set(found.map((note) => `${note.path}:${note.flat}`));
    this.set([...this.list.filter((note) => !fresh.has(`${note.path}:${note.flat}`)), ...found]);
    return found.length;
  }

  private set(list: Note[]): void {
    this.lists = { ...this.lists, [session.model]: list };
    try { localStorage.setItem(keyOf(session.model), written(session.model, list)); } catch { /* a browser that keeps nothing */ }
  }
}

function kept(model: string): Note[] {
  try { return read(localStorage.getItem(keyOf(model)) ?? ''); } catch { return []; }
}

export const notes = new Notes();
