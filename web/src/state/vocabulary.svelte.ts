// What the model's tokens are called, all of them, asked for once a model.

import { readable } from '../core/format';
import type { Entry } from '../core/graph';
import { session } from './session.svelte';

interface Words { source: string[]; target: string[] }
const NONE: Words = { source: [], target: [] };

class Vocabulary {
  private known = $state.raw<Map<string, Words>>(new Map());
  private asked = new Set<string>();
  private words = $derived(this.known.get(session.model) ?? NONE);

  /** The names of the loaded model's tokens by id; empty until they have come. */
  names = $derived(new Map(this.words.target.map((piece, id) => [id, readable(piece)])));

  /** The pieces that stand along an entry's vocabulary: the source's own table has the source's. */
  of(entry: Entry): string[] {
    return entry.path.startsWith('source_embedding') && session.info?.family !== 'encoder-only' ? this.words.source : this.words.target;
  }

  /** Have the words of the open model; a recorded file has none. */
  async need(): Promise<void> {
    const model = session.model;
    const address = `api/vocabulary/${encodeURIComponent(model)}`;
    if (!model || this.asked.has(model) || session.own || !session.source.has(address)) return;
    this.asked.add(model);
    try {
      const words = await session.source.ask<Words>(address);
      this.known = new Map([...this.known, [model, words]]);
    } catch (error) {
      this.asked.delete(model);
      session.fail(error);
    }
  }
}

export const vocabulary = new Vocabulary();
