// Which cuts would show whether a look matters: single ribbons of the row that writes a word, the
// same ribbon in all heads of an attention, and in all attentions at once.

import type { Change } from '../api/source';
import { headGrid, rowOf, strongest, type Attention } from './attention';
import { cutRibbon } from './changes';
import type { Tensor } from './safetensors';

/** `column` is the word that is cut off, `share` the largest attention that it had there. */
export interface Trial { kind: 'ribbon' | 'layer' | 'everywhere' | 'unread'; attention: Attention; head: number | null; column: number; share: number; changes: Change[] }

const LOOKED = 0.1, MOST = 40, TRIED = 64;

export function trialsOf(attentions: Attention[], tensor: (path: string) => Tensor | null, row: number): Trial[] {
  const trials: Trial[] = [];
  const writing = attentions.filter((one) => one.part !== 'encoder' || attentions.every((other) => other.part === 'encoder'));
  const looked = new Map<string, { attention: Attention; column: number; share: number }>();
  for (const attention of writing) {
    const value = tensor(attention.stages.weights!);
    if (!value || row >= attention.queries) continue;
    const columns = new Map<number, number>();
    for (let head = 0; head < attention.heads; head++) {
      const shares = rowOf(headGrid(value, head), row);
      for (const column of strongest(shares, 3).filter((j) => shares[j]! >= LOOKED)) {
        const share = shares[column]!;
        trials.push({ kind: 'ribbon', attention, head, column, share, changes: [cutRibbon(attention, head, row, column)] });
        columns.set(column, Math.max(share, columns.get(column) ?? 0));
        const key = `${attention.part} ${column}`;
        if (share > (looked.get(key)?.share ?? 0)) looked.set(key, { attention, column, share });
      }
    }
    for (const [column, share] of columns) trials.push({ kind: 'layer', attention, head: null, column, share, changes: [cutRibbon(attention, null, row, column)] });
  }
  const kept = trials.sort((a, b) => b.share - a.share).slice(0, MOST);
  return [...kept, ...together(attentions, writing, [...looked.values()], row)].slice(0, TRIED);
}

/** A word cut off in all layers of a part; and while reading, from all other words. */
function together(attentions: Attention[], writing: Attention[], looked: { attention: Attention; column: number; share: number }[], row: number): Trial[] {
  const reading = attentions.filter((one) => one.part === 'encoder' && !writing.includes(one));
  return looked.flatMap(({ attention, column, share }): Trial[] => {
    const same = writing.filter((one) => one.part === attention.part);
    const found: Trial[] = same.length > 1 ? [{ kind: 'everywhere', attention, head: null, column, share, changes: same.map((one) => cutRibbon(one, null, row, column)) }] : [];
    if (attention.part === 'cross' && reading.length) {
      found.push({ kind: 'unread', attention, head: null, column, share, changes: reading.map((one) => cutRibbon(one, null, null, column)) });
    }
    return found;
  });
}

/** A choice hangs on what is cut when its probability falls to half or less. */
export const proves = (before: number, after: number): boolean => after <= before / 2;
