// What a part shows, as a file: CSV with names and full precision, SVG drawn from the numbers.

import { css, mixed, rgb, share } from '../draw/colour';

export interface Panel { name: string; rows: number; columns: number; rowName: (row: number) => string; columnName: (column: number) => string; value: (row: number, column: number) => number }
export interface Style { mark: 'tints' | 'bars'; scale: number; colours: Record<string, string>; parameter: boolean }

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function csvOf(panels: Panel[]): string {
  const several = panels.length > 1, first = panels[0]!, lines: string[] = [];
  const lead = (panel: string, row: string): string[] => [...(several ? [panel] : []), ...(first.rows > 1 ? [row] : [])];
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  lines.push([...lead('', ''), ...range(first.columns).map(first.columnName)].map(quoted).join(','));
  for (const panel of panels) {
    for (const row of range(panel.rows)) lines.push([...lead(panel.name, panel.rowName(row)).map(quoted), ...range(panel.columns).map((column) => String(panel.value(row, column)))].join(','));
  }
  return lines.join('\r\n') + '\r\n';
}

export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '�');
const LEFT = 120, TOP = 96, GAP = 28;

export function svgOf(title: string, panels: Panel[], style: Style): string {
  const first = panels[0]!, [w, h] = style.mark === 'bars' ? [6, 34] : first.columns > 128 ? [4, 12] : [16, 16];
  const wide = LEFT + first.columns * w + 20, tall = TOP + first.rows * h + GAP, body = panels.map((panel, i) => `<g transform="translate(0 ${30 + i * tall})">${drawn(panel, style, w, h)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${30 + panels.length * tall}" font-family="system-ui, sans-serif" font-size="13" fill="${style.colours['--ink']}">`
    + `<title>${escaped(title)}</title><rect width="100%" height="100%" fill="${style.colours['--paper']}"/><text x="${LEFT}" y="22" font-size="15">${escaped(title)}</text>${body.join('')}</svg>`;
}

function drawn(panel: Panel, style: Style, w: number, h: number): string {
  const parts: string[] = [];
  if (panel.name) parts.push(`<text x="8" y="${TOP - 8}">${escaped(panel.name)}</text>`);
  const skip = (size: number): number => Math.max(1, Math.ceil(14 / size));
  for (let row = 0; row < panel.rows; row += skip(h)) parts.push(`<text x="${LEFT - 6}" y="${TOP + (row + 0.5) * h + 4}" text-anchor="end">${escaped(panel.rowName(row))}</text>`);
  for (let column = 0; column < panel.columns; column += skip(w)) parts.push(`<text transform="translate(${columnAt(column, w)} ${TOP - 5}) rotate(-90)">${escaped(panel.columnName(column))}</text>`);
  for (let row = 0; row < panel.rows; row++) for (let column = 0; column < panel.columns; column++) parts.push(cell(panel.value(row, column), LEFT + column * w, TOP + row * h, w, h, style));
  if (style.parameter) parts.push(`<rect x="${LEFT - 2}" y="${TOP - 2}" width="${panel.columns * w + 4}" height="${panel.rows * h + 4}" fill="none" stroke="${style.colours['--quiet']}" stroke-width="2" stroke-dasharray="2 3"/>`);
  return parts.join('');
}

const columnAt = (column: number, w: number): number => LEFT + (column + 0.5) * w + 4;

/** One number: a tint with a notch for a negative one, or a bar from the middle line. */
function cell(value: number, x: number, y: number, w: number, h: number, style: Style): string {
  const part = Number.isFinite(value) ? Math.min(1, Math.abs(value) / (style.scale || 1)) : 0, data = `data-value="${value}"`;
  if (style.mark === 'bars') {
    const tall = part * (h / 2 - 2), middle = y + h / 2;
    return `<rect class="cell" ${data} x="${x}" y="${(value > 0 ? middle - tall : middle).toFixed(2)}" width="${w - 1}" height="${tall.toFixed(2)}" fill="${style.colours['--hue']}"/>`;
  }
  const fill = css(mixed(rgb(style.colours['--paper']!), rgb(style.colours['--hue']!), share(part)));
  const rect = `<rect class="cell" ${data} x="${x}" y="${y}" width="${w - 1}" height="${h - 1}" fill="${fill}"/>`;
  if (!Number.isFinite(value)) return `${rect}<path d="M${x + w * 0.2},${y + h * 0.2}L${x + w * 0.75},${y + h * 0.75}" stroke="${style.colours['--line']}"/>`;
  return value < 0 ? `${rect}<path d="M${x},${y + h - 1}v-4h6v4z" fill="${style.colours['--ink']}"/>` : rect;
}
