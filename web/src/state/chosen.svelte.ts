// Which attention, head, word and ribbon the address chooses; what it leaves open gets a sensible
// beginning. Read only: a change goes through `session.go`.

import { attentionsOf, headGrid, PARTS, rowOf, strongest, tokensOf, type Attention, type Part } from '../core/attention';
import { PRONOUNS } from '../core/line';
import { readable } from '../core/format';
import type { Graph } from '../core/graph';
import { looking } from './looking.svelte';
import { session } from './session.svelte';

/** Words whose choice needs another word: a view of attention opens on them. */

const clamp = (value: number, count: number): number => Math.min(Math.max(Number.isFinite(value) ? value : 0, 0), Math.max(count - 1, 0));

class Chosen {
  all = $derived<Attention[]>(session.graph ? attentionsOf(session.graph) : []);
  parts = $derived<Part[]>(PARTS.filter((part) => this.all.some((one) => one.part === part)));
  part = $derived<Part>(this.parts.find((part) => part === session.place['part']) ?? this.parts.at(-1) ?? 'encoder');
  layers = $derived(this.all.filter((one) => one.part === this.part));
  layer = $derived(clamp(Number(session.place['layer'] ?? this.layers.length - 1), this.layers.length));
  attention = $derived<Attention | null>(this.layers[this.layer] ?? null);
  names = $derived(session.graph ? namesOf(session.graph, this.part) : NO_NAMES);
  row = $derived(clamp(Number(session.place['row'] ?? firstRow(this.names)), this.attention?.queries ?? 1));
  /** The head that gives most to one word, from the chosen row: a beginning where none is chosen. */
  private looking = $derived.by(() => {
    const tensor = session.values.get(this.attention?.stages.weights ?? '');
    const most = (head: number): number => Math.max(...rowOf(headGrid(tensor!, head), this.row).slice(1, -1));
    return tensor ? strongest(Array.from({ length: this.attention!.heads }, (_, head) => most(head)), 1)[0]! : 0;
  });
  head = $derived(clamp(session.place['head'] === undefined ? this.looking : session.head, this.attention?.heads ?? 1));
  head2 = $derived(clamp(Number(session.place['head2'] ?? (this.head ? 0 : 1)), this.attention?.heads ?? 1));
  column = $derived(session.place['column'] === undefined || !this.attention ? null : clamp(Number(session.place['column']), this.attention.keys));
  gold = $derived(this.part === 'cross' && session.place['gold'] ? session.graph?.about.gold ?? null : null);
}

/** What stands at the edges of a grid: the words that look, what each writes or read, those looked at. */
export interface Names { rows: string[]; quiet: string[]; columns: string[]; writes: boolean }
const NO_NAMES: Names = { rows: [], quiet: [], columns: [], writes: false };

/** A place that writes is called by the word that it writes; quiet beside it what it just read. */
export function namesOf(graph: Graph, part: Part): Names {
  const { queries, keys, writes } = tokensOf(graph, part);
  const said = (tokens: { piece: string }[]): string[] => tokens.map((token) => readable(token.piece));
  return { rows: said(writes ?? queries), quiet: writes ? said(queries).map((word) => `${word} →`) : [], columns: said(keys), writes: writes !== null };
}

/** The row of the word that the reader follows; where words are only read, the one that stands for another. */
function firstRow(names: Names): number {
  if (names.writes || looking.family === 'encoder-only') return Math.max(looking.row, 0);
  return Math.max(names.rows.findIndex((word) => PRONOUNS.includes(word)), 0);
}

export const chosen = new Chosen();
