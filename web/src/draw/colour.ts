// Tints: how much of a hue stands for how large a number.

export type Rgb = [number, number, number];

export function rgb(colour: string): Rgb {
  const found = colour.match(/[\d.]+/g)?.slice(0, 3).map(Number) ?? [];
  return [found[0] ?? 0, found[1] ?? 0, found[2] ?? 0];
}

/** The share of the hue for a magnitude from 0 to 1; small numbers are lifted a little, to be seen. */
export function share(part: number): number {
  return Math.min(1, part) ** 0.7;
}

export function mixed(paper: Rgb, hue: Rgb, part: number): Rgb {
  return [0, 1, 2].map((i) => Math.round(paper[i]! + (hue[i]! - paper[i]!) * part)) as Rgb;
}

export const css = ([r, g, b]: Rgb): string => `rgb(${r}, ${g}, ${b})`;
