// The cards of foundations: which is open, as the address says, and the numbers on it that the reader
// moves. Whatever explains something opens a card by its name: cards.open('dot').

import { moved, toAddress } from '../core/address';
import { CARDS, type CardId } from '../core/cards';
import { readable } from '../core/format';
import type { Given, Scene } from '../core/starts';
import { chosen } from './chosen.svelte';
import { looking } from './looking.svelte';
import { session } from './session.svelte';

class Cards {
  id = $derived<CardId | null>(CARDS.find((id) => id === session.place['card']) ?? null);

  open(id: CardId): void {
    session.go({ card: id });
  }

  close(): void {
    session.go({ card: null });
  }

  /** The address of this place with a card open. */
  address(id: CardId): string {
    return toAddress(moved(session.place, { card: id }));
  }

  /** What a card may begin with, on what is loaded. */
  scene(): Scene | null {
    const graph = session.graph, attention = chosen.attention;
    if (!graph) return null;
    const { rows, columns } = chosen.names;
    return {
      graph, tensor: (path) => session.values.get(path) ?? null, first: chosen.all[0] ?? null, sure: leastAndMost(),
      look: attention && rows.length ? { attention, head: chosen.head, row: chosen.row, rows, columns } : null,
    };
  }
}

/** The words of this text that the model finds least and most probable, in their order. */
function leastAndMost(): { word: string; flat: number }[] {
  const width = session.values.get('probabilities')?.shape.at(-1) ?? 0, before = looking.family === 'decoder-only' ? 1 : 0;
  const found = looking.written
    .map((token, at) => ({ at, word: readable(token.piece), probability: looking.probability(at), flat: (at - before) * width + token.id }))
    .filter((one) => one.probability > 0 && one.flat >= 0)
    .sort((a, b) => a.probability - b.probability);
  return found.length < 2 ? [] : [found[0]!, found.at(-1)!].sort((a, b) => a.at - b.at);
}

/** The numbers of an open card: as given until one of them is moved. */
export class Moving {
  private own = $state.raw<number[] | null>(null);
  /** Those that the card opened with: they say how far its picture reaches. */
  readonly first: number[];
  now: readonly number[];

  constructor(private readonly given: Given[] | null, plain: number[]) {
    this.first = given?.map((one) => one.value) ?? plain;
    this.now = $derived(this.own ?? this.first);
  }

  get moved(): boolean {
    return this.own !== null;
  }

  /** Where the model has the number that stands here; null once they are the reader's. */
  cell(i: number): Given | null {
    return this.own ? null : this.given?.[i] ?? null;
  }

  set(change: Record<number, number>): void {
    this.own = this.now.map((value, i) => change[i] ?? value);
  }

  back(): void {
    this.own = null;
  }
}

export const cards = new Cards();
