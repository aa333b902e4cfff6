// Numbers and sums as TeX.

import { t } from '../strings';
import type { Term } from './cell';

/** A number with four digits that say something. */
export function tex(value: number): string {
  if (Number.isNaN(value)) return '\\text{NaN}';
  if (!Number.isFinite(value)) return value > 0 ? '\\infty' : '-\\infty';
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-4) {
    const [digits, power] = value.toExponential(2).split('e') as [string, string];
    return `${point(digits)} \\cdot 10^{${Number(power)}}`;
  }
  return point(value.toFixed(size >= 1000 ? 1 : size >= 100 ? 2 : size >= 0.1 ? 3 : 5));
}

/** With the reader's decimal mark; a comma in braces, for TeX puts a space after a bare one. */
const point = (text: string): string => (t.decimal === '.' ? text : text.replace('.', `{${t.decimal}}`));

/** The same where a sign or a power before it would be misread. */
export function bracketed(value: number): string {
  return value < 0 || /cdot/.test(tex(value)) ? `(${tex(value)})` : tex(value);
}

export function product(values: number[]): string {
  return values.map((value, i) => (i ? bracketed(value) : tex(value))).join(' \\cdot ');
}

/** The largest terms of a sum, written out by `write`, and dots for the rest. */
export function sumOf(terms: Term[], write = (term: Term) => product(term.cells.map((cell) => cell.value)), most = 2): string {
  const shown = largestFirst(terms).slice(0, most).map(write);
  const joined = shown.map((text, i) => (i && text.startsWith('-') ? `(${text})` : text)).join(' + ');
  return terms.length > most ? `${joined} + \\cdots` : joined;
}

export function largestFirst(terms: Term[]): Term[] {
  return [...terms].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
}
