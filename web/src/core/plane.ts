// A value as rows and columns: its last two axes, of one head; with what each row and column is called.

import { axesOf, labelsAlong, tokensAlong } from './axes';
import type { Entry, Graph } from './graph';
import { size, stridesOf } from './arrange';
import type { Numbers } from './safetensors';

export interface Plane {
  rows: number; columns: number; start: number; rowStride: number;
  rowName: (row: number) => string; columnName: (column: number) => string;
  /** Whether rows and columns are words; else they are counted. */
  rowWords: boolean; columnWords: boolean;
}
export type Place = [row: number, column: number];
export type Kind = 'scalar' | 'tokens' | 'vector' | 'matrix' | 'heads' | 'distribution';

/** Where the heads stand among a value's axes, and how many there are; null where it has none. */
export function headsOf(graph: Graph, entry: Entry): { axis: number; count: number } | null {
  const axis = axesOf(graph, entry).indexOf('head');
  return axis >= 0 && entry.shape[axis]! > 1 ? { axis, count: entry.shape[axis]! } : null;
}

export function planeOf(graph: Graph, entry: Entry, head = 0, words: string[] = []): Plane {
  const rank = entry.shape.length, strides = stridesOf(entry.shape), heads = headsOf(graph, entry), axes = axesOf(graph, entry);
  const plain = rank < 2 || (rank === 2 && axes[0] === 'batch');
  const label = (axis: number): ((place: number) => string) => (axis < 0 ? () => '' : labelsAlong(graph, entry, axis, words));
  const isWords = (axis: number): boolean => axis >= 0 && (tokensAlong(graph, entry, axis) !== null || (axes[axis] === 'vocabulary' && words.length > 0));
  return {
    rows: plain ? 1 : entry.shape[rank - 2]!, columns: entry.shape[rank - 1] ?? 1, rowStride: plain ? 0 : strides[rank - 2]!,
    start: heads ? Math.min(head, heads.count - 1) * strides[heads.axis]! : 0,
    rowName: plain ? () => '' : label(rank - 2), columnName: label(rank - 1), rowWords: !plain && isWords(rank - 2), columnWords: isWords(rank - 1),
  };
}

export const flatOf = (plane: Plane, [row, column]: Place): number => plane.start + row * plane.rowStride + column;

/** The place of a flat index in a plane; null where it lies in another. */
export function placeOf(plane: Plane, flat: number): Place | null {
  const within = flat - plane.start;
  if (within < 0 || within >= plane.rows * plane.columns) return null;
  return [Math.floor(within / plane.columns), within % plane.columns];
}

/** Which kind of value it is, and so which part shows it. */
export function kindOf(graph: Graph, entry: Entry): Kind {
  const axes = axesOf(graph, entry), plane = planeOf(graph, entry);
  if (size(entry.shape) === 1) return 'scalar';
  if (axes.at(-1) === 'vocabulary' && entry.kind !== 'parameter') return 'distribution';
  if (headsOf(graph, entry)) return 'heads';
  if (plane.columnWords && plane.rows === 1) return 'tokens';
  if (plane.rows === 1) return 'vector';
  return plane.rowWords && !plane.columnWords && axes.at(-1) !== 'key' && entry.kind !== 'parameter' ? 'tokens' : 'matrix';
}

export function largest(data: Numbers): number {
  let found = 0;
  for (const value of data) if (Math.abs(value) > found && Number.isFinite(value)) found = Math.abs(value);
  return found;
}

/** Cells of a plane that differ from the same place of another value, more than rounding explains. */
export function changed(plane: Plane, data: Numbers, other: Plane, before: Numbers): (place: Place) => boolean {
  const least = 1e-5 * Math.max(largest(data), largest(before));
  return ([row, column]) => {
    if (row >= other.rows || column >= other.columns) return true;
    const a = data[flatOf(plane, [row, column])]!, b = before[flatOf(other, [row, column])]!;
    return a !== b && !(Math.abs(a - b) <= least);
  };
}
