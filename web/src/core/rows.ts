// Rows of values: which tokens they stand for, and where the numbers of one row are.

import { inputsBehind } from './collapse';
import { joined, type Entry, type Graph, type Token } from './graph';

export interface Row { start: number; width: number }
export interface Extent { rows: number; columns: number; heads: number }

/** The last two axes of a value, and how many such matrices there are of it. */
export function extentOf(entry: Entry): Extent {
  const rank = entry.shape.length;
  const rows = rank >= 2 ? entry.shape[rank - 2]! : 1, columns = entry.shape[rank - 1] ?? 1;
  return { rows, columns, heads: rank === 4 ? entry.shape[1]! : 1 };
}

/** Where row `row` of head `head` begins; the last row or head where there are fewer. */
export function rowOf(entry: Entry, row: number, head: number): Row {
  const { rows, columns, heads } = extentOf(entry);
  const matrix = Math.min(head, heads - 1) * rows;
  return { start: (matrix + Math.min(row, rows - 1)) * columns, width: columns };
}

/** The tokens that the rows of each entry stand for; none where a row is not a place in the text. */
export function tokensOf(graph: Graph): (entry: number) => Token[] {
  const behind = inputsBehind(joined(graph.entries)), { source, target } = graph.about;
  return (entry) => {
    if (behind[entry]! < 0) return [];
    if (!source.length || !target.length) return source.length ? source : target;
    return behind[entry] === 0 ? source : target;
  };
}

export const isGrid = (entry: Entry): boolean => {
  const [query, key] = entry.axes.slice(-2);
  return (query === 'query' && key === 'key') || (entry.operator === 'softmax' && entry.shape.length === 4);
};
