// A plane of numbers on a canvas: tints with notches, or bars from a middle line; outlines and names.
// Functions of a context and of data; only the window that is seen is drawn.

import { flatOf, type Place, type Plane } from '../core/plane';
import type { Numbers } from '../core/safetensors';
import { font, grown, small } from './canvas';
import { mixed, rgb, share, type Rgb } from './colour';

/** What is seen: cells [from, to) at a cell's size, the first of them at x, y. */
export interface Window { rows: [number, number]; columns: [number, number]; x: number; y: number; w: number; h: number }
export interface Ink { ink: string; quiet: string; line: string; paper: string; hue: string; accent: string }

const LEVELS = 256;

export function windowOf(plane: Plane, w: number, h: number, scroll: [number, number], box: [number, number]): Window {
  const range = (from: number, length: number, size: number, n: number): [number, number] => [Math.min(n, Math.floor(from / size)), Math.min(n, Math.ceil((from + length) / size))];
  const rows = range(scroll[1], box[1], h, plane.rows), columns = range(scroll[0], box[0], w, plane.columns);
  return { rows, columns, x: columns[0] * w - scroll[0], y: rows[0] * h - scroll[1], w, h };
}

/** Tints, painted pixel by pixel: a block a cell, a notch at its foot for negative, lines between large ones. */
export function drawTints(context: CanvasRenderingContext2D, plane: Plane, data: Numbers, window: Window, ink: Ink, scale: number): void {
  const { rows, columns, x, y, w, h } = window, width = (columns[1] - columns[0]) * w, height = (rows[1] - rows[0]) * h;
  if (width <= 0 || height <= 0) return;
  const image = new ImageData(width, height), pixels = new Uint32Array(image.data.buffer), table = levels(ink);
  const factor = (LEVELS - 1) / (scale || 1), dark = packed(rgb(ink.ink)), notched = w >= 3 && h >= 3;
  const wide = w > 6 ? w - 1 : w, tall = h > 6 ? h - 1 : h, edge = Math.max(1, Math.round(Math.min(w, h) / 4)), crosses: Place[] = [];
  pixels.fill(table[0]!);
  for (let row = rows[0]; row < rows[1]; row++) {
    for (let column = columns[0], flat = flatOf(plane, [row, column]); column < columns[1]; column++, flat++) {
      const value = data[flat]!, level = Math.abs(value) * factor, left = (column - columns[0]) * w, top = (row - rows[0]) * h;
      if (!Number.isFinite(value)) { crosses.push([row, column]); continue; }
      block(pixels, width, left, top, wide, tall, table[level < LEVELS ? level | 0 : LEVELS - 1]!);
      if (value < 0 && notched && level >= 1) block(pixels, width, left, top + tall - edge, Math.min(wide, Math.round(edge * 1.5)), edge, dark);
    }
  }
  const painted = new OffscreenCanvas(width, height);
  painted.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(painted, x, y);
  if (notched) drawCrosses(context, crosses, window, ink);
}

/** By loops: of a few pixels each, they are many times faster than fill. */
function block(pixels: Uint32Array, stride: number, left: number, top: number, wide: number, tall: number, colour: number): void {
  for (let row = 0, at = top * stride + left; row < tall; row++, at += stride) {
    for (let column = 0; column < wide; column++) pixels[at + column] = colour;
  }
}

function packed([r, g, b]: Rgb): number {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

function levels(ink: Ink): Uint32Array {
  const paper = rgb(ink.paper), hue = rgb(ink.hue);
  return Uint32Array.from({ length: LEVELS }, (_, i) => packed(mixed(paper, hue, share(i / (LEVELS - 1)))));
}

/** What is hidden, −∞, is crossed out. */
function drawCrosses(context: CanvasRenderingContext2D, places: Place[], window: Window, ink: Ink): void {
  const { x, y, w, h, rows, columns } = window;
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const [row, column] of places) {
    const left = x + (column - columns[0]) * w, top = y + (row - rows[0]) * h;
    context.moveTo(left + w * 0.2, top + h * 0.2);
    context.lineTo(left + w * 0.75, top + h * 0.75);
  }
  context.stroke();
}

/** Each row as bars up and down from its middle line. */
export function drawBars(context: CanvasRenderingContext2D, plane: Plane, data: Numbers, window: Window, ink: Ink, scale: number): void {
  const { rows, columns, x, y, w, h } = window, half = h / 2 - 2, wide = w > 3 ? w - 1 : w;
  for (let row = rows[0]; row < rows[1]; row++) {
    const middle = y + (row - rows[0]) * h + h / 2;
    context.fillStyle = ink.line;
    context.fillRect(x, middle - 0.5, (columns[1] - columns[0]) * w, 1);
    context.fillStyle = ink.hue;
    for (let column = columns[0], flat = flatOf(plane, [row, column]); column < columns[1]; column++, flat++) {
      const value = data[flat]!, tall = Math.min(1, Math.abs(value) / (scale || 1)) * half;
      if (Number.isFinite(value) && tall > 0) context.fillRect(x + (column - columns[0]) * w, value > 0 ? middle - tall : middle, wide, tall);
    }
  }
}

