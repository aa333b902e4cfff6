// A grid of who looks at whom, with the words at its edges: a tint for how much, a notch for a
// negative sign, a cross for what is hidden; numbers in the cells where there is room.

import { number } from '../core/format';
import type { Grid } from '../core/attention';
import { everyNth, fitted, font, grown } from './canvas';
import { rgb, share } from './colour';
import { sized } from './matrix';

export interface GridLook { ink: string; quiet: string; line: string; paper: string; accent: string }
export interface GridPicture {
  grid: Grid; rowNames: string[]; columnNames: string[]; scale: number; width: number;
  row: number | null; column: number | null; numbers: boolean; bare: boolean; tall?: number | null;
  gold: Map<number, number[]>; cut: (row: number, column: number) => boolean;
}
/** Where the cells stand on the canvas. */
export interface GridPlace { left: number; top: number; cell: [number, number]; width: number; height: number }

const SMALL_CELL = 6, GAP = 8, MOST_NAME = 120, TALLEST = 34, NUMBER = 44;

export function placeGrid(context: CanvasRenderingContext2D, picture: GridPicture): GridPlace {
  const { grid, width, bare } = picture;
  context.font = font(13, true);
  const widest = (names: string[], most: number): number => Math.min(most, names.reduce((most, name) => Math.max(most, context.measureText(name).width), 0));
  const left = bare ? 0 : widest(picture.rowNames, Math.min(grown(MOST_NAME), width / 3)) + GAP;
  const top = bare ? 0 : widest(picture.columnNames, grown(MOST_NAME)) + GAP;
  const room = (width - left - 2) / grid.columns;
  const w = picture.numbers ? Math.max(grown(NUMBER), Math.min(room, grown(60))) : Math.min(room, bare ? room : TALLEST);
  const h = picture.tall ? picture.tall / grid.rows : picture.numbers ? grown(26) : Math.max(Math.min(w, bare ? w : 28), grid.rows > 64 ? 0.5 : 1);
  return { left, top, cell: [w, h], width: left + w * grid.columns + 2, height: top + h * grid.rows + 2 };
}

export function drawGrid(canvas: HTMLCanvasElement, picture: GridPicture, look: GridLook): GridPlace {
  const probe = canvas.getContext('2d')!;
  const place = placeGrid(probe, picture);
  const context = sized(canvas, Math.ceil(place.width), Math.ceil(place.height))!;
  const small = !picture.numbers && Math.min(...place.cell) <= SMALL_CELL;
  (small ? drawSmallCells : drawCells)(context, picture, place, look);
  if (!picture.bare) drawNames(context, picture, place, look);
  drawMarks(context, picture, place, look);
  return place;
}

/** Cells of a few points are drawn as an image; of several that share a point the strongest shows. */
function drawSmallCells(context: CanvasRenderingContext2D, { grid, scale }: GridPicture, { left, top, cell: [w, h] }: GridPlace, look: GridLook): void {
  const wide = Math.max(1, Math.min(grid.columns, Math.round(w * grid.columns * 2))), tall = Math.max(1, Math.min(grid.rows, Math.round(h * grid.rows * 2)));
  const image = new ImageData(wide, tall), [red, green, blue] = rgb(look.ink), { data } = image;
  for (let i = 0; i < grid.rows; i++) {
    const line = Math.floor((i * tall) / grid.rows) * wide;
    for (let j = 0; j < grid.columns; j++) {
      const value = grid.data[grid.start + i * grid.columns + j]!;
      if (!Number.isFinite(value) || value === 0) continue;
      const at = (line + Math.floor((j * wide) / grid.columns)) * 4, alpha = 255 * share(Math.abs(value) / (scale || 1));
      if (alpha <= data[at + 3]!) continue;
      data[at] = red; data[at + 1] = green; data[at + 2] = blue; data[at + 3] = alpha;
    }
  }
  const held = new OffscreenCanvas(wide, tall);
  held.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(held, left, top, w * grid.columns, h * grid.rows);
  frame(context, grid, left, top, w, h, look);
}

function frame(context: CanvasRenderingContext2D, grid: Grid, left: number, top: number, w: number, h: number, look: GridLook): void {
  context.strokeStyle = look.line;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, w * grid.columns + 0.5, h * grid.rows + 0.5);
}

