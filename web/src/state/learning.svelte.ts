// One sentence at the steps of a training: what the model of each step made of it, fetched once.

import type { Space } from '../api/learning';
import { Recording } from './recording.svelte';
import { session } from './session.svelte';

/** `written` is what the model of that step wrote by itself; the recording was told the final words. */
export interface Moment { step: number; written: string; recording: Recording; space: Space | null }

export class Moments {
  byStep = $state.raw<Map<number, Moment>>(new Map());
  problem = $state('');
  private ended = false;

  /** The moments of these steps of the sentence on the page, the wanted one first. */
  async fetch(steps: number[], wanted: number, target: string): Promise<void> {
    const order = [...steps].sort((a, b) => Math.abs(steps.indexOf(a) - steps.indexOf(wanted)) - Math.abs(steps.indexOf(b) - steps.indexOf(wanted)));
    for (const step of order) {
      if (this.ended) return;
      if (this.byStep.has(step)) continue;
      try {
        const moment = await this.moment(step, target);
        this.byStep = new Map([...this.byStep, [step, moment]]);
        this.problem = '';
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
        return;
      }
    }
  }

  /** Forget them: the sentence changed, or nobody looks any more. */
  end(): void {
    this.ended = true;
  }

  private async moment(step: number, target: string): Promise<Moment> {
    const paths = ['probabilities', 'probabilities.best', 'probabilities.tokens'];
    const recording = await session.beside({ snapshot: step, target, changes: [] }, paths);
    const about = recording.graph.about;
    const free = about.written ?? (await session.beside({ snapshot: step, target: null, changes: [] })).graph.about.output;
    const space = await session.source.ask<Space>(`api/space/${encodeURIComponent(session.model)}?snapshot=${step}`).catch(() => null);
    await recording.need(recording.graph.entries.map((entry) => entry.path).filter((path) => path.endsWith('attention.weights') || paths.includes(path)));
    return { step, written: free, recording, space };
  }
}

/** The most probable words at a position, from the whole distribution or from what was recorded of it. */
export function likeliest(recording: Recording, row: number, count: number): { id: number; share: number }[] {
  const shares = recording.tensor('probabilities.best'), ids = recording.tensor('probabilities.tokens'), all = recording.tensor('probabilities');
  if (shares && ids) {
    const width = shares.shape.at(-1)!;
    return Array.from({ length: Math.min(count, width) }, (_, i) => ({ id: ids.data[row * width + i]!, share: shares.data[row * width + i]! }));
  }
  if (!all) return [];
  const size = all.shape.at(-1)!, line = all.data.subarray(row * size, (row + 1) * size);
  return Array.from(line, (share, id) => ({ id, share })).sort((a, b) => b.share - a.share).slice(0, count);
}
