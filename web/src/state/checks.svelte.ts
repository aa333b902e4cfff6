// What the checks of a run found; asked for a little after the run, so that typing stays quick.

import { session } from './session.svelte';

export interface Finding { check: string; ok: boolean; sentence: string; paths: string[]; cell: { path: string; flat: number } | null }

const WAIT = 600; // milliseconds of rest before the question

class Checks {
  findings = $state.raw<Finding[] | null>(null);
  of = $state('');
  private timer = 0;

  wrong = $derived(this.findings?.filter((finding) => !finding.ok) ?? []);

  /** Whether this trace can be checked. */
  asks = (trace: string): boolean => session.source.has(`api/checks/${trace}`);

  /** Ask for the checks of this trace, at once or after a rest. */
  look(trace: string, now = false): void {
    clearTimeout(this.timer);
    if (!trace || trace === this.of) return;
    if (!this.asks(trace)) { [this.findings, this.of] = [null, trace]; return; }
    this.timer = setTimeout(() => void this.ask(trace), now ? 0 : WAIT) as unknown as number;
  }

  private async ask(trace: string): Promise<void> {
    try {
      const { findings } = await session.source.ask<{ findings: Finding[] }>(`api/checks/${trace}`);
      if (session.recording?.trace === trace) [this.findings, this.of] = [findings, trace];
    } catch { this.findings = null; }
  }
}

export const checks = new Checks();
