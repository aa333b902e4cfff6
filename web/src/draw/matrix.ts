// A matrix on a canvas: a tint for how much, a notch for a negative sign. A function of its data.

import type { Numbers } from '../core/safetensors';

export interface Look { ink: string; paper: string; hue: string; accent: string }
export interface Picture { data: Numbers; start: number; rows: number; columns: number; rowStride: number; columnStride: number; cell: [number, number]; scale: number }

export function drawMatrix(canvas: HTMLCanvasElement, picture: Picture, look: Look, pinned: [number, number] | null): void {
  const [w, h] = picture.cell, ratio = window.devicePixelRatio || 1;
  canvas.width = picture.columns * w * ratio;
  canvas.height = picture.rows * h * ratio;
  canvas.style.width = `${picture.columns * w}px`;
  canvas.style.height = `${picture.rows * h}px`;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(ratio, ratio);
  context.fillStyle = look.paper;
  context.fillRect(0, 0, picture.columns * w, picture.rows * h);
  for (let row = 0; row < picture.rows; row++) {
    for (let column = 0; column < picture.columns; column++) {
      const value = picture.data[picture.start + row * picture.rowStride + column * picture.columnStride]!;
      const x = column * w, y = row * h;
      if (!Number.isFinite(value)) { cross(context, x, y, w, h, look.ink); continue; }
      context.globalAlpha = Math.min(1, Math.abs(value) / (picture.scale || 1)) ** 0.7;
      context.fillStyle = look.hue;
      context.fillRect(x, y, w - (w > 6 ? 1 : 0), h - (h > 6 ? 1 : 0));
      if (value < 0 && w >= 3) {
        context.globalAlpha = 0.9;
        context.fillStyle = look.ink;
        context.fillRect(x, y + h - Math.max(1.5, h / 6) - (h > 6 ? 1 : 0), Math.max(1.5, w / 3), Math.max(1.5, h / 6));
      }
    }
  }
  context.globalAlpha = 1;
  if (pinned) {
    context.strokeStyle = look.accent;
    context.lineWidth = 2;
    context.strokeRect(pinned[1] * w + 1, pinned[0] * h + 1, Math.max(w - 2, 3), Math.max(h - 2, 3));
  }
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, ink: string): void {
  context.globalAlpha = 0.25;
  context.strokeStyle = ink;
  context.beginPath();
  context.moveTo(x + 2, y + 2);
  context.lineTo(x + w - 3, y + h - 3);
  context.stroke();
  context.globalAlpha = 1;
}

export function largest(data: Numbers): number {
  let found = 0;
  for (const value of data) if (Number.isFinite(value) && Math.abs(value) > found) found = Math.abs(value);
  return found;
}
