// Where the paper's entries are on the loaded model; the open one stands in the address.

import { CONTENTS, PAPER, type PaperLack } from '../core/paper';
import type { Where } from '../core/ideas';
import { session } from './session.svelte';

const IDS = Object.values(CONTENTS).flat() as string[];

class Paper {
  /** Each entry's place, or why there is none; null until there is a recording. */
  private found = $derived.by((): Record<string, Where | PaperLack> | null => {
    const { info, graph, values } = session;
    if (!info || !graph) return null;
    return Object.fromEntries(IDS.map((id) => [id, PAPER[id]!({ info, graph, values })]));
  });
  open = $derived(IDS.find((id) => id === session.place['paper']) ?? null);

  at(id: string): Where | PaperLack | null {
    return this.found?.[id] ?? null;
  }

  /** The nearest entry in this direction that this model can show. */
  step(id: string, by: 1 | -1): string | null {
    for (let i = IDS.indexOf(id) + by; i >= 0 && i < IDS.length; i += by) if (typeof this.at(IDS[i]!) === 'object') return IDS[i]!;
    return null;
  }

  visit(id: string | null): void {
    const where = id && this.at(id);
    if (where && typeof where === 'object') session.visit({ ...where, paper: id });
  }
}

export const paper = new Paper();
