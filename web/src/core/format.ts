// Numbers for people: true minus signs, as many digits as tell something.

export function number(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 10 ** -digits / 2 ? size.toExponential(2) : size.toFixed(size >= 100 ? 1 : digits);
  return (value < 0 ? '−' : '') + text;
}

export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

export function percent(value: number): string {
  if (value > 0 && value < 0.005) return '< 1 %';
  if (value < 1 && value > 0.995) return '> 99 %';
  return `${Math.round(value * 100)} %`;
}

/** A token as it is read: the mark of a space before it is taken off. */
export function readable(piece: string): string {
  return piece.replace(/^▁/, '').replace(/^<\/s>$/, 'end').replace(/^<s>$/, 'start') || '␣';
}