function drawCells(context: CanvasRenderingContext2D, { grid, scale, numbers }: GridPicture, { left, top, cell: [w, h] }: GridPlace, look: GridLook): void {
  const gap = w > 6 && h > 6 ? 1 : 0;
  context.font = font();
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let i = 0; i < grid.rows; i++) {
    for (let j = 0; j < grid.columns; j++) {
      const value = grid.data[grid.start + i * grid.columns + j]!, x = left + j * w, y = top + i * h;
      if (!Number.isFinite(value)) {
        if (w < 4) continue;
        context.globalAlpha = 0.3;
        context.strokeStyle = look.quiet;
        context.beginPath();
        context.moveTo(x + w * 0.3, y + h * 0.3);
        context.lineTo(x + w * 0.7, y + h * 0.7);
        context.stroke();
        continue;
      }
      const much = share(Math.abs(value) / (scale || 1));
      if (much < 0.004 && !numbers) continue;
      context.globalAlpha = numbers ? much * 0.3 : much;
      context.fillStyle = look.ink;
      context.fillRect(x, y, w - gap, h - gap);
      if (value < 0 && w >= 4) {
        context.globalAlpha = 0.9;
        context.fillRect(x, y + h - gap - 2, Math.max(2, w / 3), 2);
      }
      if (numbers) {
        context.globalAlpha = 1;
        context.fillText(number(value, 2), x + w / 2, y + h / 2);
      }
    }
  }
  context.globalAlpha = 1;
  frame(context, grid, left, top, w, h, look);
}

function drawNames(context: CanvasRenderingContext2D, picture: GridPicture, { left, top, cell: [w, h] }: GridPlace, look: GridLook): void {
  const { grid, rowNames, columnNames, row, column } = picture;
  const tall = everyNth(h), wide = everyNth(w);
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let i = 0; i < grid.rows; i++) {
    if (i !== row && (i % tall || (row !== null && Math.abs(i - row) < tall))) continue;
    context.font = font(13, i === row);
    context.fillStyle = i === row ? look.ink : look.quiet;
    context.fillText(fitted(context, rowNames[i] ?? String(i), left - GAP), left - GAP, top + (i + 0.5) * h);
  }
  context.textAlign = 'left';
  for (let j = 0; j < grid.columns; j++) {
    if (j !== column && (j % wide || (column !== null && Math.abs(j - column) < wide))) continue;
    context.save();
    context.translate(left + (j + 0.5) * w, top - GAP);
    context.rotate(-Math.PI / 2);
    context.font = font(13, j === column);
    context.fillStyle = j === column ? look.ink : look.quiet;
    context.fillText(fitted(context, columnNames[j] ?? String(j), top - GAP), 0, 0);
    context.restore();
  }
}

function drawMarks(context: CanvasRenderingContext2D, picture: GridPicture, { left, top, cell: [w, h] }: GridPlace, look: GridLook): void {
  const { grid, row, column, gold, cut } = picture;
  const box = (i: number, j: number, inset: number): void => context.strokeRect(left + j * w + inset - 0.5, top + i * h + inset - 0.5, Math.max(w - 2 * inset, 2), Math.max(h - 2 * inset, 2));
  context.strokeStyle = look.ink;
  context.lineWidth = 1;
  for (const [i, columns] of gold) for (const j of columns) if (i < grid.rows && j < grid.columns) { box(i, j, 0.5); if (w > 8) box(i, j, 3); }
  if (row !== null && row < grid.rows) {
    context.lineWidth = 1.5;
    context.strokeRect(left - 0.5, top + row * h - 0.5, w * grid.columns, h);
  }
  context.strokeStyle = look.accent;
  context.lineWidth = 2;
  if (row !== null && column !== null && row < grid.rows && column < grid.columns) box(row, column, 1);
  context.setLineDash([3, 3]);
  if (grid.rows * grid.columns <= 4096) {
    for (let i = 0; i < grid.rows; i++) for (let j = 0; j < grid.columns; j++) if (cut(i, j)) box(i, j, 2);
  }
  context.setLineDash([]);
}
