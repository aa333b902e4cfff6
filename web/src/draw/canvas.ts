// Text on a canvas, as the page writes it.

export const SMALL = 13;
export const font = (size = SMALL, bold = false): string => `${bold ? '600 ' : ''}${size}px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif`;

/** A text, cut with … where it is wider than it may be. */
export function fitted(context: CanvasRenderingContext2D, text: string, most: number): string {
  if (context.measureText(text).width <= most) return text;
  let n = text.length - 1;
  while (n > 1 && context.measureText(text.slice(0, n) + '…').width > most) n--;
  return text.slice(0, n) + '…';
}

/** Of labels that stand `pitch` apart every how many-th can be read. */
export const everyNth = (pitch: number): number => Math.max(1, Math.ceil((SMALL + 2) / pitch));
