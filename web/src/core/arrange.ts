// What merely arranges numbers anew (transpose, split, slice …), done to places instead of values:
// so that a cell of an operator's input can say which cell of a recorded value it is.

import { t } from '../strings';
import type { Json, Source } from './graph';

/** A shape over the flat places of a recorded value: a place's number there is the offset and, axis by
 *  axis, its index times the stride; `table` says where those numbers stand if they were laid anew. */
export interface Places { shape: number[]; strides: number[]; offset: number; table: Int32Array | null; at: (flat: number) => number }

export function allPlaces(shape: number[]): Places {
  return placed(shape, stridesOf(shape), 0, null);
}

function placed(shape: number[], strides: number[], offset: number, table: Int32Array | null): Places {
  const sizes = stridesOf(shape);
  const at = (flat: number): number => {
    let place = offset;
    for (let axis = 0; axis < shape.length; axis++) place += (Math.floor(flat / sizes[axis]!) % shape[axis]!) * strides[axis]!;
    return table ? table[place]! : place;
  };
  return { shape, strides, offset, table, at };
}

/** Where each flat place of a shape stands, all of them in order. */
export function everyPlace(x: Places): Int32Array {
  const found = new Int32Array(size(x.shape)), rank = x.shape.length, inner = rank ? x.shape[rank - 1]! : 1, step = rank ? x.strides[rank - 1]! : 0;
  const place = new Array<number>(rank).fill(0);
  let start = x.offset;
  for (let flat = 0; flat < found.length; ) {
    for (let i = 0; i < inner; i++) { const from = start + i * step; found[flat++] = x.table ? x.table[from]! : from; }
    for (let axis = rank - 2; axis >= 0; axis--) {
      start += x.strides[axis]!;
      if (++place[axis]! < x.shape[axis]!) break;
      start -= x.strides[axis]! * x.shape[axis]!;
      place[axis] = 0;
    }
  }
  return found;
}

/** Whether the places of x are those of the recorded value in their order. */
export function isPlain(x: Places): boolean {
  const strides = stridesOf(x.shape);
  return !x.table && x.offset === 0 && x.shape.every((n, axis) => n === 1 || x.strides[axis] === strides[axis]);
}

export function size(shape: number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

export function stridesOf(shape: number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** A flat place as a place on each axis. */
export function unravel(flat: number, shape: number[]): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(flat / stride) % shape[axis]!);
}

export function ravel(place: number[], shape: number[]): number {
  return stridesOf(shape).reduce((sum, stride, axis) => sum + stride * place[axis]!, 0);
}

export function arranged(source: Source, shape: number[]): Places {
  return source.through.reduce((places, [name, constants]) => arrange(name, constants, places), allPlaces(shape));
}

function arrange(name: string, constants: Json[], x: Places): Places {
  const given = (constants[0] as Json[]).slice(1);
  const named = (constants[1] ?? {}) as Record<string, Json>;
  const dim = (value: Json | undefined, rank = x.shape.length): number => ((value as number) + rank) % rank;
  const list = (values: Json[]): number[] => (Array.isArray(values[0]) ? values[0] : values) as number[];
  switch (name) {
    case 'transpose': case 'swapaxes': return permuted(x, swapped(x.shape.length, dim(given[0]), dim(given[1])));
    case 'T': case 'mT': return permuted(x, swapped(x.shape.length, x.shape.length - 2, x.shape.length - 1));
    case 'permute': return permuted(x, list(given).map((axis) => dim(axis)));
    case 'view': case 'reshape': return reshaped(x, list(given));
    case 'flatten': {
      const start = dim(given[0] ?? named['start_dim'] ?? 0), end = dim(given[1] ?? named['end_dim'] ?? -1);
      return reshaped(x, [...x.shape.slice(0, start), size(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)]);
    }
    case 'unflatten': {
      const axis = dim(given[0]), parts = given[1] as number[];
      return reshaped(x, [...x.shape.slice(0, axis), ...filled(parts, x.shape[axis]!), ...x.shape.slice(axis + 1)]);
    }
    case 'unsqueeze': {
      const axis = dim(given[0], x.shape.length + 1);
      return kept(x, x.shape.toSpliced(axis, 0, 1), x.strides.toSpliced(axis, 0, 0));
    }
    case 'squeeze': {
      const axis = given[0] === undefined ? null : dim(given[0]);
      return only(x, (n, i) => n !== 1 || (axis !== null && i !== axis));
    }
    case 'expand': return broadcast(x, list(given).map((n, i, all) => (n === -1 ? x.shape[i - all.length + x.shape.length]! : n)));
    case '__getitem__': return indexed(x, (Array.isArray(given[0]) ? given[0] : [given[0]]) as Json[]);
    case 'split': case 'chunk': {
      const axis = dim(given[1] ?? named['dim'] ?? 0), n = x.shape[axis]!;
      const step = name === 'split' ? (given[0] as number) : Math.ceil(n / (given[0] as number));
      const which = constants[2] as number;
      return sliced(x, axis, which * step, Math.min((which + 1) * step, n), 1);
    }
    case 'narrow': return sliced(x, dim(given[0]), given[1] as number, (given[1] as number) + (given[2] as number), 1);
    case 'select': return dropped(sliced(x, dim(given[0]), given[1] as number, (given[1] as number) + 1, 1), dim(given[0]));
    case 'contiguous': case 'detach': case 'clone': case 'alias': return x;
  }
  throw new Error(t.state.arranges(name));
}

