// An answer of the program that a view waits for: the newest question counts, older ones are given up.

import { SourceError } from '../api/source';
import { session } from './session.svelte';

export class Asked<T> {
  value = $state.raw<T | null>(null);
  problem = $state('');
  private asked: AbortController | null = null;

  async ask(address: string, body?: unknown): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const value = await session.source.ask<T>(address, body, asked.signal);
      if (asked !== this.asked) return;
      this.value = value;
      this.problem = '';
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      if (error instanceof SourceError && error.gone) session.fail(error);
      else this.problem = error instanceof Error ? error.message : String(error);
    }
  }
}
