// What merely arranges numbers anew (transpose, split, slice …), done to places instead of values:
// so that a cell of an operator's input can say which cell of a recorded value it is.

import { t } from '../strings';
import type { Json, Source } from './graph';

/** A shape, and for each of its flat places the flat place of the recorded value that stands there. */
export interface Places { shape: number[]; at: (flat: number) => number }

export function allPlaces(shape: number[]): Places {
  return { shape, at: (flat) => flat };
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
      return { ...x, shape: [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)] };
    }
    case 'squeeze': {
      const axis = given[0] === undefined ? null : dim(given[0]);
      return { ...x, shape: x.shape.filter((n, i) => n !== 1 || (axis !== null && i !== axis)) };
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

function reshaped(x: Places, shape: number[]): Places {
  return { at: x.at, shape: filled(shape, size(x.shape)) };
}

function swapped(rank: number, a: number, b: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i === a ? b : i === b ? a : i));
}

/** A new shape over x: `from` says which place of x stands at a place of the new one. */
function taken(shape: number[], x: Places, from: (place: number[]) => number): Places {
  return { shape, at: (flat) => x.at(from(unravel(flat, shape))) };
}

function permuted(x: Places, order: number[]): Places {
  const strides = stridesOf(x.shape);
  return taken(order.map((axis) => x.shape[axis]!), x, (place) => place.reduce((sum, p, i) => sum + p * strides[order[i]!]!, 0));
}

function sliced(x: Places, axis: number, start: number, end: number, step: number): Places {
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((n, i) => (i === axis ? Math.max(0, Math.ceil((end - start) / step)) : n));
  return taken(shape, x, (place) => place.reduce((sum, p, i) => sum + (i === axis ? start + p * step : p) * strides[i]!, 0));
}

function dropped(x: Places, axis: number): Places {
  return { ...x, shape: x.shape.filter((_, i) => i !== axis) };
}

export function broadcast(x: Places, shape: number[]): Places {
  const lead = shape.length - x.shape.length;
  const strides = stridesOf(x.shape).map((stride, i) => (x.shape[i] === 1 ? 0 : stride));
  return taken(shape, x, (place) => strides.reduce((sum, stride, i) => sum + stride * place[i + lead]!, 0));
}

function indexed(x: Places, parts: Json[]): Places {
  const plain = parts.filter((part) => part !== null && !isEllipsis(part)).length;
  let axis = 0, result = x;
  for (const part of parts) {
    if (part === null) {
      result = { ...result, shape: [...result.shape.slice(0, axis), 1, ...result.shape.slice(axis)] };
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
