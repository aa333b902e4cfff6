// Ribbons between two columns of words: who looks at whom, by width; the chosen word's in full ink,
// with its numbers; the gold truth as a double line; what was cut, dashed.

import { rowOf, type Grid } from '../core/attention';
import { fixed } from '../core/format';
import { everyNth, fitted, font, grown } from './canvas';
import { sized } from './matrix';

export interface RibbonLook { ink: string; quiet: string; line: string; paper: string; accent: string }
export interface RibbonPicture {
  grid: Grid; rowNames: string[]; rowQuiet: string[]; columnNames: string[]; width: number;
  row: number; column: number | null; others: boolean; numbers: boolean;
  gold: Map<number, number[]>; cut: (row: number, column: number) => boolean;
  /** The words that look stand at the right, those looked at at the left; their names are left out. */
  mirrored?: boolean;
  /** The names of the words that look stand in the middle of their column. */
  centred?: boolean;
}
export interface RibbonPlace { from: number; to: number; rowPitch: number; columnPitch: number; height: number; width: number }

const GAP = 8, NUMBER = 40, LEAST = 0.02, EVEN = 1.5, MOST_DRAWN = 4000;

export function placeRibbons(picture: RibbonPicture): RibbonPlace {
  const { grid, width } = picture, most = Math.max(grid.rows, grid.columns);
  const height = most <= 32 ? most * Math.max(30, grown(18)) : most <= 64 ? most * 20 : Math.min(most * 20, Math.max(1280, most * 3));
  const names = Math.min(grown(180), width * 0.32), looked = width < 420 ? width * 0.37 : names;
  const place = { from: names, to: width - looked, rowPitch: height / grid.rows, columnPitch: height / grid.columns, height, width };
  if (picture.mirrored) return { ...place, from: width - 1, to: names };
  return picture.centred ? { ...place, from: Math.min(names, grown(130)) } : place;
}

export function drawRibbons(canvas: HTMLCanvasElement, picture: RibbonPicture, look: RibbonLook): RibbonPlace {
  const place = placeRibbons(picture), context = sized(canvas, place.width, place.height)!;
  if (picture.others) drawOthers(context, picture, place, look);
  for (const [row, columns] of picture.gold) for (const column of columns) drawGold(context, row, column, picture.row === row, place, look);
  drawChosen(context, picture, place, look);
  drawNames(context, picture, place, look);
  return place;
}

function curve(context: CanvasRenderingContext2D, place: RibbonPlace, row: number, column: number, shift = 0): void {
  const y = (row + 0.5) * place.rowPitch + shift, to = (column + 0.5) * place.columnPitch + shift, middle = (place.from + place.to) / 2;
  context.moveTo(place.from, y);
  context.bezierCurveTo(middle, y, middle, to, place.to, to);
}

/** The other words' ribbons, those above what an even attention would give, in four strengths: so
 * that thousands are four strokes. */
function drawOthers(context: CanvasRenderingContext2D, { grid, row }: RibbonPicture, place: RibbonPlace, look: RibbonLook): void {
  const steps = [0.05, 0.2, 0.5, 1.01], least = Math.max(LEAST, EVEN / grid.columns);
  const pairs: [number, number][][] = steps.map(() => []);
  for (let i = 0; i < grid.rows; i++) {
    for (let j = 0; j < grid.columns && i !== row; j++) {
      const share = grid.data[grid.start + i * grid.columns + j]!;
      if (share >= least) pairs[steps.findIndex((step) => share < step)]?.push([i, j]);
    }
  }
  context.strokeStyle = look.ink;
  let left = MOST_DRAWN;
  for (let k = steps.length - 1; k >= 0; k--) {
    context.globalAlpha = [0.05, 0.07, 0.1, 0.12][k]!;
    context.lineWidth = Math.max(0.75, [0.03, 0.12, 0.35, 0.8][k]! * Math.min(10, place.rowPitch * 0.5));
    context.beginPath();
    for (const [i, j] of pairs[k]!.slice(0, left)) curve(context, place, i, j);
    context.stroke();
    left = Math.max(0, left - pairs[k]!.length);
  }
  context.globalAlpha = 1;
}

