// Text on a canvas, as the page writes it.

const SMALL = 13;
let least = 0;

/** The size of small text, in px. */
export const small = (): number => Math.max(SMALL, least);
/** What is made for small text, where that is written larger. */
export const grown = (length: number): number => (length * small()) / SMALL;
/** From now on no text is smaller. */
export const writeAtLeast = (size: number): void => { least = size; };
export const font = (size = SMALL, bold = false): string => `${bold ? '600 ' : ''}${Math.max(size, least)}px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif`;

/** A text, cut with … where it is wider than it may be. */
export function fitted(context: CanvasRenderingContext2D, text: string, most: number): string {
  if (context.measureText(text).width <= most) return text;
  let n = text.length - 1;
  while (n > 1 && context.measureText(text.slice(0, n) + '…').width > most) n--;
  return text.slice(0, n) + '…';
}

/** Of labels that stand `pitch` apart every how many-th can be read. */
export const everyNth = (pitch: number): number => Math.max(1, Math.ceil((small() + 2) / pitch));
