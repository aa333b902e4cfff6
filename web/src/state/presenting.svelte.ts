// Presenting: a walk by keys through what was prepared, and the time. It is of this page alone, and no
// part of the address.

import { notes } from './notes.svelte';
import { called } from '../core/names';
import { t } from '../strings';

const KEPT = 'glassformer.minutes', MINUTES = 90, MOST = 600;

class Presenting {
  on = $state(false);
  /** The place in the walk, from 0; -1 before it begins. */
  at = $state(-1);
  minutes = $state(kept());
  private began = $state(0);
  private now = $state(0);

  /** Seconds since the start. */
  seconds = $derived(this.began ? Math.max(0, Math.floor((this.now - this.began) / 1000)) : 0);
  over = $derived(this.seconds > this.minutes * 60);
  count = $derived(notes.list.length);
  private note = $derived(notes.list[this.at] ?? null);
  title = $derived(this.note ? this.note.title || (this.note.path ? called(this.note.path) : t.pins.page) : '');
  text = $derived(this.note?.text ?? '');

  start(): void {
    this.on = true;
    this.at = -1;
    if (!this.began) this.anew();
  }

  leave(): void {
    this.on = false;
  }

  /** Let the clock begin again. */
  anew(): void {
    this.began = this.now = Date.now();
  }

  tick(): void {
    this.now = Date.now();
  }

  setMinutes(minutes: number): void {
    this.minutes = Math.min(MOST, Math.max(1, Math.round(minutes) || MINUTES));
    try { localStorage.setItem(KEPT, String(this.minutes)); } catch { /* a browser that keeps nothing */ }
  }

  /** On to the next of what was prepared, or back. */
  walk(by: 1 | -1): void {
    const next = Math.min(this.count - 1, Math.max(0, this.at + by));
    if (next === this.at || !notes.list[next]) return;
    this.at = next;
    notes.visit(notes.list[next]);
  }
}

function kept(): number {
  try { return Number(localStorage.getItem(KEPT)) || MINUTES; } catch { return MINUTES; }
}

export const presenting = new Presenting();
