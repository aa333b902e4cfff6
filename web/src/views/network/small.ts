// How large a small picture of a value is: known before it is drawn, so that the layout can be.

import { extentOf, isGrid } from '../../core/rows';
import type { Entry } from '../../core/graph';

const MOST_ROWS = 64;
export interface SmallSize { cell: [number, number]; rows: number; columns: number; height: number }

/** At most `most` rows are drawn. */
export function smallSize(entry: Entry, width: number, mostRows = MOST_ROWS): SmallSize {
  const { rows: all, columns: wide } = extentOf(entry);
  const rows = Math.min(all, mostRows);
  const grid = isGrid(entry) || entry.dtype === 'bool' || (wide <= 64 && entry.shape.length === 2 && wide === all);
  const most = grid ? (rows > 8 ? 13 : 18) : 14;
  const cell = Math.max(1, Math.min(most, Math.floor(width / wide)));
  const columns = Math.min(wide, Math.floor(width / cell));
  const high = grid ? Math.max(4, cell) : rows === 1 ? 14 : rows <= 16 ? 9 : rows <= 32 ? 6 : 4;
  return { cell: [cell, high], rows, columns, height: rows * high };
}
