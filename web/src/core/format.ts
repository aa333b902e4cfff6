// Numbers for people: true minus signs, the reader's decimal mark, as many digits as tell something.

import { t } from '../strings';

/** A positive number with so many decimals. */
export function fixed(value: number, decimals: number): string {
  return marked(value.toFixed(decimals));
}

/** A number as the program writes it, with the reader's decimal mark. */
export const marked = (text: string): string => text.replace('.', t.decimal);

export function number(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 10 ** -digits / 2 ? powers(size.toExponential(2)) : fixed(size, size >= 100 ? 1 : digits);
  return (value < 0 ? '−' : '') + text;
}

/** A number with five digits that say something, however small it is. */
export function precise(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0 || Number.isInteger(value) && size < 1e6) return number(value, 0);
  if (size >= 1e5 || size < 1e-3) return (value < 0 ? '−' : '') + powers(size.toExponential(4));
  return (value < 0 ? '−' : '') + fixed(size, Math.max(0, 4 - Math.floor(Math.log10(size))));
}

/** "1.2e-5" as people write it. */
export function powers(text: string): string {
  const [digits, power] = text.split('e') as [string, string];
  return `${marked(digits)} · 10${[...power.replace('+', '')].map((one) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(one)] ?? '⁻').join('')}`;
}

export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

export function percent(value: number): string {
  if (value > 0 && value < 0.005) return '< 1 %';
  if (value < 1 && value > 0.995) return '> 99 %';
  return `${Math.round(value * 100)} %`;
}

/** A probability: two digits, of a small one three. */
export function chance(value: number): string {
  return number(value, value < 0.1 ? 3 : 2);
}

/** A token as it is read: the mark of a space before it is taken off. */
export function readable(piece: string): string {
  return piece.replace(/^▁/, '').replace(/^<\/s>$/, t.token.end).replace(/^<s>$/, t.token.start) || '␣';
}

/** Seconds as a clock writes them: "7:05", "1:30:00". */
export function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(Math.floor(seconds) % 60)}`;
}