function drawGold(context: CanvasRenderingContext2D, row: number, column: number, chosen: boolean, place: RibbonPlace, look: RibbonLook): void {
  context.strokeStyle = look.ink;
  context.globalAlpha = chosen ? 1 : 0.35;
  context.lineWidth = 1;
  context.beginPath();
  curve(context, place, row, column, -2.5);
  curve(context, place, row, column, 2.5);
  context.stroke();
  context.globalAlpha = 1;
}

function drawChosen(context: CanvasRenderingContext2D, { grid, row, column, cut }: RibbonPicture, place: RibbonPlace, look: RibbonLook): void {
  const widest = Math.min(14, Math.max(6, Math.min(place.rowPitch, place.columnPitch) * 0.6));
  context.lineCap = 'round';
  rowOf(grid, row).forEach((share, j) => {
    if (cut(row, j)) {
      context.strokeStyle = look.accent;
      context.lineWidth = 1.5;
      context.setLineDash([4, 4]);
      context.beginPath();
      curve(context, place, row, j);
      context.stroke();
      context.setLineDash([]);
    } else if (share >= 0.005) {
      context.strokeStyle = look.ink;
      context.globalAlpha = 0.3 + 0.55 * Math.sqrt(share);
      context.lineWidth = Math.max(1, share * widest);
      context.beginPath();
      curve(context, place, row, j);
      context.stroke();
      context.globalAlpha = 1;
    }
    if (j === column) {
      context.strokeStyle = look.accent;
      context.lineWidth = 1.5;
      context.beginPath();
      curve(context, place, row, j, -share * widest / 2 - 2);
      curve(context, place, row, j, share * widest / 2 + 2);
      context.stroke();
    }
  });
  context.lineCap = 'butt';
}

function drawNames(context: CanvasRenderingContext2D, picture: RibbonPicture, place: RibbonPlace, look: RibbonLook): void {
  const { grid, row, mirrored } = picture, size = Math.min(place.rowPitch, place.columnPitch) >= 24 ? 15 : 13;
  const outward = mirrored ? 1 : -1, rows = everyNth(place.rowPitch), columns = everyNth(place.columnPitch);
  const room = (mirrored ? place.to : place.from) - GAP, far = (mirrored ? place.to : place.width - place.to) - GAP;
  context.textBaseline = 'middle';
  context.textAlign = picture.centred ? 'center' : 'right';
  for (let i = 0; i < grid.rows && !mirrored; i++) {
    if (i !== row && (i % rows || Math.abs(i - row) < rows)) continue;
    const y = (i + 0.5) * place.rowPitch, quiet = picture.rowQuiet[i];
    context.font = font(size, i === row);
    context.fillStyle = i === row ? look.ink : look.quiet;
    const name = fitted(context, picture.rowNames[i] ?? String(i), room), width = context.measureText(name).width;
    context.fillText(name, picture.centred ? place.from / 2 : place.from - GAP, y);
    if (!quiet || picture.centred || width > room * 0.6) continue;
    context.font = font();
    context.fillStyle = look.quiet;
    context.fillText(fitted(context, quiet, room - width - GAP), place.from - 2 * GAP - width, y);
  }
  const shares = rowOf(grid, row), best = shares.indexOf(Math.max(...shares));
  context.textAlign = mirrored ? 'right' : 'left';
  for (let j = 0; j < grid.columns; j++) {
    const strong = j === best || j === picture.column;
    if (!strong && (j % columns || Math.abs(j - best) < columns)) continue;
    const y = (j + 0.5) * place.columnPitch, out = place.to - outward * GAP;
    context.font = font(size, strong);
    context.fillStyle = strong || shares[j]! >= 0.05 ? look.ink : look.quiet;
    context.fillText(fitted(context, picture.columnNames[j] ?? String(j), far - (picture.numbers ? grown(NUMBER) : 0)), out - outward * (picture.numbers ? grown(NUMBER) : 0), y);
    if (!picture.numbers || shares[j]! < 0.005) continue;
    context.font = font(13, strong);
    context.fillText(fixed(shares[j]!, 2), out, y);
  }
}
