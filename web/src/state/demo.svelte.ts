// The visitor's own training, while it runs beside the page: asked after once a second.

import { session } from './session.svelte';
import type { ModelInfo } from '../api/source';

export interface Progress {
  run: string; model: string; step: number; updates: number; loss: number | null; seconds: number;
  running: boolean; finished: boolean; text: string | null; sample: string | null; samples: { step: number; text: string }[];
}

class Demo {
  progress = $state.raw<Progress | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Follow the training until it ends, or there is none. Returns what ends the asking. */
  follow(): () => void {
    let ended = false;
    const ask = async (): Promise<void> => {
      try { this.progress = session.source.has('api/demo') ? await session.source.ask<Progress | null>('api/demo') : null; } catch { return; }
      if (!ended && this.progress?.running) this.timer = setTimeout(() => void ask(), 1000);
    };
    void ask();
    return () => { ended = true; clearTimeout(this.timer); };
  }

  /** The finished model takes the place of the one that is shown. */
  async adopt(): Promise<void> {
    try {
      const model = await session.source.ask<ModelInfo>('api/demo/adopt', {});
      await session.welcome(model.name);
    } catch (error) { session.fail(error); }
  }
}

export const demo = new Demo();
