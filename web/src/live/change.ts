// Changes of a run, by the rules of src/glassformer/explorer/changes.py: what a value becomes, and the
// graph with the changed value in its place.

import type { Entry } from '../core/graph';
import type { Change } from '../core/schema';
import { ravel, size, unravel } from '../core/arrange';
import type { Tensor } from '../core/safetensors';

/** The entries with each changed value behind the one whose place it takes; sources follow. */
export function withChanged(entries: Entry[], paths: Set<string>): Entry[] {
  const places: number[] = [], found: Entry[] = [];
  for (const entry of entries) {
    const inputs = entry.inputs.map((source) => ({ ...source, entry: places[source.entry]! })), moved = { ...entry, inputs };
    if (entry.tapped && paths.has(entry.path)) {
      found.push({ ...moved, path: `${entry.path}.original` });
      found.push({ ...entry, kind: 'changed', operator: '', constants: [], inputs: [] });
    } else found.push(moved);
    places.push(found.length - 1);
  }
  return found;
}

/** A changed value. `other` is the value of the run that a swap takes from. A place that is not there
 *  yet, while a text is written, is let be. */
export function applied(change: Change, axes: string[], value: Tensor, other: Tensor | null): Tensor {
  const lead = axes[0] === 'batch' ? 1 : 0, place = placeIn(change.where, lead, value.shape);
  if (!place) return value;
  const data = value.data.slice();
  if (other && change.swap) {
    const from = placeIn(change.swap.where ?? change.where, lead, other.shape);
    if (from) each(common(place, from), (at) => {
      data[ravel(at.map((n, i) => n + place[i]![0]), value.shape)] = other.data[ravel(at.map((n, i) => n + from[i]![0]), other.shape)]!;
    });
  } else each(place.map(([, count]) => count), (at) => {
    const flat = ravel(at.map((n, i) => n + place[i]![0]), value.shape);
    data[flat] = change.scale != null ? data[flat]! * change.scale : change.value!;
  });
  return { shape: value.shape, data };
}

type Part = [first: number, count: number];

/** Of each axis where the place begins and how many there are; null if it is not there. */
function placeIn(where: (number | null)[], lead: number, shape: number[]): Part[] | null {
  const found = shape.map((n): Part => [0, n]);
  for (const [i, one] of where.entries()) {
    const n = shape[lead + i];
    if (n === undefined) break;
    if (one !== null && (one < 0 || one >= n)) return null;
    if (one !== null) found[lead + i] = [one, 1];
  }
  return found;
}

const common = (a: Part[], b: Part[]): number[] => a.map(([, n], i) => Math.min(n, b[i]![1]));

function each(shape: number[], act: (at: number[]) => void): void {
  for (let flat = 0; flat < size(shape); flat++) act(unravel(flat, shape));
}
