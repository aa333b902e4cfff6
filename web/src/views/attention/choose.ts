// Choosing a word and a ribbon by keyboard, the same in every picture of a head.

import type { Grid } from '../../core/attention';

export type Choose = (row: number, column: number | null) => void;
interface Hands { choose: Choose; enter?: (() => void) | undefined; remove?: (() => void) | undefined }

const STEPS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export function stepped(event: KeyboardEvent, grid: Grid, row: number, column: number | null, { choose, enter, remove }: Hands): void {
  const step = STEPS[event.key], act = { Enter: enter, ' ': enter, Delete: remove, Backspace: remove }[event.key];
  if (!step && !act) return;
  event.preventDefault();
  if (act) return act();
  const clamp = (value: number, count: number): number => Math.min(Math.max(value, 0), count - 1);
  const across = step![1] === 0 ? column : clamp((column ?? (step![1] > 0 ? -1 : grid.columns)) + step![1], grid.columns);
  choose(clamp(row + step![0], grid.rows), across);
}

export const nothingCut = (): boolean => false;