function filled(parts: number[], whole: number): number[] {
  const known = parts.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
  return parts.map((n) => (n === -1 ? whole / known : n));
}

/** The same places in another shape: as they are, if they follow each other, or laid anew. */
function reshaped(x: Places, parts: number[]): Places {
  const shape = filled(parts, size(x.shape));
  if (isPlain({ ...x, offset: 0 })) return placed(shape, stridesOf(shape), x.offset, x.table);
  return placed(shape, stridesOf(shape), 0, everyPlace(x));
}

function swapped(rank: number, a: number, b: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i === a ? b : i === b ? a : i));
}

function kept(x: Places, shape: number[], strides: number[], offset = x.offset): Places {
  return placed(shape, strides, offset, x.table);
}

function only(x: Places, keep: (n: number, axis: number) => boolean): Places {
  return kept(x, x.shape.filter(keep), x.strides.filter((_, axis) => keep(x.shape[axis]!, axis)));
}

function permuted(x: Places, order: number[]): Places {
  return kept(x, order.map((axis) => x.shape[axis]!), order.map((axis) => x.strides[axis]!));
}

function sliced(x: Places, axis: number, start: number, end: number, step: number): Places {
  const n = Math.max(0, Math.ceil((end - start) / step)), stride = x.strides[axis]!;
  return kept(x, x.shape.with(axis, n), x.strides.with(axis, stride * step), x.offset + start * stride);
}

function dropped(x: Places, axis: number): Places {
  return only(x, (_, i) => i !== axis);
}

/** With the last two axes in each other's place. */
export function turned(x: Places): Places {
  return permuted(x, swapped(x.shape.length, x.shape.length - 2, x.shape.length - 1));
}

export function broadcast(x: Places, shape: number[]): Places {
  const lead = shape.length - x.shape.length;
  return kept(x, shape, shape.map((_, i) => (i < lead || x.shape[i - lead] === 1 ? 0 : x.strides[i - lead]!)));
}

function indexed(x: Places, parts: Json[]): Places {
  const plain = parts.filter((part) => part !== null && !isEllipsis(part)).length;
  let axis = 0, result = x;
  for (const part of parts) {
    if (part === null) {
      result = kept(result, result.shape.toSpliced(axis, 0, 1), result.strides.toSpliced(axis, 0, 0));
      axis++;
    } else if (isEllipsis(part)) {
      axis += x.shape.length - plain;
    } else if (typeof part === 'number') {
      const at = part < 0 ? part + result.shape[axis]! : part;
      result = dropped(sliced(result, axis, at, at + 1, 1), axis);
    } else {
      const [start, stop, step] = (part as { slice: (number | null)[] }).slice;
      const n = result.shape[axis]!, clamp = (v: number) => Math.min(Math.max(v < 0 ? v + n : v, 0), n);
      result = sliced(result, axis, clamp(start ?? 0), clamp(stop ?? n), step ?? 1);
      axis++;
    }
  }
  return result;
}

function isEllipsis(part: Json): boolean {
  return typeof part === 'object' && part !== null && 'ellipsis' in part;
}
