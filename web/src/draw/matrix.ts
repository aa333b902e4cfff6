// A matrix on a canvas of its own, whole and without names: what is read at a glance.

import type { Place, Plane } from '../core/plane';
import type { Numbers } from '../core/safetensors';
import { drawTints, outline, windowOf, type Ink } from './field';

export { largest } from '../core/plane';
export interface Picture { data: Numbers; start: number; rows: number; columns: number; rowStride: number; cell: [number, number]; scale: number }

/** Make a canvas so many CSS pixels large, sharp on this screen; its context in those pixels. */
export function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1, context = canvas.getContext('2d');
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

export function drawMatrix(canvas: HTMLCanvasElement, picture: Picture, ink: Pick<Ink, 'ink' | 'paper' | 'hue'> & { accent?: string }, pinned: Place | null = null): void {
  const { cell, rows, columns } = picture, width = columns * cell[0], height = rows * cell[1], context = sized(canvas, width, height);
  if (!context) return;
  const nameless = { rowName: () => '', columnName: () => '', rowWords: false, columnWords: false };
  const plane: Plane = { ...nameless, rows, columns, start: picture.start, rowStride: picture.rowStride };
  const whole = windowOf(plane, cell[0], cell[1], [0, 0], [width, height]), accent = ink.accent ?? ink.ink;
  drawTints(context, plane, picture.data, whole, { ...ink, line: ink.ink, quiet: ink.ink, accent }, picture.scale);
  if (pinned) outline(context, plane, whole, ([row, column]) => row === pinned[0] && column === pinned[1], accent, 2);
}
