// What every part is given: a value with its plane, its scale and hue, and what of it has changed.

import type { Entry } from '../core/graph';
import { called, hueOf } from '../core/names';
import { changed, largest, planeOf, type Place, type Plane } from '../core/plane';
import type { Tensor } from '../core/safetensors';
import type { Recording } from '../state/recording.svelte';
import { session } from '../state/session.svelte';
import { vocabulary } from '../state/vocabulary.svelte';

export interface Shown {
  recording: Recording; entry: Entry; tensor: Tensor; width: number; head: number;
  plane: Plane; scale: number; hue: ReturnType<typeof hueOf>; name: string; parameter: boolean;
  /** Whether it is of the main recording, whose cells the inspector can open. */
  main: boolean;
  changed: ((place: Place) => boolean) | null;
  planeOfHead: (head: number) => Plane;
  changedOfHead: (head: number) => ((place: Place) => boolean) | null;
}

export function shownBy(recording: Recording, entry: Entry, tensor: Tensor, head: number, width: number): Shown {
  const words = vocabulary.of(entry), main = recording === session.recording;
  const planeOfHead = (one: number): Plane => planeOf(recording.graph, entry, one, words);
  const before = main && entry.kind !== 'parameter' && entry.kind !== 'buffer' ? earlier(recording) : null;
  const changedOfHead = (one: number): ((place: Place) => boolean) | null => {
    const old = before?.entryAt(entry.path), values = before?.tensor(entry.path);
    return old && values && old.shape.length === entry.shape.length ? changed(planeOfHead(one), tensor.data, planeOf(before!.graph, old, one, words), values.data) : null;
  };
  const shares = /(^|\.)(weights|softmax|probabilities)(#\d+)?$/.test(entry.path) || entry.dtype === 'bool';
  return {
    recording, entry, tensor, width, head, plane: planeOfHead(head), scale: shares ? 1 : largest(tensor.data), hue: hueOf(entry.path), name: called(entry.path),
    parameter: entry.kind === 'parameter' || entry.kind === 'buffer', main, changed: changedOfHead(head), planeOfHead, changedOfHead,
  };
}

/** What a recording is held against: itself without changes, or that of the text before. */
export function earlier(recording: Recording): Recording | null {
  const other = session.changes.length ? session.unchanged : session.previous;
  return other && other !== recording && other.graph.about.run === recording.graph.about.run ? other : null;
}