/** A line around all cells of a kind: only where a cell of it meets one that is not. */
export function outline(context: CanvasRenderingContext2D, plane: Plane, window: Window, has: (place: Place) => boolean, colour: string, width: number, dashed = false): void {
  const { x, y, w, h, rows, columns } = window, inset = width / 2;
  // The window and one cell around it, so that an edge that is not seen is not taken for one.
  const across = columns[1] - columns[0] + 2, inside = new Uint8Array(across * (rows[1] - rows[0] + 2));
  for (let row = Math.max(0, rows[0] - 1); row < Math.min(plane.rows, rows[1] + 1); row++) {
    for (let column = Math.max(0, columns[0] - 1); column < Math.min(plane.columns, columns[1] + 1); column++) {
      if (has([row, column])) inside[(row - rows[0] + 1) * across + column - columns[0] + 1] = 1;
    }
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dashed ? [4, 3] : []);
  context.beginPath();
  const wide = across - 2, tall = rows[1] - rows[0], at = (row: number, column: number): number => (row + 1) * across + column + 1;
  for (let row = 0; row < tall; row++) {
    for (const [by, level] of [[-across, y + row * h + inset], [across, y + (row + 1) * h - inset]] as const) {
      for (const [from, to] of runs(wide, (i) => inside[at(row, i)] === 1 && !inside[at(row, i) + by])) { context.moveTo(x + from * w, level); context.lineTo(x + to * w, level); }
    }
  }
  for (let column = 0; column < wide; column++) {
    for (const [by, level] of [[-1, x + column * w + inset], [1, x + (column + 1) * w - inset]] as const) {
      for (const [from, to] of runs(tall, (i) => inside[at(i, column)] === 1 && !inside[at(i, column) + by])) { context.moveTo(level, y + from * h); context.lineTo(level, y + to * h); }
    }
  }
  context.stroke();
  context.setLineDash([]);
}

/** Where something holds, from each beginning to each end. */
function runs(n: number, holds: (i: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < n; i++) {
    if (!holds(i)) continue;
    const from = i;
    while (i < n && holds(i)) i++;
    found.push([from, i]);
  }
  return found;
}

const line = (): number => small() + 2;

/** How much room names need: to the left of the rows, and above the columns. */
export function roomFor(context: CanvasRenderingContext2D, plane: Plane, most: number): { left: number; top: number } {
  context.font = font();
  const widest = (n: number, name: (i: number) => string): number => {
    let found = 0;
    for (let i = 0; i < Math.min(n, 512); i++) found = Math.max(found, context.measureText(name(i)).width);
    return Math.min(most, Math.ceil(found));
  };
  return { left: plane.rows > 1 ? widest(plane.rows, plane.rowName) + 10 : 0, top: plane.columnWords ? widest(plane.columns, plane.columnName) + 8 : line() + 5 };
}

/** Names of rows at the left and of columns above; where they would touch, every second, third … */
export function drawNames(context: CanvasRenderingContext2D, plane: Plane, window: Window, ink: Ink, room: { left: number; top: number }): void {
  const { x, y, w, h, rows, columns } = window;
  context.font = font();
  context.fillStyle = ink.quiet;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const every = Math.max(1, Math.ceil(line() / h));
  if (plane.rows > 1) for (let row = Math.ceil(rows[0] / every) * every; row < rows[1]; row += every) context.fillText(cut(context, plane.rowName(row), room.left - 10), room.left - 8, y + (row - rows[0] + 0.5) * h);
  if (plane.columnWords) drawUpright(context, plane, window, room);
  else drawCounts(context, columns, x, w, room);
}

function drawUpright(context: CanvasRenderingContext2D, plane: Plane, { x, w, columns }: Window, room: { top: number }): void {
  const every = Math.max(1, Math.ceil(line() / w));
  context.textAlign = 'left';
  for (let column = Math.ceil(columns[0] / every) * every; column < columns[1]; column += every) {
    context.save();
    context.translate(x + (column - columns[0] + 0.5) * w, room.top - 5);
    context.rotate(-Math.PI / 2);
    context.fillText(cut(context, plane.columnName(column), room.top - 8), 0, 0);
    context.restore();
  }
}

function drawCounts(context: CanvasRenderingContext2D, columns: [number, number], x: number, w: number, room: { top: number }): void {
  const every = [1, 2, 4, 8, 16, 32, 64, 128, 256].find((n) => n * w >= grown(34)) ?? 512;
  context.textAlign = 'center';
  for (let column = Math.ceil(columns[0] / every) * every; column < columns[1]; column += every) context.fillText(String(column + 1), x + (column - columns[0] + 0.5) * w, room.top - 10);
}

function cut(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let n = text.length - 1;
  while (n > 1 && context.measureText(`${text.slice(0, n)}…`).width > room) n--;
  return `${text.slice(0, n)}…`;
}
