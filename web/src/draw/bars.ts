// A vector as small bars, up or down from a middle line: height says how much.

import { sized } from './matrix';

export function drawBars(canvas: HTMLCanvasElement, values: ArrayLike<number>, look: { hue: string; line: string; accent: string }, size: [number, number], scale: number, pinned: number | null = null): void {
  const [width, height] = size, context = sized(canvas, width, height);
  if (!context) return;
  const middle = height / 2, pitch = width / values.length, thick = Math.max(0.75, pitch - (pitch > 3 ? 1 : 0));
  context.fillStyle = look.line;
  context.fillRect(0, middle - 0.5, width, 1);
  context.fillStyle = look.hue;
  for (let i = 0; i < values.length; i++) {
    const tall = Math.min(1, Math.abs(values[i]!) / (scale || 1)) * (middle - 1);
    context.fillRect(i * pitch, values[i]! > 0 ? middle - tall : middle, thick, tall);
  }
  if (pinned === null) return;
  context.strokeStyle = look.accent;
  context.lineWidth = 2;
  context.strokeRect(pinned * pitch - 1, 1, Math.max(thick + 2, 4), height - 2);
}
