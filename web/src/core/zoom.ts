// How large a cell is drawn: so that a value fits, or larger or smaller by steps.

import type { Plane } from './plane';

const LEAST = 1, MOST = 64, STEP = 1.6;

/** Width and height of a cell of tints. Words need lines to stand beside; matrices of parameters are square. */
export function tintCell(plane: Plane, width: number, zoom = 0): [number, number] {
  const most = plane.rowWords && plane.columnWords ? 28 : 18;
  const w = zoomed(Math.min(most, Math.floor(width / plane.columns)), zoom);
  if (plane.rowWords && plane.columnWords) return [Math.max(w, zoom < 0 ? w : Math.min(10, most)), zoomed(plane.rows > 48 ? 12 : 22, zoom)];
  return plane.rowWords && plane.rows <= 96 ? [w, zoomed(18, Math.max(0, zoom))] : [w, plane.rows === 1 ? 34 : w];
}

export function barCell(plane: Plane, width: number, zoom = 0, height = 34): [number, number] {
  return [zoomed(Math.min(14, Math.floor(width / plane.columns)), zoom), height];
}

function zoomed(size: number, zoom: number): number {
  return Math.min(MOST, Math.max(LEAST, Math.round(Math.max(LEAST, size) * STEP ** zoom)));
}
