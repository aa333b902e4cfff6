// A long sum, cut for the eye: its largest terms, the rest in one line, all rounded so that what is
// shown adds up exactly.

import { fixed } from './format';

export interface Addends {
  /** Which terms are shown, largest first, and each as text. */
  shown: { index: number; text: string }[];
  /** What is not shown, in one number; of no terms it is what rounding left over, or null. */
  rest: { count: number; text: string; value: number } | null;
  total: string;
}

export function addends(values: number[], total: number, most: number): Addends {
  const order = values.map((_, i) => i).sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!));
  const shown = order.slice(0, most), hidden = order.slice(most);
  const decimals = decimalsFor(Math.max(Math.abs(total), ...shown.map((i) => Math.abs(values[i]!))));
  const units = (value: number): number => Math.round(value * 10 ** decimals);
  const text = (n: number): string => (n < 0 ? '−' : '') + fixed(Math.abs(n) / 10 ** decimals, decimals);
  const left = units(total) - shown.reduce((sum, i) => sum + units(values[i]!), 0);
  return {
    shown: shown.map((index) => ({ index, text: text(units(values[index]!)) })),
    rest: hidden.length || left ? { count: hidden.length, text: text(left), value: hidden.reduce((sum, i) => sum + values[i]!, 0) } : null,
    total: text(units(total)),
  };
}

/** So many that the largest number has five digits. */
function decimalsFor(largest: number): number {
  if (!Number.isFinite(largest) || largest === 0) return 4;
  return Math.min(10, Math.max(0, 4 - Math.floor(Math.log10(largest))));
}
