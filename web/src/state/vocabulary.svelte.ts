// What the model's tokens are called, all of them, asked for once a model.

import type { Space } from '../api/lenses';
import { readable } from '../core/format';
import { session } from './session.svelte';

class Vocabulary {
  private known = $state.raw<Map<string, Map<number, string>>>(new Map());
  private asked = new Set<string>();

  /** The names of the loaded model's tokens by id; empty until they have come. */
  names = $derived(this.known.get(session.model) ?? new Map<number, string>());

  async need(): Promise<void> {
    const model = session.model;
    if (!model || this.asked.has(model)) return;
    this.asked.add(model);
    try {
      const space = await session.source.ask<Space>(`api/space/${encodeURIComponent(model)}`);
      this.known = new Map([...this.known, [model, new Map(space.tokens.map((token) => [token.id, readable(token.piece)]))]]);
    } catch (error) {
      this.asked.delete(model);
      session.fail(error);
    }
  }
}

export const vocabulary = new Vocabulary();
