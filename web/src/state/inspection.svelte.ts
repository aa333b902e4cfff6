// The inspected cell: how it was computed, from which cells, and the way back to where one came from.

import { unravel } from '../core/arrange';
import { headsOf } from '../core/plane';
import { difference, explain, origins } from '../ops';
import type { Explanation, Cell as Origin } from '../ops/cell';
import { session, type Cell } from './session.svelte';

class Inspection {
  /** The cells that led to the selected one, the first of them first. */
  private steps = $state.raw<Cell[]>([]);

  entry = $derived(session.cell ? session.entryAt(session.cell.path) : null);
  value = $derived(session.cell ? session.recording?.tensor(session.cell.path)?.data[session.cell.flat] ?? NaN : NaN);
  /** Whether the value and all that it was computed from have come. */
  ready = $derived.by(() => {
    const { recording } = session, entry = this.entry;
    return !!recording && !!entry && [entry.path, ...entry.inputs.map((source) => recording.graph.entries[source.entry]!.path)].every((path) => recording.tensor(path));
  });
  found = $derived.by<Explanation | null>(() => {
    const { recording, cell } = session;
    return this.ready && recording && cell ? explain(this.entry!, recording.graph.entries, cell.flat, recording.valueOf) : null;
  });
  difference = $derived(this.found ? difference(this.found, this.value) : 0);
  /** The cells that the selected one came from, by path: pictures outline them. */
  lit = $derived.by(() => {
    const lit = new Map<string, Set<number>>();
    for (const one of this.found ? origins(this.found) : []) {
      const path = session.recording!.graph.entries[one.entry]!.path;
      lit.set(path, (lit.get(path) ?? new Set()).add(one.flat));
    }
    return lit;
  });
  trail = $derived(this.steps.length && same(this.steps.at(-1)!, session.cell) ? this.steps.slice(0, -1) : []);

  /** Go on to a cell that this one came from. */
  follow(origin: Origin): void {
    const next = { path: session.recording!.graph.entries[origin.entry]!.path, flat: origin.flat };
    this.steps = [...this.trail, session.cell!, next];
    this.show(next);
  }

  /** Back along the way, to the cell before this one or to an earlier one. */
  back(to = this.trail.length - 1): void {
    const cell = this.trail[to];
    if (!cell) return;
    this.steps = this.trail.slice(0, to + 1);
    this.show(cell);
  }

  /** Select a cell, in pictures of the head that it belongs to. */
  private show(cell: Cell): void {
    const { graph } = session.recording!, entry = session.entryAt(cell.path)!, heads = headsOf(graph, entry);
    if (heads) session.go({ head: unravel(cell.flat, entry.shape)[heads.axis]! }, false);
    session.select(cell);
  }

  /** Of the cells behind this one that which counts most: the data of the largest term, not a parameter. */
  largest = $derived.by<Origin | null>(() => {
    const entries = session.recording?.graph.entries;
    if (!this.found || !entries) return null;
    const terms = this.found.sums[0]?.terms ?? [];
    const largest = terms.reduce<(typeof terms)[number] | null>((best, term) => (best === null || Math.abs(term.value) > Math.abs(best.value) ? term : best), null);
    const cells = this.found.sums.length && !this.found.cells.some((cell) => isData(entries[cell.entry]!.kind)) ? largest?.cells ?? [] : this.found.cells;
    return cells.find((cell) => isData(entries[cell.entry]!.kind)) ?? cells[0] ?? null;
  });
}

function isData(kind: string): boolean {
  return kind !== 'parameter' && kind !== 'buffer';
}

function same(a: Cell, b: Cell | null): boolean {
  return b !== null && a.path === b.path && a.flat === b.flat;
}

export const inspection = new Inspection();
